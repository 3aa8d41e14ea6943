"""One visit as the guard sees it: why it waits, what is known, what may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.factory import Factory
from kivy.properties import ListProperty, ObjectProperty, StringProperty

from kiosk.screens.base import GuardScreen
from kiosk.screens.widgets import ArmedButton, MainButton, SecondButton

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.services.views import GuardDetail

_IN_A_ROW: Final = 2
_HARD_TO_UNDO: Final = frozenset({"turn_away", "override"})


class GuardVisitScreen(GuardScreen):
    """Shows one visit; the buttons are what it needs."""

    detail = ObjectProperty(None, allownone=True)
    label = StringProperty("")
    state_text = StringProperty("")
    rows = ListProperty()

    def show_detail(self, detail: GuardDetail) -> None:
        """Show the visit as it is now."""
        self.detail = detail
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        detail, texts = self.detail, self.texts
        if detail is None:
            return
        row = detail.row
        self.heading = texts.t("guard.handle", label=row.label)
        self.label = row.label
        since = texts.t("guard.since", time=self.stage.clock(row.since))
        self.state_text = f"{texts.t(f'guard.state.{row.state_key}', kiosks=row.elsewhere)} · {since}"
        self.rows = self._rows(detail)
        self._lay_out_acts(row.needs)

    def _rows(self, detail: GuardDetail) -> list[tuple[str, str]]:
        texts, stage = self.texts, self.stage
        cause = texts.t(f"guard.cause.{detail.cause_key}")
        if detail.reason is not None and detail.reason.value != detail.cause_key:
            cause = f"{cause} · {texts.t(f'guard.cause.{detail.reason}')}"
        rows = [(texts.t("guard.cause_label"), cause)]
        if detail.card is not None:
            card = detail.card
            rows += [
                (texts.t("guard.name"), card.name_masked or texts.t("guard.not_known")),
                (texts.t("booking.service"), texts.pick(card.service)),
                (texts.t("booking.slot"), stage.dated_slot(card.slot_start, card.slot_end, self.now)),
                (texts.t("booking.plate"), card.plate_masked or texts.t("common.none")),
            ]
        if detail.first_arrival is not None:
            rows.append((texts.t("guard.first_arrival"), stage.clock(detail.first_arrival)))
        if detail.case_label is not None:
            rows.append((texts.t("guard.case"), detail.case_label))
        if detail.declared_keys:
            rows.append(
                (texts.t("guard.answered_yes"), " · ".join(self._question(key) for key in detail.declared_keys))
            )
        for when, celsius, outcome in detail.readings:
            said = texts.t("guard.reading", celsius=celsius)
            rows.append((f"{texts.t('guard.readings')} {stage.clock(when)}", f"{said} · {self._outcome(outcome)}"))
        return rows

    def _question(self, question_id: str) -> str:
        """Return the question in a word; one that the texts do not know by its id."""
        key = f"guard.declared.{question_id}"
        return self.texts.t(key) if self.texts.has(key) else question_id

    def _outcome(self, key: str) -> str:
        return self.texts.t(f"guard.outcome.{key}")

    def _lay_out_acts(self, needs: tuple[str, ...]) -> None:
        acts = self.ids.acts
        acts.clear_widgets()
        for start in range(0, len(needs), _IN_A_ROW):
            pair = Factory.Pair()
            for index, act in enumerate(needs[start : start + _IN_A_ROW], start):
                pair.add_widget(self._button(act, is_first=index == 0))
            acts.add_widget(pair)

    def _button(self, act: str, *, is_first: bool) -> Widget:
        words = self.texts.t(f"guard.act.{act}")
        if act in _HARD_TO_UNDO:
            armed = Factory.ArmedLarge(content=words, asks=words)
            armed.fbind("is_armed", self._arm)
            armed.fbind("on_sure", lambda _button: self.on_act(act))
            return armed
        button = (MainButton if is_first else SecondButton)(content=words)
        button.fbind("on_release", lambda _button: self.on_act(act))
        return button

    def _arm(self, button: ArmedButton, is_armed: bool) -> None:
        button.content = self.texts.t("guard.sure") if is_armed else button.asks

    def on_act(self, act: str) -> None:
        """Do one of the acts that this visit needs."""
        visit_id = self.detail.row.visit_id
        if act == "measure":
            self.host.open_reading(visit_id)
        else:
            self.host.guard_act(act, visit_id)

    def on_board(self) -> None:
        """Go back to the board."""
        self.host.open_board()
