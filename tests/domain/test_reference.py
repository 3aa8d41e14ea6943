"""A thermometer against a reference: slope, offset, drift, and the body mode that hides a fever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import ReadingKind, ReferenceRule
from kiosk.domain.reference import Check, Step, checked, standing
from kiosk.domain.screening import Reference
from kiosk.domain.state import apply
from kiosk.domain.wire import from_json, to_json
from tests.domain.builders import ZONE, Memory, at, chain

RULE = ReferenceRule(every_s=24 * 3600)
LINE = tuple(range(3300, 4101, 100))  # 33.0 to 41.0 °C


def shown(curve: Callable[[int], float], at_cc: tuple[int, ...] = LINE) -> tuple[Step, ...]:
    """Return the steps of a device that shows `curve` of what the reference is at."""
    return tuple(Step(reference, round(curve(reference))) for reference in at_cc)


def surface(curve: Callable[[int], float], first_offset_cc: int | None = None) -> Check:
    """Return the check of a surface mode."""
    return checked("t:1", ReadingKind.SURFACE, shown(curve), RULE, first_offset_cc=first_offset_cc)


def body(slope: float) -> Check:
    """Return the check of a body mode that follows the skin with `slope` below 35.5 °C and truly above."""
    points = (*LINE, 3350, 3450, 3550)
    curve: Callable[[int], float] = lambda skin: 3690 + (slope if skin <= 3550 else 1.0) * (skin - 3550)  # noqa: E731
    return checked("t:1", ReadingKind.BODY_ESTIMATE, shown(curve, points), RULE)


def test_a_true_surface_mode_passes_with_slope_offset_and_greatest_error() -> None:
    """What the operator is shown."""
    check = surface(lambda reference: reference + 12)
    assert (check.slope_pct, check.offset_cc, check.max_error_cc, check.faults) == (100, 12, 12, ())
    assert check.has_passed


@pytest.mark.parametrize(("slope", "passes"), [(0.94, False), (0.95, True), (1.05, True), (1.06, False)])
def test_a_surface_mode_must_follow_the_reference(slope: float, *, passes: bool) -> None:
    """Between 0.95 and 1.05."""
    check = checked("t:1", ReadingKind.SURFACE, shown(lambda at_cc: 3700 + slope * (at_cc - 3700)), RULE)
    assert ("slope" not in check.faults) is passes


@pytest.mark.parametrize(("offset", "faults"), [(50, ()), (-50, ()), (51, ("error",)), (-51, ("error",))])
def test_a_surface_mode_may_be_half_a_degree_off(offset: int, faults: tuple[str, ...]) -> None:
    """IEC 80601-2-59: 0.5 °C with the reference included."""
    assert surface(lambda reference: reference + offset).faults == faults


@pytest.mark.parametrize("slope", [0.10, 0.20, 0.45, 0.53])
def test_a_body_mode_that_hides_a_fever_is_found(slope: float) -> None:
    """The published curves: two degrees of skin become 0.4 °C on the display."""
    check = body(slope)
    assert check.faults == ("hides_fever",)
    assert check.body_slope_pct == round(100 * slope)


@pytest.mark.parametrize("slope", [0.60, 1.0, 1.24])
def test_an_honest_body_mode_passes(slope: float) -> None:
    """The fifth published curve rises by 1.24 °C for each degree of skin."""
    assert body(slope).faults == ()


def test_a_body_mode_that_was_not_asked_how_it_follows_has_not_passed() -> None:
    """One temperature shows no slope."""
    check = checked("t:1", ReadingKind.BODY_ESTIMATE, shown(lambda at_cc: at_cc, (3700,)), RULE)
    assert (check.body_slope_pct, check.faults) == (None, ("slope_unknown",))


def test_a_surface_mode_may_be_checked_at_one_temperature() -> None:
    """The daily check; its drift is what counts."""
    check = checked("t:1", ReadingKind.SURFACE, shown(lambda at_cc: at_cc + 3, (3700,)), RULE)
    assert (check.slope_pct, check.offset_cc, check.faults) == (None, 3, ())


@pytest.mark.parametrize(("drift", "faults"), [(30, ()), (31, ("drift",)), (-31, ("drift",))])
def test_a_drift_is_reported_from_the_first_check_on(drift: int, faults: tuple[str, ...]) -> None:
    """More than 0.3 °C away from how the thermometer was commissioned."""
    check = surface(lambda reference: reference + 10 + drift, first_offset_cc=10)
    assert (check.drift_cc, check.first_offset_cc, check.faults) == (drift, 10, faults)


def test_a_check_without_a_temperature_is_none() -> None:
    """Nothing passes by nothing."""
    with pytest.raises(ValueError, match="needs a temperature"):
        checked("t:1", ReadingKind.SURFACE, (), RULE)


def test_a_check_goes_into_an_entry_and_comes_back() -> None:
    """As JSON, whole."""
    check = body(0.45)
    assert from_json(Check, to_json(check)) == check


def kept(check: Check, device: str = "t:1") -> Memory:
    """Return the state after the entry of a check at 09:00:01 on 10 March."""
    state = Memory()
    entry_body = {"check": to_json(check), "day": "2020-03-10", "by": "wang"}
    for entry in chain([(EntryKind.REFERENCE_CHECKED, entry_body)]):
        apply(state, entry)
    assert list(state.all_facts) == [f"reference:{device}:2020-03-10"]
    return state


def test_the_state_says_how_the_last_check_stands() -> None:
    """Passed for a day, then overdue; never asked of another device; a check ahead of now is none."""
    state = kept(surface(lambda reference: reference))
    assert standing(state, "t:1", RULE, at(10), ZONE) is Reference.PASSED
    assert standing(state, "t:1", RULE, at(9, 0, 1, day=11), ZONE) is Reference.PASSED
    assert standing(state, "t:1", RULE, at(9, 0, 2, day=11), ZONE) is Reference.OVERDUE
    assert standing(state, "t:1", RULE, at(10, day=12), ZONE) is Reference.OVERDUE
    assert standing(state, "t:1", RULE, at(8), ZONE) is Reference.OVERDUE
    assert standing(state, "t:2", RULE, at(10), ZONE) is Reference.OVERDUE


def test_a_failed_check_stands_until_the_next() -> None:
    """Whatever it failed by."""
    assert standing(kept(body(0.2)), "t:1", RULE, at(10), ZONE) is Reference.FAILED
