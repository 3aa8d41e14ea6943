"""How a screen is divided: upright one part above the other, lying side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty
from kivy.uix.layout import Layout

if TYPE_CHECKING:
    from kivy.uix.widget import Widget


_MOST_SQUEEZE_DP: Final = 140
"""A big sign gives way by so much, and no more: it must stay a sign."""


class Sides(Layout):
    """Three parts in this order: head (words), body, foot (what to touch).

    Upright: head on top, foot at the bottom, body in the room between. Lying, by `lying`: "body_right" sets head left,
    body and foot right; "body_left" head and body left, foot right; "body_alone" head and foot left, body right. Head
    and foot take the height they need; where that is too much, the head is told by its `squeeze` how many pixels are
    wanting, and its big sign gives way. When lying, `is_centred` centres the head in its column and
    `is_body_centred` the body in its room; `head_part` is the left column's part of the width.
    """

    is_wide = BooleanProperty(False)
    lying = OptionProperty("body_right", options=["body_right", "body_left", "body_alone"])
    is_centred = BooleanProperty(False)
    is_body_centred = BooleanProperty(False)
    head_part = NumericProperty(0.48)
    margin = NumericProperty("56dp")
    above = NumericProperty("24dp")
    below = NumericProperty("64dp")
    between = NumericProperty("28dp")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", "children", "margin", "above", "below", "between", "head_part", "lying"):
            self.fbind(name, self._trigger_layout)

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add the next part: head, body, foot."""
        widget.fbind("minimum_height", self._trigger_layout)
        super().add_widget(widget, *args, **kwargs)

    def do_layout(self, *_args: object) -> None:
        """Place the three parts."""
        if len(self.children) != 3:  # noqa: PLR2004 - head, body, foot
            return
        self.is_wide = self.width > self.height
        room = _Room(self.x + self.margin, self.y + self.below, self.right - self.margin, self.top - self.above)
        if self.is_wide:
            self._lay_side_by_side(room)
        else:
            self._stack(room, *reversed(self.children))

    def _stack(self, room: _Room, head: Widget, body: Widget, foot: Widget) -> None:
        """Set head on top, foot at the bottom, body between."""
        _place(head, room, room.top - head.minimum_height, room.top)
        _place(foot, room, room.bottom, room.bottom + foot.minimum_height)
        low = foot.top + self.between if foot.minimum_height else room.bottom
        _place(body, room, low, head.y - self.between)
        _squeeze(head, head.y - self.between - low - _least_height(body))

    def _lay_side_by_side(self, room: _Room) -> None:
        foot, body, head = self.children
        edge = room.left + (room.right - room.left - self.margin) * self.head_part
        left, right = room._replace(right=edge), room._replace(left=edge + self.margin)
        foot_room = left if self.lying == "body_alone" else right
        _place(foot, foot_room, room.bottom, room.bottom + foot.minimum_height)
        height = room.top - room.bottom
        _squeeze(head, height - head.minimum_height - (_least_height(body) if self.lying == "body_left" else 0))
        free = (height - head.minimum_height) / 2 if self.is_centred else 0
        top = room.top - max(0, free)
        _place(head, left, top - head.minimum_height, top)
        if self.lying == "body_left":
            _place(body, left, room.bottom, head.y - self.between)
            return
        low = foot.top + self.between if self.lying == "body_right" and foot.minimum_height else room.bottom
        spare = (room.top - low - body.minimum_height) / 2 if self.is_body_centred else 0
        _place(body, right, low, room.top - max(0, spare))


def _least_height(body: Widget) -> float:
    """Return the height that `body` needs; none when it scrolls or fills what there is."""
    return getattr(body, "minimum_height", 0)


def _squeeze(head: Widget, slack: float) -> None:
    """Tell `head` how much smaller its sign must be, `slack` pixels being left over (or wanting, below 0)."""
    if hasattr(head, "squeeze"):
        head.squeeze = min(dp(_MOST_SQUEEZE_DP), max(0, head.squeeze - slack))


class _Room(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


def _place(widget: Widget, room: _Room, bottom: float, top: float) -> None:
    """Set `widget` across `room`, from `bottom` to `top`."""
    widget.pos = (room.left, bottom)
    widget.size = (room.right - room.left, max(0, top - bottom))
