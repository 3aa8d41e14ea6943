"""The server forgets by the same rules as the kiosks: bodies past their time, with all that was derived from them.

What is kept aside (quarantine, forks) is erased by its age alone, since nobody can tell whom it is about. A legal hold
of the site, an open case, and what a kiosk's open case needs, stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, Table, delete, select, update

from central.catalogue import document_of, site_of
from central.chain_state import ChainState
from central.clock import from_ms
from central.database import lock_site
from central.fleet import Principal
from central.holds import standing
from central.log_tables import cases, entries, forks, quarantine, visits
from central.refusals import Unknown
from central.site_view import case_of_visit, visit_of
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

_CHUNK: Final = 500
_KNOWN: Final = frozenset(kind.value for kind in EntryKind)
_ERASED: Final = b""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many bodies of entries, items kept aside, and bookings were erased."""

    entries: int
    aside: int
    bookings: int


class Retention:
    """Erases what is past its time."""

    def __init__(self, database: Database, clock: Clock, bookings: Bookings, office_log: OfficeLog) -> None:
        """`clock` tells what is past; `office_log` is the server's own, which says itself what is erased of it."""
        self._db = database
        self._clock = clock
        self._bookings = bookings
        self._office_log = office_log

    def run(self, site_id: str) -> Erased:
        """Erase what is due at a site, and leave no trace of it in the database's files; raises Unknown."""
        now = self._clock.now()
        erased = 0
        with self._db.read() as tx:
            policy = document_of(tx, site_id, Policy)
            keeping = policy.keeping if policy is not None else Keeping()
            chains = tx.execute(
                select(entries.c.kiosk_id, entries.c.epoch).where(entries.c.site_id == site_id).distinct()
            ).all()
        for row in chains:
            who = Principal(SiteId(site_id), KioskId(row.kiosk_id), row.epoch)
            with self._db.write() as tx:
                if not lock_site(tx, site_id):
                    raise Unknown("no such site")
                gone = _Sweep(tx, who, keeping, now).run()
                if who.kiosk_id == OFFICE:
                    self._register(tx, site_id, gone, policy)
                erased += len(gone)
        before = now - timedelta(days=keeping.visit_days)
        with self._db.read() as tx:
            is_free = not standing(tx, site_id)
        # Whose days these are cannot be told, or not cheaply: any hold keeps them all.
        aside = self._erase_aside(site_id, before) if is_free else 0
        bookings = self._bookings.forget_before(site_id, before) if is_free else 0
        self._db.leave_no_trace()
        return Erased(erased, aside, bookings)

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


class _Sweep:
    """One kiosk's entries, within a transaction that holds the site's lock."""

    def __init__(self, tx: Connection, who: Principal, keeping: Keeping, now: datetime) -> None:
        self._tx = tx
        self._who = who
        self._keeping = keeping
        self._now = now
        self._zone = site_of(tx, who.site_id).timezone
        self._holds = standing(tx, who.site_id)
        self._state = ChainState(tx, who)

    def run(self) -> list[int]:
        """Erase what is due; return its numbers."""
        by_visit: dict[VisitId, list[tuple[int, datetime]]] = {}
        due: list[int] = []
        for seq, kind, body, at in self._old():
            visit_id = visit_in(body)
            is_staff = kind in _KNOWN and subject_of(EntryKind(kind)) is Subject.STAFF
            if visit_id is not None and not is_staff:
                by_visit.setdefault(visit_id, []).append((seq, at))
            elif self._is_old(at, self._keeping.staff_days if is_staff else self._keeping.visit_days, [at]):
                due.append(seq)
        gone = [visit_id for visit_id, found in by_visit.items() if self._is_due(visit_id, [at for _, at in found])]
        due += [seq for visit_id in gone for seq, _ in by_visit[visit_id]]
        self._erase(due)
        self._forget(gone)
        return due

    def _old(self) -> Iterable[tuple[int, str, str, datetime]]:
        before = to_ms(self._now - timedelta(days=LEAST_KEPT_DAYS))
        query = select(entries.c.seq, entries.c.kind, entries.c.body, entries.c.recorded_ms).where(
            self._mine(entries),
            entries.c.body.is_not(None),
            entries.c.recorded_ms < before,
            entries.c.kind.not_in(KEPT_KINDS),
        )
        for row in self._tx.execute(query.order_by(entries.c.seq)):
            yield row.seq, row.kind, row.body, from_ms(row.recorded_ms)

    def _is_old(self, last: datetime, days: int, moments: list[datetime]) -> bool:
        return self._now - last > timedelta(days=days) and not is_held(self._holds, moments, self._zone)

    def _is_due(self, visit_id: VisitId, moments: list[datetime]) -> bool:
        # A case is one for the whole site: who closed it may not be who opened it, and no log forgets its part alone.
        visit, case = self._state.visit(visit_id), case_of_visit(self._tx, self._who.site_id, visit_id)
        known = visit_of(self._tx, self._who.site_id, visit_id)
        moments = [*moments, *(item.touched_at for item in (visit, known) if item is not None)]
        moments += [case.touched_at] if case is not None and case.touched_at is not None else []
        if is_held(self._holds, moments, self._zone):
            return False
        if known is None:
            return is_visitless_due(self._keeping, case, self._now, max(moments))
        return is_visit_due(self._keeping, replace(known, touched_at=max(moments)), case, self._now)

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
