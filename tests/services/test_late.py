"""Rows of the paper ledger: both times kept, bounded by the day, unusual values typed twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step
from kiosk.services.guard_views import ShiftView
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, Door

SHEET = "B-20200310-01"


def types_in(
    door: Door, celsius: str = "36.5", *, at: datetime | None = None, admitted: bool = True, sheet: str = SHEET
) -> object:
    """Type one row in and return what the screen gets."""
    if door.desk.guarding.guard is None:
        door.signs_in()
    return door.desk.guarding.duty.late_entry(at or make.at(9, 41), celsius, admitted, sheet)


def test_a_row_is_kept_with_both_times_and_counts_as_inside(door: Door) -> None:
    """Happened when the paper says, recorded when it was typed, by whom."""
    assert isinstance(types_in(door), ShiftView)
    (entry,) = [entry for entry in door.entries() if entry.kind == "late_entry"]
    assert (entry.happened_at, entry.recorded_at) == (make.at(9, 41), make.at(10, 5))
    body = entry.data()
    assert (body["guard_id"], body["sheet_no"], body["admitted"], body["outcome"]) == (
        "guard-7",
        SHEET,
        True,
        "normal",
    )
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
    types_in(door, "38.2", admitted=False)
    bodies = door.bodies("late_entry")
    assert [body.get("outcome") for body in bodies] == [None, "elevated"]
    assert [door.visit(body["visit_id"]).step for body in bodies] == [Step.TURNED_AWAY] * 2
    assert door.log.state.count("inside") == 0
    assert door.log.state.open_cases() == []


def test_what_paper_says_never_moves_the_limit_that_others_are_judged_by(door: Door) -> None:
    """Nobody knows with what it was measured."""
    for minute in range(12):
        types_in(door, "35.9", at=make.at(9, minute))
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
    assert shown == wrong if wrong else isinstance(shown, ShiftView)
    assert door.counted()["late_entry"] == (0 if wrong else 1)


@pytest.mark.parametrize("celsius", ["34.9", "39.1", "41"])
def test_an_unusual_value_is_asked_for_once_more(door: Door, celsius: str) -> None:
    """A slip of the finger is no fever; 41 without its tenth is not whole."""
    whole = "." in celsius
    assert types_in(door, celsius, admitted=False) == ("late.again" if whole else "late.incomplete")
    assert door.counted()["late_entry"] == 0
    shown = types_in(door, celsius, admitted=False)
    assert isinstance(shown, ShiftView) is whole
    assert door.counted()["late_entry"] == int(whole)


def test_the_second_time_must_be_the_same_row_by_the_same_guard(door: Door) -> None:
    """Another value, or another row, is asked for anew."""
    door.told(guards=[GUARD, LEADER])
    assert types_in(door, "39.5", admitted=False) == "late.again"
    assert types_in(door, "39.6", admitted=False) == "late.again"
    assert types_in(door, "39.6", admitted=False, at=make.at(9, 42)) == "late.again"
    door.desk.guarding.sign_in(LEADER.id, "1357")
    assert types_in(door, "39.6", admitted=False, at=make.at(9, 42)) == "late.again"
    assert isinstance(types_in(door, "39.6", admitted=False, at=make.at(9, 42)), ShiftView)
    assert types_in(door, "39.6", admitted=False, at=make.at(9, 42)) == "late.again"  # the next row of that kind


@pytest.mark.parametrize(
    ("celsius", "sheet", "admitted"),
    [("", SHEET, True), ("36.5", "", True), ("36.5", "张三", True), ("9x.1", SHEET, False), ("99.9", SHEET, False)],
)
def test_a_row_that_is_not_whole_is_not_taken(door: Door, celsius: str, sheet: str, admitted: bool) -> None:
    """Who was let in was measured; a sheet's number holds no name."""
    assert types_in(door, celsius, sheet=sheet, admitted=admitted) == "late.incomplete"
    assert door.counted()["late_entry"] == 0


def test_nobody_types_rows_in_without_signing_in(door: Door) -> None:
    """Every row names its guard."""
    assert door.desk.guarding.duty.late_entry(make.at(9), "36.5", True, SHEET) is None


def test_a_late_row_counts_at_its_own_hour(door: Door) -> None:
    """The day's overview shows when people came, not when it was typed."""
    types_in(door, at=door.clock.now() - timedelta(hours=1))
    shown = door.desk.guarding.duty.today_maker.view(())
    assert shown.hours == ((9, 1, 0),)
