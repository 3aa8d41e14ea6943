"""The thermal camera MLX90640 (32 × 24) on I2C: the hottest patch of the one face before it.

It is about ±1 °C, so it sees a surface and finds who must be measured again; it is no clinical device. No picture
leaves this module: an entry keeps the words of four pixels.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final, Literal

import cv2
import numpy as np
from pydantic import Field

from kiosk.adapters.thermometers import mlx90640_math as maths
from kiosk.adapters.thermometers.i2c import Bus
from kiosk.adapters.thermometers.options import SurfaceOptions, checked
from kiosk.adapters.thermometers.sampled import Sample, SampledThermometer
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import RAW_LOW_CC, Flag
from kiosk.errors import DeviceGarbled, DeviceTimeout
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kiosk.ports import Clock

STATUS, CONTROL, RAM, EEPROM = 0x8000, 0x800D, 0x0400, 0x2400
NEW_DATA: Final = 0x0008
CLEAR: Final = 0x0030
RATES: Final[Mapping[float, int]] = {0.5: 0, 1: 1, 2: 2, 4: 3, 8: 4, 16: 5, 32: 6, 64: 7}  # subpages a second
CHUNK: Final = 64  # words in one exchange: many adapters take no more than some hundred bytes
READS: Final = 5
LOOK: Final = 0.25  # of the time between two half pictures; how often the sensor is asked for a new one
LEAST_FACE: Final = 6  # pixels; at a metre a face covers about 60 of the 55° lens
_TRACE: Final = (768, 776, 778, 800, 810)  # of the frame: what the chip's own temperature and gain come from


class Mlx90640Options(SurfaceOptions):
    """`bus` of /dev/i2c-N; `emissivity` of skin; `refresh`: half pictures a second, which the bus must carry."""

    site: BodySite = BodySite.FACE_MAX
    interval_s: float = Field(default=0.0, ge=0, le=5)
    bus: int = Field(default=1, ge=0, le=255)
    address: int = Field(default=0x33, ge=0x03, le=0x77)
    emissivity: float = Field(default=0.98, gt=0.5, le=1.0)
    refresh: Literal[2, 4, 8, 16] = 8
    timeout_s: float = Field(default=2.0, gt=0, le=10)


class Mlx90640:
    """The camera. One sample is one new half picture, laid over the other half."""

    def __init__(self, options: Mlx90640Options) -> None:
        self.name = f"mlx90640:{options.serial}"
        self.emissivity = f"{options.emissivity:.2f}"
        self._options = options
        self._bus = Bus(self.name, options.bus, options.address)
        self._known: maths.Calibration | None = None
        self._picture = np.full(maths.PIXELS, np.nan)
        self._words = [0] * maths.PIXELS

    def begin(self) -> None:
        """Forget the picture: both halves are of the person who stands there now."""
        self._picture[:] = np.nan

    def sample(self) -> Sample:
        """Return the hottest patch of the picture."""
        if self._known is None:
            self._known = self._set_up()
        room = self._half(self._known)
        while np.isnan(self._picture).sum() > maths.PIXELS // 4:
            room = self._half(self._known)
        return self._patch(room)

    def _set_up(self) -> maths.Calibration:
        try:
            known = maths.calibration(self._read_twice(EEPROM, maths.EEPROM_WORDS))
        except ValueError as error:
            raise DeviceGarbled(self.name, str(error)) from error
        control = self._read(CONTROL, 1)[0]
        self._write(CONTROL, control & ~(7 << 7) | RATES[self._options.refresh] << 7)
        self._write(STATUS, CLEAR)
        return known

    def _half(self, known: maths.Calibration) -> float:
        """Lay the next half over the picture; return the room's temperature."""
        frame = self._frame()
        try:
            room = maths.temperatures(frame, known, self._options.emissivity, self._picture)
        except ValueError as error:
            raise DeviceGarbled(self.name, str(error)) from error
        self._words = frame
        return room

    def _frame(self) -> list[int]:
        """Return the newest frame, read between two of the sensor's own updates."""
        end = time.monotonic() + self._options.timeout_s
        while not self._read(STATUS, 1)[0] & NEW_DATA:
            if time.monotonic() > end:
                raise DeviceTimeout(self.name, "makes no new picture")
            time.sleep(LOOK / self._options.refresh)
        for _ in range(READS):
            self._write(STATUS, CLEAR)
            words = self._read_twice(RAM, maths.FRAME_WORDS - 2)
            control = self._read_twice(CONTROL, 1)[0]
            status = self._read_twice(STATUS, 1)[0]
            if not status & NEW_DATA:
                return [*words, control, status & 1]
        raise DeviceGarbled(self.name, "is faster than the bus; lower `refresh`")

    def _patch(self, room: float) -> Sample:
        """Return the hottest two by two pixels: one pixel's noise is not the face's temperature."""
        grid = self._picture.reshape(maths.ROWS, maths.COLUMNS)
        means = (grid[:-1, :-1] + grid[1:, :-1] + grid[:-1, 1:] + grid[1:, 1:]) / 4
        if np.isnan(means).all():
            raise DeviceGarbled(self.name, "gave no picture")
        row, column = divmod(int(np.nanargmax(means)), maths.COLUMNS - 1)
        first = row * maths.COLUMNS + column
        patch = (first, first + 1, first + maths.COLUMNS, first + maths.COLUMNS + 1)
        raw = b"".join(self._words[number].to_bytes(2, "big") for number in (*patch, *_TRACE))
        return Sample(
            value_cc=_cc(float(means[row, column])),
            raw=first.to_bytes(2, "big") + raw,
            ambient_cc=_cc(room),
            flags=(Flag.TWO_FACES,) if _faces(grid) > 1 else (),
        )

    def _read_twice(self, register: int, count: int) -> list[int]:
        """Return words that were read alike twice: the camera's carry no sum that would show a spoilt bit."""
        words = self._read(register, count)
        if self._read(register, count) != words:
            raise DeviceGarbled(self.name, "was read differently twice")
        return words

    def _read(self, register: int, count: int) -> list[int]:
        words: list[int] = []
        while len(words) < count:
            size = min(CHUNK, count - len(words))
            raw = self._bus.exchange((register + len(words)).to_bytes(2, "big"), 2 * size)
            words += [int.from_bytes(raw[at : at + 2], "big") for at in range(0, 2 * size, 2)]
        return words

    def _write(self, register: int, word: int) -> None:
        self._bus.exchange(register.to_bytes(2, "big") + word.to_bytes(2, "big"))

    def describe(self) -> Capabilities:
        """Return what the data sheet says."""
        return Capabilities(
            api=THERMOMETER_API,
            kind=ReadingKind.SURFACE,
            site=self._options.site,
            low_cc=-4000,
            high_cc=30_000,
            resolution_cc=10,
            accuracy="about ±1 °C, or worse (general knowledge; noise 0.1 °C at 1 Hz)",
            samples=self._options.samples,
        )

    def close(self) -> None:
        """Let go of the bus; the sensor is set up again when it is next asked."""
        self._bus.close()
        self._known = None


def _cc(degrees: float) -> int:
    """Return hundredths of a degree: a sensor's own floats end here."""
    return round(100 * degrees) if math.isfinite(degrees) else 0


def _faces(grid: maths.Floats) -> int:
    """Return how many patches of skin's temperature stand apart from one another."""
    warm = (np.nan_to_num(grid) >= RAW_LOW_CC / 100).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(warm, connectivity=8)
    return int((stats[1:, cv2.CC_STAT_AREA] >= LEAST_FACE).sum())


def open_device(options: Mapping[str, Any], clock: Clock) -> SampledThermometer:
    """Return the device for `kiosk.toml`."""
    chosen = checked(Mlx90640Options, options)
    return SampledThermometer(Mlx90640(chosen), chosen, clock)
