"""Days at a door, told as stories: several people, one screen, and a log that holds them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.policy import BodySite
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face
from tests.domain import builders as make
from tests.flows.story import (
    Scene,
    Story,
    ask,
    confirm,
    declare,
    expect,
    guard,
    guard_reads,
    leave,
    power_cut,
    read,
    refuses,
    scan,
    shows,
    through,
    wait,
)
from tests.services.builders import GUARD, Door


def test_an_ordinary_visitor_is_through_in_four_touches(door: Door) -> None:
    """Code, yes, none of these, welcome."""
    Story(
        [
            scan("zhang"),
            shows(Face.BOOKING),
            confirm(),
            shows(Face.DECLARATION),
            declare(),
            shows(Face.MEASURING),
            read(36.4),
            expect(Step.ADMITTED),
            shows(Face.ADMITTED, number="B001"),
        ]
    ).told_at(door)
    assert door.is_proved()


def test_while_one_rests_and_one_waits_for_the_guard_the_others_go_in(door: Door) -> None:
    """Waiting never blocks the door, and each goes on where they were."""
    Story(
        [
            scan("cold"),
            *through(),
            read(33.9),
            shows(Face.REST, number="RB01"),
            scan("warm"),
            *through(),
            read(37.6),
            shows(Face.GUARD),
            scan("next"),
            *through(),
            read(36.5),
            shows(Face.ADMITTED, number="B001"),
            scan("cold"),
            shows(Face.REST, number="RB01"),
            wait(minutes=5),
            scan("cold"),
            shows(Face.MEASURING),
            read(36.2),
            shows(Face.REST, number="RB01"),
            wait(minutes=1),
            scan("cold"),
            read(36.25),
            shows(Face.ADMITTED, number="B002"),
            scan("warm"),
            shows(Face.GUARD),
            guard_reads(36.8),
            shows(Face.ADMITTED, number="B003"),
        ]
    ).told_at(door)
    assert door.is_proved()


def test_a_fever_that_is_confirmed_stays_with_the_guard_until_it_is_gone(door: Door) -> None:
    """Twice elevated: a case; kept over scans and touches; released by a clinical reading and by name."""
    Story(
        [
            scan("li"),
            *through(),
            read(37.8),
            guard_reads(37.7, BodySite.FOREHEAD),
            expect(Step.GUARD),
            guard(GuardAct.ADMIT),
            expect(Step.GUARD),
            scan("li"),
            shows(Face.GUARD),
            guard_reads(37.3),
            guard(GuardAct.ADMIT),
            expect(Step.GUARD),
            wait(minutes=30),
            guard_reads(36.9),
            guard(GuardAct.ADMIT),
            shows(Face.ADMITTED, number="B001"),
        ]
    ).told_at(door)
    assert [act["event"] for act in door.bodies("case_acted")] == ["acknowledged", "disposed", "closed"]
    assert door.is_proved()


def test_one_who_said_yes_is_measured_like_everybody_and_assessed_by_a_guard(door: Door) -> None:
    """A harmless yes goes in by name."""
    story = Story(
        [scan("wang"), confirm(), declare("contact"), read(36.5), shows(Face.GUARD), guard(GuardAct.CLEAR, "tested")]
    )
    assert story.told_at(door).view.face is Face.ADMITTED


def test_who_finds_somebody_elses_questions_leaves_them_and_goes_in_by_their_own_code(door: Door) -> None:
    """To say "not me" ends a turn as going away does: each answers for themselves and is let in as themselves."""
    scene = Story(
        [
            scan("zhang"),
            confirm(),
            leave(),  # by the touch of another
            scan("li"),
            shows(Face.BOOKING),
            *through(),
            read(36.4),
            shows(Face.ADMITTED, number="B001"),
            scan("zhang"),
            shows(Face.DECLARATION),
            declare(),
            read(36.6),
            shows(Face.ADMITTED, number="B002"),
        ]
    ).told_at(door)
    numbers = {who: door.visit(visit_id).queue_number for who, visit_id in scene.visits.items()}
    assert numbers == {"zhang": "B002", "li": "B001"}


def test_who_walks_away_and_comes_back_goes_on(door: Door) -> None:
    """Half a declaration is none; a whole one is kept."""
    Story(
        [
            scan("zhao"),
            confirm(),
            leave(),
            shows(Face.IDLE),
            expect(Step.ABANDONED),
            scan("zhao"),
            shows(Face.DECLARATION),
            declare(),
            leave(),
            wait(minutes=20),
            scan("zhao"),
            shows(Face.MEASURING),
            read(36.6),
            shows(Face.ADMITTED),
            scan("zhao"),
            refuses("already_arrived"),
        ]
    ).told_at(door)


def test_a_power_cut_between_any_two_steps_costs_one_scan(door: Door) -> None:
    """The visit stands in the log, not in the memory."""
    scene = Story(
        [
            scan("qian"),
            power_cut(),
            scan("qian"),
            shows(Face.BOOKING),
            confirm(),
            power_cut(),
            scan("qian"),
            shows(Face.DECLARATION),
            declare(),
            power_cut(),
            scan("qian"),
            shows(Face.MEASURING),
            read(33.0),
            power_cut(),
            wait(minutes=5),
            scan("qian"),
            read(33.1),
            wait(minutes=5),
            power_cut(),
            scan("qian"),
            read(36.0),
            shows(Face.GUARD),
            guard_reads(36.7),
            shows(Face.ADMITTED, number="B001"),
        ]
    ).told_at(door)
    assert scene.door.is_proved()
    scene.door.close()


def test_who_asks_a_person_before_saying_that_a_booking_is_theirs_is_helped_there(door: Door) -> None:
    """They have not arrived by asking; a guard sends them on, and they answer and are measured like everybody."""
    scene = Story([scan("wu"), ask(), shows(Face.GUARD), expect(Step.GUARD), scan("wu"), shows(Face.GUARD)]).told_at(
        door
    )
    assert door.visit(scene.visit_id).arrived_at is None
    assert door.desk.idle_facts().waiting_for_guard == 1
    rest = [
        guard(GuardAct.ADMIT),
        expect(Step.GUARD),
        guard(GuardAct.GO_ON),
        shows(Face.DECLARATION),
        declare(),
        read(36.4),
        shows(Face.ADMITTED, number="B001"),
    ]
    for step in rest:
        step(scene)
    assert door.visit(scene.visit_id).arrived_at is not None


def test_a_late_visitor_is_let_on_by_a_guard_and_screened_like_everybody(door: Door) -> None:
    """The override opens the questions, never the door."""
    late = {"slot_start": make.at(8, 30), "slot_end": make.at(9, 30)}
    Story(
        [
            scan("sun", **late),
            refuses("too_late"),
            ask(),
            shows(Face.GUARD),
            guard(GuardAct.ADMIT),
            expect(Step.REFUSED),
            guard(GuardAct.OVERRIDE),
            shows(Face.DECLARATION),
            declare(),
            read(38.2),
            shows(Face.GUARD),
        ]
    ).told_at(door)


def test_an_early_visitor_comes_back_when_the_screen_said(door: Door) -> None:
    """Refused now, welcome then, with the same code."""
    early = {"slot_start": make.at(11), "slot_end": make.at(12)}
    Story([scan("wu", **early), refuses("too_early"), wait(minutes=40), scan("wu"), shows(Face.BOOKING)]).told_at(door)


def test_at_a_full_hall_places_are_kept_in_order(tmp_path: Path) -> None:
    """Nobody is refused, nobody is overtaken, and who is screened is not screened again."""
    door = Door(tmp_path, at_site=make.site(cap=1), cap_share=1)
    Story(
        [
            scan("first"),
            *through(),
            read(36.5),
            shows(Face.ADMITTED),
            scan("second"),
            *through(),
            read(36.6),
            shows(Face.HALL_LINE, number="WB01", position=1),
            wait(minutes=1),
            scan("third"),
            *through(),
            read(36.4),
            shows(Face.HALL_LINE, number="WB02", position=2),
            _opens_the_exit,
            scan("first"),
            shows(Face.GOODBYE),
            scan("third"),
            shows(Face.HALL_LINE, position=2),
            scan("second"),
            shows(Face.ADMITTED, number="B002"),
            scan("third"),
            shows(Face.HALL_LINE, position=1),
        ]
    ).told_at(door)
    assert door.counted()["reading"] == 3
    assert door.is_proved()
    door.close()


def _opens_the_exit(scene: Scene) -> None:
    """Let a guard take the next code out at this door."""
    scene.door.identifying.let_next_go_out(GUARD.id)


def test_a_story_that_does_not_come_true_fails_at_its_step(door: Door) -> None:
    """The stories themselves can fail."""
    with pytest.raises(AssertionError, match="step 2"):
        Story([scan("zhou"), shows(Face.ADMITTED)]).told_at(door)
