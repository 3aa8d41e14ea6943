"""What a guard's touches set off: signing in, the board, visits, cases, and what has to be chosen for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.domain.case import CaseEvent, Disposition
from kiosk.domain.ids import CaseId, VisitId
from kiosk.screens import choices
from kiosk.screens.catalog import Panel
from kiosk.screens.duty_acts import DutyActs
from kiosk.services.guards import GuardAct
from kiosk.services.views import GuardBoard

if TYPE_CHECKING:
    from kiosk.domain.ids import GuardId
    from kiosk.services.guard_views import CaseView
    from kiosk.services.views import Account


class GuardActs(DutyActs):
    """The guard's acts that are about signing in, visits and cases."""

    # signing in and out

    def open_guard(self) -> None:
        """Show the guard's sign-in."""
        self._window.run_job(self._guarding.accounts, self._show_sign_in)

    def _show_sign_in(self, accounts: tuple[Account, ...]) -> None:
        self._window.turn_to(Panel.GUARD_SIGN_IN).start(accounts)

    def sign_in(self, guard_id: GuardId, pin: str) -> None:
        """Sign a guard in by the PIN of their account."""
        self._window.run_job(lambda: self._guarding.sign_in(guard_id, pin), self._signed_in)

    def _signed_in(self, board: GuardBoard | None) -> None:
        if board is None:
            self._window.run_job(self._guarding.accounts, self._show_wrong)
        else:
            self._show_guard(board)

    def _show_wrong(self, accounts: tuple[Account, ...]) -> None:
        self._window.turn_to(Panel.GUARD_SIGN_IN).show_wrong(accounts)

    def badge(self, text: str) -> None:
        """Sign a guard in by the code on their badge."""
        self._window.run_job(lambda: self._guarding.sign_in_by_badge(text), self._badge_read)

    def _badge_read(self, board: GuardBoard | None) -> None:
        if board is None:
            self._window.run_job(self._guarding.accounts, self._show_no_badge)
        else:
            self._show_guard(board)

    def _show_no_badge(self, accounts: tuple[Account, ...]) -> None:
        screen: Any = self._window.turn_to(Panel.GUARD_SIGN_IN)
        screen.start(accounts)
        screen.show_no_badge()

    def sign_out(self) -> None:
        """Lock the guard's screens; the next thing on the screen is the idle one."""
        self._window.run_job(self._guarding.sign_out, lambda _none: self._rest())

    def seen(self) -> None:
        """Quiet the alarm: somebody is on the way. Nobody need be signed in."""
        self._window.quiet_alarm()

    # the board and visits

    def open_board(self) -> None:
        """Go back to the board."""
        self._ask(self._guarding.board)

    def open_visit(self, visit_id: VisitId) -> None:
        """Show one visit to the guard."""
        self._ask(lambda: self._guarding.detail(visit_id))

    def guard_act(self, act: str, visit_id: VisitId | None, value: str = "") -> None:
        """Do one of the guard's acts."""
        what = GuardAct(act)
        self._ask(lambda: self._guarding.guard_act(what, visit_id, value))

    def begin_visit_act(self, act: str, visit_id: VisitId, label: str) -> None:
        """Ask what has to be chosen before an act for a visit: why to override, why to open a case, who comes along."""
        self._ask_choice(choices.about_visit(act, visit_id, label))

    # cases

    def open_case(self, case_id: CaseId) -> None:
        """Show one case."""
        self._ask(lambda: self._guarding.case(case_id))

    def case_act(self, case_id: CaseId, event: str, value: str = "") -> None:
        """Do one thing for a case."""
        self._ask(lambda: self._guarding.case_act(case_id, event, value))

    def begin_case_act(self, case_id: CaseId, event: str) -> None:
        """Do one thing for a case, or ask first what has to be chosen for it."""
        self._window.run_job(lambda: self._guarding.case(case_id), lambda case: self._begin(case, event))

    def _begin(self, case: CaseView | None, event: str) -> None:
        question = choices.of_case(case, event) if case is not None else None
        if case is None:
            self._rest()
        elif question is not None:
            self._ask_choice(question)
        else:
            self.case_act(case.case_id, event, case.dirty[0][0] if event == CaseEvent.CLEANED else "")

    # what was chosen

    def choose(self, kind: str, subject: str, value: str) -> None:
        """Do what was chosen for `subject`."""
        if kind == CaseEvent.DISPOSED:
            self._window.run_job(lambda: self._guarding.case(CaseId(subject)), lambda case: self._dispose(case, value))
        elif kind == choices.REFERRED:
            self.case_act(CaseId(subject), CaseEvent.DISPOSED, f"{Disposition.REFERRED}:{value}")
        elif kind in {choices.OVERRIDE, choices.CLEAR}:
            self.guard_act(kind, VisitId(subject), value)
        elif kind == choices.CAUSE:
            self._ask(lambda: self._guarding.open_case(VisitId(subject) if subject else None, value))
        elif kind in set(CaseEvent):
            self.case_act(CaseId(subject), kind, value)
        else:
            super().choose(kind, subject, value)

    def _dispose(self, case: CaseView | None, value: str) -> None:
        if case is None:
            self._rest()
        elif choices.needs_receiver(case, value):
            self._ask_choice(choices.receivers(case))
        else:
            self.case_act(case.case_id, CaseEvent.DISPOSED, value)

    def choose_nothing(self, kind: str, subject: str) -> None:
        """Go back from a question to where it was asked."""
        if kind == choices.REFERRED:
            self.begin_case_act(CaseId(subject), CaseEvent.DISPOSED)
        elif kind in choices.ABOUT_VISITS and subject:
            self.open_visit(VisitId(subject))
        elif kind in set(CaseEvent):
            self.open_case(CaseId(subject))
        else:
            super().choose_nothing(kind, subject)
