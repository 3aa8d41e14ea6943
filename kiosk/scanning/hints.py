"""What would help the visitor, judged from a code that is seen but not read."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kiosk.scanning.codes import Corners
    from kiosk.scanning.frames import Gray


class Hint(Enum):
    """A word for the visitor; NONE when nothing is seen that a word would better."""

    NONE = "none"
    COME_NEARER = "come_nearer"
    HOLD_STILL = "hold_still"
    BRIGHTER = "brighter"
    TOO_BRIGHT = "too_bright"
    NOT_A_BOOKING_CODE = "not_a_booking_code"
    READ = "read"


# A booking code of version 9 has 53 modules; below 2.5 pixels a module sharp frames are no longer sure to be read.
_SMALL_SIDE = 130

# Of 255: the difference between dark and light of a code that can be told from noise; the level at which a sensor
# is at its end; and the share of the code's pixels at that end beyond the light modules' own half.
_FAINT = 40
_BURNT = 250
_BURNT_SHARE = 0.6


def hint_for(gray: Gray, unread: list[Corners]) -> Hint:
    """The hint for the largest code that zxing-cpp located but could not read."""
    boxes = [_box(corners) for corners in unread]
    boxes = [box for box in boxes if gray[box].size]
    if not boxes:
        return Hint.NONE
    code = max((gray[box] for box in boxes), key=lambda pixels: pixels.size)
    dark, light = np.percentile(code, (5, 95))
    if np.count_nonzero(code >= _BURNT) > _BURNT_SHARE * code.size:
        return Hint.TOO_BRIGHT
    if light - dark < _FAINT:
        return Hint.BRIGHTER
    return Hint.COME_NEARER if max(code.shape) < _SMALL_SIDE else Hint.HOLD_STILL


def _box(corners: Corners) -> tuple[slice, slice]:
    """The upright box around the corners, as rows and columns."""
    xs, ys = zip(*corners, strict=True)
    return slice(max(0, min(ys)), max(0, *ys)), slice(max(0, min(xs)), max(0, *xs))
