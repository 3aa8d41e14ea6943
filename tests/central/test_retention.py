"""The server forgets by the kiosks' rules, in its files as well; holds, open cases and hashes stay."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from central.housekeeping import Housekeeper
from central.log_tables import entries as entry_table
from central.refusals import Taken, Unknown
from kiosk.domain.chain import flaw_in
from tests.central.builders import HERE, City, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.builders import Caller

NAME = "欧阳*双"


def a_visit(city: City, caller: Caller) -> None:
    """Let a visitor in and report it."""
    issued = city.book(name="欧阳无双")
    booking = city.booking(issued)
    caller.log.identified("v1", booking)
    caller.log.arrived("v1", booking)
    caller.log.admitted("v1", booking)
    caller.ship()


def bodies(city: City, caller: Caller) -> int:
    """Return how many stored entries still have their body."""
    return sum(entry.body is not None for entry in city.stored(caller))


def test_a_visit_is_erased_after_its_days_and_its_hashes_stay(city: City) -> None:
    """30 days by default; state and bodies go, and each entry's hash still holds."""
    caller = city.kiosk()
    a_visit(city, caller)
    before = city.stored(caller)
    city.clock.advance(days=29)
    assert city.desk.retention.run(HERE).entries == 0
    city.clock.advance(days=2)
    assert city.desk.retention.run(HERE).entries == len(before)
    after = city.stored(caller)
    assert [entry.hash for entry in after] == [entry.hash for entry in before]
    assert all(flaw_in(entry, entry.seq, entry.prev_hash) is None for entry in after)
    assert bodies(city, caller) == 0
    assert city.desk.views.arrivals(HERE, before[0].happened_at.date()) == []
    assert city.desk.retention.run(HERE).entries == 0


def test_a_resend_after_the_erasure_brings_no_body_back(city: City) -> None:
    """A kiosk that lost an answer sends again what both have erased since, or what only the server has."""
    caller = city.kiosk()
    a_visit(city, caller)
    entries = city.stored(caller)
    city.clock.advance(days=31)
    city.desk.retention.run(HERE)
    answer = caller.upload(entries).json()
    assert {result["status"] for result in answer["results"]} == {"duplicate"}
    assert bodies(city, caller) == 0


def test_an_open_case_stays(city: City) -> None:
    """However old."""
    caller = city.kiosk()
    booking = city.booking(city.book())
    caller.log.identified("v1", booking)
    caller.log.arrived("v1", booking)
    caller.log.add("case_opened", {"case_id": "c1", "number": "CA01", "visit_id": "v1", "cause": "elevated"})
    caller.ship()
    count = bodies(city, caller)
    city.clock.advance(days=400)
    assert city.desk.retention.run(HERE).entries == 0
    caller.log.case_ended("c1", "v1")
    caller.ship()
    city.clock.advance(days=91)
    assert city.desk.retention.run(HERE).entries == count + 3


def test_a_legal_hold_stays_until_it_is_lifted_and_kiosks_hear_of_it(city: City) -> None:
    """Through the office; placed once, lifted once."""
    caller = city.kiosk()
    a_visit(city, caller)
    today = city.clock.now().date()
    day = today.isoformat()
    wish = {"from_day": day, "until_day": day, "by": "court", "reason": "2020/7"}
    assert city.office("PUT", f"/sites/{HERE}/holds/h1", wish).status_code == 200
    with pytest.raises(Taken):
        city.desk.holds.place(HERE, "h1", (today, today), "court", "again")
    documents = caller.get("/v1/documents").json()["documents"]
    assert [hold["id"] for hold in documents["holds"]] == ["h1"]
    city.clock.advance(days=400)
    assert city.office("POST", f"/sites/{HERE}/erase").json()["entries"] == 0
    (stands,) = city.office("GET", f"/sites/{HERE}/holds").json()["holds"]
    assert (stands["by"], stands["reason"]) == (wish["by"], wish["reason"])
    assert city.office("POST", f"/sites/{HERE}/holds/h1/lift", {"by": "court"}).status_code == 200
    with pytest.raises(Unknown):
        city.desk.holds.lift(HERE, "h1", "court")
    assert city.office("POST", f"/sites/{HERE}/erase").json()["entries"] > 0


def test_what_was_kept_aside_is_erased_by_its_age(city: City) -> None:
    """Its hash stays, so that a resend is still known."""
    caller = city.kiosk()
    caller.upload([{"seq": 1, "name": NAME}])
    assert city.desk.retention.run(HERE).aside == 0
    city.clock.advance(days=31)
    assert city.desk.retention.run(HERE).aside == 1
    assert city.desk.retention.run(HERE).aside == 0


@pytest.mark.sqlite
def test_the_name_is_gone_from_the_servers_files(city: City, tmp_path: Path) -> None:
    """Found before the erasure in the database and its write-ahead log, in neither after it."""
    caller = city.kiosk()
    for number in range(3):
        booking = city.booking(city.book(name="欧阳无双"))
        caller.log.identified(f"v{number}", booking)
    caller.ship()
    files = [path for path in tmp_path.rglob("central.db*") if not path.name.endswith("-shm")]
    assert _holding(files)
    city.desk._database.leave_no_trace()
    assert [path.name for path in _holding(files)] == ["central.db"]
    city.clock.advance(days=31)
    city.desk.retention.run(HERE)
    assert _holding(files) == []
    with sqlite3.connect(
        f"file:{next(path for path in files if path.suffix == '.db')}?mode=ro", uri=True
    ) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone()[0] > 0


@pytest.mark.sqlite
def test_what_a_reader_keeps_in_the_file_is_said_and_cut_once_it_leaves(
    city: City, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in an hour, and not as if it were gone."""
    city.server._housekeeper.stop()
    caller = city.kiosk()
    caller.log.identified("v1", city.booking(city.book(name="欧阳无双")))
    caller.ship()
    log = next(path for path in city.data.rglob("central.db-wal"))
    city.clock.advance(days=31)
    with city.desk._database.read() as reader:
        assert reader.execute(select(entry_table)).all()
        erased = city.desk.retention.run(HERE)
        assert (erased.entries, erased.is_gone) == (1, False)
        assert _holding([log])
        assert "write-ahead log" in caplog.text
    monkeypatch.setattr("central.housekeeping._LOOK_S", 0.01)
    monkeypatch.setattr("central.housekeeping._AGAIN_S", 0.01)
    keeper = Housekeeper(city.desk)
    keeper.start()
    until(lambda: not _holding([log]))
    keeper.stop()
    assert city.desk.retention.run(HERE).is_gone


def _holding(files: list[Path]) -> list[Path]:
    """Return the files that hold the name, as UTF-8 or as JSON escapes."""
    forms = (NAME.encode(), NAME.encode("unicode_escape"), "欧阳无双".encode())
    return [path for path in files if any(form in path.read_bytes() for form in forms)]


@pytest.mark.parametrize("offset", [2**53 - 1, 0, 1 - 2**53])
def test_what_a_kiosk_says_of_its_clock_keeps_nothing_longer(city: City, offset: int) -> None:
    """An offset of a quarter of a million years, either way."""
    caller = city.kiosk()
    for kind, body in (
        ("walked_in", {"visit_id": "v1", "why": "child", "guard_id": "g"}),
        ("arrived", {"visit_id": "v1"}),
    ):
        caller.log.add(kind, body, clock_offset_ms=offset)
    caller.ship()
    city.clock.advance(days=31)
    assert city.desk.retention.run(HERE).entries == 2


@pytest.mark.parametrize("visit_id", ["v1", ""])
def test_what_a_fast_clock_recorded_in_the_future_is_kept_no_longer(city: City, visit_id: str) -> None:
    """It had been recorded when it was received: ten years ahead are not ten years more. A visit, a call of nobody."""
    caller = city.kiosk()
    booking = city.booking(city.book())
    city.clock.advance(days=3650)
    if visit_id:
        caller.log.admitted(visit_id, booking)
    else:
        caller.log.add("called", {})
    city.clock.advance(days=-3650)
    caller.ship()
    city.clock.advance(days=29)
    assert city.desk.retention.run(HERE).entries == 0
    city.clock.advance(days=2)
    assert city.desk.retention.run(HERE).entries == len(caller.log.entries)
    assert bodies(city, caller) == 0


@pytest.mark.parametrize("visit_id", ["v1", ""])
def test_what_a_slow_clock_recorded_is_kept_as_long_as_all_else(city: City, visit_id: str) -> None:
    """A kiosk that stood a year behind and knew it: what was recorded this morning is not a year old."""
    caller = city.kiosk()
    year_ms = 365 * 24 * 3_600_000
    city.clock.advance(days=-365)
    if visit_id:
        caller.log.add("walked_in", {"visit_id": visit_id, "why": "child", "guard_id": "g"}, clock_offset_ms=year_ms)
    else:
        caller.log.add("called", {}, clock_offset_ms=year_ms)
    city.clock.advance(days=365)
    caller.ship()
    city.clock.advance(days=29)
    assert city.desk.retention.run(HERE).entries == 0
    city.clock.advance(days=2)
    assert city.desk.retention.run(HERE).entries == 1


def test_a_hold_keeps_what_was_recorded_on_its_days_by_a_wrong_clock_too(city: City) -> None:
    """The sheet of that day shows it, whatever day it was here."""
    caller = city.kiosk()
    city.clock.advance(days=60)
    a_visit_of = city.booking(city.book())
    caller.log.admitted("v1", a_visit_of)
    held = city.clock.now().date()
    city.clock.advance(days=-60)
    caller.ship()
    city.desk.holds.place(HERE, "h1", (held, held), "court", "2020/7")
    city.clock.advance(days=40)
    assert city.desk.retention.run(HERE).entries == 0
    city.desk.holds.lift(HERE, "h1", "court")
    assert city.desk.retention.run(HERE).entries == 4


def test_a_visit_touched_since_stays_though_its_first_entries_are_old(city: City) -> None:
    """It is erased whole, by its last entry."""
    caller = city.kiosk()
    booking = city.booking(city.book())
    caller.log.arrived("v1", booking)
    caller.ship()
    city.clock.advance(days=29)
    caller.log.add("admitted", {"visit_id": "v1", "number": "A001"})
    caller.ship()
    city.clock.advance(days=2)
    assert city.desk.retention.run(HERE).entries == 0
    city.clock.advance(days=29)
    assert city.desk.retention.run(HERE).entries == 3
