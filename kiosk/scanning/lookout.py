"""What the visitor is shown of what the scanner sees: the code that a frame follows, and a line that helps."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from kiosk.scanning.frames import to_gray
from kiosk.scanning.hints import Hint, hint_for
from kiosk.scanning.watch import CameraState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.scanning.codes import Corners, FoundCode
    from kiosk.scanning.frames import Pixels


@dataclass(frozen=True, slots=True)
class Sight:
    """One moment of the scanner, for a screen.

    `picture` is the newest frame (BGR), not copied, None while the camera gives none that can be read: a picture that
    stands still must not look like a live one. `outline` are the corners of the code to follow in its pixels.
    """

    picture: Pixels | None = None
    outline: Corners | None = None
    is_read: bool = False
    hint: Hint = Hint.NONE
    state: CameraState = CameraState.OK


class Lookout:
    """Follows one code and settles on one hint. One thread tells it, any may ask; times are monotonic seconds.

    A hint comes only for a code that stays unread for `hint_after`: most are read sooner, and nobody is corrected who
    is doing well. It then stays for `hint_lasts`, so that it can be read. The outline bridges frames without the code.
    """

    _OUTLINE_LASTS = 0.5

    def __init__(self, is_ours: Callable[[str], bool], *, hint_after: float, hint_lasts: float) -> None:
        """`is_ours` tells a text that the kiosk takes; only such a one is shown as read."""
        self._is_ours = is_ours
        self._after = hint_after
        self._lasts = hint_lasts
        self._unread_since = -inf
        self._unread_at = -inf
        self._hint = (Hint.NONE, -inf, -inf)
        self._outline: tuple[Corners | None, bool, float] = (None, False, -inf)

    def see(
        self, codes: Sequence[FoundCode], unread: Sequence[Corners], frame: Pixels, at: float, *, is_new: bool
    ) -> None:
        """Take what one frame showed: the codes that were read, else those that were not. `is_new`: now reported."""
        if codes:
            ours = [code for code in codes if self._is_ours(code.text)]
            self._outline = (max((code.corners for code in ours or codes), key=_size), bool(ours), at)
            self._read(is_ours=bool(ours), is_new=is_new, at=at)
        elif unread:
            self._outline = (max(unread, key=_size), False, at)
            self._unread(hint_for(to_gray(frame), list(unread)), at)

    def sight(self, picture: Pixels | None, state: CameraState, now: float) -> Sight:
        """What is shown now of the newest `picture` of a camera in that state."""
        corners, is_read, at = self._outline
        if picture is None or not state.reads:
            return Sight(state=state)
        is_there = now - at < self._OUTLINE_LASTS
        return Sight(picture, corners if is_there else None, is_there and is_read, self._hint_at(now), state)

    def _hint_at(self, now: float) -> Hint:
        hint, _began, until = self._hint
        return hint if now < until else Hint.NONE

    def _read(self, *, is_ours: bool, is_new: bool, at: float) -> None:
        self._unread_at = -inf
        if not is_ours:
            self._hint = (Hint.NOT_A_BOOKING_CODE, at, at + self._lasts)
        elif is_new:
            self._hint = (Hint.READ, at, at + self._lasts)
        elif self._hint[0] is not Hint.READ:
            self._hint = (Hint.NONE, at, at)

    def _unread(self, hint: Hint, at: float) -> None:
        if at - self._unread_at > self._lasts:
            self._unread_since = at
        self._unread_at = at
        if at - self._unread_since < self._after or hint is Hint.NONE:
            return
        shown, began, _until = self._hint
        if self._hint_at(at) is Hint.NONE or (hint is not shown and at - began >= self._lasts):
            shown, began = hint, at
        self._hint = (shown, began, at + self._lasts)


def _size(corners: Corners) -> int:
    """Twice the area within the corners, in pixels."""
    following = (*corners[1:], corners[0])
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(corners, following, strict=True)))
