"""A QR code on the screen, from a link."""

from __future__ import annotations

import segno
from kivy.graphics.texture import Texture
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

_BORDER = 4  # modules of quiet zone: ISO/IEC 18004, 5.3.8


def qr_texture(text: str) -> Texture:
    """Return `text` as a QR code, one pixel a module, with its quiet zone; enlarged it stays sharp."""
    rows = [
        bytes(0 if module else 255 for module in row) for row in segno.make(text, error="m").matrix_iter(border=_BORDER)
    ]
    texture = Texture.create(size=(len(rows), len(rows)), colorfmt="luminance")
    texture.mag_filter = texture.min_filter = "nearest"
    texture.blit_buffer(b"".join(rows), colorfmt="luminance", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


class QrPicture(Widget):
    """The code of `url`; nothing when it is empty."""

    url = StringProperty("")
    texture = ObjectProperty(None, allownone=True)

    def on_url(self, _widget: QrPicture, url: str) -> None:
        """Draw the code of `url`."""
        self.texture = qr_texture(url) if url else None


class QrCard(BoxLayout):
    """The code with a line beneath that says what it is for."""

    url = StringProperty("")
    content = StringProperty("")
