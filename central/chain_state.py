"""One kiosk's state on the server: what its log says, by `kiosk.domain.state.apply`, in tables.

Changes gather in memory and are written at the end of a batch; an entry that cannot be applied is taken back whole.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, ColumnElement, Table, delete, insert, select, true

from central.log_tables import cases, counters, visits
from central.tables import of_epoch
from kiosk.domain.bounds import MAX_NUMBER, NOT_UNDERSTOOD, check_bounds
from kiosk.domain.case import Case
from kiosk.domain.ids import BookingId, CaseId, VisitId, is_name
from kiosk.domain.record import Hold, Visit
from kiosk.domain.state import apply
from kiosk.domain.times import to_ms
from kiosk.domain.visit import is_open
from kiosk.domain.wire import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from central.fleet import Principal
    from kiosk.domain.entry import Entry


class ChainState:
    """The `State` of one kiosk and epoch within a transaction."""

    def __init__(self, tx: Connection, who: Principal) -> None:
        """Read and write the state of `who` through `tx`."""
        self._tx = tx
        self._keys: dict[str, Any] = {"site_id": who.site_id, "kiosk_id": who.kiosk_id, "epoch": who.epoch}
        self._visits: dict[VisitId, tuple[Visit, int]] = {}
        self._cases: dict[CaseId, Case] = {}
        self._counts: dict[str, int] = {}
        self._draft: dict[VisitId, tuple[Visit, int]] = {}
        self._draft_cases: dict[CaseId, Case] = {}
        self._draft_counts: dict[str, int] = {}
        self._offset_ms = 0
        self._received_ms = 0

    def take(self, entry: Entry, received_ms: int) -> bool:
        """Apply `entry`; returns False, with nothing changed, when its body is not what its kind promises."""
        self._offset_ms, self._received_ms = entry.clock_offset_ms or 0, received_ms
        try:
            if entry.body is not None and not isinstance(cast("object", entry.data()), dict):
                return False
            apply(self, entry)
        except NOT_UNDERSTOOD:
            return False
        else:
            self._visits |= self._draft
            self._cases |= self._draft_cases
            self._counts |= self._draft_counts
            return True
        finally:
            self._draft, self._draft_cases, self._draft_counts = {}, {}, {}

    def flush(self) -> bool:
        """Write what changed; returns whether anything did that other kiosks see."""
        rows = [self._visit_row(visit, touched_ms) for visit, touched_ms in self._visits.values()]
        self._replace(visits, visits.c.visit_id, self._visits, rows)
        case_rows = [
            {
                **self._keys,
                "case_id": case.id,
                "visit_id": case.visit_id,
                "is_open": case.is_open,
                "touched_ms": to_ms(case.touched_at) if case.touched_at is not None else 0,
                "record": _dump(case),
            }
            for case in self._cases.values()
        ]
        self._replace(cases, cases.c.case_id, self._cases, case_rows)
        count_rows = [{**self._keys, "name": name, "value": value} for name, value in self._counts.items() if value]
        self._replace(counters, counters.c.name, self._counts, count_rows)
        has_changed = bool(self._visits or self._cases)
        self._visits, self._cases, self._counts = {}, {}, {}
        return has_changed

    def visit(self, visit_id: VisitId) -> Visit | None:
        """Return one visit, or None; raises ValueError for an id that is none."""
        _check_name(visit_id)
        held = self._draft.get(visit_id) or self._visits.get(visit_id)
        if held is not None:
            return held[0]
        return next(self._read_visits(visits.c.visit_id == visit_id), None)

    def put_visit(self, visit: Visit) -> None:
        """Keep a visit, replacing what was known of it; raises ValueError for one that is none."""
        # The body came over the network, and `apply` trusts it: what it made is checked before it reaches a table.
        checked = from_json(Visit, asdict(visit))
        check_bounds(asdict(checked))
        _check_name(checked.id)
        _check_name(checked.booking_id or "none")
        touched_ms = to_ms(checked.touched_at) + self._offset_ms
        # Whatever the kiosk said of its clock: nothing is heard of before it happens, and nothing happened before 1970.
        self._draft[checked.id] = (checked, max(0, min(touched_ms, self._received_ms)))

    def visits_of(self, booking_id: BookingId) -> Sequence[Visit]:
        """Return this kiosk's visits of one booking, by first contact."""
        found = {visit.id: visit for visit in self._read_visits(visits.c.booking_id == booking_id)}
        held = {key: visit for key, (visit, _) in (self._visits | self._draft).items()}
        found |= {key: visit for key, visit in held.items() if visit.booking_id == booking_id}
        return sorted(found.values(), key=lambda visit: visit.first_contact)

    def open_visits(self) -> Sequence[Visit]:
        """Return this kiosk's visits that are not decided, oldest first."""
        found = {visit.id: visit for visit in self._read_visits(visits.c.is_open)}
        found |= {key: visit for key, (visit, _) in (self._visits | self._draft).items()}
        return sorted((v for v in found.values() if is_open(v.step)), key=lambda visit: visit.first_contact)

    def case(self, case_id: CaseId) -> Case | None:
        """Return one case, or None; raises ValueError for an id that is none."""
        _check_name(case_id)
        held = self._draft_cases.get(case_id) or self._cases.get(case_id)
        return held or next(self._read_cases(cases.c.case_id == case_id), None)

    def case_of(self, visit_id: VisitId) -> Case | None:
        """Return the case of a visit as far as this log tells of it, or None."""
        found = {case.id: case for case in self._read_cases(cases.c.visit_id == visit_id)}
        found |= self._cases | self._draft_cases
        return next((case for case in reversed(found.values()) if case.visit_id == visit_id), None)

    def put_case(self, case: Case) -> None:
        """Keep a case, replacing what was known of it; raises ValueError for one that is none."""
        checked = from_json(Case, asdict(case))
        check_bounds(asdict(checked))
        _check_name(checked.id)
        _check_name(checked.visit_id)
        self._draft_cases[checked.id] = checked

    def open_cases(self) -> Sequence[Case]:
        """Return the cases of this kiosk's log that are not closed there, oldest first."""
        found = {case.id: case for case in self._read_cases(cases.c.is_open)} | self._cases | self._draft_cases
        return sorted((case for case in found.values() if case.is_open), key=lambda case: case.id)

    def cases_since(self, moment: datetime) -> Sequence[Case]:
        """Return the cases that were opened at `moment` or later, and those that are not closed, oldest first."""
        found = {case.id: case for case in self._read_cases(true())} | self._cases | self._draft_cases
        near = [case for case in found.values() if case.is_open or (case.opening and case.opening.at >= moment)]
        return sorted(near, key=lambda case: case.id)

    def count(self, name: str) -> int:
        """Return a counter, 0 when it was never set; raises ValueError for a name that is none."""
        _check_name(name)
        for held in (self._draft_counts, self._counts):
            if name in held:
                return held[name]
        query = select(counters.c.value).where(self._mine(counters), counters.c.name == name)
        return self._tx.scalar(query) or 0

    def set_count(self, name: str, value: int) -> None:
        """Set a counter; raises ValueError for what is no name or no number."""
        _check_name(name)
        if not isinstance(cast("object", value), int) or abs(value) > MAX_NUMBER:
            raise ValueError("not a number")
        self._draft_counts[name] = value

    def fact(self, name: str) -> str | None:  # noqa: ARG002 - the name is the protocol's
        """Return None: who is on duty and what is ticked matters at the kiosk; here the entries tell of it."""
        return None

    def put_fact(self, name: str, data: str | None) -> None:
        """Leave a kiosk's facts to that kiosk."""

    def facts(self, prefix: str) -> Mapping[str, str]:  # noqa: ARG002 - the name is the protocol's
        """Return none, as `fact` does."""
        return {}

    def drop_days(self, before: date) -> None:
        """Forget the counters of days before `before`; one that is 0 is none."""
        known = self._tx.scalars(
            select(counters.c.name).where(self._mine(counters), counters.c.name.like("%:____-__-__"))
        )
        for name in {*known, *self._counts, *self._draft_counts}:
            if name[-11:-10] == ":" and name[-10:] < before.isoformat():
                self._draft_counts[name] = 0

    def hold(self, hold_id: str) -> Hold | None:  # noqa: ARG002 - the name is the protocol's
        """Return None: a kiosk's holds bind that kiosk; the server's own are in its table of holds."""
        return None

    def put_hold(self, hold: Hold) -> None:
        """Leave a kiosk's hold to that kiosk."""

    def holds(self) -> Sequence[Hold]:
        """Return none, as `hold` does."""
        return ()

    def _read_visits(self, which: ColumnElement[bool]) -> Iterator[Visit]:
        query = select(visits.c.record).where(self._mine(visits), which)
        return (from_json(Visit, json.loads(record)) for record in self._tx.scalars(query))

    def _read_cases(self, which: ColumnElement[bool]) -> Iterator[Case]:
        query = select(cases.c.record).where(self._mine(cases), which)
        return (from_json(Case, json.loads(record)) for record in self._tx.scalars(query))

    def _visit_row(self, visit: Visit, touched_ms: int) -> dict[str, Any]:
        arrived_ms = to_ms(visit.arrived_at) if visit.arrived_at is not None else None
        values = {"is_open": is_open(visit.step), "arrived_ms": arrived_ms, "touched_ms": touched_ms}
        return {
            **self._keys,
            "visit_id": visit.id,
            "booking_id": visit.booking_id,
            **values,
            "record": _dump(visit),
        }

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return of_epoch(table, **self._keys)

    def _replace(self, table: Table, key: Column[str], changed: Iterable[str], rows: list[dict[str, Any]]) -> None:
        names = list(changed)
        if names:
            self._tx.execute(delete(table).where(self._mine(table), key.in_(names)))
        if rows:
            self._tx.execute(insert(table), rows)


def _check_name(name: object) -> None:
    """Raise ValueError for an id that does not fit a key of every database."""
    if not is_name(name):
        raise ValueError("not a name")


def _dump(record: object) -> str:
    return json.dumps(to_json(record), separators=(",", ":"))
