"""The special-situation plan: what a case waits for, how loud that is, and where somebody can be put."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.domain.case import Case, CaseAct, CaseEvent, CaseStep, Cause, Disposition, Role
from kiosk.domain.due import Due, Need, calls, due, goes_on_to, is_seen, level
from kiosk.domain.ids import CaseId, KioskId
from kiosk.domain.plan import (
    OF_CAUSE,
    CaseLimits,
    Contact,
    Place,
    PlaceState,
    PlanStep,
    Situation,
    SituationPlan,
    area,
    free_places,
    mistakes,
)
from kiosk.domain.plan_steps import done_at, late, undone
from kiosk.domain.policy import ReadingKind
from kiosk.domain.screening import Outcome
from tests.domain import builders as make
from tests.domain.case_builders import BORIS, act, at, case, cleaned, closed, disposed, measured, opening, placed, read
from tests.domain.case_builders import taken as taken_at

LIMITS = CaseLimits()
ESCORTED, RELEASED = Disposition.ESCORTED, Disposition.RELEASED


def waits(*acts: CaseAct, co_signed: tuple[Disposition, ...] = ()) -> tuple[Need, float, float] | None:
    """Return what a case waits for: the need, since how many minutes after the opening, and until how many."""
    found = due(case(*acts, opening=opening(co_signed=co_signed)), LIMITS)
    if found is None:
        return None
    return (found.need, (found.since - at(0)) / timedelta(minutes=1), (found.until - at(0)) / timedelta(minutes=1))


# what a case waits for


def test_a_flagged_case_waits_to_be_taken_and_once_seen_gets_that_time_again() -> None:
    """Somebody is on the way; a second touch buys no more."""
    assert waits() == (Need.ACKNOWLEDGE, 0, 1)
    seen = act(CaseEvent.SEEN, 1, at=at(0.5), guard_id=None)
    assert waits(seen) == (Need.ACKNOWLEDGE, 0.5, 1.5)
    assert waits(seen, act(CaseEvent.SEEN, 2, at=at(1), guard_id=None)) == (Need.ACKNOWLEDGE, 0.5, 1.5)


def test_seen_is_said_of_a_need_as_loud_as_it_was_then() -> None:
    """Louder, it is news again; so is what is overdue next."""
    known = case(taken_at(), act(CaseEvent.SEEN, 2, at=at(7), guard_id=None))  # it should have been placed by 6
    standing, need = known.standing(), due(known, LIMITS)
    assert is_seen(need, LIMITS, standing, at(7.5))
    assert not is_seen(need, LIMITS, standing, at(8))
    assert not is_seen(need, LIMITS, case(taken_at()).standing(), at(7.5))
    moved = known.with_act(placed(8))
    assert not is_seen(due(moved, LIMITS), LIMITS, moved.standing(), at(20))


def test_a_collapse_calls_until_another_place_has_seen_it() -> None:
    """What its own guard touches says nothing of a second pair of hands."""
    fallen = case(taken_at(), opening=opening(cause=Cause.COLLAPSE))
    assert calls(fallen, fallen.standing())
    own = fallen.with_act(act(CaseEvent.SEEN, 2, guard_id=None))
    assert calls(own, own.standing())
    there = own.with_act(act(CaseEvent.SEEN, 3, guard_id=None, kiosk_id=KioskId("B")))
    assert not calls(there, there.standing())
    ended = fallen.with_act(disposed(2, ESCORTED))
    assert not calls(ended, ended.standing())
    plain = case(taken_at())
    assert not calls(plain, plain.standing())


def test_a_case_that_was_taken_waits_for_its_place_and_then_for_its_reading() -> None:
    """Five minutes to the isolation area, ten to the first reading there."""
    assert waits(taken_at()) == (Need.PLACE, 1, 6)
    assert waits(taken_at(), placed(2)) == (Need.MEASURE, 2, 12)


def test_readings_go_on_at_intervals_as_long_as_somebody_is_in_a_place() -> None:
    """A fault is no reading; a move to another place lets the interval begin anew."""
    start = (taken_at(), placed(2))
    elevated = read(3, Outcome.ELEVATED), act(CaseEvent.REPORTED, 4, to="clinic", at=at(3))
    assert waits(*start, *elevated) == (Need.MEASURE_AGAIN, 3, 33)
    fault = act(CaseEvent.MEASURED, 4, reading=measured(4, Outcome.DEVICE_FAULT, value_cc=None))
    assert waits(*start, fault) == (Need.MEASURE, 2, 12)
    moved = placed(5, "room_2")
    assert waits(*start, *elevated, moved) == (Need.MEASURE_AGAIN, 5, 35)


def test_who_was_found_normal_waits_for_a_decision_not_for_another_reading() -> None:
    """Until then somebody healthy sits in a room; a reading that is elevated again asks for the next one."""
    start = (taken_at(), placed(2), read(3))
    assert waits(*start) == (Need.DECIDE, 3, 33)
    assert waits(*start, placed(5, "room_2")) == (Need.DECIDE, 5, 35)
    again = read(6, Outcome.ELEVATED), act(CaseEvent.REPORTED, 7, to="clinic", at=at(6))
    assert waits(*start, *again) == (Need.MEASURE_AGAIN, 6, 36)


def test_a_confirmed_case_waits_to_be_reported_at_every_step_until_it_is() -> None:
    """From the first elevated clinical reading on; the most pressing need is the one that is shown."""
    start = (taken_at(), placed(2), read(3, Outcome.ELEVATED))
    assert waits(*start) == (Need.REPORT, 3, 13)
    assert waits(*start, read(9, Outcome.ELEVATED)) == (Need.REPORT, 3, 13)
    gone = (*start, disposed(4, ESCORTED), cleaned(5))
    assert waits(*gone) == (Need.REPORT, 3, 13)
    told = act(CaseEvent.REPORTED, 6, to="clinic")
    assert waits(*start, told) == (Need.MEASURE_AGAIN, 3, 33)
    assert waits(*gone, told) == (Need.CLOSE, 5, 65)


def test_a_reading_that_is_no_clinical_one_is_nothing_to_report() -> None:
    """Only a clinical thermometer confirms; until it was used somebody has still to measure."""
    guess = measured(3, Outcome.ELEVATED, kind=ReadingKind.BODY_ESTIMATE.value)
    assert waits(taken_at(), placed(2), act(CaseEvent.MEASURED, 3, reading=guess)) == (Need.MEASURE, 2, 12)


def test_after_the_end_it_waits_for_cleaning_then_for_the_second_signature_then_for_closing() -> None:
    """Nothing waits after closing."""
    two = (ESCORTED,)
    gone = (taken_at(), placed(2), disposed(4, ESCORTED))
    assert waits(*gone, co_signed=two) == (Need.CLEAN, 4, 34)
    assert waits(*gone, cleaned(5), co_signed=two) == (Need.SIGN, 5, 65)
    signed = (*gone, cleaned(5), act(CaseEvent.CO_SIGNED, 6, guard_id=BORIS))
    assert waits(*signed, co_signed=two) == (Need.CLOSE, 5, 65)
    assert waits(*signed, closed(7), co_signed=two) is None
    assert waits(taken_at(), disposed(2, ESCORTED)) == (Need.CLOSE, 2, 62)


def test_a_case_whose_opening_is_not_known_here_waits_for_nothing() -> None:
    """Its kiosk looks after it; there is no time to count from."""
    assert due(case(opening=None), LIMITS) is None


def test_a_need_grows_louder_with_time() -> None:
    """In time, overdue, and one more for each person of the plan that it could have gone on to."""
    need = Due(Need.ACKNOWLEDGE, at(0), at(1))
    assert [level(need, LIMITS, at(minutes)) for minutes in (0, 1, 1.1, 2.9, 3, 5)] == [0, 0, 1, 1, 2, 3]
    assert need.overdue(at(3)) == timedelta(minutes=2)
    assert need.overdue(at(0.5)) == timedelta(0)
    assert level(None, LIMITS, at(500)) == 0


def test_an_overdue_need_goes_on_to_each_contact_of_the_plan_once() -> None:
    """From one to the next as it grows louder; a need that was met begins with the first one again."""
    plan = make.plan()
    first, second = plan.escalation[:2]
    goes_on = act(CaseEvent.ESCALATED, 2, guard_id=None, to=first)
    assert goes_on_to(case(), plan, at(1)) is None
    assert whom(goes_on_to(case(), plan, at(2))) == (Need.ACKNOWLEDGE, first)
    assert goes_on_to(case(goes_on), plan, at(2)) is None
    assert whom(goes_on_to(case(goes_on), plan, at(4))) == (Need.ACKNOWLEDGE, second)
    assert whom(goes_on_to(case(goes_on, taken_at(5)), plan, at(60))) == (Need.PLACE, first)
    everybody = [act(CaseEvent.ESCALATED, turn, guard_id=None, to=to) for turn, to in enumerate(plan.escalation, 2)]
    assert goes_on_to(case(*everybody), plan, at(600)) is None
    assert goes_on_to(case(opening=None), plan, at(600)) is None


def whom(found: tuple[Due, str] | None) -> tuple[Need, str] | None:
    """Return what is waited for, and who is told."""
    return (found[0].need, found[1]) if found is not None else None


# the plan as a whole


def test_every_cause_leads_through_a_situation_of_the_plan() -> None:
    """No case is opened without steps for the guard."""
    assert set(OF_CAUSE) == set(Cause)
    assert all(make.plan().steps(situation) for situation in OF_CAUSE.values())


def test_a_plan_finds_its_parts_by_id() -> None:
    """And None for what it does not have."""
    plan = make.plan()
    assert (plan.place("room_2"), plan.place("cellar")) == (plan.places[1], None)
    assert (plan.contact("clinic"), plan.contact("nobody")) == (plan.contacts[3], None)
    assert make.plan(situations=()).steps(Situation.CROWD) == ()


def test_a_sound_plan_has_no_mistakes() -> None:
    """The one that the tests use."""
    assert mistakes(make.plan()) == []


def test_a_broken_plan_is_told_key_by_key() -> None:
    """Everything that is wrong, not just the first."""
    plain = make.plan()
    first = plain.situations[0]
    twice = replace(first, steps=(*first.steps, replace(first.steps[0], contact="nobody")))
    broken = make.plan(
        places=(Place("tent", make.words("帐篷"), 2, True), Place("tent", make.words("帐篷"), 2, True)),
        contacts=(*plain.contacts, plain.contacts[0]),
        checklist=(plain.checklist[0], plain.checklist[0]),
        escalation=("guard_room", "ghost"),
        referral=("clinic", "nowhere"),
        situations=(twice, *plain.situations[2:], plain.situations[2]),
    )
    assert mistakes(broken) == [
        "place: 'tent' stands here twice",
        "contact: 'guard_room' stands here twice",
        "checklist: 'mask' stands here twice",
        "situation: 'refusal' stands here twice",
        "escalation: 'ghost' is no contact of this plan",
        "referral: 'nowhere' is no contact of this plan",
        "situation: 'several_elevated' is missing",
        "place: at least one must be no overflow",
        "situation.elevated.step: 'take' stands here twice",
        "situation.elevated.step.take.contact: 'nobody' is no contact of this plan",
    ]


# the isolation area


def named(name: str, *acts: CaseAct) -> Case:
    """Return another person's case."""
    return Case(CaseId(name), case().visit_id, opening(label=name), acts)


def states(*cases: Case, minutes: float = 20) -> dict[str, PlaceState]:
    """Return how each place stands so many minutes after the openings."""
    return {item.place.id: item.state for item in area(make.plan(), cases, at(minutes))}


def free(*cases: Case, minutes: float = 20) -> list[str]:
    """Return where somebody may be put."""
    return [place.id for place in free_places(area(make.plan(), cases, at(minutes)))]


def in_room(name: str, place: str) -> Case:
    """Return the case of somebody who is in a place."""
    return named(name, taken_at(), placed(2, place))


def test_a_place_is_taken_then_dirty_then_airs_then_is_free() -> None:
    """It is freed by cleaning alone, and stays closed for half an hour after it."""
    acts = (taken_at(), placed(2), disposed(3, Disposition.TURNED_AWAY), cleaned(4))
    assert states()["room_1"] is PlaceState.FREE
    assert states(named("1", *acts[:2]))["room_1"] is PlaceState.TAKEN
    assert states(named("1", *acts[:3]))["room_1"] is PlaceState.DIRTY
    assert states(named("1", *acts), minutes=33)["room_1"] is PlaceState.AIRING
    assert states(named("1", *acts), minutes=34)["room_1"] is PlaceState.FREE
    airing = area(make.plan(), [named("1", *acts)], at(33))[0]
    assert (airing.until, airing.has_room) == (at(34), False)


def test_who_moves_on_leaves_a_dirty_place_behind() -> None:
    """The next one is not put there."""
    moved = named("1", taken_at(), placed(2), placed(3, "room_2"))
    assert states(moved) == {"room_1": PlaceState.DIRTY, "room_2": PlaceState.TAKEN, "tent": PlaceState.FREE}
    assert free(moved) == ["tent"]


def test_the_overflow_is_for_when_no_other_place_has_room() -> None:
    """Then as many as it holds; after that there is none."""
    one, two = in_room("1", "room_1"), in_room("2", "room_2")
    assert free() == ["room_1", "room_2"]
    assert free(one) == ["room_2"]
    assert free(one, two) == ["tent"]
    assert free(one, two, in_room("3", "tent")) == ["tent"]
    assert free(one, two, in_room("3", "tent"), in_room("4", "tent")) == []


def test_a_shared_place_is_its_remaining_persons_and_dirty_once_they_are_gone() -> None:
    """Two in the tent, one leaves: it is theirs until the last one is gone."""
    stays = in_room("1", "tent")
    left = named("2", taken_at(), placed(2, "tent"), disposed(3, Disposition.TURNED_AWAY))
    assert states(stays, left)["tent"] is PlaceState.TAKEN
    assert states(left)["tent"] is PlaceState.DIRTY


def test_two_who_could_not_see_each_other_make_a_place_crowded() -> None:
    """It is said, so that one of them can be moved."""
    room = area(make.plan(), [in_room("1", "room_1"), in_room("2", "room_1")], at(20))[0]
    assert (room.is_crowded, room.has_room) == (True, False)
    assert [(found.id, since) for found, since in room.cases] == [("1", at(2)), ("2", at(2))]


def test_a_place_that_the_plan_does_not_have_any_more_takes_no_part() -> None:
    """A newer plan may have come while somebody was in it; the case still says where."""
    assert set(states(in_room("1", "cellar"))) == {"room_1", "room_2", "tent"}


@pytest.mark.parametrize("step", CaseStep)
def test_every_step_of_a_case_has_its_need(step: CaseStep) -> None:
    """Only a closed case waits for nothing."""
    way = (taken_at(), placed(2), read(3), disposed(4, RELEASED), cleaned(5), closed(6, kiosk_id=KioskId("A")))
    known = next(case(*way[:count]) for count in range(7) if case(*way[:count]).standing().step is step)
    assert (due(known, LIMITS) is None) is (step is CaseStep.CLOSED)


def test_who_is_referred_to_comes_in_the_plans_order_then_others_outside_then_ours() -> None:
    """Somebody ill is sent to a hospital, not to the guard room; the plan says to which first."""
    police = Contact("police", make.words("派出所"), "110")
    ambulance = Contact("ambulance", make.words("急救"), "120")
    plan = make.plan()
    ours, clinic = plan.contacts[:3], plan.contacts[3]
    plan = replace(plan, contacts=(*plan.contacts, police, ambulance), referral=("ambulance", "clinic"))
    assert plan.receivers() == (ambulance, clinic, police, *ours)
    assert replace(plan, referral=()).receivers() == (clinic, police, ambulance, *ours)


# the steps that a case has behind it


def test_a_step_is_done_by_a_tick_or_by_the_act_that_it_asks_for() -> None:
    """Nobody ticks what the case shows already; a forehead is no reading, and another contact is not the one."""
    steps = (
        PlanStep("take", make.words("随行"), Role.GUARD, 60),
        PlanStep("place", make.words("安置"), Role.GUARD, 60, done_by=CaseEvent.PLACED),
        PlanStep("measure", make.words("测温"), Role.GUARD, 300, done_by=CaseEvent.MEASURED),
        PlanStep("report", make.words("上报"), Role.GUARD, 600, "clinic", CaseEvent.REPORTED),
    )
    plan = make.plan(situations=(SituationPlan(Situation.ELEVATED, make.words("偏高"), steps),))
    skin = act(CaseEvent.MEASURED, 3, reading=measured(3, value_cc=3650, kind=ReadingKind.SURFACE))
    known = case(taken_at(1), placed(2), skin, act(CaseEvent.REPORTED, 4, to="leader"))
    assert [step.id for step in undone(plan, known)] == ["take", "measure", "report"]
    assert (done_at(known, steps[1]), done_at(known, steps[0])) == (at(2), None)
    assert [late(plan, known, at(minute)) for minute in (0, 1, 5, 10)] == [0, 1, 2, 3]
    done = (act(CaseEvent.TICKED, 5, item="take", at=at(1)), read(6), act(CaseEvent.REPORTED, 7, to="clinic"))
    assert undone(plan, case(*known.acts, *done)) == ()
    assert done_at(case(*known.acts, *done), steps[0]) == at(1)


def test_a_case_that_never_was_one_or_is_not_known_whole_has_nothing_undone() -> None:
    """Its steps are nobody's."""
    plan = make.plan()
    in_error = case(taken_at(1), disposed(2, Disposition.OPENED_IN_ERROR))
    unopened = replace(in_error, opening=None, acts=in_error.acts[:1])
    assert undone(plan, in_error) == undone(plan, unopened) == ()
    assert late(plan, unopened, at(90)) == 0


def test_a_place_that_came_too_late_did_no_step() -> None:
    """It moved nobody."""
    step = PlanStep("place", make.words("安置"), Role.GUARD, 60, done_by=CaseEvent.PLACED)
    assert done_at(case(taken_at(1), disposed(2, ESCORTED), placed(3)), step) is None


def test_somebody_who_collapsed_is_stayed_with_and_not_carried_to_a_room() -> None:
    """Help is called first; then somebody says how it ends."""
    fallen = opening(cause=Cause.COLLAPSE)
    assert due(case(taken_at(1), opening=fallen), LIMITS) == Due(Need.REPORT, at(1), at(6))
    called = act(CaseEvent.REPORTED, 2, to="clinic", at=at(2))
    assert due(case(taken_at(1), called, opening=fallen), LIMITS) == Due(Need.STAY, at(2), at(32))
