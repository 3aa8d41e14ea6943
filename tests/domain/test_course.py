"""What follows a reading: pass, rest, again, guard or case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.domain.course import Course, Turn, after
from kiosk.domain.ids import CaseId
from kiosk.domain.record import Measured, Visit
from kiosk.domain.screening import Assessment, Outcome
from tests.domain.builders import at, screening, visit


def been(*outcomes: Outcome, value_cc: int = 3500) -> Visit:
    """Return a visit with readings of these outcomes behind it."""
    readings = tuple(Measured(at(10), value_cc, outcome, "t:1", is_manual=False) for outcome in outcomes)
    return visit(readings=readings)


def turn(known: Visit, outcome: Outcome, *reasons: str, is_manual: bool = False) -> Course:
    """Return what follows `outcome`."""
    return after(known, Assessment(outcome, reasons), screening(), is_manual=is_manual)


def test_a_normal_reading_passes() -> None:
    """The ordinary visitor."""
    assert turn(been(), Outcome.NORMAL) == Course(Turn.PASS)


def test_a_positive_declaration_goes_to_the_guard_whatever_the_reading() -> None:
    """Measured all the same, and never passed by a machine."""
    declared = visit(declared_yes=("contact",))
    for outcome in Outcome:
        assert turn(declared, outcome).turn is not Turn.PASS
    assert turn(declared, Outcome.NORMAL) == Course(Turn.GUARD, "declaration")


def test_one_elevated_reading_goes_to_the_guard_and_the_second_opens_a_case() -> None:
    """IEC 80601-2-59: one alone is provisional."""
    assert turn(been(), Outcome.ELEVATED) == Course(Turn.GUARD, "elevated")
    assert turn(been(Outcome.ELEVATED), Outcome.ELEVATED, is_manual=True) == Course(Turn.CASE, "elevated")
    assert turn(been(Outcome.ELEVATED, Outcome.NORMAL), Outcome.ELEVATED).turn is Turn.CASE


def test_two_rests_are_ordered_and_then_the_guard_takes_over() -> None:
    """Nobody rests forever."""
    cold = Outcome.TOO_COLD_WAIT
    rest = Course(Turn.REST, "too_cold", timedelta(seconds=300))
    assert turn(been(), cold, "below_low") == rest
    assert turn(been(cold), cold, "below_low") == rest
    assert turn(been(cold, cold), cold, "below_low") == Course(Turn.GUARD, "too_cold")


def test_who_is_still_rising_rests_a_minute() -> None:
    """Long enough for a second median."""
    assert turn(been(), Outcome.TOO_COLD_WAIT, "still_rising").rest == timedelta(seconds=60)


def test_a_guard_who_measured_too_cold_keeps_the_visitor() -> None:
    """A person is there already; nobody is sent to sit down."""
    assert turn(been(), Outcome.TOO_COLD_WAIT, is_manual=True) == Course(Turn.GUARD, "too_cold")


def test_unsteady_readings_are_repeated_twice_and_then_the_guard_takes_over() -> None:
    """Three unstable readings."""
    shaky = Outcome.UNSTABLE
    assert turn(been(), shaky).turn is Turn.AGAIN
    assert turn(been(shaky), shaky).turn is Turn.AGAIN
    assert turn(been(shaky, shaky), shaky) == Course(Turn.GUARD, "unstable")
    assert turn(been(), shaky, is_manual=True) == Course(Turn.GUARD, "unstable")


@pytest.mark.parametrize("outcome", [Outcome.DEVICE_FAULT, Outcome.MANUAL_REQUIRED])
def test_what_no_machine_can_judge_goes_to_the_guard(outcome: Outcome) -> None:
    """Fail closed, and say so."""
    assert turn(been(), outcome) == Course(Turn.GUARD, outcome.value)


def test_a_visitor_with_an_open_case_is_passed_by_no_machine() -> None:
    """A guard's word opened the case; only a guard closes it."""
    assert turn(visit(case_id=CaseId("c1")), Outcome.NORMAL) == Course(Turn.GUARD, "case")


def test_where_a_second_device_is_supervised_a_provisional_reading_rests_first() -> None:
    """Ten minutes, then the other device; a second provisional one goes to the guard."""
    policy = screening(supervised_devices=("t:2",))
    band = Assessment(Outcome.MANUAL_REQUIRED, ("guard_band",))
    elevated = Assessment(Outcome.ELEVATED, ("limit",))
    ten = timedelta(seconds=600)
    assert after(been(), elevated, policy, is_manual=False) == Course(Turn.REST, "elevated", ten)
    assert after(been(), band, policy, is_manual=False) == Course(Turn.REST, "manual_required", ten)
    assert after(been(Outcome.ELEVATED), band, policy, is_manual=False) == Course(Turn.GUARD, "manual_required")
    assert after(been(), elevated, policy, is_manual=True) == Course(Turn.GUARD, "elevated")
    assert after(been(Outcome.ELEVATED), elevated, policy, is_manual=False) == Course(Turn.CASE, "elevated")
