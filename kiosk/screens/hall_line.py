"""The hall's line: passed, and waiting for room inside."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.screens.base import VisitorScreen


class HallLineScreen(VisitorScreen):
    """Shows the line number and the place in the line; nobody has to ask again."""

    number = StringProperty("")
    text = StringProperty("")
    second = StringProperty("")
    hint = StringProperty("")

    def refresh(self) -> None:
        """Say number and place in the language that comes first."""
        position = self.view.position if self.view.position is not None else 1
        self.number = self.view.number or ""
        self.text = self.texts.t("hall_line.text", position=position)
        self.second = self.texts.second("hall_line.text", position=position)
