"""A thermometer that measures nobody: for demonstrations and tests. Marked everywhere, refused in production."""

from __future__ import annotations

import random
import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from kiosk.adapters.thermometers.window import summarise
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import Flag, Reading
from kiosk.errors import DeviceTimeout, DeviceUnavailable
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from kiosk.ports import Clock

SAMPLES: Final = 12
INTERVAL_S: Final = 0.15
_SLOW_S: Final = 20.0
_NAME: Final = "simulated:1"
_TYPICAL_CC: Final = 3650
_SPREAD_CC: Final = 15  # between people
_NOISE_CC: Final = 4  # between samples


class SimulatedThermometer:
    """Gives drawn readings, or those that a story asked for with `will_read`."""

    is_simulated = True
    name = _NAME

    def __init__(self, clock: Clock, *, seed: int = 0, is_paced: bool = True) -> None:
        """`is_paced`: takes as long as a real one would; otherwise answers at once."""
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - drawn temperatures are no secret
        self._pace = INTERVAL_S if is_paced else 0.0
        self._closed = threading.Event()
        self._may_go_on = threading.Event()
        self._next: deque[int | str] = deque()

    def will_read(self, *values: int | str) -> None:
        """Ask for the next readings: hundredths of a degree, or "fault", "unplugged", "unsteady" or "slow".

        "slow" measures until `go_on` is called, then like anybody.
        """
        if "slow" in values:
            self._may_go_on.clear()
        self._next.extend(values)

    def go_on(self) -> None:
        """Let a "slow" reading end."""
        self._may_go_on.set()

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Return one reading; raises what was asked for."""
        asked = self._next.popleft() if self._next else round(self._random.gauss(_TYPICAL_CC, _SPREAD_CC))
        if asked == "fault":
            raise DeviceTimeout(_NAME, "gave no sample in time")
        if asked == "unplugged":
            raise DeviceUnavailable(_NAME, "is not there")
        if asked == "slow":
            self._may_go_on.wait(_SLOW_S)
            asked = _TYPICAL_CC
        centre, noise = (_TYPICAL_CC, 20 * _NOISE_CC) if asked == "unsteady" else (int(asked), _NOISE_CC)
        samples: list[int] = []
        for number in range(SAMPLES):
            if self._closed.wait(self._pace):
                raise DeviceUnavailable(_NAME, "was closed")
            # Noise that alternates keeps the drawn drift small, as a still person's is.
            sign = 1 if number % 2 else -1
            samples.append(centre + sign * abs(round(self._random.gauss(0, noise))))
            progress((number + 1) / SAMPLES)
        window = summarise(samples)
        value = window.value_cc if asked == "unsteady" else centre
        return Reading(
            value_cc=value,
            kind=ReadingKind.BODY_ESTIMATE,
            site=BodySite.FOREHEAD,
            device_id=_NAME,
            taken_at=self._clock.now(),
            n_samples=window.n,
            spread_cc=window.spread_cc,
            trend_cc=window.trend_cc,
            ambient_cc=2150,
            flags=(Flag.SIMULATED,),
        )

    def describe(self) -> Capabilities:
        """Return what it draws."""
        return Capabilities(
            api=THERMOMETER_API,
            kind=ReadingKind.BODY_ESTIMATE,
            site=BodySite.FOREHEAD,
            low_cc=2800,
            high_cc=4500,
            resolution_cc=1,
            accuracy="none: it measures nobody",
            samples=SAMPLES,
        )

    def self_test(self) -> str:
        """Return that it is there; nothing that was asked for is used up."""
        return "draws readings; SIMULATED, measures nobody"

    def close(self) -> None:
        """Let go."""
        self._closed.set()


def open_device(_options: Mapping[str, Any], clock: Clock) -> SimulatedThermometer:
    """Return the device for `kiosk.toml`."""
    return SimulatedThermometer(clock)
