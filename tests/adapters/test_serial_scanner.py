"""Hand scanners on a serial line: whole codes come through, half ones and garbage do not, and plugs may be pulled."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from serial_lines import Line, wait_until

from kiosk.adapters.serial_scanner import PAUSE_S, Bursts, SerialScanner

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = "VB1:6BF+70790T9WJWG.FKY*4GO0"


class Heard:
    """A scanner with what it said."""

    def __init__(self, line: Line) -> None:
        self.codes: list[str] = []
        self.states: list[bool] = []
        self.scanner = SerialScanner(line.port, self.codes.append, self.states.append)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A device that is not plugged in yet."""
    one = Line(tmp_path / "usb-Example_Scanner-if00")
    yield one
    one.unplug()


@pytest.fixture
def heard(line: Line) -> Iterator[Heard]:
    """A running scanner on that line."""
    one = Heard(line)
    one.scanner.start()
    yield one
    one.scanner.stop()


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", ""], ids=["CR", "LF", "CRLF", "a pause"])
def test_a_code_comes_through_however_it_ends(line: Line, heard: Heard, end: str) -> None:
    """Scanners are set to one or another; none needs to be set for the kiosk."""
    line.plug_in()
    wait_until(lambda: heard.states[-1:] == [True])
    line.say((CODE + end).encode())
    wait_until(lambda: heard.codes == [CODE])
    line.say(("é ü 张 " + CODE + end).encode())
    wait_until(lambda: heard.codes == [CODE, "é ü 张 " + CODE])


def test_a_scanner_is_taken_when_it_comes_and_missed_when_it_goes(
    line: Line, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    """Out and in again, under the same name at another terminal: no restart, and no code in the log."""
    wait_until(lambda: heard.states == [False])
    for states in ([False, True], [False, True, False, True]):
        line.plug_in()
        wait_until(lambda states=states: heard.states == states)
        before = len(heard.codes)
        line.say(CODE.encode() + b"\r")
        wait_until(lambda before=before: len(heard.codes) == before + 1)
        line.unplug()
        wait_until(lambda states=states: heard.states == [*states, False])
    assert "VB1" not in caplog.text


def test_a_scanner_that_was_never_started_can_be_stopped(line: Line) -> None:
    """A kiosk that fails while starting stops what it has."""
    Heard(line).scanner.stop()


def test_half_a_code_is_dropped_from_a_scanner_that_sends_ends() -> None:
    """A cable that was pulled in the middle must not glue two codes together, nor give half of one."""
    bursts = Bursts()
    assert bursts.feed(CODE.encode() + b"\r", 1.0) == [CODE]
    assert bursts.feed(CODE[:15].encode(), 2.0) == []
    assert bursts.feed(CODE.encode() + b"\r", 2.0 + 2 * PAUSE_S) == [CODE]
    assert bursts.feed(CODE[:15].encode(), 3.0) == []
    assert bursts.pause(3.0 + 2 * PAUSE_S) == []


def test_bytes_may_come_one_by_one() -> None:
    """Serial lines cut where they like, between the two bytes of an end and within a letter too."""
    bursts = Bursts()
    data = ("张 " + CODE + "\r\n" + CODE + "\r\n").encode()
    codes = [code for at, byte in enumerate(data) for code in bursts.feed(bytes((byte,)), 1 + at / 1000)]
    assert codes == ["张 " + CODE, CODE]
    assert bursts.feed(b"", 1.2) == []


@pytest.mark.parametrize(
    "garbage", [b"\xff\xfe\x80" * 20, bytes(range(1, 32)) * 3, b"A" * 100_000, b"short", b"\0" * 50, b"\r\n\r\r\n"]
)
def test_a_burst_of_garbage_gives_nothing_and_harms_nothing(garbage: bytes) -> None:
    """A wrong baud rate, another device, static: no code, no growth, and the next code is read."""
    bursts = Bursts()
    assert bursts.feed(garbage + b"\r", 1.0) == []
    assert bursts.feed(CODE.encode() + b"\r", 1.01) == [CODE]
    assert bursts.feed(garbage, 2.0) == []
    assert bursts.pause(3.0) == []
    assert len(bursts._bytes) == 0
