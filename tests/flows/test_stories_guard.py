"""Guards' days told as stories: two fevers, a refusal, a full area, a cut link, a shift change, every ending."""

from __future__ import annotations

import pytest

from kiosk.domain.case import CaseStep, Disposition, Hindrance
from kiosk.domain.due import Need
from kiosk.domain.plan import Situation
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face
from kiosk.services.watching import Watch
from tests.flows.guard_story import (
    all_agree,
    at,
    begins_shift,
    beside,
    board_shows,
    case_is,
    case_of,
    decides,
    elevated,
    handles,
    hands_over,
    hindered,
    led_by,
    link_works,
    measures,
    no_room,
    offers,
    refuses_to_be_measured,
    signs_in,
    signs_out,
)
from tests.flows.story import Act, Scene, Story, expect, power_cut, read, scan, shows, through, wait
from tests.services.builders import Door


def watched() -> Act:
    """Let the program look after what was begun."""

    def act(scene: Scene) -> None:
        Watch(scene.door.visits).step()

    return act


def test_two_fevers_at_once_one_released_and_one_sent_to_hospital(door: Door) -> None:
    """The queue goes on meanwhile; each case has its own place, readings and end."""
    story = [
        *elevated("anna"),
        shows(Face.GUARD),
        *elevated("ben"),
        scan("next"),
        *through(),
        read(36.5),
        shows(Face.ADMITTED, number="B001"),
        signs_in("guard"),
        led_by("anna", Situation.ELEVATED),
        beside("anna", Situation.SEVERAL_ELEVATED),
        board_shows(("anna", "case_acknowledged"), ("ben", "case_acknowledged")),
        handles("anna", "placed", "room_1"),
        handles("ben", "placed", "room_2"),
        hindered("anna", Disposition.RELEASED, Hindrance.NOT_NORMAL),
        measures("anna", 36.6),
        measures("ben", 38.4),
        case_is("ben", CaseStep.PLACED, Need.REPORT),
        handles("ben", "reported", "clinic"),
        case_is("ben", CaseStep.PLACED, Need.MEASURE_AGAIN),
        wait(minutes=30),
        measures("ben", 38.5),
        hindered("ben", Disposition.RELEASED, Hindrance.NOT_NORMAL),
        handles("anna", "disposed", "released"),
        signs_in("guard"),
        led_by("ben", Situation.ELEVATED),
        handles("ben", "disposed", "referred:clinic"),
        case_is("ben", CaseStep.DISPOSED, Need.CLEAN),
        handles("anna", "cleaned", "room_1"),
        handles("ben", "cleaned", "room_2"),
        case_is("anna", CaseStep.CLOSED),
        case_is("ben", CaseStep.CLOSED),
        board_shows(),
    ]
    told = Story(story).told_at(door)
    assert door.visit(told.visits["anna"]).queue_number == "B002"
    assert door.visit(told.visits["ben"]).step is Step.TURNED_AWAY
    assert door.is_proved()


def test_who_refuses_to_be_measured_is_recorded_and_does_not_come_in(door: Door) -> None:
    """Or agrees after all, and is measured like everybody."""
    told = Story(
        [
            scan("proud"),
            *through(),
            read(37.9),
            signs_in("guard"),
            refuses_to_be_measured("proud"),
            board_shows(("proud", "waiting")),
            offers("proud", GuardAct.MEASURE, GuardAct.KEEP, GuardAct.TURN_AWAY, GuardAct.REFUSES_MEASURING),
            decides("proud", GuardAct.TURN_AWAY),
            scan("wavering"),
            *through(),
            read(37.9),
            signs_in("guard"),
            refuses_to_be_measured("wavering"),
            measures("wavering", 36.4),
            scan("wavering"),
            shows(Face.REFUSED),
        ]
    ).told_at(door)
    assert door.visit(told.visits["proud"]).step is Step.TURNED_AWAY
    assert door.counted()["admitted"] == 1
    assert [body["cause"] for body in door.bodies("refused_measuring")] == ["refusal", "refusal"]
    assert door.is_proved()


def test_a_full_area_uses_the_overflow_and_then_waits_for_a_place(door: Door) -> None:
    """A place is free again only once it was cleaned and has aired."""
    people = ("one", "two", "three", "four", "five")
    Story(
        [
            *[step for who in people for step in elevated(who)],
            signs_in("guard"),
            handles("one", "placed", "room_1"),
            handles("two", "placed", "room_2"),
            handles("three", "placed", "tent"),
            handles("four", "placed", "tent"),
            no_room("five"),
            led_by("five", Situation.ELEVATED),
            beside("five", Situation.AREA_FULL),
            handles("one", "disposed", "escorted"),
            no_room("five"),
            handles("one", "cleaned", "room_1"),
            case_is("one", CaseStep.CLOSED),
            no_room("five"),
            wait(minutes=31),
            handles("five", "placed", "room_1"),
            case_is("five", CaseStep.PLACED),
        ]
    ).told_at(door)
    assert door.is_proved()


def test_the_link_is_cut_in_the_middle_and_both_doors_agree_afterwards(door: Door) -> None:
    """The earlier decision stands, the later one is shown as too late, and a place used meanwhile is cleaned."""
    told = Story(
        [
            *elevated("anna"),
            signs_in("guard"),
            at("C"),
            link_works(),
            signs_in("leader"),
            board_shows(("anna", "case_acknowledged")),
            # From here on the two doors do not hear of each other.
            wait(minutes=1),
            handles("anna", "disposed", "turned_away"),
            handles("anna", "closed"),
            at("B"),
            wait(minutes=1),
            handles("anna", "placed", "room_2"),
            measures("anna", 36.5),
            case_is("anna", CaseStep.PLACED),
            # And now they do.
            link_works(),
            all_agree("anna"),
            case_is("anna", CaseStep.DISPOSED, Need.CLEAN),
            watched(),
            handles("anna", "cleaned", "room_2"),
            link_works(),
            all_agree("anna"),
            case_is("anna", CaseStep.CLOSED),
            at("C"),
            case_is("anna", CaseStep.CLOSED),
        ]
    ).told_at(door)
    first = told.doors["B"]
    assert first.visit(told.visits["anna"]).step is Step.TURNED_AWAY
    assert [act.event for act in case_of(told, "anna").standing().void] == ["placed", "closed"]
    assert all(one.is_proved() for one in told.doors.values())
    told.doors["C"].close()


def test_a_shift_ends_with_an_open_case_and_the_next_guard_goes_on(door: Door) -> None:
    """The hand-over names it; a power cut between changes nothing."""
    Story(
        [
            signs_in("guard"),
            begins_shift(),
            *elevated("anna"),
            signs_in("guard"),
            handles("anna", "placed", "room_1"),
            hands_over("leader", "anna waits for her second reading", "anna"),
            power_cut(),
            signs_in("leader"),
            begins_shift(),
            board_shows(("anna", "case_placed")),
            case_is("anna", CaseStep.PLACED, Need.MEASURE),
            measures("anna", 36.4),
            handles("anna", "disposed", "released"),
            signs_in("leader"),
            handles("anna", "cleaned", "room_1"),
            case_is("anna", CaseStep.CLOSED),
        ]
    ).told_at(door)


@pytest.mark.parametrize("disposition", sorted(set(Disposition) - {Disposition.RELEASED}))
def test_a_case_ends_in_each_way_once(door: Door, disposition: Disposition) -> None:
    """Placed, decided, cleaned, closed; nobody is in who was not released."""
    told = Story(
        [
            *elevated("anna"),
            signs_in("leader"),
            handles("anna", "placed", "room_1"),
            handles("anna", "disposed", f"{disposition}:clinic"),
            handles("anna", "cleaned", "room_1"),
            case_is("anna", CaseStep.CLOSED),
            signs_out(),
        ]
    ).told_at(door)
    in_error = disposition is Disposition.OPENED_IN_ERROR
    assert door.visit(told.visits["anna"]).step is (Step.MEASURING if in_error else Step.TURNED_AWAY)
    assert door.counted()["admitted"] == 0
    assert door.is_proved()


def test_a_case_opened_in_error_sends_its_visitor_back_to_the_thermometer(door: Door) -> None:
    """By the shift leader's word; a guard's own reading then lets them in, the kiosk's alone does not."""
    Story(
        [
            *elevated("anna"),
            signs_in("guard"),
            hindered("anna", Disposition.OPENED_IN_ERROR, Hindrance.ROLE),
            signs_in("leader"),
            handles("anna", "disposed", "opened_in_error"),
            case_is("anna", CaseStep.CLOSED),
            signs_out(),
            scan("anna"),
            shows(Face.MEASURING),
            read(36.5),
            shows(Face.GUARD),
            signs_in("guard"),
            measures("anna", 36.4),
            expect(Step.ADMITTED),
        ]
    ).told_at(door)
    assert len(door.bodies("case_opened")) == 1
