"""Thermometers: one module each. `open_thermometer` finds a driver by its name.

A driver is a factory `(options, clock) -> Thermometer`, made known as an entry point of the group `kiosk.thermometers`.
Those that come with the kiosk are known without being installed; a stranger's must not bear the name of one of them.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

from kiosk.adapters.thermometers.outdoor import WithOutdoor
from kiosk.errors import ConfigError
from kiosk.ports import THERMOMETER_API

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kiosk.ports import Clock, Thermometer

GROUP: Final = "kiosk.thermometers"
_HERE: Final = "kiosk.adapters.thermometers"

DRIVERS: Final[Mapping[str, str]] = {
    name: f"{_HERE}.{name}:open_device"
    for name in (
        "isapi_push",
        "manual",
        "mlx90614",
        "mlx90640",
        "modbus",
        "replay",
        "serial_frames",
        "simulated",
    )
}
"""What only one driver needs is imported by that driver."""


def drivers() -> Mapping[str, EntryPoint]:
    """Return every driver that may be named in the settings; the kiosk's own come before a stranger's."""
    strangers = {point.name: point for point in entry_points(group=GROUP)}
    own = {name: EntryPoint(name, value, GROUP) for name, value in DRIVERS.items()}
    return strangers | own


def open_thermometer(options: Mapping[str, Any], clock: Clock, *, in_production: bool) -> Thermometer:
    """Return the thermometer of `options` (the settings' section; `driver` names it, `options` are its own).

    Raises ConfigError for an unknown driver, for one made for another kiosk, for options that it does not take and,
    in production, for one that measures nobody.
    """
    name, known = options["driver"], drivers()
    if name not in known:
        raise ConfigError([f"thermometer.driver: {name!r} is none of {', '.join(sorted(known))}"])
    device: Thermometer = known[name].load()(options, clock)
    problem = ""
    if device.describe().api != THERMOMETER_API:
        problem = f"is made for drivers' interface {device.describe().api}, not {THERMOMETER_API}"
    elif device.is_simulated and in_production:
        problem = "does not measure anybody; production refuses it"
    if problem:
        device.close()
        raise ConfigError([f"thermometer.driver: {name!r} {problem}"])
    outdoor = options.get("outdoor_file")
    return WithOutdoor(device, outdoor) if outdoor else device
