"""How a screen is divided: upright one part above the other, lying side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.layout import Layout

if TYPE_CHECKING:
    from kivy.uix.widget import Widget


class Sides(Layout):
    """Three parts in this order: head (words), body, foot (what to touch).

    Upright: head on top, foot at the bottom, body in the room between. Lying: head left, body and foot right; with
    `body_alone`, head and foot left and the body right. Head and foot take the height they need. `is_centred`
    centres the head in its column when lying. `head_part`: the head's part of the width when lying.
    """

    is_wide = BooleanProperty(False)
    body_alone = BooleanProperty(False)
    is_centred = BooleanProperty(False)
    head_part = NumericProperty(0.48)
    margin = NumericProperty("56dp")
    above = NumericProperty("24dp")
    below = NumericProperty("64dp")
    between = NumericProperty("28dp")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", "children", "margin", "above", "below", "between", "head_part", "body_alone"):
            self.fbind(name, self._trigger_layout)

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add the next part: head, body, foot."""
        widget.fbind("minimum_height", self._trigger_layout)
        super().add_widget(widget, *args, **kwargs)

    def do_layout(self, *_args: object) -> None:
        """Place the three parts."""
        if len(self.children) != 3:  # noqa: PLR2004 - head, body, foot
            return
        foot, body, head = self.children
        self.is_wide = self.width > self.height
        left, width = self.x + self.margin, self.width - 2 * self.margin
        bottom, top = self.y + self.below, self.top - self.above
        if not self.is_wide:
            _place(head, left, top - head.minimum_height, width, head.minimum_height)
            _place(foot, left, bottom, width, foot.minimum_height)
            low = bottom + (foot.minimum_height + self.between if foot.minimum_height else 0)
            _place(body, left, low, width, max(0, head.y - self.between - low))
            return
        left_width = (width - self.margin) * self.head_part
        right, right_width = left + left_width + self.margin, width - self.margin - left_width
        beside = left if self.body_alone else right
        _place(foot, beside, bottom, left_width if self.body_alone else right_width, foot.minimum_height)
        low = bottom if self.body_alone else bottom + foot.minimum_height + self.between
        _place(body, right, low, right_width, top - low)
        free = (top - bottom - head.minimum_height) / 2 if self.is_centred else 0
        _place(head, left, top - max(0, free) - head.minimum_height, left_width, head.minimum_height)


def _place(widget: Widget, x: float, y: float, width: float, height: float) -> None:
    widget.pos = (x, y)
    widget.size = (width, height)
