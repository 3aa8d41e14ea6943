"""The four corners of a frame: in the middle of the live picture, or around a code that is seen in it."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, Final

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.metrics import dp
from kivy.properties import ColorProperty, ListProperty
from kivy.uix.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kivy.graphics import Canvas

_BAR_DP: Final = 152  # below the frame, for the lines that say what to do better
_SIDE: Final = 0.36  # half of the frame's side, as a part of the room's shorter side
_ARM: Final = 0.5  # length of a corner's arm, as a part of half the side
_ROUND: Final = 0.14  # radius of a corner, as a part of half the side
_SIDES: Final = 4
_AROUND: Final = 1.25  # how much larger than a code the frame is that follows it


class FrameCorners(Widget):
    """Four rounded corners in the middle of the picture, or around the `code` that is seen in it."""

    canvas: Canvas

    line_color = ColorProperty((1, 1, 1, 1))
    code = ListProperty()

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", "line_color", "code"):
            self.fbind(name, self._draw)

    def _draw(self, *_args: object) -> None:
        self.canvas.clear()
        thick = dp(6)
        frame = _widened(self.code) if len(self.code) == _SIDES else self._waiting()
        strokes = [
            [self._inside(*_within(frame, right * x, up * y), thick) for x, y in _CORNER]
            for right, up in ((1, 1), (-1, 1), (-1, -1), (1, -1))
        ]
        with self.canvas:
            Color(0, 0, 0, 0.5)  # an edge, so that the frame is seen on a white screen as on a dark coat
            _draw_strokes(strokes, thick + dp(3))
            Color(*self.line_color)
            _draw_strokes(strokes, thick)

    def _inside(self, x: float, y: float, thick: float) -> tuple[float, float]:
        """Keep a point within the picture: a code may be seen in the part that is cut off."""
        across = min(max(x, self.x + thick), self.right - thick)
        return across, min(max(y, self.y + thick), self.top - thick)

    def _waiting(self) -> list[tuple[float, float]]:
        """Return the square that a code is to be held into."""
        half = min(self.width, self.height - dp(_BAR_DP)) * _SIDE
        x, y = self.x + self.width / 2, self.y + (self.height + dp(_BAR_DP)) / 2
        return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


def _draw_strokes(strokes: Sequence[Sequence[tuple[float, float]]], thick: float) -> None:
    """Draw lines with round ends on the canvas that is open."""
    for points in strokes:
        SmoothLine(points=[value for point in points for value in point], width=thick)
        for x, y in (points[0], points[-1]):
            SmoothEllipse(pos=(x - thick, y - thick), size=(2 * thick, 2 * thick))


def _widened(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners moved outwards, so that the frame stands around the code and not on it."""
    middle_x, middle_y = (sum(along) / len(corners) for along in zip(*corners, strict=True))
    return [(middle_x + (x - middle_x) * _AROUND, middle_y + (y - middle_y) * _AROUND) for x, y in corners]


def _within(frame: Sequence[tuple[float, float]], across: float, up: float) -> tuple[float, float]:
    """Return the point of a four-sided `frame` that stands at `across`, `up` (-1 to 1) of a square."""
    shares = ((1 - across) * (1 - up), (1 + across) * (1 - up), (1 + across) * (1 + up), (1 - across) * (1 + up))
    x, y = (sum(s * v for s, v in zip(shares, along, strict=True)) / 4 for along in zip(*frame, strict=True))
    return x, y


def _corner() -> list[tuple[float, float]]:
    """Return the corner at the upper right of a square from -1 to 1."""
    arc = [pi / 2 * step / 10 for step in range(11)]
    inner = 1 - _ROUND
    return [
        (1, 1 - _ARM),
        *((inner + _ROUND * cos(angle), inner + _ROUND * sin(angle)) for angle in arc),
        (1 - _ARM, 1),
    ]


_CORNER: Final = _corner()
