"""The window and what moves it: views to screens, acts to the worker and back, time-outs, codes.

This is the only place that knows both Kivy and the worker. A result comes back by one way, and is dropped when the
screen has gone on since. An act that fails leads to the guard's wait, never to a welcome.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kivy.app import App
from kivy.base import EventLoop, ExceptionManager, runTouchApp
from kivy.clock import Clock

from kiosk.adapters.wedge import Wedge
from kiosk.screens.acts import Acts
from kiosk.screens.catalog import GUARD_PANELS, Panel, face_of, load_layouts
from kiosk.screens.failures import FailClosed, log_failure
from kiosk.screens.fonts import register_font
from kiosk.screens.showcase import SCREEN_FACES, TAKES_CODES, Showcase
from kiosk.screens.window import TypedKeys
from kiosk.services.views import Face, Hint, IdleFacts, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from kivy.uix.widget import Widget

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.declaration import Declaration
    from kiosk.scanner import Scanner
    from kiosk.screens.stage import Stage
    from kiosk.services.desk import Desk
    from kiosk.texts import Texts

logger = logging.getLogger(__name__)

T = TypeVar("T")

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
        self.acts = Acts(self)
        self._case = Showcase(stage, self.acts, kiosk.clock)
        self.scanner = scanner
        self.view = View(Face.IDLE)
        self.pending = 0
        self._left_at = 0.0
        self._missed_codes = False
        self._wedge = Wedge()

    @property
    def texts(self) -> Texts:
        """The texts, in the language that stands first now."""
        return self._case.stage.texts

    @property
    def desk(self) -> Desk:
        """The acts of the kiosk; called on the worker only."""
        return self._kiosk.desk

    @property
    def shown_name(self) -> Face | Panel:
        """Which screen is shown."""
        return self._case.shown_name

    @property
    def screen(self) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """The screen that is shown."""
        return self._case.screen

    @property
    def is_informed(self) -> bool:
        """Whether the idle screen knows the hour and the hall."""
        return self._case.facts is not None

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

    def build(self) -> Widget:
        """Lay the window out (Kivy calls this)."""
        register_font()
        load_layouts()
        ExceptionManager.add_handler(FailClosed(self.fail))
        self.root = self._case.root
        self._case.fit()
        self.show_view(View(Face.IDLE))
        self._keys = TypedKeys(self.root, self._typed)
        for regular, seconds in ((self._tick, _TICK_S), (self._ask_facts, _FACTS_S), (self._draw_frame, _FRAME_S)):
            Clock.schedule_interval(regular, seconds)
        Clock.schedule_once(self._ask_facts)
        return self.root

    # from the worker, by one way

    def run_job(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run `job` on the worker; `then` gets its result on the window's thread, unless the screen has gone on."""
        self._await(self._kiosk.submit(job), then)

    def _await(self, future: Future[T], then: Callable[[T], None]) -> None:
        turn = self._case.turn
        self.pending += 1
        future.add_done_callback(lambda done: Clock.schedule_once(lambda _dt: self._landed(turn, done, then)))

    def _landed(self, turn: int, done: Future[T], then: Callable[[T], None]) -> None:
        self.pending -= 1
        error = done.exception()
        if error is not None:
            log_failure("act", error)
            self.fail()
        elif turn == self._case.turn:
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
        self.view, name = view, face_of(view)
        if name is Face.IDLE and self.shown_name is not Face.IDLE:
            self._new_visitor()
        screen = self.turn_to(name)
        if name is Face.DECLARATION:
            self._ask_form(view)
            return
        screen.show(view)
        if name is Face.MEASURING:
            self._measure(view)

    def turn_to(self, name: Face | Panel) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """Put a screen on the window; every turn drops what was asked for before it."""
        self.more_time()
        screen = self._case.turn_to(name)
        self._show_time_left()
        return screen

    def _new_visitor(self) -> None:
        """Give the next visitor a screen without a trace of the last one."""
        self._kiosk.submit(self._kiosk.desk.visitor_left)
        self._case.reset()
        if self._missed_codes and self.scanner is not None:
            self._missed_codes = False
            self.scanner.forget()

    def switch_language(self) -> None:
        """Make the other language the first one, on this screen and the next ones of this visitor."""
        self._case.switch_language()
        self.more_time()

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large."""
        self._case.switch_large_text()
        self.more_time()

    def _ask_form(self, view: View) -> None:
        visit_id = view.visit_id
        if visit_id is not None:
            self.run_job(lambda: self._kiosk.desk.form(visit_id), self._show_form)

    def _show_form(self, form: Declaration) -> None:
        self._case.give_form(form)
        self.screen.show(self.view)

    def _measure(self, view: View) -> None:
        visit_id = view.visit_id
        if visit_id is None:
            return
        turn = self._case.turn
        self._progress(turn, 0.0)
        future = self._kiosk.measure(visit_id, lambda part: Clock.schedule_once(lambda _dt: self._progress(turn, part)))
        self._await(future, self.show_view)

    def _progress(self, turn: int, part: float) -> None:
        if turn == self._case.turn and self.shown_name is Face.MEASURING:
            self.screen.show_progress(part)

    # time

    def more_time(self) -> None:
        """Start the time left on this screen anew."""
        self._left_at = self._kiosk.clock.monotonic()

    def _tick(self, _dt: float) -> None:
        now = self._kiosk.clock.monotonic()
        self.screen.tick(self._kiosk.clock.now())
        code = self._wedge.pause(now)
        if code is not None:
            self.codes_seen([code])
        if self._show_time_left() <= 0:
            self._time_out()

    def _show_time_left(self) -> float:
        """Show and return the seconds left on this screen; infinite on one that stays."""
        if (limit := self._limit_s()) <= 0:
            self.screen.time_left = -1
            return math.inf
        left = max(0.0, limit - (self._kiosk.clock.monotonic() - self._left_at))
        # The idle screen forgets in silence: nobody there is to be hurried.
        self.screen.time_left = left / limit if self.shown_name is not Face.IDLE else -1
        self.screen.seconds_left = left
        return left

    def _limit_s(self) -> float:
        """Return how long this screen stays; 0 for one that stays. The idle one forgets what a visitor left on it."""
        limits = self._case.stage.settings.timeouts_s
        if self.shown_name is Face.IDLE:
            is_new = self.view.hint is Hint.NONE and self._case.is_as_at_first
            return 0 if is_new else limits.get(Face.REST, 0)
        return limits.get(self.shown_name, 0)

    def _time_out(self) -> None:
        self.more_time()
        visit_id = self.view.visit_id
        if self.shown_name in GUARD_PANELS:
            self.acts.sign_out()
        elif face_of(self.view) in SCREEN_FACES and visit_id is not None:
            self.run_job(lambda: self._kiosk.desk.time_out(visit_id), self.show_view)
        else:
            self._case.reset()
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
        if facts is not None:
            self._case.give_facts(facts)

    # codes

    def from_camera(self, texts: Sequence[str]) -> None:
        """Take the codes of one frame; call on any thread."""
        Clock.schedule_once(lambda _dt: self.codes_seen(texts))

    def codes_seen(self, texts: Sequence[str]) -> None:
        """Take the codes of one frame, one burst, or one line; call on the window's thread."""
        is_changing = self.pending > 0 and self.shown_name is not Face.IDLE
        if self.shown_name not in TAKES_CODES or is_changing:
            self._missed_codes = True
            return
        self.run_job(lambda: self._kiosk.desk.scan(list(texts)), self._show_scanned)

    def _show_scanned(self, view: View) -> None:
        # A foreign code behind the visitor must not take a result away that they are reading.
        if face_of(view) is Face.IDLE and self.shown_name is not Face.IDLE and view.hint is Hint.NOT_A_BOOKING_CODE:
            return
        self.show_view(view)

    def _typed(self, text: str) -> None:
        code = self._wedge.feed(text, self._kiosk.clock.monotonic())
        if code is not None:
            self.codes_seen([code])

    def _draw_frame(self, _dt: float) -> None:
        if self.scanner is not None and self.shown_name is Face.IDLE:
            frame = self.scanner.latest()
            self.screen.show_frame(frame.pixels if frame is not None else None)
