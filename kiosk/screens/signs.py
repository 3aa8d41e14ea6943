"""Signs drawn with lines, so that they never depend on a font: tick, clock, person and the like."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, Final

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

if TYPE_CHECKING:
    from kivy.graphics import Canvas

Stroke = tuple[tuple[float, float], ...]


def _arc(x: float, y: float, radius: float, start: float = 0.0, end: float = 360.0) -> Stroke:
    """Return points on a circle; degrees run counter-clockwise from the right."""
    steps = max(8, round(abs(end - start) / 6))
    angles = [(start + (end - start) * step / steps) * pi / 180 for step in range(steps + 1)]
    return tuple((x + radius * cos(angle), y + radius * sin(angle)) for angle in angles)


SIGNS: Final[dict[str, tuple[Stroke, ...]]] = {
    "tick": (((-0.75, 0.0), (-0.22, -0.52), (0.75, 0.5)),),
    "clock": (_arc(0, 0, 0.92), ((0.0, 0.5), (0.0, -0.02), (0.36, -0.2))),
    "person": (_arc(0, 0.42, 0.42), _arc(0, -0.95, 0.78, 0, 180)),
    "place": (
        (*_arc(0, 0.28, 0.62, 215, -35), (0.0, -0.95), _arc(0, 0.28, 0.62, 215, -35)[0]),
        _arc(0, 0.28, 0.2),
    ),
    "bell": (
        (*_arc(0, 0.2, 0.58, 180, 0), (0.62, -0.2), (0.85, -0.55), (-0.85, -0.55), (-0.62, -0.2), (-0.58, 0.2)),
        ((-0.2, -0.85), (0.2, -0.85)),
    ),
    "alert": (
        ((0.0, 0.85), (0.9, -0.7), (-0.9, -0.7), (0.0, 0.85)),
        ((0.0, 0.28), (0.0, -0.2)),
        ((0.0, -0.44), (0.0, -0.46)),
    ),
    "more": (((-0.7, 0.0), (-0.69, 0.0)), ((0.0, 0.0), (0.01, 0.0)), ((0.7, 0.0), (0.69, 0.0))),
    "cross": (((-0.6, 0.6), (0.6, -0.6)), ((-0.6, -0.6), (0.6, 0.6))),
    "box": (((-0.8, 0.8), (0.8, 0.8), (0.8, -0.8), (-0.8, -0.8), (-0.8, 0.8)),),
    "ticked": (
        ((-0.8, 0.8), (0.8, 0.8), (0.8, -0.8), (-0.8, -0.8), (-0.8, 0.8)),
        ((-0.45, 0.0), (-0.12, -0.36), (0.48, 0.36)),
    ),
    "phone": (
        ((-0.45, 0.9), (0.45, 0.9), (0.45, -0.9), (-0.45, -0.9), (-0.45, 0.9)),
        ((-0.12, -0.62), (0.12, -0.62)),
    ),
    "look": (_arc(-0.15, 0.15, 0.6), ((0.3, -0.3), (0.85, -0.85))),
    "door": (
        ((-0.15, -0.85), (-0.75, -0.85), (-0.75, 0.85), (-0.15, 0.85)),
        ((-0.2, 0.0), (0.85, 0.0)),
        ((0.45, 0.4), (0.85, 0.0), (0.45, -0.4)),
    ),
    "pause": (((-0.35, 0.7), (-0.35, -0.7)), ((0.35, 0.7), (0.35, -0.7))),
    "back": (
        ((-0.95, 0.0), (-0.4, 0.62), (0.95, 0.62), (0.95, -0.62), (-0.4, -0.62), (-0.95, 0.0)),
        ((-0.08, 0.24), (0.44, -0.24)),
        ((-0.08, -0.24), (0.44, 0.24)),
    ),
    # Where the manual lane measures: a hand whose sleeve is rolled up, a neck over an open collar.
    "wrist": (
        ((1.0, 0.55), (0.5, 0.55), (0.5, -0.55), (1.0, -0.55)),
        ((0.66, 0.55), (0.66, -0.55)),
        ((0.5, 0.36), (-0.2, 0.3), (-0.36, 0.42), (-0.5, 0.66), (-0.68, 0.72), (-0.72, 0.58), (-0.58, 0.36)),
        ((-0.58, 0.36), (-0.94, 0.32), (-1.0, 0.22), (-1.0, -0.2), (-0.92, -0.3), (-0.5, -0.36), (-0.2, -0.3)),
        ((-0.2, -0.3), (0.5, -0.36)),
        ((-1.0, 0.1), (-0.62, 0.1)),
        ((-1.0, -0.08), (-0.62, -0.08)),
    ),
    "neck": (
        _arc(0, 0.5, 0.42, -62, 242),
        ((-0.2, 0.13), (-0.2, -0.18), (-0.5, -0.34), (-0.86, -0.52), (-0.96, -0.95)),
        ((0.2, 0.13), (0.2, -0.18), (0.5, -0.34), (0.86, -0.52), (0.96, -0.95)),
        ((-0.42, -0.3), (0.0, -0.78), (0.42, -0.3)),
    ),
}
"""Strokes in a square from -1 to 1, y upwards."""

SPOTS: Final[dict[str, tuple[Stroke, ...]]] = {
    "wrist": (_arc(0.14, 0, 0.17), ((0.14, 0.95), (0.14, 0.3)), ((0.0, 0.46), (0.14, 0.28), (0.28, 0.46))),
    "neck": (_arc(0.12, -0.04, 0.15), ((0.98, -0.04), (0.4, -0.04)), ((0.54, 0.1), (0.38, -0.04), (0.54, -0.18))),
}
"""Of a sign, the strokes that point at what matters, in `spot_color`."""


class Sign(Widget):
    """One sign on a disc. `disc` may be clear, `part` is the sign's size as a part of the disc's."""

    canvas: Canvas

    kind = StringProperty("tick")
    disc = ColorProperty((0, 0, 0, 0))
    line_color = ColorProperty((0, 0, 0, 1))
    spot_color = ColorProperty((0, 0, 0, 1))
    part = NumericProperty(0.5)
    thick = NumericProperty(0.055)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", "kind", "disc", "line_color", "spot_color", "part", "thick"):
            self.fbind(name, self._draw)
        self._draw()

    def _draw(self, *_args: object) -> None:
        across = min(self.size)
        # Reckoned here: `center` may still be the old one while its parts are being set.
        middle_x, middle_y = self.x + self.width / 2, self.y + self.height / 2
        thick = max(1.0, across * self.thick / 2)
        half = across * self.part / 2
        self.canvas.clear()
        with self.canvas:
            Color(*self.disc)
            SmoothEllipse(pos=(middle_x - across / 2, middle_y - across / 2), size=(across, across))
            for color, strokes in ((self.line_color, SIGNS[self.kind]), (self.spot_color, SPOTS.get(self.kind, ()))):
                Color(*color)
                for stroke in strokes:
                    points = [(middle_x + x * half, middle_y + y * half) for x, y in stroke]
                    SmoothLine(points=[value for point in points for value in point], width=thick)
                    for x, y in (points[0], points[-1]):  # round ends
                        SmoothEllipse(pos=(x - thick, y - thick), size=(2 * thick, 2 * thick))
