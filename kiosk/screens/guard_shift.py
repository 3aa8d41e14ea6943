"""The shift: its checklist at the beginning, its figures and the hand-over at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.act_row import ActRow, card, fill, heading, said
from kiosk.screens.base import GuardScreen

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.domain.ids import CaseId
    from kiosk.domain.site import Words
    from kiosk.services.guard_views import ShiftView


class CheckRow(BoxLayout):
    """One line of the checklist with a large yes and a large no; `answer` is "yes", "no" or "" as yet."""

    item_id = StringProperty("")
    label = StringProperty("")
    yes_text = StringProperty("")
    no_text = StringProperty("")
    answer = StringProperty("")


class GuardShiftScreen(GuardScreen):
    """Asks each item of the checklist, then begins the shift; on duty, shows the figures and hands over."""

    shift = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    hint = StringProperty("")
    main_text = StringProperty("")
    is_on_duty = BooleanProperty(False)
    can_go_on = BooleanProperty(False)
    account = StringProperty("")

    def present(self, shift: ShiftView) -> None:
        """Show the shift as it is now."""
        self.shift = shift
        self.refresh()
        self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first; what was answered already stays."""
        shift: ShiftView | None = self.shift
        if shift is None:
            return
        texts = self.texts
        self.heading = f"{texts.t('shift.title')} · {shift.guard_name}"
        self.account = texts.t("shift.account", id=shift.account) if shift.account else ""
        self.is_on_duty = shift.begun_at is not None
        if shift.begun_at is not None:
            self.title = texts.t("shift.on_since", time=self.stage.clock(shift.begun_at))
            self.main_text = texts.t("shift.end")
            fill(self.ids.body, self._figures(shift))
        else:
            self.title = texts.t("shift.begin_text")
            self.main_text = texts.t("shift.begin")
            checks = [self._check(item_id, words, ticked) for item_id, words, ticked in shift.items]
            # What the one before left open, so that nobody begins without having seen it.
            left = [heading(texts.t("shift.open_cases"))] if shift.open_cases else []
            told = self._handed_over(shift)
            fill(
                self.ids.body,
                [*told, *checks, *left, *(self._case(case_id, label) for case_id, label in shift.open_cases)],
            )
        self._count_answers()
        if shift.undone:
            self.hint = texts.t("case.undone", count=sum(len(steps) for _id, _label, steps in shift.undone))

    def _handed_over(self, shift: ShiftView) -> list[Widget]:
        if shift.handed_over is None:
            return []
        at, who, remark = shift.handed_over
        return [heading(self.texts.t("shift.handed_over")), card([(f"{self.stage.clock(at)} · {who}", remark)], 0.4)]

    def _check(self, item_id: str, words: Words, ticked: bool | None) -> Widget:
        row = CheckRow(item_id=item_id, label=self.stage.say(words))
        row.yes_text, row.no_text = self.texts.t("shift.yes"), self.texts.t("shift.no")
        row.answer = "" if ticked is None else "yes" if ticked else "no"
        row.fbind("answer", lambda _row, _answer: self._count_answers())
        return row

    def _checks(self) -> list[CheckRow]:
        return [row for row in self.ids.body.children if isinstance(row, CheckRow)]

    def _count_answers(self) -> None:
        answers = [row.answer for row in self._checks()]
        missing, no = answers.count(""), answers.count("no")
        self.can_go_on = missing == 0
        if missing:
            self.hint = self.texts.t("shift.still", count=missing)
        else:
            self.hint = self.texts.t("shift.some_no", count=no) if no else ""

    def _figures(self, shift: ShiftView) -> list[Widget]:
        texts = self.texts
        parts: list[Widget] = [heading(texts.t("shift.figures"))]
        parts.append(card([(self._figure(key), str(count)) for key, count in shift.figures], 0.6))
        parts.append(heading(texts.t("shift.open_cases")))
        parts += [self._case(*item) for item in shift.open_cases] or [said(texts.t("shift.none_open"))]
        if shift.undone:
            parts.append(heading(texts.t("shift.undone")))
            parts += [self._undone(*item) for item in shift.undone]
        parts.append(heading(texts.t("shift.others")))
        parts.append(said(" · ".join(shift.others) or texts.t("shift.nobody")))
        if shift.items:
            answers = {True: texts.t("shift.yes"), False: texts.t("shift.no"), None: texts.t("common.none")}
            rows = [
                (self.stage.say(words), answers[ticked], "" if ticked else "look") for _id, words, ticked in shift.items
            ]
            parts += [heading(texts.t("shift.checklist")), card(rows, 0.6)]
        return parts

    def _figure(self, key: str) -> str:
        name = key if key.startswith("shift.") else f"shift.figure.{key}"
        return self.texts.t(name)

    def _case(self, case_id: CaseId, label: str) -> Widget:
        row = ActRow(label=label, sign="person", mood="calm")
        row.fbind("on_pick", lambda _row: self.host.open_case(case_id))
        return row

    def _undone(self, case_id: CaseId, label: str, steps: tuple[Words, ...]) -> Widget:
        row = ActRow(label=label, detail=" · ".join(self.texts.pick(step) for step in steps), sign="box", mood="look")
        row.fbind("on_pick", lambda _row: self.host.open_case(case_id))
        return row

    def on_main(self) -> None:
        """Begin the shift with what was answered, or hand it over."""
        if self.is_on_duty:
            self.host.hand_over()
        else:
            self.host.begin_shift({row.item_id: row.answer == "yes" for row in reversed(self._checks())})
