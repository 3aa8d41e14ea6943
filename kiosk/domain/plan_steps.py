"""Which steps of its plan a case has behind it: those that were ticked, and those that an act of the case did."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kiosk.domain.case_acts import CaseEvent, Disposition
from kiosk.domain.case_standing import is_clinical
from kiosk.domain.plan import OF_CAUSE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kiosk.domain.case import Case, CaseAct
    from kiosk.domain.plan import Plan, PlanStep


def done(case: Case, steps: Iterable[PlanStep]) -> dict[str, datetime]:
    """Return when each step was done, by its id, by a tick or by what it asks for; one that is not done is left out."""
    void = {act.entry for act in case.standing().void}
    counted = [act for act in case.acts if act.entry not in void]
    found = {step.id: min((act.at for act in counted if _does(act, step)), default=None) for step in steps}
    return {step_id: at for step_id, at in found.items() if at is not None}


def done_at(case: Case, step: PlanStep) -> datetime | None:
    """Return when one step was done; None while it is not."""
    return done(case, (step,)).get(step.id)


def undone(plan: Plan, case: Case) -> tuple[PlanStep, ...]:
    """Return the steps of a case's plan that nobody did; none for what never was a case."""
    if case.opening is None or case.standing().disposition is Disposition.OPENED_IN_ERROR:
        return ()
    steps = plan.steps(OF_CAUSE[case.opening.cause])
    behind = done(case, steps)
    return tuple(step for step in steps if step.id not in behind)


def late(plan: Plan, case: Case, now: datetime) -> int:
    """Return how many steps of a case's plan should have been done by now."""
    begun = case.opening.at if case.opening is not None else now
    return sum(begun + timedelta(seconds=step.within_s) <= now for step in undone(plan, case))


def _does(act: CaseAct, step: PlanStep) -> bool:
    if act.event is CaseEvent.TICKED:
        return act.item == step.id
    if act.event is not step.done_by:
        return False
    match act.event:
        case CaseEvent.MEASURED:
            return is_clinical(act.reading)
        case CaseEvent.REPORTED:
            return step.contact in {"", act.to}
        case _:
            return True
