"""The way of a visit: a table of (step, event) → step.

Example: a visit that is `BOOKING` and hears `CONFIRMED` is at `DECLARATION`. Each row of the table names every
event, as a move, as something that changes nothing, or as something that cannot happen there; a test fails when
a pair is missing. What cannot happen, and does, leads an open visit to the guard: never to "welcome".
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Step(StrEnum):
    """Where a visit is."""

    BOOKING = "booking"  # identified; waits for "yes, that is me"
    CARD_CHECK = "card_check"  # found by a typed ID number; a guard must see the original card
    DECLARATION = "declaration"
    MEASURING = "measuring"
    RESTING = "resting"  # measured too cold; comes back after the rest
    GUARD = "guard"  # whatever the cause, a person decides
    HALL_LINE = "hall_line"  # passed the screening; the hall is full
    ADMITTED = "admitted"
    REFUSED = "refused"
    DISOWNED = "disowned"  # "not my booking"
    ABANDONED = "abandoned"  # timed out; scanning again takes it up
    TURNED_AWAY = "turned_away"  # by a guard, by name
    HELPED = "helped"  # asked for a person and for nothing else; a guard says by name that they were helped
    LEFT = "left"  # went out through the exit


class Event(StrEnum):
    """What happens to a visit; each comes from one entry of the screening log."""

    CONFIRMED = "confirmed"
    CARD_AWAITED = "card_awaited"
    DISOWNED = "disowned"
    DECLARED = "declared"
    READ_AGAIN = "read_again"  # unstable: measure again at once
    RESTED = "rested"  # too cold: rest first
    HELD = "held"  # to the guard
    ADMITTED = "admitted"
    LINED_UP = "lined_up"
    TIMED_OUT = "timed_out"
    BACK_TO_BOOKING = "back_to_booking"
    BACK_TO_DECLARATION = "back_to_declaration"
    BACK_TO_MEASURING = "back_to_measuring"
    TURNED_AWAY = "turned_away"
    HELPED = "helped"
    WENT_OUT = "went_out"
    NOTED = "noted"  # recorded, moves nothing: a guard's reading, a case opened, a call for help


OPEN_STEPS: Final = frozenset(
    {
        Step.BOOKING,
        Step.CARD_CHECK,
        Step.DECLARATION,
        Step.MEASURING,
        Step.RESTING,
        Step.GUARD,
        Step.HALL_LINE,
    }
)
"""Steps in which the visit is not yet decided."""

SCREEN_STEPS: Final = frozenset({Step.BOOKING, Step.DECLARATION, Step.MEASURING})
"""Steps that need the visitor at the screen; left alone they time out as abandoned."""

PASSED_STEPS: Final = frozenset({Step.ADMITTED, Step.HALL_LINE})
"""Steps of who passed the screening: inside, or in line before a full hall."""

_TO_GUARD: Final = {Event.HELD: Step.GUARD, Event.TURNED_AWAY: Step.TURNED_AWAY}
_BACK: Final = {
    Event.BACK_TO_BOOKING: Step.BOOKING,
    Event.BACK_TO_DECLARATION: Step.DECLARATION,
    Event.BACK_TO_MEASURING: Step.MEASURING,
}


def _row(moves: Mapping[Event, Step], stays: Iterable[Event] = (Event.NOTED,)) -> dict[Event, Step | None]:
    """Build one row: `moves`, then `stays` (None), so that a forgotten event is seen as missing."""
    return {**dict.fromkeys(stays), **moves}


TABLE: Final[Mapping[Step, Mapping[Event, Step | None]]] = {
    Step.BOOKING: _row(
        {
            Event.CONFIRMED: Step.DECLARATION,
            Event.CARD_AWAITED: Step.CARD_CHECK,
            Event.DISOWNED: Step.DISOWNED,
            Event.TIMED_OUT: Step.ABANDONED,
            Event.WENT_OUT: Step.LEFT,  # out by a door that never saw them come in, while the link was down
            **_TO_GUARD,
        },
        stays=(Event.NOTED, Event.BACK_TO_BOOKING),
    ),
    Step.CARD_CHECK: _row({Event.CONFIRMED: Step.DECLARATION, **_TO_GUARD}),
    Step.DECLARATION: _row(
        {Event.DECLARED: Step.MEASURING, Event.TIMED_OUT: Step.ABANDONED, **_TO_GUARD},
        stays=(Event.NOTED, Event.BACK_TO_DECLARATION),
    ),
    Step.MEASURING: _row(
        {
            Event.RESTED: Step.RESTING,
            Event.ADMITTED: Step.ADMITTED,
            Event.LINED_UP: Step.HALL_LINE,
            Event.TIMED_OUT: Step.ABANDONED,
            **_TO_GUARD,
        },
        stays=(Event.NOTED, Event.READ_AGAIN, Event.BACK_TO_MEASURING),
    ),
    # Timed out by a guard's word: called, and not there. Whoever waits behind them is not to wait for nobody.
    Step.RESTING: _row({Event.BACK_TO_MEASURING: Step.MEASURING, Event.TIMED_OUT: Step.ABANDONED, **_TO_GUARD}),
    Step.GUARD: _row(
        {
            **_BACK,
            Event.ADMITTED: Step.ADMITTED,
            Event.LINED_UP: Step.HALL_LINE,
            Event.TURNED_AWAY: Step.TURNED_AWAY,
            Event.HELPED: Step.HELPED,
        },
        stays=(Event.NOTED, Event.HELD, Event.CONFIRMED),
    ),
    Step.HALL_LINE: _row({Event.ADMITTED: Step.ADMITTED, Event.TIMED_OUT: Step.ABANDONED, **_TO_GUARD}),
    Step.ADMITTED: _row({Event.WENT_OUT: Step.LEFT}),
    Step.REFUSED: _row({Event.CONFIRMED: Step.DECLARATION, Event.TURNED_AWAY: Step.TURNED_AWAY}),
    Step.DISOWNED: _row({Event.BACK_TO_BOOKING: Step.BOOKING}),
    Step.ABANDONED: _row({**_BACK, **_TO_GUARD}),
    Step.TURNED_AWAY: _row({}),
    Step.HELPED: _row({}),
    Step.LEFT: _row({}),
}


def step_after(step: Step, event: Event) -> Step:
    """Return the step that follows `event` at `step`.

    A pair that the table does not know sends an open visit to the guard and leaves a closed one closed.
    """
    row = TABLE[step]
    if event in row:
        return row[event] or step
    return Step.GUARD if step in OPEN_STEPS else step


def is_open(step: Step) -> bool:
    """Tell whether the visit still waits for a decision."""
    return step in OPEN_STEPS
