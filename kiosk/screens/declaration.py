"""The health declaration: all questions on one screen, answered "none of these" by one touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.base import VisitorScreen
from kiosk.screens.widgets import RowCard

if TYPE_CHECKING:
    from kiosk.domain.declaration import Declaration


class Question(BoxLayout):
    """One question, with the second language beneath."""

    label = StringProperty("")
    value = StringProperty("")
    is_first = BooleanProperty(False)


class QuestionCard(RowCard):
    """The questions; `rows` holds (first language, second language)."""

    part = ObjectProperty(Question)


class DeclarationScreen(VisitorScreen):
    """Shows the privacy notice and the questions that this visitor is asked."""

    form = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    title_second = StringProperty("")
    notice = StringProperty("")
    link = StringProperty("")
    questions = ListProperty()

    def show_form(self, form: Declaration) -> None:
        """Show the questions of `form` when the view is shown next."""
        self.form = form

    def refresh(self) -> None:
        """Say title, notice and questions in the language that comes first."""
        if self.form is None:
            return
        texts, form = self.texts, self.form
        self.title = texts.pick(form.title)
        self.title_second = texts.pick_second(form.title)
        self.notice = texts.pick(form.notice.short) + texts.t("declaration.version", version=form.notice.version)
        self.link = texts.t("declaration.notice_link")
        self.questions = [(texts.pick(question.text), texts.pick_second(question.text)) for question in form.questions]

    def on_none(self) -> None:
        """Answer "none of these"."""
        self.host.declare(())

    def on_some(self) -> None:
        """Say which."""
        self.host.open_which()

    def on_whole_notice(self) -> None:
        """Read the whole privacy notice."""
        self.host.open_notice()
