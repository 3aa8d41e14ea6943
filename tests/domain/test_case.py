"""Isolation cases: who may do what next, on what terms, and what two sides make of each other's acts."""

from datetime import timedelta
from itertools import permutations

import pytest

from kiosk.domain.case import (
    CONDITIONS,
    FACTS,
    LEAVING,
    NAMELESS,
    TABLE,
    Case,
    CaseAct,
    CaseEvent,
    CaseStep,
    Disposition,
    Hindrance,
    Role,
    hindrance,
    may,
    merged,
)
from kiosk.domain.case_standing import DECISIONS, TAKEN_IN
from kiosk.domain.case_wish import CaseWish, ago
from kiosk.domain.ids import CaseId, KioskId, in_digits
from kiosk.domain.policy import ReadingKind
from kiosk.domain.screening import Outcome
from tests.domain.case_builders import (
    ANNA,
    BORIS,
    act,
    at,
    case,
    cleaned,
    closed,
    disposed,
    measured,
    opening,
    placed,
    read,
    taken,
)

B = {"kiosk_id": KioskId("B"), "guard_id": BORIS}
RELEASED, REFERRED, ESCORTED = Disposition.RELEASED, Disposition.REFERRED, Disposition.ESCORTED
TURNED_AWAY, IN_ERROR = Disposition.TURNED_AWAY, Disposition.OPENED_IN_ERROR
WAY = (taken(1), placed(2), read(3), disposed(4, RELEASED), cleaned(5), closed(6))
"""The usual way of a case whose clinical reading is normal."""

AT_STEP: dict[CaseStep, tuple[CaseAct, ...]] = {
    CaseStep.FLAGGED: (),
    CaseStep.ACKNOWLEDGED: WAY[:1],
    CaseStep.PLACED: (*WAY[:2], placed(3, "room_2"), read(4)),
    CaseStep.DISPOSED: WAY[:4],
    CaseStep.CLEANED: WAY[:5],
    CaseStep.CLOSED: WAY,
}


def why_not(known: Case, wanted: CaseAct) -> Hindrance | None:
    """Return what hinders an act, by the case's own terms."""
    return hindrance(known.standing(), wanted, known.co_signed)


# the table


def test_every_event_is_either_a_fact_or_a_decision_with_its_terms() -> None:
    """Nothing can be done for a case that the rules do not know."""
    decisions = set(CaseEvent) - FACTS
    assert set(TAKEN_IN) == FACTS
    assert set(DECISIONS) == set(CONDITIONS) == decisions
    assert set(TABLE) == set(CaseStep)
    assert {event for row in TABLE.values() for event in row} == decisions


@pytest.mark.parametrize("step", CaseStep)
def test_a_case_can_be_brought_to_each_step_and_stays_at_one(step: CaseStep) -> None:
    """Each step of the table is reached by acts alone."""
    assert case(*AT_STEP[step]).standing().step is step
    assert case(*AT_STEP[step]).is_open is (step is not CaseStep.CLOSED)


@pytest.mark.parametrize(
    ("step", "event"),
    [(step, event) for step in CaseStep for event in sorted(set(CaseEvent) - FACTS) if event not in TABLE[step]],
)
def test_what_the_table_does_not_allow_moves_nothing_and_is_kept(step: CaseStep, event: CaseEvent) -> None:
    """Also a hand-written act: the entry is shown as too late, the case is where it was."""
    known = case(*AT_STEP[step])
    late = act(event, 9, disposition=TURNED_AWAY)
    after = known.with_act(late).standing()
    assert (may(known.standing(), event), why_not(known, late)) == (False, Hindrance.NOT_NOW)
    assert (after.step, after.void) == (step, (late,))


@pytest.mark.parametrize("event", sorted(FACTS - NAMELESS))
@pytest.mark.parametrize("step", CaseStep)
def test_a_fact_moves_no_case_at_any_step(step: CaseStep, event: CaseEvent) -> None:
    """What was measured or told happened, whatever the step; it never opens or ends anything."""
    standing = case(*AT_STEP[step], act(event, 9, reading=measured(9), to="clinic", item="take")).standing()
    assert standing.step is step
    assert standing.void == ()
    assert may(standing, event)


def test_the_usual_way_ends_closed_by_a_named_guard() -> None:
    """Taken, placed, measured, released, cleaned, closed: each with its time."""
    standing = case(*WAY).standing()
    assert (standing.acknowledged_at, standing.placed_at) == (at(1), at(2))
    assert (standing.disposition, standing.disposed_by, standing.disposed_at) == (RELEASED, ANNA, at(4))
    assert (standing.left_place_at, standing.cleaned) == (at(4), (("room_1", at(5)),))
    assert (standing.closed_at, standing.closed_by, standing.void) == (at(6), ANNA, ())


# terms


def test_nothing_but_seen_and_going_on_to_the_next_is_done_in_nobodys_name() -> None:
    """Every guard's act names its guard."""
    for event in CaseEvent:
        wanted = act(event, 1, guard_id=None)
        expected = None if event in NAMELESS else Hindrance.NO_NAME
        assert why_not(case(), wanted) is expected
    assert case(taken(guard_id=None)).standing().step is CaseStep.FLAGGED


def test_a_place_is_named_and_another_than_the_one_it_has() -> None:
    """Moving is placing once more; both places have to be cleaned."""
    known = case(taken(), placed(2))
    assert why_not(known, placed(3, "")) is Hindrance.NO_PLACE
    assert why_not(known, placed(3, "room_1")) is Hindrance.NO_PLACE
    moved = known.with_act(placed(3, "room_2")).standing()
    assert (moved.place_id, moved.dirty, moved.is_in_place) == ("room_2", ("room_1", "room_2"), True)


def test_only_a_place_that_was_left_is_cleaned() -> None:
    """The one before may be cleaned while the visitor is in the next."""
    known = case(taken(), placed(2), placed(3, "room_2"))
    assert why_not(known, cleaned(4, "room_2")) is Hindrance.NO_PLACE
    assert why_not(known, cleaned(4, "tent")) is Hindrance.NO_PLACE
    standing = known.with_act(cleaned(4)).standing()
    assert (standing.step, standing.dirty) == (CaseStep.PLACED, ("room_2",))


def test_after_the_end_every_place_is_cleaned_before_the_case_is_clean() -> None:
    """Two places were used: the first one cleaned is not enough."""
    known = case(taken(), placed(2), placed(3, "room_2"), disposed(4, TURNED_AWAY))
    half = known.with_act(cleaned(5))
    assert half.standing().step is CaseStep.DISPOSED
    assert why_not(half, closed(6)) is Hindrance.NOT_CLEAN
    assert half.with_act(cleaned(6, "room_2")).standing().step is CaseStep.CLEANED


def test_who_was_in_no_place_needs_no_cleaning() -> None:
    """Decided at the door: closed at once."""
    known = case(taken(), disposed(2, TURNED_AWAY))
    assert why_not(known, cleaned(3)) is Hindrance.NO_PLACE
    assert known.standing().left_place_at is None
    assert known.with_act(closed(3)).standing().step is CaseStep.CLOSED


def test_an_end_is_one_of_the_dispositions() -> None:
    """An act without one changes nothing."""
    assert why_not(case(taken()), act(CaseEvent.DISPOSED, 2)) is Hindrance.NO_DISPOSITION


def test_who_is_referred_goes_to_somebody() -> None:
    """A hospital or an ambulance is named."""
    known = case(taken())
    assert why_not(known, disposed(2, REFERRED, to="")) is Hindrance.NO_RECEIVER
    assert known.with_act(disposed(2, REFERRED)).standing().disposed_to == "clinic"


@pytest.mark.parametrize(
    ("readings", "is_found"),
    [
        ((), False),
        ((measured(3),), True),
        ((measured(3, Outcome.ELEVATED),), False),
        ((measured(3, Outcome.ELEVATED), measured(4)), True),
        ((measured(3), measured(4, Outcome.ELEVATED)), False),
        ((measured(3, is_manual=False),), False),
        ((measured(3, kind=ReadingKind.BODY_ESTIMATE.value),), False),
        ((measured(3), measured(4, kind=ReadingKind.BODY_ESTIMATE.value)), True),
        ((measured(3), measured(4, Outcome.ELEVATED, kind=ReadingKind.BODY_ESTIMATE.value)), False),
        ((measured(3), measured(4, Outcome.DEVICE_FAULT, value_cc=None, kind="")), True),
        ((measured(3, value_cc=None),), False),
    ],
)
def test_release_after_an_elevated_reading_takes_a_normal_clinical_one(
    readings: tuple[CaseAct, ...], *, is_found: bool
) -> None:
    """The last clinical word counts, and nothing that was measured since may say otherwise; a fault says nothing."""
    acts = [act(CaseEvent.MEASURED, turn, reading=item) for turn, item in enumerate(readings, start=3)]
    known = case(taken(), *acts)
    assert known.standing().is_found_normal is is_found
    assert why_not(known, disposed(9, RELEASED)) is (None if is_found else Hindrance.NOT_NORMAL)


def test_a_case_without_an_elevated_reading_is_released_by_the_guards_word() -> None:
    """A declaration that turned out harmless; whoever then measures elevated within the case is released no more."""
    known = case(taken(), opening=opening(was_elevated=False))
    assert why_not(known, disposed(2, RELEASED)) is None
    assert why_not(known.with_act(read(2, Outcome.ELEVATED)), disposed(3, RELEASED)) is Hindrance.NOT_NORMAL


def test_where_it_is_not_known_how_a_case_began_it_is_taken_as_elevated() -> None:
    """A side that has only later acts releases nobody by them."""
    known = case(taken(), opening=None)
    assert why_not(known, disposed(2, RELEASED)) is Hindrance.NOT_NORMAL
    assert (known.label, known.co_signed, case().label) == (in_digits("case-0001"), (), "CA01")


def test_opened_in_error_after_an_elevated_reading_takes_a_shift_leader() -> None:
    """Otherwise it would be the short way around the clinical reading."""
    known = case(taken())
    assert why_not(known, disposed(2, IN_ERROR, role=Role.GUARD)) is Hindrance.ROLE
    assert why_not(known, disposed(2, IN_ERROR)) is None
    harmless = case(taken(), opening=opening(was_elevated=False))
    assert why_not(harmless, disposed(2, IN_ERROR, role=Role.GUARD)) is None


@pytest.mark.parametrize("first", Disposition)
@pytest.mark.parametrize("second", Disposition)
def test_only_one_way_of_leaving_is_corrected_to_another(first: Disposition, second: Disposition) -> None:
    """Who was let in cannot be sent to hospital afterwards, and who left cannot be let in."""
    known = case(taken(), read(2), disposed(3, first))
    expected = None if {first, second} <= LEAVING else Hindrance.NOT_NOW
    assert why_not(known, disposed(4, second)) is expected
    assert known.with_act(disposed(4, second)).standing().disposition is (second if expected is None else first)


def test_a_correction_after_cleaning_leaves_it_clean() -> None:
    """And the time at which the place was left stays."""
    standing = case(taken(), placed(2), disposed(3, TURNED_AWAY), cleaned(4), disposed(5, ESCORTED)).standing()
    assert (standing.step, standing.disposition, standing.left_place_at) == (CaseStep.CLEANED, ESCORTED, at(3))


def test_a_confirmed_case_is_not_closed_before_somebody_was_told() -> None:
    """No hiding; one that never was a case is nothing to tell."""
    known = case(taken(), read(2, Outcome.ELEVATED), disposed(3, REFERRED))
    assert why_not(known, closed(4)) is Hindrance.NOT_REPORTED
    told = known.with_act(act(CaseEvent.REPORTED, 4, to="community"))
    assert (why_not(told, closed(5)), told.standing().reported) == (None, (("community", at(4)),))
    assert why_not(case(taken(), read(2, Outcome.ELEVATED), disposed(3, IN_ERROR)), closed(4)) is None


def test_a_case_is_not_closed_undecided() -> None:
    """The table has no such way; the terms say so as well."""
    undecided = case(taken()).standing()
    assert CONDITIONS[CaseEvent.CLOSED](undecided, closed(2), ()) is Hindrance.NO_DISPOSITION


def test_a_second_person_signs_where_the_plan_wants_two() -> None:
    """Not the one who decided, and not before there was anything to sign."""
    two = opening(co_signed=(ESCORTED,))
    sign = act(CaseEvent.CO_SIGNED, 3, guard_id=BORIS)
    early = case(taken(), act(CaseEvent.CO_SIGNED, 2, guard_id=BORIS), opening=two)
    assert why_not(early, sign) is Hindrance.NO_DISPOSITION
    known = early.with_act(disposed(3, ESCORTED))
    assert why_not(known, closed(4)) is Hindrance.NOT_SIGNED
    own = act(CaseEvent.CO_SIGNED, 4)
    assert why_not(known, own) is Hindrance.NOT_SIGNED
    assert why_not(known.with_act(own), closed(5)) is Hindrance.NOT_SIGNED
    signed = known.with_act(act(CaseEvent.CO_SIGNED, 5, guard_id=BORIS, disposition=ESCORTED))
    assert (why_not(known, sign), why_not(signed, closed(6))) == (None, None)
    assert signed.standing().signers == (BORIS,)
    unnamed = act(CaseEvent.CO_SIGNED, 5, guard_id=None)
    assert known.with_act(unnamed).standing().signers == ()


def test_a_signature_is_for_the_disposition_that_was_signed() -> None:
    """What replaces it is signed anew, also where the signer had not heard of the correction."""
    two = opening(co_signed=(TURNED_AWAY, ESCORTED))
    sign = act(CaseEvent.CO_SIGNED, 3, guard_id=BORIS, disposition=TURNED_AWAY, kiosk_id=KioskId("B"))
    known = case(taken(), disposed(2, TURNED_AWAY), sign, disposed(4, ESCORTED), opening=two)
    assert why_not(known, closed(5)) is Hindrance.NOT_SIGNED
    crossed = case(taken(), disposed(2, TURNED_AWAY), disposed(3, ESCORTED, at=at(2.5)), sign, opening=two)
    assert crossed.standing().signers == ()
    assert why_not(crossed, act(CaseEvent.CO_SIGNED, 4, disposition=TURNED_AWAY)) is Hindrance.NO_DISPOSITION


# facts


def test_facts_are_taken_in_by_what_they_say() -> None:
    """The first touch of "seen" and the last, each tick once, the last person an alarm went on to."""
    standing = case(
        act(CaseEvent.SEEN, 1, guard_id=None),
        act(CaseEvent.SEEN, 2, guard_id=None),
        act(CaseEvent.TICKED, 3, item="take"),
        act(CaseEvent.TICKED, 4, item="take"),
        act(CaseEvent.REMARKED, 5, note="alone"),
        act(CaseEvent.ESCALATED, 6, guard_id=None, to="guard_room"),
        act(CaseEvent.ESCALATED, 7, guard_id=None, to="leader"),
        act(CaseEvent.MEASURED, 8),
    ).standing()
    assert (standing.seen_at, standing.last_seen_at, standing.ticked) == (at(1), at(2), ("take",))
    assert (standing.escalated, standing.escalated_to, standing.readings) == (2, "leader", ())
    assert (standing.measured_at, standing.last_reading, standing.confirmed_at) == (None, None, None)


def test_a_case_is_confirmed_from_the_first_of_its_elevated_clinical_readings() -> None:
    """Measuring again does not put the report off; a normal one ends it; what is no clinical reading has no say."""
    guess = measured(5, Outcome.ELEVATED, kind=ReadingKind.BODY_ESTIMATE.value)
    known = case(taken(), read(2), read(3, Outcome.ELEVATED), read(4, Outcome.ELEVATED))
    known = known.with_act(act(CaseEvent.MEASURED, 5, reading=guess)).with_act(act(CaseEvent.MEASURED, 6))
    assert (known.standing().confirmed_at, known.standing().is_confirmed) == (at(3), True)
    assert known.standing().measured_at == at(4)  # a guess is no measurement
    assert not known.with_act(read(7)).standing().is_confirmed


def test_a_case_tells_its_next_turn_and_when_it_was_last_touched() -> None:
    """An act comes after all that its guard could see."""
    assert (case().next_turn, case().touched_at) == (1, at(0))
    assert (case(*WAY).next_turn, case(*WAY).touched_at) == (7, at(6))
    assert Case(CaseId("c"), case().visit_id).touched_at is None


# two sides


def both(one: tuple[CaseAct, ...], other: tuple[CaseAct, ...], **changes: object) -> Case:
    """Return what both sides have once each has the other's acts; the order of hearing makes no difference."""
    here, there = case(*one, **changes), case(*other, **changes)
    together = merged([here, there])[here.id]
    assert merged([there, here])[here.id].standing() == together.standing()
    assert merged([together, here, there])[here.id].standing() == together.standing()
    return together


def test_two_take_a_case_at_once_and_the_first_has_it() -> None:
    """By the server's clock; the second sees that it came too late."""
    late = taken(1, at=at(1.5), **B)
    standing = both((taken(),), (late,)).standing()
    assert (standing.guard_id, standing.void) == (ANNA, (late,))


def test_two_decide_at_once_and_the_first_decision_stands() -> None:
    """Whatever is heard first: the turn, then the time, then the kiosk's id."""
    start = (taken(), read(2))
    released, referred = disposed(3, RELEASED), disposed(3, REFERRED, at=at(3.5), **B)
    standing = both((*start, released), (*start, referred)).standing()
    assert (standing.disposition, standing.disposed_by, standing.void) == (RELEASED, ANNA, (referred,))


def test_at_the_very_same_moment_the_lower_kiosk_id_comes_first() -> None:
    """So that no two sides can ever disagree."""
    standing = both((taken(),), (taken(**B),)).standing()
    assert standing.guard_id == ANNA


def test_two_ways_of_leaving_at_once_are_a_decision_and_its_correction() -> None:
    """Neither is lost; the later word stands."""
    standing = both((taken(), disposed(2, TURNED_AWAY)), (taken(), disposed(2, ESCORTED, at=at(2.5), **B))).standing()
    assert (standing.disposition, standing.disposed_by, standing.void) == (ESCORTED, BORIS, ())


def test_a_reading_that_was_late_undoes_a_release_that_did_not_know_of_it() -> None:
    """Nobody is let in by accident: an elevated reading from the other side opens the case again."""
    start = (taken(), read(2))
    one = (*start, disposed(3, RELEASED), closed(4))
    standing = both(one, (*start, read(3, Outcome.ELEVATED, at=at(2.5), **B))).standing()
    assert (standing.step, standing.disposition) == (CaseStep.ACKNOWLEDGED, None)
    assert standing.void == one[2:]


def test_readings_of_two_sides_stand_by_the_time_at_which_they_were_taken() -> None:
    """A kiosk that did much while it was cut off has higher turns for older readings: they are no newer for that."""
    start = (taken(),)
    old_normal = read(9, at=at(2), **B)
    new_elevated = read(2, Outcome.ELEVATED, at=at(5))
    known = both((*start, new_elevated), (*start, old_normal))
    assert [item.outcome for item in known.standing().readings] == [Outcome.NORMAL, Outcome.ELEVATED]
    assert why_not(known, disposed(10, RELEASED)) is Hindrance.NOT_NORMAL


def test_a_place_that_was_used_all_the_same_has_to_be_cleaned() -> None:
    """The placing came too late to count, but somebody was there: the case is not closed over a dirty place."""
    start = (taken(), disposed(2, TURNED_AWAY))
    late = placed(2, "room_2", at=at(2.5), **B)
    known = both((*start, closed(3)), (taken(), late))
    standing = known.standing()
    assert (standing.step, standing.place_id, standing.dirty) == (CaseStep.DISPOSED, "", ("room_2",))
    done = known.with_act(cleaned(5, "room_2")).with_act(closed(6)).standing()
    assert (done.step, done.dirty, done.void) == (CaseStep.CLOSED, (), (late, closed(3)))


def test_a_case_that_was_closed_opens_again_for_a_place_that_nobody_knew_of() -> None:
    """Its turn is after the closing, since its kiosk did much while it was cut off."""
    start = (taken(), disposed(2, TURNED_AWAY))
    late = placed(8, "tent", **B)
    standing = both((*start, closed(3)), (taken(), late)).standing()
    assert (standing.step, standing.closed_at, standing.dirty) == (CaseStep.DISPOSED, None, ("tent",))


@pytest.mark.parametrize("late", [placed(9, guard_id=None), placed(9, ""), disposed(9, ESCORTED)])
def test_other_late_decisions_leave_a_closed_case_closed(late: CaseAct) -> None:
    """They are kept and shown, and nothing more."""
    standing = case(taken(), disposed(2, TURNED_AWAY), closed(3), late).standing()
    assert (standing.step, standing.dirty, standing.void) == (CaseStep.CLOSED, (), (late,))


def test_merging_in_any_order_gives_the_same_standing() -> None:
    """Three sides, each with its own acts; who knows the opening does not matter."""
    sides = [
        case(taken(), placed(2)),
        case(taken(1, at=at(1.2), **B), placed(2, "room_2", at=at(2.2), **B), opening=None),
        case(read(2, at=at(2.1), kiosk_id=KioskId("C")), disposed(3, TURNED_AWAY, kiosk_id=KioskId("C")), opening=None),
    ]
    standings = [merged(order)[case().id].standing() for order in permutations(sides)]
    assert all(standing == standings[0] for standing in standings)
    assert len(merged(sides)[case().id].acts) == sum(len(side.acts) for side in sides)


def test_cases_of_different_people_stay_apart() -> None:
    """Merging is by the case's id alone."""
    other = Case(CaseId("case-0002"), case().visit_id, opening(at=at(0) + timedelta(seconds=1)))
    assert set(merged([case(), other])) == {"case-0001", "case-0002"}


def test_a_log_that_heard_of_the_end_elsewhere_keeps_its_case_closed() -> None:
    """Also once nobody tells it the others' acts any more; with the closing act at hand, the standing says it."""
    theirs = closed(3, **B)
    end = case(taken(), disposed(2, TURNED_AWAY), theirs)
    assert end.closing == theirs
    noted = act(CaseEvent.HEARD, 4, guard_id=None, note=theirs.name)
    own = case(taken(), disposed(2, TURNED_AWAY), noted)
    assert (own.standing().step, own.is_open, own.closing) == (CaseStep.DISPOSED, False, None)
    assert not merged([own, end])[own.id].is_open
    late = placed(9, "tent", **B)
    assert merged([own, end.with_act(late)])[own.id].is_open
    assert own.with_act(act(CaseEvent.HEARD, 5, guard_id=None)).standing() == own.standing()


# what was done earlier


def test_what_is_written_down_late_happened_no_earlier_than_it_can_have() -> None:
    """Not before the case began, nor before the placing that it follows; what decides counts from now on."""
    known = case(taken(1), placed(2))
    asked = {
        CaseWish(CaseEvent.TICKED, item="take", minutes_ago=5): 5,
        CaseWish(CaseEvent.REPORTED, to="clinic", minutes_ago=90): 10,
        CaseWish(CaseEvent.PLACED, place_id="room_2", minutes_ago=90): 8,
        CaseWish(CaseEvent.TICKED, item="take", minutes_ago=-5): 0,
        CaseWish(CaseEvent.CLEANED, place_id="room_1", minutes_ago=5): 0,
    }
    assert {wish: ago(known, wish, at(10)) / timedelta(minutes=1) for wish in asked} == asked
    unopened = Case(known.id, known.visit_id, None, known.acts)
    assert ago(unopened, CaseWish(CaseEvent.TICKED, item="take", minutes_ago=5), at(10)) == timedelta(0)
