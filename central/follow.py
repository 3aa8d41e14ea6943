"""Following a kiosk's log: each entry in its turn, as far as the numbers go without a gap, applied and judged.

What lies behind a gap is stored and waits: applied out of its turn it would tell a wrong state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update

from central.catalogue import site_of
from central.chain_state import ChainState
from central.clock import from_ms
from central.envelope import entry_of
from central.findings import FindingKind, find, settle
from central.judging import Judge
from central.log_tables import cases, chains, counters, entries, quarantine, visits
from central.tables import of_epoch, sites
from kiosk.domain.bounds import NOT_UNDERSTOOD
from kiosk.domain.entry import GENESIS, EntryKind
from kiosk.domain.state_days import empties_hall
from kiosk.domain.times import local_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Row

    from central.fleet import Principal
    from kiosk.domain.entry import Entry

_CHUNK: Final = 500
_STEPS: Final = {EntryKind.ADMITTED: 1, EntryKind.WENT_OUT: -1}
_COUNTS: Final = frozenset(
    {
        *(EntryKind.DAY_OPENED, EntryKind.DAY_CLOSED, *_STEPS),
        *(EntryKind.COUNTED, EntryKind.EXIT_SENSED, EntryKind.LATE_ENTRY),
    }
)

_NUMBERED: Final = (entries, quarantine)
_START: Final = {"high_seq": 0, "high_hash": GENESIS, "last_recorded_ms": 0, "inside": 0, "inside_day": ""}


@dataclass(slots=True)
class _Chain:
    """How far a log was followed, and how many it let in less how many it let out."""

    high_seq: int
    high_hash: str
    last_recorded_ms: int
    inside: int
    inside_day: str


def open_chain(tx: Connection, who: Principal) -> int:
    """Return a log's highest number so far; makes its row when these are its first entries."""
    high = tx.scalar(select(chains.c.high_seq).where(_of(chains, who)))
    if high is None:
        keys = {"site_id": who.site_id, "kiosk_id": who.kiosk_id, "epoch": who.epoch}
        tx.execute(insert(chains).values(**keys, **_START, view_version=0))
        return 0
    return high


def follow(tx: Connection, who: Principal, now_ms: int, clock_skew_s: int) -> tuple[int, str]:
    """Follow a log to its first gap; return the highest number and its hash. The caller holds the site's lock."""
    row = tx.execute(select(chains).where(_of(chains, who))).one()
    chain = _Chain(row.high_seq, row.high_hash, row.last_recorded_ms, row.inside, row.inside_day)
    walk = _Walk(tx, who, chain, Judge(tx, who, now_ms, clock_skew_s))
    while walk.further():
        pass
    if chain.high_seq != row.high_seq:
        walk.write(row)
    _note_gap(tx, who, chain.high_seq, now_ms)
    return chain.high_seq, chain.high_hash


def rebuild(tx: Connection, who: Principal, now_ms: int, clock_skew_s: int) -> tuple[int, str]:
    """Forget what a log added up to and follow it from its start, as `follow` does."""
    for table in (visits, cases, counters):
        tx.execute(delete(table).where(_of(table, who)))
    tx.execute(update(chains).where(_of(chains, who)).values(**_START))
    return follow(tx, who, now_ms, clock_skew_s)


class _Walk:
    def __init__(self, tx: Connection, who: Principal, chain: _Chain, judge: Judge) -> None:
        self._tx = tx
        self._who = who
        self._chain = chain
        self._judge = judge
        self._state = ChainState(tx, who)
        self._zone = site_of(tx, who.site_id).timezone
        self._has_changed = False

    def further(self) -> bool:
        """Follow the next stretch; returns whether there may be more."""
        before = self._chain.high_seq
        for seq, row in _following(self._tx, self._who, before):
            if row is None:
                self._chain.high_hash = ""
            else:
                self._judge.place(row, self._chain.high_hash, self._chain.last_recorded_ms)
                self._take(row)
                self._chain.high_hash, self._chain.last_recorded_ms = row.hash, row.recorded_ms
            self._chain.high_seq = seq
        # The judge looks at the verdicts that are there and at other kiosks' rows, so both are written in turn.
        self._judge.write()
        self._has_changed |= self._state.flush()
        return self._chain.high_seq > before

    def write(self, was: Row[Any]) -> None:
        """Write how far the log was followed, with a new version of the site's view when others see a change."""
        chain = self._chain
        values: dict[str, object] = {
            "high_seq": chain.high_seq,
            "high_hash": chain.high_hash,
            "last_recorded_ms": chain.last_recorded_ms,
            "inside": chain.inside,
            "inside_day": chain.inside_day,
        }
        if self._has_changed or (chain.inside, chain.inside_day) != (was.inside, was.inside_day):
            of_site = sites.c.site_id == self._who.site_id
            self._tx.execute(update(sites).where(of_site).values(view_version=sites.c.view_version + 1))
            values["view_version"] = self._tx.execute(select(sites.c.view_version).where(of_site)).scalar_one()
        self._tx.execute(update(chains).where(_of(chains, self._who)).values(**values))

    def _take(self, row: Row[Any]) -> None:
        entry = entry_of(row, (from_ms(row.happened_ms), from_ms(row.recorded_ms)))
        if entry is None:  # of a newer kiosk: stored, and left to a newer server
            return
        try:
            counted = self._counted(entry)
        except NOT_UNDERSTOOD:
            counted = None
        if counted is None or not self._state.take(entry, row.received_ms):
            self._judge.not_applied(entry.seq)
            return
        self._chain.inside, self._chain.inside_day = counted
        self._judge.meaning(entry, self._state)

    def _counted(self, entry: Entry) -> tuple[int, str]:
        """Return who is inside after `entry`, and of which day that is.

        Unlike the kiosk's own counter it may fall below 0, at a kiosk that only lets out.
        """
        chain = self._chain
        if entry.kind not in _COUNTS:
            return chain.inside, chain.inside_day
        day = local_day(entry.happened_at, self._zone).isoformat()
        # A day that nobody closed is over all the same once another begins.
        body = entry.data()
        is_new = empties_hall(entry.kind, body) or day != chain.inside_day
        return _inside(entry.kind, body, 0 if is_new else chain.inside), day


def _inside(kind: EntryKind, body: Mapping[str, Any], before: int) -> int:
    """Return how many of those inside this kiosk stands for after an entry."""
    if kind is EntryKind.COUNTED:
        return int(body.get("here", before))
    if kind is EntryKind.EXIT_SENSED:
        return before - bool(body.get("counts"))
    if kind is EntryKind.LATE_ENTRY:
        return before + bool(body.get("admitted") and body.get("is_inside"))
    return before + _STEPS.get(kind, 0)


def _of(table: Table, who: Principal) -> ColumnElement[bool]:
    return of_epoch(table, who.site_id, who.kiosk_id, who.epoch)


def _following(tx: Connection, who: Principal, after: int) -> Iterator[tuple[int, Row[Any] | None]]:
    """Return the next numbers without a gap, each with its row, or None where it is in quarantine."""
    came_later = select(entries.c.seq).where(_of(entries, who), entries.c.seq == quarantine.c.seq).exists()
    numbers = select(quarantine.c.seq).where(_of(quarantine, who), quarantine.c.seq > after, ~came_later)
    aside = set(tx.scalars(numbers))
    query = select(entries).where(_of(entries, who), entries.c.seq > after).order_by(entries.c.seq).limit(_CHUNK)
    for row in tx.execute(query).all():
        while after + 1 < row.seq and after + 1 in aside:
            after += 1
            yield after, None
        if row.seq != after + 1:
            return
        after += 1
        yield after, row
    while after + 1 in aside:
        after += 1
        yield after, None


def _note_gap(tx: Connection, who: Principal, high_seq: int, now_ms: int) -> None:
    """Find a gap behind the highest number, or settle one that has filled; a number in quarantine is beyond one too."""
    chain = f"{who.kiosk_id}/{who.epoch}"
    here = [select(func.min(table.c.seq)).where(_of(table, who), table.c.seq > high_seq) for table in _NUMBERED]
    beyond = min((seq for query in here if (seq := tx.scalar(query)) is not None), default=None)
    if beyond is None:
        settle(tx, who.site_id, FindingKind.GAP, chain, now_ms)
    else:
        detail = f"{chain} lacks {high_seq + 1} to {beyond - 1}"
        find(tx, who.site_id, FindingKind.GAP, chain, detail, now_ms)
