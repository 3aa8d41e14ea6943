"""The guards' thermometers: which are listed, with which one a guard measures, and the reading that they type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.domain import by_hand
from kiosk.domain.entry import EntryKind
from kiosk.domain.times import local_day
from kiosk.services.device_views import InstrumentsView, InstrumentView

if TYPE_CHECKING:
    from kiosk.domain.by_hand import Typed
    from kiosk.domain.policy import Instrument
    from kiosk.domain.screening import Reading
    from kiosk.protocol.messages import Guard
    from kiosk.services.visits import Visits


@dataclass(frozen=True, slots=True)
class Instruments:
    """What a guard measures with, by policy and by what they chose today at this kiosk."""

    visits: Visits

    def view(self, guard: Guard) -> InstrumentsView:
        """Return what is listed, and what this guard measures with."""
        chosen = self._chosen(guard)
        return InstrumentsView(
            listed=tuple(self._seen(item) for item in self.visits.rules.policy.instruments),
            chosen=self._seen(chosen) if chosen is not None else None,
        )

    def choose(self, guard: Guard, serial: str) -> None:
        """Record with which instrument a guard measures from here on; one that is not listed changes nothing."""
        if by_hand.find(self.visits.rules.policy.instruments, serial) is None:
            return
        day = local_day(self.visits.clock.now(), self.visits.rules.site.timezone).isoformat()
        with self.visits.log.act() as act:
            act.record(EntryKind.INSTRUMENT_CHOSEN, {"guard_id": guard.id, "serial": serial, "day": day})

    def reading(self, guard: Guard, typed: Typed | None) -> Reading | None:
        """Return what a guard typed as a reading, or None for what is none.

        That is a number which is not sure, one without an instrument where some are listed, and a site of the body for
        which the instrument is not made.
        """
        chosen = self._chosen(guard)
        if typed is None or not typed.is_sure:
            return None
        if self.visits.rules.policy.instruments and (chosen is None or typed.site not in chosen.sites):
            return None
        return by_hand.reading_of(typed, guard.id, chosen, self.visits.clock.now(), self.visits.rules.site.timezone)

    def _chosen(self, guard: Guard) -> Instrument | None:
        visits = self.visits
        listed, now = visits.rules.policy.instruments, visits.clock.now()
        return by_hand.chosen(visits.log.state, guard.id, listed, now, visits.rules.site.timezone)

    def _seen(self, item: Instrument) -> InstrumentView:
        now, timezone = self.visits.clock.now(), self.visits.rules.site.timezone
        return InstrumentView(
            serial=item.serial,
            sites=tuple(site.value for site in item.sites),
            checked_until=item.checked_until,
            is_overdue=by_hand.is_overdue(item, now, timezone),
        )
