"""Who was near an open case: by right, with a supervisor's consent, for a while, and each look is an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import Role
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import in_digits
from kiosk.domain.times import from_wire, local_day, to_wire
from kiosk.services.guard_views import NearView

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.case import Case, Opening
    from kiosk.domain.ids import CaseId, GuardId, VisitId
    from kiosk.domain.state_keeper import State
    from kiosk.ports import DayLog
    from kiosk.protocol.messages import Guard
    from kiosk.services.sign_in import SignIn
    from kiosk.services.visits import Visits

_COMES: Final = frozenset({EntryKind.IDENTIFIED, EntryKind.WALKED_IN, EntryKind.ADOPTED, EntryKind.LATE_ENTRY})
"""The kinds by which somebody stands at this kiosk."""

_SLACK: Final = timedelta(hours=12)  # a row of the paper ledger may be recorded so long after it happened


@dataclass(frozen=True, slots=True)
class Near:
    """Lists who was near a case that was opened at this kiosk."""

    log: DayLog
    visits: Visits
    signing: SignIn

    def view(self, guard: Guard, case_id: CaseId, supervisor_id: GuardId, pin: str) -> NearView | None:
        """Return the list; None without the right, the consent, or an open case of this kiosk.

        While an earlier consent lasts none is asked for; then the look alone is recorded.
        """
        case = self.visits.cases.case(self.visits.log.state, case_id)
        opening = case.opening if case is not None and case.is_open else None
        is_here = opening is not None and opening.kiosk_id == self.visits.cases.kiosk_id
        if case is None or opening is None or not is_here or not Role(guard.role).may_act_as(Role.LEADER):
            return None
        until = self._lasts_until(case_id)
        if until is not None:
            with self.visits.log.act() as act:
                what = {"guard_id": guard.id, "role": guard.role, "what": "near", "case_id": case_id}
                act.record(EntryKind.LOOKED_UP, what)
            return NearView(case_id, case.label, until, self._lines(case, opening))
        consent = self._consent(guard, supervisor_id, pin)
        if consent is None:
            return None
        lines = self._lines(case, opening)
        return NearView(case_id, case.label, self._record(case, (guard, consent), len(lines)), lines)

    def _consent(self, guard: Guard, supervisor_id: GuardId, pin: str) -> Guard | None:
        """Return the supervisor who consents by their PIN; a leader never consents to their own question."""
        found = self.signing.by_pin(supervisor_id, pin, by="consent")
        is_right = found is not None and Role(found.role).may_act_as(Role.SUPERVISOR)
        is_another = found is not None and (found.id != guard.id or guard.role == Role.SUPERVISOR)
        return found if is_right and is_another else None

    def _record(self, case: Case, who: tuple[Guard, Guard], count: int) -> datetime:
        rules, now = self.visits.rules, self.visits.clock.now()
        until = now + timedelta(hours=rules.plan.near_hours)
        body = {
            "case_id": case.id,
            "visit_id": case.visit_id,
            "guard_id": who[0].id,
            "consent_by": who[1].id,
            "day": local_day(now, rules.site.timezone).isoformat(),
            "until": to_wire(until),
            "count": count,
        }
        with self.visits.log.act() as act:
            act.record(EntryKind.NEAR_LISTED, body)
        return until

    def _lasts_until(self, case_id: CaseId) -> datetime | None:
        """Return until when a consent that was given holds, or None."""
        known = [from_wire(text) for text in self.visits.log.state.facts(f"near:{case_id}:").values()]
        until = max(known, default=None)
        return until if until is not None and self.visits.clock.now() < until else None

    def _lines(self, case: Case, opening: Opening) -> tuple[tuple[datetime, str, str], ...]:
        """Return who stood at this kiosk within the plan's minutes around the case's opening, by time."""
        around = timedelta(minutes=self.visits.rules.plan.near_minutes)
        first, last = opening.at - around, opening.at + around
        found: dict[VisitId, datetime] = {}
        for entry in self.log.entries(self.log.first_since(first) - 1):
            if entry.recorded_at > last + _SLACK:
                break
            body = entry.data()
            if (
                entry.kind in _COMES
                and first <= entry.happened_at <= last
                and body
                and body["visit_id"] != case.visit_id
            ):
                found.setdefault(body["visit_id"], entry.happened_at)
        state = self.visits.log.state
        return tuple((at, *_named(state, visit_id)) for visit_id, at in sorted(found.items(), key=lambda item: item[1]))


def _named(state: State, visit_id: VisitId) -> tuple[str, str]:
    """Return the number that a visit is called by, and its masked name."""
    visit = state.visit(visit_id)
    booking = visit.booking if visit is not None else None
    number = visit.queue_number or visit.line_number or visit.rest_number if visit is not None else ""
    return number or (booking.number if booking is not None else in_digits(visit_id)), (
        booking.name_masked if booking is not None else ""
    )
