"""How cold it is outside: from the reading itself, or from the kiosk's own within the hour, never made up."""

from __future__ import annotations

from datetime import datetime

import pytest

from kiosk.domain import outdoor
from kiosk.domain.course import before
from kiosk.domain.policy import Cold, ColdMode
from kiosk.domain.screening import Flag
from tests.domain.builders import ZONE, Memory, at, reading, screening, visit


def noted(outdoor_cc: int | None, moment: datetime, state: Memory | None = None) -> Memory:
    """Return the state after the entry of a reading by the kiosk."""
    state = state or Memory()
    outdoor.note(state, outdoor.to_note(state, reading(3650, taken_at=moment, outdoor_cc=outdoor_cc), ZONE))
    return state


@pytest.mark.parametrize(
    ("moment", "known"),
    [(at(10), -300), (at(11), -300), (at(11, 0, 1), None), (at(9, 59), None), (at(10, day=11), None)],
)
def test_a_guards_reading_is_judged_by_what_the_kiosk_measured_within_the_hour(
    moment: datetime, known: int | None
) -> None:
    """A hand-held thermometer does not know that it is freezing outside."""
    state = noted(-300, at(10))
    by_hand = reading(3650, taken_at=moment, flags=(Flag.MANUAL,))
    assert outdoor.outdoor_cc(state, by_hand, ZONE) == known
    judged = before(visit(), by_hand, screening(cold=Cold(ColdMode.AUTO)), state, ZONE)
    assert judged.is_cold is (known is not None)


def test_what_a_reading_says_itself_comes_first_and_nothing_known_is_nothing() -> None:
    """The newest is the kiosk's own sensor, now."""
    state = noted(-300, at(10))
    assert outdoor.outdoor_cc(state, reading(3650, outdoor_cc=1800), ZONE) == 1800
    assert outdoor.outdoor_cc(Memory(), reading(3650), ZONE) is None
    assert noted(None, at(10)).all_facts == {}


@pytest.mark.parametrize(
    ("outdoor_cc", "moment", "is_written"),
    [
        (-300, at(10, 9, 59), False),
        (-251, at(10, 5), False),
        (-250, at(10, 5), True),
        (-300, at(10, 10), True),
        (-300, at(9, 59), True),
    ],
)
def test_the_air_outside_is_written_again_only_when_it_changed_or_grew_old(
    outdoor_cc: int, moment: datetime, *, is_written: bool
) -> None:
    """A busy door does not write the same fact with every visitor; a clock that was set back does."""
    state = noted(-300, at(10))
    assert bool(outdoor.to_note(state, reading(3650, taken_at=moment, outdoor_cc=outdoor_cc), ZONE)) is is_written
