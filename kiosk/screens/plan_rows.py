"""The steps of a situation as rows to tick, and its contacts with their telephone numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.screens.act_row import ActRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from kiosk.screens.stage import Stage
    from kiosk.services.guard_views import ContactView, PlanStepView, RunView


def step_rows(
    run: RunView, stage: Stage, now: datetime, on_tick: Callable[[str], None], on_earlier: Callable[[str], None] | None
) -> list[ActRow]:
    """Return a row for each step; a touch ticks one that is not done and may be ticked. Last, what was done earlier."""
    rows = [_step_row(step, stage, now, on_tick) for step in run.steps]
    return [*rows, _earlier_row(run, stage, on_earlier)] if on_earlier is not None else rows


def _step_row(step: PlanStepView, stage: Stage, now: datetime, on_tick: Callable[[str], None]) -> ActRow:
    texts, is_done = stage.texts, step.ticked_at is not None
    details = []
    if step.contact is not None:
        details.append(f"{texts.pick(step.contact.name)} {step.contact.phone}")
    if not is_done and not step.may_tick:
        details.append(texts.t("plan.role"))
    when, mood = "", ""
    if step.ticked_at is not None:
        when, mood = stage.clock(step.ticked_at), "well"
    elif step.due_at is not None:
        when = texts.t("case.step_due", time=stage.clock(step.due_at))
        mood = "look" if step.due_at <= now else "calm"
    row = ActRow(
        label=texts.pick(step.text),
        detail=" · ".join(details),
        tail=when,
        sign="ticked" if is_done else "box",
        mood=mood,
        value=step.step_id,
        is_fact=is_done,
        is_shut=not is_done and not step.may_tick,
        # That somebody was told stands in the log for good: a stray touch is not to say so.
        is_hard=step.contact is not None,
        asks=texts.t("guard.sure"),
    )
    row.fbind("on_pick", lambda touched: on_tick(touched.value))
    return row


def _earlier_row(run: RunView, stage: Stage, on_earlier: Callable[[str], None]) -> ActRow:
    row = ActRow(label=stage.texts.t("plan.earlier"), value=run.run_id, sign="clock", is_inner=True)
    row.fbind("on_pick", lambda touched: on_earlier(touched.value))
    return row


def contact_rows(contacts: Iterable[ContactView], stage: Stage) -> list[tuple[str, str]]:
    """Return who may be called, and by which number."""
    return [(stage.texts.pick(contact.name), contact.phone) for contact in contacts]
