"""The rest screen: sit down for a while, then measure again."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.screens.base import VisitorScreen


class RestScreen(VisitorScreen):
    """Shows the rest number and when to scan again; the slot is kept."""

    number = StringProperty("")
    until = StringProperty("")
    second = StringProperty("")

    def refresh(self) -> None:
        """Say number and time in the language that comes first."""
        texts = self.texts
        self.number = self.view.number or ""
        kept, kept_second = texts.t("rest.kept"), texts.second("rest.kept")
        if self.view.until is None:
            self.until, self.second = kept, kept_second
            return
        time = self.stage.clock(self.view.until)
        self.until = texts.t("rest.until", time=time) + " · " + kept
        self.second = texts.second("rest.until", time=time) + " · " + kept_second
