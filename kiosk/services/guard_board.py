"""What the guard's screens show: what needs doing, oldest first; numbers, never names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kiosk.domain.admission import Reason
from kiosk.domain.case import Role
from kiosk.domain.correction import celsius
from kiosk.domain.due import due, level
from kiosk.domain.ids import VisitId, in_digits
from kiosk.domain.isolation_area import free_from, room
from kiosk.domain.masking import mask_name
from kiosk.domain.paper_sheets import PAPER
from kiosk.domain.plan_steps import late
from kiosk.domain.state_days import is_cold_by_hand
from kiosk.domain.times import local_day
from kiosk.domain.visit import SCREEN_STEPS, Step
from kiosk.services.guards import GuardAct, extra_late, needs_guard
from kiosk.services.link import LinkTrouble
from kiosk.services.views import ENDS, AlarmView, EarlierVisit, GuardBoard, GuardDetail, GuardRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from kiosk.domain.case import Case
    from kiosk.domain.record import Visit
    from kiosk.domain.state_keeper import State
    from kiosk.ports import LocalCopy
    from kiosk.protocol.messages import Guard
    from kiosk.services.case_views import CaseViews
    from kiosk.services.cases import Alarm
    from kiosk.services.everywhere import Everywhere
    from kiosk.services.guards import Guards
    from kiosk.services.hall import Hall
    from kiosk.services.identifying import Identifying
    from kiosk.services.visits import Visits

_STATES = {
    Step.CARD_CHECK: "card_check",
    Step.GUARD: "waiting",
    Step.HALL_LINE: "in_line",
    Step.RESTING: "resting",
    Step.REFUSED: "refused",
    Step.ADMITTED: "admitted",
    **{step: step.value for step in (Step.TURNED_AWAY, Step.HELPED, Step.LEFT, Step.ABANDONED, Step.DISOWNED)},
    **dict.fromkeys(SCREEN_STEPS, "at_kiosk"),
}

_CALLED = {"in_line": "line_called", "resting": "rest_over"}

_CAUSES = {Step.CARD_CHECK: "card_check", Step.RESTING: "resting", Step.HALL_LINE: "hall_full"}
_REFUSED = frozenset(reason.value for reason in Reason)


@dataclass(frozen=True, slots=True)
class Board:
    """Makes the guard's overview and the page of one visit."""

    visits: Visits
    guards: Guards
    hall: Hall
    copy: LocalCopy
    identifying: Identifying
    everywhere: Everywhere
    case_views: CaseViews

    def overview(
        self, guard: Guard, devices: tuple[tuple[str, bool], ...], link: LinkTrouble = LinkTrouble.NONE
    ) -> GuardBoard:
        """Return the overview: what needs doing first, then figures and devices."""
        log, state, now = self.visits.log, self.visits.log.state, self.visits.clock.now()
        site = self.visits.rules.site
        open_cases = self.visits.cases.open(state)
        handled = {case.visit_id for case in open_cases}
        rows, cases = self._rows(state, handled), self._case_rows(open_cases)
        loose = [visit for visit in rows if visit.id not in handled]
        oldest, places = log.oldest_unsent(), self.visits.cases.area(state)
        return GuardBoard(
            guard_name=mask_name(guard.name),
            inside=self.hall.inside(state),
            cap=site.cap or None,
            resting=sum(visit.step is Step.RESTING for visit in rows),
            cases_open=len(open_cases),
            rows=(
                *sorted(
                    (*cases, *(self._row(visit, state, guard.role) for visit in loose if needs_guard(visit))),
                    key=self._pressing,
                ),
                *self._conflicts(state).values(),
                *(self._row(visit, state, guard.role) for visit in loose if not needs_guard(visit)),
            ),
            devices=devices,
            unsent=log.last()[0] - log.acknowledged(),
            oldest_unsent_s=int((now - oldest).total_seconds()) if oldest is not None else None,
            is_online=self.hall.is_site_known(),
            typing_closed=self.identifying.is_typing_closed(),
            extra_late_min=extra_late(state),
            is_cold_by_hand=is_cold_by_hand(state),
            booking_data_of_today=self.copy.covers(local_day(now, site.timezone).isoformat()),
            link=link,
            view_age_s=self.case_views.others_age_s(),
            on_duty=bool(state.facts(f"shift:{guard.id}:")),
            room=room(places),
            room_from=free_from(places),
        )

    def _pressing(self, row: GuardRow) -> tuple[int, bool, datetime]:
        """Return what orders rows: the loudest first, then whoever was not let in last, then by when something is due.

        Who waits for a guard at a screen is to be seen within the time in which a case is to be taken; whose
        temperature or answer is open, before somebody whose booking is.
        """
        within = timedelta(seconds=self.visits.rules.plan.limits.acknowledge_s)
        due = row.due if row.case_id is not None else None
        return (-row.level, row.cause_key in _REFUSED, due or row.since + within)

    def alarm(self, *, is_for_lamp: bool = False) -> AlarmView:
        """Return what calls a guard now: cases that call for somebody, and cases in which something is overdue.

        Those that somebody has seen are told of when there are no others. `is_for_lamp`: for lamp and sounder, which
        others hear as well, rather than for this screen.
        """
        cases = self.visits.cases
        known = [(case, cases.alarm(case, is_for_lamp=is_for_lamp)) for case in cases.open(self.visits.log.state)]
        standing = [(case, alarm) for case, alarm in known if alarm is not None]
        unseen = [(case, alarm) for case, alarm in standing if not alarm.is_seen]
        told = sorted(unseen or standing, key=lambda item: -item[1].loud)
        if not told:
            return AlarmView()
        return AlarmView(
            labels=tuple(case.label for case, _alarm in told),
            level=max(alarm.loud + 1 for _case, alarm in told),
            since=min(_since(case, alarm) for case, alarm in told),
            is_seen=not unseen,
        )

    def _case_rows(self, open_cases: Sequence[Case]) -> list[GuardRow]:
        """Return one row for each case that is not closed, at whatever kiosk it was opened."""
        now, plan, cases = self.visits.cases.clock.now(), self.visits.rules.plan, self.visits.cases
        rows: list[GuardRow] = []
        for case in open_cases:
            standing = case.standing()
            need = due(case, plan.limits, standing)
            place = plan.place(standing.place_id) if standing.is_in_place else None
            opening = case.opening
            is_here = opening is None or opening.kiosk_id == cases.kiosk_id
            rows.append(
                GuardRow(
                    visit_id=case.visit_id,
                    label=case.label,
                    state_key=f"case_{standing.step}",
                    since=opening.at if opening is not None else now,
                    due=need.until if need is not None else None,
                    needs=(need.need.value,) if need is not None else (),
                    case_id=case.id,
                    place=place.name if place is not None else None,
                    level=level(need, plan.limits, now),
                    kiosk="" if is_here or opening is None else opening.kiosk_id,
                    late_steps=late(plan, case, now),
                )
            )
        return rows

    def rows(self, state: State) -> Sequence[Visit]:
        """Return the visits of today to show: those that need a guard first, one per booking, oldest first."""
        return self._rows(state, {case.visit_id for case in self.visits.cases.open(state)})

    def _rows(self, state: State, handled: Collection[VisitId]) -> Sequence[Visit]:
        zone, now = self.visits.rules.site.timezone, self.visits.clock.now()
        today = local_day(now, zone)
        latest: dict[str, Visit] = {}
        for visit in self.everywhere.listed(state):
            if local_day(visit.first_contact, zone) == today or visit.id in handled:
                latest[visit.booking_id or visit.id] = visit
        shown = [
            visit for visit in latest.values() if needs_guard(visit) or visit.step in {Step.RESTING, Step.HALL_LINE}
        ]
        return sorted(shown, key=lambda visit: (not needs_guard(visit), visit.first_contact))

    def detail(self, visit_id: VisitId, role: str = Role.GUARD) -> GuardDetail | None:
        """Return one visit as a guard of this role sees it; the card stays masked."""
        state = self.visits.log.state
        visit = self.everywhere.visit(state, visit_id)
        if visit is None:
            return None
        case = self.visits.cases.of_visit(state, visit.id)
        conflict = self._conflicts(state).get(visit.id) if not needs_guard(visit) else None
        return GuardDetail(
            row=replace(conflict or self._row(visit, state, role), case_id=case.id if case is not None else None),
            card=self.visits.showing.card(visit.booking) if visit.booking is not None else None,
            cause_key="conflict" if conflict is not None else _cause_key(visit),
            reason=Reason(visit.reasons[0]) if visit.reasons else None,
            readings=_readings(visit),
            case_label=case.label if case is not None else None,
            declared_keys=visit.declared_yes,
            number=visit.way_in_number,
            first_arrival=self._first_arrival(visit, state),
            override_by=self.guards.override_by(visit),
            earlier=self._earlier(visit, state) if visit.step is Step.REFUSED else None,
            walk_in=visit.walk_in,
            comes_with=self._comes_with(visit, state),
        )

    def _comes_with(self, visit: Visit, state: State) -> str:
        """Return the number of the one whom a companion or a child came with; "" for anybody else."""
        other = self.everywhere.visit(state, visit.with_visit) if visit.with_visit is not None else None
        return (other.way_in_number or other.label) if other is not None else ""

    def _earlier(self, visit: Visit, state: State) -> EarlierVisit | None:
        """Return what a guard must know before letting somebody in whose booking was here before."""
        earlier = self.guards.earlier(state, visit)
        if earlier is None:
            return None
        ended = earlier.step.value if earlier.step in ENDS else "open"
        case = self.guards.open_case_of(state, visit)
        how = "case" if case is not None else ended
        return EarlierVisit(_readings(earlier), how, earlier.cause, earlier.queue_number, earlier.admitted_at)

    def _first_arrival(self, visit: Visit, state: State) -> datetime | None:
        """Return when the booking of `visit` first arrived in another visit, here or at another kiosk."""
        if visit.booking_id is None:
            return None
        others = (*state.visits_of(visit.booking_id), *self.copy.peer_visits(visit.booking_id))
        times = [other.arrived_at for other in others if other.id != visit.id and other.arrived_at is not None]
        return min(times, default=None)

    def _conflicts(self, state: State) -> Mapping[VisitId, GuardRow]:
        """Return the visits of this kiosk whose booking was used at another as well, until a person closes it."""
        known = self.copy.site_view()
        conflicts = known[0].conflicts if known is not None else []
        rows: dict[VisitId, GuardRow] = {}
        for item, its in ((item, conflict.arrivals) for conflict in conflicts for item in conflict.arrivals):
            visit = state.visit(VisitId(item.visit_id))
            if visit is None:
                continue
            others = sorted({other.kiosk_id for other in its if other.visit_id != item.visit_id})
            label = visit.queue_number or in_digits(visit.id)
            acts = tuple(act.value for act in self.guards.allowed(visit, state))
            rows[visit.id] = GuardRow(visit.id, label, "conflict", item.at, None, acts, " · ".join(others))
        return rows

    def _row(self, visit: Visit, state: State, role: str) -> GuardRow:
        rested = visit.step is Step.RESTING and visit.rest_until is not None
        case = self.visits.cases.of_visit(state, visit.id)
        # Once its case is decided a visit goes by its own number: that is the one its visitor reads.
        is_handled = case is not None and case.standing().disposition is None
        label = case.label if case is not None and is_handled else visit.label
        needs = self.guards.allowed(visit, state, role)
        state_key = _STATES[visit.step]
        if GuardAct.GONE in needs:  # it is their turn
            state_key = _CALLED[state_key]
        if state_key == "admitted" and visit.by == PAPER:  # nobody stands here to be told a number
            state_key = "on_paper"
        if state_key == "at_kiosk" and visit.booking is None:  # a walk-in has no code to show
            state_key = "visit"
        return GuardRow(
            visit_id=visit.id,
            label=label,
            state_key=state_key,
            since=visit.first_contact,
            due=visit.rest_until if rested else None,
            needs=tuple(act.value for act in needs),
            kiosk="" if self.everywhere.is_here(state, visit) else visit.kiosk_id,
            cause_key=_cause_key(visit) if needs_guard(visit) and visit.step is not Step.CARD_CHECK else "",
        )


def _since(case: Case, alarm: Alarm) -> datetime:
    """Return since when a case calls: from its opening on, or for as long as it waits for what is overdue."""
    return case.opening.at if case.opening is not None and alarm.is_calling else alarm.need.since


def _cause_key(visit: Visit) -> str:
    """Return the text key of why a visit needs a guard."""
    if visit.step is Step.ADMITTED:
        return "admitted"
    if visit.cause:
        return visit.cause
    if visit.step in _CAUSES:
        return _CAUSES[visit.step]
    return visit.reasons[0] if visit.reasons else "unexpected"


def _readings(visit: Visit) -> tuple[tuple[datetime, str, str], ...]:
    return tuple(
        (item.at, celsius(item.value_cc) if item.value_cc is not None else "—", item.outcome_key)
        for item in visit.readings
    )
