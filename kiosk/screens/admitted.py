"""The admitted screen: come in, and remember this number."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.screens.base import VisitorScreen


class AdmittedScreen(VisitorScreen):
    """Shows the queue number, as large as it can be, and where to wait."""

    number = StringProperty("")
    below = StringProperty("")
    second = StringProperty("")

    def refresh(self) -> None:
        """Say number and hall in the language that comes first."""
        texts, card = self.texts, self.view.card
        self.number = self.view.number or ""
        if card is None:
            self.below = texts.t("admitted.wait")
            self.second = texts.second("admitted.wait")
            return
        self.below = texts.t("admitted.hall", hall=card.hall)
        self.second = texts.second("admitted.hall", hall=card.hall)
