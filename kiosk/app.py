"""The window and what moves it: views to screens, acts to the worker and back, time-outs, codes.

This is the only place that knows both Kivy and the worker. A result comes back by one way, and is dropped when the
screen has gone on since. An act that fails leads to the guard's wait, never to a welcome.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kivy.app import App
from kivy.base import EventLoop, ExceptionManager, runTouchApp
from kivy.clock import Clock
from kivy.uix.floatlayout import FloatLayout

from kiosk.adapters.wedge import Wedge
from kiosk.screens.acts import Acts
from kiosk.screens.catalog import GUARD_PANELS, SCREENS, Panel, face_of, load_layouts
from kiosk.screens.failures import FailClosed, log_failure
from kiosk.screens.fonts import register_font
from kiosk.screens.stage import fit_metrics
from kiosk.screens.window import TypedKeys
from kiosk.services.views import Face, Hint, IdleFacts, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.declaration import Declaration
    from kiosk.scanner import Scanner
    from kiosk.screens.base import BaseScreen
    from kiosk.screens.stage import Stage
    from kiosk.services.desk import Desk
    from kiosk.texts import Texts

logger = logging.getLogger(__name__)

T = TypeVar("T")

TAKES_CODES: Final = frozenset(
    {Face.IDLE, Face.REST, Face.GUARD, Face.ADMITTED, Face.REFUSED, Face.HALL_LINE, Face.GOODBYE, Panel.HELP}
)
"""Screens on which a new code is taken: nobody's visit is interrupted by one held up behind them."""

SCREEN_FACES: Final = frozenset({Face.BOOKING, Face.DECLARATION, Face.MEASURING})
"""Screens whose visit is closed when their time is over."""

_TICK_S: Final = 0.2
_FACTS_S: Final = 1.0
_FRAME_S: Final = 1 / 15


class KioskApp(App):
    """The kiosk's window. `kiosk` does the acts; `scanner` may be None (no camera)."""

    def __init__(self, kiosk: Kiosk, stage: Stage, scanner: Scanner | None, **kwargs: Any) -> None:
        """Make the app; `run` (or `_run_prepare` in a test) opens the window."""
        super().__init__(**kwargs)
        self.title = "VB Kiosk"
        self._kiosk = kiosk
        self._first_stage = stage
        self._stage = stage
        self.scanner = scanner
        self._screens: dict[Face | Panel, BaseScreen] = {}
        self.shown_name: Face | Panel = Face.IDLE
        self.view = View(Face.IDLE)
        self.screen: BaseScreen | None = None
        self._turn = 0
        self.pending = 0
        self._left_at = 0.0
        self._is_large = False
        self._missed_codes = False
        self._facts: IdleFacts | None = None
        self._wedge = Wedge()
        self.acts = Acts(self)

    @property
    def texts(self) -> Texts:
        """The texts, in the language that stands first now."""
        return self._stage.texts

    @property
    def desk(self) -> Desk:
        """The acts of the kiosk; called on the worker only."""
        return self._kiosk.desk

    @property
    def is_informed(self) -> bool:
        """Whether the idle screen knows the hour and the hall."""
        return self._facts is not None

    def open(self) -> None:
        """Open the window without running its loop: for a demo or a test that moves it on itself."""
        self._run_prepare()
        runTouchApp(embedded=True)  # the devices of touch, without the loop
        if self.scanner is not None:
            self.scanner.start()

    def loop(self) -> None:
        """Run an opened window until it is closed."""
        EventLoop.mainloop()

    def close(self) -> None:
        """Stop the scanner, then the window."""
        if self.scanner is not None:
            self.scanner.stop()
        self.stop()

    def place(self) -> str:
        """Return the words in the top bar that open the guard's sign-in."""
        return self._stage.place()

    def build(self) -> FloatLayout:
        """Lay the window out (Kivy calls this)."""
        register_font()
        load_layouts()
        ExceptionManager.add_handler(FailClosed(self.fail))
        root = FloatLayout()
        self.root = root
        self._fit()
        self.show_view(View(Face.IDLE))
        self._keys = TypedKeys(root, self._typed)
        Clock.schedule_interval(self._tick, _TICK_S)
        Clock.schedule_interval(self._ask_facts, _FACTS_S)
        Clock.schedule_interval(self._draw_frame, _FRAME_S)
        Clock.schedule_once(self._ask_facts)
        return root

    def _fit(self) -> None:
        from kivy.core.window import Window

        fit_metrics(*Window.size, large_text=self._is_large)

    # from the worker, by one way

    def run_job(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run `job` on the worker; `then` gets its result on the window's thread, unless the screen has gone on."""
        self._await(self._kiosk.submit(job), then)

    def _await(self, future: Future[T], then: Callable[[T], None]) -> None:
        turn = self._turn
        self.pending += 1
        future.add_done_callback(lambda done: Clock.schedule_once(lambda _dt: self._landed(turn, done, then)))

    def _landed(self, turn: int, done: Future[T], then: Callable[[T], None]) -> None:
        self.pending -= 1
        error = done.exception()
        if error is not None:
            log_failure("act", error)
            self.fail()
        elif turn == self._turn:
            then(done.result())

    def fail(self) -> None:
        """Fail closed: the visit on the screen goes to the guard, and the screen says to wait."""
        visit_id = self.view.visit_id
        self.show_view(View(Face.GUARD, visit_id))
        future = self._kiosk.submit(lambda: self._kiosk.desk.unexpected(visit_id))
        future.add_done_callback(lambda done: log_failure("hand-over", e) if (e := done.exception()) else None)

    # showing

    def show_view(self, view: View) -> None:
        """Show a view on its screen."""
        was_idle = self.shown_name is Face.IDLE
        self.view = view
        name = face_of(view)
        if name is Face.IDLE and not was_idle:
            self._new_visitor()
        screen = self.turn_to(name)
        if name is Face.DECLARATION:
            self._ask_form(view)
            return
        screen.show(view)
        if name is Face.MEASURING:
            self._measure(view)

    def turn_to(self, name: Face | Panel) -> BaseScreen:
        """Put a screen on the window; every turn drops what was asked for before it."""
        screen = self._screen(name)
        screen.stage = self._stage
        screen.tick(self._kiosk.clock.now())
        if screen is not self.screen:
            self.root.clear_widgets()
            self.root.add_widget(screen)
        self.screen, self.shown_name = screen, name
        self._turn += 1
        self.more_time()
        self._tell_common(screen)
        return screen

    def _screen(self, name: Face | Panel) -> BaseScreen:
        """Return a screen, made when it is first needed."""
        if name not in self._screens:
            self._screens[name] = SCREENS[name](stage=self._stage, host=self.acts, now=self._kiosk.clock.now())
        return self._screens[name]

    def _tell_common(self, screen: BaseScreen) -> None:
        screen.is_large = self._is_large
        if self._facts is not None:
            screen.is_simulated = self._facts.is_simulated
            screen.waiting = self._facts.waiting_for_guard

    def _new_visitor(self) -> None:
        """Give the next visitor a screen without a trace of the last one."""
        self._kiosk.submit(self._kiosk.desk.visitor_left)
        self._reset_language()
        if self._missed_codes and self.scanner is not None:
            self._missed_codes = False
            self.scanner.forget()

    def switch_language(self) -> None:
        """Make the other language the first one, on this screen and the next ones of this visitor."""
        self._stage = self._stage.swapped()
        if self.screen is not None:
            self.screen.stage = self._stage
        self.more_time()

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large."""
        self._is_large = not self._is_large
        self._fit()
        if self.screen is not None:
            self.screen.is_large = self._is_large
            self.screen.refresh()
        self.more_time()

    def _reset_language(self) -> None:
        self._stage = self._first_stage
        if self._is_large:
            self._is_large = False
            self._fit()

    def _ask_form(self, view: View) -> None:
        visit_id = view.visit_id
        if visit_id is not None:
            self.run_job(lambda: self._kiosk.desk.form(visit_id), self._show_form)

    def _show_form(self, form: Declaration) -> None:
        for name in (Face.DECLARATION, Panel.WHICH, Panel.NOTICE):
            self._screen(name).show_form(form)
        if self.screen is not None:
            self.screen.show(self.view)

    def _measure(self, view: View) -> None:
        visit_id = view.visit_id
        if visit_id is None:
            return
        turn = self._turn
        self._progress(turn, 0.0)
        future = self._kiosk.measure(visit_id, lambda part: Clock.schedule_once(lambda _dt: self._progress(turn, part)))
        self._await(future, self.show_view)

    def _progress(self, turn: int, part: float) -> None:
        if turn == self._turn and self.shown_name is Face.MEASURING and self.screen is not None:
            self.screen.show_progress(part)

    # time

    def more_time(self) -> None:
        """Start the time left on this screen anew."""
        self._left_at = self._kiosk.clock.monotonic()

    def _tick(self, _dt: float) -> None:
        screen = self.screen
        if screen is None:
            return
        now = self._kiosk.clock.monotonic()
        screen.tick(self._kiosk.clock.now())
        code = self._wedge.pause(now)
        if code is not None:
            self.codes_seen([code])
        limit = self._stage.settings.timeouts_s.get(self.shown_name, 0)
        passed = now - self._left_at
        screen.time_left = max(0.0, 1 - passed / limit) if limit else -1
        screen.seconds_left = max(0.0, limit - passed)
        if limit and passed >= limit:
            self._time_out()

    def _time_out(self) -> None:
        self.more_time()
        visit_id = self.view.visit_id
        if self.shown_name in GUARD_PANELS:
            self.acts.sign_out()
        elif face_of(self.view) in SCREEN_FACES and visit_id is not None:
            self.run_job(lambda: self._kiosk.desk.time_out(visit_id), self.show_view)
        else:
            self.acts.done()

    def _ask_facts(self, _dt: float) -> None:
        """Refresh what the idle screen shows; on it, also turn the day and see whether the log can be written."""
        if self.shown_name in {Face.IDLE, Face.OUT_OF_ORDER}:
            self.run_job(self._resting, self._show_resting)

    def _resting(self) -> tuple[View, IdleFacts | None]:
        view = self._kiosk.desk.rest_screen()
        return view, self._kiosk.desk.idle_facts() if view.face is Face.IDLE else None

    def _show_resting(self, resting: tuple[View, IdleFacts | None]) -> None:
        view, facts = resting
        if face_of(view) is not self.shown_name:
            self.show_view(view)
        self._facts = facts or self._facts
        if self.screen is not None:
            self._tell_common(self.screen)
            if facts is not None and self.shown_name is Face.IDLE:
                self.screen.show_facts(facts)

    # codes

    def from_camera(self, texts: Sequence[str]) -> None:
        """Take the codes of one frame; call on any thread."""
        Clock.schedule_once(lambda _dt: self.codes_seen(texts))

    def codes_seen(self, texts: Sequence[str]) -> None:
        """Take the codes of one frame, one burst, or one line; call on the window's thread."""
        if self.shown_name not in TAKES_CODES or self.pending_act():
            self._missed_codes = True
            return
        self.run_job(lambda: self._kiosk.desk.scan(list(texts)), self._show_scanned)

    def _show_scanned(self, view: View) -> None:
        # A foreign code behind the visitor must not take a result away that they are reading.
        if face_of(view) is Face.IDLE and self.shown_name is not Face.IDLE and view.hint is Hint.NOT_A_BOOKING_CODE:
            return
        self.show_view(view)

    def pending_act(self) -> bool:
        """Tell whether an act is under way whose result will change the screen."""
        return self.pending > 0 and self.shown_name not in {Face.IDLE, Face.OUT_OF_ORDER}

    def _typed(self, text: str) -> None:
        code = self._wedge.feed(text, self._kiosk.clock.monotonic())
        if code is not None:
            self.codes_seen([code])

    def _draw_frame(self, _dt: float) -> None:
        if self.scanner is not None and self.shown_name is Face.IDLE and self.screen is not None:
            frame = self.scanner.latest()
            self.screen.show_frame(frame.pixels if frame is not None else None)
