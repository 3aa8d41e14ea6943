"""The state is what the entries say: applied live or rebuilt, it comes out the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.change import replace
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import BookingId, CaseId, VisitId, in_digits
from kiosk.domain.state import EVENTS, apply, event_of
from kiosk.domain.state_days import COLD_BY_HAND, EXTRA_LATE, INSIDE, TYPED_WRONG
from kiosk.domain.times import to_wire
from kiosk.domain.visit import Event, Step
from kiosk.domain.wire import to_json
from tests.domain.builders import Memory, at, booking, chain, reading, visit

V = VisitId("v1")


def reading_of(outcome: str, **more: Any) -> dict[str, Any]:
    """Return the body of a reading's entry."""
    return {"visit_id": V, "reading": to_json(reading(3650)), "outcome": outcome, "reasons": [], **more}


IDENTIFIED = (
    EntryKind.IDENTIFIED,
    {"visit_id": V, "booking": to_json(booking()), "first_contact": to_wire(at(9)), "by": "code"},
)
ARRIVED = (EntryKind.ARRIVED, {"visit_id": V})
DECLARED = (EntryKind.DECLARED, {"visit_id": V, "yes": []})
NORMAL = (EntryKind.READING, reading_of("normal"))
ADMITTED = (EntryKind.ADMITTED, {"visit_id": V, "number": "B001", "counter": "queue:1", "count": 1})
HELD = (EntryKind.HELD, {"visit_id": V, "cause": "elevated"})
CASE = (EntryKind.CASE_OPENED, {"visit_id": V, "case_id": "c1", "number": "CB01", "cause": "elevated", "guard_id": ""})
ACT: dict[str, Any] = {"visit_id": V, "case_id": "c1", "guard_id": "g1"}
TAKEN = (EntryKind.CASE_ACTED, {**ACT, "turn": 1, "event": "acknowledged"})
DISPOSED = (EntryKind.CASE_ACTED, {**ACT, "turn": 2, "event": "disposed", "disposition": "released"})
CLOSED = (EntryKind.CASE_ACTED, {**ACT, "turn": 3, "event": "closed"})
SIGNED: dict[str, Any] = {"guard_id": "g1", "day": "2020-03-10"}
OTHERS: list[tuple[EntryKind, dict[str, Any]]] = [
    (EntryKind.REFUSED, {**IDENTIFIED[1], "visit_id": "v2", "reasons": ["too_late"]}),
    (EntryKind.OVERRIDDEN, {"visit_id": "v2", "guard_id": "g1"}),
    (EntryKind.ARRIVED, {"visit_id": "v2"}),
    (EntryKind.CARD_AWAITED, {"visit_id": V}),
    (EntryKind.CARD_SEEN, {"visit_id": V, "guard_id": "g1"}),
    (EntryKind.DISOWNED, {"visit_id": V}),
    (EntryKind.READING, reading_of("too_cold_wait", moves=True, rest_number="RB01", rest_until=to_wire(at(11)))),
    (EntryKind.READING, reading_of("unstable", moves=True)),
    (EntryKind.RESUMED, {"visit_id": V, "at": "measuring"}),
    (EntryKind.RESUMED, {"visit_id": V, "at": "declaration"}),
    (EntryKind.CALLED, {"visit_id": "v3"}),
    (EntryKind.CALLED, {"visit_id": V}),
    (EntryKind.LINED_UP, {"visit_id": V, "number": "WB01"}),
    (EntryKind.TIMED_OUT, {"visit_id": V}),
    (EntryKind.TURNED_AWAY, {"visit_id": V, "guard_id": "g1"}),
    (EntryKind.HELPED, {"visit_id": V, "guard_id": "g1", "ends": False}),
    (EntryKind.HELPED, {"visit_id": "v3", "guard_id": "g1", "ends": True}),
    (EntryKind.WENT_OUT, {"visit_id": V}),
    (EntryKind.CORRECTED, {"visit_id": V, "of_seq": 1, "what": "name", "value": "李雷"}),
    (EntryKind.ADOPTED, {"visit_id": "v4", "visit": to_json(visit(Step.RESTING, id=VisitId("v4")))}),
    (EntryKind.DAY_OPENED, {"day": "2020-03-10", "counter": "day_opened", "count": 1}),
    (EntryKind.DAY_CLOSED, {"inside": 3}),
    (EntryKind.TYPED_WRONG, {"by": "number"}),
    (EntryKind.TYPING_REOPENED, {"guard_id": "g1"}),
    (EntryKind.TOLERANCE_WIDENED, {"guard_id": "g1", "minutes": 20}),
    (EntryKind.COLD_MODE_SET, {"guard_id": "g1", "is_on": True}),
    (EntryKind.INSTRUMENT_CHOSEN, {**SIGNED, "serial": "YT-1"}),
    (EntryKind.SIGNED_IN, {**SIGNED, "by": "pin", "wrong": 0, "until": ""}),
    (EntryKind.SIGN_IN_FAILED, {**SIGNED, "by": "pin", "wrong": 4, "until": to_wire(at(11))}),
    (EntryKind.SHIFT_BEGUN, {**SIGNED, "role": "guard", "checks": {"mask": True}}),
    (EntryKind.SHIFT_ENDED, SIGNED),
    (EntryKind.SITUATION_BEGUN, {**SIGNED, "run_id": "s1", "situation": "crowd"}),
    (EntryKind.SITUATION_TICKED, {**SIGNED, "run_id": "s1", "situation": "crowd", "item": "space"}),
    (EntryKind.SITUATION_ENDED, {**SIGNED, "run_id": "s1"}),
    (EntryKind.REFUSED_MEASURING, {"visit_id": V, "cause": "refusal"}),
    (EntryKind.READING, reading_of("elevated", case_id="c1", turn=4)),
    (EntryKind.NEAR_LISTED, {"visit_id": V, "case_id": "c1", "day": "2020-03-10", "until": to_wire(at(12))}),
    (EntryKind.SIGNED_OUT, {"guard_id": "g1"}),
    (EntryKind.STARTED, {}),
    (EntryKind.DEVICE, {"device": "log", "state": "ok"}),
]
ALL = [IDENTIFIED, ARRIVED, DECLARED, NORMAL, ADMITTED, HELD, CASE, TAKEN, DISPOSED, CLOSED, *OTHERS]


def after(*bodies: tuple[EntryKind, dict[str, Any]]) -> Memory:
    """Return the state after these entries."""
    state = Memory()
    for entry in chain(list(bodies)):
        apply(state, entry)
    return state


def step_of(*bodies: tuple[EntryKind, dict[str, Any]]) -> Step:
    """Return the step of the one visit after these entries."""
    return after(*bodies).visits[V].step


def test_the_way_of_an_admitted_visitor_is_in_the_state() -> None:
    """Arrived and admitted are two facts with their own times."""
    known = after(IDENTIFIED, ARRIVED, DECLARED, NORMAL, ADMITTED)
    seen = known.visits[V]
    assert (seen.step, seen.queue_number, seen.first_contact) == (Step.ADMITTED, "B001", at(9))
    assert (seen.arrived_at, seen.declared_at, seen.admitted_at) == (at(9, 0, 2), at(9, 0, 3), at(9, 0, 5))
    assert [item.value_cc for item in seen.readings] == [3650]
    assert (known.count(INSIDE), known.count("queue:1")) == (1, 1)


def test_a_first_arrival_is_kept_when_a_second_is_recorded() -> None:
    """The first contact with the door is the arrival."""
    assert after(IDENTIFIED, ARRIVED, ARRIVED).visits[V].arrived_at == at(9, 0, 2)


@pytest.mark.parametrize(
    ("body", "step"),
    [
        (reading_of("unstable", moves=True), Step.MEASURING),
        (reading_of("too_cold_wait", moves=True, rest_number="RB01", rest_until=to_wire(at(11))), Step.RESTING),
        (reading_of("too_cold_wait"), Step.MEASURING),
        (reading_of("elevated", moves=True, rest_number="RB01", rest_until=to_wire(at(11))), Step.RESTING),
        (reading_of("elevated"), Step.MEASURING),
        (reading_of("normal", moves=True), Step.MEASURING),
        (reading_of("normal"), Step.MEASURING),
    ],
)
def test_a_reading_moves_a_visit_only_where_it_says_so(body: dict[str, Any], step: Step) -> None:
    """A rest is ordered by the entry, not by the number in it."""
    assert step_of(IDENTIFIED, ARRIVED, DECLARED, (EntryKind.READING, body)) is step


def test_a_case_opens_with_its_visit_and_closes_with_a_guard_and_a_disposition() -> None:
    """Nothing is closed without both."""
    opened = after(IDENTIFIED, ARRIVED, DECLARED, HELD, CASE)
    assert opened.visits[V].case_id == "c1"
    assert [case.label for case in opened.open_cases()] == ["CB01"]
    closed = after(IDENTIFIED, ARRIVED, DECLARED, HELD, CASE, TAKEN, DISPOSED, CLOSED).case(CaseId("c1"))
    assert closed is not None
    end = closed.standing()
    assert (closed.is_open, end.closed_by, end.disposition) == (False, "g1", "released")


def test_an_act_for_a_case_of_another_kiosk_is_kept_until_its_opening_is_known() -> None:
    """What this kiosk's log holds of it; the server's view has the rest."""
    case = after(TAKEN).case(CaseId("c1"))
    assert case is not None
    assert (case.opening, [act.event for act in case.acts]) == (None, ["acknowledged"])
    assert case.label == in_digits("c1")  # no number of a kiosk that it could be taken for


def test_a_case_of_an_unknown_visit_is_kept_all_the_same() -> None:
    """A case is never lost."""
    assert list(after(CASE).cases) == ["c1"]


@pytest.mark.parametrize(("guard_id", "inside"), [("g1", 0), ("", 1)])
def test_who_closes_the_day_empties_the_hall_and_the_hour_does_not(guard_id: str, inside: int) -> None:
    """As an entry; the other counters of the day start anew with both."""
    widened = (EntryKind.TOLERANCE_WIDENED, {"guard_id": "g1", "minutes": 20})
    typed = (EntryKind.TYPED_WRONG, {"by": "number"})
    cold = (EntryKind.COLD_MODE_SET, {"guard_id": "g1", "is_on": True})
    before = after(IDENTIFIED, ARRIVED, DECLARED, NORMAL, ADMITTED, widened, typed, cold)
    assert [before.count(name) for name in (INSIDE, EXTRA_LATE, TYPED_WRONG, COLD_BY_HAND)] == [1, 20, 1, 1]
    closed = (EntryKind.DAY_CLOSED, {"inside": 1, "guard_id": guard_id})
    ended = after(IDENTIFIED, ARRIVED, DECLARED, NORMAL, ADMITTED, widened, typed, cold, closed)
    assert [ended.count(name) for name in (INSIDE, EXTRA_LATE, TYPED_WRONG, COLD_BY_HAND)] == [inside, 0, 0, 0]


def test_going_out_takes_one_from_the_number_inside() -> None:
    """In and out again."""
    gone = after(IDENTIFIED, ARRIVED, DECLARED, NORMAL, ADMITTED, (EntryKind.WENT_OUT, {"visit_id": V}))
    assert gone.count(INSIDE) == 0
    assert gone.visits[V].step is Step.LEFT
    assert gone.visits[V].left_at == at(9, 0, 6)


def test_a_call_from_nobody_known_gets_a_place_on_the_guards_list() -> None:
    """The idle screen's "ask a person"."""
    called = after((EntryKind.CALLED, {"visit_id": "v9"})).visits["v9"]
    assert (called.step, called.cause, called.booking) == (Step.GUARD, "asked_person", None)


def test_a_call_keeps_the_cause_and_the_step_of_a_visit() -> None:
    """Who waits because of a reading still waits because of it."""
    known = after(IDENTIFIED, HELD, (EntryKind.CALLED, {"visit_id": V})).visits[V]
    assert (known.step, known.cause) == (Step.GUARD, "elevated")


def helped(*, ends: bool, visit_id: str = V) -> tuple[EntryKind, dict[str, Any]]:
    """Return a guard's word that somebody who asked for a person was helped."""
    return EntryKind.HELPED, {"visit_id": visit_id, "guard_id": "g1", "ends": ends}


def test_a_call_from_nobody_known_is_over_once_they_were_helped() -> None:
    """By a guard's name; why there was a visit at all stays with it."""
    over = after((EntryKind.CALLED, {"visit_id": "v9"}), helped(ends=True, visit_id="v9")).visits["v9"]
    assert (over.step, over.cause, over.guard_id) == (Step.HELPED, "asked_person", "g1")
    assert not over.is_listed


RESTS = (EntryKind.READING, reading_of("too_cold_wait", moves=True, rest_number="RB01", rest_until=to_wire(at(11))))
LINED = (EntryKind.LINED_UP, {"visit_id": V, "number": "WB01"})
REFUSED = (EntryKind.REFUSED, {**IDENTIFIED[1], "reasons": ["too_early"]})
CALLED = (EntryKind.CALLED, {"visit_id": V})


@pytest.mark.parametrize(
    "way", [(REFUSED,), (IDENTIFIED, ARRIVED, DECLARED, RESTS), (IDENTIFIED, ARRIVED, DECLARED, LINED)]
)
def test_help_on_the_way_takes_the_mark_of_the_call_off_and_moves_nothing(
    way: tuple[tuple[EntryKind, dict[str, Any]], ...],
) -> None:
    """The visit goes on where it was, as if nobody had asked."""
    before, called = after(*way).visits[V], after(*way, CALLED).visits[V]
    known = after(*way, CALLED, helped(ends=False)).visits[V]
    assert (called.step, called.cause) == (before.step, "asked_person")
    assert replace(known, touched_at=before.touched_at, guard_id=before.guard_id) == before


def test_help_answers_a_call_and_no_other_cause() -> None:
    """Who waits because of a reading waits on."""
    known = after(IDENTIFIED, HELD, CALLED, helped(ends=False)).visits[V]
    assert (known.step, known.cause) == (Step.GUARD, "elevated")


@pytest.mark.parametrize("step", [IDENTIFIED, ADMITTED])
def test_an_end_by_help_where_nobody_waits_for_a_guard_lets_nobody_pass(step: tuple[EntryKind, dict[str, Any]]) -> None:
    """An open visit goes to the guard, a closed one stays closed."""
    way = (IDENTIFIED,) if step is IDENTIFIED else (IDENTIFIED, ARRIVED, DECLARED, NORMAL, ADMITTED)
    assert step_of(*way, helped(ends=True)) is (Step.GUARD if step is IDENTIFIED else Step.ADMITTED)


ASKED = (EntryKind.HELD, {"visit_id": V, "cause": "asked_person"})
AGAIN = (EntryKind.RESUMED, {"visit_id": V, "at": "declaration"})


@pytest.mark.parametrize(
    "way",
    [
        (IDENTIFIED, ARRIVED, ASKED, AGAIN),
        (IDENTIFIED, (EntryKind.CARD_AWAITED, {"visit_id": V}), CALLED, ARRIVED),
        (REFUSED, CALLED, (EntryKind.OVERRIDDEN, {"visit_id": V, "guard_id": "g1"}), ARRIVED),
    ],
)
def test_whom_a_guard_sends_on_calls_no_longer(way: tuple[tuple[EntryKind, dict[str, Any]], ...]) -> None:
    """A guard stood before them; at a later rest they are not shown as calling."""
    assert after(*way[:-1]).visits[V].cause == "asked_person"
    known = after(*way).visits[V]
    assert (known.step, known.cause) == (Step.DECLARATION, "")


def test_who_goes_on_by_themselves_after_a_rest_still_calls() -> None:
    """Nobody said that a guard came."""
    on = (EntryKind.RESUMED, {"visit_id": V, "at": "measuring"})
    assert after(IDENTIFIED, ARRIVED, DECLARED, RESTS, CALLED, on).visits[V].cause == "asked_person"


def test_a_call_counts_whatever_a_guard_was_needed_for_before() -> None:
    """Measured by hand, then in line: the old cause is over, and the call is what is new."""
    by_hand = (EntryKind.HELD, {"visit_id": V, "cause": "by_hand"})
    known = after(IDENTIFIED, ARRIVED, DECLARED, by_hand, NORMAL, LINED, CALLED).visits[V]
    assert (known.step, known.cause) == (Step.HALL_LINE, "asked_person")


def test_a_call_does_not_cost_the_place_in_the_halls_line() -> None:
    """Who asks a question stays where they were."""
    lined = (EntryKind.LINED_UP, {"visit_id": V, "number": "WB01"})
    known = after(IDENTIFIED, ARRIVED, DECLARED, NORMAL, lined, (EntryKind.CALLED, {"visit_id": V})).visits[V]
    assert known.lined_up_at == at(9, 0, 5)


def test_an_entry_about_an_unknown_visit_changes_nothing() -> None:
    """Its first entries were erased; the log still proves them."""
    assert after(ARRIVED, DECLARED, ADMITTED).visits == {}


def test_an_entry_of_the_kiosk_itself_changes_no_visit() -> None:
    """Started, stopped, a device: facts without a visitor."""
    assert after((EntryKind.STARTED, {})).visits == {}


def test_a_second_identification_of_the_same_visit_keeps_what_is_known() -> None:
    """An open visit that is refused later is not opened anew."""
    refused = (EntryKind.REFUSED, {**IDENTIFIED[1], "reasons": ["cancelled"]})
    known = after(IDENTIFIED, ARRIVED, refused).visits[V]
    assert (known.step, known.reasons, known.arrived_at) == (Step.REFUSED, ("cancelled",), at(9, 0, 2))


def test_an_erased_entry_changes_nothing() -> None:
    """What is forgotten is forgotten."""
    state = Memory()
    apply(state, chain([IDENTIFIED])[0]._replace(body=None, salt=None))
    assert state.visits == {}


def test_a_correction_moves_the_visit_nowhere() -> None:
    """The ledger shows the corrected figure; what was decided stays decided, but it is kept as long as that."""
    way = (IDENTIFIED, ARRIVED, DECLARED, NORMAL, ADMITTED)
    corrected = (EntryKind.CORRECTED, {"visit_id": V, "of_seq": 4, "what": "reading", "value": "38.0"})
    before, known = after(*way).visits[V], after(*way, corrected).visits[V]
    assert (known.touched_at, known.last_at) == (before.touched_at, at(9, 0, 6))
    assert before.last_at == before.touched_at
    assert replace(known, corrected_at=None) == before
    assert after(corrected).visits == {}


def test_every_kind_of_entry_about_a_visit_is_an_event_or_opens_one() -> None:
    """A new kind cannot be forgotten."""
    about_visits = list(EntryKind)[: list(EntryKind).index(EntryKind.STARTED)]
    opens = {"identified", "adopted", "refused", "called", "walked_in", "late_entry", "resumed", "corrected"}
    opens |= {"case_opened", "case_acted", "near_listed"}
    assert {kind.value for kind in about_visits} - {kind.value for kind in EVENTS} == opens


def test_where_a_resumed_visit_goes_is_said_by_the_entry() -> None:
    """Back to the questions or back to the thermometer."""
    assert event_of(EntryKind.RESUMED, {"at": "measuring"}) is Event.BACK_TO_MEASURING
    assert event_of(EntryKind.RESUMED, {"at": "declaration"}) is Event.BACK_TO_DECLARATION


@given(bodies=st.lists(st.sampled_from(ALL), max_size=40))
def test_a_rebuild_comes_out_as_the_live_state_did(bodies: list[tuple[EntryKind, dict[str, Any]]]) -> None:
    """Whatever happened, in whatever order: the entries alone make the state."""
    live, entries = Memory(), chain(bodies)
    for entry in entries:
        apply(live, entry)
    rebuilt = Memory()
    for entry in entries:
        apply(rebuilt, _reread(entry))
    assert (rebuilt.visits, rebuilt.cases, rebuilt.counters) == (live.visits, live.cases, live.counters)
    assert rebuilt.all_facts == live.all_facts


def _reread(entry: Entry) -> Entry:
    """Return the entry as a store gives it back: another object."""
    return Entry(*entry)


@given(bodies=st.lists(st.sampled_from(ALL), max_size=40))
def test_nobody_is_inside_by_any_order_of_entries_without_the_entry_admitted(
    bodies: list[tuple[EntryKind, dict[str, Any]]],
) -> None:
    """The state admits nobody on its own."""
    state = after(*[body for body in bodies if body[0] is not EntryKind.ADMITTED])
    assert all(known.step is not Step.ADMITTED for known in state.visits.values())
    assert state.visits_of(BookingId("nobody")) == []
