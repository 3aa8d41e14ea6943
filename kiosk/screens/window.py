"""The window: set up before Kivy makes it, and the keyboard that a hand scanner types on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from kivy.uix.widget import Widget

MAX_FPS = 30  # a still screen costs nothing, and a ring that fills needs no more


def configure(width_px: int, height_px: int, *, fullscreen: bool, max_fps: int = MAX_FPS) -> None:
    """Set Kivy up for a kiosk; must come before the window is made (its size then stays).

    No right-click multi-touch, no quitting by Esc; "fake" fullscreen is a borderless window of exactly this size,
    since "auto" shifts every touch where no window manager runs (kivy-facts.md, section 6). `max_fps` 0: as fast as
    it goes, where nobody looks.
    """
    values = {
        "graphics": {
            "width": width_px,
            "height": height_px,
            "fullscreen": "fake" if fullscreen else 0,
            "borderless": int(fullscreen),
            "position": "custom" if fullscreen else "auto",
            "left": 0,
            "top": 0,
            "multisamples": 0,
            "resizable": 0,
            "maxfps": max_fps,
            "show_cursor": int(not fullscreen),
        },
        "kivy": {"exit_on_escape": 0, "log_level": "warning"},
        "input": {"mouse": "mouse,disable_multitouch"},
    }
    for section, items in values.items():
        for name, value in items.items():
            Config.set(section, name, str(value))


class TypedKeys:
    """Hears every character typed on the window, the shifted ones as well.

    Kivy's `on_textinput` of the window falls silent once a text field had the focus; a keyboard of one's own does
    not (kivy-facts.md, section 3). The kiosk has no text fields, so nothing else ever takes it away for long.
    """

    def __init__(self, root: Widget, on_text: Callable[[str], None]) -> None:
        """Tell `on_text` each piece of text, Return as a line end; `root` is the widget that is typed on."""
        self._root = root  # a widget, not the window: the window asks its place when it is resized
        self._on_text = on_text
        self._keyboard: Any = None
        self._is_over = False
        self._take()

    def let_go(self) -> None:
        """Hear nothing any more, and leave the keyboard to who wants it: two that take it back would fight for ever."""
        self._is_over = True
        self._keyboard.release()

    def _take(self, *_args: object) -> None:
        from kivy.core.window import Window

        if self._is_over:
            return

        self._keyboard = Window.request_keyboard(self._lost, self._root, "text")
        self._keyboard.bind(on_textinput=self._typed, on_key_down=self._pressed)

    def _lost(self) -> None:
        from kivy.clock import Clock

        self._keyboard.unbind(on_textinput=self._typed, on_key_down=self._pressed)
        Clock.schedule_once(self._take)

    def _typed(self, _keyboard: object, text: str) -> None:
        self._on_text(text)

    def _pressed(self, _keyboard: object, key: tuple[int, str], *_args: object) -> bool:
        if key[1] in {"enter", "numpadenter"}:
            self._on_text("\n")
        return True
