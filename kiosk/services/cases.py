"""The acts for isolation cases: opened, taken, placed, measured, reported, disposed of, cleaned, closed.

What a case is comes from all logs of the site (`domain/case.py: merged`): this kiosk's own, and through the server's
view those of the other kiosks, of the guard's station and of the server's page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kiosk.domain.case import Case, CaseEvent, CaseStep, Cause, Hindrance, Role, merged
from kiosk.domain.case_standing import is_clinical
from kiosk.domain.case_wish import TAKE, CaseWish, ago, entry_body, is_taken_by, why_not_taking
from kiosk.domain.due import Due, calls, due, is_seen, level
from kiosk.domain.entry import EntryKind
from kiosk.domain.isolation_area import LOOK_BACK
from kiosk.domain.plan import area, free_places
from kiosk.domain.screening import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from kiosk.domain.ids import CaseId, KioskId, VisitId
    from kiosk.domain.plan import Place, PlaceStanding
    from kiosk.domain.record import Measured, Visit
    from kiosk.domain.state_keeper import State
    from kiosk.ports import Act, Clock, LocalCopy
    from kiosk.protocol.messages import Guard
    from kiosk.services.hall import Hall
    from kiosk.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Alarm:
    """That a case calls for somebody: what it waits for, how loud that is, and whether somebody has seen that.

    `is_calling`: for whoever is free, in time or not.
    """

    need: Due
    loud: int
    is_calling: bool
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of the site, as far as this kiosk knows them, and what may be done for them."""

    rules: Rulebook
    hall: Hall
    copy: LocalCopy
    clock: Clock
    new_id: Callable[[], str]
    kiosk_id: KioskId

    def known(self, state: State) -> Mapping[CaseId, Case]:
        """Return the cases that are open, or were touched today, with everything that any log says of them."""
        view = self.copy.site_view()
        # Those of the last day are kept in sight once they are closed: the places they used have to air.
        own = state.cases_since(self.clock.now() - LOOK_BACK)
        seen = merged([*own, *(view[0].cases if view is not None else [])])
        return {case.id: self._with_own(state, case) for case in seen.values()}

    def case(self, state: State, case_id: CaseId) -> Case | None:
        """Return one case with everything that any log says of it, or None."""
        return self.known(state).get(case_id) or state.case(case_id)

    def of_visit(self, state: State, visit_id: VisitId) -> Case | None:
        """Return the case of a visit with everything that any log says of it, or None."""
        return max(self._of(state, visit_id), key=_newest, default=None)

    def undecided(self, state: State, visit_id: VisitId) -> Case | None:
        """Return the case of a visit that still has to be decided, or None."""
        found = [case for case in self._of(state, visit_id) if case.standing().disposition is None]
        return max(found, key=_newest, default=None)

    def _of(self, state: State, visit_id: VisitId) -> Sequence[Case]:
        """Return the cases of a visit; of those that this kiosk opened, the last: it opens no other beside it."""
        view, own = self.copy.site_view(), state.case_of(visit_id)
        told = [case for case in view[0].cases if case.visit_id == visit_id] if view is not None else []
        seen = merged([*told, *([own] if own is not None else [])])
        return [self._with_own(state, case) for case in seen.values()]

    def open(self, state: State) -> Sequence[Case]:
        """Return the cases that are not closed, oldest first."""
        found = [case for case in self.known(state).values() if case.opening is not None and case.is_open]
        return sorted(found, key=lambda case: (case.opening.at if case.opening is not None else None, case.id))

    def area(self, state: State) -> tuple[PlaceStanding, ...]:
        """Return how each place of the isolation area stands."""
        return area(self.rules.plan, self.known(state).values(), self.clock.now())

    def free_places(self, state: State) -> tuple[Place, ...]:
        """Return where somebody may be placed now; none when the area is full."""
        return free_places(self.area(state))

    def calls_here(self, case: Case) -> bool:
        """Tell whether a case calls for somebody at this screen: who opened it here for a collapse is there already."""
        standing = case.standing()
        is_own = case.opening is not None and case.opening.kiosk_id == self.kiosk_id
        return calls(case, standing) and (standing.step is CaseStep.FLAGGED or not is_own)

    def alarm(self, case: Case, *, is_for_lamp: bool = False) -> Alarm | None:
        """Return how a case calls for somebody at this screen, or None.

        `is_for_lamp`: at lamp and sounder, which others hear as well.
        """
        standing, limits, now = case.standing(), self.rules.plan.limits, self.clock.now()
        need = due(case, limits, standing)
        loud = level(need, limits, now)
        is_calling = calls(case, standing) if is_for_lamp else self.calls_here(case)
        if need is None or not (loud or is_calling):
            return None
        # A collapse calls until it was seen at another place; what its own guard touched says nothing of that.
        wants_another = is_calling and standing.step is not CaseStep.FLAGGED
        return Alarm(need, loud, is_calling, not wants_another and is_seen(need, limits, standing, now))

    def begin(self, act: Act, visit_id: VisitId, cause: str, guard: Guard | None = None) -> CaseId:
        """Open a case for a visit; a guard who opens it has taken it as well."""
        visit = act.state.visit(visit_id)
        readings = visit.readings if visit is not None else ()
        clinical = [item for item in readings if is_clinical(item)]
        case_id = self.new_id()
        body: dict[str, Any] = {
            "visit_id": visit_id,
            "case_id": case_id,
            "cause": Cause(cause).value,
            "guard_id": guard.id if guard is not None else "",
            "was_elevated": any(item.outcome is Outcome.ELEVATED for item in readings),
            "was_confirmed": bool(clinical) and clinical[-1].outcome is Outcome.ELEVATED,
            "co_signed": [item.value for item in self.rules.plan.co_signed],
            **self.hall.next_number(act.state, "C"),
        }
        entry = act.record(EntryKind.CASE_OPENED, body)
        case = act.state.case(entry.data()["case_id"])
        if guard is not None and case is not None:
            self.record(act, case, guard, TAKE)
        return entry.data()["case_id"]

    def do(self, act: Act, case_id: CaseId, guard: Guard | None, wish: CaseWish) -> Hindrance | None:
        """Do one thing for a case by a named guard (None: by nobody's name); return why it was not done, or None.

        A guard who decides something for a case that nobody has taken takes it by that. What was done earlier is an
        entry with both times: the case is timed by the site's clock, an entry by the kiosk's own.
        """
        case = self.case(act.state, case_id)
        if case is None:
            return Hindrance.NOT_NOW
        now = self.clock.now()
        why = why_not_taking(case, wish, guard, now) or self._by_the_plan(act.state, case, guard, wish)
        if why is not None:
            return why
        passed = ago(case, wish, now)
        then = self.hall.clock.now() - passed if passed else None
        if is_taken_by(case, wish, guard, now):
            self.record(act, case, guard, TAKE, then)
        self.record(act, self.case(act.state, case_id) or case, guard, wish, then)
        return None

    def hindrance(self, case: Case, guard: Guard | None, wish: CaseWish) -> Hindrance | None:
        """Return why this may not be done now, if need be by taking the case with it, or None; the plan aside."""
        return why_not_taking(case, wish, guard, self.clock.now())

    def _by_the_plan(self, state: State, case: Case, guard: Guard | None, wish: CaseWish) -> Hindrance | None:
        """Return what hinders an act by the plan in force: places with room, contacts that are there, steps, roles."""
        plan = self.rules.plan
        match wish.event:
            case CaseEvent.PLACED:
                has_room = any(place.id == wish.place_id for place in self.free_places(state))
                return None if has_room else Hindrance.NO_PLACE
            case CaseEvent.REPORTED | CaseEvent.DISPOSED:
                is_known = plan.contact(wish.to) is not None or (not wish.to and wish.event is CaseEvent.DISPOSED)
                return None if is_known else Hindrance.NO_RECEIVER
            case CaseEvent.TICKED:
                steps = [step for item in plan.situations for step in item.steps if step.id == wish.item]
                if not steps or wish.item in case.standing().ticked:
                    return Hindrance.NOT_NOW
                role = Role(guard.role) if guard is not None else Role.GUARD
                return None if any(role.may_act_as(step.role) for step in steps) else Hindrance.ROLE
            case CaseEvent.SEEN:
                # Touched again and again by nobody in particular: the first touch says it all, until it is louder.
                alarm = self.alarm(case)
                return None if alarm is not None and not alarm.is_seen else Hindrance.NOT_NOW
            case _:
                return None

    def record(
        self, act: Act, case: Case, guard: Guard | None, wish: CaseWish, happened_at: datetime | None = None
    ) -> None:
        """Record one thing that was done for a case, now or earlier; what may be done was asked before."""
        act.record(EntryKind.CASE_ACTED, entry_body(case, wish, guard), happened_at)

    def of_reading(self, state: State, visit_id: VisitId) -> dict[str, Any]:
        """Return what the entry of a reading says of its visit's open case; nothing when there is none."""
        case = self.undecided(state, visit_id)
        return {"case_id": case.id, "turn": case.next_turn} if case is not None else {}

    def last_reading(self, state: State, visit: Visit) -> Measured | None:
        """Return the last reading of a visit, wherever it was taken: its case knows those of other places as well."""
        case = self.of_visit(state, visit.id)
        known = (*visit.readings[-1:], *(case.standing().readings[-1:] if case is not None else ()))
        return max(known, key=lambda item: item.at, default=None)

    def _with_own(self, state: State, case: Case) -> Case:
        own = state.case(case.id)
        return merged([case, own])[case.id] if own is not None else case


def _newest(case: Case) -> tuple[bool, str]:
    """Return what orders the cases of one visit: a case's id begins with the time at which it was opened."""
    return (case.standing().disposition is None, case.id)
