"""The plan's parts as a guard's screen shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kiosk.services.guard_views import ContactView, PlanStepView, RunView

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.case import Case, Role
    from kiosk.domain.plan import Contact, Plan, Situation


def run_view(
    plan: Plan,
    situation: Situation,
    begun_at: datetime,
    ticked: dict[str, datetime],
    *,
    run_id: str,
    role: Role,
    case: Case | None = None,
) -> RunView:
    """Return a situation's steps as they stand, for a case or on their own."""
    name = next(item.name for item in plan.situations if item.situation is situation)
    steps = tuple(
        PlanStepView(
            step_id=step.id,
            text=step.text,
            due_at=begun_at + timedelta(seconds=step.within_s),
            contact=contact_view(known) if (known := plan.contact(step.contact)) is not None else None,
            ticked_at=ticked.get(step.id),
            may_tick=role.may_act_as(step.role),
        )
        for step in plan.steps(situation)
    )
    return RunView(situation, name, run_id, case.id if case else None, case.label if case else "", begun_at, steps)


def contact_view(contact: Contact) -> ContactView:
    """Return somebody to call, for the screen."""
    return ContactView(contact.id, contact.name, contact.phone)
