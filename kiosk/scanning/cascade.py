"""The cascade: which reading of a frame is tried when, so that a blank frame costs little and a hard one is read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kiosk.scanning import finders, mesh, zxing
from kiosk.scanning.frames import as_pixels, to_gray
from kiosk.scanning.rest import Rest
from kiosk.scanning.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.codes import Corners, FoundCode
    from kiosk.scanning.frames import Gray, Pixels
    from kiosk.scanning.zbar import ZbarProcess

# Seconds after which a live frame gets no further reading: the next frame is newer.
DEADLINE = 0.06

# The whole frame is read at least this often while a code is followed, so that a second code does not stay unseen.
_FOLLOWED_FRAMES = 3

# Pixels on the shorter side that the smallest code, one pixel a module, needs; OpenCV chokes on less.
_LEAST_SIDE = 21

# Width and height in pixels that a still picture is fitted to: the size of a camera's frame, for which the stages are
# made.
_FITTED = (1280, 720)


class Cascade:
    """Reads frames by zxing-cpp first and one more reading in turn; for one thread.

    On each live frame: the place of the last code; the whole frame by zxing-cpp; then a single extra stage, the
    next in rotation, so that a code that holds still meets every stage within a third of a second. Where zxing-cpp
    sees a code that it cannot read, every second extra stage follows its modules. When all had their turn, the frame is
    searched for a code that nobody can read, so that the visitor can be told. A frame in which nothing has
    changed since nobody was there is passed over, for less than a second.
    """

    def __init__(
        self, zbar: ZbarProcess | None, *, deadline: float = DEADLINE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Own `zbar` and end it in `close`; without it zxing-cpp reads alone. `deadline` in seconds."""
        self._zbar = zbar
        self._deadline = deadline
        self._clock = clock
        self.stages = Stages(zbar)
        """The extra readings by name, for tests and measurements."""
        self.unread: list[Corners] = []
        """Where the last frame showed codes that could not be read."""
        self._order = tuple(self.stages.by_name.values())
        self._turn = 0
        self._follow_next = True
        self._rest = Rest(len(self._order) + 1)
        self._place: tuple[int, int, int, int] | None = None
        self._followed = 0

    def decode(self, frame: Pixels | Gray) -> list[FoundCode]:
        """The codes in a live frame (BGR or gray), their corners in the frame's pixels."""
        start = self._clock()
        gray = to_gray(frame)
        if min(gray.shape) < _LEAST_SIDE or self._rest.is_resting(gray, start):
            self.unread, self._place = [], None
            return []
        found = self._followed_codes(gray) or self._whole(gray)
        if not found and self._clock() - start < self._deadline:
            found = self._extra(gray, start)
        if found or self.unread:
            self._rest.somebody_is_there()
        self._remember(found, gray)
        return found

    def decode_still(self, frame: Pixels | Gray) -> list[FoundCode]:
        """The codes in a picture that does not come again: every reading, fitted to the camera's size and as it is."""
        gray = to_gray(frame)
        if min(gray.shape) < _LEAST_SIDE:
            return []
        self.stages.wait = True
        try:
            for scale, sized in _sizes(gray):
                for stage in (zxing.read, *self._order, *self.stages.for_stills.values()):
                    if found := stage(sized):
                        return [code.placed(scale) for code in found]
        finally:
            self.stages.wait = False
        return []

    def close(self) -> None:
        """End zbar's process."""
        if self._zbar is not None:
            self._zbar.close()

    def _whole(self, gray: Gray) -> list[FoundCode]:
        self._followed = 0
        found, self.unread = zxing.read_all(gray)
        return found

    def _extra(self, gray: Gray, start: float) -> list[FoundCode]:
        """What the next stage reads; where a code was seen, in turns with following its modules."""
        self._follow_next = bool(self.unread) and not self._follow_next
        if self._follow_next:
            box = _around(max(self.unread, key=_width), gray, 0.4)
            cut = np.ascontiguousarray(gray[box[1] : box[3], box[0] : box[2]])
            goes_on = lambda: self._clock() - start < self._deadline  # noqa: E731 - short, and used at once
            return [code.placed(1.0, box[0], box[1]) for code in mesh.read_bent(cut, goes_on)] if cut.size else []
        found = self._order[self._turn](gray)
        self._turn = (self._turn + 1) % len(self._order)
        if not found and not self.unread and self._turn == 0 and (corners := finders.sighted(gray)):
            self.unread = [corners]
        return found

    def _followed_codes(self, gray: Gray) -> list[FoundCode]:
        """What zxing-cpp reads at the last code's place."""
        if self._place is None or self._followed >= _FOLLOWED_FRAMES:
            return []
        self._followed += 1
        left, top, right, bottom = self._place
        cut = gray[top:bottom, left:right]
        return [code.placed(1.0, left, top) for code in zxing.read(cut)] if cut.size else []

    def _remember(self, found: list[FoundCode], gray: Gray) -> None:
        """Follow a code while it is alone; several are looked for in the whole frame."""
        if len(found) != 1:
            self._place = None
            return
        self.unread = []
        # Half the code's size around it: a hand that moves 20 cm a second stays within at 30 frames a second.
        self._place = _around(found[0].corners, gray, 0.5)


def _width(corners: Corners) -> int:
    """The longer side of the upright box around the corners, in pixels."""
    return max(max(along) - min(along) for along in zip(*corners, strict=True))


def _around(corners: Corners, gray: Gray, margin: float) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the box around the corners and `margin` of its longer side, in the frame."""
    xs, ys = zip(*corners, strict=True)
    room = round(_width(corners) * margin)
    height, width = gray.shape
    return (
        max(0, min(xs) - room),
        max(0, min(ys) - room),
        max(0, min(width, max(xs) + room)),
        max(0, min(height, max(ys) + room)),
    )


def _sizes(gray: Gray) -> list[tuple[float, Gray]]:
    """The picture fitted to the camera's size if it is larger, as it is, and smaller still for what is only blur."""
    height, width = gray.shape
    fitted = min(1.0, _FITTED[0] / width, _FITTED[1] / height)
    scales = dict.fromkeys((fitted, 1.0, fitted / 2 if fitted * width > _FITTED[0] / 4 else fitted))
    return [(scale, _scaled(gray, scale)) for scale in scales]


def _scaled(gray: Gray, scale: float) -> Gray:
    if scale == 1.0:
        return gray
    return as_pixels(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
