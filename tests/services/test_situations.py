"""The plan in use: begun, each step ticked by name and with its real time, ended; roles respected."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.domain.case import Role
from kiosk.domain.plan import OF_CAUSE, PlanStep, Situation, SituationPlan
from kiosk.services.guard_views import EarlierView, PlanView, RunView
from kiosk.services.situations import OF_ITS_OWN
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, Door

STEPS = (
    PlanStep("apart", make.words("拉开距离"), Role.GUARD, 60),
    PlanStep("close", make.words("暂停入口"), Role.LEADER, 300, "leader"),
)


@pytest.fixture
def planned(door: Door) -> Door:
    """Return a door whose plan has two steps for each situation, one of them a leader's; a guard is signed in."""
    situations = tuple(SituationPlan(item, make.words(item.value), STEPS) for item in Situation)
    door.told(plan=make.plan(situations=situations), guards=[GUARD, LEADER])
    door.signs_in()
    return door


def begun(door: Door, situation: str = "crowd") -> RunView:
    """Begin a situation and return it."""
    shown = door.desk.guarding.duty.begin_situation(situation)
    assert isinstance(shown, PlanView)
    return shown.running[0]


def shown_plan(door: Door) -> PlanView:
    """Return the plan's screen."""
    shown = door.desk.guarding.duty.plan()
    assert isinstance(shown, PlanView)
    return shown


def test_what_can_be_begun_is_what_no_case_stands_for(planned: Door) -> None:
    """A fever begins with its case; a crowd with a guard's touch."""
    shown = shown_plan(planned)
    assert [situation for situation, _ in shown.situations] == list(OF_ITS_OWN)
    assert not set(OF_ITS_OWN) & set(OF_CAUSE.values())
    assert len(shown.contacts) == 4


def test_a_situation_is_begun_once_led_through_and_ended_each_by_name(planned: Door) -> None:
    """Three kinds of entries, each with who; what is being handled is not offered again."""
    run = begun(planned)
    assert [(step.step_id, step.due_at, step.may_tick) for step in run.steps] == [
        ("apart", make.at(10, 6), True),
        ("close", make.at(10, 10), False),
    ]
    assert begun(planned).run_id == run.run_id
    assert "crowd" not in {situation for situation, _ in shown_plan(planned).situations}
    planned.clock.go_on(minutes=1)
    planned.desk.guarding.duty.tick(run.run_id, "apart")
    assert shown_plan(planned).running[0].steps[0].ticked_at == make.at(10, 6)
    planned.desk.guarding.duty.end_situation(run.run_id)
    assert shown_plan(planned).running == ()
    bodies = [planned.bodies(f"situation_{what}") for what in ("begun", "ticked", "ended")]
    assert [[body["guard_id"] for body in kind] for kind in bodies] == [["guard-7"]] * 3
    assert bodies[2][0]["left"] == ["close"]
    assert planned.is_proved()


def test_a_step_can_be_ticked_later_with_its_real_time(planned: Door) -> None:
    """Both times stand in the entry; nothing was done before it began."""
    run = begun(planned)
    planned.clock.go_on(minutes=20)
    planned.desk.guarding.duty.tick(run.run_id, "apart", minutes_ago=5)
    planned.desk.guarding.sign_in(LEADER.id, "1357")
    planned.desk.guarding.duty.tick(run.run_id, "close", minutes_ago=500)
    ticked = [entry for entry in planned.entries() if entry.kind == "situation_ticked"]
    assert [entry.happened_at for entry in ticked] == [make.at(10, 20), make.at(10, 5)]
    assert {entry.recorded_at for entry in ticked} == {make.at(10, 25)}
    assert [step.ticked_at for step in shown_plan(planned).running[0].steps] == [make.at(10, 20), make.at(10, 5)]


def test_a_step_of_a_higher_role_waits_for_it_and_none_is_ticked_twice(planned: Door) -> None:
    """The first time stands."""
    duty, run = planned.desk.guarding.duty, begun(planned)
    for step in ("close", "nonsense"):
        duty.tick(run.run_id, step)
    assert planned.counted()["situation_ticked"] == 0
    planned.desk.guarding.sign_in(LEADER.id, "1357")
    for _ in range(2):
        duty.tick(run.run_id, "close")
    assert [body["role"] for body in planned.bodies("situation_ticked")] == ["leader"]


@pytest.mark.parametrize("situation", ["elevated", "nonsense", ""])
def test_what_is_no_situation_of_its_own_is_not_begun(planned: Door, situation: str) -> None:
    """A case has its own."""
    shown = planned.desk.guarding.duty.begin_situation(situation)
    assert isinstance(shown, PlanView)
    assert shown.running == ()


def test_what_is_not_being_handled_can_neither_be_ticked_nor_ended(planned: Door) -> None:
    """A late touch changes nothing."""
    planned.desk.guarding.duty.tick("nonsense", "apart")
    planned.desk.guarding.duty.end_situation("nonsense")
    assert planned.counted().total() == 1  # the sign-in


def test_a_situation_survives_a_restart_and_midnight(planned: Door) -> None:
    """A power failure is exactly when it is needed."""
    run = begun(planned, "outage")
    planned.clock.go_on(minutes=14 * 60)
    again = planned.restarted()
    again.day.turn()
    again.signs_in()
    assert shown_plan(again).running[0].run_id == run.run_id
    again.desk.guarding.duty.end_situation(run.run_id)
    assert again.log.state.facts("situation:") == {}
    again.close()


def test_a_cases_steps_are_ticked_on_the_case_with_their_real_time(planned: Door) -> None:
    """The plan's screen shows cases as well; a tick there is an act of the case."""
    fever = planned.to_measuring(planned.books())
    planned.reads(fever, 3800)
    planned.guard_reads(fever, 3790)
    run = shown_plan(planned).running[0]
    assert (run.label, run.situation) == ("CB01", Situation.ELEVATED)
    planned.clock.go_on(minutes=4)
    for _ in range(2):
        planned.desk.guarding.duty.tick(run.run_id, "apart", minutes_ago=1)
    planned.desk.guarding.duty.tick(run.run_id, "close")
    ticked = [entry for entry in planned.entries() if entry.kind == "case_acted" and "ticked" in (entry.body or "")]
    assert [(entry.happened_at, entry.data()["item"]) for entry in ticked] == [(make.at(10, 8), "apart")]
    step = shown_plan(planned).running[0].steps[0]
    assert step.ticked_at is not None
    assert abs(step.ticked_at - make.at(10, 8)) < timedelta(seconds=1)  # by the server's clock


def test_a_guard_is_asked_when_something_was_done_that_is_written_down_late(planned: Door) -> None:
    """Only moments since it began are offered, the beginning last; a leader's step is the leader's."""
    run, duty = begun(planned), planned.desk.guarding.duty
    planned.clock.go_on(minutes=12)
    asked = duty.earlier(run.run_id)
    assert isinstance(asked, EarlierView)
    assert [step_id for step_id, _ in asked.steps] == ["apart"]
    assert (asked.label, asked.places, asked.contacts) == ("", (), ())
    assert asked.times == ((5, make.at(10, 12)), (10, make.at(10, 7)), (12, make.at(10, 5)))
    assert duty.earlier("nonsense") is None


def test_a_situation_that_a_newer_plan_no_longer_knows_leaves_the_screen_whole(planned: Door) -> None:
    """What is left of it can still be ended."""
    run = begun(planned)
    planned.told(plan=make.plan(situations=()), guards=[GUARD])
    assert shown_plan(planned).running == ()
    planned.desk.guarding.duty.end_situation(run.run_id)
    assert planned.counted()["situation_ended"] == 1
