"""Words on a screen: wrapped as Chinese and English want it, measured, and drawn as heavy as they are meant."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kivy.core.text import Label as CoreLabel
from kivy.graphics import Color, Rectangle
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.label import Label

from kiosk.screens.fonts import FONT_NAME
from kiosk.screens.wrap import wrapped

if TYPE_CHECKING:
    from kivy.graphics import Canvas

_CORNERS = ((1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5))
"""Where heavier type is drawn again, in parts of its weight: to the right, above (`fonts.py` tells why)."""

_SLACK = 0.985
"""Pieces are measured one by one; kerning and rounding may add a little to the whole line."""


@lru_cache(maxsize=32768)  # 5 MB at most; all pieces of both languages in both sizes are fewer
def measured(text: str, size_px: float) -> float:
    """Return the width in pixels of `text` set in one line at `size_px`."""
    return CoreLabel(font_name=FONT_NAME, font_size=size_px).get_extents(text)[0]


def lines_of(text: str, size_px: float, width_px: float) -> int:
    """Return in how many lines `text` is set at `size_px` in a field of this width."""
    return wrapped(text, lambda part: measured(part, size_px), width_px * _SLACK).count("\n") + 1


class Text(Label):
    """Words that wrap as Chinese and English want it, and take the height they need.

    `content` is what is said. With `is_one_line` the words never wrap: they are set smaller until they fit. With
    `is_natural` they are one line and the widget is as wide as they are. `is_balanced` makes lines about equally long:
    good for a few, not for a page.
    `weight` draws the words as heavier type would (see `fonts.py`), as a part of the size of the type.
    """

    canvas: Canvas

    content = StringProperty("")
    nominal = NumericProperty("48sp")
    is_one_line = BooleanProperty(False)
    is_natural = BooleanProperty(False)
    is_balanced = BooleanProperty(True)
    weight = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._heavier: tuple[Rectangle, ...] = ()
        for name in ("content", "width", "nominal", "is_one_line", "is_natural"):
            self.fbind(name, self._set_lines)
        for name in ("texture", "texture_size", "pos", "size", "weight"):
            self.fbind(name, self._set_weight)
        self._set_lines()
        self._set_weight()

    def _set_lines(self, *_args: object) -> None:
        if self.is_one_line or self.is_natural:
            needed = max(1.0, measured(self.content, self.nominal))
            part = 1.0 if self.is_natural else min(1.0, self.width * _SLACK / needed)
            self.font_size = self.nominal * part
            self.text = self.content
            if self.is_natural:
                self.size_hint_x = None
                self.width = needed + 2
            return
        self.font_size = self.nominal
        self.text = wrapped(
            self.content,
            lambda part: measured(part, self.nominal),
            self.width * _SLACK,
            is_balanced=self.is_balanced,
        )

    def _set_weight(self, *_args: object) -> None:
        """Draw the words a hair to each of four corners as well.

        Corners, not sides: sides would leave steps where strokes end. By hand, since half of all that Kivy's language
        would bind for a text are these, and most texts have no weight.
        """
        if not self.weight and not self._heavier:
            return
        if not self._heavier:
            with self.canvas.after:
                Color(1, 1, 1, 1)
                self._heavier = tuple(Rectangle() for _ in _CORNERS)
        across, up = self.texture_size if self.weight else (0, 0)
        # Reckoned here: `center` may still be the old one while its parts are being set.
        left, bottom = int(self.x + (self.width - across) / 2), int(self.y + (self.height - up) / 2)
        hair = self.font_size * self.weight
        for corner, (right, above) in zip(self._heavier, _CORNERS, strict=True):
            corner.texture, corner.size = self.texture, (across, up)
            corner.pos = left + right * hair, bottom + above * hair
