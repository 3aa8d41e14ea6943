"""Signs drawn with lines, so that they never depend on a font: tick, clock, person and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.clock import Clock
from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens.poses import POSES, STANCES
from kiosk.screens.strokes import Stroke, arc

if TYPE_CHECKING:
    from kivy.graphics import Canvas

SIGNS: Final[dict[str, tuple[Stroke, ...]]] = {
    "tick": (((-0.75, 0.0), (-0.22, -0.52), (0.75, 0.5)),),
    "clock": (arc(0, 0, 0.92), ((0.0, 0.5), (0.0, -0.02), (0.36, -0.2))),
    "person": (arc(0, 0.42, 0.42), arc(0, -0.95, 0.78, 0, 180)),
    "place": (
        (*arc(0, 0.28, 0.62, 215, -35), (0.0, -0.95), arc(0, 0.28, 0.62, 215, -35)[0]),
        arc(0, 0.28, 0.2),
    ),
    "bell": (
        (*arc(0, 0.2, 0.58, 180, 0), (0.62, -0.2), (0.85, -0.55), (-0.85, -0.55), (-0.62, -0.2), (-0.58, 0.2)),
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
    "look": (arc(-0.15, 0.15, 0.6), ((0.3, -0.3), (0.85, -0.85))),
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
    **{site.value: pose.lines for site, pose in POSES.items()},
    **{f"stand_{name}": lines for name, (lines, _spots) in STANCES.items()},
}
"""Strokes in a square from -1 to 1, y upwards."""

SPOTS: Final[dict[str, tuple[Stroke, ...]]] = {
    **{site.value: pose.spots for site, pose in POSES.items()},
    **{f"stand_{name}": spots for name, (_lines, spots) in STANCES.items()},
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
        # Once for all that changes before the next frame: a sign that is being laid out would be drawn five times.
        draw = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "kind", "disc", "line_color", "spot_color", "part", "thick"):
            self.fbind(name, draw)
        draw()

    def _draw(self, _dt: float) -> None:
        across = min(self.size)
        # Reckoned here: `center` may still be the old one while its parts are being set.
        middle_x, middle_y = self.x + self.width / 2, self.y + self.height / 2
        thick = max(1.0, across * self.thick / 2)
        half = across * self.part / 2
        self.canvas.clear()
        if across <= 0:
            return
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
