"""A log that an earlier version wrote goes on under this one: nothing is lost, and the state is still what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kiosk.adapters import database
from kiosk.adapters.database import Database
from kiosk.adapters.log_reader import COLUMNS, LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import CaseId, VisitId
from kiosk.domain.times import to_wire
from kiosk.domain.visit import Step
from kiosk.domain.wire import to_json
from tests.domain import builders as make
from tests.services.builders import DISK_KEY, ToldClock, identity

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

VISITS = (VisitId("visit-1"), VisitId("visit-2"), VisitId("visit-3"))


def _opened(path: Path) -> LogStore:
    return LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)


def _with_visits(path: Path) -> LogStore:
    """Return a log in which one visit is under way, one is refused for the guard, and one is over."""
    store = _opened(path)
    store.enrol(identity("B"))
    with store.act() as act:
        for visit_id in VISITS:
            body: dict[str, Any] = {"visit_id": visit_id, "booking": to_json(make.booking()), "by": "code"}
            is_refused = visit_id == "visit-2"
            kind = EntryKind.REFUSED if is_refused else EntryKind.IDENTIFIED
            reasons = ["blacklisted"] if is_refused else []
            act.record(kind, {**body, "first_contact": to_wire(make.at(9)), "reasons": reasons})
        act.record(EntryKind.DISOWNED, {"visit_id": "visit-3", "counter": "line:2020-03-10", "count": 7})
    return store


def _as_version_2(new: LogStore, path: Path, patch: pytest.MonkeyPatch) -> None:
    """Write the same log as version 2 wrote it: other columns, and every field of a record spelt out."""
    text = database._schema_text
    with patch.context() as only_old:
        only_old.setattr(database, "_schema_text", lambda name, version: text(name, version) if version < 3 else None)
        old = Database(path, DISK_KEY, "schema.sql")
    source = new._database
    with old.transaction():
        who = identity("B")
        names = ("site_id", "kiosk_id", "epoch", "letter", "token", "id_key", "private_key")
        old.run("INSERT INTO identity VALUES (1, ?, ?, ?, ?, ?, ?, ?)", *(getattr(who, name) for name in names))
        old.run_many(f"INSERT INTO entry ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", source.rows("SELECT * FROM entry"))
        old.run_many("INSERT INTO counter VALUES (?, ?)", source.rows("SELECT name, value FROM counter"))
        columns = "id, booking_id, first_contact, step, cause"
        for row in source.rows(f"SELECT {columns} FROM visit"):
            whole = json.dumps(to_json(new.state.visit(row[0])), ensure_ascii=False, separators=(",", ":"))
            old.run("INSERT INTO visit VALUES (?, ?, ?, ?, ?, ?)", *row, whole)
    assert old.scalar("PRAGMA user_version") == 2
    old.close()


def test_a_log_of_version_2_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same visits, the same list of the guard, the same counters; a rebuild compares equal and the log goes on."""
    new = _with_visits(tmp_path / "new.db")
    _as_version_2(new, tmp_path / "old.db", monkeypatch)
    unopened = LogReader(tmp_path / "old.db", DISK_KEY)  # by a command, before the kiosk was started again
    assert (unopened.verify()[2], list(unopened.earlier_tokens())) == (None, [])
    unopened.close()
    taken = _opened(tmp_path / "old.db")
    assert [visit.id for visit in taken.state.open_visits()] == ["visit-1", "visit-2"]
    assert [taken.state.visit(visit_id) for visit_id in VISITS] == [new.state.visit(visit_id) for visit_id in VISITS]
    assert taken.state.count("line:2020-03-10") == 7
    assert taken.rebuild()
    with taken.act() as act:
        act.record(EntryKind.ARRIVED, {"visit_id": "visit-1"})
    moved = taken.state.visit(VISITS[0])
    assert moved is not None
    assert moved.step is Step.DECLARATION
    assert [visit.id for visit in taken.state.open_visits()] == ["visit-1", "visit-2"]
    assert taken.rebuild()
    taken.close()
    new.close()


def test_a_case_that_was_spelt_otherwise_is_the_same_case(tmp_path: Path) -> None:
    """An earlier version wrote every field of a case: the rebuilt state says the same in other words."""
    store = _with_visits(tmp_path / "log.db")
    with store.act() as act:
        opened = {"visit_id": "visit-2", "case_id": "case-1", "number": "CB01", "cause": "guard", "guard_id": "guard-7"}
        act.record(EntryKind.CASE_OPENED, opened)
        case = act.state.case(CaseId("case-1"))
    store._database.run("UPDATE isolation_case SET data = ?", json.dumps(to_json(case)))
    assert store.rebuild()
    store.close()


def test_a_row_that_is_no_record_is_no_rebuilt_state(tmp_path: Path) -> None:
    """Whatever harmed it: the comparison says so instead of failing."""
    store = _with_visits(tmp_path / "log.db")
    store._database.run("UPDATE visit SET data = 'nonsense' WHERE id = 'visit-1'")
    assert not store.rebuild()
    assert store.rebuild()
    store.close()
