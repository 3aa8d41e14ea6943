"""The two threads: newest frame only, each code once, the camera's state, and nothing left behind."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kiosk.scanner import CameraState, FoundCode, Frame, Hint, Scanner, ScannerSettings
from kiosk.scanning import sources
from kiosk.scanning.cascade import Cascade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.scanning.frames import Gray, Pixels

# Long enough that a busy machine is not taken for a frozen camera.
QUICK = ScannerSettings(black_after=0.2, frozen_after=1.0, reopen_first=0.02, reopen_last=0.05)


class FakeCamera:
    """A live camera that shows what it is told; `gone`, `stuck` and `still` are its faults."""

    interval = 0.002

    def __init__(self) -> None:
        self.picture: Pixels = np.full((720, 1280, 3), 180, np.uint8)
        self.gone = False
        self.still = False
        self.stuck = threading.Event()
        self.stuck.set()
        self.closed = 0
        self._count = 0

    def read(self) -> Pixels | None:
        """The picture, with a speck of noise unless the sensor stands still."""
        self.stuck.wait()
        if self.gone:
            return None
        frame = self.picture.copy()
        if not self.still:
            self._count += 1
            frame[0, 0] = self._count % 200
        return frame

    def close(self) -> None:
        """Counted."""
        self.closed += 1


class Heard:
    """What a scanner reported."""

    def __init__(self) -> None:
        self.codes: list[list[str]] = []
        self.states: list[CameraState] = []

    def on_codes(self, codes: list[FoundCode]) -> None:
        """Keep the texts."""
        self.codes.append([code.text for code in codes])


class SetClock:
    """A clock that is told the time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time it was told."""
        return self.now


class Run:
    """A running scanner with what it hears."""

    def __init__(
        self, source: object, settings: ScannerSettings, is_ours: Callable[[str], bool] = lambda _text: True
    ) -> None:
        self.heard = Heard()
        self.clock = SetClock()
        self.scanner = Scanner(
            source,  # pyright: ignore[reportArgumentType] - tests hand in what they like
            self.heard.on_codes,
            self.heard.states.append,
            clock=self.clock,
            settings=settings,
            is_ours=is_ours,
        )


@pytest.fixture
def run() -> Iterator[Callable[..., Run]]:
    """Starts scanners that are stopped with the test."""
    runs: list[Run] = []

    def start(source: object, settings: ScannerSettings = QUICK, **how: Callable[[str], bool]) -> Run:
        runs.append(Run(source, settings, **how))
        runs[-1].scanner.start()
        return runs[-1]

    yield start
    for one in runs:
        one.scanner.stop()


@pytest.fixture
def camera() -> Iterator[FakeCamera]:
    """A camera that is freed at the end, so that the scanner can stop."""
    fake = FakeCamera()
    yield fake
    fake.stuck.set()


@pytest.fixture
def showing(draw_qr: Callable[..., Gray]) -> Callable[..., Pixels]:
    """Draws a colour frame with codes side by side."""

    def draw(*texts: str) -> Pixels:
        frame = np.full((720, 1280), 180, np.uint8)
        for place, text in enumerate(texts):
            code = draw_qr(text, 5)
            frame[200 : 200 + code.shape[0], 100 + 400 * place : 100 + 400 * place + code.shape[1]] = code
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), dtype=np.uint8)

    return draw


def scanner_threads() -> list[str]:
    """Names of the scanner's threads that are alive."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("scanner-")]


def child_processes() -> set[str]:
    """Ids of this process's children that are not yet gone."""
    children: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            children |= set((task / "children").read_text().split())
    return children


def test_a_code_is_reported_once_while_it_is_in_sight(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """One phone held up is one visit, however many frames show it."""
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: one.heard.codes)
    seen = one.scanner.latest()
    assert seen is not None
    wait_for(lambda: (one.scanner.latest() or seen).number > seen.number + 30)
    assert one.heard.codes == [["VB1:ONE"]]
    assert [code.text for code in one.scanner.in_sight] == ["VB1:ONE"]


def test_a_code_is_reported_again_after_it_was_out_of_sight(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """Scanning again takes the visit up again; a moment's blur does not."""
    with_code, without = showing("VB1:ONE"), camera.picture
    camera.picture = with_code
    one = run(camera)
    wait_for(lambda: one.heard.codes)
    for away, reports in ((1.0, 1), (3.0, 2)):
        camera.picture = without
        wait_for(lambda: not one.scanner.in_sight)
        one.clock.now += away
        camera.picture = with_code
        wait_for(lambda: one.scanner.in_sight)
        wait_for(lambda reports=reports: len(one.heard.codes) >= reports)
    assert one.heard.codes == [["VB1:ONE"]] * 2


def test_a_forgotten_code_is_reported_again(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """The caller may ask for what is still held up."""
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: len(one.heard.codes) == 1)
    one.scanner.forget()
    wait_for(lambda: len(one.heard.codes) == 2)


def test_several_codes_in_a_frame_come_in_one_call(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """The caller decides which is the booking, and whether it is ambiguous."""
    camera.picture = showing("VB1:ONE", "VB1:TWO", "WIFI:S:HALL;;")
    one = run(camera)
    wait_for(lambda: one.heard.codes)
    assert sorted(one.heard.codes[0]) == ["VB1:ONE", "VB1:TWO", "WIFI:S:HALL;;"]


def test_only_the_newest_frame_is_decoded(
    run: Callable[..., Run], camera: FakeCamera, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    """A slow reading skips frames instead of falling behind."""
    release = threading.Event()
    decoded: list[int] = []

    def slow(cascade: Cascade, pixels: Pixels) -> list[FoundCode]:
        decoded.append(int(pixels[0, 0, 0]))
        release.wait()
        return []

    monkeypatch.setattr(Cascade, "decode", slow)
    one = run(camera)
    wait_for(lambda: decoded)
    wait_for(lambda: (one.scanner.latest() or Frame(0, camera.picture, 0)).number >= decoded[0] + 20)
    release.set()
    wait_for(lambda: len(decoded) > 1)
    assert decoded[1] >= decoded[0] + 20


def test_a_missing_camera_is_a_state_and_no_noise(
    run: Callable[..., Run], wait_for: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    """The kiosk starts without a camera, says so, and keeps trying."""
    one = run(97)
    wait_for(lambda: one.heard.states)
    assert one.heard.states == [CameraState.MISSING]
    assert one.scanner.latest() is None
    assert capfd.readouterr().err == ""


def test_a_camera_held_by_another_program_is_busy(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    """The device is there, so the plug is not what to look at."""
    monkeypatch.setattr(sources.Path, "exists", lambda path: str(path) == "/dev/video97")
    one = run(97)
    wait_for(lambda: one.heard.states == [CameraState.BUSY])
    # The other program has ended, and so has the camera's name: what is told follows what is there.
    monkeypatch.undo()
    wait_for(lambda: one.heard.states == [CameraState.BUSY, CameraState.MISSING])


def test_a_camera_that_comes_is_taken_without_a_restart(
    run: Callable[..., Run], tmp_path: Path, draw_qr: Callable[..., Gray], wait_for: Callable[..., None]
) -> None:
    """Plugging the camera in is enough; a file stands for it here."""
    place = tmp_path / "camera.png"
    one = run(str(place))
    wait_for(lambda: one.heard.states == [CameraState.MISSING])
    arriving = tmp_path / "arriving.png"
    cv2.imwrite(str(arriving), draw_qr("here"))
    arriving.rename(place)
    wait_for(lambda: one.heard.codes == [["here"]])
    assert one.heard.states == [CameraState.MISSING, CameraState.OK]


def test_an_unplugged_camera_is_missing_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None]
) -> None:
    """Out and in again: each change is told once, and no old picture stays as if it were live."""
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    camera.gone = True
    wait_for(lambda: one.scanner.state is CameraState.MISSING)
    assert one.scanner.latest() is None
    camera.gone = False
    wait_for(lambda: one.scanner.state is CameraState.OK)
    assert one.heard.states == [CameraState.OK, CameraState.MISSING, CameraState.OK]


def test_a_covered_camera_is_black_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None]
) -> None:
    """A cap on the lens is named."""
    lit = camera.picture
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    camera.picture = np.zeros_like(lit)
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BLACK])
    camera.picture = lit
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BLACK, CameraState.OK])


def test_an_over_exposed_camera_is_named_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None]
) -> None:
    """A lamp in the lens is not a cable to be looked at; the camera is opened anew until it sees again."""
    lit = camera.picture
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    camera.picture = np.full_like(lit, 255)
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BRIGHT])
    camera.picture = lit
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BRIGHT, CameraState.OK])


def test_a_camera_of_ten_frames_a_second_is_named_and_read(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """Slow is worth knowing, and no reason to turn a visitor away."""
    read = camera.read
    pause = threading.Event()

    def slow() -> Pixels | None:
        pause.wait(0.1)
        return read()

    camera.read = slow
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: one.heard.codes == [["VB1:ONE"]])
    wait_for(lambda: one.scanner.state is CameraState.SLOW)
    pause.set()
    wait_for(lambda: one.scanner.state is CameraState.OK)
    assert one.heard.states == [CameraState.OK, CameraState.SLOW, CameraState.OK]


@pytest.mark.parametrize("size", [(480, 640), (1080, 1920), (600, 800)])
def test_a_camera_of_another_resolution_is_read_and_named(
    run: Callable[..., Run],
    camera: FakeCamera,
    draw_qr: Callable[..., Gray],
    showing: Callable[..., Pixels],
    wait_for: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    size: tuple[int, int],
) -> None:
    """A replacement from the next shop, and one that changes its mode while it runs."""
    caplog.set_level("INFO")
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    picture = np.full((*size, 3), 180, np.uint8)
    code = draw_qr("VB1:SIZE", 5)
    picture[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code[:, :, None]
    camera.picture = picture
    wait_for(lambda: one.heard.codes == [["VB1:SIZE"]])
    assert f"camera gives {size[1]} × {size[0]}" in caplog.text
    assert one.heard.states == [CameraState.OK, CameraState.OTHER_SIZE]
    camera.picture = showing()
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.OTHER_SIZE, CameraState.OK])


def test_a_code_that_is_no_booking_gives_a_hint(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """A health code held up by mistake: the visitor is told; a booking beside it takes the hint away."""
    camera.picture = showing("HEALTH:GREEN")
    one = run(camera, is_ours=lambda text: text.startswith("VB1:"))
    wait_for(lambda: one.scanner.hint is Hint.NOT_A_BOOKING_CODE)
    camera.picture = showing("HEALTH:GREEN", "VB1:ONE")
    wait_for(lambda: one.scanner.hint is Hint.NONE)
    wait_for(lambda: any("VB1:ONE" in texts for texts in one.heard.codes))


@pytest.mark.parametrize("fault", ["the same picture for ever", "a read that does not return"])
def test_a_frozen_camera_is_noticed_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None], fault: str
) -> None:
    """A picture that stands still is worse than none: it looks well. The state does not flap meanwhile."""
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    if fault == "the same picture for ever":
        camera.still = True
    else:
        camera.stuck.clear()
    wait_for(lambda: one.scanner.state is CameraState.FROZEN)
    camera.still = False
    camera.stuck.set()
    wait_for(lambda: one.scanner.state is CameraState.OK)
    assert one.heard.states == [CameraState.OK, CameraState.FROZEN, CameraState.OK]


def test_faults_are_noticed_within_five_seconds_by_default() -> None:
    """Issue 4's limit, with the time that a stage in hand and a wait between two checks may take."""
    settings = ScannerSettings()
    assert max(settings.black_after, settings.frozen_after) * 1.25 + 1.0 < 5.0
    assert settings.reopen_last < 5.0


def test_an_unread_code_gives_a_hint_for_a_while(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """The visitor is told what would help, and no longer than it does."""
    camera.picture = showing("VB1:ONE")
    # The finder patterns stay; the message is torn beyond what the code's own correction can mend.
    camera.picture[250:320, 160:240] = camera.picture[250:320, 160:240][::-1, ::-1].copy()
    one = run(camera, ScannerSettings(hint_lasts=0.3))
    wait_for(lambda: one.scanner.hint is not Hint.NONE)
    camera.picture = np.full_like(camera.picture, 180)
    wait_for(lambda: one.scanner.hint is Hint.NONE)
    assert one.heard.codes == []


def test_a_frame_that_a_decoder_chokes_on_is_passed_over(
    run: Callable[..., Run],
    camera: FakeCamera,
    showing: Callable[..., Pixels],
    monkeypatch: pytest.MonkeyPatch,
    wait_for: Callable[..., None],
) -> None:
    """One bad frame never ends scanning."""
    decode, calls = Cascade.decode, []

    def choke_once(cascade: Cascade, pixels: Pixels) -> list[FoundCode]:
        calls.append(1)
        if len(calls) == 1:
            raise cv2.error("made up")
        return decode(cascade, pixels)

    monkeypatch.setattr(Cascade, "decode", choke_once)
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: one.heard.codes == [["VB1:ONE"]])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_leaves_a_missing_camera(
    run: Callable[..., Run], camera: FakeCamera, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    """A mistake in the program shows as a fault; it never looks like a scanner that sees nobody."""
    monkeypatch.setattr(camera, "read", lambda: 1 / 0)
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.MISSING])


@pytest.mark.parametrize("source", ["working", "missing", "frozen"])
def test_stop_leaves_no_thread_and_no_process(camera: FakeCamera, wait_for: Callable[..., None], source: str) -> None:
    """A thread left inside OpenCV or zbar aborts the interpreter at its end."""
    before = child_processes()
    camera.gone = source == "missing"
    camera.still = source == "frozen"
    one = Run(camera, QUICK)
    one.scanner.start()
    wait_for(lambda: one.heard.states and one.heard.states[-1].name in {"OK", "MISSING", "FROZEN"})
    one.scanner.stop()
    one.scanner.stop()
    assert scanner_threads() == []
    assert child_processes() <= before
    assert camera.closed == 1


def test_a_scanner_that_was_never_started_can_be_stopped(camera: FakeCamera) -> None:
    """A kiosk that fails while starting stops what it has."""
    Run(camera, QUICK).scanner.stop()


def test_the_interpreter_ends_well_after_a_stop(tmp_path: Path, draw_qr: Callable[..., Gray]) -> None:
    """The whole life in a process of its own: exit code 0, nothing on standard error."""
    picture = tmp_path / "code.png"
    cv2.imwrite(str(picture), draw_qr("life"))
    program = (
        "import sys, threading\n"
        "from kiosk.scanner import Scanner\n"
        "seen = threading.Event()\n"
        "scanner = Scanner(sys.argv[1], lambda codes: seen.set(), lambda state: None)\n"
        "scanner.start(); seen.wait(20); scanner.stop(); print(seen.is_set())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(picture)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert multiprocessing.active_children() == []
