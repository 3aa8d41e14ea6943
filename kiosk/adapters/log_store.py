"""The screening log on disk: append-only, chained, encrypted; one commit per act.

The log is also the outbox: what comes after the last acknowledged number has still to be sent.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from kiosk.adapters.database import Database
from kiosk.adapters.log_reader import COLUMNS, ERASABLE, Identity, LogView, last_entry, read_entries, read_identity
from kiosk.adapters.state_tables import StateTables
from kiosk.domain.entry import (
    SALT_BYTES,
    Entry,
    EntryKind,
    Envelope,
    body_digest,
    canonical,
    seal,
)
from kiosk.domain.retention import KEPT_KINDS, Erasure
from kiosk.domain.state import apply
from kiosk.domain.times import from_wire, to_wire
from kiosk.domain.token_roll import EARLIER_KEPT
from kiosk.errors import StoreDamaged, StoreForked

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from kiosk.domain.state_keeper import State
    from kiosk.ports import Clock

_INSERT: Final = f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - fixed names


class LogStore(LogView):
    """The one writer of the log. Used on one thread at a time (the worker's)."""

    def __init__(
        self, path: Path, key: bytes, clock: Clock, offset_ms: Callable[[], int | None], *, vfs: str = ""
    ) -> None:
        """Open or make the log at `path`; `offset_ms` tells the measured clock offset for each entry."""
        self._clock = clock
        self._offset_ms = offset_ms
        super().__init__(Database(path, key, "schema.sql", vfs=vfs))
        self._database.lengthen_log_ahead()
        self._tables = StateTables(self._database, keeps=True)
        self._end: tuple[int, str] | None = None  # number and hash of the last entry, as our last act left it
        self._version = 0  # of the file, as that act left it
        self.state: State = self._tables
        self._fork = str(self._database.scalar("SELECT fork FROM sent"))
        self._known: Identity | None = None  # as the acts need it, which is without the token
        self.on_stored: Callable[[frozenset[EntryKind]], None] = lambda _kinds: None

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
        """Keep a newer token, and the last ones before it; on return it is durable and may be used."""
        with self._database.transaction():
            self._database.run("INSERT INTO earlier_token (token) SELECT token FROM identity")
            newest = "SELECT number FROM earlier_token ORDER BY number DESC LIMIT ?"
            self._database.run(f"DELETE FROM earlier_token WHERE number NOT IN ({newest})", EARLIER_KEPT)  # noqa: S608 - fixed
            self._database.run("UPDATE identity SET token = ?", token)

    @contextmanager
    def act(self) -> Generator[LogAct]:
        """Open an act: durable on leaving, gone without a trace after an exception; `on_stored` hears of it then.

        Raises StoreForked on a log that is not the one that the server knows: its numbers are taken.
        """
        self.check_fork()
        try:
            with self._database.transaction():
                act = self._begin()
                yield act
            self._end, self._version = act.end, self._database.version()
        except BaseException:
            self._end = None
            self._tables.doubt()
            raise
        self.on_stored(frozenset(act.kinds))

    def _begin(self) -> LogAct:
        if self._known is None:
            self._known = read_identity(self._database)
        if self._known is None:
            message = f"{self._database.path}: not enrolled"
            raise StoreDamaged(message)
        time = self._clock, self._offset_ms()
        return LogAct(self._database, self._known, time, self._tables, self._end_now())

    def _end_now(self) -> tuple[int, str]:
        """Return number and hash of the last entry, inside a transaction."""
        if self._end is not None and self._version == self._database.version():
            return self._end
        end = last_entry(self._database)
        if end != self._end:  # somebody else wrote meanwhile: a command, beside a kiosk that stands
            self._tables.doubt()
        return end

    def unsent(self, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries after the last acknowledged one, in order."""
        identity = self.identity
        if identity is None:
            return []
        return list(read_entries(self._database, identity, self.acknowledged(), limit))

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
        if self._fork:
            message = f"{self._database.path}: set this kiosk up anew: {self._fork}"
            raise StoreForked(message)

    def set_fork(self, why: str) -> None:
        """Remember for good that this log and the server's copy of it went apart."""
        with self._database.transaction():
            self._database.run("UPDATE sent SET fork = ? WHERE fork = ''", why)
        self._fork = self._fork or why

    def erase(self, choose: Callable[[State, int], Erasure | None]) -> int:
        """Erase bodies and salts, and the state of visits that are gone with them; return how many bodies.

        One transaction, in which `choose` is asked what, with the state and the last acknowledged number as they are
        then: nobody places a hold between its look and the erasure. The numbers, times, kinds and hashes stay, and the
        chain holds. Entries that the server has not acknowledged are left as they are, whatever is asked.
        """
        with self.act() as act:
            what = choose(act.state, self.acknowledged())
            if what is None:
                return 0
            for seq in what.seqs:
                self._database.run(
                    "UPDATE entry SET body = NULL, salt = NULL WHERE seq = ? AND seq <= (SELECT seq FROM sent)", seq
                )
            self._tables.forget(what.visit_ids)
            act.record(EntryKind.ERASED, what.body)
        return len(what.seqs)

    def sweep(self) -> bool:
        """Remember how far nothing is left to erase, and cut the write-ahead log; False while a reader is in it."""
        first = f"SELECT min(seq) FROM entry WHERE {ERASABLE}"  # noqa: S608 - marks only
        with self._database.transaction():
            last, _hash = last_entry(self._database)
            seq = self._database.scalar(first, *KEPT_KINDS)
            self._database.run("UPDATE sent SET swept = ?", last if seq is None else seq - 1)
        is_cut = self._database.truncate_log_ahead()
        self._database.lengthen_log_ahead()
        return is_cut

    def settle(self) -> bool:
        """Write everything into the one file, as before it is renamed; False while another reads or writes in it."""
        return self._database.truncate_log_ahead()

    def rebuild(self) -> bool:
        """Make the state anew from the entries; return whether it came out as it was."""
        identity = self.identity
        if identity is None:
            return True
        self._tables.doubt()
        tables = StateTables(self._database)  # its own, which remembers nothing that a failure would make untrue
        with self._database.transaction():
            before = tables.dump()
            tables.clear()
            for entry in read_entries(self._database, identity, 0, -1):
                apply(tables, entry)
            return tables.dump() == before


class LogAct:
    """One act in the making, inside the writer's transaction."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        time: tuple[Clock, int | None],
        tables: StateTables,
        end: tuple[int, str],
    ) -> None:
        """Start from the log's last entry, `end`; `time`: the clock and its measured offset in milliseconds."""
        self._database = database
        self._identity = identity
        self._clock, self._offset_ms = time
        self._seq, self._hash = end
        self.state: State = tables
        self.kinds: set[EntryKind] = set()  # what was recorded

    @property
    def end(self) -> tuple[int, str]:
        """Number and hash of the log's last entry as this act leaves it."""
        return self._seq, self._hash

    def record(self, kind: EntryKind, body: Mapping[str, Any], happened_at: datetime | None = None) -> Entry:
        """Append an entry and apply it to the state; `happened_at` defaults to now."""
        # Times are cut to milliseconds before they are hashed: what is read back must hash the same.
        recorded = to_wire(self._clock.now())
        recorded_at = from_wire(recorded)
        happened = recorded if happened_at is None else to_wire(happened_at)
        text, salt = canonical(body), secrets.token_hex(SALT_BYTES)
        envelope = Envelope(
            self._identity.site_id,
            self._identity.kiosk_id,
            self._identity.epoch,
            self._seq + 1,
            kind,
            recorded_at if happened_at is None else from_wire(happened),
            recorded_at,
            self._offset_ms,
            body_digest(text, salt),
            self._hash,
        )
        entry = seal(envelope, text, salt, (happened, recorded))
        own = (entry.digest, entry.hash)
        self._database.run(_INSERT, entry.seq, kind, happened, recorded, self._offset_ms, text, salt, *own)
        self._seq, self._hash = entry.seq, entry.hash
        self.kinds.add(kind)
        apply(self.state, entry, body)
        return entry
