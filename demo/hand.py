"""A drawn visitor's hand on the real window: finds what is written on a button, and touches it there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.uix.scrollview import ScrollView

from demo.endings import ClosedError, LostError, TakenOverError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kivy.uix.widget import Widget

    from kiosk.app import KioskApp

_PATIENCE_S: Final = 20.0  # of real time; what has not come by then is not coming

_TOUCHES: Final = 6
_OPENS_S: Final = 3.0  # of real time, for a page to open
_SLIDES: Final = 40  # frames; a layout rests long before


class Finger(MotionEvent):
    """One touch, sent through the window like that of a touchscreen."""

    def __init__(self, x: float, y: float) -> None:
        """Touch at a place of the window, in pixels from its lower left corner."""
        place = {"x": x / (Window.width - 1.0), "y": y / (Window.height - 1.0)}
        super().__init__("finger", 1, place, is_touch=True, type_id="touch")

    def depack(self, args: dict[str, float]) -> None:
        """Take the place over (Kivy asks this of every kind of touch)."""
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ["pos"]
        super().depack(args)


def _ancestors(widget: Widget) -> Iterator[Widget]:
    """Yield what a widget lies in, from the inside out."""
    above = widget.parent
    while above is not None and above.parent is not above:
        yield above
        above = above.parent


class Hand:
    """Reads the screen and touches it. `pause_s`: how long a person would look before each touch."""

    def __init__(self, app: KioskApp, pause_s: float = 0.0) -> None:
        """Work on the window of `app`, which runs."""
        self._app = app
        self._pause_s = pause_s
        self._is_taken_over = False
        Window.bind(on_touch_down=self._touched)

    def _touched(self, _window: object, touch: MotionEvent) -> None:
        self._is_taken_over = self._is_taken_over or not isinstance(touch, Finger)

    def _check(self) -> None:
        """Raise when the window is no longer ours."""
        if EventLoop.status != "started":
            raise ClosedError
        if self._is_taken_over:
            raise TakenOverError

    def frames(self, count: int = 1) -> None:
        """Let the window draw."""
        for _ in range(count):
            self._check()
            EventLoop.idle()
            Window.mainloop()  # takes what came from the display: one pass, despite its name

    def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        """Let the window run until `holds`; raises LostError when it never does."""
        end = time.monotonic() + _PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                raise LostError(f"waited for {what}; the screen shows {self._app.shown_name}")
            self.frames()

    def comes(self, holds: Callable[[], bool]) -> bool:
        """Let the window run a moment; return whether `holds` came true."""
        end = time.monotonic() + _OPENS_S
        while time.monotonic() < end:
            if holds():
                return True
            self.frames()
        return holds()

    def tap(self, key: str) -> None:
        """Touch the button with the text of `key`, in the language that stands first."""
        self.tap_words(self._app.texts.t(key))

    def tap_words(self, words: str) -> None:
        """Touch the button that says `words`."""
        self._look()
        self.wait_for(lambda: self._button(words) is not None, f"the button {words!r}")
        button = self._button(words)
        if button is not None:
            self._touch(button)

    def tap_again(self) -> None:
        """Touch what asks for a second touch."""
        self._look()
        self.wait_for(lambda: self._armed() is not None, "a button that asks once more")
        button = self._armed()
        if button is not None:
            self._touch(button)

    def type_keys(self, text: str) -> None:
        """Type on the large keys."""
        for sign in text:
            self.wait_for(lambda sign=sign: self._key(sign) is not None, f"the key {sign!r}")
            key = self._key(sign)
            if key is not None:
                self._touch(key)

    def _look(self) -> None:
        """Give a person before the screen time to see what is touched."""
        end = time.monotonic() + self._pause_s
        while time.monotonic() < end:
            self.frames()

    def _touch(self, widget: Widget) -> None:
        """Touch `widget` until it hears it.

        On a busy machine a touch may come while the screen is deaf to it, or pass for a swipe; a person touches again.
        """
        heard: list[bool] = []

        def hear(_widget: Widget) -> None:
            heard.append(True)

        widget.fbind("on_release", hear)
        for _ in range(_TOUCHES):
            self._touch_once(widget)
            if self.comes(lambda: bool(heard) or widget.get_root_window() is None):
                break
        widget.funbind("on_release", hear)

    def _touch_once(self, widget: Widget) -> None:
        self.wait_for(lambda: not self._app.root.is_deaf, "a screen that takes touches")
        x, y = self._resting_place(widget)
        finger = Finger(x, y)
        EventLoop.post_dispatch_input("begin", finger)
        self.frames()
        EventLoop.post_dispatch_input("end", finger)
        self.frames()

    def _resting_place(self, widget: Widget) -> tuple[float, float]:
        """Return the middle of `widget` on the window, once it no longer moves: nobody aims at what still slides."""
        place = widget.to_window(*widget.center)
        for _ in range(_SLIDES):
            self.frames()
            before, place = place, widget.to_window(*widget.center)
            if place == before:
                break
        return place

    def _widgets(self) -> Iterator[Widget]:
        root = self._app.screen
        if root is not None:
            yield from root.walk()

    def _button(self, words: str) -> Widget | None:
        shown = (item for item in self._widgets() if getattr(item, "content", None) == words)
        return next((item for item in shown if hasattr(item, "on_release") and not item.disabled), None)

    def _armed(self) -> Widget | None:
        return next((item for item in self._widgets() if getattr(item, "is_armed", False)), None)

    def _key(self, sign: str) -> Widget | None:
        keys = (item for item in self._widgets() if getattr(item, "name", None) == sign)
        return next((item for item in keys if hasattr(item, "on_release")), None)

    def tap_row(self, label: str, is_opened: Callable[[], bool]) -> None:
        """Touch the row of the guard's board that carries `label`, until its page opens.

        A list tells a touch from a swipe by time, so on a busy machine a touch may pass for a swipe; a person, too,
        touches again.
        """
        for _ in range(_TOUCHES):
            row = self._row(label)
            if row is not None:
                scroll = next(item for item in row.walk_reverse() if isinstance(item, ScrollView))
                scroll.scroll_to(row, animate=False)
                self._touch(row)
            if self.comes(is_opened):
                return
        raise LostError(f"the row {label} on the guard's board does not open; the screen shows {self._app.shown_name}")

    def touch_in_list(self, widget: Widget) -> None:
        """Touch something in a list that scrolls, once it is in sight."""
        self._look()
        scroll = next((item for item in widget.walk_reverse() if isinstance(item, ScrollView)), None)
        if scroll is not None and scroll in _ancestors(widget):
            scroll.scroll_to(widget, animate=False)
        self._touch(widget)

    def tap_inside(self, part: Widget, words: str) -> None:
        """Touch what says `words` inside a part of the screen."""
        found = (
            item for item in part.walk() if getattr(item, "content", None) == words and hasattr(item, "on_release")
        )
        button = next(found, None)
        if button is None:
            raise LostError(f"{words!r} is not there; the screen shows {self._app.shown_name}")
        self.touch_in_list(button)

    def _row(self, label: str) -> Widget | None:
        rows = (item for item in self._widgets() if getattr(item, "label", None) == label and hasattr(item, "row"))
        return next(rows, None)

    def picture(self, path: Path) -> None:
        """Save what the window shows as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.frames(3)
        self._app.root.export_to_png(str(path))
