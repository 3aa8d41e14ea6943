"""The live picture with the corners of a frame, into which visitors hold their code."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, Any, Final

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ColorProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

if TYPE_CHECKING:
    import numpy as np
    from kivy.graphics import Canvas

_BAR_DP: Final = 120  # below the frame, for the line that says what to do better
_SIDE: Final = 0.36  # half of the frame's side, as a part of the room's shorter side
_ARM: Final = 0.5  # length of a corner's arm, as a part of half the side
_ROUND: Final = 0.14  # radius of a corner, as a part of half the side


class LivePicture(FloatLayout):
    """What the camera sees, cut to this widget's shape. One texture is used for all frames of one size."""

    canvas: Canvas

    region = ObjectProperty(None, allownone=True)
    is_mirrored = BooleanProperty(True)
    hint = StringProperty("")
    empty_text = StringProperty("")
    _texture: Any = None  # a Texture; Kivy ships no types for it

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fbind("size", self._fit)

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

    def _fit(self, *_args: object) -> None:
        """Cut anew for another size; without a picture there is nothing to cut."""
        if self.region is not None:
            self._cut()

    def _cut(self) -> None:
        """Take the largest middle part of the picture that has this widget's shape."""
        if self._texture is None or not self.height or not self.width:
            return
        width, height = self._texture.size
        part = min(width / self.width, height / self.height)
        across, up = self.width * part, self.height * part
        self.region = self._texture.get_region((width - across) / 2, (height - up) / 2, across, up)


class FrameCorners(Widget):
    """Four rounded corners in the middle of the picture."""

    canvas: Canvas

    line_color = ColorProperty((1, 1, 1, 1))

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", "line_color"):
            self.fbind(name, self._draw)

    def _draw(self, *_args: object) -> None:
        self.canvas.clear()
        thick = dp(6)
        half = min(self.width, self.height - dp(_BAR_DP)) * _SIDE
        middle_x, middle_y = self.x + self.width / 2, self.y + (self.height + dp(_BAR_DP)) / 2
        with self.canvas:
            Color(*self.line_color)
            for right, up in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
                points = [(middle_x + right * half * x, middle_y + up * half * y) for x, y in _CORNER]
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
