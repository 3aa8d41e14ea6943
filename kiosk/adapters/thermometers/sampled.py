"""From a sensor that gives samples to a thermometer that gives readings, the same way for every driver.

Waits until somebody stands there, takes the median of a window, and says what was wrong with it: somebody left
mid-way, the clock was set, the sensor is stuck. What is no face is no sample, and a fault is never a number.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.adapters.thermometers.window import summarise
from kiosk.domain.screening import MOST_RAW_BYTES, RAW_HIGH_CC, RAW_LOW_CC, Flag, Reading
from kiosk.errors import DeviceError, DeviceGarbled, DeviceTimeout, DeviceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.adapters.thermometers.options import Options
    from kiosk.ports import Capabilities, Clock

GONE_AFTER: Final = 3  # samples without a face in a row: whoever stood there has left
MOST_GARBLED: Final = 50  # answers that nobody understands before the device is called garbled
RECONNECT_S: Final = 5.0  # how long a device that is not there is waited for (temperature-facts.md, acceptance 2)
RETRY_S: Final = 0.2
CLOCK_SLACK_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer of a sensor, in hundredths of a degree Celsius, with the bytes that it was made of."""

    value_cc: int
    raw: bytes
    ambient_cc: int | None = None
    flags: tuple[Flag, ...] = ()
    is_nobody: bool = False  # as the device itself says

    @property
    def is_face(self) -> bool:
        """Whether somebody may stand there."""
        return not self.is_nobody and RAW_LOW_CC <= self.value_cc <= RAW_HIGH_CC


class Sensor(Protocol):
    """What a driver brings. It opens its device by itself when it is asked, and again after it was lost."""

    @property
    def name(self) -> str:
        """Driver and serial."""
        ...

    @property
    def emissivity(self) -> str:
        """What the surface is taken to be, or "" where the device does not say."""
        ...

    def begin(self) -> None:
        """Forget what came before this measurement."""
        ...

    def sample(self) -> Sample:
        """Return one sample; raises DeviceError, and DeviceUnavailable when the device must be opened anew."""
        ...

    def describe(self) -> Capabilities:
        """Return what the device can do."""
        ...

    def close(self) -> None:
        """Let go; the next `sample` opens again."""
        ...


@dataclass(slots=True)
class _Window:
    """The samples of one reading in the making."""

    samples: list[Sample] = field(default_factory=list[Sample])
    missed: int = 0  # samples without a face since the last face
    garbled: int = 0
    last_garbled: DeviceGarbled | None = None  # while nothing else was heard

    @property
    def has_left(self) -> bool:
        """Whether somebody stood there and left."""
        return bool(self.samples) and self.missed >= GONE_AFTER


class SampledThermometer:
    """A thermometer made of a sensor. Blocking; `close` may be called by another thread and ends a measurement."""

    is_simulated = False

    def __init__(self, sensor: Sensor, options: Options, clock: Clock) -> None:
        self.name = sensor.name
        self._sensor = sensor
        self._options = options
        self._clock = clock
        self._closed = threading.Event()
        self._asking = threading.Lock()
        self._same_raw = b""
        self._same_since = 0.0

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Return the median of a window of samples; raises DeviceError, DeviceTimeout when nobody stood there."""
        begun_at, started = self._clock.now(), self._clock.monotonic()
        with self._asking:
            self._sensor.begin()
        window = _Window()
        is_stuck = False
        while len(window.samples) < self._options.samples and not window.has_left:
            if self._clock.monotonic() - started > self._options.deadline_s:
                break
            sample = self._next(window, started)
            window.last_garbled = window.last_garbled if sample is None else None
            if sample is not None and sample.is_face:
                window.samples.append(sample)
                window.missed = 0
                is_stuck = self._is_stuck(sample) or is_stuck
                progress(len(window.samples) / self._options.samples)
            elif sample is not None:
                window.missed += 1
            self._pause(self._options.interval_s)
        if not window.samples:
            raise window.last_garbled or DeviceTimeout(self.name, "saw nobody in time")
        passed_s = self._clock.monotonic() - started
        flags = self._flags(window, is_stuck=is_stuck)
        if abs((self._clock.now() - begun_at).total_seconds() - passed_s) > CLOCK_SLACK_S:
            flags.add(Flag.CLOCK_STEPPED)
        progress(1.0)
        return self._reading(window.samples, flags)

    def _next(self, window: _Window, started: float) -> Sample | None:
        """Return a sample, or None for an answer that nobody understood; waits for a device that is not there."""
        lost = self._clock.monotonic()
        while True:
            try:
                return self._sample()
            except DeviceGarbled as error:
                window.garbled += 1
                window.last_garbled = error
                if window.garbled > MOST_GARBLED:
                    raise
                return None
            except DeviceUnavailable:
                self._sensor.close()
                now = self._clock.monotonic()
                if now - lost > RECONNECT_S or now - started > self._options.deadline_s:
                    raise
                self._pause(RETRY_S)

    def _sample(self) -> Sample:
        """Ask the sensor, never after it was let go: it would open its device again."""
        with self._asking:
            if self._closed.is_set():
                raise DeviceUnavailable(self.name, "was closed")
            return self._sensor.sample()

    def _pause(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise DeviceUnavailable(self.name, "was closed")

    def _is_stuck(self, sample: Sample) -> bool:
        """Tell whether the sensor has given this very answer for longer than anybody stands still.

        Two people can be alike to a tenth of a degree: the coarser a device, the longer it may say the same.
        """
        now = self._clock.monotonic()
        if sample.raw != self._same_raw:
            self._same_raw, self._same_since = sample.raw, now
        steps = max(1, self._sensor.describe().resolution_cc or 1)
        return now - self._same_since > self._options.stuck_s * steps

    def _flags(self, window: _Window, *, is_stuck: bool) -> set[Flag]:
        found = {flag for sample in window.samples for flag in sample.flags}
        if is_stuck:
            found.add(Flag.STUCK)
        if window.has_left:
            found.add(Flag.LEFT_MIDWAY)
        due = self._options.calibration_due
        if due is not None and self._clock.now().date() > due:
            found.add(Flag.CALIBRATION_OVERDUE)
        return found

    def _reading(self, samples: Sequence[Sample], flags: set[Flag]) -> Reading:
        window = summarise([sample.value_cc for sample in samples])
        ambient = [sample.ambient_cc for sample in samples if sample.ambient_cc is not None]
        capabilities = self._sensor.describe()
        return Reading(
            value_cc=window.value_cc,
            kind=self._options.kind,
            site=self._options.site,
            device_id=self.name,
            taken_at=self._clock.now(),
            n_samples=1 if capabilities.samples == 1 else window.n,
            spread_cc=window.spread_cc,
            trend_cc=window.trend_cc,
            ambient_cc=summarise(ambient).value_cc if ambient else None,
            emissivity=self._sensor.emissivity,
            calibration_id=self._options.calibration_id,
            calibration_due=self._options.calibration_due,
            firmware=self._options.firmware,
            flags=tuple(sorted(flags)),
            raw=_newest(samples).hex(),
            monotonic_ms=int(1000 * self._clock.monotonic()),
        )

    def describe(self) -> Capabilities:
        """Return what the device can do."""
        return self._sensor.describe()

    def self_test(self) -> str:
        """Return what the sensor answers now, whatever stands before it; waits for a device that is not there."""
        with self._asking:
            self._sensor.begin()
        last: DeviceError | None = None
        for _ in range(MOST_GARBLED):
            try:
                sample = self._sample()
            except DeviceGarbled as error:
                last = error
                continue
            if sample.is_nobody:
                return "answers that nobody stands before it"
            room = f", room {sample.ambient_cc / 100:.2f} °C" if sample.ambient_cc is not None else ""
            return f"answers {sample.value_cc / 100:.2f} °C{room}"
        raise last or DeviceGarbled(self.name, "says what nobody understands")

    def close(self) -> None:
        """End a measurement and let go of the device."""
        self._closed.set()
        with self._asking:
            self._sensor.close()


def _newest(samples: Sequence[Sample]) -> bytes:
    """Return the raw bytes of the newest samples that an entry has room for, in order."""
    kept = b""
    for sample in reversed(samples):
        if len(kept) + len(sample.raw) > MOST_RAW_BYTES:
            break
        kept = sample.raw + kept
    return kept
