"""One isolation case: what it waits for, what may be done now, what is known, the plan's steps, what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.domain.case import CaseEvent, CaseStep, Hindrance
from kiosk.screens.act_row import ActRow, card, fill, heading, in_pairs, said
from kiosk.screens.base import GuardScreen
from kiosk.screens.case_facts import facts, history, readings
from kiosk.screens.case_needs import HARD, main_choice
from kiosk.screens.plan_rows import step_rows
from kiosk.screens.spans import span

if TYPE_CHECKING:
    from datetime import datetime

    from kivy.uix.widget import Widget

    from kiosk.domain.plan import Situation
    from kiosk.domain.site import Words
    from kiosk.services.guard_views import CaseChoice, CaseView


class GuardCaseScreen(GuardScreen):
    """Shows one case; the buttons are what may be done, the one that it waits for the largest."""

    case = ObjectProperty(None, allownone=True)
    label = StringProperty("")
    step_text = StringProperty("")
    need_text = StringProperty("")
    time_text = StringProperty("")
    time_word = StringProperty("")
    is_overdue = BooleanProperty(False)
    level = NumericProperty(0)
    main_text = StringProperty("")
    is_main_hard = BooleanProperty(False)
    visit_text = StringProperty("")
    rows = ListProperty()

    def present(self, case: CaseView) -> None:
        """Show a case as it is now; from its top when it is another one, or waits for something else than before."""
        before: CaseView | None = self.case
        is_other = before is None or (before.case_id, before.step, before.need) != (case.case_id, case.step, case.need)
        self.case = case
        self.refresh()
        if is_other:
            self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        case: CaseView | None = self.case
        if case is None:
            return
        texts = self.texts
        self.heading = texts.t("guard.handle", label=case.label)
        self.label = case.label
        self.step_text = " · ".join(
            [texts.t(f"case.step.{case.step}"), *([texts.pick(case.place)] if case.place else [])]
        )
        self.need_text = self._need(case)
        self.level = case.level
        self.visit_text = texts.t("case.visit") if case.has_visit else ""
        self._say_acts(case)
        fill(self.ids.body, self._body(case))
        self._say_time()

    def _need(self, case: CaseView) -> str:
        if case.need is not None:
            return self.texts.t(f"case.need.{case.need}")
        return self.texts.t("case.undone", count=case.undone) if case.undone else ""

    def _say_acts(self, case: CaseView) -> None:
        first = main_choice(case)
        self.main_text = self.texts.t(f"case.act.{first.event}") if first is not None else ""
        self.is_main_hard = first is not None and first.event in HARD
        self.ids.main.is_armed = False
        fill(self.ids.acts, in_pairs([self._act(choice) for choice in case.choices if choice is not first]))

    def _words(self, choice: CaseChoice) -> str:
        is_moving = choice.event is CaseEvent.PLACED and self.case.place is not None
        return self.texts.t("case.act.moved" if is_moving else f"case.act.{choice.event}")

    def _why_not(self, choice: CaseChoice) -> str:
        if choice.hindrance is None:
            return ""
        is_without_place = choice.hindrance is Hindrance.NO_PLACE
        if is_without_place and choice.event is CaseEvent.PLACED and self.case.room_from is not None:
            return self.texts.t("case.place_from", time=self.stage.clock(self.case.room_from))
        is_in_use = is_without_place and choice.event is CaseEvent.CLEANED
        return self.texts.t("area.still_in" if is_in_use else f"case.hindrance.{choice.hindrance}")

    def _act(self, choice: CaseChoice) -> ActRow:
        row = ActRow(
            label=self._words(choice),
            detail=self._why_not(choice),
            value=choice.event,
            asks=self.texts.t("guard.sure"),
            is_hard=choice.event in HARD,
            is_shut=choice.hindrance is not None,
        )
        row.fbind("on_pick", lambda touched: self.on_act(touched.value))
        return row

    def _body(self, case: CaseView) -> list[Widget]:
        texts = self.texts
        shown = readings(case, self.stage)
        measured = [heading(texts.t("case.readings")), card(shown) if shown else said(texts.t("case.no_readings"))]
        # Of one that is closed nothing is left but its steps.
        parts = [*self._steps(case), *measured] if case.step is CaseStep.CLOSED else [*measured, *self._steps(case)]
        near = ActRow(label=texts.t("case.near"), value="near", sign="look")
        near.fbind("on_pick", lambda _row: self.host.open_near(case.case_id))
        parts += [heading(texts.t("case.about")), card(facts(case, self.stage)), near]
        parts += [heading(texts.t("case.history")), card(history(case, self.stage), 0.4)]
        return parts

    def _steps(self, case: CaseView) -> list[Widget]:
        if case.run is None or not case.run.steps:
            return []
        rows = step_rows(case.run, self.stage, self.now, self.on_tick, self.host.begin_earlier)
        return [heading(self.texts.t("case.steps", name=case.run.name)), *rows, *map(self._beside, case.beside)]

    def _beside(self, item: tuple[Situation, Words, bool]) -> Widget:
        """Return a row that leads to the steps of what the hall is in besides, beginning them where nobody has."""
        situation, name, is_handled = item
        row = ActRow(
            label=self.texts.pick(name),
            detail=self.texts.t("case.beside_handled" if is_handled else "case.beside"),
            sign="look",
            mood="" if is_handled else "look",
            value=situation,
        )
        open_it = self.host.open_item if is_handled else self.host.begin_situation
        row.fbind("on_pick", lambda touched: open_it("plan" if is_handled else touched.value))
        return row

    def tick(self, now: datetime) -> None:
        """Count the time on."""
        super().tick(now)
        self._say_time()

    def _say_time(self) -> None:
        case: CaseView | None = self.case
        if case is None or case.due_at is None:
            self.time_text, self.time_word, self.is_overdue = "", "", False
            return
        seconds = (case.due_at - self.now).total_seconds()
        self.is_overdue = seconds <= 0
        self.time_text = ("+" if self.is_overdue else "") + span(abs(seconds))
        self.time_word = self.texts.t("guard.overdue" if self.is_overdue else "guard.left")

    def on_main(self) -> None:
        """Do what the case waits for."""
        first = main_choice(self.case)
        if first is not None:
            self.on_act(first.event)

    def on_act(self, event: str) -> None:
        """Begin one of the acts; what must be chosen first is asked for by the host."""
        if event == CaseEvent.MEASURED:
            self.host.open_reading(self.case.visit_id, self.case.case_id)
        else:
            self.host.begin_case_act(self.case.case_id, str(event))

    def on_tick(self, step_id: str) -> None:
        """Tick one step of the plan."""
        self.host.case_act(self.case.case_id, CaseEvent.TICKED.value, step_id)

    def on_look_visit(self) -> None:
        """Look at the visit behind the case."""
        self.host.open_visit(self.case.visit_id)
