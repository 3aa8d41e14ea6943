"""The hall's line: passed, and waiting for room inside."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.screens.base import VisitorScreen


class HallLineScreen(VisitorScreen):
    """Shows the line number and the place in the line; who has no code is called by staff, and has no slot to keep."""

    number = StringProperty("")
    text = StringProperty("")
    second = StringProperty("")
    kept = StringProperty("")

    def refresh(self) -> None:
        """Say number and place in the language that comes first."""
        position = self.view.position if self.view.position is not None else 1
        self.number = self.view.number or ""
        key = "hall_line.text" if self.view.card is not None else "hall_line.text_no_code"
        self.text = self.texts.t(key, position=position)
        self.second = self.texts.second(key, position=position)
        self.kept = self.texts.t("hall_line.kept") if self.view.card is not None else ""
