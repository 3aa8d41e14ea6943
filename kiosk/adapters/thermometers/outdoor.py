"""The temperature outside, added to each reading: whether visitors come in from the cold is judged by it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.screening import Reading
    from kiosk.ports import Capabilities, Thermometer

_MILLI_PER_CENTI: Final = 10
_LOW_CC, _HIGH_CC = -6000, 6000  # outside of this it is a broken sensor: not measured


class WithOutdoor:
    """A thermometer whose readings say how cold it is outside, from a file with thousandths of a degree.

    Linux gives its sensors so (`/sys/class/hwmon/…/temp1_input`). What cannot be read is None, never a number.
    """

    def __init__(self, device: Thermometer, file: str) -> None:
        self._device = device
        self._file = Path(file)
        self.name = device.name
        self.is_simulated = device.is_simulated

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Return the device's reading, with the temperature outside."""
        return replace(self._device.measure(progress), outdoor_cc=self.outdoor_cc())

    def outdoor_cc(self) -> int | None:
        """Return the temperature outside in hundredths of a degree, or None."""
        try:
            value = int(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        value_cc = round(value / _MILLI_PER_CENTI)
        return value_cc if _LOW_CC <= value_cc <= _HIGH_CC else None

    def describe(self) -> Capabilities:
        """Return what the device can do."""
        return self._device.describe()

    def self_test(self) -> str:
        """Return what the device answers, and what the sensor outside does."""
        outdoor = self.outdoor_cc()
        outside = f"{outdoor / 100:.2f} °C" if outdoor is not None else "UNKNOWN, its file gives no temperature"
        return f"{self._device.self_test()}; outside {outside}"

    def close(self) -> None:
        """Let go of the device."""
        self._device.close()
