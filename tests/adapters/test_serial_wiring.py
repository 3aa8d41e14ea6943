"""What serial devices say reaches the window's codes, the look-up and the devices' states."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from serial_lines import READ, Line, Reader, card_text, wait_until, whole_card

from kiosk.config import SerialSettings
from kiosk.launch import serial_devices

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = "VB1:6BF+70790T9WJWG.FKY*4GO0"
NUMBER = "11010519491231002X"  # the example of GB 11643-1999


class Door:
    """A kiosk and a window that note what they are told."""

    def __init__(self, scanner: str, id_card: str) -> None:
        self.states: list[tuple[str, bool]] = []
        self.codes_seen: list[list[str]] = []
        self.numbers: list[str] = []
        self.codes = SimpleNamespace(from_card=self.numbers.append)
        self.settings = SimpleNamespace(
            kiosk=SimpleNamespace(
                scanner=SerialSettings(port=scanner, baud=9600), id_card=SerialSettings(port=id_card, baud=115200)
            )
        )

    def from_camera(self, texts: list[str]) -> None:
        """The window's way in for codes."""
        self.codes_seen.append(texts)

    def set_device(self, name: str, *, is_well: bool) -> None:
        """The kiosk's devices."""
        self.states.append((name, is_well))


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[tuple[Line, Line]]:
    """Two devices, plugged in."""
    both = Line(tmp_path / "scanner"), Line(tmp_path / "reader")
    for line in both:
        line.plug_in()
    yield both
    for line in both:
        line.unplug()


def test_codes_go_to_the_window_and_a_cards_number_to_the_look_up(lines: tuple[Line, Line]) -> None:
    """Beside the camera, by the same ways that the camera and the keypad use."""
    door = Door(lines[0].port, lines[1].port)
    reader = Reader(lines[1])
    reader.answers[READ] = whole_card(card_text(NUMBER))
    devices = serial_devices(cast("Any", door), cast("Any", door))
    try:
        for device in devices:
            device.start()
        wait_until(lambda: set(door.states) == {("scanner", True), ("id_card", True)})
        lines[0].say(CODE.encode() + b"\r")
        reader.card_laid = True
        wait_until(lambda: door.numbers == [NUMBER])
        wait_until(lambda: door.codes_seen == [[CODE]])
    finally:
        for device in devices:
            device.stop()
        reader.stop()


def test_without_ports_there_are_no_devices() -> None:
    """A kiosk with a camera alone has nothing to miss."""
    door = Door("", "")
    assert serial_devices(cast("Any", door), cast("Any", door)) == []
