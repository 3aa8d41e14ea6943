"""The live picture with the corners of a frame, into which visitors hold their code."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, Final

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ColorProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

if TYPE_CHECKING:
    import numpy as np

_SIDE: Final = 0.3  # half of the frame's side, as a part of the picture's shorter side
_ARM: Final = 0.5  # length of a corner's arm, as a part of half the side
_ROUND: Final = 0.14  # radius of a corner, as a part of half the side


class LivePicture(FloatLayout):
    """What the camera sees, cut to this widget's shape. One texture is used for all frames of one size."""

    region = ObjectProperty(None, allownone=True)
    is_mirrored = BooleanProperty(True)
    hint = StringProperty("")
    empty_text = StringProperty("")
    _texture: Texture | None = None

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fbind("size", self._cut)

    def show_frame(self, frame: np.ndarray | None) -> None:
        """Draw `frame` (height × width × 3, uint8, BGR); None when there is no picture."""
        if frame is None:
            self.region = None
            return
        height, width = frame.shape[:2]
        if self._texture is None or self._texture.size != (width, height):
            self._texture = Texture.create(size=(width, height), colorfmt="bgr")
            self._texture.flip_vertical()
            if self.is_mirrored:
                self._texture.flip_horizontal()
            self.region = None
        self._texture.blit_buffer(frame.reshape(-1), colorfmt="bgr", bufferfmt="ubyte")
        if self.region is None:
            self._cut()
        self.canvas.ask_update()

    def _cut(self, *_args: object) -> None:
        """Take the largest middle part of the picture that has this widget's shape."""
        if self._texture is None or not self.height or not self.width:
            return
        width, height = self._texture.size
        part = min(width / self.width, height / self.height)
        across, up = self.width * part, self.height * part
        self.region = self._texture.get_region((width - across) / 2, (height - up) / 2, across, up)


class FrameCorners(Widget):
    """Four rounded corners in the middle of the picture."""

    line_color = ColorProperty((1, 1, 1, 1))

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", "line_color"):
            self.fbind(name, self._draw)

    def _draw(self, *_args: object) -> None:
        self.canvas.clear()
        half = min(self.size) * _SIDE
        thick = dp(6)
        with self.canvas:
            Color(*self.line_color)
            for right, up in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
                points = [
                    (self.center_x + right * half * x, self.center_y + dp(30) + up * half * y) for x, y in _CORNER
                ]
                SmoothLine(points=[value for point in points for value in point], width=thick)
                for x, y in (points[0], points[-1]):  # round ends
                    SmoothEllipse(pos=(x - thick, y - thick), size=(2 * thick, 2 * thick))


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
