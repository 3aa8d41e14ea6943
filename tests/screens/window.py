"""One Kivy window without a display, of one size for the life of the process, and what tests do with it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from kivy.uix.widget import Widget


def open_window(width_px: int, height_px: int) -> None:
    """Open the window; the size stays for the process. Nothing may have asked Kivy for a window before."""
    if "KIVY_HOME" not in os.environ:  # a test's process has one already
        os.environ["KIVY_HOME"] = home = tempfile.mkdtemp(prefix="kivy-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_LOG_MODE="PYTHON",
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
    from kivy.clock import Clock
    from kivy.core.window import Window

    EventLoop.ensure_window()
    Clock._max_fps = 0  # a test waits for nothing; the setting is read once, and the clock may have been there before
    Clock.tick()  # what is planned counts from the last turn, which may be minutes old when other tests came between
    if tuple(Window.size) != (width_px, height_px):
        raise AssertionError(f"the window is {Window.size}, not {width_px}x{height_px}")


def turn(times: int = 1) -> None:
    """Let the clock turn: layouts, bindings, textures and touches come on; nothing is drawn."""
    from kivy.base import EventLoop
    from kivy.clock import Clock
    from kivy.lang import Builder

    if EventLoop.status != "started":
        EventLoop.start()
    for _turn in range(times):
        Clock.tick()
        EventLoop.dispatch_input()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()


def settle() -> None:
    """Let layouts, bindings and textures come to rest, and draw the window."""
    from kivy.base import EventLoop

    turn(4)
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
    turn()
    touch.touch_up()
    turn(2)


def drag_up(widget: Widget) -> None:
    """Draw what `widget` shows upwards with a finger, by a third of its height."""
    from kivy.tests.common import UnitTestTouch

    x, y = widget.to_window(*widget.center)
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    for step in range(1, 9):
        touch.touch_move(x, y + step * widget.height / 24)
        turn(2)
    touch.touch_up()
    turn(2)


def turn_until(is_done: Callable[[], object], most_s: float) -> None:
    """Let the clock turn until something is done, for what Kivy does after a while; at most for so long."""
    until = time.monotonic() + most_s
    while not is_done() and time.monotonic() < until:
        turn(2)
        time.sleep(0.02)
