"""What a verdict depends on besides the reading: cold, baseline, reference, the first reading, the clock."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.domain.policy import Adaptive, BodySite, ReadingKind
from kiosk.domain.screening import Before, Flag, Reading, Reference, assess
from tests.domain.builders import limit, reading, screening


def said(measured: Reading, known: Before | None = None, **policy: Any) -> tuple[str, ...]:
    """Return the outcome and its reasons."""
    found = assess(measured, screening(**policy), known)
    return (found.outcome.value, *found.reasons)


COLD = Before(is_cold=True)


@pytest.mark.parametrize(
    ("changes", "known", "expected"),
    [
        ({}, COLD, ("too_cold_wait", "cold_entrance")),
        ({"site": BodySite.AXILLA, "kind": ReadingKind.CLINICAL}, COLD, ("normal",)),
        ({"dwell_s": 599}, Before(is_cold=True, cold_cc=3645, cold_s=300), ("too_cold_wait", "cold_entrance")),
        ({"dwell_s": None}, Before(is_cold=True, cold_cc=3645, cold_s=300), ("too_cold_wait", "cold_entrance")),
        ({"dwell_s": 600}, Before(is_cold=True, cold_cc=3645, cold_s=300), ("normal",)),
        ({"dwell_s": 900}, Before(is_cold=True, cold_cc=3600, cold_s=300), ("too_cold_wait", "still_rising")),
    ],
)
def test_from_the_cold_bare_skin_is_normal_only_after_a_while_and_two_medians(
    changes: dict[str, Any], known: Before, expected: tuple[str, ...]
) -> None:
    """One steady reading of a cooled forehead says nothing, however plausible."""
    assert said(reading(3650, **changes), known) == expected


@pytest.mark.parametrize("where", [BodySite.WRIST, BodySite.NECK])
def test_covered_skin_is_judged_at_once_in_the_cold_and_bare_skin_by_hand_is_not(where: BodySite) -> None:
    """The guard's March lane: wrist or neck under the sleeve, never the forehead."""
    by_hand: dict[str, Any] = {"flags": (Flag.MANUAL,), "n_samples": 1}
    covered = (limit(where, ReadingKind.BODY_ESTIMATE, 3730, 3550), *screening().limits)
    assert said(reading(3650, site=where, **by_hand), COLD, limits=covered) == ("normal",)
    assert said(reading(3650, **by_hand), COLD) == ("manual_required", "bare_skin")
    assert said(reading(3650, site=where), COLD, limits=covered) == ("normal",)


SIXTEEN: dict[str, Any] = {"adaptive": Adaptive(is_on=True), "guard_band_cc": 0}
LOW_PEOPLE = (3600, 3500, 3600, 3600, 3600, 3600, 3600, 3600, 3600, 4000)


def test_the_adaptive_rule_stands_beside_the_fixed_limit_and_only_adds() -> None:
    """Mean of ten without the extremes is 36.00: 36.75 is elevated, 36.74 is not; the fixed limit stays as it is."""
    known = Before(found_normal=LOW_PEOPLE)
    assert said(reading(3675), known, **SIXTEEN) == ("elevated", "adaptive")
    assert said(reading(3674), known, **SIXTEEN) == ("normal",)
    assert said(reading(3730), known, **SIXTEEN) == ("elevated", "limit", "adaptive")
    warm = Before(found_normal=(3725,) * 10)
    assert said(reading(3730), warm, **SIXTEEN) == ("elevated", "limit")
    assert said(reading(3729), warm, **SIXTEEN) == ("normal",)


def test_an_adaptive_mean_is_not_rounded() -> None:
    """A mean of 36.00125 is not 36.00: a hundredth decides."""
    known = Before(found_normal=(*LOW_PEOPLE[:8], 3601, 4000))
    assert said(reading(3675), known, **SIXTEEN) == ("normal",)


@pytest.mark.parametrize(
    ("known", "changes", "policy"),
    [
        (Before(found_normal=LOW_PEOPLE[:9]), {}, {}),
        (Before(found_normal=LOW_PEOPLE), {}, {"adaptive": Adaptive()}),
        (Before(found_normal=LOW_PEOPLE), {"flags": (Flag.MANUAL,)}, {}),
    ],
)
def test_the_adaptive_rule_needs_ten_people_and_a_machine(
    known: Before, changes: dict[str, Any], policy: dict[str, Any]
) -> None:
    """Too few, switched off, or a guard's own reading: the fixed limit alone."""
    assert said(reading(3675, **changes), known, **{**SIXTEEN, **policy}) == ("normal",)


def test_in_the_cold_there_is_no_adaptive_rule() -> None:
    """Cooled foreheads would drag it down."""
    known = Before(is_cold=True, found_normal=LOW_PEOPLE)
    assert said(reading(3675), known, **SIXTEEN) == ("too_cold_wait", "cold_entrance")


def test_a_low_reading_is_never_elevated_by_the_adaptive_rule() -> None:
    """It is low, whatever the others read."""
    known = Before(found_normal=(3400,) * 10)
    assert said(reading(3540), known, **SIXTEEN) == ("too_cold_wait", "below_low")


def test_a_declared_risk_lowers_the_limit_and_its_guard_band() -> None:
    """By what the policy says, no more."""
    known = Before(lowered_cc=30)
    assert said(reading(3699), known) == ("manual_required", "guard_band")
    assert said(reading(3700), known) == ("elevated", "limit_by_risk")
    assert said(reading(3679), known) == ("normal",)
    assert said(reading(3730), known) == ("elevated", "limit")


@pytest.mark.parametrize("standing", [Reference.OVERDUE, Reference.FAILED])
def test_an_overdue_or_failed_reference_check_blocks_normal_and_hides_no_elevated_one(standing: Reference) -> None:
    """A person measures until the thermometer was checked."""
    known = Before(reference=standing)
    assert said(reading(3650), known) == ("manual_required", standing.value)
    assert said(reading(3400), known) == ("manual_required", standing.value)
    assert said(reading(3730), known) == ("elevated", "limit")
    assert said(reading(3650), Before(reference=Reference.PASSED)) == ("normal",)


def test_a_clock_that_was_set_during_the_visit_lets_nobody_in_by_machine() -> None:
    """How long somebody warmed up is not known then; named once when the device noticed as well."""
    known = Before(clock_stepped=True)
    assert said(reading(3650), known) == ("manual_required", "clock_stepped")
    assert said(reading(3650, flags=(Flag.CLOCK_STEPPED,)), known) == ("manual_required", "clock_stepped")


def test_a_device_that_gives_one_value_is_trusted_only_where_the_policy_says_so() -> None:
    """A median of ten samples is what a verdict stands on; who trusts a terminal's own says so."""
    one = reading(3650, n_samples=1, flags=(Flag.ONE_VALUE,))
    assert said(one) == ("manual_required", "one_value")
    assert said(one, trust_one_value=True) == ("normal",)


def test_a_room_that_was_not_measured_is_allowed_only_where_the_policy_says_so() -> None:
    """Not measured is None, never zero."""
    assert said(reading(3650, ambient_cc=None), needs_ambient=True) == ("manual_required", "ambient_unknown")
    assert said(reading(3650, ambient_cc=2000), needs_ambient=True) == ("normal",)


FIRST = Before(provisional_device="test:1", provisional_site="forehead", provisional_s=600)


@pytest.mark.parametrize(
    ("changes", "known", "expected"),
    [
        ({}, FIRST, ("manual_required", "not_supervised")),
        ({"device_id": "gun:2", "flags": (Flag.MANUAL,)}, FIRST, ("normal",)),
        ({"flags": (Flag.MANUAL,)}, FIRST, ("manual_required", "same_means")),
        (
            {"device_id": "gun:2", "flags": (Flag.MANUAL,)},
            Before(provisional_device="test:1", provisional_site="forehead", provisional_s=599),
            ("manual_required", "too_soon"),
        ),
        ({"site": BodySite.AXILLA, "kind": ReadingKind.CLINICAL, "flags": (Flag.MANUAL,)}, FIRST, ("normal",)),
        ({"value_cc": 3740}, FIRST, ("elevated", "limit")),
    ],
)
def test_a_second_reading_is_by_other_means_after_a_rest_and_by_a_guard(
    changes: dict[str, Any], known: Before, expected: tuple[str, ...]
) -> None:
    """A feverish visitor could send a healthy friend to a machine; the same device would err the same way."""
    assert said(reading(**{"value_cc": 3650, **changes}), known) == expected


def test_a_supervised_second_device_may_take_the_second_reading() -> None:
    """Another one than the first; somebody sees there that it is the same person."""
    policy: dict[str, Any] = {"supervised_devices": ("test:1", "test:2")}
    assert said(reading(3650, device_id="test:2"), FIRST, **policy) == ("normal",)
    assert said(reading(3650), FIRST, **policy) == ("manual_required", "same_means")


def test_a_surface_reading_is_judged_only_by_a_commissioned_limit() -> None:
    """Bare skin at 33 to 36 °C would never reach 37.30: without a limit found on people, a person measures."""
    plain = limit(BodySite.FOREHEAD, ReadingKind.SURFACE, 3600, 3400)
    skin = reading(3450, kind=ReadingKind.SURFACE)
    assert said(skin, limits=(plain,)) == ("manual_required", "not_commissioned")
    commissioned = replace(plain, commissioned="2020-03-01, 60 people, by the metrologist")
    assert said(skin, limits=(commissioned,)) == ("normal",)
    assert said(reading(3600, kind=ReadingKind.SURFACE), limits=(commissioned,)) == ("elevated", "limit")
