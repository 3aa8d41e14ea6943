"""What a guard typed, with which thermometer, and the reading that it makes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import by_hand
from kiosk.domain.by_hand import Typed
from kiosk.domain.course import Turn, after, judged_by, recomputed
from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import BodySite, Instrument, ReadingKind
from kiosk.domain.screening import Before, Flag, Outcome, assess
from kiosk.domain.state import apply
from kiosk.domain.wire import to_json
from tests.domain import builders as make

EAR = Instrument("YT-1", (BodySite.EAR, BodySite.AXILLA), date(2020, 3, 10))
GUN = Instrument("HW-2", (BodySite.FOREHEAD, BodySite.WRIST), date(2021, 1, 1))
EVERY = tuple(make.limit(site, kind, 3730, 3500) for site, kind in by_hand.KIND_OF_SITE.items())


def test_the_reading_carries_the_serial_number_and_the_end_of_its_calibration() -> None:
    """An inspection asks with what it was measured."""
    reading = by_hand.reading_of(Typed(3680, BodySite.EAR), "g1", EAR, make.at(10), make.ZONE)
    assert (reading.device_id, reading.calibration_due, reading.operator_id) == ("manual:YT-1", EAR.checked_until, "g1")
    assert (reading.flags, reading.kind) == ((Flag.MANUAL,), ReadingKind.CLINICAL)


def test_where_none_is_listed_a_reading_says_only_that_a_guard_took_it() -> None:
    """A site may begin without a list."""
    reading = by_hand.reading_of(Typed(3680, BodySite.EAR), "g1", None, make.at(10), make.ZONE)
    assert (reading.device_id, reading.calibration_due) == (by_hand.UNNAMED, None)


@pytest.mark.parametrize(("day", "is_over"), [(9, False), (10, False), (11, True)])
def test_a_calibration_holds_to_the_end_of_its_last_day_at_the_site(day: int, *, is_over: bool) -> None:
    """By the site's clock: 23:59 there is still that day, whatever the day is in UTC."""
    assert by_hand.is_overdue(EAR, make.at(23, 59, day=day), make.ZONE) is is_over
    assert by_hand.is_overdue(EAR, make.at(0, 1, day=day), make.ZONE) is is_over


@given(
    value_cc=st.integers(2800, 4500),
    site=st.sampled_from(sorted(by_hand.KIND_OF_SITE)),
    days=st.integers(-400, 400),
)
def test_an_ended_calibration_never_finds_anybody_normal_and_never_hides_a_fever(
    value_cc: int, site: BodySite, days: int
) -> None:
    """And from the entry alone the same is found again."""
    policy, now = make.screening(limits=EVERY), make.at(10)
    instrument = Instrument("X", (site,), now.date() + timedelta(days=days))
    typed = Typed(value_cc, site, value_cc)
    named = by_hand.reading_of(typed, "g1", instrument, now, make.ZONE)
    unnamed = by_hand.reading_of(typed, "g1", None, now, make.ZONE)
    found, plain = assess(named, policy), assess(unnamed, policy)
    if days >= 0:
        assert found == plain
    elif plain.outcome in {Outcome.ELEVATED, Outcome.DEVICE_FAULT}:
        assert found.outcome is plain.outcome
    else:
        assert (found.outcome, found.reasons) == (Outcome.MANUAL_REQUIRED, ("calibration_overdue",))
    body = {"reading": to_json(named), **judged_by(named, policy, Before(), make.ZONE)}
    assert recomputed(body) == found


def test_after_an_ended_calibration_the_guard_is_told_to_take_another_thermometer() -> None:
    """By hand; a machine's ended calibration only leads to the guard."""
    policy = make.screening(limits=EVERY)
    late = make.at(10, day=11)
    assessment = assess(by_hand.reading_of(Typed(3650, BodySite.AXILLA), "g1", EAR, late, make.ZONE), policy)
    course = after(make.visit(), assessment, policy, is_manual=True)
    assert (course.turn, course.cause) == (Turn.GUARD, "calibration_overdue")
    assert after(make.visit(), assessment, policy, is_manual=False).cause == "manual_required"


def test_a_guards_thermometer_is_the_only_one_or_the_one_they_chose_that_day() -> None:
    """Never one that is not listed any more, never somebody else's choice, never yesterday's."""
    state = make.Memory()
    for entry in make.chain([(EntryKind.INSTRUMENT_CHOSEN, {"guard_id": "g1", "serial": "HW-2", "day": "2020-03-10"})]):
        apply(state, entry)
    now, later = make.at(10), make.at(10, day=11)
    both = (EAR, GUN)
    assert by_hand.chosen(state, "g1", (EAR,), now, make.ZONE) == EAR
    assert by_hand.chosen(state, "g1", both, now, make.ZONE) == GUN
    assert by_hand.chosen(state, "g2", both, now, make.ZONE) is None
    assert by_hand.chosen(state, "g1", both, later, make.ZONE) is None
    assert (
        by_hand.chosen(state, "g1", (EAR, Instrument("Z", (BodySite.EAR,), date(2021, 1, 1))), now, make.ZONE) is None
    )
    assert by_hand.chosen(state, "g1", (), now, make.ZONE) is None
