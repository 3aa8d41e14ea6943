"""The health declaration: all questions on one screen, answered "none of these" by one touch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.text import lines_of
from kiosk.screens.whose import VisitScreen
from kiosk.screens.widgets import RowCard

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.domain.declaration import Declaration


TYPE_DP: Final = (56, 52, 48, 44, 40, 36, 32)
"""Sizes that a question may be set in: the largest with which all of them are seen at once."""

_SECOND_PART: Final = 0.66  # of the size of the question, for the second language
_LINE: Final = 1.45  # height of a line, as a part of the size of the type
_AROUND_DP: Final = 28  # above and below the words of one question
_CARD_DP: Final = 44
_MOST_SPARE_DP: Final = 60


class Question(BoxLayout):
    """One question, with the second language beneath. `type_px` is its size, `spare` the height left over for it."""

    label = StringProperty("")
    value = StringProperty("")
    is_first = BooleanProperty(False)
    type_px = NumericProperty(1)
    second_px = NumericProperty(1)
    spare = NumericProperty(0)


class QuestionCard(RowCard):
    """The questions; `rows` holds (first language, second language).

    They are set as large as `room` pixels of height allow, with text `scale` times as large as usual.
    """

    room = NumericProperty(0)
    scale = NumericProperty(1)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("room", "scale", "width", "rows"):
            self.fbind(name, self._fit)

    def row(self, **values: object) -> Widget:
        """Return the widget of one question."""
        return Question(**values)

    def _fit(self, *_args: object) -> None:
        sizes = [dp(size) * self.scale for size in TYPE_DP]
        size = next((size for size in sizes if self._needed(size) <= self.room), sizes[-1])
        spare = (self.room - self._needed(size)) / max(1, len(self.children)) - dp(4)  # lines are rounded up
        for question in self.children:
            question.type_px, question.second_px = size, size * _SECOND_PART
            question.spare = max(0, min(dp(_MOST_SPARE_DP), spare))

    def _needed(self, size: float) -> float:
        width = self.width - self.padding[0] - self.padding[2]
        words = sum(
            lines_of(first, size, width) * size * _LINE
            + lines_of(second, size * _SECOND_PART, width) * size * _SECOND_PART * _LINE
            for first, second in self.rows
        )
        return words + len(self.rows) * dp(_AROUND_DP) + dp(_CARD_DP)


class DeclarationScreen(VisitScreen):
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
        super().refresh()
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
