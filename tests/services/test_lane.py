"""The manual lane: first readings by a guard one after another, while visitors have the kiosk's window."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain import lane
from kiosk.domain.ids import VisitId
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step
from kiosk.services.guard_views import LaneView
from kiosk.services.views import Face, GuardBoard, View
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, Door

COLD_ROOM = 1100
LIMITS = tuple(make.limit(site, ReadingKind.BODY_ESTIMATE, 3730, 3550) for site in (BodySite.FOREHEAD, *lane.SITES))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Return kiosk B at 10:05 in the cold, with limits for wrist and neck."""
    opened = Door(tmp_path, by=make.policy(screening=make.screening(limits=LIMITS)))
    yield opened
    opened.close()


def waits(door: Door) -> VisitId:
    """Let somebody come as far as a cold kiosk leads: measured, and not found normal."""
    visit_id = door.to_measuring(door.books())
    door.clock.go_on(seconds=5)
    assert door.reads(visit_id, 3640, ambient_cc=COLD_ROOM).face is Face.GUARD
    return visit_id


def opened(door: Door) -> LaneView:
    """Sign in and open the lane."""
    door.signs_in()
    shown = door.desk.guarding.lane.view()
    assert shown is not None
    return shown


def given(door: Door) -> None:
    """Sign in, open the lane and give the window to the visitors."""
    opened(door)
    door.desk.guarding.lane.give()


def test_under_16_degrees_everybody_stands_in_the_lane_oldest_first(door: Door) -> None:
    """The kiosk finds nobody normal then; the list holds numbers, and the visitor's screen shows the same one."""
    first, second = waits(door), waits(door)
    shown = opened(door)
    assert [row.visit_id for row in shown.waiting] == [first, second]
    seen = door.desk.unexpected(first)
    assert (seen.face, seen.number) == (Face.GUARD, shown.waiting[0].label)
    assert shown.guard_name == "王*国"


def test_a_normal_wrist_lets_in_and_the_next_one_is_on_top(door: Door) -> None:
    """The number to go in by stands on the guard's screen, since the visitor's own is with somebody else."""
    first, second = waits(door), waits(door)
    opened(door)
    shown = door.desk.guarding.lane.measure(first, "wrist:36.4")
    assert isinstance(shown, LaneView)
    assert [row.visit_id for row in shown.waiting] == [second]
    assert shown.last is not None
    assert (shown.last.celsius, shown.last.outcome, shown.last.number) == ("36.4", Outcome.NORMAL, "B001")
    reading = door.bodies("reading")[-1]["reading"]
    assert (reading["site"], reading["operator_id"], reading["flags"]) == ("wrist", GUARD.id, ["manual"])
    assert isinstance(door.desk.guarding.board(), GuardBoard)  # the guard is still signed in
    assert door.is_proved()


@pytest.mark.parametrize(("value", "outcome"), [("neck:37.4", Outcome.ELEVATED), ("wrist:35.0", Outcome.TOO_COLD_WAIT)])
def test_whoever_is_not_found_normal_leaves_the_lane_for_the_board(door: Door, value: str, outcome: Outcome) -> None:
    """The lane keeps pace; a second look is taken from the board."""
    visit_id = waits(door)
    opened(door)
    shown = door.desk.guarding.lane.measure(visit_id, value)
    assert isinstance(shown, LaneView)
    assert shown.waiting == ()
    assert shown.last is not None
    assert (shown.last.outcome, shown.last.number) == (outcome, "")
    board = door.desk.guarding.board()
    assert board is not None
    assert [row.needs[0] for row in board.rows] == ["measure"]


def test_an_unusual_value_is_recorded_only_when_it_was_given_twice(door: Door) -> None:
    """As everywhere else by hand."""
    visit_id = waits(door)
    opened(door)
    door.desk.guarding.lane.measure(visit_id, "wrist:39.6")
    assert door.counted()["reading"] == 1
    door.desk.guarding.lane.measure(visit_id, "wrist:39.6:39.6")
    assert door.counted()["reading"] == 2


def test_a_touch_too_many_measures_nobody(door: Door) -> None:
    """Twice the same visitor, somebody who never stood there, nonsense: nothing is recorded."""
    visit_id = waits(door)
    opened(door)
    for who, value in [(visit_id, "wrist:36.4"), (visit_id, "wrist:36.5"), (VisitId("x"), "wrist:36.5")]:
        door.desk.guarding.lane.measure(who, value)
    door.desk.guarding.lane.measure(waits(door), "wrist:")
    assert [body["reading"]["value_cc"] for body in door.bodies("reading")] == [3640, 3640, 3640]


def test_without_a_guard_there_is_no_lane(door: Door) -> None:
    """Neither to look at nor to measure in."""
    visit_id = waits(door)
    assert door.desk.guarding.lane.view() is None
    assert door.desk.guarding.lane.measure(visit_id, "wrist:36.4") is None
    door.desk.guarding.lane.give()
    assert door.desk.guarding.lane.view() is None


# at the kiosk's own window


def test_with_the_window_given_a_visitor_goes_from_the_questions_to_the_guard(door: Door) -> None:
    """Past a thermometer that could not find them normal; then their own screen tells their number."""
    given(door)
    visit_id = door.to_questions(door.books())
    led = door.desk.declare(visit_id, ())
    assert (led.face, led.to_lane) == (Face.GUARD, True)
    assert door.visit(visit_id).cause == lane.CAUSE
    shown = door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    assert isinstance(shown, View)
    assert (shown.face, shown.number) == (Face.ADMITTED, "B001")


def test_nobody_signs_in_anew_between_visitors(door: Door) -> None:
    """A whole row of them, a minute apart, by one sign-in."""
    given(door)
    for _ in range(8):
        door.clock.go_on(seconds=60)
        visit_id = door.to_measuring(door.books())
        door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    counted = door.counted()
    assert (counted["signed_in"], counted["signed_out"], counted["admitted"]) == (1, 0, 8)


def test_with_the_window_given_the_rest_of_the_guards_side_is_locked(door: Door) -> None:
    """A visitor at the screen reaches the board no more than on any other day."""
    visit_id = waits(door)
    given(door)
    assert door.desk.guarding.board() is None
    assert door.desk.guarding.detail(visit_id) is None
    assert door.desk.guarding.lane.measure(visit_id, "wrist:37.4") is not None
    assert door.desk.guarding.lane.measure(visit_id, "axilla:36.5") is not None  # no longer in the lane
    assert door.visit(visit_id).step is Step.GUARD
    assert door.counted()["reading"] == 2


def test_a_lane_that_its_guard_left_closes_by_itself(door: Door) -> None:
    """Visitors who touch the screen do not keep it open; what the log knows as the guard's time ends with it."""
    given(door)
    visit_id = door.to_questions(door.books())
    door.clock.go_on(seconds=lane.OPEN_S - 1)
    door.desk.rest_screen()
    led = door.desk.declare(visit_id, ())
    assert led.to_lane
    door.clock.go_on(seconds=2)
    assert door.desk.guarding.lane.measure(visit_id, "wrist:36.4") is None
    assert door.counted()["signed_out"] == 1
    assert door.desk.declare(door.to_questions(door.books()), ()).face is Face.MEASURING


def test_each_reading_keeps_the_lane_open(door: Door) -> None:
    """The time counts from the guard's last touch."""
    given(door)
    for _ in range(3):
        door.clock.go_on(seconds=lane.OPEN_S - 1)
        visit_id = door.to_measuring(door.books())
        assert door.desk.guarding.lane.measure(visit_id, "wrist:36.4") is not None
    assert door.counted()["admitted"] == 3


def test_locking_a_power_cut_and_another_guard_close_the_lane(door: Door) -> None:
    """It never outlives a restart, and works in nobody's name but that of who opened it."""
    door.told(by=door.rules.policy, guards=[GUARD, LEADER])
    given(door)
    door.desk.guarding.sign_out()
    assert door.desk.guarding.lane.view() is None
    given(door)
    door.desk.guarding.sign_in(LEADER.id, "1357")
    door.desk.guarding.lane.give()
    visit_id = door.to_measuring(door.books())
    door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    assert door.bodies("reading")[-1]["reading"]["operator_id"] == LEADER.id
    assert [body["guard_id"] for body in door.bodies("signed_out")] == [GUARD.id, GUARD.id]
    again = door.restarted()
    assert again.desk.guarding.lane.view() is None
    again.close()


def test_whoever_opened_the_lane_comes_back_to_it_by_signing_in(door: Door) -> None:
    """That ends nothing but the lock: no sign-out stands in between."""
    given(door)
    assert isinstance(door.signs_in(), GuardBoard)
    assert door.counted()["signed_out"] == 0


def test_the_station_measures_who_waits_at_a_kiosk_of_the_site(tmp_path: Path) -> None:
    """There the visitors keep their own screen; the visit goes on at the station."""
    policy = make.policy(screening=make.screening(limits=LIMITS))
    kiosk = Door(tmp_path, by=policy)
    station = Door(tmp_path, by=policy, letter="S", clock=kiosk.clock)
    visit_id = waits(kiosk)
    station.hears_site(kiosk.visit(visit_id))
    assert [row.visit_id for row in opened(station).waiting] == [visit_id]
    shown = station.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    assert isinstance(shown, LaneView)
    assert shown.last is not None
    assert shown.last.number == "S001"
    assert station.counted()["adopted"] == 1
    kiosk.close()
    station.close()


def test_a_value_that_was_touched_wrongly_is_corrected_by_a_new_entry(door: Door) -> None:
    """It points at the old one, which stays; a normal value instead of another changes nothing else."""
    visit_id = waits(door)
    opened(door)
    door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    shown = door.desk.guarding.lane.correct(visit_id, "wrist:36.6", "点错")
    assert isinstance(shown, LaneView)
    assert shown.last is not None
    assert (shown.last.celsius, shown.last.number, shown.last.is_recalled) == ("36.6", "B001", False)
    (body,) = door.bodies("corrected")
    read = next(entry for entry in reversed(door.entries()) if entry.kind == "reading")
    assert (body["of_seq"], body["of_hash"], body["value"]) == (read.seq, read.hash, "36.6")
    assert (body["what"], body["guard_id"], body["reason"]) == ("reading", GUARD.id, "点错")
    assert (door.visit(visit_id).step, door.cases.open(door.log.state)) == (Step.ADMITTED, [])
    assert door.is_proved()


def test_who_went_in_by_a_wrong_value_is_called_back_when_the_right_one_is_elevated(door: Door) -> None:
    """An isolation case opens, and calls; the value stands in it, so that nobody releases them by a word."""
    visit_id = waits(door)
    given(door)
    door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    shown = door.desk.guarding.lane.correct(visit_id, "wrist:37.8", "点错")
    assert isinstance(shown, LaneView)
    assert shown.last is not None
    assert (shown.last.celsius, shown.last.is_recalled) == ("37.8", True)
    (case,) = door.cases.open(door.log.state)
    assert (case.visit_id, case.standing().was_elevated) == (visit_id, True)
    assert door.desk.guarding.alarm().labels == ("CB01",)
    assert door.visit(visit_id).step is Step.ADMITTED  # inside until somebody fetches them
    door.desk.guarding.lane.correct(visit_id, "wrist:37.9", "点错")
    assert len(door.cases.open(door.log.state)) == 1
    assert door.is_proved()


def test_only_the_last_one_measured_here_is_corrected(door: Door) -> None:
    """Anybody else, nonsense, a lane that is shut: nothing is recorded."""
    first, second = waits(door), waits(door)
    assert door.desk.guarding.lane.correct(first, "wrist:36.5", "点错") is None
    opened(door)
    door.desk.guarding.lane.correct(first, "wrist:36.5", "点错")
    for visit_id in (first, second):
        door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    for visit_id, value in ((first, "wrist:36.5"), (second, "wrist:"), (second, "wrist:39.9")):
        door.desk.guarding.lane.correct(visit_id, value, "点错")
    assert door.bodies("corrected") == []


def test_a_wrong_touch_is_corrected_after_signing_in_anew_by_who_made_it(door: Door) -> None:
    """The visitor's own screen came in between; another guard corrects nothing of it, and later nobody does here."""
    visit_id = waits(door)
    given(door)
    door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    door.desk.guarding.sign_out()
    door.told(guards=[GUARD, LEADER], by=make.policy(screening=make.screening(limits=LIMITS)))
    door.desk.guarding.sign_in(LEADER.id, "1357")
    shown = door.desk.guarding.lane.view()
    assert shown is not None
    assert shown.last is None
    door.desk.guarding.lane.correct(visit_id, "wrist:37.8", "wrong")
    assert "corrected" not in door.kinds()
    door.desk.guarding.sign_out()
    door.desk.guarding.sign_in(GUARD.id, "2468")
    shown = door.desk.guarding.lane.view()
    assert shown is not None
    assert shown.last is not None
    door.desk.guarding.lane.correct(visit_id, "wrist:37.8", "wrong")
    assert "corrected" in door.kinds()
    door.clock.go_on(minutes=10)
    shown = door.desk.guarding.lane.view()
    assert shown is not None
    assert shown.last is None
