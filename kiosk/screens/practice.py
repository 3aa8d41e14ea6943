"""Training at the window: begun and ended by a guard's touch, or ended because everybody left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kiosk.screens.acting import Window
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.acting import T
    from kiosk.screens.showcase import Showcase
    from kiosk.services.views import IdleFacts


class _Practising(Protocol):
    """The kiosk, as far as training needs it."""

    @property
    def is_training(self) -> bool:
        """Whether what is done now is practice."""
        ...

    def begin_training(self) -> None:
        """Begin to practise."""
        ...

    def end_training(self) -> None:
        """Throw the practice away."""
        ...


class _Window(Window, Protocol):
    """What training needs of the app besides."""

    def ask_aside(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        """Run a job that no touch asked for."""
        ...


class Practice:
    """Switches training, and shows what is real or practised from then on."""

    def __init__(self, window: _Window, case: Showcase, kiosk: Callable[[], _Practising]) -> None:
        """Practise on the screens of `case`; what `kiosk` returns is called on the worker only."""
        self._window = window
        self._case = case
        self._kiosk = kiosk

    def switch(self) -> None:
        """Begin training, or end it; then somebody signs in anew."""
        kiosk = self._kiosk()
        change = kiosk.end_training if self._case.is_training else kiosk.begin_training
        self._window.run_job(lambda: self._changed(change), self._show)

    def leave(self) -> None:
        """End training that nobody goes on with: the kiosk has visitors to serve."""
        self._window.more_time()
        self._window.ask_aside(lambda: self._changed(self._kiosk().end_training), self._show)

    def _changed(self, change: Callable[[], None]) -> IdleFacts:
        change()
        return self._window.desk.idle_facts()

    def _show(self, facts: IdleFacts | None) -> None:
        self._case.is_training = self._kiosk().is_training
        self._window.show_view(View(Face.IDLE))
        if facts is not None:  # those of the hall that is meant now, before anybody reads the others
            self._case.give_facts(facts)
