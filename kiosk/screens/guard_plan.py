"""The plan: situations that are being handled, others to begin, and whom to call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import ObjectProperty

from kiosk.screens.act_row import ActRow, card, fill, heading, in_pairs, said
from kiosk.screens.base import GuardScreen
from kiosk.screens.plan_rows import contact_rows, step_rows
from kiosk.screens.widgets import ArmedButton

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.domain.plan import Situation
    from kiosk.domain.site import Words
    from kiosk.services.guard_views import PlanView, RunView


class GuardPlanScreen(GuardScreen):
    """Leads through what is happening: steps to tick one by one, then what else could be begun."""

    plan = ObjectProperty(None, allownone=True)

    def present(self, plan: PlanView) -> None:
        """Show the plan as it stands now; a situation more than before from the top."""
        is_more = self.plan is None or len(plan.running) > len(self.plan.running)
        self.plan = plan
        self.refresh()
        if is_more:
            self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        plan: PlanView | None = self.plan
        if plan is None:
            return
        texts = self.texts
        self.heading = texts.t("plan.title")
        parts: list[Widget] = []
        for run in plan.running:
            parts += self._run(run)
        parts.append(heading(texts.t("plan.begin")))
        parts += self._situations(plan.situations)
        parts.append(heading(texts.t("plan.contacts")))
        rows = contact_rows(plan.contacts, self.stage)
        parts.append(card(rows, 0.6) if rows else said(texts.t("plan.no_contacts")))
        fill(self.ids.body, parts)

    def _run(self, run: RunView) -> list[Widget]:
        texts = self.texts
        name = " · ".join([*([run.label] if run.label else []), texts.pick(run.name)])
        since = texts.t("plan.since", time=self.stage.clock(run.begun_at))
        parts: list[Widget] = [heading(f"{name} · {since}")]
        on_earlier = self.host.begin_earlier if run.case_id is None else None  # a case has it on its own page
        parts += step_rows(run, self.stage, self.now, lambda step_id: self._tick(run, step_id), on_earlier)
        if run.case_id is None:  # a case's plan ends with the case
            end = ArmedButton(content=texts.t("plan.end", name=run.name), asks=texts.t("guard.sure"))
            end.fbind("on_sure", lambda _button: self.host.end_situation(run.run_id))
            parts.append(end)
        else:
            row = ActRow(label=texts.t("guard.look", label=run.label), sign="look")
            row.fbind("on_pick", lambda _row: self.host.open_case(run.case_id))
            parts.append(row)
        return parts

    def _tick(self, run: RunView, step_id: str) -> None:
        if run.case_id is not None:
            self.host.case_act(run.case_id, "ticked", step_id)
        else:
            self.host.tick(run.run_id, step_id)

    def _situations(self, situations: tuple[tuple[Situation, Words], ...]) -> list[Widget]:
        rows: list[ActRow] = []
        for situation, name in situations:
            row = ActRow(label=self.texts.pick(name), value=situation, asks=self.texts.t("guard.sure"), is_hard=True)
            row.fbind("on_pick", lambda touched: self.host.begin_situation(touched.value))
            rows.append(row)
        return in_pairs(rows)
