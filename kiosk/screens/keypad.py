"""The keypad: a booking number or an ID number for those who have no code at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from kiosk.domain import booking_number, id_number
from kiosk.screens.base import VisitorScreen
from kiosk.services.views import Hint

if TYPE_CHECKING:
    from kiosk.services.views import View

BOOKING: Final = "booking"
ID: Final = "id"
_SHOWN_LAST: Final = 2
_DOT: Final = "●"
_ID_KEYS: Final = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "X", "0", "back"]
_LENGTHS: Final = {BOOKING: booking_number.LENGTH, ID: id_number.LENGTH}


class KeypadScreen(VisitorScreen):
    """Takes a number by large keys. A mistyped one is told at once, by its check character; an ID number is masked."""

    kind = StringProperty(BOOKING)
    typed = StringProperty("")
    shown = StringProperty("")
    hint = StringProperty("")
    names = ListProperty()
    columns = NumericProperty(7)
    is_whole = BooleanProperty(False)
    other_kind = StringProperty(ID)

    def start(self) -> None:
        """Begin with nothing typed."""
        self._turn_to(BOOKING)

    def leave(self) -> None:
        """Drop what was typed: a code came instead, or its visitor went away."""
        self.start()

    def show(self, view: View) -> None:
        """Say the hint of `view`: what was wrong with the number looked up."""
        super().show(view)
        self.hint = "" if view.hint is Hint.NONE else self.texts.t(f"hint.{view.hint}")

    def _turn_to(self, kind: str) -> None:
        self.kind = kind
        self.other_kind = ID if kind == BOOKING else BOOKING
        self.columns = 7 if kind == BOOKING else 3
        self.names = [*booking_number.ALPHABET, "", "", "back"] if kind == BOOKING else _ID_KEYS
        self.typed = ""
        self.hint = ""

    def on_typed(self, _screen: KeypadScreen, typed: str) -> None:
        """Show what was typed and check a whole number."""
        hidden = max(0, len(typed) - _SHOWN_LAST) if self.kind == ID else 0
        self.shown = _DOT * hidden + typed[hidden:]
        is_complete = len(typed) == _LENGTHS[self.kind]
        self.is_whole = is_complete and self._is_right(typed)
        self.hint = self.texts.t("hint.typed_wrong") if is_complete and not self.is_whole else ""

    def _is_right(self, typed: str) -> bool:
        return booking_number.is_well_formed(typed) if self.kind == BOOKING else id_number.check_digit_ok(typed)

    def on_key(self, name: str) -> None:
        """Add the sign of a key, or take the last one away."""
        if name == "back":
            self.typed = self.typed[:-1]
        elif len(self.typed) < _LENGTHS[self.kind] and not self._is_early_x(name):
            self.typed += name

    def _is_early_x(self, name: str) -> bool:
        return self.kind == ID and name == "X" and len(self.typed) != id_number.LENGTH - 1

    def on_other(self) -> None:
        """Type the other kind of number."""
        self._turn_to(self.other_kind)

    def on_look_up(self) -> None:
        """Look the number up; nothing of it stays on the screen."""
        if self.is_whole:
            self.host.look_up(self.kind, self.typed)
            self.typed = ""
