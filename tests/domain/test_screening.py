"""From a reading to an outcome: the limits to the hundredth, every outcome, and never "normal" by mistake."""

from typing import Any

import pytest

from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import NO_DEVICE, Assessment, Before, Fault, Flag, Outcome, Reading, assess
from tests.domain.builders import at, reading, screening

CLINICAL: dict[str, Any] = {"kind": ReadingKind.CLINICAL, "site": BodySite.AXILLA, "flags": (Flag.MANUAL,)}


def outcome(measured: Reading | Fault, known: Before | None = None, **policy: Any) -> str:
    """Return the outcome under the policy of these tests."""
    return assess(measured, screening(**policy), known).outcome.value


def said(measured: Reading, known: Before | None = None, **policy: Any) -> tuple[str, ...]:
    """Return the outcome and its reasons."""
    found = assess(measured, screening(**policy), known)
    return (found.outcome.value, *found.reasons)


@pytest.mark.parametrize(
    ("value_cc", "expected"),
    [
        (3650, "normal"),
        (3709, "normal"),
        (3710, "manual_required"),
        (3729, "manual_required"),
        (3730, "elevated"),
        (3731, "elevated"),
        (3550, "normal"),
        (3549, "too_cold_wait"),
        (2800, "too_cold_wait"),
        (2799, "device_fault"),
        (4300, "elevated"),
        (4301, "device_fault"),
        (4501, "device_fault"),
        (0, "device_fault"),
    ],
)
def test_a_forehead_is_judged_to_the_hundredth(value_cc: int, expected: str) -> None:
    """37.30 is elevated, 37.29 is not; just below the limit a person measures again."""
    assert outcome(reading(value_cc)) == expected


@pytest.mark.parametrize(
    ("value_cc", "expected"),
    [
        (3729, "normal"),
        (3730, "elevated"),
        (3731, "elevated"),
        (3500, "normal"),
        (3499, "too_cold_wait"),
        (4400, "elevated"),
    ],
)
def test_a_clinical_reading_is_judged_without_a_guard_band(value_cc: int, expected: str) -> None:
    """The clinical thermometer is the last word: 37.29 passes, 37.30 does not."""
    assert outcome(reading(value_cc, **CLINICAL)) == expected


def test_a_fault_is_a_fault_and_where_no_device_is_meant_to_be_a_guard_measures() -> None:
    """A thermometer that does not answer is never a temperature."""
    assert assess(Fault("t:1", "device_timeout", at(10)), screening()) == Assessment(
        Outcome.DEVICE_FAULT, ("device_timeout",)
    )
    assert outcome(Fault("t:1", NO_DEVICE, at(10))) == "manual_required"


@pytest.mark.parametrize("flag", [Flag.SENSOR_FAULT, Flag.STUCK])
def test_a_sensor_that_says_it_is_broken_is_a_fault(flag: Flag) -> None:
    """A frozen or a faulty value is no reading, high or low."""
    assert outcome(reading(3650, flags=(flag,))) == "device_fault"
    assert outcome(reading(3850, flags=(flag,))) == "device_fault"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": (Flag.UNSTABLE,)}, "unstable"),
        ({"flags": (Flag.TWO_FACES,)}, "two_faces"),
        ({"flags": (Flag.LEFT_MIDWAY,)}, "left_midway"),
        ({"n_samples": 9}, "few_samples"),
        ({"spread_cc": 21}, "spread"),
        ({"trend_cc": 11}, "drift"),
        ({"trend_cc": -11}, "drift"),
    ],
)
def test_a_shaky_reading_is_measured_again(changes: dict[str, Any], reason: str) -> None:
    """What moved, or was not one face, tells nothing."""
    assert assess(reading(3650, **changes), screening()) == Assessment(Outcome.UNSTABLE, (reason,))


@pytest.mark.parametrize("changes", [{"n_samples": 10}, {"spread_cc": 20}, {"trend_cc": 10}, {"trend_cc": -10}])
def test_a_reading_just_within_the_bounds_is_steady(changes: dict[str, Any]) -> None:
    """The bounds themselves are allowed."""
    assert outcome(reading(3650, **changes)) == "normal"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": (Flag.CALIBRATION_OVERDUE,)}, "calibration_overdue"),
        ({"flags": (Flag.OUT_OF_SPEC_AMBIENT,)}, "out_of_spec_ambient"),
        ({"flags": (Flag.CLOCK_STEPPED,)}, "clock_stepped"),
        ({"flags": (Flag.DEVICE_ALARM,)}, "device_alarm"),
        ({"flags": (Flag.ONE_VALUE,), "n_samples": 1}, "one_value"),
        ({"ambient_cc": 1599}, "ambient_out_of_range"),
        ({"ambient_cc": 3501}, "ambient_out_of_range"),
    ],
)
def test_out_of_specification_there_is_no_automatic_normal_and_elevated_stays_elevated(
    changes: dict[str, Any], reason: str
) -> None:
    """An overdue calibration or a cold room never lets anybody in, and never hides a fever."""
    assert assess(reading(3650, **changes), screening()) == Assessment(Outcome.MANUAL_REQUIRED, (reason,))
    assert outcome(reading(3730, **changes)) == "elevated"


@pytest.mark.parametrize("ambient", [None, 1600, 3500])
def test_an_ambient_that_is_allowed_or_was_not_measured_is_held_against_nobody(ambient: int | None) -> None:
    """Not measured is None, never zero."""
    assert outcome(reading(3650, ambient_cc=ambient)) == "normal"


def test_a_kind_that_the_policy_does_not_know_is_never_judged() -> None:
    """A surface temperature has no limit here: a person measures, also a high one."""
    for value in (3650, 3900):
        assert assess(reading(value, kind=ReadingKind.SURFACE), screening()) == Assessment(
            Outcome.MANUAL_REQUIRED, ("no_limit",)
        )


@pytest.mark.parametrize(
    ("value_cc", "known", "expected"),
    [
        (3600, Before(cold_cc=3540, cold_s=60), ("too_cold_wait", "still_rising")),
        (3555, Before(cold_cc=3540, cold_s=60), ("too_cold_wait", "still_rising")),
        (3554, Before(cold_cc=3540, cold_s=60), ("normal",)),
        (3554, Before(cold_cc=3540, cold_s=59), ("too_cold_wait", "too_soon")),
        (3554, Before(cold_cc=3540, cold_s=-5), ("too_cold_wait", "too_soon")),
        (3600, None, ("normal",)),
    ],
)
def test_who_is_still_warming_up_rests_again(value_cc: int, known: Before | None, expected: tuple[str, ...]) -> None:
    """Two medians at least a minute apart must no longer rise by 0.15 °C."""
    assert said(reading(value_cc), known) == expected


@pytest.mark.parametrize("value", [36.5, True, "3650"])
def test_a_reading_holds_whole_hundredths_and_nothing_else(value: int) -> None:
    """No float, no truth value, no text ever becomes a temperature."""
    with pytest.raises(TypeError, match="whole number"):
        reading(value)


def test_a_reading_holds_no_more_raw_bytes_than_an_entry_should() -> None:
    """512 bytes; a thermal picture of a face never goes into the log."""
    assert reading(3650, raw="ab" * 512).raw
    with pytest.raises(ValueError, match="512 raw bytes"):
        reading(3650, raw="ab" * 513)


def test_a_device_that_says_warming_is_believed() -> None:
    """Its own sensor has not settled."""
    assert assess(reading(3650, flags=(Flag.WARMING,)), screening()) == Assessment(
        Outcome.TOO_COLD_WAIT, ("still_rising",)
    )


def test_a_guards_reading_is_not_asked_for_samples_rises_or_rooms() -> None:
    """A person read it off an instrument; the limits hold all the same."""
    by_hand = reading(3650, n_samples=1, spread_cc=99, trend_cc=99, ambient_cc=500, flags=(Flag.MANUAL,))
    assert outcome(by_hand, Before(cold_cc=3540, cold_s=1, clock_stepped=True)) == "normal"
    assert outcome(reading(3729, flags=(Flag.MANUAL,))) == "manual_required"
    assert outcome(reading(4501, flags=(Flag.MANUAL,))) == "device_fault"
