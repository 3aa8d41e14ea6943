"""One Kivy window without a display, of one size for the life of the process, and what tests do with it."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from kivy.uix.widget import Widget


def open_window(width_px: int, height_px: int) -> None:
    """Open the window; must come before anything else of Kivy's. The size stays for the process."""
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_HOME=tempfile.mkdtemp(prefix="kivy-"),
        SDL_VIDEODRIVER="offscreen",
        LP_NUM_THREADS="1",
    )
    from kivy.config import Config

    for section, name, value in (
        ("graphics", "width", str(width_px)),
        ("graphics", "height", str(height_px)),
        ("graphics", "multisamples", "0"),
        ("graphics", "resizable", "0"),
        ("kivy", "exit_on_escape", "0"),
        ("input", "mouse", "mouse,disable_multitouch"),
    ):
        Config.set(section, name, value)
    from kivy.base import EventLoop
    from kivy.core.window import Window

    EventLoop.ensure_window()
    if tuple(Window.size) != (width_px, height_px):
        raise AssertionError(f"the window is {Window.size}, not {width_px}x{height_px}")


def settle(frames: int = 4) -> None:
    """Let layouts, bindings and textures come to rest."""
    from kivy.base import EventLoop

    if EventLoop.status != "started":
        EventLoop.start()
    for _frame in range(frames):
        EventLoop.idle()


def pixels() -> np.ndarray:
    """Return what the window shows: height × width × 3, uint8, RGB, first row on top."""
    import numpy as np
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

    width, height = Window.size
    raw = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    return np.frombuffer(raw, np.uint8).reshape(height, width, 3)[::-1]


def save(picture: np.ndarray, path: Path, width_px: int | None = None) -> None:
    """Write `picture` as a PNG, made `width_px` wide when given."""
    from PIL import Image

    image = Image.fromarray(picture)
    if width_px is not None:
        image = image.resize((width_px, round(image.height * width_px / image.width)), Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, optimize=True)


def tap(widget: Widget) -> None:
    """Touch the middle of `widget`, as a finger does: through the window."""
    from kivy.tests.common import UnitTestTouch

    x, y = widget.to_window(*widget.center)
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    settle(1)
    touch.touch_up()
    settle(2)
