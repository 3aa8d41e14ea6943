"""Help: answers to common questions, and a person."""

from __future__ import annotations

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.base import VisitorScreen


class Answer(BoxLayout):
    """One question with its answer."""

    question = StringProperty("")
    answer = StringProperty("")


class HelpScreen(VisitorScreen):
    """Lists the questions of the texts' table `help`, however many there are."""

    def refresh(self) -> None:
        """Say the answers in the language that comes first."""
        answers = self.ids.answers
        answers.clear_widgets()
        number = 1
        while self.texts.has(f"help.{number}.q"):
            answers.add_widget(
                Answer(question=self.texts.t(f"help.{number}.q"), answer=self.texts.t(f"help.{number}.a"))
            )
            number += 1
        self.ids.scroll.scroll_y = 1
