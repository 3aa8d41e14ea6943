"""The window and what moves it: views to screens, acts to the worker and back, time-outs, codes.

This is the only place that knows both Kivy and the worker. A result comes back by one way, and is dropped when the
screen has gone on since. An act that fails leads to the guard's wait, never to a welcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kivy.app import App
from kivy.base import EventLoop, ExceptionManager, runTouchApp
from kivy.clock import Clock

from kiosk.screens.acts import Acts
from kiosk.screens.calm import REST_S, Calm
from kiosk.screens.catalog import GUARD_PANELS, Panel, face_of, load_layouts
from kiosk.screens.codes import Codes
from kiosk.screens.deadline import Deadline
from kiosk.screens.failures import FailClosed, Regular, log_failure
from kiosk.screens.fonts import register_font
from kiosk.screens.practice import Practice
from kiosk.screens.pulse import Pulse
from kiosk.screens.showcase import SCREEN_FACES, Showcase
from kiosk.screens.tone import Tone
from kiosk.screens.window import TypedKeys
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from kivy.clock import ClockEvent
    from kivy.uix.widget import Widget

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.declaration import Declaration
    from kiosk.domain.ids import VisitId
    from kiosk.scanner import Scanner
    from kiosk.screens.acting import T
    from kiosk.screens.stage import Stage
    from kiosk.services.desk import Desk
    from kiosk.texts import Texts

_TICK_S: Final = 0.2
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
        self.tone = Tone()
        self.view = View(Face.IDLE)
        self.pending = 0
        self.acting = 0
        self.regulars: list[ClockEvent] = []  # what the window does by itself
        self._deadline = Deadline(self._case, kiosk.clock.monotonic)
        self.codes = Codes(self, kiosk.clock.monotonic)
        self.pulse = Pulse(self, self._case)
        self.calm = Calm(self._case, kiosk.clock.monotonic)
        self.practice = Practice(self, self._case, lambda: self._kiosk)

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

    def on_stop(self) -> None:
        """Let go of the keyboard (Kivy calls this)."""
        self._keys.let_go()

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
        self.root.bind(on_touched=lambda _root: self.more_time())
        self.show_view(View(Face.IDLE))
        self._keys = TypedKeys(self.root, self.codes.typed)
        regulars = ((self._tick, _TICK_S), (self._draw_frame, _FRAME_S), *self.pulse.regulars, (self.calm.rest, REST_S))
        self.regulars += [Clock.schedule_interval(Regular(call, self.fail), seconds) for call, seconds in regulars]
        self.regulars.append(Clock.schedule_once(self.pulse.ask_facts))
        return self.root

    # from the worker, by one way

    def run_job(self, job: Callable[[], T], then: Callable[[T], None], of: VisitId | None = None) -> None:
        """Run `job` on the worker; `then` gets its result unless the screen has gone on, also from visit `of`."""
        self._await(self._kiosk.submit(job), then, acts=1, of=of)

    def run_unasked(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run a `job` that no touch asked for, as `run_job` does; touches count meanwhile."""
        self._await(self._kiosk.submit(job), then)

    def run_slowly(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run `job`, which takes seconds, beside the worker; `then` as for `run_job`."""
        self._await(self._kiosk.submit_slow(job), then)

    def _await(self, future: Future[T], then: Callable[[T], None], acts: int = 0, of: VisitId | None = None) -> None:
        asked = self._case.turn, of
        self.pending, self.acting = self.pending + 1, self.acting + acts
        future.add_done_callback(lambda done: Clock.schedule_once(lambda _dt: self._landed(asked, done, then, acts)))

    def _landed(self, asked: tuple[int, VisitId | None], done: Future[T], then: Callable[[T], None], acts: int) -> None:
        (turn, of), self.pending, self.acting = asked, self.pending - 1, self.acting - acts
        error = done.exception()
        if error is not None:
            log_failure("act", error)
            self.fail()
        elif turn == self._case.turn or (of is not None and of == self.view.visit_id):
            then(done.result())

    def ask_aside(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        """Run a job that no touch asked for: it holds nothing up; one that fails is logged, and answers None."""
        future = self._kiosk.submit(job)
        future.add_done_callback(lambda done: Clock.schedule_once(lambda _dt: self._landed_aside(done, then)))

    def _landed_aside(self, done: Future[T], then: Callable[[T | None], None]) -> None:
        error = done.exception()
        if error is not None:
            log_failure("question", error)
        then(None if error is not None else done.result())

    def fail(self) -> None:
        """Fail closed: the visit on the screen goes to the guard, and the screen says to wait."""
        visit_id = self.view.visit_id
        self.show_view(View(Face.GUARD, visit_id, has_booking=False))  # true of everybody
        future = self._kiosk.submit(lambda: self._kiosk.desk.unexpected(visit_id))
        future.add_done_callback(lambda done: log_failure("hand-over", e) if (e := done.exception()) else None)

    # showing

    def show_view(self, view: View, *, stays: bool = False) -> None:
        """Show a view on its screen; `stays`: whoever comes to the idle screen by it is the same visitor still."""
        self.view, name = view, face_of(view)
        if name is Face.IDLE and self.shown_name is not Face.IDLE:
            if not stays:
                self.new_visitor()
            self._case.is_kept = stays
            self.codes.look_again()
        if name is Face.IDLE and self._case.stage.settings.is_station:
            self.turn_to(Panel.GUARD_SIGN_IN).forget()  # at once; who may sign in is told later
            self.acts.open_guard()
        elif view.to_lane:
            self.acts.lead_to_lane(view)
        elif name is Face.DECLARATION:
            self._ask_form(view)  # the screen before stays until there are questions to show
        else:
            self.turn_to(name).show(view)
            if name is Face.MEASURING:
                self._measure(view)

    def turn_to(self, name: Face | Panel) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """Put a screen on the window; every turn drops what was asked for before it."""
        self.more_time()
        screen = self._case.turn_to(name)
        self._deadline.show(self.view)
        return screen

    def new_visitor(self) -> None:
        """Give the next visitor a screen without a trace of the last one."""
        self._kiosk.submit(self._kiosk.desk.visitor_left)
        self._case.reset()

    def switch_language(self) -> None:
        """Make the other language the first one, on this screen and the next ones of this visitor."""
        self._case.switch_language()
        self.more_time()

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large."""
        self._case.switch_large_text()
        self.more_time()

    def say(self, key: str, **values: object) -> str:
        """Return a text in the language that comes first; what is no key as it is."""
        return self.texts.t(key, **values) if self.texts.has(key) else key

    def quiet_alarm(self) -> None:
        """Say "seen" for every alarm that stands."""
        self.pulse.quiet_alarm()

    @property
    def is_training(self) -> bool:
        """Whether what is done now is practice, outside the real log; a banner says so on every screen."""
        return self._case.is_training

    def switch_training(self, refused: Callable[[str], None]) -> None:
        """Begin training, or end it; then somebody signs in anew. `refused` hears the key of why it did not begin."""
        self.practice.switch(refused)

    def _ask_form(self, view: View) -> None:
        if (visit_id := view.visit_id) is not None:
            self.run_unasked(lambda: self._kiosk.desk.form(visit_id), self._show_form)

    def _show_form(self, form: Declaration) -> None:
        self._case.give_form(form)
        self.turn_to(Face.DECLARATION).show(self.view)

    def _measure(self, view: View) -> None:
        if (visit_id := view.visit_id) is None:
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
        self._deadline.begin()
        self.calm.disturb()

    def _tick(self, _dt: float) -> None:
        self.screen.tick(self._kiosk.clock.now())
        self.codes.tick()
        if self._deadline.is_practice_left or self.practice.is_interrupted:
            self.practice.leave()
        elif self._deadline.show(self.view) <= 0:
            self._time_out()

    def _time_out(self) -> None:
        self.more_time()
        if self.shown_name is Panel.GUARD_LANE and not self._case.stage.settings.is_station:
            self.acts.give_lane()  # a lane never blocks the door; it closes by itself
        elif self.shown_name in GUARD_PANELS:
            self.acts.sign_out()
        elif face_of(self.view) in SCREEN_FACES and (visit_id := self.view.visit_id) is not None:
            self.run_job(lambda: self._kiosk.desk.time_out(visit_id), self.show_view)
        else:
            if self.shown_name is Face.IDLE:
                self.new_visitor()
            self.acts.done()

    # codes

    def from_camera(self, texts: Sequence[str]) -> None:
        """Take the codes of one frame; call on any thread."""
        self.codes.from_camera(texts)

    def say_read(self) -> None:
        """Show and sound at once that a code was read: the next picture may be 67 ms away."""
        self._draw_frame(0)
        self.tone.play()

    def _draw_frame(self, _dt: float) -> None:
        if self.scanner is not None and self.shown_name is Face.IDLE:
            self.screen.show_sight(self.scanner.sight())
