"""Rows of the paper ledger: both times kept, bounded by the day, unusual values typed twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kiosk.domain.paper_sheets import PaperRow
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step
from kiosk.services.guard_views import LateSaved
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, Door

SHEET, CODE = "B-20200310-01", "02031001"


def types_in(
    door: Door,
    celsius: str = "36.5",
    *,
    row: int = 1,
    at: datetime | None = None,
    admitted: bool = True,
    code: str = CODE,
) -> object:
    """Type one row in and return what the screen gets."""
    if door.desk.guarding.guard is None:
        door.signs_in()
    return door.desk.guarding.duty.late_entry(PaperRow(at or make.at(9, 41), celsius, code, row, admitted))


def test_a_row_is_kept_with_both_times_and_counts_as_inside(door: Door) -> None:
    """Happened when the paper says, recorded when it was typed, by whom."""
    assert types_in(door) == LateSaved()
    (entry,) = [entry for entry in door.entries() if entry.kind == "late_entry"]
    assert (entry.happened_at, entry.recorded_at) == (make.at(9, 41), make.at(10, 5))
    body = entry.data()
    assert [body[name] for name in ("guard_id", "sheet_no", "row_no", "admitted", "outcome")] == [
        *("guard-7", SHEET, 1, True, "normal")
    ]
    visit = door.visit(body["visit_id"])
    assert (visit.step, visit.by, visit.admitted_at, visit.readings[0].value_cc) == (
        Step.ADMITTED,
        "paper",
        make.at(9, 41),
        3650,
    )
    assert door.log.state.count("inside") == 1
    assert door.is_proved()


def test_who_was_not_let_in_is_not_inside_and_need_not_have_been_measured(door: Door) -> None:
    """The paper tells what happened; an elevated reading stays one."""
    types_in(door, "", admitted=False)
    types_in(door, "38.2", row=2, admitted=False)
    bodies = door.bodies("late_entry")
    assert [body.get("outcome") for body in bodies] == [None, "elevated"]
    assert [door.visit(body["visit_id"]).step for body in bodies] == [Step.TURNED_AWAY] * 2
    assert door.log.state.count("inside") == 0


def test_an_elevated_row_opens_a_case_that_names_the_guard(door: Door) -> None:
    """Paper does not show how it ended: what became of them is asked until somebody says it."""
    assert types_in(door, "38.2", admitted=False) == LateSaved("CB01")
    (case,) = door.log.state.open_cases()
    (body,) = door.bodies("late_entry")
    assert (case.visit_id, case.standing().guard_id, case.standing().was_elevated) == (
        body["visit_id"],
        "guard-7",
        True,
    )
    assert door.is_proved()


def test_somebody_let_in_with_an_elevated_reading_is_asked_about_once_more(door: Door) -> None:
    """A slip of the finger, or somebody inside who should not be: then a case is open."""
    assert types_in(door, "38.2") == "late.let_in"
    assert door.counted()["late_entry"] == 0
    assert types_in(door, "38.2") == LateSaved("CB01")
    assert door.log.state.count("inside") == 1


def test_the_same_row_goes_in_once(door: Door) -> None:
    """Whatever is typed for it the second time, and after a restart: a wrong figure is corrected, not typed anew."""
    types_in(door)
    assert types_in(door) == "late.twice"
    assert types_in(door, "36.9", at=make.at(9, 50)) == "late.twice"
    again = door.restarted()
    assert types_in(again) == "late.twice"
    assert types_in(again, row=2) == LateSaved()
    assert (again.counted()["late_entry"], again.log.state.count("inside")) == (2, 2)


def test_a_row_that_another_kiosk_took_in_is_not_taken_here(door: Door) -> None:
    """The same row is the same visit, whoever types it: the server's view tells."""
    types_in(door)
    visit = door.visit(door.bodies("late_entry")[0]["visit_id"])
    (door.folder / "other").mkdir()
    other = Door(door.folder / "other", letter="C", clock=door.clock)
    other.hears_site(visit)
    assert types_in(other) == "late.twice"
    other.close()


def test_what_paper_says_never_moves_the_limit_that_others_are_judged_by(door: Door) -> None:
    """Nobody knows with what it was measured."""
    for minute in range(12):
        assert types_in(door, "35.9", row=minute + 1, at=make.at(9, minute)) == LateSaved()
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3680)
    assert door.visit(visit_id).readings[-1].outcome is Outcome.NORMAL


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (make.at(10, 5, 1), "late.future"),
        (make.at(10, 5), ""),
        (make.at(7, 30), ""),
        (make.at(7, 29), "late.bad_time"),
        (make.at(12, day=9), "late.bad_time"),
    ],
)
def test_a_row_lies_between_a_little_before_the_days_opening_and_now(door: Door, at: datetime, wrong: str) -> None:
    """Nothing of the future, nothing of yesterday."""
    shown = types_in(door, at=at)
    assert shown == (wrong or LateSaved())
    assert door.counted()["late_entry"] == (0 if wrong else 1)


@pytest.mark.parametrize("celsius", ["34.9", "39.1", "41"])
def test_an_unusual_value_is_asked_for_once_more(door: Door, celsius: str) -> None:
    """A slip of the finger is no fever; 41 without its tenth is not whole."""
    whole = "." in celsius
    assert types_in(door, celsius, admitted=False) == ("late.again" if whole else "late.incomplete")
    assert door.counted()["late_entry"] == 0
    shown = types_in(door, celsius, admitted=False)
    assert isinstance(shown, LateSaved) is whole
    assert door.counted()["late_entry"] == int(whole)


def test_the_second_time_must_be_the_same_row_by_the_same_guard(door: Door) -> None:
    """Another value, or another row, is asked for anew."""
    door.told(guards=[GUARD, LEADER])
    assert types_in(door, "39.5", admitted=False) == "late.again"
    assert types_in(door, "39.6", admitted=False) == "late.again"
    assert types_in(door, "39.6", admitted=False, at=make.at(9, 42)) == "late.again"
    door.desk.guarding.sign_in(LEADER.id, "1357")
    assert types_in(door, "39.6", admitted=False, at=make.at(9, 42)) == "late.again"
    assert types_in(door, "39.6", admitted=False, at=make.at(9, 42)) == LateSaved("CB01")
    assert types_in(door, "39.6", row=2, admitted=False, at=make.at(9, 42)) == "late.again"  # the next of that kind


@pytest.mark.parametrize(
    ("celsius", "code", "row", "admitted", "wrong"),
    [
        ("", CODE, 1, True, "late.incomplete"),
        ("9x.1", CODE, 1, False, "late.incomplete"),
        ("99.9", CODE, 1, False, "late.incomplete"),
        ("36.5", "", 1, True, "late.bad_sheet"),
        ("36.5", "张三", 1, True, "late.bad_sheet"),
        ("36.5", "27031001", 1, True, "late.bad_sheet"),
        ("36.5", CODE, 0, True, "late.bad_row"),
        ("36.5", CODE, 21, True, "late.bad_row"),
    ],
)
def test_a_row_that_is_not_whole_is_not_taken(
    door: Door, celsius: str, code: str, row: int, admitted: bool, wrong: str
) -> None:
    """Who was let in was measured; a sheet's number holds no name; a page has as many rows as were printed."""
    assert types_in(door, celsius, code=code, row=row, admitted=admitted) == wrong
    assert door.counted()["late_entry"] == 0


def test_nobody_types_rows_in_without_signing_in(door: Door) -> None:
    """Every row names its guard."""
    assert door.desk.guarding.duty.late_entry(PaperRow(make.at(9), "36.5", CODE, 1, True)) is None


def test_a_late_row_counts_at_its_own_hour(door: Door) -> None:
    """The day's overview shows when people came, not when it was typed."""
    types_in(door, at=door.clock.now() - timedelta(hours=1))
    shown = door.desk.guarding.duty.today_maker.view(())
    assert shown.hours == ((9, 1, 0),)


def test_the_page_of_a_row_tells_nobody_to_tell_a_number(door: Door) -> None:
    """They went in hours ago, by the paper."""
    types_in(door)
    (body,) = door.bodies("late_entry")
    shown = door.desk.guarding.detail(body["visit_id"])
    assert shown is not None
    assert shown.row.state_key == "on_paper"
