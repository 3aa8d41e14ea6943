"""The live picture with the corners of a frame, into which visitors hold their code, and which then follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

if TYPE_CHECKING:
    import numpy as np
    from kivy.graphics import Canvas

    from kiosk.scanner import Corners


class LivePicture(FloatLayout):
    """What the camera sees, cut to this widget's shape. One texture is used for all frames of one size.

    `code` are the corners of a code that the frame follows, in this widget's window (x, y), none while it waits.
    """

    canvas: Canvas

    region = ObjectProperty(None, allownone=True)
    is_mirrored = BooleanProperty(True)
    hint = StringProperty("")
    hint_second = StringProperty("")
    empty_text = StringProperty("")
    empty_second = StringProperty("")
    code = ListProperty()
    is_read = BooleanProperty(False)
    _texture: Any = None  # a Texture; Kivy ships no types for it
    _shown: np.ndarray | None = None
    _corners: Corners | None = None

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fbind("size", self._fit)
        for name in ("pos", "size"):
            self.fbind(name, self._lay_frame)

    def show_frame(self, frame: np.ndarray | None) -> None:
        """Draw `frame` (height × width × 3, uint8, BGR); None when there is no picture."""
        if frame is self._shown and frame is not None:
            return
        self._shown = frame
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

    def show_code(self, corners: Corners | None, *, is_read: bool) -> None:
        """Lay the frame around the code with these `corners` in the picture; None: back to where it waits."""
        self._corners = corners if self.region is not None else None
        self.is_read = self._corners is not None and is_read
        self._lay_frame()

    def _lay_frame(self, *_args: object) -> None:
        self.code = self._placed(self._corners) if self._corners is not None else []

    def _placed(self, corners: Corners) -> list[tuple[float, float]]:
        """Return pixels of the picture as points of the window, as the picture is cut and mirrored."""
        width, height = self._texture.size
        scale = max(self.width / width, self.height / height)
        to_right = -scale if self.is_mirrored else scale
        return [
            (self.center_x + (x - width / 2) * to_right, self.center_y - (y - height / 2) * scale) for x, y in corners
        ]

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
