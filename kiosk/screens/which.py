"""Which of the health questions apply: after "one of these"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ToggleButtonBehavior

from kiosk.screens.whose import VisitScreen
from kiosk.screens.widgets import Touchable

if TYPE_CHECKING:
    from kiosk.domain.declaration import Declaration


class Choice(ToggleButtonBehavior, Touchable):
    """One question to tick; `question_id` is what is answered with."""

    question_id = StringProperty("")
    content = StringProperty("")
    second = StringProperty("")


class WhichScreen(VisitScreen):
    """Lets the visitor tick what applies, then confirm. Nothing is sent before that."""

    form = ObjectProperty(None, allownone=True)
    chosen = NumericProperty(0)
    can_confirm = BooleanProperty(False)

    def show_form(self, form: Declaration) -> None:
        """Show the questions of `form`, none of them ticked."""
        self.form = form
        self._lay_out({})

    def refresh(self) -> None:
        """Say the questions in the language that comes first; what is ticked stays."""
        super().refresh()
        if self.form is not None:
            self._lay_out({choice.question_id: choice.state for choice in self._choices()})

    def _choices(self) -> list[Choice]:
        return list(reversed(self.ids.choices.children))

    def _lay_out(self, states: dict[str, str]) -> None:
        self.ids.choices.clear_widgets()
        for question in self.form.questions:
            choice = Choice(
                question_id=question.id,
                content=self.texts.pick(question.text),
                second=self.texts.pick_second(question.text),
                state=states.get(question.id, "normal"),
            )
            choice.fbind("state", self._count)
            self.ids.choices.add_widget(choice)
        self._count()

    def _count(self, *_args: object) -> None:
        self.can_confirm = any(choice.state == "down" for choice in self._choices())

    def on_confirm(self) -> None:
        """Answer with what is ticked."""
        yes = tuple(choice.question_id for choice in self._choices() if choice.state == "down")
        if yes:
            self.host.declare(yes)
