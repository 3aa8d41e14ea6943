"""The visit table: every pair is named, and nothing unforeseen ever leads to "welcome"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.visit import OPEN_STEPS, SCREEN_STEPS, TABLE, Event, Step, is_open, step_after

_ANY_BACK = {Event.BACK_TO_BOOKING, Event.BACK_TO_DECLARATION, Event.BACK_TO_MEASURING}
_RULINGS = {Event.HELD, Event.TURNED_AWAY, Event.NOTED}

POSSIBLE: dict[Step, set[Event]] = {
    Step.BOOKING: _RULINGS
    | {
        Event.CONFIRMED,
        Event.CARD_AWAITED,
        Event.DISOWNED,
        Event.TIMED_OUT,
        Event.WENT_OUT,
        Event.BACK_TO_BOOKING,
    },
    Step.CARD_CHECK: _RULINGS | {Event.CONFIRMED},
    Step.DECLARATION: _RULINGS | {Event.DECLARED, Event.TIMED_OUT, Event.BACK_TO_DECLARATION},
    Step.MEASURING: _RULINGS
    | {
        Event.RESTED,
        Event.READ_AGAIN,
        Event.ADMITTED,
        Event.LINED_UP,
        Event.TIMED_OUT,
        Event.BACK_TO_MEASURING,
    },
    Step.RESTING: _RULINGS | {Event.BACK_TO_MEASURING, Event.TIMED_OUT},
    Step.GUARD: _RULINGS | _ANY_BACK | {Event.ADMITTED, Event.LINED_UP, Event.CONFIRMED, Event.HELPED},
    Step.HALL_LINE: _RULINGS | {Event.ADMITTED, Event.TIMED_OUT},
    Step.ADMITTED: {Event.NOTED, Event.WENT_OUT},
    Step.REFUSED: {Event.NOTED, Event.CONFIRMED, Event.TURNED_AWAY},
    Step.DISOWNED: {Event.NOTED, Event.BACK_TO_BOOKING},
    Step.ABANDONED: _RULINGS | _ANY_BACK,
    Step.TURNED_AWAY: {Event.NOTED},
    Step.HELPED: {Event.NOTED},
    Step.LEFT: {Event.NOTED},
}
"""What can happen at each step, written down a second time by hand; every other pair is impossible."""

PAIRS = [(step, event) for step in Step for event in Event]
IMPOSSIBLE = [(step, event) for step, event in PAIRS if event not in POSSIBLE[step]]
ENDS = {Step.ADMITTED, Step.REFUSED, Step.DISOWNED, Step.ABANDONED, Step.TURNED_AWAY, Step.HELPED, Step.LEFT}


@pytest.mark.parametrize("step", Step)
def test_the_table_has_a_row_for_each_step_with_exactly_the_events_that_can_happen_there(step: Step) -> None:
    """A forgotten or an added pair is seen at once."""
    assert set(TABLE[step]) == POSSIBLE[step]


def test_every_step_is_either_open_or_an_end() -> None:
    """A new step cannot be forgotten by the guard's list."""
    assert set(Step) - ENDS == OPEN_STEPS
    assert {step for step in Step if is_open(step)} == OPEN_STEPS


@pytest.mark.parametrize(("step", "event"), IMPOSSIBLE)
def test_what_cannot_happen_sends_an_open_visit_to_the_guard_and_leaves_a_closed_one_closed(
    step: Step, event: Event
) -> None:
    """Anything unexpected leads to "please wait for the guard", never to "welcome"."""
    assert step_after(step, event) is (Step.GUARD if step in OPEN_STEPS else step)


@pytest.mark.parametrize("step", Step)
def test_a_note_moves_nothing(step: Step) -> None:
    """A call for help or a case opened is no step."""
    assert step_after(step, Event.NOTED) is step


@given(events=st.lists(st.sampled_from(Event), max_size=30))
def test_only_the_event_admitted_after_a_measurement_leads_into_the_hall(events: list[Event]) -> None:
    """However events fall, a visitor comes in by `ADMITTED`, and only from measuring, a guard, or the line."""
    step = Step.BOOKING
    for event in events:
        before, step = step, step_after(step, event)
        if step is Step.ADMITTED and before is not Step.ADMITTED:
            assert event is Event.ADMITTED
            assert before in {Step.MEASURING, Step.GUARD, Step.HALL_LINE}


@given(events=st.lists(st.sampled_from(sorted(set(Event) - {Event.CONFIRMED})), max_size=30))
def test_without_a_guard_nobody_is_measured_who_did_not_confirm_the_booking(events: list[Event]) -> None:
    """The table itself puts the questions before the thermometer."""
    step = Step.BOOKING
    for event in events:
        before, step = step, step_after(step, event)
        if before in {Step.BOOKING, Step.CARD_CHECK}:
            assert step not in {Step.DECLARATION, Step.MEASURING, Step.ADMITTED}


@pytest.mark.parametrize("step", sorted(SCREEN_STEPS))
def test_a_screen_left_alone_times_out_and_a_guards_wait_does_not(step: Step) -> None:
    """Nobody who waits for a guard or rests is taken for someone who walked away."""
    assert step_after(step, Event.TIMED_OUT) is Step.ABANDONED
    for wait in (Step.CARD_CHECK, Step.GUARD):
        assert step_after(wait, Event.TIMED_OUT) is Step.GUARD


@pytest.mark.parametrize("step", [Step.RESTING, Step.HALL_LINE])
def test_who_was_called_and_did_not_come_is_waited_for_no_longer(step: Step) -> None:
    """A guard says so; whoever stands behind them moves up."""
    assert step_after(step, Event.TIMED_OUT) is Step.ABANDONED
