"""A kiosk without a log, a camera or threads: it notes what the window asks, and works only when a test says so."""

from __future__ import annotations

import gc
from concurrent.futures import Future
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from kiosk.app import KioskApp
from kiosk.screens.calm import Calm
from kiosk.screens.catalog import required_texts
from kiosk.screens.codes import Codes
from kiosk.screens.deadline import Deadline
from kiosk.screens.pulse import Pulse
from kiosk.screens.stage import Stage
from kiosk.services.device_views import InstrumentsView
from kiosk.services.views import AlarmView, Face, View
from kiosk.texts import Texts
from tests.screens.samples import ACCOUNTS, CONFIG, FACTS, FORM, NOW, VISIT, settings
from tests.screens.window import turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.ids import VisitId


class ToldClock:
    """A clock that is told the time."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return NOW + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        """Return the seconds since the beginning."""
        return 1000.0 + self.passed


class FakeDesk:
    """Notes every act, and answers with what a test laid ready: a view, any other value, or an error to raise."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.answers: dict[str, object] = {
            "rest_screen": View(Face.IDLE),
            "idle_facts": FACTS,
            "form": FORM,
            "visitor_left": None,
            "sign_out": None,
            "accounts": ACCOUNTS,
            "unexpected": View(Face.GUARD, VISIT),
            "alarm": AlarmView(),
            "seen": None,
            "instruments": InstrumentsView(),
            "choose_instrument": None,
        }

    @property
    def guarding(self) -> FakeDesk:
        """The guard's side: the same notes."""
        return self

    @property
    def duty(self) -> FakeDesk:
        """The guard's day: the same notes."""
        return self

    @property
    def lane(self) -> FakeDesk:
        """The manual lane: the same notes."""
        return self

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Return the act of this name."""

        def act(*values: object) -> object:
            self.calls.append((name, *values))
            answer = self.answers.get(name, View(Face.IDLE))
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return act

    def asked(self, name: str) -> list[tuple[object, ...]]:
        """Return the calls of one act."""
        return [call for call in self.calls if call[0] == name]


class FakeKiosk:
    """Stands where `Kiosk` stands; `work` is its worker."""

    def __init__(self) -> None:
        self.clock = ToldClock()
        self.desk = FakeDesk()
        self.is_training = False
        self.jobs: list[tuple[Future[Any], Callable[[], object]]] = []
        self.measured: Future[Any] | None = None
        self.progress: Callable[[float], None] = lambda _part: None

    def submit(self, job: Callable[[], object]) -> Future[Any]:
        """Take a job for the worker."""
        future: Future[Any] = Future()
        self.jobs.append((future, job))
        return future

    def submit_slow(self, job: Callable[[], object]) -> Future[Any]:
        """Take a slow job: the same list."""
        return self.submit(job)

    def begin_training(self) -> str:
        """Begin training, unless a test laid ready why not."""
        self.desk.calls.append(("begin_training",))
        why = str(self.desk.answers.get("training_refused", ""))
        self.is_training = not why
        return why

    def end_training(self) -> None:
        """End training."""
        self.desk.calls.append(("end_training",))
        self.is_training = False

    def measure(self, visit_id: VisitId, progress: Callable[[float], None]) -> Future[Any]:
        """Begin a measurement; a test moves it on."""
        self.desk.calls.append(("measure", visit_id))
        self.measured, self.progress = Future(), progress
        return self.measured

    def work(self) -> None:
        """Do every job, those that results set off as well, and let the results arrive."""
        while self.jobs:
            waiting, self.jobs = self.jobs, []
            for future, job in waiting:
                try:
                    result = job()
                except Exception as error:  # noqa: BLE001 - as an executor does: every error goes into the future
                    future.set_exception(error)
                else:
                    future.set_result(result)
            turn(2)
        turn(2)


class Bench:
    """The app on its window, with a fake kiosk behind it; nothing in it moves by itself."""

    def __init__(self) -> None:
        stage = Stage(Texts.load(CONFIG, "zh", required_texts()), settings(540, 960))
        self.kiosk = FakeKiosk()
        self.app = KioskApp(cast("Kiosk", self.kiosk), stage, None)
        self.app._run_prepare()
        for regular in self.app.regulars:
            regular.cancel()

    @property
    def desk(self) -> FakeDesk:
        """The desk behind the window."""
        return self.kiosk.desk

    def renew(self) -> None:
        """Begin another test: a kiosk that was asked nothing yet, and the idle screen. Screens stay, as in a day."""
        self.kiosk = FakeKiosk()
        self.app._kiosk = cast("Kiosk", self.kiosk)
        self.app._case._clock = self.kiosk.clock
        self.app.codes = Codes(self.app, self.kiosk.clock.monotonic)
        self.app._keys._on_text = self.app.codes.typed
        self.app.pulse = Pulse(self.app, self.app._case)
        self.app.calm = Calm(self.app._case, self.kiosk.clock.monotonic)
        self.app._deadline = Deadline(self.app._case, self.kiosk.clock.monotonic)
        self.app._case.alarm = AlarmView()
        self.app._case.is_training = False
        self.app.pending = self.app.acting = 0
        self.app._case.reset()
        self.app._case._is_swapped[True] = False  # the guard's language outlasts a reset, but no test
        self.app._case.facts = None
        self.app.show_view(View(Face.IDLE))
        turn(2)
        self.kiosk.jobs.clear()

    def close(self) -> None:
        """Leave the window as it was found."""
        from kivy.app import App
        from kivy.base import ExceptionManager
        from kivy.core.window import Window

        ExceptionManager.handlers.clear()
        self.app.on_stop()
        Window.remove_widget(self.app.root)
        App._running_app = None
        gc.unfreeze()  # a window stands as long as its process, but not a test's
        gc.collect()
        gc.freeze()

    def show(self, view: View) -> None:
        """Show a view, with whatever it asks of the worker answered."""
        self.app.show_view(view)
        self.kiosk.work()

    def wait(self, seconds: float) -> None:
        """Let so much time pass on the screen."""
        self.kiosk.clock.passed += seconds
        self.app._tick(0)
        self.kiosk.work()

    def type(self, text: str, *, shifted: bool = False) -> None:
        """Type as a hand scanner does: for each sign a key that goes down, then, for a sign that prints, the sign.

        As SDL has it, the key of a shifted sign bears the sign that it gives without the shift key.
        """
        from kivy.core.window import Window

        for sign in text:
            modifiers = ["shift"] if shifted or sign.isupper() else []
            bare = sign.lower() if sign != ":" else ";"
            Window.dispatch("on_key_down", 13 if sign == "\n" else ord(bare), 0, bare, modifiers)
            if sign != "\n":
                Window.dispatch("on_textinput", sign)
        turn(1)
