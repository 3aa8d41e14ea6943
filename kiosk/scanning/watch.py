"""The watch over the camera: black, burnt-out, frozen, slow and odd pictures are noticed from the frames themselves."""

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
    BRIGHT = "bright"
    """Burnt out: a lamp shines into the lens, or the exposure has run away."""
    SLOW = "slow"
    """It reads, but gives fewer than 12 frames a second."""
    OTHER_SIZE = "other_size"
    """It reads, but gives another picture than the 1280 × 720 that it is asked for."""

    @property
    def reads(self) -> bool:
        """Whether codes can be read all the same."""
        return self in {CameraState.OK, CameraState.SLOW, CameraState.OTHER_SIZE}


# Every so many pixels one is looked at, both ways: 53 × 30 of them in a frame of 1280 × 720, in 0.02 ms.
_STEP = 24

# Of 255. A covered or broken camera gives 0 to 3 with some noise; a dark hall with its lights off some 15.
_BLACK_MEAN = 6.0
_BLACK_SPREAD = 6.0


# A sensor at its end gives 255 with next to no noise. A white wall in a well-set camera stays under 235.
_BRIGHT_LEVEL = 250
_BRIGHT_SHARE = 0.9

# Seconds that a camera may take for a frame: 12 a second leave a moving code readable in one frame of a visit in three.
_SLOW_FRAME = 1 / 12
# How much of the running mean each frame makes.
_PACE = 0.1
# A frame that takes longer than this is a hang, which is another fault.
_HANGS = 0.5


class CameraWatch:
    """Judges the frames of one camera; for one thread. Times are seconds of one monotonic clock.

    It outlives a reopening, so that a camera which is still frozen afterwards is not taken for a sound one.
    """

    def __init__(self, *, black_after: float, frozen_after: float, size: tuple[int, int] | None = None) -> None:
        """What has lasted so many seconds is a fault; so is another width and height than `size`, unless None."""
        self._size = size
        self._black_after = black_after
        self._frozen_after = frozen_after
        self._last: Pixels | None = None
        self._changed_at = 0.0
        self._lit_at = 0.0
        self._dimmer_at = 0.0
        self._quick_at = 0.0
        self._pace = 0.0

    def judge(self, frame: Pixels, now: float, *, live: bool = True, took: float = 0.0) -> CameraState:
        """The state after this frame, which the camera `took` so many seconds to give.

        `live`: the source is a real sensor, whose noise makes every frame differ.
        """
        sample = frame[::_STEP, ::_STEP]
        if self._last is None:
            self._lit_at = self._dimmer_at = self._quick_at = now
        if self._last is None or not np.array_equal(sample, self._last):
            self._changed_at = now
            self._last = sample.copy()
        if sample.mean() > _BLACK_MEAN or sample.std() > _BLACK_SPREAD:
            self._lit_at = now
        if np.count_nonzero(sample >= _BRIGHT_LEVEL) < _BRIGHT_SHARE * sample.size:
            self._dimmer_at = now
        self._pace += _PACE * (min(took, _HANGS) - self._pace)
        if self._pace < _SLOW_FRAME:
            self._quick_at = now
        return self._state(frame, now, live=live)

    def _state(self, frame: Pixels, now: float, *, live: bool) -> CameraState:
        # A lens cap gives the very same black for ever: black says better what to look for than frozen.
        if now - self._lit_at >= self._black_after:
            return CameraState.BLACK
        if now - self._dimmer_at >= self._black_after:
            return CameraState.BRIGHT
        if live and now - self._changed_at >= self._frozen_after:
            return CameraState.FROZEN
        if live and now - self._quick_at >= self._black_after:
            return CameraState.SLOW
        if live and self._size not in {None, (frame.shape[1], frame.shape[0])}:
            return CameraState.OTHER_SIZE
        return CameraState.OK
