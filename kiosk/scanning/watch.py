"""The watch over the camera: black, frozen and missing pictures are noticed from the frames themselves."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kiosk.scanning.frames import Pixels


class CameraState(Enum):
    """How the camera is; each has a text for the guard."""

    OK = "ok"
    MISSING = "missing"
    BLACK = "black"
    FROZEN = "frozen"
    BUSY = "busy"


# Every so many pixels one is looked at, both ways: 53 × 30 of them in a frame of 1280 × 720, in 0.02 ms.
_STEP = 24

# Of 255. A covered or broken camera gives 0 to 3 with some noise; a dark hall with its lights off some 15.
_BLACK_MEAN = 6.0
_BLACK_SPREAD = 6.0


class CameraWatch:
    """Judges the frames of one camera; for one thread. Times are seconds of one monotonic clock.

    It outlives a reopening, so that a camera which is still frozen afterwards is not taken for a sound one.
    """

    def __init__(self, *, black_after: float, frozen_after: float) -> None:
        """What has lasted so many seconds is a fault."""
        self._black_after = black_after
        self._frozen_after = frozen_after
        self._last: Pixels | None = None
        self._changed_at = 0.0
        self._lit_at: float | None = None

    def judge(self, frame: Pixels, now: float, *, live: bool = True) -> CameraState:
        """The state after this frame. `live`: the source is a real sensor, whose noise makes every frame differ."""
        sample = frame[::_STEP, ::_STEP]
        if self._last is None or not np.array_equal(sample, self._last):
            self._changed_at = now
            self._last = sample.copy()
        if self._lit_at is None or sample.mean() > _BLACK_MEAN or sample.std() > _BLACK_SPREAD:
            self._lit_at = now
        # A lens cap gives the very same black for ever: black says better what to look for than frozen.
        if now - self._lit_at >= self._black_after:
            return CameraState.BLACK
        if live and now - self._changed_at >= self._frozen_after:
            return CameraState.FROZEN
        return CameraState.OK
