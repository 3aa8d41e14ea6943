"""The screens of one window: made when first needed, one shown at a time.

Language and size of text are this visitor's; the guard's side has its own, which outlast visitors and the lock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from kiosk.screens.calm import keep_for_good
from kiosk.screens.catalog import GUARD_PANELS, SCREENS, Panel
from kiosk.screens.front import Front
from kiosk.screens.stage import fit_metrics
from kiosk.services.views import AlarmView, Face

if TYPE_CHECKING:
    from kiosk.domain.declaration import Declaration
    from kiosk.ports import Clock
    from kiosk.screens.base import BaseScreen
    from kiosk.screens.host import ScreenHost
    from kiosk.screens.stage import Stage
    from kiosk.services.views import IdleFacts

TAKES_CODES: Final = frozenset(
    {
        *(Face.IDLE, Face.REST, Face.GUARD, Face.ADMITTED, Face.REFUSED, Face.HALL_LINE, Face.GOODBYE),
        *(Panel.HELP, Panel.KEYPAD),
    }
)
"""Screens on which a new code is taken: nobody's visit is interrupted by one held up behind them."""

SCREEN_FACES: Final = frozenset({Face.BOOKING, Face.DECLARATION, Face.MEASURING})
"""Screens whose visit is closed when their time is over."""


class Showcase:
    """Holds the screens. `shown_name` says which is shown; `turn` counts, so that a late result is known as late."""

    def __init__(self, stage: Stage, host: ScreenHost, clock: Clock) -> None:
        """`stage` is what each new visitor begins with; `host` does what is touched."""
        self._first_stage = stage
        self._host = host
        self._clock = clock
        self._screens: dict[Face | Panel, BaseScreen] = {}
        # Of the visitor's side, of the guard's.
        self._is_large = {False: False, True: False}
        self._is_swapped = {False: False, True: False}
        self.root = Front()
        self.facts: IdleFacts | None = None
        self.alarm = AlarmView()
        self.is_training = False
        self.is_kept = False  # whether the visitor who came to the idle screen may still stand there
        self.shown_name: Face | Panel = Face.IDLE
        self.screen: Any = None  # the screen that is shown; each has methods of its own
        self.turn = 0

    def fit(self) -> None:
        """Fit all sizes to the window and the size of text."""
        from kivy.core.window import Window

        fit_metrics(*Window.size, large_text=self.is_large)

    def turn_to(self, name: Face | Panel) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """Put a screen on the window and return it."""
        if name in GUARD_PANELS and (not self._is_guards or self.shown_name is Panel.GUARD_SIGN_IN):
            self._to_top()  # whoever signs in has not read what stands above
        was_large, self.shown_name = self.is_large, name
        if self.is_large is not was_large:
            self.fit()
        screen = self._screen(name)
        screen.stage = self.stage
        screen.tick(self._clock.now())
        if screen is not self.screen:
            if self.screen is not None:
                self.screen.leave()
            self.root.put(screen)
        self.screen = screen
        self.turn += 1
        self._tell(screen)
        return screen

    def _to_top(self) -> None:
        for panel in GUARD_PANELS & self._screens.keys():
            screen: Any = self._screens[panel]
            screen.to_top()

    def _screen(self, name: Face | Panel) -> BaseScreen:
        if name not in self._screens:
            is_boards = name is Face.IDLE and self.stage.settings.is_board
            made = SCREENS[Panel.REST_BOARD if is_boards else name]
            self._screens[name] = made(stage=self.stage, host=self._host, now=self._clock.now())
            keep_for_good()
        return self._screens[name]

    def make_next(self) -> None:
        """Make one of the screens that nobody has needed yet, if there is one, the visitors' first."""
        name = next((name for name in SCREENS if name not in self._screens and name is not Panel.REST_BOARD), None)
        if name is not None:
            self._screen(name)

    @property
    def is_home(self) -> bool:
        """Whether the window waits for the next visitor, or for a guard to sign in where only guards come."""
        return self.shown_name is (Panel.GUARD_SIGN_IN if self.stage.settings.is_station else Face.IDLE)

    def give_form(self, form: Declaration) -> None:
        """Give the questions to every screen that shows them."""
        for name in (Face.DECLARATION, Panel.WHICH, Panel.NOTICE):
            screen: Any = self._screen(name)
            screen.show_form(form)

    def give_facts(self, facts: IdleFacts) -> None:
        """Show what changed in the hall, and where it is: a kiosk may start before it ever heard of its site."""
        self.facts = facts
        settings = self._first_stage.settings
        if facts.site is not None and (facts.site, facts.timezone) != (settings.site, settings.zone.key):
            place = replace(settings, site=facts.site, zone=ZoneInfo(facts.timezone))
            self._first_stage = replace(self._first_stage, settings=place)
            self.screen.stage = self.stage
        self._tell(self.screen)
        if self.shown_name is Face.IDLE:
            self.screen.show_facts(facts)

    def give_alarm(self, alarm: AlarmView) -> None:
        """Tell whatever screen is shown what calls a guard now."""
        self.alarm = alarm
        self.screen.hear_alarm(alarm)

    def _tell(self, screen: BaseScreen) -> None:
        screen.is_large = self.is_large
        screen.is_training = self.is_training
        screen.hear_alarm(self.alarm)
        if self.facts is not None:
            screen.is_simulated = self.facts.is_simulated
            screen.waiting = self.facts.waiting_for_guard

    @property
    def _is_guards(self) -> bool:
        return self.shown_name in GUARD_PANELS

    @property
    def is_large(self) -> bool:
        """Whether the text of the side that is shown is 1.25 times as large."""
        return self._is_large[self._is_guards]

    @property
    def stage(self) -> Stage:
        """The words and the place, in the language of whoever stands before the screen that is shown."""
        return self._first_stage.swapped() if self._is_swapped[self._is_guards] else self._first_stage

    @property
    def is_as_at_first(self) -> bool:
        """Whether nothing of a visitor is left: language and size of text are those that a new one begins with."""
        return not (self.is_kept or self._is_swapped[False] or self._is_large[False])

    def switch_language(self) -> None:
        """Make the other language the first one: for this visitor, or from now on for the guard's side."""
        self._is_swapped[self._is_guards] = not self._is_swapped[self._is_guards]
        self.screen.stage = self.stage

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large: for this visitor, or from now on for the guard's side."""
        self._is_large[self._is_guards] = not self.is_large
        self.fit()
        self.screen.is_large = self.is_large
        self.screen.refresh()

    def reset(self) -> None:
        """Begin as at first, for the next visitor."""
        self.is_kept = False
        self._is_swapped[False] = False
        was_large, self._is_large[False] = self.is_large, False
        if self.is_large is not was_large:
            self.fit()
