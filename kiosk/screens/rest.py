"""The rest screen: sit down for a while, then measure again."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.screens.base import VisitorScreen


class RestScreen(VisitorScreen):
    """Shows the rest number and when to scan again; the slot is kept. Who has no code comes back to the staff."""

    number = StringProperty("")
    until = StringProperty("")
    second = StringProperty("")

    def refresh(self) -> None:
        """Say number and time in the language that comes first."""
        texts = self.texts
        self.number = self.view.number or ""
        has_code = self.view.card is not None
        keys = ["rest.until" if has_code else "rest.until_no_code"] if self.view.until is not None else []
        keys += ["rest.kept"] if has_code else []
        time = self.stage.clock_from(self.view.until) if self.view.until is not None else ""
        self.until = " · ".join(texts.t(key, time=time) for key in keys)
        self.second = " · ".join(texts.second(key, time=time) for key in keys)
