"""What is wrong with a drawn screen: words cut or too small, things that overlap, targets too small, red."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.scrollview import ScrollView

from kiosk.screens.live_picture import LivePicture
from kiosk.screens.qr import QrPicture
from kiosk.screens.signs import Sign
from kiosk.screens.text import Text
from kiosk.screens.widgets import Card

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kivy.uix.widget import Widget

LEAST_TYPE_DP: Final = 24
"""Smaller words cannot be read at arm's length: on a 24-inch upright screen 24 px are 6.6 mm high."""

SMALLEST_PART: Final = 0.6
"""Words on one line may be set smaller to fit, but not below this part of the size that was meant."""

LEAST_TOUCH_UPRIGHT_PX: Final = 80  # screens.md, tokens
LEAST_TOUCH_PX: Final = 48  # style.md 5.6

_SLACK_PX: Final = 2
_SOLID: Final = (Text, ButtonBehavior, Sign, QrPicture, LivePicture, Card)
_UPRIGHT_PX: Final = 1080


class Box(NamedTuple):
    """A rectangle on the window, in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> Box:
        """Return what both have in common; its sides cross when there is nothing."""
        return Box(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )

    def is_thick(self) -> bool:
        """Tell whether it is more than a seam."""
        return self.right - self.left > _SLACK_PX and self.top - self.bottom > _SLACK_PX

    def holds(self, other: Box) -> bool:
        """Tell whether `other` lies within, give or take a pixel."""
        return (
            other.left >= self.left - _SLACK_PX
            and other.bottom >= self.bottom - _SLACK_PX
            and other.right <= self.right + _SLACK_PX
            and other.top <= self.top + _SLACK_PX
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """A widget that can be seen, where it is drawn, and all that it lies in, the nearest first."""

    widget: Widget
    box: Box
    within: tuple[Widget, ...]

    @property
    def is_scrolled(self) -> bool:
        """Tell whether it can be drawn up and down: then it may go on beyond its field."""
        return any(isinstance(outer, ScrollView) for outer in self.within)

    def name(self) -> str:
        """Return what a reader finds it by."""
        words = getattr(self.widget, "content", "") or getattr(self.widget, "kind", "")
        return f"{type(self.widget).__name__} {words!r}"


def faults(screen: Widget, width_px: int, height_px: int) -> list[str]:
    """Return what is wrong with `screen`, drawn on a window of this size; a line each."""
    all_seen = list(seen(screen))
    window = Box(0, 0, width_px, height_px)
    return [
        *(fault for one in all_seen if isinstance(one.widget, Text) for fault in _of_text(one, one.widget, window)),
        *(fault for one in all_seen if isinstance(one.widget, ButtonBehavior) for fault in _of_target(one, window)),
        *_overlaps(all_seen),
    ]


def words_on(screen: Widget) -> str:
    """Return every sign that `screen` shows now."""
    return "".join(one.widget.text for one in seen(screen) if isinstance(one.widget, Text))


def seen(widget: Widget, within: tuple[Widget, ...] = ()) -> Iterator[Seen]:
    """Yield what can be seen of `widget` and what lies in it, from the back to the front."""
    if widget.opacity == 0 or widget.width < 1 or widget.height < 1:
        return
    if isinstance(widget, _SOLID):
        box = _drawn(widget)
        if box.right > box.left:
            yield Seen(widget, box, within)
    for child in reversed(widget.children):
        yield from seen(child, (widget, *within))


def _drawn(widget: Widget) -> Box:
    """Return where `widget` is drawn; of words that are one line in the middle, only where they stand."""
    x, y = widget.to_window(*widget.pos)
    if not isinstance(widget, Text):
        return Box(x, y, x + widget.width, y + widget.height)
    if not widget.text:
        return Box(x, y, x, y)
    across, up = widget.texture_size
    left, bottom = x + (widget.width - across) / 2, y + (widget.height - up) / 2
    return Box(left, bottom, left + across, bottom + up)


def _of_text(one: Seen, text: Text, window: Box) -> Iterator[str]:
    across, up = text.texture_size
    if across > text.width + _SLACK_PX or up > text.height + _SLACK_PX:
        yield f"{one.name()}: {across:.0f}x{up:.0f} px of words in a field of {text.width:.0f}x{text.height:.0f}"
    label: Any = text._label  # made with the widget, though its class says None
    lines = len(label._cached_lines)
    if lines > text.text.count("\n") + 1:
        yield f"{one.name()}: broken again, into {lines} lines"
    if text.font_size < dp(LEAST_TYPE_DP) - 0.5 or text.font_size < text.nominal * SMALLEST_PART:
        yield f"{one.name()}: shrunk to {text.font_size / dp(1):.0f} dp"
    if not one.is_scrolled and not window.holds(one.box):
        yield f"{one.name()}: beyond the window: {one.box}"
    for outer in one.within:
        if isinstance(outer, ScrollView):
            return
        x, y = outer.to_window(*outer.pos)
        if not Box(x, y, x + outer.width, y + outer.height).holds(one.box):
            yield f"{one.name()}: beyond its {type(outer).__name__}"
            return


def _of_target(one: Seen, window: Box) -> Iterator[str]:
    least = LEAST_TOUCH_UPRIGHT_PX if window.right == _UPRIGHT_PX else LEAST_TOUCH_PX
    if one.widget.width < least or one.widget.height < least:
        yield f"{one.name()}: {one.widget.width:.0f}x{one.widget.height:.0f} px is too small to touch"
    if not one.is_scrolled and not window.holds(one.box):
        yield f"{one.name()}: beyond the window"


def _overlaps(all_seen: list[Seen]) -> Iterator[str]:
    for one, other in combinations(all_seen, 2):
        if one.widget in other.within or other.widget in one.within:
            continue
        if _in_view(one).meets(_in_view(other)).is_thick():
            yield f"{one.name()} and {other.name()} overlap"


def _in_view(one: Seen) -> Box:
    """Return what of `one` is not cut off by a field that scrolls."""
    box = one.box
    for outer in one.within:
        if isinstance(outer, ScrollView):
            x, y = outer.to_window(*outer.pos)
            box = box.meets(Box(x, y, x + outer.width, y + outer.height))
    return box


def reddish_part(picture: np.ndarray) -> float:
    """Return the part of `picture` (height × width × 3, uint8, RGB) that people call red."""
    red, green, blue = (picture[..., index].astype(np.int16) for index in range(3))
    is_red = (red > 120) & (red - np.maximum(green, blue) > 80) & (np.abs(green - blue) < 60)
    return float(is_red.mean())
