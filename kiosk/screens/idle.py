"""The idle screen: the live picture, what to do, and what is going on in the hall."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kivy.properties import ObjectProperty, StringProperty

from kiosk.screens.base import VisitorScreen
from kiosk.services.link import LinkTrouble
from kiosk.services.views import Hint

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np

    from kiosk.services.views import IdleFacts

HINT_LASTS: Final = timedelta(seconds=6)


class IdleScreen(VisitorScreen):
    """Asks for a booking code; shows the running hour, how many are inside, and who may scan again."""

    facts = ObjectProperty(None, allownone=True)
    hint = StringProperty("")
    slot_text = StringProperty("")
    inside_text = StringProperty("")
    cap_text = StringProperty("")
    called_text = StringProperty("")
    notice_text = StringProperty("")
    staff_text = StringProperty("")
    suffix = StringProperty("")
    _hinted_at: datetime | None = None

    def refresh(self) -> None:
        """Say hint and facts in the language that comes first."""
        self.suffix = "_exit" if self.stage.settings.is_exit else ""
        hint = self.view.hint if self.view is not None else Hint.NONE
        self.hint = "" if hint is Hint.NONE else self.texts.t(f"hint.{hint}")
        self._hinted_at = None if hint in {Hint.NONE, Hint.EXIT_NEXT} else self.now
        if self.facts is not None:
            self.show_facts(self.facts)

    def tick(self, now: datetime) -> None:
        """Take a hint away after a while: it was about a visitor who may have left."""
        super().tick(now)
        if self._hinted_at is not None and now - self._hinted_at >= HINT_LASTS:
            self._hinted_at = None
            self.hint = ""

    def show_facts(self, facts: IdleFacts) -> None:
        """Show the hour, the hall, who may scan again, and the notices."""
        self.facts = facts
        self.slot_text = self.stage.slot(facts.slot_start, facts.slot_end)
        self.inside_text = str(facts.inside)
        cap = facts.cap
        self.cap_text = self.texts.t("idle.people") if cap is None else self.texts.t("idle.of_cap", cap=cap)
        self.called_text = "  ".join(facts.called)
        is_well = facts.link is LinkTrouble.NONE
        self.staff_text = "" if is_well else self.texts.t("idle.staff", trouble=self.texts.t(f"link.{facts.link}"))
        self.notice_text = " · ".join(self.texts.pick(notice) for notice in facts.notices)

    def show_frame(self, frame: np.ndarray | None) -> None:
        """Show what the camera sees."""
        self.ids.picture.show_frame(frame)

    def on_no_code(self) -> None:
        """Type a number instead."""
        self.host.open_keypad()

    def on_help(self) -> None:
        """Show the answers to common questions."""
        self.host.open_help()
