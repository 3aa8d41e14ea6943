"""The screening log as it is read: by the reporter, exports, retention and verification, each on its own connection."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from kiosk.adapters.database import Database
from kiosk.adapters.state_tables import StateTables
from kiosk.domain.chain import Flaw, verify_stored
from kiosk.domain.entry import GENESIS, Entry, EntryKind, WireTimes
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.retention import KEPT_KINDS
from kiosk.domain.times import by_server, from_wire, to_wire
from kiosk.errors import StoreDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from kiosk.domain.chain import Anchors
    from kiosk.domain.state_keeper import State

COLUMNS = "seq, kind, happened_at, recorded_at, clock_offset_ms, body, salt, digest, hash"
_KEPT_MARKS = ",".join("?" * len(KEPT_KINDS))
ERASABLE = f"seq > (SELECT swept FROM sent) AND body IS NOT NULL AND kind NOT IN ({_KEPT_MARKS})"  # noqa: S608 - marks
"""The rows whose bodies may be erased one day, in SQL; its values are KEPT_KINDS."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this kiosk is, from its enrolment. `token`, `id_key` and `private_key` are secrets (no repr shows them)."""

    site_id: SiteId
    kiosk_id: KioskId
    epoch: int
    letter: str
    token: str
    id_key: str
    private_key: str

    def __repr__(self) -> str:
        """Say who, and no secret."""
        return f"Identity({self.site_id}/{self.kiosk_id}/{self.epoch})"


def read_identity(database: Database) -> Identity | None:
    """Return the identity that the log was set up with, or None before enrolment."""
    names = ", ".join(field.name for field in fields(Identity))
    rows = database.rows(f"SELECT {names} FROM identity")  # noqa: S608 - field names
    if not rows:
        return None
    site, kiosk, *rest = rows[0]
    return Identity(SiteId(site), KioskId(kiosk), *rest)


class LogView:
    """What can be asked of a log on any connection: how far it goes, and how far the server has it."""

    def __init__(self, database: Database) -> None:
        """Ask `database`, inside whatever transaction it holds."""
        self._database = database

    def last(self) -> tuple[int, str]:
        """Return the number and hash of the last entry; (0, genesis) when empty."""
        return last_entry(self._database)

    def hash_of(self, seq: int) -> str | None:
        """Return the hash of an entry, of the genesis for 0; None when there is no such number."""
        return GENESIS if seq == 0 else self._database.scalar("SELECT hash FROM entry WHERE seq = ?", seq)

    def acknowledged(self) -> int:
        """Return the last acknowledged number."""
        return int(self._database.scalar("SELECT seq FROM sent"))

    def earlier_tokens(self) -> Sequence[str]:
        """Return the tokens before the one in use, the newest first."""
        if not self._database.scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'earlier_token'"):
            return []  # a log that this version of the program has only read so far
        return [row[0] for row in self._database.rows("SELECT token FROM earlier_token ORDER BY number DESC")]

    def oldest_unsent(self) -> datetime | None:
        """Return when the oldest unsent entry was recorded, or None."""
        sql = "SELECT recorded_at FROM entry WHERE seq > (SELECT seq FROM sent) ORDER BY seq LIMIT 1"
        text = self._database.scalar(sql)
        return from_wire(text) if text else None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


class LogReader(LogView):
    """A log opened to be read: by the reporter, exports and verification, on a connection of their own."""

    def __init__(self, path: Path, key: bytes, *, vfs: str = "") -> None:
        """Open the log at `path`; raises StoreDamaged when it is none, or the key does not fit."""
        super().__init__(Database(path, key, "schema.sql", read_only=True, vfs=vfs))
        identity = read_identity(self._database)
        if identity is None:
            message = f"{path}: this log was never enrolled"
            raise StoreDamaged(message)
        self.identity = identity

    def entries(self, after: int = 0, limit: int = -1) -> Iterator[Entry]:
        """Yield the entries with a number greater than `after`, in order."""
        yield from read_entries(self._database, self.identity, after, limit)

    def unsent(self, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries after the last acknowledged one, in order."""
        return list(self.entries(self.acknowledged(), limit))

    def recorded_between(self) -> tuple[datetime, ...]:
        """Return when the earliest and the latest entry were recorded; nothing of an empty log."""
        first, last = self._database.rows("SELECT min(recorded_at), max(recorded_at) FROM entry")[0]
        return (from_wire(first), from_wire(last)) if first is not None else ()

    def first_since(self, moment: datetime) -> int:
        """Return the number of the first entry that was recorded at `moment` or later; one past the last if none.

        Found by halving, since numbers and times grow together; a clock that was set back moves it a little.
        """
        low, high, text = 1, self.last()[0] + 1, to_wire(moment)
        while low < high:
            middle = (low + high) // 2
            if self._database.scalar("SELECT recorded_at FROM entry WHERE seq = ?", middle) < text:
                low = middle + 1
            else:
                high = middle
        return low

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, for what no other method answers."""
        return self._database.rows(sql)

    def verify(self, anchors: Anchors | None = None) -> tuple[int, str, Flaw | None]:
        """Walk the chain; return how many entries hold, the last good hash, and the first flaw.

        What the server acknowledged is an anchor, beside the `anchors` that were seen elsewhere: a log cut below it
        is found. A log of version 1 knows its number only, until the next answer.
        """
        seq, seen = self._database.rows("SELECT seq, hash FROM sent")[0]
        known = {seq: {seen} if seen else set[str]()}
        for number, hashes in (anchors or {}).items():
            known.setdefault(number, set()).update(hashes)
        walked = Walked(read_stored(self._database, self.identity, 0, -1))
        held, last, flaw = verify_stored(walked, anchors=known)
        return held, last, Flaw(held + 1, "form") if walked.is_broken else flaw

    def old(self, before: datetime) -> Iterator[tuple[int, EntryKind, str, datetime]]:
        """Yield number, kind, body and time of what was recorded before `before`, is acknowledged and may be erased.

        The time is the server's, as far as the difference was known: what a clock recorded that stood a year behind is
        not a year old.
        """
        sql = (
            f"SELECT seq, kind, body, recorded_at, clock_offset_ms FROM entry WHERE {ERASABLE}"  # noqa: S608 - marks only
            " AND seq <= (SELECT seq FROM sent) ORDER BY seq"
        )
        for seq, kind, body, recorded_at, offset_ms in self._database.walk(sql, *KEPT_KINDS):
            at = by_server(from_wire(recorded_at), offset_ms)
            if at < before:
                yield seq, EntryKind(kind), body, at

    @property
    def state(self) -> State:
        """The state as last committed, to read from."""
        return StateTables(self._database)

    def state_dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the state tables, to compare."""
        return StateTables(self._database).dump()


class Walked:
    """Entries on their way through `verify`; a row that is none ends them and is remembered."""

    def __init__(self, entries: Iterator[tuple[Entry, WireTimes]]) -> None:
        """Walk over `entries`."""
        self._entries = entries
        self.is_broken = False

    def __iter__(self) -> Iterator[tuple[Entry, WireTimes]]:
        """Yield entries up to the first that cannot be read."""
        try:
            yield from self._entries
        except UnreadableEntry:
            self.is_broken = True


class UnreadableEntry(StoreDamaged):
    """A row of the log that is no entry."""


def read_entries(database: Database, identity: Identity, after: int, limit: int) -> Iterator[Entry]:
    """Yield entries after number `after`; `limit` -1 means all. Raises UnreadableEntry."""
    return (entry for entry, _times in read_stored(database, identity, after, limit))


def read_stored(database: Database, identity: Identity, after: int, limit: int) -> Iterator[tuple[Entry, WireTimes]]:
    """Yield entries as `read_entries` does, each with its times as the file has them."""
    previous = database.scalar("SELECT hash FROM entry WHERE seq <= ? ORDER BY seq DESC LIMIT 1", after) or GENESIS
    sql = f"SELECT {COLUMNS} FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - fixed names
    for row in database.walk(sql, after, limit):
        try:
            entry = _entry(row, identity, previous)
        except ValueError as error:
            message = f"{database.path}: entry {row[0]} cannot be read: {error}"
            raise UnreadableEntry(message) from error
        yield entry, (row[2], row[3])
        previous = entry.hash


def _entry(row: tuple[Any, ...], identity: Identity, previous: str) -> Entry:
    seq, kind, happened_at, recorded_at, offset, body, salt, digest, own = row
    recorded = from_wire(recorded_at)
    return Entry(
        identity.site_id,
        identity.kiosk_id,
        identity.epoch,
        seq,
        EntryKind(kind),
        recorded if happened_at == recorded_at else from_wire(happened_at),
        recorded,
        offset,
        body,
        salt,
        digest,
        previous,
        own,
    )


def last_entry(database: Database) -> tuple[int, str]:
    """Return the number and hash of the last entry; (0, genesis) when there is none."""
    rows = database.rows("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
    return (int(rows[0][0]), rows[0][1]) if rows else (0, GENESIS)
