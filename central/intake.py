"""Intake: an upload is a fact. What is sound is stored, what is not is kept as bytes, and nothing is ever refused.

Stored once for good, by the primary key (site, kiosk, epoch, number). Then the kiosk's log is followed as far as it is
here without a gap: applied to the kiosk's state, and judged in a second record. All of it commits before the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from central.clock import from_ms
from central.database import lock_site
from central.envelope import Sound, Unsound, entry_of, item_hash, raw_bytes, read_item
from central.findings import FindingKind, find
from central.follow import follow, open_chain, rebuild
from central.log_tables import entries, forks, quarantine
from central.refusals import Unknown
from central.tables import of_epoch
from kiosk.domain.entry import Entry
from kiosk.domain.times import to_ms
from kiosk.protocol.messages import EntryResult, EntryStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from central.clock import Clock
    from central.database import Database
    from central.fleet import Principal

_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an upload; `high_hash` is "" where the highest number is in quarantine."""

    results: list[EntryResult]
    high_seq: int
    high_hash: str


@dataclass(frozen=True, slots=True)
class Times:
    """When something happened, was recorded, and was received here."""

    happened_at: datetime
    recorded_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Fork:
    """An entry whose number another one has."""

    kiosk_id: str
    epoch: int
    seq: int
    hash: str


class Intake:
    """Takes uploads in, and reads back what was stored."""

    def __init__(self, database: Database, clock: Clock, clock_skew_s: int) -> None:
        """`clock_skew_s`: a kiosk's clock that is off by more is a finding."""
        self._db = database
        self._clock = clock
        self._skew_s = clock_skew_s

    def receive(
        self, who: Principal, items: Sequence[object], last: int | None = None, acknowledged: int | None = None
    ) -> Received:
        """Store what a kiosk uploaded and follow its log; the same upload twice changes nothing.

        `last`, `acknowledged`: how far the kiosk says that its log goes, and how far it was told that we have it.
        """
        readings = [(item, read_item(item, who)) for item in items]
        with self._db.write() as tx:
            lock_site(tx, who.site_id)
            now_ms = to_ms(self._clock.now())  # under the lock: what a revocation that was faster comes before
            high_before = open_chain(tx, who)
            batch = _Batch(tx, who, now_ms, [reading.seq for _, reading in readings if isinstance(reading, Sound)])
            results = [batch.take(item, reading) for item, reading in readings]
            batch.write()
            # A number up to there can only come from quarantine: the log was followed past it, and is followed anew.
            further = rebuild if batch.lowest_stored <= high_before else follow
            high_seq, high_hash = further(tx, who, now_ms, self._skew_s)
            chain = f"{who.kiosk_id}/{who.epoch}"
            if last is not None and last < high_seq:
                detail = f"{chain} ends at {last}, {high_seq} are here"
                find(tx, who.site_id, FindingKind.OLD_COPY, chain, detail, now_ms)
            if acknowledged is not None and acknowledged > max(high_seq, high_before):
                detail = f"{chain} was told {acknowledged}, {high_seq} are here"
                find(tx, who.site_id, FindingKind.SERVER_BEHIND, chain, detail, now_ms)
        return Received(results, high_seq, high_hash)

    def entries(self, site_id: str, kiosk_id: str, epoch: int, after: int = 0) -> Iterator[Entry]:
        """Return the stored entries of a kiosk in order, to be compared with its log; unknown kinds are left out."""
        of_chain = of_epoch(entries, site_id, kiosk_id, epoch)
        while True:
            query = select(entries).where(of_chain, entries.c.seq > after).order_by(entries.c.seq).limit(_CHUNK)
            with self._db.read() as tx:
                rows = tx.execute(query).all()
            if not rows:
                return
            for row in rows:
                entry = entry_of(row, (from_ms(row.happened_ms), from_ms(row.recorded_ms)))
                if entry is not None:
                    yield entry
            after = rows[-1].seq

    def times(self, site_id: str, kiosk_id: str, epoch: int, seq: int) -> Times:
        """Return an entry's three times; raises Unknown."""
        query = select(entries).where(of_epoch(entries, site_id, kiosk_id, epoch), entries.c.seq == seq)
        with self._db.read() as tx:
            row = tx.execute(query).first()
        if row is None:
            raise Unknown("no such entry")
        return Times(from_ms(row.happened_ms), from_ms(row.recorded_ms), from_ms(row.received_ms))

    def forks(self, site_id: str) -> list[Fork]:
        """Return what was kept aside because another entry had its number, in order."""
        query = select(forks).where(forks.c.site_id == site_id).order_by(forks.c.kiosk_id, forks.c.epoch, forks.c.seq)
        with self._db.read() as tx:
            return [Fork(row.kiosk_id, row.epoch, row.seq, row.hash) for row in tx.execute(query)]

    def rebuild(self, who: Principal) -> None:
        """Throw a kiosk's state away and make it anew from its entries."""
        now_ms = to_ms(self._clock.now())
        with self._db.write() as tx:
            if not lock_site(tx, who.site_id):
                raise Unknown("no such site")
            rebuild(tx, who, now_ms, self._skew_s)


class _Batch:
    """The entries of one upload on their way into the tables."""

    def __init__(self, tx: Connection, who: Principal, now_ms: int, seqs: Sequence[int]) -> None:
        self._tx = tx
        self._who = who
        self._now_ms = now_ms
        self._keys: dict[str, Any] = {"site_id": who.site_id, "kiosk_id": who.kiosk_id, "epoch": who.epoch}
        self._hashes = self._known_hashes(seqs)
        self._new: list[dict[str, Any]] = []
        self.lowest_stored = 1 << 62

    def take(self, item: object, reading: Sound | Unsound) -> EntryResult:
        """Keep one item where it belongs, and say so."""
        if isinstance(reading, Unsound):
            self._keep_aside(item, reading)
            return EntryResult(seq=reading.seq, status=EntryStatus.QUARANTINED, why=reading.why)
        known = self._hashes.get(reading.seq)
        if known == reading.hash:
            return EntryResult(seq=reading.seq, status=EntryStatus.DUPLICATE)
        if known is not None:
            self._keep_fork(item, reading)
            return EntryResult(seq=reading.seq, status=EntryStatus.FORKED, why="another entry has this number")
        self._hashes[reading.seq] = reading.hash
        self._new.append({**reading.columns, "received_ms": self._now_ms})
        self.lowest_stored = min(self.lowest_stored, reading.seq)
        return EntryResult(seq=reading.seq, status=EntryStatus.STORED)

    def write(self) -> None:
        """Write the new entries; the primary key would stop what the site's lock let through."""
        if self._new:
            self._tx.execute(insert(entries), self._new)

    def _known_hashes(self, seqs: Sequence[int]) -> dict[int, str]:
        """Return the hashes of these numbers that are here already."""
        of_entries = of_epoch(entries, **self._keys) & entries.c.seq.in_(seqs)
        rows = self._tx.execute(select(entries.c.seq, entries.c.hash).where(of_entries))
        return {row.seq: row.hash for row in rows}

    def _keep_aside(self, item: object, reading: Unsound) -> None:
        raw = raw_bytes(item)
        key = item_hash(raw)
        of_item = of_epoch(quarantine, **self._keys) & (quarantine.c.item_hash == key)
        if self._tx.scalar(select(quarantine.c.item_hash).where(of_item)) is not None:
            return
        values = {"item_hash": key, "seq": reading.seq, "why": reading.why, "raw": raw, "received_ms": self._now_ms}
        self._tx.execute(insert(quarantine).values(**self._keys, **values))
        self._find(FindingKind.QUARANTINE, reading.seq)

    def _keep_fork(self, item: object, reading: Sound) -> None:
        of_fork = of_epoch(forks, **self._keys) & (forks.c.seq == reading.seq) & (forks.c.hash == reading.hash)
        if self._tx.scalar(select(forks.c.hash).where(of_fork)) is not None:
            return
        values = {"seq": reading.seq, "hash": reading.hash, "raw": raw_bytes(item), "received_ms": self._now_ms}
        self._tx.execute(insert(forks).values(**self._keys, **values))
        self._find(FindingKind.FORK, reading.seq)

    def _find(self, kind: FindingKind, seq: int | None) -> None:
        chain = f"{self._who.kiosk_id}/{self._who.epoch}"
        find(self._tx, self._who.site_id, kind, chain, f"{chain} at {seq}", self._now_ms)
