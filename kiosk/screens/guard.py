"""The wait for the guard: the same words, colours and steps whatever the cause, so that no outcome shames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, StringProperty

from kiosk.screens.base import VisitorScreen

if TYPE_CHECKING:
    from kiosk.domain.ids import VisitId


class GuardWaitScreen(VisitorScreen):
    """Asks the visitor to wait. Of the view it shows what they are called by, and neither step nor cause."""

    text = StringProperty("")
    second = StringProperty("")
    number = StringProperty("")
    has_called = BooleanProperty(False)

    _called: VisitId | None = None  # whose call was said

    def refresh(self) -> None:
        """Start anew for each visitor; that somebody was called stays for the one who called."""
        self.has_called = self.view.visit_id is not None and self.view.visit_id == self._called
        key = "guard_wait.text" if self.view.has_booking else "guard_wait.text_no_booking"
        self.text = self.texts.t(key)
        self.second = " · ".join(map(self.texts.second, ("guard_wait.title", key)))
        number = self.view.number
        self.number = self.texts.t("guard_wait.number", number=number) if number else ""

    def on_call_again(self) -> None:
        """Call the guard once more, and say that it was done."""
        self.host.ask_person()
        self._called, self.has_called = self.view.visit_id, True
