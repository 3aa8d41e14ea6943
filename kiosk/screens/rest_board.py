"""The board in the rest room: who is called, large, and who still rests, until when. Numbers, and nothing else.

Everybody goes back to the entrance and scans again; the kiosk there leads on. A board that sent one number to the guard
would tell the whole room whose temperature that was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.act_row import fill
from kiosk.screens.base import VisitorScreen
from kiosk.screens.turning import part_of

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.services.views import IdleFacts

CALLED_AT_ONCE: Final = 6
RESTING_AT_ONCE: Final = 6


class CalledTile(BoxLayout):
    """One number that is called, as large as its place allows."""

    number = StringProperty("")


class RestingRow(BoxLayout):
    """One number that still rests, and until when."""

    number = StringProperty("")
    time = StringProperty("")


class RestBoardScreen(VisitorScreen):
    """Shows what `IdleFacts` tells of those who rest; nothing on it has to be touched."""

    facts = ObjectProperty(None, allownone=True)
    is_anybody_resting = BooleanProperty(False)
    called_now = NumericProperty(0)
    _shown: tuple[object, ...] = ()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        if self.facts is not None:
            self.show_facts(self.facts)

    def tick(self, now: datetime) -> None:
        """Let the next part of a long list have its turn."""
        super().tick(now)
        self.refresh()

    def show_facts(self, facts: IdleFacts) -> None:
        """Show who is called and who rests."""
        self.facts = facts
        called = part_of(facts.called, CALLED_AT_ONCE, self.now)
        resting = [
            (row.number, self.stage.clock_from(row.until)) for row in part_of(facts.resting, RESTING_AT_ONCE, self.now)
        ]
        if self._shown == (*called, *resting):
            return
        self._shown = (*called, *resting)
        self.called_now, self.is_anybody_resting = len(called), bool(resting)
        fill(self.ids.called, [CalledTile(number=number) for number in called])
        fill(self.ids.resting, [RestingRow(number=number, time=time) for number, time in resting])
