"""Training at the window: begun and ended by a guard's touch, or ended because everybody left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kiosk.screens.acting import Window
from kiosk.screens.catalog import Panel
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.acting import T
    from kiosk.screens.showcase import Showcase
    from kiosk.services.views import Account, IdleFacts


class _Practising(Protocol):
    """The kiosk, as far as training needs it."""

    @property
    def is_training(self) -> bool:
        """Whether what is done now is practice."""
        ...

    def begin_training(self) -> str:
        """Begin to practise, or return the key of why not."""
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

    @property
    def is_interrupted(self) -> bool:
        """Whether the kiosk ended training because something real calls a guard, and the screens do not say so yet."""
        return self._case.is_training and not self._kiosk().is_training

    def switch(self, refused: Callable[[str], None]) -> None:
        """Begin training, or end it; then somebody signs in anew. `refused` hears the key of why it did not begin."""
        if self._case.is_training:
            self._window.run_job(self._ended, self._show)
        else:
            self._window.run_job(self._begun, lambda told: refused(told) if isinstance(told, str) else self._show(told))

    def leave(self) -> None:
        """End training that nobody goes on with, or that was interrupted: the kiosk has visitors to serve."""
        self._window.more_time()
        then = self._show_interrupted if self.is_interrupted else self._show
        self._window.ask_aside(self._ended, then)

    def _begun(self) -> IdleFacts | str:
        return self._kiosk().begin_training() or self._window.desk.idle_facts()

    def _ended(self) -> IdleFacts:
        self._kiosk().end_training()
        return self._window.desk.idle_facts()

    def _show_interrupted(self, facts: IdleFacts | None) -> None:
        """Show the real desk, where the alarm stands in the bar, and say why; once, however often it was asked."""
        if self._case.is_training:
            self._show(facts)
            self._window.ask_aside(self._window.desk.guarding.accounts, self._show_sign_in)

    def _show_sign_in(self, accounts: tuple[Account, ...] | None) -> None:
        screen = self._window.turn_to(Panel.GUARD_SIGN_IN)
        screen.start(accounts or ())
        screen.show_interrupted()

    def _show(self, facts: IdleFacts | None) -> None:
        self._case.is_training = self._kiosk().is_training
        self._window.show_view(View(Face.IDLE))
        if facts is not None:  # those of the hall that is meant now, before anybody reads the others
            self._case.give_facts(facts)
