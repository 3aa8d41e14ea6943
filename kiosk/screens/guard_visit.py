"""One visit as the guard sees it: why it waits, what is known, what may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.factory import Factory
from kivy.properties import ListProperty, ObjectProperty, StringProperty

from kiosk.screens.act_row import ActRow
from kiosk.screens.base import GuardScreen
from kiosk.screens.visit_facts import visit_rows
from kiosk.screens.widgets import MainButton, SecondButton

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.services.views import GuardDetail

_IN_A_ROW: Final = 2
_HARD_TO_UNDO: Final = frozenset({"turn_away", "refuses_measuring", "gone", "keep"})
_ASKS_WHY: Final = frozenset({"override", "clear"})


class GuardVisitScreen(GuardScreen):
    """Shows one visit; the buttons are what it needs."""

    detail = ObjectProperty(None, allownone=True)
    label = StringProperty("")
    state_text = StringProperty("")
    case_text = StringProperty("")
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
        self.label = detail.number or row.label  # who was let in is told this number
        since = texts.t("guard.since", time=self.stage.clock(row.since))
        state = texts.t(f"guard.state.{row.state_key}", kiosks=row.elsewhere)
        self.state_text = state if row.state_key == "at_kiosk" else f"{state} · {since}"  # what to say, not how it is
        self.rows = visit_rows(detail, self.stage, self.now)
        self.case_text = self._case_words(detail)
        self._lay_out_acts(row.needs)

    def _case_words(self, detail: GuardDetail) -> str:
        if detail.row.case_id is not None:
            return self.texts.t("guard.look", label=detail.case_label or detail.row.label)
        return self.texts.t("guard.open_case") if detail.case_label is None else ""

    def _lay_out_acts(self, needs: tuple[str, ...]) -> None:
        acts = self.ids.acts
        acts.clear_widgets()
        for start in range(0, len(needs), _IN_A_ROW):
            pair = Factory.Pair()
            for index, act in enumerate(needs[start : start + _IN_A_ROW], start):
                pair.add_widget(self._button(act, is_first=index == 0))
            acts.add_widget(pair)
        barred = self.detail.override_by
        if barred and not {"override", "card_seen"} & set(needs):
            acts.add_widget(
                ActRow(
                    label=self.texts.t("guard.act.override"), detail=self.texts.t(f"guard.may.{barred}"), is_shut=True
                )
            )

    def _button(self, act: str, *, is_first: bool) -> Widget:
        words = self.texts.t(f"guard.act.{act}")
        if act in _HARD_TO_UNDO or (act == "admit" and self.detail.row.case_id is not None):
            # Nobody is invited to send somebody away, even where that comes first.
            kind = Factory.ArmedMain if is_first and act == "keep" else Factory.ArmedLarge
            armed = kind(content=words, asks=self.texts.t("guard.sure"))
            armed.fbind("on_sure", lambda _button: self.on_act(act))
            return armed
        button = (MainButton if is_first else SecondButton)(content=words)
        button.fbind("on_release", lambda _button: self.on_act(act))
        return button

    def on_act(self, act: str) -> None:
        """Do one of the acts that this visit needs; an override is asked for its reason first."""
        row = self.detail.row
        if act == "measure":
            self.host.open_reading(row.visit_id, row.case_id)
        elif act in _ASKS_WHY:
            self.host.begin_visit_act(act, row.visit_id, row.label)
        else:
            self.host.guard_act(act, row.visit_id)

    def on_look_case(self) -> None:
        """Look at the visit's case, or open one."""
        row = self.detail.row
        if row.case_id is not None:
            self.host.open_case(row.case_id)
        else:
            self.host.begin_visit_act("cause", row.visit_id, row.label)

    def on_companion(self) -> None:
        """Let somebody in who comes with this visitor: each is screened."""
        row = self.detail.row
        self.host.begin_walk_in(row.visit_id, row.label)
