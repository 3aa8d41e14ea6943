"""Lamp and sounder at the guard's place, by the driver's name in `kiosk.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kiosk.adapters.actuators.command import CommandSwitches
from kiosk.adapters.actuators.player import Player
from kiosk.adapters.actuators.serial_relay import RelaySwitches

if TYPE_CHECKING:
    from collections.abc import Callable


class _Wiring(Protocol):
    """The settings of the alarm; `lamp`, `sounder`: channels of a relay board, 0 for none."""

    @property
    def driver(self) -> str: ...
    @property
    def port(self) -> str: ...
    @property
    def lamp(self) -> int: ...
    @property
    def sounder(self) -> int: ...
    @property
    def command(self) -> tuple[str, ...]: ...


class NoAlarm:
    """No lamp and no sounder: the screens alone call the guard."""

    def signal(self, name: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def open_alarm(wiring: _Wiring, heard: Callable[[bool], None]) -> Player | NoAlarm:
    """Return the alarm of the settings. `heard` is told whether it is well, on the alarm's thread, at every change."""
    match wiring.driver:
        case "serial_relay":
            return Player(RelaySwitches(wiring.port, wiring.lamp, wiring.sounder), heard)
        case "command":
            return Player(CommandSwitches(wiring.command), heard)
        case _:
            return NoAlarm()
