"""What serial devices say reaches the window's codes, the look-up and the devices' states."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from pydantic import ValidationError

sys.path.insert(0, str(Path(__file__).parent))
from serial_lines import READ, Line, Reader, card_text, wait_until, whole_card

from kiosk.adapters.exit_sensor import Pulses
from kiosk.config import ExitSensorSettings, SerialSettings
from kiosk.launch import devices_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = "VB1:6BF+70790T9WJWG.FKY*4GO0"
NUMBER = "11010519491231002X"  # the example of GB 11643-1999


class Door:
    """A kiosk and a window that note what they are told."""

    def __init__(
        self, scanner: str = "", id_card: str = "", exit_sensor: str = "", command: tuple[str, ...] = ()
    ) -> None:
        self.exits = 0
        self.states: list[tuple[str, bool]] = []
        self.codes_seen: list[list[str]] = []
        self.numbers: list[str] = []
        self.codes = SimpleNamespace(from_card=self.numbers.append)
        self.settings = SimpleNamespace(
            kiosk=SimpleNamespace(
                scanner=SerialSettings(port=scanner, baud=9600),
                id_card=SerialSettings(port=id_card, baud=115200),
                exit_sensor=ExitSensorSettings(port=exit_sensor, baud=9600, command=command),
            )
        )

    def from_camera(self, texts: list[str]) -> None:
        """The window's way in for codes."""
        self.codes_seen.append(texts)

    def note_exit(self) -> None:
        """The kiosk's count."""
        self.exits += 1

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
    devices = devices_beside(cast("Any", door), cast("Any", door))
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
    assert devices_beside(cast("Any", door), cast("Any", door)) == []


def test_a_serial_sensor_at_the_way_out_counts_each_person_once(tmp_path: Path) -> None:
    """A burst is one person, and so is what bounces after it; a sensor that comes back goes on."""
    line = Line(tmp_path / "sensor")
    line.plug_in()
    door = Door(exit_sensor=line.port)
    (sensor,) = devices_beside(cast("Any", door), cast("Any", door))
    sensor.start()
    try:
        wait_until(lambda: door.states == [("exit_sensor", True)])
        line.say(b"\x01")
        wait_until(lambda: door.exits == 1)
        line.unplug()
        wait_until(lambda: door.states[-1] == ("exit_sensor", False))
        line.plug_in()
        wait_until(lambda: door.states[-1] == ("exit_sensor", True))
        line.say(b"OUT 1\r\n")
        wait_until(lambda: door.exits == 2)
    finally:
        sensor.stop()
        line.unplug()
    assert door.exits == 2


def test_pulses_that_bounce_are_one_person() -> None:
    """However long it goes on."""
    pulses = Pulses()
    times = (0.0, 0.1, 0.3, 0.6, 1.0, 5.0, 5.2)
    assert [pulses.is_person(at) for at in times] == [True, False, False, False, True, True, False]


def test_a_program_that_prints_lines_counts_and_is_begun_again(tmp_path: Path) -> None:
    """Its end is a device that is missing."""
    turn = tmp_path / "turn"
    script = f"import pathlib, time; pathlib.Path({str(turn)!r}).open('a').write('x'); print('out', flush=True)"
    door = Door(command=(sys.executable, "-c", script))
    (sensor,) = devices_beside(cast("Any", door), cast("Any", door))
    sensor.start()
    try:
        wait_until(lambda: turn.exists() and len(turn.read_text()) >= 2)
        wait_until(lambda: door.exits >= 2)
    finally:
        sensor.stop()
        sensor.stop()
    assert door.states[:2] == [("exit_sensor", True), ("exit_sensor", False)]


def test_a_program_that_runs_on_ends_with_the_kiosk() -> None:
    """Nothing is left behind."""
    script = "import time; print('out', flush=True); time.sleep(600)"
    door = Door(command=(sys.executable, "-c", script))
    (sensor,) = devices_beside(cast("Any", door), cast("Any", door))
    sensor.start()
    wait_until(lambda: door.exits == 1)
    sensor.stop()
    assert door.states == [("exit_sensor", True)]


def test_a_program_that_is_not_there_is_missing(tmp_path: Path) -> None:
    """Said once, and tried again."""
    door = Door(command=(str(tmp_path / "nothing"),))
    (sensor,) = devices_beside(cast("Any", door), cast("Any", door))
    sensor.start()
    try:
        wait_until(lambda: door.states == [("exit_sensor", False)])
    finally:
        sensor.stop()
    assert door.exits == 0


def test_a_port_and_a_command_are_a_mistake() -> None:
    """Both would count the same person."""
    with pytest.raises(ValidationError, match="not both"):
        ExitSensorSettings.model_validate({"port": "/dev/x", "command": ["x"]})


def test_a_program_that_dies_at_once_is_begun_again_and_told_of_once(tmp_path: Path) -> None:
    """An operator's typing mistake fills neither the log nor the day with entries."""
    begun = tmp_path / "begun"
    door = Door(command=(sys.executable, "-c", f"open({str(begun)!r}, 'a').write('x')"))
    (sensor,) = devices_beside(cast("Any", door), cast("Any", door))
    sensor.start()
    try:
        wait_until(lambda: begun.exists() and len(begun.read_text()) >= 3)
    finally:
        sensor.stop()
    assert door.states == [("exit_sensor", False)]
    assert door.exits == 0
