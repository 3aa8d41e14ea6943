"""The kiosk's copy of what the server told, in an encrypted file of its own.

It may be thrown away at any time: everything in it can be fetched anew, and nothing in it is part of the log.
Written by the refreshing thread, read by the worker; each thread has its own connection.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Final

from kiosk.adapters.database import Database
from kiosk.domain.booking import Booking
from kiosk.domain.record import Visit
from kiosk.domain.times import from_wire, to_wire
from kiosk.domain.visit import PASSED_STEPS
from kiosk.domain.wire import from_text, to_text
from kiosk.protocol.messages import BookingPage, Documents, SiteView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from kiosk.domain.ids import BookingId, VisitId

_CACHE_KIB: Final = 24 * 1024  # of decrypted pages, at most; with 64 MB a look-up is 1 µs shorter
_PAGE_BYTES: Final = 2048  # a look-up reads and decrypts one or two pages that nobody had: half as much
_CURSOR: Final = "cursor"
_DAYS: Final = "days"
_REFRESHED: Final = "refreshed_at"
_DOCUMENTS: Final = "documents"
_VIEW: Final = "site_view"
_VIEW_AT: Final = "site_view_at"
_SLOT: Final = "substr(json_extract(data, '$.slot_start'), 1, 19)"  # to the second, whatever stands behind it
_NUMBERS: Final = (
    "SELECT json_extract(data, '$.queue_number'), json_extract(data, '$.rest_number'),"
    " json_extract(data, '$.line_number') FROM peer_visit WHERE substr(json_extract(data, '$.touched_at'), 1, 19) >= ?"
)
_PASSED_MARKS: Final = ",".join("?" * len(PASSED_STEPS))


def _seconds(*moments: datetime) -> tuple[str, ...]:
    """Return times as `_SLOT` has them."""
    return tuple(to_wire(moment)[:19] for moment in moments)


class SqliteCopy:
    """The local copy. Any thread may call; each gets a connection of its own."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open or make the copy at `path`."""
        self._path = path
        self._key = key
        self._local = threading.local()
        self._databases: list[Database] = []
        self._documents: tuple[str, Documents] | None = None
        self._view: tuple[str, SiteView] | None = None
        _ = self._database

    @property
    def _database(self) -> Database:
        database = getattr(self._local, "database", None)
        if database is None:
            database = Database(self._path, self._key, "copy_schema.sql", page_bytes=_PAGE_BYTES)
            database.run(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._local.database = database
            self._databases.append(database)
        return database

    def _column(self, sql: str, *values: Any) -> list[Any]:
        return [row[0] for row in self._database.rows(sql, *values)]

    def _fact(self, name: str) -> str | None:
        rows = self._column("SELECT value FROM fact WHERE name = ?", name)
        return rows[0] if rows else None

    def _put_fact(self, name: str, value: str) -> None:
        self._database.run("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, value)

    def _bookings(self, where: str, value: str) -> Sequence[Booking]:
        rows = self._column(f"SELECT data FROM booking WHERE {where} = ? LIMIT 2", value)  # noqa: S608 - fixed names
        return [from_text(Booking, row) for row in rows]

    def booking(self, booking_id: BookingId) -> Booking | None:
        """Return one booking by id."""
        found = self._bookings("id", booking_id)
        return found[0] if found else None

    def by_number(self, number: str) -> Sequence[Booking]:
        """Return the bookings with exactly this number; two at most, since two are as bad as many."""
        return self._bookings("number", number)

    def by_id_hash(self, id_hash: str) -> Sequence[Booking]:
        """Return the bookings with exactly this keyed hash of an identity number; all of them, one person's days."""
        rows = self._column("SELECT data FROM booking WHERE id_hash = ? AND id_hash <> ''", id_hash)
        return [from_text(Booking, row) for row in rows]

    def bookings_between(self, start: datetime, end: datetime) -> Sequence[Booking]:
        """Return the bookings whose slot begins from `start` up to before `end`, by slot and number."""
        sql = f"SELECT data FROM booking WHERE {_SLOT} >= ? AND {_SLOT} < ? ORDER BY {_SLOT}, number"  # noqa: S608 - fixed
        return [from_text(Booking, row) for row in self._column(sql, *_seconds(start, end))]

    def booked_by_slot(self, start: datetime, end: datetime) -> Mapping[datetime, int]:
        """Return how many bookings, cancelled ones aside, begin at each moment from `start` up to before `end`."""
        live = "coalesce(json_extract(data, '$.status'), '') <> 'cancelled'"
        sql = f"SELECT {_SLOT}, count(*) FROM booking WHERE {_SLOT} >= ? AND {_SLOT} < ? AND {live} GROUP BY 1"  # noqa: S608 - fixed
        rows = self._database.rows(sql, *_seconds(start, end))
        return {from_wire(f"{slot}Z"): int(count) for slot, count in rows}

    def covers(self, day: str) -> bool:
        """Tell whether the copy holds the bookings of this local day (ISO date)."""
        return day in json.loads(self._fact(_DAYS) or "[]")

    def refreshed_at(self) -> datetime | None:
        """Return when the copy was last brought up to date, or None."""
        text = self._fact(_REFRESHED)
        return from_wire(text) if text else None

    def cursor(self) -> int:
        """Return where the next page of bookings starts."""
        return int(self._fact(_CURSOR) or 0)

    def store_page(self, page: BookingPage, at: datetime) -> None:
        """Take a page of changes in, in one transaction."""
        with self._database.transaction():
            if page.reset:
                # Until it is filled again, the copy has no data: nobody's booking is "unknown" meanwhile.
                self._database.run("DELETE FROM booking")
                self._put_fact(_DAYS, "[]")
            self._database.run_many("DELETE FROM booking WHERE id = ?", [(gone,) for gone in page.gone])
            self._database.run_many(
                "INSERT OR REPLACE INTO booking VALUES (?, ?, ?, ?)",
                [(item.id, item.number, item.id_hash, to_text(item)) for item in page.bookings],
            )
            self._put_fact(_CURSOR, str(page.cursor))
            if not page.more and not page.reset:
                self._put_fact(_DAYS, json.dumps([day.isoformat() for day in page.days]))
                self._put_fact(_REFRESHED, to_wire(at))

    def documents(self) -> Documents | None:
        """Return the last documents, or None."""
        text = self._fact(_DOCUMENTS)
        if text is None:
            return None
        cached = self._documents
        if cached is None or cached[0] != text:
            cached = (text, Documents.model_validate_json(text))
            self._documents = cached
        return cached[1]

    def store_documents(self, documents: Documents) -> None:
        """Keep newer documents."""
        with self._database.transaction():
            self._put_fact(_DOCUMENTS, documents.model_dump_json())

    def peer_visits(self, booking_id: BookingId) -> Sequence[Visit]:
        """Return what the other kiosks know of a booking."""
        rows = self._column("SELECT data FROM peer_visit WHERE booking_id = ?", booking_id)
        return [from_text(Visit, row) for row in rows]

    def peer_visit(self, visit_id: VisitId) -> Visit | None:
        """Return a visit as another kiosk has it, or None."""
        rows = self._column("SELECT data FROM peer_visit WHERE id = ?", visit_id)
        return from_text(Visit, rows[0]) if rows else None

    def open_peer_visits(self) -> Sequence[Visit]:
        """Return the visits of the other kiosks that are not decided, or that were refused and a guard may settle."""
        return [from_text(Visit, row) for row in self._column("SELECT data FROM peer_visit WHERE is_open = 1")]

    def passed_peer_visits(self) -> Sequence[Visit]:
        """Return the visits of the other kiosks that passed the screening and have not left."""
        sql = f"SELECT data FROM peer_visit WHERE json_extract(data, '$.step') IN ({_PASSED_MARKS})"  # noqa: S608 - marks
        return [from_text(Visit, row) for row in self._column(sql, *PASSED_STEPS)]

    def highest_number(self, start: str, since: datetime) -> int:
        """Return the highest number that begins so (`B`, `RB`) of visits touched `since` and of cases; 0: none."""
        rows = self._database.rows(_NUMBERS, *_seconds(since))
        view = self.site_view()
        labels = [case.label for case in view[0].cases] if view is not None else []
        told = [text for text in (*labels, *(text for row in rows for text in row)) if text and text.startswith(start)]
        return max((int(text[len(start) :]) for text in told if text[len(start) :].isdecimal()), default=0)

    def site_view(self) -> tuple[SiteView, datetime] | None:
        """Return the last view of the site (without its visits) and when it was last known to hold, or None."""
        text, at = self._fact(_VIEW), self._fact(_VIEW_AT)
        if not text or not at:
            return None
        cached = self._view
        if cached is None or cached[0] != text:
            cached = (text, SiteView.model_validate_json(text))
            self._view = cached
        return cached[1], from_wire(at)

    def store_site_view(self, view: SiteView, at: datetime) -> None:
        """Keep a newer view of the site, or only that the old one still holds."""
        with self._database.transaction():
            if not view.unchanged:
                self._database.run("DELETE FROM peer_visit")
                self._database.run_many(
                    "INSERT OR REPLACE INTO peer_visit VALUES (?, ?, ?, ?)",
                    [(visit.id, visit.booking_id, to_text(visit), visit.is_listed) for visit in view.visits],
                )
                self._put_fact(_VIEW, view.model_copy(update={"visits": []}).model_dump_json())
            self._put_fact(_VIEW_AT, to_wire(at))

    def close(self) -> None:
        """Let go of the file; called when no other thread uses the copy any more."""
        for database in self._databases:
            database.close()
