"""Lamp and sounder: patterns, a relay board over a pseudo-terminal, a program; nothing is raised, nobody waits."""

from __future__ import annotations

import io
import os
import queue
import shutil
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.adapters.actuators import NoAlarm, open_alarm
from kiosk.adapters.actuators.player import OFF, PATTERNS, Beat, Player
from kiosk.adapters.actuators.serial_relay import frame
from kiosk.check import check

CONFIG = Path(__file__).parents[3] / "config"
LAMP_ON, LAMP_OFF = bytes.fromhex("A00101A2"), bytes.fromhex("A00100A1")
SOUND_ON, SOUND_OFF = bytes.fromhex("A00201A3"), bytes.fromhex("A00200A2")
LONG_S = 20.0


@dataclass(frozen=True)
class Wires:
    """The settings of an alarm."""

    driver: str
    port: str = ""
    lamp: int = 1
    sounder: int = 2
    command: tuple[str, ...] = ()


class Heard:
    """What the player told of its device."""

    def __init__(self) -> None:
        self.told: queue.Queue[bool] = queue.Queue()

    def __call__(self, is_well: bool) -> None:
        """Take it down."""
        self.told.put(is_well)

    def next(self) -> bool:
        """Wait for the next word."""
        return self.told.get(timeout=LONG_S)


class Board:
    """The far end of a serial line: what a relay board would hear."""

    def __init__(self) -> None:
        self._far, near = os.openpty()
        tty.setraw(near)
        self.port = os.ttyname(near)
        os.close(near)
        os.set_blocking(self._far, False)
        self.lamp: bool | None = None
        self.sound: bool | None = None
        self._bytes = b""

    def hear(self) -> None:
        """Take in what came, frame by frame, as the data sheet has them."""
        try:
            self._bytes += os.read(self._far, 4096)
        except (BlockingIOError, OSError):  # nobody has it open
            return
        while len(self._bytes) >= 4:
            one, self._bytes = self._bytes[:4], self._bytes[4:]
            if one in {LAMP_ON, LAMP_OFF}:
                self.lamp = one == LAMP_ON
            else:
                assert one in {SOUND_ON, SOUND_OFF}, one.hex()
                self.sound = one == SOUND_ON

    def is_like(self, *, lamp: bool, sound: bool) -> bool:
        """Hear, and tell whether lamp and sounder are like that."""
        self.hear()
        return (self.lamp, self.sound) == (lamp, sound)

    def pull_out(self) -> None:
        """Take the board away."""
        os.close(self._far)


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + LONG_S
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


@contextmanager
def played(wires: Wires, heard: Heard) -> Iterator[Player]:
    """Run an alarm and end it."""
    alarm = open_alarm(wires, heard)
    assert isinstance(alarm, Player)
    alarm.signal("off")
    try:
        yield alarm
    finally:
        alarm.close()


def test_a_frame_is_as_the_data_sheet_has_it() -> None:
    """A0, channel, state, and the low byte of their sum."""
    assert frame(1, on=True) == LAMP_ON
    assert frame(1, on=False) == LAMP_OFF
    assert frame(2, on=True) == SOUND_ON
    assert frame(8, on=True) == bytes.fromhex("A00801A9")


def test_each_pattern_is_louder_than_the_one_before() -> None:
    """By the share of time in which it sounds; nothing but off is dark, and only an untaken alarm sounds."""

    def share(name: str) -> float:
        beats = PATTERNS[name]
        return sum(beat.seconds for beat in beats if beat.sound) / sum(beat.seconds for beat in beats)

    assert [share("off"), share("seen")] == [0, 0]
    assert 0 < share("waits") < share("overdue") < share("urgent") == 1
    assert [name for name, beats in PATTERNS.items() if not any(beat.lamp for beat in beats)] == ["off"]
    assert all(beat.seconds <= OFF[0].seconds for beats in PATTERNS.values() for beat in beats)


def test_a_relay_board_lights_and_sounds_and_is_quiet_at_the_end() -> None:
    """Off at first, then as the signal says, and off again when the kiosk ends."""
    board, heard = Board(), Heard()
    with played(Wires("serial_relay", board.port), heard) as alarm:
        assert heard.next() is True
        wait_for(lambda: board.is_like(lamp=False, sound=False))
        alarm.signal("waits")
        wait_for(lambda: board.is_like(lamp=True, sound=True))
        wait_for(lambda: board.is_like(lamp=True, sound=False))
        alarm.signal("seen")
        alarm.signal("urgent")
        wait_for(lambda: board.is_like(lamp=False, sound=True))
    board.hear()
    assert board.is_like(lamp=False, sound=False)
    board.pull_out()


def test_a_board_that_is_not_there_is_told_of_once_and_raises_nothing() -> None:
    """The guard sees it among the devices; signals go on as if nothing were."""
    heard = Heard()
    with played(Wires("serial_relay", "/dev/there-is-no-such-line"), heard) as alarm:
        assert heard.next() is False
        for name in ("waits", "overdue", "off"):
            alarm.signal(name)
    assert heard.told.empty()


def test_a_board_that_was_pulled_out_is_noticed_and_tried_again(tmp_path: Path) -> None:
    """Plugged in again under the same name, it goes on with what is due then."""
    board, heard, port = Board(), Heard(), tmp_path / "relay"
    port.symlink_to(board.port)
    with played(Wires("serial_relay", str(port)), heard) as alarm:
        assert heard.next() is True
        board.pull_out()
        alarm.signal("overdue")
        assert heard.next() is False
        again = Board()
        port.unlink()
        port.symlink_to(again.port)
        assert heard.next() is True
        wait_for(lambda: again.is_like(lamp=True, sound=True))
    again.pull_out()


def test_a_channel_that_is_none_gets_no_bytes() -> None:
    """A site with a lamp alone."""
    board, heard = Board(), Heard()
    with played(Wires("serial_relay", board.port, sounder=0), heard) as alarm:
        alarm.signal("urgent")
        wait_for(lambda: not board.hear() and board.lamp is True)
    board.hear()
    assert (board.lamp, board.sound) == (False, None)
    board.pull_out()


def test_a_program_is_told_each_signal_once(tmp_path: Path) -> None:
    """By its name alone, without a shell."""
    told = tmp_path / "told.txt"
    program = tmp_path / "lamp"
    program.write_text(f'#!/bin/sh\necho "$*" >> {told}\n')
    program.chmod(0o755)
    with played(Wires("command", command=(str(program), "--quick")), Heard()) as alarm:
        wait_for(lambda: told.exists() and told.read_text() == "--quick off\n")
        alarm.signal("waits")
        wait_for(lambda: told.read_text().endswith("--quick waits\n"))
    assert told.read_text().splitlines() == ["--quick off", "--quick waits", "--quick off"]


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 3\n", None])
def test_a_program_that_fails_is_told_of(tmp_path: Path, text: str | None) -> None:
    """One that is not there as well."""
    program = tmp_path / "lamp"
    if text is not None:
        program.write_text(text)
        program.chmod(0o755)
    heard = Heard()
    with played(Wires("command", command=(str(program),)), heard):
        assert heard.next() is False


def test_a_signal_that_nobody_knows_is_played_as_the_loudest() -> None:
    """Better too loud than silent."""
    turned: queue.Queue[tuple[str, Beat]] = queue.Queue()

    class Noted:
        """Switches that note what they are told."""

        name = "noted"

        def turn(self, signal: str, beat: Beat) -> None:
            """Note it."""
            turned.put((signal, beat))

        def close(self) -> None:
            """Do nothing."""

    player = Player(Noted(), lambda _is_well: None)
    player.signal("something new")
    wait_for(lambda: ("something new", PATTERNS["urgent"][0]) in list(turned.queue))
    player.close()
    assert list(turned.queue)[-1] == ("off", OFF[0])


def test_an_alarm_that_never_sounded_ends_without_a_thread() -> None:
    """A kiosk that is built and never started leaves nothing behind."""
    open_alarm(Wires("serial_relay", "/dev/there-is-no-such-line"), lambda _is_well: None).close()


def test_without_a_lamp_nothing_is_done() -> None:
    """The screens alone call the guard."""
    alarm = open_alarm(Wires("none"), lambda _is_well: None)
    assert isinstance(alarm, NoAlarm)
    alarm.signal("urgent")
    alarm.close()


@pytest.mark.parametrize(("port", "word"), [("", "FAIL"), ("board", "ok  ")])
def test_the_check_before_the_doors_open_tries_lamp_and_sounder(tmp_path: Path, port: str, word: str) -> None:
    """A board that does not take its bytes is found then, not at the first case."""
    board = Board()
    for name in ("kiosk.toml", "policy.toml", "declaration.toml", "plan.toml"):
        shutil.copy(CONFIG / name, tmp_path / name)
    file = tmp_path / "kiosk.toml"
    text = file.read_text(encoding="utf-8").replace('source = "0"', 'source = "none"')
    text = text.replace('driver = "none" ', 'driver = "serial_relay" ')
    line = board.port if port else "/dev/there-is-no-such-line"
    file.write_text(text.replace('port = ""', f'port = "{line}"', 1), encoding="utf-8")
    out = io.StringIO()
    check(file, out)
    assert f"{word} alarm: serial_relay" in out.getvalue()
    board.pull_out()
