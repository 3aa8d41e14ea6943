"""A window with one screen and no kiosk behind it, and what a touch can change of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.app import App
from kivy.uix.floatlayout import FloatLayout

from kiosk.screens.catalog import load_layouts
from kiosk.screens.fonts import register_font
from kiosk.screens.stage import fit_metrics

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.ports import Clock
    from kiosk.screens.base import BaseScreen
    from kiosk.screens.stage import Stage


class BareApp(App):
    """Shows one screen in both languages and both sizes of text. It knows no log, so nobody can sign in."""

    def __init__(self, stage: Stage, clock: Clock, **kwargs: Any) -> None:
        """`stage` is what the screen begins with."""
        super().__init__(**kwargs)
        self.title = "VB Kiosk"
        self.screen: Any = None
        self._stage = stage
        self._clock = clock
        self._is_large = False

    def lay_out(self, kind: type[BaseScreen]) -> Widget:
        """Make the window's one screen, and return what holds it."""
        register_font()
        load_layouts()
        self._fit()
        self.screen = kind(stage=self._stage, host=self, now=self._clock.now())
        self.root = FloatLayout()
        self.root.add_widget(self.screen)
        return self.root

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

    def _fit(self) -> None:
        from kivy.core.window import Window

        fit_metrics(*Window.size, large_text=self._is_large)
