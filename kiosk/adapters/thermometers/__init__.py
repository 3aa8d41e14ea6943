"""Thermometers: one module each. `open_thermometer` finds a driver by its name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from kiosk.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.config import KioskSettings
    from kiosk.ports import Clock, Thermometer

DRIVERS: Final[Mapping[str, str]] = {
    "simulated": "kiosk.adapters.thermometers.simulated",
    "replay": "kiosk.adapters.thermometers.replay",
    "manual": "kiosk.adapters.thermometers.manual",
}
"""Each module has `open_device(settings, clock)`; what only one driver needs is imported by that driver."""


def open_thermometer(settings: KioskSettings, clock: Clock) -> Thermometer:
    """Return the configured thermometer; raises ConfigError for an unknown or, in production, an unreal one."""
    name = settings.thermometer.driver
    if name not in DRIVERS:
        raise ConfigError([f"thermometer.driver: {name!r} is none of {', '.join(sorted(DRIVERS))}"])
    device: Thermometer = import_module(DRIVERS[name]).open_device(settings.thermometer, clock)
    if device.is_simulated and settings.mode == "production":
        device.close()
        raise ConfigError([f"thermometer.driver: {name!r} does not measure anybody; production refuses it"])
    return device
