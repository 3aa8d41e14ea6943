"""The watch over what was begun: alarms go on to the next, and visits follow the end of their case.

Called once a second on the worker's thread. What it records is recorded by the program, in nobody's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import LEAVING, CaseEvent, Disposition
from kiosk.domain.case_wish import CaseWish, heard
from kiosk.domain.due import goes_on_to
from kiosk.domain.entry import EntryKind
from kiosk.services.settling import settle_by_case, waits_for

if TYPE_CHECKING:
    from kiosk.domain.case import Case
    from kiosk.domain.record import Visit
    from kiosk.domain.state_keeper import State
    from kiosk.ports import Actuator
    from kiosk.services.guard_board import Board
    from kiosk.services.views import AlarmView
    from kiosk.services.visits import Visits

STEP_S: Final = 1.0
URGENT: Final = frozenset(
    {
        EntryKind.HELD,
        EntryKind.CALLED,
        EntryKind.REFUSED_MEASURING,
        EntryKind.CASE_OPENED,
        EntryKind.CASE_ACTED,
        EntryKind.ADOPTED,
        EntryKind.TURNED_AWAY,
        EntryKind.HELPED,
    }
)
"""What the other places of the site must hear of at once; all else waits for up to a second."""

_ENDS_BY_ITSELF: Final = LEAVING | {Disposition.OPENED_IN_ERROR}
"""Dispositions after which a visit moves without its visitor; who is released scans again, or a guard lets them in."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks after the cases that this kiosk opened and the visits that it has."""

    visits: Visits

    def step(self) -> int:
        """Record what is due now; return how many things that were."""
        if not self.visits.rules.is_set_up:
            return 0
        state = self.visits.log.state
        noted = sum(self._heard(state, case) for case in state.open_cases())
        return (
            noted
            + sum(self._escalated(case) for case in self.visits.cases.open(state))
            + sum(self._settled(visit) for visit in state.open_visits() if self._is_decided(state, visit))
        )

    def _escalated(self, case: Case) -> int:
        """Let an overdue case go on to the next contact of the plan, once for each; the opening kiosk does it alone."""
        cases, plan, now = self.visits.cases, self.visits.rules.plan, self.visits.cases.clock.now()
        if case.opening is None or case.opening.kiosk_id != cases.kiosk_id:
            return 0
        found = goes_on_to(case, plan, now)
        if found is None:
            return 0
        need, contact = found
        with self.visits.log.act() as act:
            known = cases.case(act.state, case.id) or case
            wish = CaseWish(CaseEvent.ESCALATED, to=contact, item=need.need.value)
            cases.record(act, known, None, wish)
        return 1

    def _heard(self, state: State, own: Case) -> int:
        """Take note that a case that is open by this log alone was closed, so that it stays closed here."""
        case = self.visits.cases.case(state, own.id)
        closing = case.closing if case is not None else None
        if case is None or closing is None:
            return 0
        with self.visits.log.act() as act:
            self.visits.cases.record(act, case, None, heard(case, closing))
        return 1

    def _is_decided(self, state: State, visit: Visit) -> bool:
        case = self.visits.cases.of_visit(state, visit.id)
        if case is None or not waits_for(self.visits, visit, case):
            return False
        # Somebody who was never booked nor let in by a guard's word has no screening to go back to.
        disposition = case.standing().disposition
        return disposition in LEAVING or (disposition in _ENDS_BY_ITSELF and bool(visit.booking or visit.walk_in))

    def _settled(self, visit: Visit) -> int:
        with self.visits.log.act() as act:
            known = act.state.visit(visit.id)
            if known is not None:
                settle_by_case(self.visits, act, known)
        return 1


@dataclass(frozen=True, slots=True)
class Calling:
    """Tells lamp and sounder at the guard's place how the alarm stands."""

    board: Board
    actuator: Actuator

    def step(self) -> None:
        """Say it once more; the same word again changes nothing."""
        self.actuator.signal(signal_of(self.board.alarm(is_for_lamp=True)))


def signal_of(alarm: AlarmView) -> str:
    """Return what lamp and sounder do: dark, light alone, or louder and louder."""
    if alarm.level == 0:
        return "off"
    if alarm.is_seen:
        return "seen"
    return _SIGNALS[min(alarm.level, len(_SIGNALS)) - 1]


_SIGNALS: Final = ("waits", "overdue", "urgent")
"""By the alarm's level, from 1 on."""
