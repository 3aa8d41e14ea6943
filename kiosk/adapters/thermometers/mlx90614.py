"""The single-point sensor MLX90614 on SMBus, read with its error bit and its packet error code.

T = 0.02 K per step, so a word becomes whole hundredths of a degree exactly. Many drivers read two bytes and check
nothing: a word with the error bit set then reads 388 °C (temperature-facts.md section 1).
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final

from pydantic import Field

from kiosk.adapters.thermometers.i2c import Bus, pec
from kiosk.adapters.thermometers.options import SurfaceOptions, checked
from kiosk.adapters.thermometers.sampled import Sample, SampledThermometer
from kiosk.domain.policy import ReadingKind
from kiosk.domain.screening import Flag
from kiosk.errors import DeviceGarbled, SensorFault
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kiosk.ports import Clock

AMBIENT, OBJECT, EMISSIVITY = 0x06, 0x07, 0x24  # RAM, RAM, EEPROM (data sheet)
ERROR_BIT: Final = 0x8000
ZERO_CC: Final = 27315  # hundredths of a kelvin at 0 °C
FULL: Final = 65535  # an emissivity of 1 in the EEPROM
TRIES: Final = 3
PAUSE_S: Final = 0.01  # two reads back to back fail on a Pi (dotnet/iot 832)
_ALIKE: Final = 0.005  # emissivities that differ less differ by less than 0.07 °C at 34.5 °C skin


class Mlx90614Options(SurfaceOptions):
    """`bus` of /dev/i2c-N; `pec`: whether the part sends a valid packet error code; `emissivity` of skin."""

    bus: int = Field(default=1, ge=0, le=255)
    address: int = Field(default=0x5A, ge=0x03, le=0x77)
    pec: bool = True
    emissivity: float = Field(default=0.98, gt=0.5, le=1.0)


def word_cc(word: int) -> int:
    """Return a word of the sensor's RAM in hundredths of a degree Celsius, exactly."""
    return 2 * word - ZERO_CC


def seen_as(value_cc: int, ambient_cc: int, sensor: float, skin: float) -> int:
    """Return what a surface of emissivity `skin` has that a sensor set to `sensor` shows as `value_cc`.

    The sensor's own equation turned around: S = e·T⁴ + (1 - e)·Ta⁴ (temperature-facts.md section 2). This is no
    compensation towards a body: it says of which surface the number is.
    """
    shown, room = (value_cc + ZERO_CC) / 100, (ambient_cc + ZERO_CC) / 100
    signal = sensor * shown**4 + (1 - sensor) * room**4
    of_surface = (signal - (1 - skin) * room**4) / skin
    return round(100 * of_surface**0.25) - ZERO_CC if of_surface > 0 else value_cc


class Mlx90614:
    """The sensor, asked through the kernel's I2C device."""

    def __init__(self, options: Mlx90614Options) -> None:
        self.name = f"mlx90614:{options.serial}"
        self._options = options
        self._bus = Bus(self.name, options.bus, options.address)
        self._own: float | None = None  # the emissivity that the part is set to

    @property
    def emissivity(self) -> str:
        """The skin's, and what the part itself is set to."""
        part = f"{self._own:.3f}" if self._own is not None else "unknown"
        return f"{self._options.emissivity:.2f} (part {part})"

    def begin(self) -> None:
        """Do nothing: each word is read when it is asked for."""

    def sample(self) -> Sample:
        """Return the object's and the room's temperature."""
        if self._own is None:
            self._own = self._word(EMISSIVITY)[0] / FULL
            if not 0.1 <= self._own <= 1.0:  # noqa: PLR2004 - the data sheet's range
                own, self._own = self._own, None
                raise SensorFault(self.name, f"is set to an emissivity of {own:.3f}")
        seen, seen_raw = self._temperature(OBJECT)
        room, room_raw = self._temperature(AMBIENT)
        if abs(self._own - self._options.emissivity) > _ALIKE:
            seen = seen_as(seen, room, self._own, self._options.emissivity)
        flags = () if self._options.pec else (Flag.PEC_UNVERIFIED,)
        return Sample(seen, seen_raw + room_raw, room, flags)

    def _temperature(self, register: int) -> tuple[int, bytes]:
        word, raw = self._word(register)
        if word & ERROR_BIT:
            raise SensorFault(self.name, f"reports an error of its own (word 0x{word:04X})")
        return word_cc(word), raw

    def _word(self, register: int) -> tuple[int, bytes]:
        """Return a word and its bytes; asks again when nothing acknowledged or the code was wrong."""
        for _ in range(TRIES - 1):
            with contextlib.suppress(DeviceGarbled):
                return self._word_once(register)
            time.sleep(PAUSE_S)
        return self._word_once(register)

    def _word_once(self, register: int) -> tuple[int, bytes]:
        raw = self._bus.exchange(bytes([register]), 3 if self._options.pec else 2)
        write = self._bus.address << 1
        if self._options.pec and pec([write, register, write | 1, raw[0], raw[1]]) != raw[2]:
            raise DeviceGarbled(self.name, "sent a wrong packet error code")
        return raw[0] | raw[1] << 8, raw

    def describe(self) -> Capabilities:
        """Return what the data sheet says."""
        return Capabilities(
            api=THERMOMETER_API,
            kind=ReadingKind.SURFACE,
            site=self._options.site,
            low_cc=-7000,
            high_cc=38_000,
            resolution_cc=2,
            accuracy="±0.5 °C; the medical parts ±0.2 °C around body temperature (secondary sources)",
            samples=self._options.samples,
        )

    def close(self) -> None:
        """Let go of the bus; the part is asked for its emissivity again."""
        self._bus.close()
        self._own = None


def open_device(options: Mapping[str, Any], clock: Clock) -> SampledThermometer:
    """Return the device for `kiosk.toml`."""
    chosen = checked(Mlx90614Options, options)
    return SampledThermometer(Mlx90614(chosen), chosen, clock)
