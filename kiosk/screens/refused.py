"""The refusal: what holds, what to do next, and how to reach a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.domain.admission import Reason
from kiosk.screens.base import VisitorScreen

if TYPE_CHECKING:
    from kiosk.services.views import RefusalFacts

_SIGNS = {
    Reason.TOO_EARLY: "clock",
    Reason.TOO_LATE: "clock",
    Reason.WRONG_DAY: "clock",
    Reason.SITE_CLOSED: "clock",
    Reason.WRONG_SITE: "place",
    Reason.NOT_SERVED_HERE: "place",
    Reason.ONLINE_ONLY: "phone",
    Reason.UNREADABLE_CODE: "look",
    Reason.UNKNOWN_BOOKING: "look",
    Reason.AMBIGUOUS_CODE: "look",
}


DAY_OVER = "day_over"
"""What is said of another day that has passed: nobody can come on it any more."""


class RefusedScreen(VisitorScreen):
    """Says the one reason that helps most, with the facts to act on."""

    sign = StringProperty("person")
    title = StringProperty("")
    todo = StringProperty("")
    second = StringProperty("")
    rows = ListProperty()
    url = StringProperty("")
    can_type = BooleanProperty(False)

    def refresh(self) -> None:
        """Say reason and facts in the language that comes first."""
        facts = self.view.refusal
        if facts is None:
            return
        card = self.view.card
        is_over = facts.reason is Reason.WRONG_DAY and card is not None and card.slot_end < (facts.now or self.now)
        key = f"refused.{DAY_OVER if is_over else facts.reason}"
        values = self._values(facts)
        self.sign = _SIGNS.get(facts.reason, "person")
        self.title = self.texts.t(f"{key}.title", **values)
        self.todo = self.texts.t(f"{key}.todo", **values)
        self.second = self.texts.second(f"{key}.title", **values) + " · " + self.texts.second(f"{key}.todo", **values)
        self.url = facts.url or ""
        self.rows = self._rows(facts)
        self.can_type = facts.reason in {Reason.UNREADABLE_CODE, Reason.UNKNOWN_BOOKING}

    def _values(self, facts: RefusalFacts) -> dict[str, object]:
        none = self.texts.t("common.none")
        return {
            "earliest": self.stage.clock(facts.earliest) if facts.earliest else none,
            "site": facts.site_name or none,
        }

    def _rows(self, facts: RefusalFacts) -> list[tuple[str, str]]:
        stage, texts, card = self.stage, self.texts, self.view.card
        is_in_title = facts.reason is Reason.WRONG_SITE
        is_other_day = facts.reason is Reason.WRONG_DAY
        slot = ""
        if card is not None and facts.reason is not Reason.ONLINE_ONLY:
            slot = stage.dated_slot(card.slot_start, card.slot_end, facts.now or self.now)
        earliest = facts.earliest if not is_other_day else None
        rows = [
            ("your_slot", slot),
            ("service", texts.pick(card.service) if card is not None and facts.url else ""),
            ("earliest", stage.clock(earliest) if earliest else ""),
            ("opens", f"{stage.day(facts.opens)} {stage.clock(facts.opens)}" if facts.opens else ""),
            ("first_seen", stage.dated_clock(facts.first_seen, facts.now or self.now) if facts.first_seen else ""),
            ("site", texts.pick(facts.site_name) if facts.site_name and not is_in_title else ""),
            ("address", texts.pick(facts.site_address) if facts.site_address else ""),
            ("now", stage.clock(facts.now) if facts.now and earliest else ""),
            ("today", stage.day(facts.now) if facts.now and is_other_day else ""),
        ]
        return [(texts.t(f"refused.{name}"), value) for name, value in rows if value]

    def on_type(self) -> None:
        """Type a number instead of scanning."""
        self.host.open_keypad()
