"""Thermometers: one module each. `open_thermometer` finds a driver by its name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from kiosk.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kiosk.ports import Clock, Thermometer

DRIVERS: Final[Mapping[str, str]] = {
    "simulated": "kiosk.adapters.thermometers.simulated",
    "replay": "kiosk.adapters.thermometers.replay",
    "manual": "kiosk.adapters.thermometers.manual",
}
"""Each module has `open_device(options, clock)`; what only one driver needs is imported by that driver."""


def open_thermometer(options: Mapping[str, Any], clock: Clock, *, in_production: bool) -> Thermometer:
    """Return the thermometer of `options` (the settings' section; `driver` names the module).

    Raises ConfigError for an unknown driver and, in production, for one that measures nobody.
    """
    name = options["driver"]
    if name not in DRIVERS:
        raise ConfigError([f"thermometer.driver: {name!r} is none of {', '.join(sorted(DRIVERS))}"])
    device: Thermometer = import_module(DRIVERS[name]).open_device(options, clock)
    if device.is_simulated and in_production:
        device.close()
        raise ConfigError([f"thermometer.driver: {name!r} does not measure anybody; production refuses it"])
    return device
