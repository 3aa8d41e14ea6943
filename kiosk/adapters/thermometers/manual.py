"""No thermometer at the kiosk: a named guard measures everybody with a hand-held one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.screening import NO_DEVICE
from kiosk.errors import DeviceUnavailable
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from kiosk.domain.screening import Reading
    from kiosk.ports import Clock


class NoDevice(DeviceUnavailable):
    """There is meant to be no thermometer here: not a fault, a guard measures."""

    code = NO_DEVICE


class ManualThermometer:
    """Sends every visitor to the guard for measuring."""

    is_simulated = False
    name = "manual:guard"

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Raise NoDevice."""
        progress(1.0)
        raise NoDevice(self.name, "a guard measures by hand here")

    def describe(self) -> Capabilities:
        """Return that nothing here measures."""
        return Capabilities(THERMOMETER_API, None, None, accuracy="as the guard's own thermometer says")

    def self_test(self) -> str:
        """Return who measures."""
        return "none; a guard measures everybody by hand"

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


def open_device(_options: Mapping[str, Any], _clock: Clock) -> ManualThermometer:
    """Return the device for `kiosk.toml`."""
    return ManualThermometer()
