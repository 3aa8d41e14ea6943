"""Walk-ins: without a booking by a guard's word, then questioned, measured and numbered like everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.domain.ids import KioskId, VisitId
from kiosk.domain.visit import Step
from kiosk.domain.walk_in import GREEN, WalkIn
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard, View
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, SUPERVISOR, Door

ALONE = sorted(set(WalkIn) - {WalkIn.COMPANION, WalkIn.CHILD, WalkIn.APPROVED})


def walks_in(door: Door, why: str, with_visit: VisitId | None = None, pin: str = "2468") -> View | GuardBoard | None:
    """Let somebody begin without a booking."""
    door.told(guards=[GUARD, LEADER, SUPERVISOR])
    who = {"2468": GUARD, "1357": LEADER, "9753": SUPERVISOR}[pin]
    door.desk.guarding.sign_in(who.id, pin)
    return door.desk.guarding.duty.walk_in(why, with_visit)


def begins(door: Door, why: str, with_visit: VisitId | None = None, pin: str = "2468") -> VisitId:
    """Let somebody begin without a booking and return the visit, which is asked the questions now."""
    shown = walks_in(door, why, with_visit, pin)
    assert isinstance(shown, View)
    assert shown.face is Face.DECLARATION
    assert shown.visit_id is not None
    return shown.visit_id


def test_the_screens_of_a_walk_in_say_whose_turn_it_is_by_the_number_that_the_guard_sees(door: Door) -> None:
    """Nobody's name is known, and somebody else may step up before the questions are answered."""
    asked = walks_in(door, "no_phone")
    assert isinstance(asked, View)
    assert asked.visit_id is not None
    label = door.visit(asked.visit_id).label
    measuring = door.desk.declare(asked.visit_id, ())
    assert [(view.face, view.number) for view in (asked, measuring)] == [
        (Face.DECLARATION, label),
        (Face.MEASURING, label),
    ]


@pytest.mark.parametrize("why", ALONE)
def test_a_walk_in_is_asked_measured_and_gets_a_number(door: Door, why: str) -> None:
    """The green kinds with the queue's G; each with who, in what role, and that a document was seen."""
    visit_id = begins(door, why)
    assert door.desk.guarding.guard is None  # the screen is the visitor's again
    assert door.desk.declare(visit_id, ()).face is Face.MEASURING
    shown = door.reads(visit_id, 3650)
    assert (shown.face, shown.number) == (Face.ADMITTED, "GB001" if why in GREEN else "B001")
    (body,) = door.bodies("walked_in")
    assert (body["why"], body["guard_id"], body["role"], body["document_seen"]) == (why, "guard-7", "guard", True)
    assert door.bodies("admitted")[0]["walk_in"] == why
    assert door.is_proved()


def test_a_walk_in_with_fever_goes_to_the_guard_like_everybody(door: Door) -> None:
    """No word of a guard stands in for a reading."""
    visit_id = begins(door, "medical")
    door.desk.declare(visit_id, ())
    assert door.reads(visit_id, 3800).face is Face.GUARD
    door.guard_reads(visit_id, 3790)
    assert door.visit(visit_id).case_id is not None
    door.guard(GuardAct.ADMIT, visit_id)
    assert door.visit(visit_id).step is Step.GUARD


def test_somebody_approved_is_a_leaders_matter(door: Door) -> None:
    """A forged code bars the code, not the person."""
    assert isinstance(walks_in(door, "approved"), GuardBoard)
    assert door.counted()["walked_in"] == 0
    begins(door, "approved", pin="1357")
    assert door.bodies("walked_in")[0]["role"] == "leader"


@pytest.mark.parametrize("why", ["companion", "child"])
def test_who_comes_with_somebody_is_screened_on_their_own(door: Door, why: str) -> None:
    """With a visit that passed its screening, and with no other."""
    adult = door.to_measuring(door.books())
    for other in (None, VisitId("nobody"), adult):
        assert isinstance(walks_in(door, why, other), GuardBoard)
    door.reads(adult, 3650)
    child = begins(door, why, adult)
    assert door.visit(child).with_visit == adult
    assert not door.visit(child).readings
    door.desk.declare(child, ())
    assert door.reads(child, 3800).face is Face.GUARD
    assert door.visit(adult).step is Step.ADMITTED
    shown = door.board.detail(child)
    assert shown is not None
    assert (shown.walk_in, shown.comes_with) == (why, door.visit(adult).queue_number)
    with_booking = door.board.detail(adult)
    assert with_booking is not None
    assert (with_booking.walk_in, with_booking.comes_with) == ("", "")


def test_why_somebody_may_not_come_in_is_told_before_it_is_tried(door: Door) -> None:
    """A leader's matter for a guard; with whom somebody comes must have passed; nobody else while it is closed."""
    adult = door.to_measuring(door.books())
    assert door.desk.guarding.duty.walk_in_hindrances() is None
    door.signs_in()
    duty = door.desk.guarding.duty
    assert duty.walk_in_hindrances() == {WalkIn.APPROVED: "leader"}
    not_yet = {WalkIn.COMPANION: "not_passed", WalkIn.CHILD: "not_passed", WalkIn.APPROVED: "leader"}
    assert duty.walk_in_hindrances(adult) == not_yet
    door.reads(adult, 3650)
    assert duty.walk_in_hindrances(adult) == {WalkIn.APPROVED: "leader"}
    door.clock.go_on(minutes=14 * 60)
    closed = duty.walk_in_hindrances()
    assert isinstance(closed, dict)
    assert {kind for kind, why in closed.items() if why == "closed"} == set(WalkIn) - GREEN - {WalkIn.APPROVED}


def test_nobody_comes_with_a_visitor_of_yesterday(door: Door) -> None:
    """They left long ago."""
    adult = door.to_measuring(door.books())
    door.reads(adult, 3650)
    door.clock.go_on(minutes=24 * 60)
    assert isinstance(walks_in(door, "child", adult), GuardBoard)


def test_whom_a_companion_may_be_with_is_offered_the_last_first(door: Door) -> None:
    """The adult has just passed; a hurried guard touches the number."""
    first, second = door.to_measuring(door.books()), door.to_measuring(door.books())
    door.reads(first, 3650)
    door.clock.go_on(seconds=30)
    door.reads(second, 3650)
    assert door.desk.guarding.duty.with_whom() is None
    door.signs_in()
    assert door.desk.guarding.duty.with_whom() == ((second, "B002"), (first, "B001"))


def test_a_companion_may_be_with_somebody_who_passed_at_another_kiosk(door: Door) -> None:
    """The station measured them by hand, at this very door; who rests there, or has left, is not offered."""
    own = door.to_measuring(door.books())
    door.reads(own, 3650)
    there = replace(door.visit(own), kiosk_id=KioskId("desk-1"), booking_id=None, booking=None)
    later = door.clock.now() + timedelta(seconds=20)
    passed = replace(there, id=VisitId("at-desk"), queue_number="C001", admitted_at=later, touched_at=later)
    rests = replace(passed, id=VisitId("rests"), step=Step.RESTING, queue_number="", rest_number="RC01")
    left = replace(passed, id=VisitId("left"), step=Step.LEFT, queue_number="C002")
    yesterday = replace(passed, id=VisitId("old"), queue_number="C003", first_contact=later - timedelta(days=1))
    door.hears_site(passed, rests, left, yesterday)
    door.signs_in()
    assert door.desk.guarding.duty.with_whom() == (("at-desk", "C001"), (own, "B001"))
    child = begins(door, "child", VisitId("at-desk"))
    assert door.visit(child).with_visit == "at-desk"


def test_the_kind_alone_decides_whether_somebody_is_with_another(door: Door) -> None:
    """A doctor is with nobody, whatever was touched before."""
    adult = door.to_measuring(door.books())
    door.reads(adult, 3650)
    assert door.visit(begins(door, "medical", adult)).with_visit is None


def test_a_kind_that_nobody_knows_begins_nothing(door: Door) -> None:
    """The list is closed."""
    assert isinstance(walks_in(door, "friend"), GuardBoard)


def test_while_the_site_is_closed_the_green_channel_alone_passes(door: Door) -> None:
    """Others by whoever may override "closed"."""
    door.clock.go_on(minutes=9 * 60)
    assert isinstance(walks_in(door, "no_phone"), GuardBoard)
    begins(door, "medical")
    begins(door, "no_phone", pin="9753")


def test_a_walk_in_after_a_rest_goes_on_by_a_guards_touch(door: Door) -> None:
    """They have no code that would take the visit up."""
    visit_id = begins(door, "no_phone")
    door.desk.declare(visit_id, ())
    assert door.reads(visit_id, 3400).face is Face.REST
    door.guard(GuardAct.RESUME, visit_id)
    assert door.visit(visit_id).step is Step.RESTING  # the rest is not over
    door.clock.go_on(minutes=6)
    assert GuardAct.RESUME in door.guards.allowed(door.visit(visit_id), door.log.state)
    assert door.guard(GuardAct.RESUME, visit_id).face is Face.MEASURING
    assert door.reads(visit_id, 3650).face is Face.REST  # still warming up
    door.clock.go_on(minutes=6)
    door.guard(GuardAct.RESUME, visit_id)
    assert door.reads(visit_id, 3655).face is Face.ADMITTED


def test_who_has_no_booking_is_not_told_that_it_is_kept(door: Door) -> None:
    """Neither a walk-in nor somebody who only called a person; with a booking it is said whatever the cause."""
    visit_id = begins(door, "medical")
    door.desk.declare(visit_id, ())
    walked_in = door.reads(visit_id, 3800)
    called = door.desk.ask_person(None)
    booked = door.reads(door.to_measuring(door.books()), 3800)
    assert [view.face for view in (walked_in, called, booked)] == [Face.GUARD] * 3
    assert [view.has_booking for view in (walked_in, called, booked)] == [False, False, True]
    assert not door.desk.visits.showing.waiting(door.visit(visit_id)).has_booking


def test_a_walk_in_in_line_goes_in_by_a_guards_touch_when_there_is_room(door: Door) -> None:
    """By the line's numbers, as with a code."""
    door.told(at_site=make.site(cap=1), cap_share=1)
    door.lets_in(door.books())
    door.told(at_site=make.site(cap=1), cap_share=1)
    door.desk.guarding.sign_in(GUARD.id, "2468")
    shown = door.desk.guarding.duty.walk_in("no_phone")
    assert isinstance(shown, View)
    visit_id = shown.visit_id
    assert visit_id is not None
    door.desk.declare(visit_id, ())
    assert door.reads(visit_id, 3650).face is Face.HALL_LINE
    assert door.guard(GuardAct.RESUME, visit_id).face is Face.HALL_LINE
    door.told(at_site=make.site(cap=2), cap_share=2)
    assert door.guard(GuardAct.RESUME, visit_id).face is Face.ADMITTED


def test_who_has_a_code_takes_their_visit_up_by_it(door: Door) -> None:
    """The guard's touch is for those who have none."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3400)
    door.clock.go_on(minutes=6)
    assert door.guards.allowed(door.visit(visit_id), door.log.state) == (GuardAct.GONE, GuardAct.KEEP)
