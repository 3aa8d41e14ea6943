"""The plan in use: what is being handled, each step ticked by a named guard, also later with its real time.

A situation of a case is the case's own (its steps are acts of the case); one without a visitor, such as a crowd or a
power failure, is begun and ended here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.case import CaseEvent, Role
from kiosk.domain.case_wish import MINUTES_AGO, CaseWish
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import CaseId
from kiosk.domain.plan import Situation
from kiosk.domain.times import local_day
from kiosk.services.guard_views import EarlierView, PlanView
from kiosk.services.plan_views import contact_view, run_view
from kiosk.services.runs import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.site import Words
    from kiosk.protocol.messages import Guard
    from kiosk.services.case_views import CaseViews
    from kiosk.services.guard_views import CaseView, RunView
    from kiosk.services.visits import Visits

OF_ITS_OWN: Final = (
    Situation.CROWD,
    Situation.DEVICE_FAILURE,
    Situation.OUTAGE,
    Situation.AGGRESSION,
    Situation.REFUSAL,
    Situation.SEVERAL_ELEVATED,
    Situation.AREA_FULL,
)
"""Situations that a guard begins; the others are handled with the isolation case that they are about."""


@dataclass(frozen=True, slots=True)
class Situations:
    """Begins, leads through and ends situations of the plan."""

    visits: Visits
    case_views: CaseViews
    new_id: Callable[[], str]

    def view(self, guard: Guard) -> PlanView:
        """Return the plan's screen: what is being handled, the oldest first, then what could be begun."""
        state, plan, role = self.visits.log.state, self.visits.rules.plan, Role(guard.role)
        of_cases = [self.case_views.run(case, role) for case in self.visits.cases.open(state)]
        runs = running(state)
        own = [
            run_view(plan, run.situation, run.begun_at, run.ticked, run_id=run.run_id, role=role)
            for run in runs
            if plan.steps(run.situation)
        ]
        handled: list[RunView] = [*own, *(run for run in of_cases if run is not None)]
        busy = {run.situation for run in runs}
        names = {item.situation: item.name for item in plan.situations}
        return PlanView(
            running=tuple(sorted(handled, key=lambda run: run.begun_at)),
            situations=tuple((item, names[item]) for item in OF_ITS_OWN if item in names and item not in busy),
            contacts=tuple(contact_view(item) for item in plan.contacts),
        )

    def begin(self, guard: Guard, situation: str) -> bool:
        """Begin a situation and return whether that was done; one that is being handled is not begun twice."""
        if situation not in set(OF_ITS_OWN):
            return False
        if any(run.situation == situation for run in running(self.visits.log.state)):
            return False
        day = local_day(self.visits.clock.now(), self.visits.rules.site.timezone).isoformat()
        body = {"run_id": self.new_id(), "day": day, "situation": Situation(situation).value, **_by(guard)}
        with self.visits.log.act() as act:
            act.record(EntryKind.SITUATION_BEGUN, body)
        return True

    def tick(self, guard: Guard, run_id: str, step_id: str, minutes_ago: int = 0) -> bool:
        """Tick a step of what is being handled and return whether that was done.

        `minutes_ago`: when it was really done, never before the situation began. A step of a higher role stays.
        """
        state = self.visits.log.state
        at = self.visits.clock.now() - timedelta(minutes=max(0, minutes_ago))
        run = next((run for run in running(state) if run.run_id == run_id), None)
        if run is None:
            return self._tick_of_case(guard, CaseId(run_id), step_id, minutes_ago)
        if step_id in run.ticked or not self._may_tick(guard, run.situation, step_id):
            return False
        with self.visits.log.act() as act:
            body = {"run_id": run_id, "day": run.day, "item": step_id, **_by(guard)}
            act.record(EntryKind.SITUATION_TICKED, body, max(at, run.begun_at))
        return True

    def end(self, guard: Guard, run_id: str) -> bool:
        """End a situation and return whether it was being handled; the entry says what was left undone."""
        run = next((run for run in running(self.visits.log.state) if run.run_id == run_id), None)
        if run is None:
            return False
        left = [step.id for step in self.visits.rules.plan.steps(run.situation) if step.id not in run.ticked]
        with self.visits.log.act() as act:
            body = {"run_id": run_id, "day": run.day, "situation": run.situation.value, "left": left, **_by(guard)}
            act.record(EntryKind.SITUATION_ENDED, body)
        return True

    def _tick_of_case(self, guard: Guard, case_id: CaseId, step_id: str, minutes_ago: int) -> bool:
        wish = CaseWish(CaseEvent.TICKED, item=step_id, minutes_ago=minutes_ago)
        with self.visits.log.act() as act:
            return self.visits.cases.do(act, case_id, guard, wish) is None

    def earlier(self, guard: Guard, run_id: str) -> EarlierView | None:
        """Return what of a case or a situation may be written down now with the time at which it was done."""
        state = self.visits.log.state
        case = self.visits.cases.case(state, CaseId(run_id))
        if case is not None:
            return self._earlier_in_case(self.case_views.view(case, guard, state))
        run = next((run for run in self.view(guard).running if run.run_id == run_id), None)
        if run is None:
            return None
        times = _times(run.begun_at, self.visits.clock.now())
        return EarlierView(run_id, run.label, _able(run), (), (), times)

    def _earlier_in_case(self, page: CaseView) -> EarlierView:
        able = {choice.event for choice in page.choices if choice.hindrance is None}
        return EarlierView(
            run_id=page.case_id,
            label=page.label,
            steps=_able(page.run) if page.run is not None else (),
            places=page.free_places if CaseEvent.PLACED in able else (),
            contacts=page.contacts if CaseEvent.REPORTED in able else (),
            times=_times(page.opened_at, self.visits.cases.clock.now()),
        )

    def _may_tick(self, guard: Guard, situation: Situation, step_id: str) -> bool:
        step = next((step for step in self.visits.rules.plan.steps(situation) if step.id == step_id), None)
        return step is not None and Role(guard.role).may_act_as(step.role)


def _able(run: RunView) -> tuple[tuple[str, Words], ...]:
    return tuple((step.step_id, step.text) for step in run.steps if step.ticked_at is None and step.may_tick)


def _times(begun_at: datetime, now: datetime) -> tuple[tuple[int, datetime], ...]:
    """Return when something can have been done since it began: minutes ago and the time; the beginning comes last."""
    times = [(minutes, now - timedelta(minutes=minutes)) for minutes in MINUTES_AGO]
    since_begun = max(1, ceil((now - begun_at).total_seconds() / 60))
    return (*((minutes, at) for minutes, at in times if at > begun_at), (since_begun, begun_at))


def _by(guard: Guard) -> dict[str, Any]:
    return {"guard_id": guard.id, "role": guard.role}
