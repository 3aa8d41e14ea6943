"""What lies under every screen, hears every touch, and is deaf for a moment after something took another's place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from kivy.clock import Clock
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

if TYPE_CHECKING:
    from kivy.input.motionevent import MotionEvent

DEAF_S: Final = 0.35
"""So long a touch cannot have been meant for what has just come: it is the second of a hurried pair.

A person needs 0.25 s and more to answer something seen; the touches of a double tap are 0.1 to 0.3 s apart.
"""


class Front(FloatLayout):
    """Holds one screen at a time. `on_touched` tells of every touch that is heard."""

    __events__: ClassVar[tuple[str, ...]] = ("on_touched",)

    def __init__(self) -> None:
        """Hold none yet."""
        super().__init__()
        self._deaf_until = 0.0
        self._once_drawn = Clock.create_trigger(self._drawn)

    def put(self, screen: Widget) -> None:
        """Show `screen` in the place of what was there."""
        self.clear_widgets()
        self.add_widget(screen)
        self.deafen()

    def deafen(self) -> None:
        """Take no touch for a moment: what is to be touched has changed. The moment begins when that is drawn."""
        self._once_drawn()

    def _drawn(self, _dt: float) -> None:
        self._deaf_until = time.monotonic() + DEAF_S

    @property
    def is_deaf(self) -> bool:
        """Whether a touch would be taken for one that was meant for what was there before."""
        return bool(self._once_drawn.is_triggered) or time.monotonic() < self._deaf_until

    def on_touch_down(self, touch: MotionEvent) -> Literal[True] | None:
        """Drop a touch that nobody can have meant for this screen."""
        if self.is_deaf:
            return True
        self.dispatch("on_touched")
        return super().on_touch_down(touch)

    def on_touched(self) -> None:
        """Hear of a touch (an event; the window listens)."""


def ask_first(button: Widget) -> None:
    """Let `button` ask "sure?": nothing else on the screen asks any more, and a touch that follows at once is dropped.

    A glove that bounces is no second thought.
    """
    top = button
    while isinstance(top.parent, Widget):
        top = top.parent
    for other in top.walk():
        if getattr(other, "is_armed", False):
            other.is_armed = False
    button.is_armed = True
    if isinstance(top, Front):
        top.deafen()
