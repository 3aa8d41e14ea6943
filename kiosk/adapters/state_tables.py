"""The derived state in SQLite: what `domain/state.py` asks a State to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.case import Case
from kiosk.domain.record import Hold, Visit
from kiosk.domain.times import to_wire
from kiosk.domain.visit import Step
from kiosk.domain.wire import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from kiosk.adapters.database import Database
    from kiosk.domain.ids import BookingId, CaseId, VisitId

TABLES: Final = ("visit", "isolation_case", "counter", "fact", "hold")
_RECORDS: Final = {"visit": Visit, "isolation_case": Case, "hold": Hold}
_COLUMNS: Final = {  # with the record last
    "visit": "id, booking_id, first_contact, step, cause, listed, data",
    "isolation_case": "id, opened_at, is_open, visit_id, data",
}
_REMEMBERED: Final = 4096  # visits: a busy day has 2,000 (docs/log.md), at some 2 KB each
_ROOM: Final = 880  # characters of a visit's record: as long as most become, so that they grow in their place
# Most acts change nothing that an index knows: then no page but the visit's own is written.
_SAME_PLACE: Final = "UPDATE visit SET step = ?, cause = ?, data = ? WHERE id = ? AND listed = ?"
_ANY_PLACE: Final = (
    "INSERT OR REPLACE INTO visit (step, cause, data, id, listed, booking_id, first_contact)"  # anew
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class StateTables:
    """A State kept in the tables of the log's own file, so that one commit covers entry and state."""

    def __init__(self, database: Database, *, keeps: bool = False) -> None:
        """Work on `database`, inside whatever transaction it holds.

        `keeps`: remember visits from one transaction to the next, for the one writer of the file; it calls `doubt`
        after a transaction that was taken back.
        """
        self._database = database
        self._keeps = keeps
        self._visits: dict[VisitId, Visit] = {}  # as their rows have them; the one read or written last stands last

    def doubt(self) -> None:
        """Forget what was remembered: the rows may say otherwise."""
        self._visits.clear()

    def _rows(self, sql: str, *values: Any) -> list[str]:
        return [row[0] for row in self._database.rows(sql, *values)]

    def visit(self, visit_id: VisitId) -> Visit | None:
        """Return one visit, or None."""
        known = self._visits.get(visit_id) if self._keeps else None
        if known is not None:
            return known
        rows = self._database.rows("SELECT data FROM visit WHERE id = ?", visit_id)
        return self._remember(from_text(Visit, rows[0][0])) if rows else None

    def _remember(self, visit: Visit) -> Visit:
        if self._keeps:
            if len(self._visits) >= _REMEMBERED:
                del self._visits[next(iter(self._visits))]
            self._visits[visit.id] = visit
        return visit

    def put_visit(self, visit: Visit) -> None:
        """Keep a visit, replacing what was known of it."""
        data = to_text(visit).ljust(_ROOM)
        # The column says of a refused visit that a guard may settle it, as it did before `listed` was there.
        cause = visit.cause or ("refused" if visit.step is Step.REFUSED and visit.is_listed else "")
        what = (visit.step, cause, data, visit.id, visit.is_listed)
        if not (self._stays(visit) and self._database.changes(_SAME_PLACE, *what)):
            self._database.run(_ANY_PLACE, *what, visit.booking_id, to_wire(visit.first_contact))
        self._remember(visit)

    def _stays(self, visit: Visit) -> bool:
        """Tell whether a visit is remembered with all that its row is found by."""
        last = self._visits.get(visit.id)
        return last is not None and (last.booking_id, last.first_contact) == (visit.booking_id, visit.first_contact)

    def visits_of(self, booking_id: BookingId) -> Sequence[Visit]:
        """Return the visits of one booking, by first contact."""
        sql = "SELECT data FROM visit WHERE booking_id = ? ORDER BY first_contact, id"
        return [from_text(Visit, row) for row in self._rows(sql, booking_id)]

    def open_visits(self) -> Sequence[Visit]:
        """Return the visits that are not decided, and refused ones that a guard may settle, oldest first."""
        sql = "SELECT data FROM visit WHERE listed = 1 ORDER BY first_contact, id"
        return [from_text(Visit, row) for row in self._rows(sql)]

    def case(self, case_id: CaseId) -> Case | None:
        """Return one case, or None."""
        rows = self._rows("SELECT data FROM isolation_case WHERE id = ?", case_id)
        return from_text(Case, rows[0]) if rows else None

    def case_of(self, visit_id: VisitId) -> Case | None:
        """Return the case of a visit, the last one opened, or None."""
        sql = "SELECT data FROM isolation_case WHERE visit_id = ? ORDER BY opened_at DESC, id DESC LIMIT 1"
        rows = self._rows(sql, visit_id)
        return from_text(Case, rows[0]) if rows else None

    def put_case(self, case: Case) -> None:
        """Keep a case, replacing what was known of it."""
        since = case.opening.at if case.opening is not None else case.touched_at
        self._database.run(
            "INSERT OR REPLACE INTO isolation_case (id, opened_at, is_open, data, visit_id) VALUES (?, ?, ?, ?, ?)",
            case.id,
            to_wire(since) if since is not None else "",
            int(case.is_open),
            to_text(case),
            case.visit_id,
        )

    def open_cases(self) -> Sequence[Case]:
        """Return the cases that are not closed, as far as this log knows, oldest first."""
        sql = "SELECT data FROM isolation_case WHERE is_open = 1 ORDER BY opened_at, id"
        return [from_text(Case, row) for row in self._rows(sql)]

    def cases_since(self, moment: datetime) -> Sequence[Case]:
        """Return the cases that were opened at `moment` or later, and those that are not closed, oldest first."""
        sql = "SELECT data FROM isolation_case WHERE is_open = 1 OR opened_at >= ? ORDER BY opened_at, id"
        return [from_text(Case, row) for row in self._rows(sql, to_wire(moment))]

    def count(self, name: str) -> int:
        """Return a counter; 0 when it was never set."""
        return int(self._database.scalar("SELECT value FROM counter WHERE name = ?", name) or 0)

    def set_count(self, name: str, value: int) -> None:
        """Set a counter."""
        sql = "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        self._database.run(sql, name, value)

    def fact(self, name: str) -> str | None:
        """Return a small thing that holds for a day, as JSON text, or None."""
        rows = self._rows("SELECT data FROM fact WHERE name = ?", name)
        return rows[0] if rows else None

    def put_fact(self, name: str, data: str | None) -> None:
        """Keep a small thing under a name that ends with its day; None forgets it."""
        if data is None:
            self._database.run("DELETE FROM fact WHERE name = ?", name)
        else:
            self._database.run("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, data)

    def facts(self, prefix: str) -> Mapping[str, str]:
        """Return all whose names begin so, by name."""
        rows = self._database.rows("SELECT name, data FROM fact WHERE substr(name, 1, ?) = ?", len(prefix), prefix)
        return dict(rows)

    def drop_days(self, before: date) -> None:
        """Forget the counters and facts of days before `before`."""
        self._database.run("DELETE FROM fact WHERE substr(name, -10) < ?", before.isoformat())
        sql = "DELETE FROM counter WHERE name LIKE '%:____-__-__' AND substr(name, -10) < ?"
        self._database.run(sql, before.isoformat())

    def hold(self, hold_id: str) -> Hold | None:
        """Return one legal hold, or None."""
        rows = self._rows("SELECT data FROM hold WHERE id = ?", hold_id)
        return from_text(Hold, rows[0]) if rows else None

    def put_hold(self, hold: Hold) -> None:
        """Keep a legal hold, replacing what was known of it."""
        lifted = hold.lifted_at is not None
        self._database.run("INSERT OR REPLACE INTO hold VALUES (?, ?, ?)", hold.id, int(lifted), to_text(hold))

    def holds(self) -> Sequence[Hold]:
        """Return the legal holds that stand, by id."""
        return [from_text(Hold, row) for row in self._rows("SELECT data FROM hold WHERE lifted = 0")]

    def forget(self, visit_ids: Iterable[VisitId]) -> None:
        """Throw visits away with their cases; called when every one of their entries is erased."""
        for visit_id in visit_ids:
            self._visits.pop(visit_id, None)
            self._database.run("DELETE FROM isolation_case WHERE visit_id = ?", visit_id)
            self._database.run("DELETE FROM visit WHERE id = ?", visit_id)

    def clear(self) -> None:
        """Throw the whole state away, to be rebuilt."""
        self.doubt()
        for table in TABLES:
            self._database.run(f"DELETE FROM {table}")  # noqa: S608 - fixed names

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, sorted, to compare one state with another; of records, what they say."""
        return {table: sorted(map(_spelt(table), self._all(table)), key=repr) for table in TABLES}

    def _all(self, table: str) -> list[tuple[Any, ...]]:
        columns = _COLUMNS.get(table, "*")
        return self._database.rows(f"SELECT {columns} FROM {table}")  # noqa: S608 - fixed names


def _spelt(table: str) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Return what spells a row's record as it is spelt today: an earlier version wrote the same in other words."""
    kind = _RECORDS.get(table)
    if kind is None:
        return lambda row: row

    def spelt(row: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            return (*row[:-1], to_text(from_text(kind, row[-1])))
        except ValueError:
            return row  # no record at all; it is compared as it is

    return spelt
