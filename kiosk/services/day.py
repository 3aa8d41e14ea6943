"""The day at a door: opened once, closed once, each as an entry; counters start anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.admission import closing
from kiosk.domain.entry import EntryKind
from kiosk.domain.state_days import INSIDE
from kiosk.domain.times import local_day

if TYPE_CHECKING:
    from kiosk.ports import Clock, LocalCopy, Log
    from kiosk.services.rulebook import Rulebook

_OPENED: Final = "day_opened"
_CLOSED: Final = "day_closed"


@dataclass(frozen=True, slots=True)
class Day:
    """Turns the day over. Called often; does something twice a day."""

    log: Log
    rules: Rulebook
    copy: LocalCopy
    clock: Clock

    def turn(self) -> None:
        """Open a new local day, or close it after the site's hours, if that has not been done yet."""
        if not self.rules.is_set_up:
            return
        now, site = self.clock.now(), self.rules.site
        today = local_day(now, site.timezone)
        state = self.log.state
        if state.count(_OPENED) != today.toordinal():
            with self.log.act() as act:
                body = {"day": today.isoformat(), "bookings_known": self.copy.covers(today.isoformat())}
                act.record(EntryKind.DAY_OPENED, {**body, "counter": _OPENED, "count": today.toordinal()})
        elif now >= closing(site, now) and state.count(_CLOSED) != today.toordinal():
            with self.log.act() as act:
                body = {"day": today.isoformat(), "inside": act.state.count(INSIDE), "guard_id": ""}
                act.record(EntryKind.DAY_CLOSED, {**body, "counter": _CLOSED, "count": today.toordinal()})
