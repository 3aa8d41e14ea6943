"""The chooser: a question and its answers, one touch each; what cannot be chosen yet says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import ObjectProperty, StringProperty

from kiosk.screens.act_row import ActRow, fill, said
from kiosk.screens.base import GuardScreen

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.screens.choices import Choice, Option


class GuardChoiceScreen(GuardScreen):
    """Asks one question. What is hard to undo is asked for twice."""

    choice = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    text = StringProperty("")
    _is_answered = False

    def present(self, choice: Choice) -> None:
        """Ask a question."""
        self.choice = choice
        self._is_answered = False
        self.refresh()
        self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        choice: Choice | None = self.choice
        if choice is None:
            return
        self.title = self.texts.t(choice.title)
        self.text = self.texts.t(choice.text) if choice.text else ""
        self.heading = self.texts.t("guard.handle", label=choice.label) if choice.label else self.title
        rows = [self._row(option) for option in choice.options]
        fill(self.ids.options, rows or [said(self.texts.t(choice.none))])

    def _row(self, option: Option) -> Widget:
        row = ActRow(
            label=self.stage.say(option.words),
            detail=" · ".join(map(self.texts.t, (option.hindrance,) if option.hindrance else option.about)),
            tail=self.stage.clock(option.at) if option.at is not None else option.aside,
            value=option.value,
            mood=option.mood,
            asks=self.texts.t("guard.sure"),
            is_hard=option.is_hard,
            is_shut=bool(option.hindrance),
        )
        row.fbind("on_pick", lambda touched: self.on_chosen(touched.value))
        return row

    def on_chosen(self, value: str) -> None:
        """Answer, once: a glove that bounces opens no second case."""
        if self._is_answered:
            return
        self._is_answered = True
        self.host.choose(self.choice.kind, self.choice.subject, value)

    def on_cancel(self) -> None:
        """Go back without an answer."""
        self.host.choose_nothing(self.choice.kind, self.choice.subject)
