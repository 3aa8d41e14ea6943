"""Whoever was not let in comes back with the same code: a guard sees why, and nobody gets rid of a fever by leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiosk.domain.policy import BodySite
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardDetail
from tests.domain import builders as make
from tests.services.builders import Door

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiosk.domain.ids import VisitId

LIMITS = (*make.screening().limits,)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Return kiosk B."""
    opened = Door(tmp_path)
    yield opened
    opened.close()


def sent_away(door: Door, code: str, *, cc: int = 3850, by_hand: int | None = None) -> None:
    """Measure somebody too warm, by hand as well perhaps, and turn them away."""
    visit_id = door.to_measuring(code)
    door.reads(visit_id, cc)
    if by_hand is not None:
        door.guard_reads(visit_id, by_hand)
    else:
        door.guard(GuardAct.REFUSES_MEASURING, visit_id)
        door.guard(GuardAct.TURN_AWAY, visit_id)
    door.clock.go_on(minutes=20)


def comes_back(door: Door, code: str) -> VisitId:
    """Scan the same code again; return the visit, which is refused."""
    shown = door.scan(code)
    assert shown.face is Face.REFUSED
    assert shown.visit_id is not None
    return shown.visit_id


def page(door: Door, visit_id: VisitId) -> GuardDetail:
    """Sign in and open the page of a visit."""
    door.signs_in()
    found = door.desk.guarding.detail(visit_id)
    assert found is not None
    return found


def overridden(door: Door, visit_id: VisitId) -> VisitId:
    """Let a refused visitor go on, with the questions answered."""
    door.guard(GuardAct.OVERRIDE, visit_id)
    door.desk.declare(visit_id, ())
    return visit_id


def test_the_guards_page_tells_what_was_measured_and_how_it_ended(door: Door) -> None:
    """Not only that the code was used."""
    code = door.books()
    sent_away(door, code)
    earlier = page(door, comes_back(door, code)).earlier
    assert earlier is not None
    assert [item[1:] for item in earlier.readings] == [("38.5", "elevated")]
    assert (earlier.ended, earlier.cause) == ("turned_away", "refusal")


def test_a_fever_goes_along_and_a_machine_finds_nobody_normal_after_it(door: Door) -> None:
    """A guard measures who comes back after an elevated reading, as if they had never left."""
    code = door.books()
    sent_away(door, code)
    visit_id = overridden(door, comes_back(door, code))
    assert [item.value_cc for item in door.visit(visit_id).readings] == [3850]
    assert door.reads(visit_id, 3640).face is Face.GUARD
    assert door.visit(visit_id).step is Step.GUARD
    door.guard_reads(visit_id, 3640)
    assert door.visit(visit_id).step is Step.ADMITTED
    assert door.is_proved()


def test_a_second_elevated_reading_opens_a_case_at_once(door: Door) -> None:
    """The first one was taken before they left."""
    code = door.books()
    sent_away(door, code)
    visit_id = overridden(door, comes_back(door, code))
    door.reads(visit_id, 3810)
    assert door.visit(visit_id).case_id is not None


def test_with_an_open_case_nobody_is_let_in_beside_it(door: Door) -> None:
    """Somebody faints inside, and the same code is shown at the door: the page says what is to be seen to first."""
    code = door.books()
    inside = door.lets_in(code).visit_id
    door.signs_in()
    door.desk.guarding.open_case(inside, "collapse")
    back = comes_back(door, code)
    shown = page(door, back)
    assert (shown.override_by, shown.row.needs) == ("case", ("turn_away",))
    assert shown.earlier is not None
    assert shown.earlier.ended == "case"
    door.guard(GuardAct.OVERRIDE, back)
    assert door.visit(back).step is Step.REFUSED


def test_after_a_clinical_fever_only_a_clinical_reading_lets_in(door: Door) -> None:
    """An armpit's 38.3 is not settled by a forehead's 36.4, whoever takes it and however late."""
    code = door.books()
    sent_away(door, code, by_hand=3830)
    door.signs_in()
    case_id = next(iter(door.cases.open(door.log.state))).id
    door.desk.guarding.case_act(case_id, "disposed", "turned_away")
    visit_id = overridden(door, comes_back(door, code))
    door.reads(visit_id, 3640)
    door.clock.go_on(minutes=20)
    door.guard_reads(visit_id, 3640, BodySite.FOREHEAD)
    assert door.visit(visit_id).step is Step.GUARD
    door.guard_reads(visit_id, 3640)
    assert door.visit(visit_id).step is Step.ADMITTED


def test_who_was_found_normal_before_brings_nothing_along(door: Door) -> None:
    """A code that was used by somebody well is a matter of the card, not of the thermometer."""
    code = door.books()
    door.lets_in(code)
    door.clock.go_on(minutes=20)
    back = comes_back(door, code)
    earlier = page(door, back).earlier
    assert earlier is not None
    assert earlier.ended == "admitted"
    visit_id = overridden(door, back)
    assert door.visit(visit_id).readings == ()
    assert door.reads(visit_id, 3640).face is Face.ADMITTED


@pytest.mark.parametrize("reason", ["documents", "", "nonsense"])
def test_who_declared_something_is_let_in_only_with_a_reason(door: Door, reason: str) -> None:
    """Keeping them comes first; one touch lets nobody in, nor does the reason of another act."""
    visit_id = door.to_measuring(door.books(), yes=("contact",))
    door.reads(visit_id, 3640)
    shown = page(door, visit_id)
    assert shown.row.needs[:2] == ("keep", "clear")
    assert "admit" not in shown.row.needs
    door.guard(GuardAct.ADMIT, visit_id)
    door.guard(GuardAct.CLEAR, visit_id, why=reason)
    assert door.visit(visit_id).step is Step.GUARD
    door.guard(GuardAct.CLEAR, visit_id, why="tested")
    assert door.visit(visit_id).step is Step.ADMITTED
    body = door.bodies("admitted")[-1]
    assert (body["why"], body["guard_id"]) == ("tested", "guard-7")


def test_a_case_that_a_clinical_reading_opened_has_to_be_reported(door: Door) -> None:
    """The armpit's reading was the visit's, and the case is confirmed by it all the same."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3800)
    door.guard_reads(visit_id, 3850)
    door.signs_in()
    case = next(iter(door.cases.open(door.log.state)))
    for event, value in (("placed", "room_1"), ("disposed", "turned_away"), ("cleaned", "room_1")):
        door.desk.guarding.case_act(case.id, event, value)
    standing = door.cases.open(door.log.state)[0].standing()
    assert standing.is_unreported
    shown = door.desk.guarding.case(case.id)
    assert shown is not None
    assert shown.need == "report"
    door.desk.guarding.case_act(case.id, "reported", "clinic")
    assert not door.cases.open(door.log.state)


def test_a_fever_of_somebody_whom_another_guard_let_in_meanwhile_opens_a_case(door: Door) -> None:
    """Two pads were open for one visitor: the elevated value is kept, whichever came first; a normal one is nothing."""
    visit_id = door.to_measuring(door.books())
    door.desk.measure_by_hand(visit_id)
    door.guard_reads(visit_id, 3650)
    assert door.visit(visit_id).step is Step.ADMITTED
    door.guard_reads(visit_id, 3660)
    assert door.counted()["reading"] == 1
    door.guard_reads(visit_id, 3850)
    case = next(iter(door.cases.open(door.log.state)))
    assert [item.value_cc for item in case.standing().readings] == [3850]
    assert door.visit(visit_id).case_id == case.id
    assert door.is_proved()
