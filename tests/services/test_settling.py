"""What the end of a case means for its visit: once, at the kiosk that has it, and no further."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiosk.domain.case import CaseStep, Disposition, Hindrance
from kiosk.domain.due import Need
from kiosk.domain.ids import KioskId
from kiosk.domain.visit import Step
from kiosk.services.guard_views import CaseView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, View
from kiosk.services.watching import Watch
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, Door

if TYPE_CHECKING:
    from kiosk.domain.case import Case
    from kiosk.domain.ids import CaseId, VisitId


def fever(door: Door, code: str, yes: tuple[str, ...] = ()) -> VisitId:
    """Measure somebody elevated at the kiosk and again by a guard: a case stands."""
    visit_id = door.to_measuring(code, yes)
    door.reads(visit_id, 3780)
    door.guard_reads(visit_id, 3810)
    return visit_id


def case_of(door: Door, visit_id: VisitId) -> Case:
    """Return the newest case of a visit."""
    case = door.cases.of_visit(door.log.state, visit_id)
    assert case is not None
    return case


def ends(door: Door, case_id: CaseId, disposition: Disposition) -> None:
    """Let a shift leader end a case."""
    door.told(guards=[GUARD, LEADER])
    door.desk.guarding.sign_in(LEADER.id, "1357")
    door.desk.guarding.case_act(case_id, "disposed", f"{disposition}:clinic")
    door.desk.guarding.sign_out()


def test_an_elevated_reading_after_a_case_opened_in_error_is_a_case_of_its_own(door: Door) -> None:
    """The old one moves the visitor once; it is no pass for what is measured afterwards."""
    visit_id = fever(door, door.books())
    first = case_of(door, visit_id).id
    ends(door, first, Disposition.OPENED_IN_ERROR)
    assert door.visit(visit_id).step is Step.MEASURING
    door.reads(visit_id, 3790)
    assert door.visit(visit_id).step is Step.GUARD
    second = case_of(door, visit_id)
    assert second.id != first
    assert second.opening is not None
    assert second.opening.was_elevated
    for _ in range(3):
        assert Watch(door.visits).step() == 0
    assert door.visit(visit_id).step is Step.GUARD
    assert GuardAct.ADMIT not in door.guards.allowed(door.visit(visit_id), door.log.state)
    assert door.is_proved()


@pytest.mark.parametrize("is_asked", [True, False])
def test_somebody_without_a_code_is_not_forgotten_after_a_case_opened_in_error(door: Door, is_asked: bool) -> None:
    """Nobody can scan them back in: they wait for the guard, who sees them on the overview."""
    door.signs_in()
    view = door.desk.guarding.duty.walk_in("medical")
    assert isinstance(view, View)
    assert view.visit_id is not None
    if is_asked:
        door.desk.declare(view.visit_id, ())
    door.signs_in()
    opened = door.desk.guarding.open_case(view.visit_id, "guard")
    assert isinstance(opened, CaseView)
    ends(door, opened.case_id, Disposition.OPENED_IN_ERROR)
    door.told(guards=[GUARD])
    board = door.signs_in()
    assert board is not None
    (row,) = [row for row in board.rows if row.visit_id == view.visit_id and row.state_key == "waiting"]
    assert row.cause_key == ("manual_required" if is_asked else "guard")
    assert row.needs[0] == (GuardAct.MEASURE if is_asked else GuardAct.GO_ON)
    assert door.is_proved()


def test_after_a_case_opened_in_error_a_guards_normal_reading_goes_in_like_any_other(door: Door) -> None:
    """The guard has said already that there never was a case; the kiosk's own word is still not enough."""
    visit_id = fever(door, door.books())
    ends(door, case_of(door, visit_id).id, Disposition.OPENED_IN_ERROR)
    assert door.reads(visit_id, 3650).face is Face.GUARD
    assert door.guard_reads(visit_id, 3650).face is Face.ADMITTED


def test_a_declaration_is_assessed_once(door: Door) -> None:
    """Released by a guard before any reading: measured next, and a normal one goes in."""
    visit_id = door.to_questions(door.books())
    door.desk.declare(visit_id, ("symptoms",))
    door.reads(visit_id, 3650)
    door.signs_in()
    door.desk.guarding.open_case(visit_id, "declaration")
    ends(door, case_of(door, visit_id).id, Disposition.RELEASED)
    assert door.visit(visit_id).step is Step.ADMITTED
    assert case_of(door, visit_id).standing().step is CaseStep.CLOSED


def test_keeping_somebody_after_their_case_was_over_opens_another(door: Door) -> None:
    """A guard who keeps somebody has a case for it, always."""
    visit_id = fever(door, door.books())
    ends(door, case_of(door, visit_id).id, Disposition.OPENED_IN_ERROR)
    door.desk.measure_by_hand(visit_id)
    door.guard(GuardAct.KEEP, visit_id)
    assert len(door.bodies("case_opened")) == 2
    door.guard(GuardAct.KEEP, visit_id)
    assert len(door.bodies("case_opened")) == 2


def test_a_visit_that_another_kiosk_has_meanwhile_is_not_moved_here(door: Door) -> None:
    """It would come in at two doors. The case is decided all the same, and that kiosk hears of it."""
    visit_id = fever(door, door.books())
    own = door.visit(visit_id)
    theirs = replace(own, kiosk_id=KioskId("kiosk-C"), touched_at=own.touched_at + timedelta(seconds=9))
    door.hears_site(theirs)
    before = door.counted()
    ends(door, case_of(door, visit_id).id, Disposition.TURNED_AWAY)
    assert case_of(door, visit_id).standing().disposition is Disposition.TURNED_AWAY
    assert door.counted()["turned_away"] == before["turned_away"]
    assert Watch(door.visits).step() == 0
    assert door.visit(visit_id).step is Step.GUARD


@pytest.mark.parametrize("disposition", sorted(set(Disposition) - {Disposition.RELEASED}))
def test_each_disposition_moves_its_visit_once(door: Door, disposition: Disposition) -> None:
    """Gone, or back to the thermometer; the case is closed by that where nothing can be corrected."""
    visit_id = fever(door, door.books())
    case_id = case_of(door, visit_id).id
    door.signs_in()
    door.desk.guarding.case_act(case_id, "reported", "clinic")
    ends(door, case_id, disposition)
    in_error = disposition is Disposition.OPENED_IN_ERROR
    assert door.visit(visit_id).step is (Step.MEASURING if in_error else Step.TURNED_AWAY)
    assert door.visit(visit_id).settled == (case_id,)
    assert case_of(door, visit_id).standing().step is (CaseStep.CLOSED if in_error else CaseStep.DISPOSED)
    entry = door.bodies("resumed" if in_error else "turned_away")[-1]
    assert (entry["guard_id"], entry["settles"]) == (LEADER.id, case_id)
    assert Watch(door.visits).step() == 0


def test_a_wrong_end_can_be_corrected_until_somebody_says_that_this_is_all(door: Door) -> None:
    """Somebody collapsed and used no place: nothing has to be cleaned, and "referred" was touched by mistake."""
    door.signs_in()
    page = door.desk.guarding.open_case(None, "collapse")
    assert isinstance(page, CaseView)
    for chosen in ("referred:clinic", "left_against_advice"):
        shown = door.desk.guarding.case_act(page.case_id, "disposed", chosen)
        assert isinstance(shown, CaseView)
        assert shown.need is Need.CLOSE
    door.desk.guarding.case_act(page.case_id, "closed")
    case = door.cases.case(door.log.state, page.case_id)
    assert case is not None
    ended = case.standing()
    assert (ended.step, ended.disposition) == (CaseStep.CLOSED, Disposition.LEFT_AGAINST_ADVICE)
    assert ended.void == ()


def test_a_confirmed_case_stays_open_until_somebody_was_told(door: Door) -> None:
    """The visitor is gone; the case is closed by the guard who reports it."""
    visit_id = fever(door, door.books())
    case_id = case_of(door, visit_id).id
    door.guard_reads(visit_id, 3840)
    ends(door, case_id, Disposition.REFERRED)
    assert case_of(door, visit_id).standing().step is CaseStep.DISPOSED
    door.signs_in()
    door.desk.guarding.case_act(case_id, "reported", "clinic")
    assert case_of(door, visit_id).standing().step is CaseStep.CLOSED


def test_a_visit_whose_case_was_decided_yesterday_is_judged_anew_today(door: Door) -> None:
    """Yesterday's slot is no way in; a case that is still open is taken up on any day."""
    code = door.books()
    visit_id = fever(door, code)
    door.clock.go_on(minutes=24 * 60)
    assert door.scan(code).visit_id == visit_id
    ends(door, case_of(door, visit_id).id, Disposition.OPENED_IN_ERROR)
    shown = door.scan(code)
    assert shown.face is Face.REFUSED
    assert shown.visit_id != visit_id


def test_who_was_never_booked_is_turned_away_by_the_guard(door: Door) -> None:
    """A case opened in error leaves them where they were: there is no screening to go back to."""
    stranger = door.scan(make_code(door)).visit_id
    assert stranger is not None
    door.signs_in()
    page = door.desk.guarding.open_case(stranger, "guard")
    assert page is not None
    assert door.guards.allowed(door.visit(stranger), door.log.state) == ()  # the end of the case decides
    ends(door, case_of(door, stranger).id, Disposition.OPENED_IN_ERROR)
    assert door.visit(stranger).step is Step.GUARD
    assert Watch(door.visits).step() == 0
    assert door.guards.allowed(door.visit(stranger), door.log.state) == (GuardAct.TURN_AWAY,)


def make_code(door: Door) -> str:
    """Return a number that nobody can look up, because the kiosk has no bookings of today."""
    door.clock.go_on(minutes=3 * 24 * 60)
    return make.booking().number


def test_who_is_released_into_the_line_goes_by_the_number_that_they_read(door: Door) -> None:
    """Not by that of the case, which is over; while it was open the guard called them by it."""
    door.told(at_site=make.site(cap=1), cap_share=1)
    assert door.lets_in(door.books()).face is Face.ADMITTED
    visit_id = fever(door, door.books())
    board = door.signs_in()
    assert board is not None
    assert [row.label for row in board.rows if row.visit_id == visit_id] == ["CB01"]
    door.guard_reads(visit_id, 3650)
    door.desk.guarding.case_act(case_of(door, visit_id).id, "disposed", "released")
    assert door.visit(visit_id).step is Step.HALL_LINE
    board = door.signs_in()
    assert board is not None
    assert [row.label for row in board.rows if row.visit_id == visit_id and row.state_key == "in_line"] == ["WB01"]


def test_a_case_that_is_decided_does_not_say_that_a_shift_leader_must_decide(door: Door) -> None:
    """It is too late for that, whoever looks."""
    visit_id = fever(door, door.books())
    case_id = case_of(door, visit_id).id
    door.told(guards=[GUARD, LEADER])
    door.desk.guarding.sign_in(LEADER.id, "1357")
    door.desk.guarding.case_act(case_id, "placed", "tent")
    page = door.desk.guarding.case_act(case_id, "disposed", "opened_in_error")
    assert isinstance(page, CaseView)
    (why,) = {choice.hindrance for choice in page.choices if choice.event == "disposed"} or {Hindrance.NOT_NOW}
    assert why is Hindrance.NOT_NOW


@pytest.mark.parametrize(
    ("yes", "reading", "cause"),
    [(("contact",), 3640, "declaration"), (("contact",), 3780, "guard"), ((), 3780, "guard")],
)
def test_who_is_kept_for_what_they_declared_has_the_case_of_a_declaration(
    door: Door, yes: tuple[str, ...], reading: int, cause: str
) -> None:
    """The plan's steps for it are others than for a fever; whoever was found too warm as well has the fever's."""
    visit_id = door.to_measuring(door.books(), yes)
    door.reads(visit_id, reading)
    door.desk.measure_by_hand(visit_id)
    assert door.bodies("case_opened") == []
    door.guard(GuardAct.KEEP, visit_id)
    assert [body["cause"] for body in door.bodies("case_opened")] == [cause]
