"""Isolation cases at the guard's screens: what is offered, what is refused and why, and what every place is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.domain.case import Case, CaseAct, CaseEvent, CaseStep, Cause, Disposition, Hindrance, Opening, Role
from kiosk.domain.due import Need
from kiosk.domain.ids import CaseId, GuardId, KioskId, VisitId
from kiosk.domain.isolation_area import Room
from kiosk.domain.plan import PlaceState, Situation
from kiosk.domain.visit import Step
from kiosk.errors import StoreFull
from kiosk.services.guard_desk import read_wish
from kiosk.services.guard_views import AreaView, CaseView, EarlierView, PlanView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard, GuardDetail, View
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, SUPERVISOR, Door

if TYPE_CHECKING:
    from pathlib import Path


def flagged(door: Door, **booking: Any) -> tuple[VisitId, CaseId]:
    """Measure somebody elevated; the case is opened by the program, and nobody has it."""
    visit_id = door.to_measuring(door.books(**booking))
    door.reads(visit_id, 3780)
    with door.log.act() as act:
        return visit_id, door.cases.begin(act, visit_id, "elevated")


def signs_in(door: Door, pin: str = "2468", **told: Any) -> GuardBoard:
    """Sign in by this PIN: the guard's, the shift leader's or the supervisor's; `told`: newer documents."""
    door.told(guards=[GUARD, LEADER, SUPERVISOR], **told)
    who = {"2468": GUARD, "1357": LEADER, "9753": SUPERVISOR}[pin]
    board = door.desk.guarding.sign_in(who.id, pin)
    assert board is not None
    return board


def does(door: Door, case_id: CaseId, event: str, value: str = "", minutes_ago: int = 0) -> CaseView:
    """Do one thing for a case; return its page."""
    page = door.desk.guarding.case_act(case_id, event, value, minutes_ago)
    assert isinstance(page, CaseView), page
    return page


def offered(page: CaseView) -> dict[str, Hindrance | None]:
    """Return what a page offers and why not, in its order."""
    return {choice.event.value: choice.hindrance for choice in page.choices}


def endings(page: CaseView) -> dict[Disposition, Hindrance | None]:
    """Return the dispositions and what hinders each."""
    return {choice.disposition: choice.hindrance for choice in page.dispositions}


def reads(door: Door, visit_id: VisitId, celsius: str) -> None:
    """Take a clinical reading and type it twice."""
    door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, f"axilla:{celsius}:{celsius}")


def elsewhere(case_id: str, *acts: CaseAct, opened_min_ago: float = 1, door: Door, **changes: Any) -> Case:
    """Return a case that kiosk C opened."""
    at = door.clock.now() - timedelta(minutes=opened_min_ago)
    plain: dict[str, Any] = {"at": at, "label": "CC01", "kiosk_id": KioskId("kiosk-C"), "cause": Cause.ELEVATED}
    return Case(CaseId(case_id), VisitId(f"v-{case_id}"), Opening(**{**plain, "was_elevated": True, **changes}), acts)


# signing in comes first


def test_nothing_is_shown_or_done_for_a_case_without_signing_in(door: Door) -> None:
    """Only "seen" is: it names nobody and decides nothing."""
    visit_id, case_id = flagged(door)
    guarding = door.desk.guarding
    asked = (guarding.case(case_id), guarding.area(), guarding.open_case(visit_id, "guard"))
    assert (*asked, guarding.case_act(case_id, "acknowledged")) == (None,) * 4
    assert door.bodies("case_acted") == []
    guarding.seen()
    guarding.seen()
    guarding.seen(case_id)
    assert [body["event"] for body in door.bodies("case_acted")] == ["seen"]


# the page of a case


def test_a_flagged_case_says_what_happened_and_what_comes_next(door: Door) -> None:
    """First things first; nobody has it; the plan leads."""
    visit_id, case_id = flagged(door)
    signs_in(door)
    page = door.desk.guarding.case(case_id)
    assert page is not None
    assert (page.visit_id, page.label, page.cause, page.step) == (visit_id, "CB01", Cause.ELEVATED, CaseStep.FLAGGED)
    assert (page.guard, page.kiosk, page.need, page.level) == ("", "", Need.ACKNOWLEDGE, 0)
    assert [reading[1:] for reading in page.readings] == [("37.8", "elevated", "forehead")]
    assert list(offered(page)) == ["acknowledged", "placed", "measured", "disposed", "remarked"]
    assert [place_id for place_id, _ in page.free_places] == ["room_1", "room_2"]
    assert page.run is not None
    assert (page.run.situation, [step.step_id for step in page.run.steps]) == (Situation.ELEVATED, ["take"])
    assert [line.event for line in page.history] == ["opened"]
    assert page.others_age_s is None


def test_a_case_goes_its_way_and_the_page_always_names_the_next_need(door: Door) -> None:
    """Taken, placed, measured, released; a guard who does the last thing closes it by that."""
    visit_id, case_id = flagged(door)
    signs_in(door)
    page = does(door, case_id, "acknowledged")
    assert (page.step, page.guard, page.need) == (CaseStep.ACKNOWLEDGED, "王*国", Need.PLACE)
    page = does(door, case_id, "placed", "room_1")
    assert (page.step, page.need, page.place) == (CaseStep.PLACED, Need.MEASURE, make.plan().places[0].name)
    assert endings(page)[Disposition.RELEASED] is Hindrance.NOT_NORMAL
    reads(door, visit_id, "36.5")
    page = door.desk.guarding.case(case_id)
    assert page is not None
    assert (page.need, endings(page)[Disposition.RELEASED]) == (Need.DECIDE, None)
    shown = door.desk.guarding.case_act(case_id, "disposed", "released")
    assert isinstance(shown, View)
    assert (shown.face, door.visit(visit_id).step) == (Face.ADMITTED, Step.ADMITTED)
    signs_in(door)  # the screen was the visitor's, with their number
    page = door.desk.guarding.case(case_id)
    assert page is not None
    assert (page.need, [place_id for place_id, _ in page.dirty]) == (Need.CLEAN, ["room_1"])
    assert offered(page)["closed"] is Hindrance.NOT_CLEAN
    page = does(door, case_id, "cleaned", "room_1")
    assert (page.step, page.undone) == (CaseStep.CLOSED, 1)  # a step of the plan was not ticked
    assert door.cases.open(door.log.state) == []
    assert door.is_proved()


def test_a_closed_case_tells_which_steps_were_not_ticked_and_they_still_can_be(door: Door) -> None:
    """It blocks nothing: the case is closed. With the last step ticked there is nothing more to tell."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "disposed", "escorted")
    page = does(door, case_id, "closed", "")
    assert page.run is not None
    assert (page.step, page.choices, [step.ticked_at for step in page.run.steps]) == (CaseStep.CLOSED, (), [None])
    door.clock.go_on(minutes=30)
    page = does(door, case_id, "ticked", "take", 20)
    assert page.run is not None
    ticked = page.run.steps[0].ticked_at
    assert ticked is not None
    assert page.undone == 0
    assert round((door.clock.now() - ticked).total_seconds() / 60) == 20
    assert door.is_proved()


def test_who_places_or_ends_a_case_that_nobody_has_takes_it_by_that(door: Door) -> None:
    """One touch for a hurried guard, two entries in the log."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "placed", "room_1")
    assert [body["event"] for body in door.bodies("case_acted")] == ["acknowledged", "placed"]
    assert {body["guard_id"] for body in door.bodies("case_acted")} == {GUARD.id}


@pytest.mark.parametrize(
    ("event", "value"),
    [
        ("placed", "cellar"),
        ("placed", "tent"),  # the overflow, while a room is free
        ("placed", ""),
        ("cleaned", "room_1"),
        ("disposed", "released"),
        ("disposed", "referred"),
        ("disposed", "referred:nobody"),
        ("disposed", "opened_in_error"),
        ("disposed", "forgotten"),
        ("reported", "nobody"),
        ("reported", ""),
        ("ticked", "dance"),
        ("ticked", ""),
        ("remarked", "  "),
        ("measured", "36.5"),
        ("escalated", ""),
        ("closed", ""),
        ("co_signed", ""),
        ("nonsense", ""),
    ],
)
def test_what_may_not_be_done_changes_nothing(door: Door, event: str, value: str) -> None:
    """No entry, no half of one: not even the taking that would have come before."""
    visit_id, case_id = flagged(door)
    signs_in(door)
    before = door.kinds()
    door.desk.guarding.case_act(case_id, event, value)
    assert door.kinds() == before
    assert door.visit(visit_id).step is Step.GUARD


def test_what_a_guard_touched_is_read_whole_or_not_at_all() -> None:
    """A remark is cut to a few words' length."""
    wish = read_wish("disposed", "referred:clinic")
    assert wish is not None
    assert (wish.disposition, wish.to) == (Disposition.REFERRED, "clinic")
    note = read_wish("remarked", "x" * 999)
    assert note is not None
    assert len(note.note) == 200
    assert read_wish("cleaned", "room_1") is not None
    assert read_wish("acknowledged", "") is not None


def test_a_case_moves_to_another_place_and_both_are_cleaned(door: Door) -> None:
    """The first while the visitor sits in the second."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "placed", "room_1")
    page = does(door, case_id, "placed", "room_2")
    assert [place_id for place_id, _ in page.dirty] == ["room_1"]
    assert offered(page)["cleaned"] is None
    page = does(door, case_id, "cleaned", "room_1")
    assert (page.step, page.dirty, offered(page)["cleaned"]) == (CaseStep.PLACED, (), Hindrance.NO_PLACE)


def test_facts_are_kept_and_shown_in_the_history(door: Door) -> None:
    """Who, what, to whom; the visitor's name nowhere."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "acknowledged")
    does(door, case_id, "ticked", "take")
    does(door, case_id, "ticked", "take")
    does(door, case_id, "reported", "clinic")
    page = does(door, case_id, "remarked", "calm")
    assert [line.event for line in page.history] == ["opened", "acknowledged", "ticked", "reported", "remarked"]
    assert {line.who for line in page.history[1:]} == {"王*国"}
    assert page.history[-1].detail == "case.note.calm"  # in the words of whoever reads it
    page = does(door, case_id, "remarked", "坐着休息")
    assert page.history[-1].detail == "坐着休息"
    assert [name for name, _ in page.reported] == [make.plan().contacts[3].name]
    assert page.run is not None
    assert page.run.steps[0].ticked_at is not None
    assert "张" not in repr(page)


def test_what_was_done_earlier_keeps_its_real_time(door: Door) -> None:
    """A guard leads the visitor away first and touches the screen afterwards: the case tells when it really was."""
    visit_id, case_id = flagged(door)
    signs_in(door)
    door.clock.go_on(minutes=25)
    asked = door.desk.guarding.duty.earlier(case_id)
    assert isinstance(asked, EarlierView)
    assert [place_id for place_id, _ in asked.places] == ["room_1", "room_2"]
    assert asked.contacts == ()  # nobody has the case yet
    assert [minutes for minutes, _ in asked.times] == [5, 10, 20, 25]
    now, guarding = door.clock.now(), door.desk.guarding
    guarding.case_act(case_id, "placed", "room_1", 20)
    guarding.case_act(case_id, "placed", "room_2", 120)  # not before the first place
    guarding.case_act(case_id, "reported", "leader", 10)
    guarding.case_act(case_id, "acknowledged", "", 10)
    reads(door, visit_id, "36.7")
    door.desk.guarding.case_act(case_id, "disposed", "released", 10)
    acts = [(item.happened_at, item.data()) for item in door.entries() if item.kind == "case_acted"]
    ago = [(body["event"], round((now - at).total_seconds() / 60)) for at, body in acts]
    placed = [("acknowledged", 20), ("placed", 20), ("placed", 20)]
    assert ago == [*placed, ("reported", 10), ("disposed", 0)]
    assert door.is_proved()


def test_a_disposition_is_corrected_while_nothing_forbids_it(door: Door) -> None:
    """Turned away, then it was the ambulance after all."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "placed", "room_1")
    page = does(door, case_id, "disposed", "turned_away")
    assert endings(page)[Disposition.RELEASED] is Hindrance.NOT_NOW
    assert endings(page)[Disposition.REFERRED] is None
    page = does(door, case_id, "disposed", "referred:clinic")
    assert (page.disposition, page.disposed_to) == (Disposition.REFERRED, make.plan().contacts[3].name)
    told = [(line.detail, line.to) for line in page.history if line.event == "disposed"]
    assert told == [("case.disposition.turned_away", ""), ("case.disposition.referred", make.plan().contacts[3].name)]
    assert door.counted()["turned_away"] == 1


def test_opened_in_error_after_an_elevated_reading_is_the_shift_leaders_word(door: Door) -> None:
    """The guard sees why not; the leader's word sends the visitor back to the thermometer."""
    visit_id, case_id = flagged(door)
    signs_in(door)
    page = door.desk.guarding.case(case_id)
    assert page is not None
    assert endings(page)[Disposition.OPENED_IN_ERROR] is Hindrance.ROLE
    signs_in(door, "1357")
    page = does(door, case_id, "disposed", "opened_in_error")
    assert (page.step, page.undone) == (CaseStep.CLOSED, 0)
    assert door.visit(visit_id).step is Step.MEASURING


def test_where_the_plan_wants_two_a_second_guard_signs(door: Door) -> None:
    """Not the one who decided; the second signature closes the case."""
    two = make.plan(co_signed=(Disposition.ESCORTED,))
    door.told(plan=two)
    _, case_id = flagged(door)
    signs_in(door, plan=two)
    page = does(door, case_id, "disposed", "escorted")
    assert (page.need, offered(page)["co_signed"]) == (Need.SIGN, Hindrance.NOT_SIGNED)
    assert does(door, case_id, "co_signed").step is CaseStep.DISPOSED
    signs_in(door, "1357", plan=two)
    page = door.desk.guarding.case(case_id)
    assert page is not None
    assert offered(page)["co_signed"] is None
    assert does(door, case_id, "co_signed").step is CaseStep.CLOSED
    signed = next(body for body in door.bodies("case_acted") if body["event"] == "co_signed")
    assert (signed["disposition"], signed["guard_id"]) == ("escorted", LEADER.id)


# several cases, the area, the plan


def test_two_elevated_at_once_are_a_situation_of_their_own(door: Door) -> None:
    """Doubt the thermometer, keep them apart."""
    _, first = flagged(door)
    signs_in(door)
    page = door.desk.guarding.case(first)
    assert page is not None
    assert page.run is not None
    assert (page.run.situation, page.beside) == (Situation.ELEVATED, ())
    flagged(door)
    page = door.desk.guarding.case(first)
    assert page is not None
    assert page.run is not None
    assert page.run.situation is Situation.ELEVATED
    assert [(item, is_handled) for item, _, is_handled in page.beside] == [(Situation.SEVERAL_ELEVATED, False)]
    door.clock.go_on(minutes=3)
    begun = door.desk.guarding.duty.begin_situation(Situation.SEVERAL_ELEVATED)
    assert isinstance(begun, PlanView)
    run = next(run for run in begun.running if run.situation is Situation.SEVERAL_ELEVATED)
    assert (run.begun_at, run.case_id) == (door.clock.now(), None)  # nothing of it is late from the beginning
    page = door.desk.guarding.case(first)
    assert page is not None
    assert [is_handled for *_, is_handled in page.beside] == [True]
    does(door, first, "placed", "room_1")
    does(door, first, "disposed", "turned_away")
    left = door.desk.guarding.duty.plan()
    assert isinstance(left, PlanView)
    assert run.run_id in {item.run_id for item in left.running}  # it ends by somebody's word, not with one of its cases


def test_a_collapse_keeps_its_own_steps_whatever_the_area_is_like(door: Door) -> None:
    """The ambulance first; nobody who collapsed is carried to a place."""
    ids = [flagged(door)[1] for _ in range(4)]
    signs_in(door)
    for case_id, place in zip(ids, ("room_1", "room_2", "tent", "tent"), strict=True):
        does(door, case_id, "placed", place)
    page = door.desk.guarding.open_case(None, "collapse")
    assert isinstance(page, CaseView)
    assert page.run is not None
    assert (page.run.situation, page.beside) == (Situation.COLLAPSE, ())
    named = {step.contact.contact_id for step in page.run.steps if step.contact is not None}
    assert page.contacts[0].contact_id in named


def test_a_full_area_opens_the_overflow_and_then_says_that_nothing_is_left(door: Door) -> None:
    """Full is a situation of its own; whoever waits without a place is named."""
    ids = [flagged(door)[1] for _ in range(5)]
    signs_in(door)
    for case_id, place in zip(ids, ("room_1", "room_2", "tent", "tent"), strict=False):
        page = does(door, case_id, "placed", place)
    area = door.desk.guarding.area()
    assert isinstance(area, AreaView)
    assert [(place.place_id, place.state, len(place.inside)) for place in area.places] == [
        ("room_1", PlaceState.TAKEN, 1),
        ("room_2", PlaceState.TAKEN, 1),
        ("tent", PlaceState.TAKEN, 2),
    ]
    assert (area.room, area.free_from, area.waiting) == (Room.NONE, None, ((ids[4], "CB05"),))
    page = door.desk.guarding.case(ids[4])
    assert page is not None
    assert (page.free_places, offered(page)["placed"]) == ((), Hindrance.NO_PLACE)
    assert page.run is not None
    assert page.run.situation is Situation.ELEVATED
    assert {item for item, _, _ in page.beside} == {Situation.AREA_FULL, Situation.SEVERAL_ELEVATED}
    board = door.desk.guarding.board()
    assert board is not None
    assert board.room is Room.NONE
    assert door.desk.guarding.case_act(ids[4], "placed", "room_1") == page
    does(door, ids[0], "disposed", "turned_away")
    area = door.desk.guarding.area()
    assert area is not None
    assert area.to_clean == ((ids[0], "CB01", "room_1"),)


# somebody without a visit


def test_somebody_who_faints_in_the_queue_has_a_case_without_a_visit(door: Door) -> None:
    """By the guard's own word, taken by that; measured, referred, closed."""
    signs_in(door)
    page = door.desk.guarding.open_case(None, "collapse")
    assert isinstance(page, CaseView)
    assert (page.step, page.cause, page.guard) == (CaseStep.ACKNOWLEDGED, Cause.COLLAPSE, "王*国")
    assert page.run is not None
    assert page.run.situation is Situation.COLLAPSE
    after = door.desk.guarding.guard_act(GuardAct.MEASURE, page.visit_id, "axilla:38.6")
    assert isinstance(after, CaseView)
    assert [celsius for _, celsius, _, _ in after.readings] == ["38.6"]
    assert after.need is Need.REPORT  # help is called first
    does(door, page.case_id, "disposed", "referred:clinic")
    assert does(door, page.case_id, "reported", "clinic").step is CaseStep.CLOSED
    assert door.is_proved()


def test_a_reading_for_nobody_is_none(door: Door) -> None:
    """No case, no visit: nothing is recorded."""
    signs_in(door)
    before = door.kinds()
    door.desk.guarding.guard_act(GuardAct.MEASURE, VisitId("nobody"), "axilla:36.6")
    assert door.kinds() == before


def test_a_guard_opens_a_case_for_a_visit_by_their_own_word(door: Door) -> None:
    """Wherever the visitor is before the end; a second wish takes up the first case."""
    visit_id = door.to_measuring(door.books())
    signs_in(door)
    page = door.desk.guarding.open_case(visit_id, "guard")
    assert isinstance(page, CaseView)
    assert door.visit(visit_id).step is Step.GUARD
    again = door.desk.guarding.open_case(visit_id, "collapse")
    assert isinstance(again, CaseView)
    assert again.case_id == page.case_id
    assert door.desk.guarding.open_case(visit_id, "boredom") is None


def test_a_case_of_somebody_who_is_inside_leaves_them_inside(door: Door) -> None:
    """Who faints in the hall was let in all the same; the number inside stays."""
    view = door.lets_in(door.books())
    assert view.visit_id is not None
    inside = door.hall.inside(door.log.state)
    signs_in(door)
    page = door.desk.guarding.open_case(view.visit_id, "collapse")
    assert isinstance(page, CaseView)
    reads(door, view.visit_id, "38.9")
    page = does(door, page.case_id, "placed", "room_1")
    assert page.readings[-1][1:] == ("38.9", "elevated", "axilla")  # of the case, although they were let in
    does(door, page.case_id, "disposed", "referred:clinic")
    assert door.visit(view.visit_id).step is Step.ADMITTED
    assert door.hall.inside(door.log.state) == inside


# who refuses to be measured


def test_a_refusal_is_an_entry_and_no_way_in(door: Door) -> None:
    """The guard may turn them away, or measure after all when they agree."""
    visit_id = door.to_measuring(door.books())
    door.desk.measure_by_hand(visit_id)
    signs_in(door)
    door.desk.guarding.guard_act(GuardAct.REFUSES_MEASURING, visit_id)
    assert door.bodies("refused_measuring") == [{"visit_id": visit_id, "guard_id": GUARD.id, "cause": "refusal"}]
    visit = door.visit(visit_id)
    assert (visit.step, visit.cause) == (Step.GUARD, "refusal")
    allowed = door.guards.allowed(visit, door.log.state)
    assert GuardAct.ADMIT not in allowed
    assert {GuardAct.MEASURE, GuardAct.TURN_AWAY} <= set(allowed)
    assert door.guard_reads(visit_id, 3650).face is Face.ADMITTED


def test_cleaning_is_not_offered_where_no_place_was_used(door: Door) -> None:
    """That they have to leave first is no reason once they have, and there is nothing to clean."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "acknowledged")
    page = does(door, case_id, "disposed", "turned_away")
    assert CaseEvent.CLEANED not in {choice.event for choice in page.choices}


# at a station


def test_at_a_station_who_is_let_in_leaves_the_guard_where_they_were(door: Door) -> None:
    """No visitor stands there: the page tells the number, and the guard goes on without signing in anew."""
    door.desk.guarding.is_station = True
    visit_id, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "acknowledged")
    does(door, case_id, "placed", "room_1")
    reads(door, visit_id, "36.5")
    page = door.desk.guarding.case_act(case_id, "disposed", "released")
    assert isinstance(page, GuardDetail)
    assert (page.row.state_key, page.cause_key, page.number) == ("admitted", "admitted", "B001")
    assert does(door, case_id, "cleaned", "room_1").step is CaseStep.CLOSED


def test_at_a_station_a_reading_that_lets_somebody_in_tells_the_number(door: Door) -> None:
    """Measured at the station, admitted by it, and the guard stays signed in."""
    door.desk.guarding.is_station = True
    visit_id = door.to_measuring(door.books())
    door.desk.measure_by_hand(visit_id)
    signs_in(door)
    page = door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "axilla:36.5")
    assert isinstance(page, GuardDetail)
    assert (page.number, page.row.needs) == ("B001", ())
    assert door.desk.guarding.guard is not None


def test_at_a_station_who_may_come_in_after_all_is_sent_to_the_kiosk_with_the_code(door: Door) -> None:
    """The line would only disappear, and the visitor stand there: the page says what they do next."""
    door.desk.guarding.is_station = True
    code = door.books(slot_start=make.at(8, 30), slot_end=make.at(9))
    refused = door.scan(code).visit_id
    assert refused is not None
    signs_in(door)
    assert isinstance(door.desk.guarding.guard_act(GuardAct.OVERRIDE, refused, "because"), GuardBoard)
    page = door.desk.guarding.guard_act(GuardAct.OVERRIDE, refused, "slot_missed")
    assert isinstance(page, GuardDetail)
    assert (page.row.state_key, page.row.needs) == ("at_kiosk", ())
    assert door.desk.guarding.guard is not None
    assert door.scan(code).face is Face.DECLARATION


# the board


def test_the_board_has_one_row_for_each_case_the_most_overdue_first(door: Door) -> None:
    """In the visit's place, not beside it."""
    visit_id, old = flagged(door)
    door.clock.go_on(seconds=70)
    waiting = door.to_measuring(door.books())
    door.reads(waiting, 3780)
    door.clock.go_on(seconds=70)
    _, new = flagged(door)
    board = signs_in(door)
    rows = [(row.case_id, row.level) for row in board.rows]
    assert rows == [(old, 1), (None, 0), (new, 0)]
    assert [row.visit_id for row in board.rows].count(visit_id) == 1
    row = board.rows[0]
    assert (row.label, row.state_key, row.kiosk, row.place, row.due) == ("CB01", "case_flagged", "", None, row.due)
    assert row.due is not None
    does(door, old, "placed", "room_2")
    board = door.desk.guarding.board()
    assert board is not None
    placed = next(row for row in board.rows if row.case_id == old)
    assert (placed.state_key, placed.place) == ("case_placed", make.plan().places[1].name)
    assert board.cases_open == 2


# other places of the site


def test_a_case_of_another_kiosk_is_shown_and_acted_for_here(door: Door) -> None:
    """The entries are this kiosk's own; who was put into a place there takes it here."""
    taken = CaseAct(1, door.clock.now(), KioskId("kiosk-C"), 1, 1, CaseEvent.ACKNOWLEDGED, GuardId("guard-3"))
    there = replace(taken, turn=2, seq=2, event=CaseEvent.PLACED, place_id="room_1")
    door.hears_site(cases=[elsewhere("c1", taken, there, door=door), elsewhere("c2", door=door, label="CC02")])
    board = signs_in(door)
    assert [(row.label, row.kiosk, row.state_key) for row in board.rows] == [
        ("CC02", "kiosk-C", "case_flagged"),  # due before the reading of the other
        ("CC01", "kiosk-C", "case_placed"),
    ]
    page = does(door, CaseId("c2"), "acknowledged")
    assert [place_id for place_id, _ in page.free_places] == ["room_2"]
    assert (page.kiosk, page.guard, page.others_age_s) == ("kiosk-C", "王*国", 0)
    page = door.desk.guarding.case(CaseId("c1"))
    assert page is not None
    assert page.guard == "guard-3"  # nobody whom this site's list knows
    assert {body["case_id"] for body in door.bodies("case_acted")} == {"c2"}
    assert door.bodies("case_opened") == []


def test_an_act_comes_after_all_that_its_guard_could_see(door: Door) -> None:
    """Its turn is one more than the highest, wherever that was."""
    taken = CaseAct(41, door.clock.now(), KioskId("office"), 1, 1, CaseEvent.ACKNOWLEDGED, GuardId("guard-3"))
    door.hears_site(cases=[elsewhere("c1", taken, door=door)])
    signs_in(door)
    does(door, CaseId("c1"), "placed", "room_1")
    assert [body["turn"] for body in door.bodies("case_acted")] == [42]


def test_a_decision_that_came_too_late_is_shown_as_such(door: Door) -> None:
    """It is kept; the page says that it does not count."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "placed", "room_1")
    own = door.cases.case(door.log.state, case_id)
    assert own is not None
    early = door.clock.now() - timedelta(seconds=30)
    theirs = CaseAct(2, early, KioskId("kiosk-C"), 1, 1, CaseEvent.DISPOSED, GuardId("guard-3"), Role.LEADER)
    door.hears_site(cases=[replace(own, acts=(*own.acts[:1], replace(theirs, disposition=Disposition.ESCORTED)))])
    page = door.desk.guarding.case(case_id)
    assert page is not None
    assert (page.step, page.disposition) == (CaseStep.DISPOSED, Disposition.ESCORTED)
    assert [(line.event, line.is_void) for line in page.history][-1] == ("placed", True)
    assert [place_id for place_id, _ in page.dirty] == ["room_1"]


def test_a_visit_of_another_kiosk_is_shown_and_taken_over_by_the_first_act(door: Door, tmp_path: Path) -> None:
    """Its guard's act here is an entry here; from then on it is this kiosk's."""
    folder = tmp_path / "other"
    folder.mkdir()
    other = Door(folder, letter="C", clock=door.clock)
    visit_id = other.to_measuring(other.books())
    other.desk.measure_by_hand(visit_id)
    door.hears_site(other.visit(visit_id))
    board = signs_in(door)
    assert [(row.visit_id, row.kiosk) for row in board.rows] == [(visit_id, "kiosk-C")]
    shown = door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "axilla:36.6")
    assert isinstance(shown, View)
    assert door.visit(visit_id).step is Step.ADMITTED
    assert door.kinds()[-3:] == ["reading", "admitted", "signed_out"]
    assert door.counted()["adopted"] == 1
    other.hears_site(door.visit(visit_id))
    assert other.board.rows(other.log.state) == []
    assert other.guard(GuardAct.TURN_AWAY, visit_id).face is not Face.ADMITTED
    assert other.counted()["turned_away"] == 0
    other.close()


def test_a_visit_that_somebody_stands_with_elsewhere_is_left_alone(door: Door, tmp_path: Path) -> None:
    """The screen there is theirs."""
    folder = tmp_path / "other"
    folder.mkdir()
    other = Door(folder, letter="C", clock=door.clock)
    visit_id = other.to_measuring(other.books())
    door.hears_site(other.visit(visit_id))
    signs_in(door)
    door.desk.guarding.guard_act(GuardAct.TURN_AWAY, visit_id)
    assert door.counted()["adopted"] == 0
    other.close()


def test_a_case_survives_a_restart_and_a_shift_change(door: Door) -> None:
    """Another guard goes on where the first one stopped, after a power cut."""
    _, case_id = flagged(door)
    signs_in(door)
    does(door, case_id, "placed", "room_1")
    door.desk.guarding.sign_out()
    again = door.restarted()
    board = signs_in(again, "1357")
    assert [row.case_id for row in board.rows] == [case_id]
    page = does(again, case_id, "disposed", "escorted")
    assert page.guard == "李*长"
    again.close()


def test_a_log_that_cannot_be_written_does_nothing_for_a_case_and_says_so(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No act is shown as done."""
    visit_id, case_id = flagged(door)
    signs_in(door)

    def full(*_args: object) -> object:
        raise StoreFull("no room")

    monkeypatch.setattr(door.log, "check_fork", full)
    shown = door.desk.guarding.case_act(case_id, "acknowledged")
    assert isinstance(shown, View)
    assert shown.face is Face.OUT_OF_ORDER
    assert door.desk.guarding.guard is None
    assert door.desk.guarding.open_case(visit_id, "guard") is None
    door.desk.guarding.seen()
    assert door.desk.health.broken == "store_full"
