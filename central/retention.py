"""The server forgets by the same rules as the kiosks: bodies past their time, with all that was derived from them.

What is kept aside (quarantine, forks) is erased by its age alone, since nobody can tell whom it is about. A legal hold
of the site, an open case, and what a kiosk's open case needs, stay.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, Table, delete, or_, select, update

from central.catalogue import document_of, site_of
from central.clock import from_ms
from central.database import lock_site
from central.findings import FindingKind, find, settle
from central.fleet import Principal
from central.holds import standing
from central.log_tables import cases, entries, forks, quarantine, visits
from central.refusals import Refusal, Unknown
from central.site_view import case_of_visit, touched_at, visit_of
from central.tables import OFFICE, of_epoch
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import KioskId, SiteId, VisitId
from kiosk.domain.policy import LEAST_KEPT_DAYS, Keeping, Policy
from kiosk.domain.retention import (
    KEPT_KINDS,
    MOST_RANGES,
    Subject,
    erased_body,
    is_held,
    is_visit_due,
    is_visitless_due,
    subject_of,
    visit_in,
)
from kiosk.domain.times import local_day, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from central.bookings import Bookings
    from central.clock import Clock
    from central.database import Database
    from central.office_log import OfficeLog

logger = logging.getLogger(__name__)

_CHUNK: Final = 500
_KNOWN: Final = frozenset(kind.value for kind in EntryKind)
_ERASED: Final = b""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many bodies of entries, items kept aside, and bookings were erased.

    `is_gone` is False while a reader keeps them in the database's write-ahead log; `Retention.cut` tries again.
    """

    entries: int
    aside: int
    bookings: int
    is_gone: bool = True


class Retention:
    """Erases what is past its time."""

    def __init__(self, database: Database, clock: Clock, bookings: Bookings, office_log: OfficeLog) -> None:
        """`clock` tells what is past; `office_log` is the server's own, which says itself what is erased of it."""
        self._db = database
        self._clock = clock
        self._bookings = bookings
        self._office_log = office_log
        self._is_gone = True

    def run(self, site_id: str) -> Erased:
        """Erase what is due at a site, and leave no trace of it in the database's files; raises Unknown."""
        now = self._clock.now()
        with self._db.read() as tx:
            policy = document_of(tx, site_id, Policy)
            keeping = policy.keeping if policy is not None else Keeping()
            chains = tx.execute(
                select(entries.c.kiosk_id, entries.c.epoch).where(entries.c.site_id == site_id).distinct()
            ).all()
        whose = [Principal(SiteId(site_id), KioskId(row.kiosk_id), row.epoch) for row in chains]
        erased = sum(self._erase_old(who, keeping, now, policy) for who in whose)
        before = now - timedelta(days=keeping.visit_days)
        with self._db.read() as tx:
            is_free = not standing(tx, site_id)
        # Whose days these are cannot be told, or not cheaply: any hold keeps them all.
        aside = self._erase_aside(site_id, before) if is_free else 0
        bookings = self._bookings.forget_before(site_id, before) if is_free else 0
        self._is_gone = False
        return Erased(erased, aside, bookings, is_gone=self.cut())

    def cut(self) -> bool:
        """Leave no trace in the database's files of what was erased, where a reader was in the way until now.

        Returns whether all of it is gone.
        """
        if not self._is_gone:
            self._is_gone = self._db.leave_no_trace()
            if not self._is_gone:
                logger.warning("what was erased still stands in the database's write-ahead log: a reader is in the way")
        return self._is_gone

    def _erase_old(self, who: Principal, keeping: Keeping, now: datetime, policy: Policy | None) -> int:
        """Erase what is due of one log; where that fails, say so, and let the others have their turn."""
        chain = f"{who.kiosk_id}/{who.epoch}"
        try:
            return self._sweep(who, keeping, now, policy)
        except Refusal:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one log holds, the others' time is over all the same
            kind = type(error).__name__  # never its text, which may repeat what was stored
            logger.warning("nothing is erased of %s at %s: %s", chain, who.site_id, kind)
            with self._db.write() as tx:
                lock_site(tx, who.site_id)
                find(tx, who.site_id, FindingKind.NOT_ERASED, chain, f"{chain}: {kind}", to_ms(now))
            return 0

    def _sweep(self, who: Principal, keeping: Keeping, now: datetime, policy: Policy | None) -> int:
        with self._db.write() as tx:
            if not lock_site(tx, who.site_id):
                raise Unknown("no such site")
            gone = _Sweep(tx, who, keeping, now).run()
            if who.kiosk_id == OFFICE:
                self._register(tx, who.site_id, gone, policy)
            settle(tx, who.site_id, FindingKind.NOT_ERASED, f"{who.kiosk_id}/{who.epoch}", to_ms(now))
            return len(gone)

    def _register(self, tx: Connection, site_id: str, seqs: list[int], policy: Policy | None) -> None:
        """Say in the server's own log which of its bodies are gone, as each kiosk says it in its log."""
        act = self._office_log.acting(tx, site_id)
        before = local_day(act.now, site_of(tx, site_id).timezone) - timedelta(days=LEAST_KEPT_DAYS - 1)
        by = f"{policy.id}/{policy.version}" if policy is not None else ""
        for start in range(0, len(seqs), MOST_RANGES):
            act.record(EntryKind.ERASED, erased_body(seqs[start : start + MOST_RANGES], by, before))

    def _erase_aside(self, site_id: str, before: datetime) -> int:
        count = 0
        with self._db.write() as tx:
            lock_site(tx, site_id)
            for table in (quarantine, forks):
                old = (table.c.site_id == site_id) & (table.c.received_ms < to_ms(before)) & (table.c.raw != _ERASED)
                count += tx.execute(update(table).where(old).values(raw=_ERASED)).rowcount
        return count


@dataclass(frozen=True, slots=True)
class _Old:
    """An entry that may be past its time. `at`: when it was recorded, at the latest, by the server's clock."""

    seq: int
    visit_id: VisitId | None
    is_staff: bool
    at: datetime
    recorded_at: datetime

    @property
    def moments(self) -> list[datetime]:
        """By the server's clock and by its kiosk's: a hold of either's day keeps it."""
        return [self.at, self.recorded_at]


class _Sweep:
    """One kiosk's entries, within a transaction that holds the site's lock."""

    def __init__(self, tx: Connection, who: Principal, keeping: Keeping, now: datetime) -> None:
        self._tx = tx
        self._who = who
        self._keeping = keeping
        self._now = now
        self._zone = site_of(tx, who.site_id).timezone
        self._holds = standing(tx, who.site_id)

    def run(self) -> list[int]:
        """Erase what is due; return its numbers."""
        by_visit: dict[VisitId, list[_Old]] = {}
        due: list[int] = []
        for old in self._old():
            if old.visit_id is not None and not old.is_staff:
                by_visit.setdefault(old.visit_id, []).append(old)
            elif self._is_past(old):
                due.append(old.seq)
        gone = [visit_id for visit_id, found in by_visit.items() if self._is_due(visit_id, found)]
        due += [old.seq for visit_id in gone for old in by_visit[visit_id]]
        self._erase(due)
        self._forget(gone)
        return due

    def _old(self) -> Iterable[_Old]:
        before = to_ms(self._now - timedelta(days=LEAST_KEPT_DAYS))
        times = (entries.c.recorded_ms, entries.c.received_ms)
        query = select(entries.c.seq, entries.c.kind, entries.c.body, entries.c.clock_offset_ms, *times).where(
            self._mine(entries),
            entries.c.body.is_not(None),
            or_(*(time < before for time in times)),
            entries.c.kind.not_in(KEPT_KINDS),
        )
        for row in self._tx.execute(query.order_by(entries.c.seq)):
            is_staff = row.kind in _KNOWN and subject_of(EntryKind(row.kind)) is Subject.STAFF
            # By the server's clock, as far as its kiosk knew the difference: what a clock recorded that stood a year
            # behind is not a year old. One that runs ahead keeps nothing longer: what was received had been recorded.
            at = from_ms(min(row.recorded_ms + max(0, row.clock_offset_ms or 0), row.received_ms))
            yield _Old(row.seq, visit_in(row.body), is_staff, at, from_ms(row.recorded_ms))

    def _is_past(self, old: _Old) -> bool:
        days = self._keeping.staff_days if old.is_staff else self._keeping.visit_days
        return self._now - old.at > timedelta(days=days) and not self._is_held(old.moments)

    def _is_held(self, moments: list[datetime]) -> bool:
        return is_held(self._holds, moments, self._zone)

    def _is_due(self, visit_id: VisitId, found: list[_Old]) -> bool:
        # A case is one for the whole site: who closed it may not be who opened it, and no log forgets its part alone.
        site_id = self._who.site_id
        known, case = visit_of(self._tx, site_id, visit_id), case_of_visit(self._tx, site_id, visit_id)
        touched = [moment for moment in (touched_at(self._tx, site_id, visit_id),) if moment is not None]
        touched += [case.touched_at] if case is not None and case.touched_at is not None else []
        last = max([*(old.at for old in found), *touched])
        told = [known.touched_at] if known is not None else []
        if self._is_held([moment for old in found for moment in old.moments] + touched + told):
            return False
        if known is None:
            return is_visitless_due(self._keeping, case, self._now, last)
        return is_visit_due(self._keeping, replace(known, touched_at=last), case, self._now)

    def _erase(self, seqs: list[int]) -> None:
        for start in range(0, len(seqs), _CHUNK):
            chosen = self._mine(entries) & entries.c.seq.in_(seqs[start : start + _CHUNK])
            self._tx.execute(update(entries).where(chosen).values(body=None, salt=None))

    def _forget(self, visit_ids: list[VisitId]) -> None:
        for visit_id in visit_ids:
            self._tx.execute(delete(visits).where(self._mine(visits), visits.c.visit_id == visit_id))
            # Of all logs at once: a part that is left would look like a case that nobody has closed.
            of_visit = (cases.c.site_id == self._who.site_id) & (cases.c.visit_id == visit_id)
            self._tx.execute(delete(cases).where(of_visit))

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return of_epoch(table, self._who.site_id, self._who.kiosk_id, self._who.epoch)
