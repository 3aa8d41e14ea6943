"""The count: how many a guard counted inside, typed on large keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.screens.base import GuardScreen

if TYPE_CHECKING:
    from kiosk.services.views import GuardBoard

_LONGEST: Final = 4


class GuardCountScreen(GuardScreen):
    """Takes a number; what the kiosks say stands beside it."""

    board = ObjectProperty(None, allownone=True)
    typed = StringProperty("")
    now_text = StringProperty("")
    can_save = BooleanProperty(False)
    _asked = ""

    def present(self, board: GuardBoard) -> None:
        """Begin with nothing typed."""
        self.board = board
        self.typed = self._asked = ""
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        if self.board is None:
            return
        self.heading = self.texts.t("count.title")
        self.now_text = self.texts.t("count.now", count=self.board.inside)

    def on_typed(self, _screen: GuardCountScreen, typed: str) -> None:
        """Let a number be recorded once there is one."""
        self.can_save = typed != ""

    def on_key(self, name: str) -> None:
        """Add a digit, or take the last one away."""
        if name == "back":
            self.typed = self.typed[:-1]
        elif len(self.typed) < _LONGEST:
            self.typed = (self.typed + name).lstrip("0") or "0"

    def on_save(self) -> None:
        """Record the number; one that the hall does not hold at the second touch."""
        cap = self.board.cap
        if cap and int(self.typed) > cap and self._asked != self.typed:
            self._asked = self.typed
            self.now_text = self.texts.t("count.over", cap=cap)
        else:
            self.host.count(int(self.typed))
