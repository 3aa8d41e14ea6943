"""The idle screen: the live picture, what to do, and what is going on in the hall."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kivy.properties import ObjectProperty, StringProperty

from kiosk.scanner import Hint as Seen
from kiosk.scanner import Sight
from kiosk.screens.base import VisitorScreen
from kiosk.screens.turning import part_of
from kiosk.services.health import state_key
from kiosk.services.link import LinkTrouble
from kiosk.services.views import Hint

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np

    from kiosk.services.views import IdleFacts

CALLED_AT_ONCE: Final = 3
RESTING_AT_ONCE: Final = 3
HINT_LASTS: Final = timedelta(seconds=6)
READ: Final = frozenset({Seen.READ, Seen.NOT_A_BOOKING_CODE})
"""What the scanner says of a code that it has read."""


class IdleScreen(VisitorScreen):
    """Asks for a booking code; shows the running hour, how many are inside, and who may scan again."""

    facts = ObjectProperty(None, allownone=True)
    hint = StringProperty("")
    hint_second = StringProperty("")
    slot_text = StringProperty("")
    inside_text = StringProperty("")
    cap_text = StringProperty("")
    called_text = StringProperty("")
    resting_text = StringProperty("")
    notice_text = StringProperty("")
    staff_text = StringProperty("")
    suffix = StringProperty("")
    _sight = Sight()
    _told = Hint.NONE
    _hinted_at: datetime | None = None

    def refresh(self) -> None:
        """Say hint and facts in the language that comes first."""
        self.suffix = "_exit" if self.stage.settings.is_exit else ""
        self._told = self.view.hint if self.view is not None else Hint.NONE
        self._hinted_at = None if self._told in {Hint.NONE, Hint.EXIT_NEXT} else self.now
        self._say_hint()
        self._say_staff()
        if self.facts is not None:
            self.show_facts(self.facts)

    def tick(self, now: datetime) -> None:
        """Take a hint away after a while: it was about a visitor who may have left."""
        super().tick(now)
        self._say_called()
        if self._hinted_at is not None and now - self._hinted_at >= HINT_LASTS:
            self._hinted_at, self._told = None, Hint.NONE
            self._say_hint()

    def show_facts(self, facts: IdleFacts) -> None:
        """Show the hour, the hall, who may scan again, and the notices."""
        self.facts = facts
        self.slot_text = self.stage.slot(facts.slot_start, facts.slot_end)
        self.inside_text = str(facts.inside)
        cap = facts.cap
        self.cap_text = self.texts.t("idle.people") if cap is None else self.texts.t("idle.of_cap", cap=cap)
        self._say_called()
        self._say_staff()
        self.notice_text = " · ".join(self.texts.pick(notice) for notice in facts.notices)

    def _say_called(self) -> None:
        """Say who may scan again, and until when others rest; what is too long for a line has its turns."""
        if self.facts is None:
            return
        self.called_text = "  ".join(part_of(self.facts.called, CALLED_AT_ONCE, self.now))
        resting = part_of(self.facts.resting, RESTING_AT_ONCE, self.now)
        rows = " · ".join(f"{row.number} {self.stage.clock_from(row.until)}" for row in resting)
        self.resting_text = self.texts.t("idle.resting", rows=rows) if rows else ""

    def show_frame(self, frame: np.ndarray | None) -> None:
        """Show what the camera sees."""
        self.ids.picture.show_frame(frame)

    def show_sight(self, sight: Sight) -> None:
        """Show what the scanner sees: the picture, the code in it, and what would help."""
        self.show_frame(sight.picture)
        self.ids.picture.show_code(sight.outline, is_read=sight.is_read and self._told is Hint.NONE)
        before, self._sight = self._sight, sight
        if sight.hint is not before.hint:
            self._say_hint()
        if sight.state is not before.state:
            self._say_staff()

    def _say_hint(self) -> None:
        """Say what is seen of a code that is not read; of one that is read, rather what became of it."""
        seen = self._sight.hint
        if self._told is not Hint.NONE and (seen is Seen.NONE or seen in READ):
            key = f"hint.{self._told}"
        else:
            key = f"sight.{seen.value}" if seen is not Seen.NONE else ""
        self.hint = self.texts.t(key) if key else ""
        self.hint_second = self.texts.second(key) if key else ""

    def _say_staff(self) -> None:
        """Say exactly what a member of staff can mend: the link to the server, and a camera that sees nothing."""
        link = self.facts.link if self.facts is not None else LinkTrouble.NONE
        keys = [] if link is LinkTrouble.NONE else [f"link.{link}"]
        if not self._sight.state.reads:
            keys.append(state_key("camera", self._sight.state.value))
        troubles = " · ".join(self.texts.t(key) for key in keys)
        self.staff_text = self.texts.t("idle.staff", trouble=troubles) if keys else ""

    def on_no_code(self) -> None:
        """Type a number instead."""
        self.host.open_keypad()

    def on_help(self) -> None:
        """Show the answers to common questions."""
        self.host.open_help()
