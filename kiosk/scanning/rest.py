"""When a frame need not be read: nothing in it differs, or nothing has changed since nobody was seen in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kiosk.scanning.frames import Gray

# Frames are compared by the means of blocks of about 16 × 16 pixels, in which a sensor's noise (sigma 3 to 6 of 255)
# is down to 0.4 at most. The smallest code that is ever read covers more than three of them.
_BLOCKS = (80, 45)

# Of 255. A code differs from its quiet zone by half its own contrast in these means; a dark-mode phone at 20 %
# brightness has a contrast of 40.
_LEAST_CONTRAST = 14
# More than noise and the flicker of lamps give in the same place.
_CHANGED = 4

# Seconds after which a picture that has not changed is looked at all the same; a second at most is promised.
_LOOKS_AGAIN = 0.8


class Rest:
    """Watches whether anything happens before the camera; for one thread. Times are of one monotonic clock."""

    def __init__(self, looks: int) -> None:
        """A picture without a code is read `looks` times before it is left alone."""
        self._looks = looks
        self._left = looks
        self._seen: NDArray[np.int16] | None = None
        self._looked_at = 0.0

    def is_resting(self, gray: Gray, now: float) -> bool:
        """Whether this frame may be passed over."""
        if gray.shape[0] < _BLOCKS[1] * 4 or gray.shape[1] < _BLOCKS[0] * 4:
            return False
        blocks = np.asarray(cv2.resize(gray, _BLOCKS, interpolation=cv2.INTER_AREA), np.int16)
        if int(blocks.max()) - int(blocks.min()) < _LEAST_CONTRAST:
            self._seen, self._left = None, self._looks
            return True
        if self._seen is None or int(np.abs(blocks - self._seen).max()) > _CHANGED:
            self._seen, self._left = blocks, self._looks
        if self._left > 0:
            self._left -= 1
        elif now - self._looked_at < _LOOKS_AGAIN:
            return True
        self._looked_at = now
        return False

    def somebody_is_there(self) -> None:
        """A code was seen, read or not: the next frames matter however alike they are."""
        self._left = self._looks
