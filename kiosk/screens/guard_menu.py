"""What else a guard can do: one large button each, one touch from the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.screens.base import GuardScreen
from kiosk.screens.widgets import ArmedButton, Touch

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.services.views import GuardBoard

WIDEN_MIN: Final = "15"

_TEXTS: Final = {
    "exit": "guard.act.exit",
    "widen": "guard.act.widen",
    "cold": "guard.act.cold",
    "reopen_typing": "guard.act.reopen_typing",
    "close_day": "guard.act.close_day",
    "large": "bar.large",
}
"""Buttons whose words stand elsewhere; the others say `menu.<name>`."""

_ACTS: Final = ("exit", "widen", "cold", "reopen_typing", "close_day")


ITEMS: Final = (
    "lane",
    "area",
    "plan",
    "open_case",
    "walk_in",
    "shift",
    "count",
    "today",
    "records",
    "late",
    "blank",
    "exit",
    "widen",
    "cold",
    "reopen_typing",
    "export",
    "devices",
    "training",
    "close_day",
    "language",
    "large",
)
"""Every button, in order; what is needed in a hurry stands first."""


class MenuButton(Touch):
    """One thing of the list."""


class GuardMenuScreen(GuardScreen):
    """Lists what else there is. `note` says what became of the last touch; `is_refusal`: nothing."""

    board = ObjectProperty(None, allownone=True)
    note = StringProperty("")
    is_refusal = BooleanProperty(False)

    def present(self, board: GuardBoard, note: str = "", *, is_refusal: bool = False) -> None:
        """Show the list; `note` is a text that was made already, or ""."""
        self.board = board
        self.note, self.is_refusal = note, is_refusal
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        if self.board is None:
            return
        self.heading = self.texts.t("menu.title")
        grid = self.ids.buttons
        grid.clear_widgets()
        for name in filter(self._is_of_use, ITEMS):
            grid.add_widget(self._button(name))

    def _is_of_use(self, name: str) -> bool:
        """Tell whether a button does anything here: a station takes no visitors' codes."""
        if name == "exit":
            return not self.stage.settings.is_station
        return name != "reopen_typing" or self.board.typing_closed

    def _button(self, name: str) -> Widget:
        words = self._words(name)
        if name == "close_day" or (name == "training" and not self.is_training):
            armed = ArmedButton(content=words, asks=self.texts.t("guard.sure"), size_hint_y=1)
            armed.fbind("on_sure", lambda _button: self.on_item(name))
            return armed
        button = MenuButton(content=words, size_hint_y=1)
        button.fbind("on_release", lambda _button: self.on_item(name))
        return button

    def _words(self, name: str) -> str:
        if name == "large":
            return self.texts.t("bar.standard" if self.is_large else "bar.large")
        if name == "training" and self.is_training:
            return self.texts.t("menu.training_end")
        if name == "cold" and self.board.is_cold_by_hand:
            return self.texts.t("guard.act.cold_end")
        return self.texts.t(_TEXTS.get(name, f"menu.{name}"))

    def on_item(self, name: str) -> None:
        """Do what a button says."""
        if name in _ACTS:
            value = (WIDEN_MIN,) if name == "widen" else ()
            self.host.guard_act(name, None, *value)
        elif name == "language":
            self.host.switch_language()
        elif name == "large":
            self.host.switch_large_text()
        else:
            self.host.open_item(name)
