"""What a kiosk is told of the others of its site: their visits of today, whatever is open, and who is inside.

Each kiosk's log makes its own rows; of a visit that was taken over, the row touched last by the server's clock counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from central.catalogue import site_of
from central.clock import from_ms
from central.conflicts import conflicts_version, open_conflicts
from central.log_tables import cases, chains, verdicts, visits
from central.tables import bookings
from kiosk.domain.case import Case, merged
from kiosk.domain.record import Visit
from kiosk.domain.times import local_day, local_midnight, to_ms
from kiosk.domain.wire import from_json
from kiosk.protocol.messages import Conflict

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement, Connection

    from central.clock import Clock
    from central.database import Database
    from central.fleet import Principal

_DAY_SHIFT: Final = 1 << 32  # a version is the day and the number of the change, since a new day changes the view
_OPEN_FOR: Final = timedelta(days=7)  # what was left open longer will not be taken up again


@dataclass(frozen=True, slots=True)
class View:
    """A kiosk's view; `records` are the visits as JSON texts, empty when `is_unchanged`."""

    version: int
    inside_elsewhere: int
    records: list[str]
    is_unchanged: bool
    conflicts: list[Conflict] = field(default_factory=list[Conflict])
    cases: list[Case] = field(default_factory=list[Case])


@dataclass(frozen=True, slots=True)
class Arrival:
    """An arrival as the office sees it: what happened to which booking, and nobody's name."""

    booking_id: str
    number: str
    service: str
    kiosk_id: str
    arrived_at: datetime
    step: str
    is_green: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a kiosk's log is here, and how many it let in less how many it let out."""

    kiosk_id: str
    epoch: int
    high_seq: int
    high_hash: str
    inside: int


class SiteViews:
    """Tells kiosks of each other, and the office what arrived."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """`clock` tells which day is today."""
        self._db = database
        self._clock = clock

    def view(self, who: Principal, version: int) -> View:
        """Return what `who` should know; without the visits when `version` still holds."""
        with self._db.read() as tx:
            now = self._clock.now()
            zone = site_of(tx, who.site_id).timezone
            today = local_day(now, zone)
            rows = tx.execute(select(chains).where(chains.c.site_id == who.site_id)).all()
            others = [row for row in rows if (row.kiosk_id, row.epoch) != (who.kiosk_id, who.epoch)]
            newest = max((row.view_version for row in others), default=0)
            current = today.toordinal() * _DAY_SHIFT + max(newest, conflicts_version(tx, who.site_id))
            # A number that was never set to zero belongs to a day that is over.
            inside = sum(row.inside for row in others if row.inside_day == today.isoformat())
            if version == current:
                return View(current, inside, [], is_unchanged=True)
            midnight = to_ms(local_midnight(now, zone))
            conflicts = open_conflicts(tx, who.site_id, midnight)
            records, known = _records(tx, who, midnight), cases_since(tx, who.site_id, midnight, who.kiosk_id)
            return View(current, inside, records, is_unchanged=False, conflicts=conflicts, cases=known)

    def version(self, who: Principal) -> int:
        """Return the version of what `who` should know; cheap, for a caller that waits for a change."""
        is_other = (chains.c.kiosk_id != who.kiosk_id) | (chains.c.epoch != who.epoch)
        newest = select(func.max(chains.c.view_version)).where(chains.c.site_id == who.site_id, is_other)
        with self._db.read() as tx:
            today = local_day(self._clock.now(), site_of(tx, who.site_id).timezone)
            return today.toordinal() * _DAY_SHIFT + max(tx.scalar(newest) or 0, conflicts_version(tx, who.site_id))

    def arrivals(self, site_id: str, day: date) -> list[Arrival]:
        """Return the arrivals of a local day, in order."""
        with self._db.read() as tx:
            zone = site_of(tx, site_id).timezone
            joined = visits.outerjoin(
                bookings, (bookings.c.site_id == visits.c.site_id) & (bookings.c.booking_id == visits.c.booking_id)
            )
            query = select(
                visits.c.booking_id, visits.c.kiosk_id, visits.c.arrived_ms, visits.c.record, bookings.c.number
            ).select_from(joined)
            query = query.where(visits.c.site_id == site_id, visits.c.arrived_ms.is_not(None))
            rows = tx.execute(query.order_by(visits.c.arrived_ms)).all()
        return [_arrival(row) for row in rows if local_day(from_ms(row.arrived_ms), zone) == day]

    def progress(self, site_id: str) -> list[Progress]:
        """Return how far each log of a site is here."""
        query = select(chains).where(chains.c.site_id == site_id).order_by(chains.c.kiosk_id, chains.c.epoch)
        with self._db.read() as tx:
            rows = tx.execute(query).all()
        return [Progress(row.kiosk_id, row.epoch, row.high_seq, row.high_hash, row.inside) for row in rows]

    def verdicts(self, site_id: str, kiosk_id: str) -> list[tuple[int, int, str, str]]:
        """Return what was thought of a kiosk's entries: epoch, number, verdict, detail."""
        of_kiosk = (verdicts.c.site_id == site_id) & (verdicts.c.kiosk_id == kiosk_id)
        query = select(verdicts).where(of_kiosk).order_by(verdicts.c.epoch, verdicts.c.seq)
        with self._db.read() as tx:
            return [(row.epoch, row.seq, row.verdict, row.detail) for row in tx.execute(query)]


def _records(tx: Connection, who: Principal, midnight_ms: int) -> list[str]:
    """Return the visits that other logs touched last, today or still open, as JSON texts.

    The earlier logs of the same kiosk are others: set up anew at noon, it must know who came in the morning.
    """
    open_from_ms = midnight_ms - _OPEN_FOR // timedelta(milliseconds=1)
    is_open = visits.c.is_open & (visits.c.touched_ms >= open_from_ms)
    query = select(visits.c.visit_id, visits.c.kiosk_id, visits.c.epoch, visits.c.record).where(
        visits.c.site_id == who.site_id, (visits.c.touched_ms >= midnight_ms) | is_open
    )
    newest: dict[str, tuple[tuple[str, int], str]] = {}
    for row in tx.execute(query.order_by(visits.c.touched_ms)):
        newest[row.visit_id] = ((row.kiosk_id, row.epoch), row.record)
    return [record for log, record in newest.values() if log != (who.kiosk_id, who.epoch)]


def cases_since(tx: Connection, site_id: str, since_ms: int, kiosk_id: str = "") -> list[Case]:
    """Return the cases of a site that are open or were touched since, each from all logs that tell of it.

    Whether one is open is seen only when all logs are laid together: who closed it may not be who opened it. A kiosk
    (`kiosk_id`) also gets those that are open by its own log, until that has taken note of the end.
    """
    own = (cases.c.site_id == site_id) & (cases.c.kiosk_id == kiosk_id) & cases.c.is_open
    unheard = set(tx.scalars(select(cases.c.case_id).where(own)))
    near = select(cases.c.case_id).where(cases.c.site_id == site_id, cases.c.is_open | (cases.c.touched_ms >= since_ms))
    query = select(cases.c.record).where(cases.c.site_id == site_id, cases.c.case_id.in_(near))
    known = merged(from_json(Case, json.loads(record)) for record in tx.scalars(query)).values()
    is_new = [case for case in known if case.touched_at is not None and to_ms(case.touched_at) >= since_ms]
    found = [case for case in known if case.is_open or case in is_new or case.id in unheard]
    return sorted(found, key=lambda case: case.id)


def case_of(tx: Connection, site_id: str, case_id: str) -> Case | None:
    """Return one case as all logs of its site together tell it, or None."""
    return _one_case(tx, (cases.c.site_id == site_id) & (cases.c.case_id == case_id))


def case_of_visit(tx: Connection, site_id: str, visit_id: str) -> Case | None:
    """Return the last case of a visit as all logs of its site together tell it, or None."""
    return _one_case(tx, (cases.c.site_id == site_id) & (cases.c.visit_id == visit_id))


def _one_case(tx: Connection, which: ColumnElement[bool]) -> Case | None:
    records = tx.scalars(select(cases.c.record).where(which).order_by(cases.c.case_id))
    known = merged(from_json(Case, json.loads(record)) for record in records)
    return next(reversed(known.values()), None)


def visit_of(tx: Connection, site_id: str, visit_id: str) -> Visit | None:
    """Return one visit as the kiosk tells it that touched it last, or None."""
    query = select(visits.c.record).where(visits.c.site_id == site_id, visits.c.visit_id == visit_id)
    record = tx.scalar(query.order_by(visits.c.touched_ms.desc()).limit(1))
    return from_json(Visit, json.loads(record)) if record is not None else None


def touched_at(tx: Connection, site_id: str, visit_id: str) -> datetime | None:
    """Return when any kiosk last touched a visit, by the server's clock, or None."""
    of_visit = (visits.c.site_id == site_id) & (visits.c.visit_id == visit_id)
    touched_ms = tx.scalar(select(func.max(visits.c.touched_ms)).where(of_visit))
    return from_ms(touched_ms) if touched_ms is not None else None


def site_version(tx: Connection, site_id: str) -> int:
    """Return the number of the last change that anybody at a site could see; cheap, for a caller that waits."""
    newest = select(func.max(chains.c.view_version)).where(chains.c.site_id == site_id)
    return max(tx.scalar(newest) or 0, conflicts_version(tx, site_id))


def _arrival(row: Any) -> Arrival:  # noqa: ANN401 - a row of the query above
    record: dict[str, Any] = json.loads(row.record)
    booking: dict[str, Any] = record.get("booking") or {}
    return Arrival(
        booking_id=row.booking_id or "",
        number=row.number or "",
        service=booking.get("service", ""),
        kiosk_id=row.kiosk_id,
        arrived_at=from_ms(row.arrived_ms),
        step=record["step"],
        is_green=booking.get("is_green", False),
    )
