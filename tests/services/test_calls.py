"""Calls for help: somebody asks for a person, a guard helps, and nothing else is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiosk.domain.visit import Step
from kiosk.services.guard_views import CaseView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard, GuardDetail, View
from tests.domain import builders as make

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.ids import VisitId
    from kiosk.services.views import GuardRow
    from tests.services.builders import Door


def asks(door: Door, visit_id: VisitId | None = None) -> VisitId:
    """Ask for a person and return the visit of the call."""
    called = door.desk.ask_person(visit_id).visit_id
    assert called is not None
    return called


def rows(door: Door) -> tuple[GuardRow, ...]:
    """Return what the guard's board lists."""
    board = door.signs_in()
    assert board is not None
    return board.rows


def helps(door: Door, visit_id: VisitId) -> object:
    """Let the signed-in guard touch "helped"; return what their screen shows next."""
    return door.desk.guarding.guard_act(GuardAct.HELPED, visit_id)


def day(door: Door) -> tuple[tuple[str, int], ...]:
    """Return today's figures."""
    return door.desk.guarding.duty.today_maker.tally().figures()


def refused(door: Door) -> VisitId:
    """Refuse somebody who came hours too early."""
    shown = door.scan(door.books(slot_start=make.at(15), slot_end=make.at(16)))
    assert shown.face is Face.REFUSED
    assert shown.visit_id is not None
    return shown.visit_id


def resting(door: Door) -> VisitId:
    """Measure somebody too cold: they rest."""
    visit_id = door.to_measuring(door.books())
    assert door.reads(visit_id, 3400).face is Face.REST
    return visit_id


def in_line(door: Door, *, by_hand: bool = False) -> VisitId:
    """Fill the hall and put somebody into the line before it."""
    door.told(at_site=make.site(cap=1), cap_share=1)
    assert door.lets_in(door.books()).face is Face.ADMITTED
    visit_id = door.to_measuring(door.books())
    if by_hand:
        door.desk.measure_by_hand(visit_id)
        door.guard_reads(visit_id, 3650)
    else:
        door.reads(visit_id, 3650)
    assert door.visit(visit_id).step is Step.HALL_LINE
    return visit_id


def test_who_only_asked_for_a_person_was_helped_and_not_turned_away(door: Door) -> None:
    """By name, in the log and in the records; in no list and in no figure of the day."""
    called = asks(door)
    (row,) = rows(door)
    assert (row.visit_id, row.needs, row.cause_key) == (called, ("helped", "turn_away"), "asked_person")
    before = day(door)
    assert isinstance(helps(door, called), GuardBoard)
    assert rows(door) == ()
    assert door.desk.idle_facts().waiting_for_guard == 0
    assert door.bodies("helped") == [{"visit_id": called, "guard_id": "guard-7", "ends": True}]
    assert day(door) == before
    assert set(dict(before).values()) == {0}
    assert "turned_away" not in door.kinds()
    over = door.visit(called)
    assert (over.step, over.cause, over.guard_id) == (Step.HELPED, "asked_person", "guard-7")
    assert door.visits.showing.of(over, door.log.state).face is Face.IDLE


def test_the_page_of_who_was_helped_says_so_and_offers_nothing(door: Door) -> None:
    """Opened from the records, where it stays."""
    called = asks(door)
    rows(door)
    helps(door, called)
    page = door.desk.guarding.detail(called)
    assert page is not None
    assert (page.row.state_key, page.cause_key, page.row.needs) == ("helped", "asked_person", ())
    records = door.desk.guarding.duty.records("guards", 0)
    assert not isinstance(records, View)
    assert records is not None
    assert "helped" in {line.kind for line in records.lines}


def test_a_second_touch_and_a_late_one_change_nothing(door: Door) -> None:
    """Two guards, or one in a hurry."""
    called = asks(door)
    rows(door)
    helps(door, called)
    before = door.kinds()
    helps(door, called)
    door.desk.guarding.guard_act(GuardAct.TURN_AWAY, called)
    assert door.kinds() == before


def test_a_stranger_who_called_can_be_turned_away_all_the_same(door: Door) -> None:
    """What happened is what the guard says."""
    called = asks(door)
    rows(door)
    door.desk.guarding.guard_act(GuardAct.TURN_AWAY, called)
    assert (door.visit(called).step, rows(door)) == (Step.TURNED_AWAY, ())


@pytest.mark.parametrize("end", [GuardAct.HELPED, GuardAct.TURN_AWAY])
def test_who_calls_again_after_the_end_is_heard(door: Door, end: GuardAct) -> None:
    """Their screen still says that somebody comes, and offers to call again."""
    called = asks(door)
    rows(door)
    door.desk.guarding.guard_act(end, called)
    again = asks(door, called)
    assert again != called
    assert [row.visit_id for row in rows(door)] == [again]


@pytest.mark.parametrize("where", [resting, in_line, refused])
def test_who_asked_something_on_the_way_stays_where_they_were(door: Door, where: Callable[[Door], VisitId]) -> None:
    """Only the mark goes; the guard stays with the board."""
    visit_id = where(door)
    before = door.visit(visit_id)
    listed = rows(door)
    asks(door, visit_id)
    row = next(item for item in rows(door) if item.visit_id == visit_id)
    assert (row.needs[0], row.cause_key) == ("helped", "asked_person")
    shown = helps(door, visit_id)
    assert isinstance(shown, GuardBoard)
    assert shown.rows == listed
    after = door.visit(visit_id)
    assert (after.step, after.cause, after.reasons) == (before.step, "", before.reasons)
    assert (after.rest_until, after.line_number) == (before.rest_until, before.line_number)
    assert door.bodies("helped")[0]["ends"] is False
    assert door.desk.idle_facts().waiting_for_guard == 0


def test_who_was_too_early_and_asked_may_come_back_in_time(door: Door) -> None:
    """Turned away, their code would be a used one."""
    code = door.books(slot_start=make.at(15), slot_end=make.at(16))
    visit_id = asks(door, door.scan(code).visit_id)
    rows(door)
    helps(door, visit_id)
    door.clock.go_on(minutes=6 * 60)
    assert door.scan(code).face is Face.BOOKING


def test_a_refusal_that_waits_for_a_guard_is_not_answered_by_help(door: Door) -> None:
    """Somebody has still to decide."""
    code = door.books()
    door.lets_in(code)
    again = asks(door, door.scan(code).visit_id)
    (row,) = rows(door)
    assert "helped" not in row.needs
    helps(door, again)
    assert [item.visit_id for item in rows(door)] == [again]


@pytest.mark.parametrize("cause", ["no_data", "by_hand", "elevated"])
def test_whoever_waits_for_something_else_is_not_done_with_by_help(door: Door, cause: str) -> None:
    """Also when they called besides."""
    if cause == "no_data":
        door.clock.go_on(minutes=3 * 24 * 60)
        shown = door.scan(make.booking().number)
    elif cause == "by_hand":
        shown = door.desk.measure_by_hand(door.to_measuring(door.books()))
    else:
        shown = door.reads(door.to_measuring(door.books()), 3800)
    visit_id = asks(door, shown.visit_id)
    (row,) = rows(door)
    assert (row.cause_key, "helped" in row.needs) == (cause, False)
    helps(door, visit_id)
    assert "helped" not in door.kinds()
    assert (door.visit(visit_id).step, door.visit(visit_id).cause) == (Step.GUARD, cause)


def test_a_caller_with_a_case_is_seen_to_by_the_case(door: Door) -> None:
    """A case without its visitor could never be closed."""
    called = asks(door)
    rows(door)
    page = door.desk.guarding.open_case(called, "collapse")
    assert isinstance(page, CaseView)
    shown = door.desk.guarding.detail(called)
    assert isinstance(shown, GuardDetail)
    assert "helped" not in shown.row.needs
    helps(door, called)
    assert door.visit(called).step is Step.GUARD


def test_who_asked_at_the_questions_goes_on_with_them_and_has_been_helped_by_that(door: Door) -> None:
    """Later, at rest, nobody is told that they still call."""
    visit_id = door.to_questions(door.books())
    asks(door, visit_id)
    (row,) = rows(door)
    assert row.needs[0] == "go_on"
    assert "helped" not in row.needs
    door.desk.guarding.guard_act(GuardAct.GO_ON, visit_id)
    assert (door.visit(visit_id).step, door.visit(visit_id).cause) == (Step.DECLARATION, "")
    door.desk.declare(visit_id, ())
    assert door.reads(visit_id, 3400).face is Face.REST
    assert door.desk.idle_facts().waiting_for_guard == 0


def test_a_call_in_the_line_is_heard_whatever_a_guard_was_needed_for_before(door: Door) -> None:
    """Measured by hand, let into the line, and now a question."""
    visit_id = in_line(door, by_hand=True)
    asks(door, visit_id)
    assert door.desk.idle_facts().waiting_for_guard == 1
    assert [(row.visit_id, row.cause_key) for row in rows(door)] == [(visit_id, "asked_person")]


def test_who_rests_and_called_may_go_on_unanswered_and_is_marked_at_the_next_rest(door: Door) -> None:
    """Nobody but a guard says that a guard came."""
    visit_id = resting(door)
    asks(door, visit_id)
    booking = door.visit(visit_id).booking
    assert booking is not None
    door.clock.go_on(minutes=10)
    assert door.scan(booking.number).face is Face.MEASURING
    assert door.reads(visit_id, 3400).face is Face.REST
    assert [row.cause_key for row in rows(door)] == ["asked_person"]


def test_a_finger_that_touches_twice_calls_once(door: Door) -> None:
    """The second touch finds the first; whoever comes later is somebody else."""
    called = asks(door)
    assert asks(door) == called
    assert door.counted()["called"] == 1
    door.clock.go_on(seconds=2)
    assert asks(door) != called
    assert len(rows(door)) == 2


def test_a_clock_that_was_set_back_swallows_no_call(door: Door) -> None:
    """The call before lies in the future then."""
    called = asks(door)
    door.clock.go_on(seconds=-3600)
    assert asks(door) != called
