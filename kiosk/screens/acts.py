"""What touches set off: the acts behind the buttons, for every screen (`host.py` names them)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from kiosk.screens.catalog import Panel
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard, GuardDetail, Hint, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.ids import GuardId, VisitId
    from kiosk.screens.base import BaseScreen
    from kiosk.services.desk import Desk
    from kiosk.services.views import Account

T = TypeVar("T")


class Window(Protocol):
    """What the acts need of the app."""

    view: View

    @property
    def desk(self) -> Desk:
        """The acts of the kiosk; called on the worker only."""
        ...

    def run_job(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run a job on the worker, and `then` with its result on the window's thread."""
        ...

    def show_view(self, view: View) -> None:
        """Show a view."""
        ...

    def turn_to(self, name: Face | Panel) -> BaseScreen:
        """Put a screen on the window."""
        ...

    def more_time(self) -> None:
        """Start the time left anew."""
        ...

    def switch_language(self) -> None:
        """Make the other language the first."""
        ...

    def switch_large_text(self) -> None:
        """Toggle the size of text."""
        ...


class Acts:
    """Every act of every screen; a `ScreenHost`."""

    def __init__(self, window: Window) -> None:
        """Act on what `window` shows."""
        self._window = window

    def _act(self, act: Callable[[VisitId], View]) -> None:
        """Do one of the visitor's acts for the visit on the screen, if there is one."""
        visit_id = self._window.view.visit_id
        if visit_id is not None:
            self._window.run_job(lambda: act(visit_id), self._window.show_view)

    # the visitor

    def confirm(self) -> None:
        """Say "yes, that is me"."""
        self._act(self._window.desk.confirm)

    def disown(self) -> None:
        """Say "not my booking"."""
        self._act(self._window.desk.disown)

    def declare(self, yes: tuple[str, ...]) -> None:
        """Answer the questions."""
        self._act(lambda visit_id: self._window.desk.declare(visit_id, yes))

    def measure_by_hand(self) -> None:
        """Ask to be measured by a member of staff."""
        self._act(self._window.desk.measure_by_hand)

    def ask_person(self) -> None:
        """Call a member of staff."""
        visit_id = self._window.view.visit_id
        self._window.run_job(lambda: self._window.desk.ask_person(visit_id), self._window.show_view)

    def more_time(self) -> None:
        """Start the time left on this screen anew."""
        self._window.more_time()

    def done(self) -> None:
        """Go back to the idle screen."""
        self._window.show_view(View(Face.IDLE))

    def open_keypad(self) -> None:
        """Type a number instead of scanning."""
        self._window.view = View(Face.IDLE)
        self._window.turn_to(Panel.KEYPAD).start()

    def look_up(self, kind: str, number: str) -> None:
        """Look a typed number up; a wrong one is said on the keypad."""
        self._window.run_job(lambda: self._window.desk.look_up(kind, number), self._looked_up)

    def _looked_up(self, view: View) -> None:
        if view.face is Face.IDLE and view.hint is not Hint.NONE:
            self._window.turn_to(Panel.KEYPAD).show(view)
        else:
            self._window.show_view(view)

    def open_help(self) -> None:
        """Show the answers to common questions."""
        self._open(Panel.HELP)

    def open_which(self) -> None:
        """Ask which of the questions apply."""
        self._open(Panel.WHICH)

    def open_notice(self) -> None:
        """Show the whole privacy notice."""
        self._open(Panel.NOTICE)

    def _open(self, panel: Panel) -> None:
        self._window.turn_to(panel).show(self._window.view)

    def back(self) -> None:
        """Go back to where the visitor was."""
        self._window.show_view(self._window.view)

    def switch_language(self) -> None:
        """Make the other language the first one."""
        self._window.switch_language()

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large."""
        self._window.switch_large_text()

    # the guard

    def open_guard(self) -> None:
        """Show the guard's sign-in."""
        self._window.run_job(self._window.desk.guarding.accounts, self._show_sign_in)

    def _show_sign_in(self, accounts: tuple[Account, ...]) -> None:
        self._window.turn_to(Panel.GUARD_SIGN_IN).start(accounts)

    def sign_in(self, guard_id: GuardId, pin: str) -> None:
        """Sign a guard in by the PIN of their account."""
        self._window.run_job(lambda: self._window.desk.guarding.sign_in(guard_id, pin), self._signed_in)

    def _signed_in(self, board: GuardBoard | None) -> None:
        if board is None:
            self._window.run_job(self._window.desk.guarding.accounts, self._show_wrong)
        else:
            self._show_guard(board)

    def _show_wrong(self, accounts: tuple[Account, ...]) -> None:
        self._window.turn_to(Panel.GUARD_SIGN_IN).show_wrong(accounts)

    def sign_out(self) -> None:
        """Lock the guard's screens; the next thing on the screen is the idle one."""
        self._window.run_job(self._window.desk.guarding.sign_out, lambda _none: self.done())

    def open_board(self) -> None:
        """Go back to the board."""
        self._window.run_job(self._window.desk.guarding.board, self._show_guard)

    def open_visit(self, visit_id: VisitId) -> None:
        """Show one visit to the guard."""
        self._window.run_job(lambda: self._window.desk.guarding.detail(visit_id), self._show_guard)

    def open_reading(self, visit_id: VisitId) -> None:
        """Show the pad for a reading taken by hand."""
        self._window.run_job(lambda: self._window.desk.guarding.detail(visit_id), self._show_pad)

    def _show_pad(self, detail: GuardDetail | None) -> None:
        if detail is None:
            self.done()
        else:
            self._window.turn_to(Panel.GUARD_READING).start(detail.row.visit_id, detail.row.label)

    def guard_act(self, act: str, visit_id: VisitId | None, value: str = "") -> None:
        """Do one of the guard's acts."""
        what = GuardAct(act)
        self._window.run_job(lambda: self._window.desk.guarding.guard_act(what, visit_id, value), self._show_guard)

    def _show_guard(self, shown: GuardBoard | GuardDetail | View | None) -> None:
        """Show what a guard's act leads to: the board, a visit, the visitor's own screen; None when signed out."""
        match shown:
            case GuardBoard():
                self._window.turn_to(Panel.GUARD_BOARD).show_board(shown)
            case GuardDetail():
                self._window.turn_to(Panel.GUARD_VISIT).show_detail(shown)
            case View():
                self._window.show_view(shown)
            case None:
                self.done()
