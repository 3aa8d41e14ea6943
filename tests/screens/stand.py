"""A stand for screens: one window that shows samples as the app does, for a host that only notes what it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.core.window import Window
from kivy.uix.floatlayout import FloatLayout

from kiosk.screens.base import GuardScreen
from kiosk.screens.calm import keep_for_good
from kiosk.screens.catalog import SCREENS, SETUP_SCREENS, Panel, Setup, load_layouts, required_texts
from kiosk.screens.fonts import register_font
from kiosk.screens.live_picture import LivePicture
from kiosk.screens.stage import Stage, fit_metrics
from kiosk.services.views import Face
from kiosk.texts import Texts
from tests.screens import looks
from tests.screens.samples_base import CONFIG, NOW, settings
from tests.screens.window import settle, turn

if TYPE_CHECKING:
    import numpy as np

    from kiosk.screens.base import BaseScreen
    from tests.screens.samples_base import Sample


class NotingHost:
    """Takes every act for done and notes it: name and arguments."""

    def __init__(self) -> None:
        self.acts: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> object:
        """Return an act that is noted when it is called."""
        return lambda *values, **named: self.acts.append((name, *values, *named.items()))


class Stand:
    """Shows samples on the window. Each screen is made once and shown again, as in the app."""

    def __init__(self, width: int, height: int) -> None:
        register_font()
        load_layouts()
        self.width, self.height = width, height
        self.host = NotingHost()
        self.signs: set[str] = set()
        self._stages = {
            first: Stage(Texts.load(CONFIG, first, required_texts()), settings(width, height)) for first in ("zh", "en")
        }
        self._screens: dict[Face | Panel | Setup, BaseScreen] = {}
        self._root = FloatLayout()
        Window.add_widget(self._root)
        self._is_large = False
        fit_metrics(width, height, large_text=False)

    @property
    def is_guards(self) -> bool:
        """Tell whether a guard's screen is shown."""
        return isinstance(self.screen, GuardScreen)

    @property
    def screen(self) -> BaseScreen:
        """The screen that is shown."""
        return self._root.children[0]

    def show(
        self, sample: Sample, language: str = "zh", *, is_large: bool = False, is_drawn: bool = True
    ) -> BaseScreen:
        """Show `sample`, and return its screen once it stands still; `is_drawn`: whether its pixels are wanted."""
        if is_large is not self._is_large:
            self._is_large = is_large
            fit_metrics(self.width, self.height, large_text=is_large)
        stage = self._stages[language]
        if sample.place not in self._screens:
            made: type[BaseScreen] = {**SCREENS, **SETUP_SCREENS}[sample.place]
            self._screens[sample.place] = made(stage=stage, host=self.host, now=NOW)
            keep_for_good()
        screen = self._screens[sample.place]
        screen.stage = stage
        screen.is_large, screen.is_simulated, screen.waiting = is_large, sample.is_simulated, 0
        screen.is_training = sample.is_training
        screen.hear_alarm(sample.alarm)
        stays = sample.place in {Face.IDLE, Face.OUT_OF_ORDER, Setup.ENROL, Panel.REST_BOARD}
        screen.time_left, screen.seconds_left = -1 if stays else 0.6, 5
        screen.tick(NOW)
        sample.prepare(screen)
        self._root.clear_widgets()
        self._root.add_widget(screen)
        if is_drawn:
            settle()
        else:
            turn(4)
        self.signs |= set(looks.words_on(screen))
        return screen

    def without_camera(self, picture: np.ndarray) -> np.ndarray:
        """Return every third pixel of `picture`, the live picture blanked: what a camera sees has any colour."""
        blanked = picture.copy()
        for widget in self.screen.walk():
            if isinstance(widget, LivePicture):
                x, y = (round(value) for value in widget.to_window(*widget.pos))
                top = self.height - y - round(widget.height)
                blanked[max(0, top) : self.height - y, x : x + round(widget.width)] = 255
        return blanked[::3, ::3]
