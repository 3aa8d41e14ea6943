"""The real window on a real X server, touched and typed on from outside: a code becomes an arrival on the server."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from demo.clock import SimulatedClock
from demo.world import HERE
from kiosk.adapters.log_reader import LogReader
from kiosk.domain.entry import EntryKind
from kiosk.enrolment import LOG_FILE, data_key
from kiosk.protocol.enrolment_text import write
from tests.e2e.city import CONFIG, City

if TYPE_CHECKING:
    from kiosk.domain.entry import Entry

WIDTH, HEIGHT = 540, 960
PATIENCE_S: Final = 100.0  # what has not come by then is not coming
TRIES: Final = 8  # a lost key or touch is tried again before the screen it was meant for goes back by itself
CLOSE: Final = 12  # between two drawings of one colour
Spot = tuple[int, int, list[int]]
NEEDED: Final = ("Xvfb", "xdotool", "openbox")
MISSING: Final = [name for name in NEEDED if shutil.which(name) is None]

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(500),
]


def comes(holds: Callable[[], bool], longest_s: float = PATIENCE_S) -> bool:
    """Wait until something holds; return False when it does not come."""
    end = time.monotonic() + longest_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def wait_for(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds; fail when it never does."""
    assert comes(holds), f"waited for {what}"


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Make sure that a process does not outlive the test."""
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class Display:
    """An X server with a window manager, and hands for it."""

    def __init__(self, name: str, screen: Path) -> None:
        """`screen`: the file that holds what the display shows, as XWD (XWDFile.h of X.Org)."""
        self.screen = screen
        self.environment = {**os.environ, "DISPLAY": name, "SDL_VIDEODRIVER": "x11", "LP_NUM_THREADS": "1"}

    def do(self, *words: str) -> str:
        """Let xdotool do something; return what it says."""
        command = ["xdotool", *words]
        run = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=30)
        return run.stdout.strip()

    def is_managed(self) -> bool:
        """Tell whether a window manager is at work; without one, xdotool prints a desktop all the same."""
        command = ["xdotool", "get_desktop"]
        run = subprocess.run(command, env=self.environment, capture_output=True, check=False, timeout=30)
        return run.returncode == 0

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start main.py on this display."""
        command = [sys.executable, str(CONFIG.parent / "main.py"), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def find_window(self, pid: int) -> str:
        """Wait for the kiosk's window, and bring it to the front; return its number."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = self.do("search", "--onlyvisible", "--pid", str(pid)).split()
            return bool(found)

        wait_for(is_there, "the window")
        self.do("windowactivate", "--sync", found[0])
        return found[0]

    def colour(self, x: int, y: int) -> list[int]:
        """Return what the display shows at a place: red, green, blue."""
        raw = self.screen.read_bytes()
        head = struct.unpack(">25I", raw[:100])
        header_size, bytes_per_line, colours = head[0], head[12], head[19]
        place = header_size + 12 * colours + y * bytes_per_line + 4 * x
        return list(raw[place : place + 3][::-1])

    def shows(self, spot: Spot) -> bool:
        """Tell whether a button is where it is expected, by its colour."""
        x, y, colour = spot
        return all(abs(one - other) <= CLOSE for one, other in zip(self.colour(x, y), colour, strict=True))

    def touch(self, window: str, x: int, y: int) -> None:
        """Touch a place of the window, in pixels from its upper left corner."""
        self.do("mousemove", "--window", window, str(x), str(y), "click", "1")

    def close_window(self, program: subprocess.Popen[str]) -> None:
        """Press Alt+F4, again while nothing comes of it; the program has ended then."""
        for _press in range(TRIES):  # a busy machine may lose a key
            self.do("key", "alt+F4")
            with suppress(subprocess.TimeoutExpired):
                program.wait(PATIENCE_S / 4)
                return
        pytest.fail("the window did not close")


@pytest.fixture
def display(tmp_path: Path) -> Iterator[Display]:
    """Return a display of its own, with a window manager that is ready."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    # Without -noreset it begins anew when its only client leaves, and drops whoever comes at that moment.
    command += ["-fbdir", str(tmp_path), "-noreset"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL, text=True)
    os.close(writing)
    with ended(server), os.fdopen(reading) as numbers:
        number = numbers.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        shown = Display(f":{number}", tmp_path / "Xvfb_screen0")
        manager = subprocess.Popen(["openbox"], env=shown.environment, stderr=subprocess.DEVNULL, text=True)
        with ended(manager):
            wait_for(shown.is_managed, "the window manager")
            yield shown


def written_settings(city: City, letter: str) -> Path:
    """Write the settings of a kiosk that fills the small display and has no camera; return the file."""
    folder = city.folder / "config"
    shutil.copytree(CONFIG, folder)
    path = folder / "kiosk.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ('url = "http://127.0.0.1:8480"', f'url = "{city.url}"'),
        ("~/.config/vb-kiosk/log.key", str(city.folder / "keys" / f"{letter}.key")),
        ('source = "0"', 'source = "none"'),
        ("width = 1080", f"width = {WIDTH}"),
        ("height = 1920", f"height = {HEIGHT}"),
        ("fullscreen = false", "fullscreen = true"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


def spots_of_buttons() -> dict[str, Spot]:
    """Return where the buttons lie in a window of this size; laid out in a process of its own."""
    command = [sys.executable, "-m", "tests.e2e.button_places", str(WIDTH), str(HEIGHT)]
    run = subprocess.run(command, cwd=CONFIG.parent, capture_output=True, text=True, check=True, timeout=60)
    return {key: (x, y, colour) for key, (x, y, colour) in json.loads(run.stdout).items()}


class Running:
    """A kiosk in its window, seen through its log."""

    def __init__(self, display: Display, reader: LogReader) -> None:
        self._display = display
        self._reader = reader
        self._begun = len(list(reader.entries()))
        self.window = ""

    def entries(self) -> list[Entry]:
        """Return what this run recorded so far."""
        return list(self._reader.entries(self._begun))

    def has(self, kind: EntryKind) -> bool:
        """Tell whether this run recorded such an entry."""
        return any(entry.kind is kind for entry in self.entries())

    def scan(self, code: str) -> None:
        """Type a code as a hand scanner does; again if the window was not at the front yet."""
        for _ in range(TRIES):
            self._display.do("type", "--delay", "0", code)
            self._display.do("key", "Return")
            if comes(lambda: self.has(EntryKind.IDENTIFIED), PATIENCE_S / TRIES):
                return
        pytest.fail("the code did not arrive")

    def touch(self, spot: Spot, kind: EntryKind) -> None:
        """Touch a button once it is there, and wait for what it leads to."""
        wait_for(lambda: self._display.shows(spot), f"the button that leads to {kind.value}")
        for _ in range(TRIES):  # a screen that has just come is deaf for a moment
            self._display.touch(self.window, *spot[:2])
            if comes(lambda: self.has(kind), PATIENCE_S / TRIES):
                return
        pytest.fail(f"waited for {kind.value}")


def test_a_code_typed_by_a_hand_scanner_becomes_an_arrival_on_the_server(tmp_path: Path, display: Display) -> None:
    """Keys and touches through X, the log on the disk, the kiosk's own reporting thread, and a clean end."""
    clock = SimulatedClock(datetime.now(UTC))
    clock.run()
    city = City(tmp_path, clock=clock)
    try:
        city.kiosk("A")
        city.switch_off("A")
        code = city.book("王大山").code_text
        reader = LogReader(city.data("A") / LOG_FILE, data_key(city.settings("A"), city.data("A")))
        who, spots = reader.identity, spots_of_buttons()
        kiosk = Running(display, reader)
        settings = written_settings(city, "A")
        program = display.start("kiosk", "--config", str(settings), "--data", str(city.data("A")))
        with ended(program):
            kiosk.window = display.find_window(program.pid)
            wait_for(lambda: kiosk.has(EntryKind.DAY_OPENED), "the idle screen")
            kiosk.scan(code)
            kiosk.touch(spots["booking.yes"], EntryKind.ARRIVED)
            kiosk.touch(spots["declaration.none"], EntryKind.ADMITTED)
            stored = city.server.desk.intake.entries
            wait_for(
                lambda: "admitted" in {item.kind.value for item in stored(who.site_id, who.kiosk_id, who.epoch)},
                "the admission on the server",
            )
            display.close_window(program)
            _out, complaints = program.communicate(timeout=PATIENCE_S)
            assert program.returncode == 0, complaints
            assert "Traceback" not in complaints
        kinds = [entry.kind for entry in kiosk.entries()]
        assert (kinds.count(EntryKind.ARRIVED), kinds[-1]) == (1, EntryKind.STOPPED)
        assert reader.verify()[2] is None
        reader.close()
    finally:
        city.stop()


def test_a_kiosk_that_is_nobody_becomes_somebody_and_opens_its_door(tmp_path: Path, display: Display) -> None:
    """The enrolment window, a code from a hand scanner, two touches, and the same process shows the idle screen."""
    clock = SimulatedClock(datetime.now(UTC))
    clock.run()
    city = City(tmp_path, clock=clock)
    try:
        fleet = city.server.desk.fleet
        fleet.put_kiosk(HERE, "door-A", "A")
        text, spots = write(city.url, fleet.enrolment_code(HERE, "door-A").code), spots_of_buttons()
        program = display.start("kiosk", "--config", str(written_settings(city, "A")), "--data", str(city.data("A")))
        with ended(program):
            window = display.find_window(program.pid)
            for _ in range(TRIES):
                display.do("type", "--delay", "0", text)
                display.do("key", "Return")
                if comes(lambda: display.shows(spots["enrol.go.confirm"]), PATIENCE_S / TRIES):
                    break
            assert not (city.data("A") / LOG_FILE).exists()
            display.touch(window, *spots["enrol.go.confirm"][:2])
            wait_for((city.data("A") / LOG_FILE).exists, "the log")
            wait_for(lambda: display.shows(spots["enrol.go.done"]), "the word of success")
            display.touch(window, *spots["enrol.go.done"][:2])
            reader = LogReader(city.data("A") / LOG_FILE, data_key(city.settings("A"), city.data("A")))
            kiosk = Running(display, reader)
            wait_for(lambda: kiosk.has(EntryKind.DAY_OPENED), "the idle screen")
            assert (reader.identity.kiosk_id, reader.identity.letter) == ("door-A", "A")
            kiosk.window = display.find_window(program.pid)
            display.close_window(program)
            _out, complaints = program.communicate(timeout=PATIENCE_S)
            assert program.returncode == 0, complaints
            assert "Traceback" not in complaints
            reader.close()
    finally:
        city.stop()


def test_a_touch_takes_the_demo_over_and_closing_the_window_ends_it_well(display: Display) -> None:
    """Whoever tries it touches the screen and it is theirs; at the end nothing was lost."""
    program = display.start("demo", "--seed", "5", "--size", f"{WIDTH}x{HEIGHT}", "--json")
    with ended(program):
        assert program.stderr is not None
        said: list[str] = []
        listener = threading.Thread(target=lambda: said.extend(iter(program.stderr.readline, "")))  # pyright: ignore[reportOptionalMemberAccess]
        listener.start()
        window = display.find_window(program.pid)
        for _ in range(TRIES):
            display.touch(window, WIDTH // 2, HEIGHT // 3)
            if comes(lambda: bool(said), PATIENCE_S / TRIES):
                break
        assert said
        assert "The screen is yours" in said[0]
        display.close_window(program)
        assert program.returncode == 0
        listener.join()
        assert program.stdout is not None
        tally = json.loads(program.stdout.read().splitlines()[-1])
        assert tally["lost"] == tally["doubled"] == 0
        assert tally["log_entries"] == tally["server_entries"] > 0
