"""The window of a kiosk that cannot start: sends visitors elsewhere, and tells the operator what is wrong.

It knows no log and no settings, since either may be what is broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kivy.app import App
from kivy.clock import Clock
from kivy.uix.floatlayout import FloatLayout

from kiosk.screens.catalog import load_layouts
from kiosk.screens.fonts import register_font
from kiosk.screens.out_of_order import OutOfOrderScreen
from kiosk.screens.stage import fit_metrics
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.errors import KioskError
    from kiosk.ports import Clock as Time
    from kiosk.screens.stage import Stage

AGAIN_S: Final = 15.0  # a disk that was full, a file that was mended: nobody has to come back to start the kiosk
_TICK_S: Final = 1.0


class FailedApp(App):
    """The window; `is_to_try_again` says afterwards whether it ended by itself to start the kiosk anew."""

    def __init__(self, error: KioskError, stage: Stage, clock: Time, again_s: float = AGAIN_S, **kwargs: Any) -> None:
        """Show `error` for `again_s` seconds."""
        super().__init__(**kwargs)
        self.title = "VB Kiosk"
        self.is_to_try_again = False
        first, *others = str(error).splitlines() or [""]
        detail = f"{first} (+{len(others)})" if others else first
        self._view = View(Face.OUT_OF_ORDER, facts={"code": error.code, "detail": detail})
        self._stage = stage
        self._clock = clock
        self._again_s = again_s
        self._is_large = False

    def build(self) -> Widget:
        """Lay the window out (Kivy calls this)."""
        register_font()
        load_layouts()
        self._fit()
        self.screen = OutOfOrderScreen(stage=self._stage, host=self, now=self._clock.now())
        self.screen.show(self._view)
        self._tick(0)
        Clock.schedule_interval(self._tick, _TICK_S)
        Clock.schedule_once(self._try_again, self._again_s)
        self.root = FloatLayout()
        self.root.add_widget(self.screen)
        return self.root

    # what the screen asks for

    def switch_language(self) -> None:
        """Make the other language the first one."""
        self._stage = self._stage.swapped()
        self.screen.stage = self._stage

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large."""
        self._is_large = not self._is_large
        self._fit()
        self.screen.is_large = self._is_large
        self.screen.refresh()

    def open_guard(self) -> None:
        """Do nothing: without a log nobody can sign in."""

    def _try_again(self, _dt: float) -> None:
        self.is_to_try_again = True
        self.stop()

    def _tick(self, _dt: float) -> None:
        self.screen.tick(self._clock.now())

    def _fit(self) -> None:
        from kivy.core.window import Window

        fit_metrics(*Window.size, large_text=self._is_large)
