"""What lies under every screen, and is deaf for a moment after one took another's place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Literal

from kivy.uix.floatlayout import FloatLayout

if TYPE_CHECKING:
    from kivy.input.motionevent import MotionEvent
    from kivy.uix.widget import Widget

DEAF_S: Final = 0.35
"""So long a touch cannot have been meant for what has just come: it is the second of a hurried pair.

A person needs 0.25 s and more to answer something seen; the touches of a double tap are 0.1 to 0.3 s apart.
"""


class Front(FloatLayout):
    """Holds one screen at a time."""

    def __init__(self) -> None:
        """Hold none yet."""
        super().__init__()
        self._deaf_until = 0.0

    def put(self, screen: Widget) -> None:
        """Show `screen` in the place of what was there."""
        self.clear_widgets()
        self.add_widget(screen)
        self._deaf_until = time.monotonic() + DEAF_S

    @property
    def is_deaf(self) -> bool:
        """Whether a touch would be taken for one that was meant for the screen before."""
        return time.monotonic() < self._deaf_until

    def on_touch_down(self, touch: MotionEvent) -> Literal[True] | None:
        """Drop a touch that nobody can have meant for this screen."""
        return True if self.is_deaf else super().on_touch_down(touch)
