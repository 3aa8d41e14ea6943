"""Ledgers from what all kiosks of a site have sent, with what has not come; each that is taken out is registered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from central.catalogue import plan_of
from central.clock import from_ms
from central.database import lock_site
from central.envelope import entry_of
from central.log_tables import chains, entries, exports, forks, quarantine, visits
from central.refusals import BadRequest, Unknown
from central.tables import bookings, kiosks
from kiosk.domain.ids import BookingId, KioskId, SiteId, uuid7
from kiosk.domain.ledger import CASES, ChainEnd, Ledger, Making, Missing, Place, build
from kiosk.domain.ledger_row import Known, Person
from kiosk.domain.ledger_sheet import OPENING
from kiosk.domain.masking import mask_name
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from central.catalogue import Catalogue
    from central.clock import Clock
    from central.database import Database
    from kiosk.domain.entry import Entry

_DAY_MS: Final = 86_400_000
_LOOK_BACK_MS: Final = 30 * _DAY_MS  # for the beginnings of visits that something happened to on the day


@dataclass(frozen=True, slots=True)
class Export:
    """A ledger that was taken out; `by` and `reason` are "" where nobody had to say."""

    day: date
    form: str
    full: bool
    by: str
    reason: str
    made_at: datetime


class Ledgers:
    """Makes ledgers, and remembers which were made."""

    def __init__(self, database: Database, clock: Clock, catalogue: Catalogue) -> None:
        """`catalogue` tells a site's name, time zone, services and guards."""
        self._db = database
        self._clock = clock
        self._catalogue = catalogue

    def take_out(self, site_id: str, wish: Export) -> Ledger:
        """Register an export and return its ledger; raises BadRequest for a full one without by whom and why."""
        if wish.full and not (wish.by.strip() and wish.reason.strip()):
            raise BadRequest("names and numbers are shown to somebody, for a reason: by and reason are missing")
        values = {
            "day": wish.day.isoformat(),
            "form": wish.form,
            "is_full": wish.full,
            "made_by": wish.by,
            "reason": wish.reason,
            "made_ms": to_ms(wish.made_at),
        }
        with self._db.write() as tx:
            if not lock_site(tx, site_id):
                raise Unknown("no such site")
            export_id = uuid7(to_ms(wish.made_at), secrets.randbits(74))
            tx.execute(insert(exports).values(site_id=site_id, export_id=export_id, **values))
        return self._ledger(site_id, wish)

    def taken_out(self, site_id: str) -> list[Export]:
        """Return the exports of a site, the first ones first."""
        query = select(exports).where(exports.c.site_id == site_id).order_by(exports.c.export_id)
        with self._db.read() as tx:
            rows = tx.execute(query).all()
        return [
            Export(date.fromisoformat(row.day), row.form, row.is_full, row.made_by, row.reason, from_ms(row.made_ms))
            for row in rows
        ]

    def now(self) -> datetime:
        """Return the server's time."""
        return self._clock.now()

    def _ledger(self, site_id: str, wish: Export) -> Ledger:
        documents = self._catalogue.documents(site_id)
        zone = ZoneInfo(documents.site.timezone)
        start = datetime.combine(wish.day, time(), zone)
        start_ms, end_ms = to_ms(start), to_ms(start + timedelta(days=1))
        guards: dict[str, str] = {
            item.id: item.name if wish.full else mask_name(item.name) for item in documents.guards
        }
        with self._db.read() as tx:
            plan = plan_of(tx, site_id)
            known = Known(
                timezone=documents.site.timezone,
                site_name=documents.site.name.zh,
                people=_people(tx, site_id, start_ms),
                services={service.id: service.name.zh for service in documents.services},
                guards=guards,
                places={place.id: place.name.zh for place in plan.places},
                contacts={contact.id: contact.name.zh for contact in plan.contacts},
            )
            making = Making(
                day=wish.day,
                made_at=wish.made_at,
                full=wish.full,
                by=wish.by,
                reason=wish.reason,
                missing=Missing(
                    _silent(tx, site_id, start_ms, end_ms), _gaps(tx, site_id, start_ms), _forks(tx, site_id, start_ms)
                ),
                chains=_chains(tx, site_id, start_ms),
            )
            return build(_entries(tx, site_id, start_ms), SiteId(site_id), known, making)


def _entries(tx: Connection, site_id: str, start_ms: int) -> Iterator[Entry]:
    """Yield the entries that a day's ledger is made of: from its start on, and what began before and may go on."""
    began = entries.c.kind.in_([kind.value for kind in OPENING]) & (entries.c.happened_ms >= start_ms - _LOOK_BACK_MS)
    which = (entries.c.happened_ms >= start_ms) | began | entries.c.kind.in_([kind.value for kind in CASES])
    order = (entries.c.kiosk_id, entries.c.epoch, entries.c.seq)
    for row in tx.execute(select(entries).where(entries.c.site_id == site_id, which).order_by(*order)):
        entry = entry_of(row, (from_ms(row.happened_ms), from_ms(row.recorded_ms)))
        if entry is not None:
            yield entry


def _people(tx: Connection, site_id: str, start_ms: int) -> dict[BookingId, Person]:
    """Return who booked, for the visits that something happened to since a day before `start_ms`."""
    touched = select(visits.c.booking_id).where(visits.c.site_id == site_id, visits.c.touched_ms >= start_ms - _DAY_MS)
    columns = (bookings.c.booking_id, bookings.c.name, bookings.c.phone, bookings.c.plate)
    query = select(*columns).where(bookings.c.site_id == site_id, bookings.c.booking_id.in_(touched))
    return {BookingId(row.booking_id): Person(row.name, row.phone, row.plate) for row in tx.execute(query)}


def _silent(tx: Connection, site_id: str, start_ms: int, end_ms: int) -> tuple[str, ...]:
    """Return the kiosks that were set up, not revoked before the day, and of which nothing of the day is here."""
    of_day = (entries.c.happened_ms >= start_ms) & (entries.c.happened_ms < end_ms)
    heard = select(entries.c.kiosk_id).where(entries.c.site_id == site_id, of_day)
    is_used = kiosks.c.revoked_ms.is_(None) | (kiosks.c.revoked_ms >= start_ms)
    is_kiosk = (kiosks.c.site_id == site_id) & (kiosks.c.letter != "")  # the server's own log is never silent
    query = select(kiosks.c.kiosk_id).where(is_kiosk, kiosks.c.epoch > 0, is_used, kiosks.c.kiosk_id.not_in(heard))
    return tuple(tx.scalars(query.order_by(kiosks.c.kiosk_id)))


def _chains(tx: Connection, site_id: str, start_ms: int) -> tuple[ChainEnd, ...]:
    """Return how far each log is here without a gap, of those that said anything since the day began."""
    is_live = (chains.c.site_id == site_id) & (chains.c.last_recorded_ms >= start_ms)
    query = select(chains).where(is_live).order_by(chains.c.kiosk_id, chains.c.epoch)
    return tuple(ChainEnd(KioskId(row.kiosk_id), row.epoch, row.high_seq, row.high_hash) for row in tx.execute(query))


def _gaps(tx: Connection, site_id: str, start_ms: int) -> tuple[Place, ...]:
    """Return the numbers that are not here: behind the end of what came without a gap, and lately in quarantine."""
    of_site = chains.c.site_id == site_id
    place = (chains.c.kiosk_id, chains.c.epoch, chains.c.high_seq)
    beyond: dict[tuple[str, int, int], int] = {}
    for table in (entries, quarantine):
        is_later = (table.c.site_id == chains.c.site_id) & (table.c.kiosk_id == chains.c.kiosk_id)
        is_later &= (table.c.epoch == chains.c.epoch) & (table.c.seq > chains.c.high_seq)
        query = select(*place, func.min(table.c.seq).label("next_seq")).join(table, is_later).where(of_site)
        for row in tx.execute(query.group_by(*place)):
            key = (row.kiosk_id, row.epoch, row.high_seq)
            beyond[key] = min(row.next_seq, beyond.get(key, row.next_seq))
    behind = [
        Place(KioskId(kiosk_id), epoch, high_seq + 1, next_seq - 1)
        for (kiosk_id, epoch, high_seq), next_seq in sorted(beyond.items())
    ]
    came_later = select(entries.c.seq).where(
        entries.c.site_id == site_id,
        entries.c.kiosk_id == quarantine.c.kiosk_id,
        entries.c.epoch == quarantine.c.epoch,
        entries.c.seq == quarantine.c.seq,
    )
    is_late = quarantine.c.received_ms >= start_ms
    place = (quarantine.c.kiosk_id, quarantine.c.epoch, quarantine.c.seq)
    aside = select(*place).where(
        quarantine.c.site_id == site_id, quarantine.c.seq.is_not(None), is_late, ~came_later.exists()
    )
    rows = tx.execute(aside.distinct().order_by(*place)).all()
    return (*behind, *(Place(KioskId(row.kiosk_id), row.epoch, row.seq, row.seq) for row in rows))


def _forks(tx: Connection, site_id: str, start_ms: int) -> tuple[Place, ...]:
    place = (forks.c.kiosk_id, forks.c.epoch, forks.c.seq)
    rows = tx.execute(
        select(*place).where(forks.c.site_id == site_id, forks.c.received_ms >= start_ms).distinct().order_by(*place)
    ).all()
    return tuple(Place(KioskId(row.kiosk_id), row.epoch, row.seq, row.seq) for row in rows)
