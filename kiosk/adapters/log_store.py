"""The screening log on disk: append-only, chained, encrypted; one commit per act.

The log is also the outbox: what comes after the last acknowledged number has still to be sent.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from kiosk.adapters.database import Database
from kiosk.adapters.state_tables import StateTables
from kiosk.domain.entry import (
    GENESIS,
    SALT_BYTES,
    Entry,
    EntryKind,
    Envelope,
    Flaw,
    body_digest,
    canonical,
    seal,
    verify,
)
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.retention import KEPT_KINDS
from kiosk.domain.state import apply
from kiosk.domain.times import from_wire, to_wire
from kiosk.errors import StoreDamaged, StoreForked

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from kiosk.domain.ids import VisitId
    from kiosk.domain.state import State
    from kiosk.ports import Clock

_COLUMNS = "seq, kind, happened_at, recorded_at, clock_offset_ms, body, salt, digest, hash"


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


class LogReader:
    """A log opened to be read: by the reporter, exports and verification, on a connection of their own."""

    def __init__(self, path: Path, key: bytes, *, vfs: str = "") -> None:
        """Open the log at `path`; raises StoreDamaged when it is none, or the key does not fit."""
        self._database = Database(path, key, "schema.sql", read_only=True, vfs=vfs)
        identity = read_identity(self._database)
        if identity is None:
            message = f"{path}: this log was never enrolled"
            raise StoreDamaged(message)
        self.identity = identity

    def entries(self, after: int = 0, limit: int = -1) -> Iterator[Entry]:
        """Yield the entries with a number greater than `after`, in order."""
        yield from read_entries(self._database, self.identity, after, limit)

    def acknowledged(self) -> int:
        """Return the last acknowledged number."""
        return int(self._database.scalar("SELECT seq FROM sent"))

    def unsent(self, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries after the last acknowledged one, in order."""
        return list(self.entries(self.acknowledged(), limit))

    def last(self) -> tuple[int, str]:
        """Return the number and hash of the last entry; (0, genesis) when empty."""
        return last_entry(self._database)

    def hash_of(self, seq: int) -> str | None:
        """Return the hash of an entry, of the genesis for 0; None when there is no such number."""
        return GENESIS if seq == 0 else self._database.scalar("SELECT hash FROM entry WHERE seq = ?", seq)

    def verify(self, anchors: Mapping[int, str] | None = None) -> tuple[int, str, Flaw | None]:
        """Walk the chain; return how many entries hold, the last good hash, and the first flaw.

        What the server acknowledged is an anchor: a log cut below it is found. `anchors`: hashes by number that were
        seen elsewhere.
        """
        seq, seen = self._database.rows("SELECT seq, hash FROM sent")[0]
        walked = Walked(self.entries())
        held, last, flaw = verify(walked, anchors={**({seq: seen} if seen else {}), **(anchors or {})})
        return held, last, Flaw(held + 1, "form") if walked.is_broken else flaw

    def old(self, before: datetime) -> Iterator[tuple[int, EntryKind, str, datetime]]:
        """Yield number, kind, body and time of what was recorded before `before`, is acknowledged and may be erased."""
        marks = ",".join("?" * len(KEPT_KINDS))
        sql = (
            "SELECT seq, kind, body, recorded_at FROM entry WHERE seq > (SELECT swept FROM sent)"  # noqa: S608 - marks
            " AND seq <= (SELECT seq FROM sent) AND body IS NOT NULL AND recorded_at < ?"
            f" AND kind NOT IN ({marks}) ORDER BY seq"
        )
        for seq, kind, body, at in self._database.walk(sql, to_wire(before), *KEPT_KINDS):
            yield seq, EntryKind(kind), body, from_wire(at)

    def oldest_unsent(self) -> datetime | None:
        """Return when the oldest unsent entry was recorded, or None."""
        return oldest_unsent(self._database)

    @property
    def state(self) -> State:
        """The state as last committed, to read from."""
        return StateTables(self._database)

    def state_dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the state tables, to compare."""
        return StateTables(self._database).dump()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


class Walked:
    """Entries on their way through `verify`; a row that is none ends them and is remembered."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        """Walk over `entries`."""
        self._entries = entries
        self.is_broken = False

    def __iter__(self) -> Iterator[Entry]:
        """Yield entries up to the first that cannot be read."""
        try:
            yield from self._entries
        except UnreadableEntry:
            self.is_broken = True


class UnreadableEntry(StoreDamaged):
    """A row of the log that is no entry."""


def read_entries(database: Database, identity: Identity, after: int, limit: int) -> Iterator[Entry]:
    """Yield entries after number `after`; `limit` -1 means all."""
    previous = database.scalar("SELECT hash FROM entry WHERE seq <= ? ORDER BY seq DESC LIMIT 1", after) or GENESIS
    sql = f"SELECT {_COLUMNS} FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - fixed names
    for row in database.walk(sql, after, limit):
        try:
            entry = _entry(row, identity, previous)
        except ValueError as error:
            message = f"{database.path}: entry {row[0]} cannot be read: {error}"
            raise UnreadableEntry(message) from error
        yield entry
        previous = entry.hash


def _entry(row: tuple[Any, ...], identity: Identity, previous: str) -> Entry:
    seq, kind, happened_at, recorded_at, offset, body, salt, digest, own = row
    return Entry(
        identity.site_id,
        identity.kiosk_id,
        identity.epoch,
        seq,
        EntryKind(kind),
        from_wire(happened_at),
        from_wire(recorded_at),
        offset,
        body,
        salt,
        digest,
        previous,
        own,
    )


class LogStore:
    """The one writer of the log. Used on one thread at a time (the worker's)."""

    def __init__(
        self, path: Path, key: bytes, clock: Clock, offset_ms: Callable[[], int | None], *, vfs: str = ""
    ) -> None:
        """Open or make the log at `path`; `offset_ms` tells the measured clock offset for each entry."""
        self._clock = clock
        self._offset_ms = offset_ms
        self._database = Database(path, key, "schema.sql", vfs=vfs)
        self.state: State = StateTables(self._database)

    @property
    def identity(self) -> Identity | None:
        """Who this kiosk is, or None before enrolment."""
        return read_identity(self._database)

    def enrol(self, identity: Identity) -> None:
        """Keep the identity; raises StoreDamaged when there is one already (a log has one life)."""
        with self._database.transaction():
            if read_identity(self._database) is not None:
                message = f"{self._database.path}: this log is enrolled already"
                raise StoreDamaged(message)
            values = tuple(getattr(identity, field.name) for field in fields(Identity))
            marks = ",".join("?" * len(values))
            self._database.run(f"INSERT INTO identity VALUES (1, {marks})", *values)  # noqa: S608 - marks only

    def replace_token(self, token: str) -> None:
        """Keep a newer token; on return it is durable and may be used."""
        with self._database.transaction():
            self._database.run("UPDATE identity SET token = ?", token)

    @contextmanager
    def act(self) -> Generator[LogAct]:
        """Open an act: durable on leaving, gone without a trace after an exception.

        Raises StoreForked on a log that is not the one that the server knows: its numbers are taken.
        """
        with self._database.transaction():
            self.check_fork()
            identity = read_identity(self._database)
            if identity is None:
                message = f"{self._database.path}: not enrolled"
                raise StoreDamaged(message)
            yield LogAct(self._database, identity, self._clock, self._offset_ms())

    def last(self) -> tuple[int, str]:
        """Return the number and hash of the last entry; (0, genesis) when empty."""
        return last_entry(self._database)

    def unsent(self, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries after the last acknowledged one, in order."""
        identity = self.identity
        if identity is None:
            return []
        return list(read_entries(self._database, identity, self.acknowledged(), limit))

    def acknowledged(self) -> int:
        """Return the last acknowledged number."""
        return int(self._database.scalar("SELECT seq FROM sent"))

    def acknowledge(self, seq: int) -> None:
        """Remember that the server holds everything up to `seq`; never goes back, never past the last entry."""
        with self._database.transaction():
            last, _hash = last_entry(self._database)
            self._set_sent(max(self.acknowledged(), min(seq, last)))

    def send_again_after(self, seq: int) -> None:
        """Remember that the server holds no more than up to `seq`: it came back from an older copy of itself."""
        with self._database.transaction():
            self._set_sent(min(seq, self.acknowledged()))

    def _set_sent(self, seq: int) -> None:
        known = "coalesce((SELECT hash FROM entry WHERE entry.seq = ?), '')"
        self._database.run(f"UPDATE sent SET seq = ?, hash = {known}", seq, seq)  # noqa: S608 - fixed words

    def check_fork(self) -> None:
        """Raise StoreForked when this log is not the one that the server knows and must not be written on."""
        fork = self._database.scalar("SELECT fork FROM sent")
        if fork:
            message = f"{self._database.path}: set this kiosk up anew: {fork}"
            raise StoreForked(message)

    def set_fork(self, why: str) -> None:
        """Remember for good that this log and the server's copy of it went apart."""
        with self._database.transaction():
            self._database.run("UPDATE sent SET fork = ? WHERE fork = ''", why)

    def erase(self, seqs: Sequence[int], visit_ids: Iterable[VisitId], body: Mapping[str, Any]) -> None:
        """Erase bodies and salts, and the state of visits that are gone with them; `body` is of the ERASED entry.

        One transaction. The numbers, times, kinds and hashes stay, and the chain holds. Entries that the server has
        not acknowledged are left as they are, whatever is asked.
        """
        with self.act() as act:
            for seq in seqs:
                self._database.run(
                    "UPDATE entry SET body = NULL, salt = NULL WHERE seq = ? AND seq <= (SELECT seq FROM sent)", seq
                )
            StateTables(self._database).forget(visit_ids)
            act.record(EntryKind.ERASED, body)

    def sweep(self) -> bool:
        """Remember how far nothing is left to erase, and cut the write-ahead log; False while a reader is in it."""
        marks = ",".join("?" * len(KEPT_KINDS))
        first = (
            "SELECT min(seq) FROM entry WHERE seq > (SELECT swept FROM sent)"  # noqa: S608 - marks only
            f" AND body IS NOT NULL AND kind NOT IN ({marks})"
        )
        with self._database.transaction():
            last, _hash = last_entry(self._database)
            seq = self._database.scalar(first, *KEPT_KINDS)
            self._database.run("UPDATE sent SET swept = ?", last if seq is None else seq - 1)
        return self._database.truncate_log_ahead()

    def oldest_unsent(self) -> datetime | None:
        """Return when the oldest unsent entry was recorded, or None."""
        return oldest_unsent(self._database)

    def rebuild(self) -> bool:
        """Make the state anew from the entries; return whether it came out as it was."""
        identity = self.identity
        tables = StateTables(self._database)
        if identity is None:
            return True
        with self._database.transaction():
            before = tables.dump()
            tables.clear()
            for entry in read_entries(self._database, identity, 0, -1):
                apply(tables, entry)
            return tables.dump() == before

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def oldest_unsent(database: Database) -> datetime | None:
    """Return when the oldest unsent entry was recorded, or None."""
    sql = "SELECT recorded_at FROM entry WHERE seq > (SELECT seq FROM sent) ORDER BY seq LIMIT 1"
    text = database.scalar(sql)
    return from_wire(text) if text else None


def last_entry(database: Database) -> tuple[int, str]:
    """Return the number and hash of the last entry; (0, genesis) when there is none."""
    rows = database.rows("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
    return (int(rows[0][0]), rows[0][1]) if rows else (0, GENESIS)


class LogAct:
    """One act in the making, inside the writer's transaction."""

    def __init__(self, database: Database, identity: Identity, clock: Clock, offset_ms: int | None) -> None:
        """Start from the log's last entry."""
        self._database = database
        self._identity = identity
        self._clock = clock
        self._offset_ms = offset_ms
        self._seq, self._hash = last_entry(database)
        self.state: State = StateTables(database)

    def record(self, kind: EntryKind, body: Mapping[str, Any], happened_at: datetime | None = None) -> Entry:
        """Append an entry and apply it to the state; `happened_at` defaults to now."""
        now = self._clock.now()
        text, salt = canonical(body), secrets.token_hex(SALT_BYTES)
        # Times are cut to milliseconds before they are hashed: what is read back must hash the same.
        happened, recorded = (from_wire(to_wire(moment)) for moment in (happened_at or now, now))
        envelope = Envelope(
            site_id=self._identity.site_id,
            kiosk_id=self._identity.kiosk_id,
            epoch=self._identity.epoch,
            seq=self._seq + 1,
            kind=kind,
            happened_at=happened,
            recorded_at=recorded,
            clock_offset_ms=self._offset_ms,
            digest=body_digest(text, salt),
            prev_hash=self._hash,
        )
        entry = seal(envelope, text, salt)
        self._database.run(
            f"INSERT INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - fixed names
            entry.seq,
            entry.kind,
            to_wire(entry.happened_at),
            to_wire(entry.recorded_at),
            entry.clock_offset_ms,
            entry.body,
            entry.salt,
            entry.digest,
            entry.hash,
        )
        self._seq, self._hash = entry.seq, entry.hash
        apply(self.state, entry)
        return entry
