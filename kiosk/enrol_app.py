"""The window of a kiosk that is nobody yet: shows the camera, reads the enrolment QR, and says how it went.

It knows no log and no visitor, so nothing of a half-made kiosk can be reached from it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from kivy.clock import Clock

from kiosk.adapters.wedge import Wedge
from kiosk.bare_app import BareApp
from kiosk.screens.enrol import EnrolScreen
from kiosk.screens.failures import log_failure
from kiosk.screens.window import TypedKeys
from kiosk.services.enrolling import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from kivy.uix.widget import Widget

    from kiosk.ports import Clock as Time
    from kiosk.scanner import Scanner
    from kiosk.screens.stage import Stage as ScreenStage
    from kiosk.services.enrolling import Enrolling, EnrolView

_TICK_S: Final = 0.2
_FRAME_S: Final = 1 / 15


class EnrolApp(BareApp):
    """The window; `is_enrolled` says afterwards whether a person touched "start"."""

    def __init__(self, enrolling: Enrolling, stage: ScreenStage, clock: Time, **kwargs: Any) -> None:
        """`stage` is what the screen begins with; the scanner may be given later, before the window opens."""
        super().__init__(stage, clock, **kwargs)
        self.scanner: Scanner | None = None
        self.is_enrolled = False
        self._enrolling = enrolling
        self._wedge = Wedge()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="enrol")

    def build(self) -> Widget:
        """Lay the window out (Kivy calls this)."""
        root = self.lay_out(EnrolScreen)
        self._show(self._enrolling.view)
        self._keys = TypedKeys(root, self._typed)
        Clock.schedule_interval(self._tick, _TICK_S)
        Clock.schedule_interval(self._draw_frame, _FRAME_S)
        return root

    def on_stop(self) -> None:
        """Let go of the keyboard and of the worker; a call to the server that hangs ends by its time-out."""
        self._keys.let_go()
        self._worker.shutdown()

    # codes

    def from_camera(self, texts: Sequence[str]) -> None:
        """Take the codes of one frame; call on any thread."""
        Clock.schedule_once(lambda _dt: self.codes_seen(texts))

    def codes_seen(self, texts: Sequence[str]) -> None:
        """Take codes; on the window's thread."""
        if self._enrolling.view.stage is Stage.SCAN:
            self._show(self._enrolling.seen(texts))

    def _typed(self, text: str) -> None:
        code = self._wedge.feed(text, self._clock.monotonic())
        if code is not None:
            self.codes_seen([code])

    # what the screen asks for

    def enrol_go(self) -> None:
        """Go on: trade the code, or start the kiosk once it is somebody."""
        if self._enrolling.view.stage is Stage.DONE:
            self.is_enrolled = True
            self.stop()
        elif self._enrolling.view.stage is Stage.CONFIRM:
            self._show(self._enrolling.begin())
            self._worker.submit(self._enrolling.finish).add_done_callback(self._finished)

    def enrol_back(self) -> None:
        """Forget the code, and wait for another."""
        self._show(self._enrolling.back())

    def _finished(self, done: Future[EnrolView]) -> None:
        Clock.schedule_once(lambda _dt: self._landed(done))

    def _landed(self, done: Future[EnrolView]) -> None:
        error = done.exception()
        if error is not None:
            log_failure("enrolment", error)
        # A code that stays in sight is not tried again by itself: the words would be gone before they are read.
        self._show(done.result() if error is None else self._enrolling.failed())

    def _show(self, view: EnrolView) -> None:
        self.screen.show_step(view)

    def _tick(self, _dt: float) -> None:
        self.screen.tick(self._clock.now())
        code = self._wedge.pause(self._clock.monotonic())
        if code is not None:
            self.codes_seen([code])

    def _draw_frame(self, _dt: float) -> None:
        if self.scanner is not None and self.screen.is_scanning:
            frame = self.scanner.latest()
            self.screen.show_frame(frame.pixels if frame is not None else None)
