"""Whatever is measured: never "normal" by mistake, and never without a reason for anything else."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.policy import Adaptive, BodySite, Cold, ReadingKind
from kiosk.domain.screening import Before, Fault, Flag, Outcome, Reading, Reference, assess
from tests.domain.builders import at, reading, screening

READINGS = st.builds(
    reading,
    value_cc=st.one_of(st.integers(-1000, 6000), st.integers(3480, 3800)),
    kind=st.sampled_from(ReadingKind),
    site=st.sampled_from(BodySite),
    n_samples=st.integers(0, 30),
    spread_cc=st.integers(0, 40),
    trend_cc=st.integers(-20, 20),
    ambient_cc=st.none() | st.integers(-1000, 5000),
    flags=st.lists(st.sampled_from(Flag), max_size=3, unique=True).map(tuple),
)


BEFORE = st.builds(
    Before,
    cold_cc=st.none() | st.integers(2800, 3600),
    cold_s=st.integers(-10, 700),
    provisional_device=st.sampled_from(["", "test:1", "gun:2"]),
    provisional_site=st.sampled_from(["forehead", "wrist"]),
    provisional_s=st.integers(-10, 700),
    is_cold=st.booleans(),
    lowered_cc=st.sampled_from([0, 30]),
    found_normal=st.lists(st.integers(3550, 3729), max_size=12).map(tuple),
    reference=st.sampled_from(Reference),
    clock_stepped=st.booleans(),
)
POLICY = screening(adaptive=Adaptive(is_on=True), cold=Cold())


@given(measured=READINGS, known=BEFORE)
def test_normal_is_said_only_between_the_limits_of_a_known_kind(measured: Reading, known: Before) -> None:
    """Never normal at or above the limit, below the low one, or for a kind without limits."""
    if assess(measured, POLICY, known).outcome is Outcome.NORMAL:
        found = POLICY.limit_for(measured.site, measured.kind)
        assert found is not None
        assert found.low_cc <= measured.value_cc < found.elevated_cc - known.lowered_cc


@given(measured=READINGS, known=BEFORE)
def test_the_adaptive_rule_never_makes_an_outcome_milder(measured: Reading, known: Before) -> None:
    """With it or without: whatever else than normal was said stays, and elevated stays elevated."""
    plain = assess(measured, screening(), known).outcome
    both = assess(measured, POLICY, known).outcome
    assert both in {plain, Outcome.ELEVATED}


@given(measured=READINGS, known=BEFORE)
def test_a_flag_that_spoils_a_reading_never_ends_in_normal(measured: Reading, known: Before) -> None:
    """Broken, stuck, shaky, two faces: whatever the number."""
    spoils = {Flag.SENSOR_FAULT, Flag.STUCK}
    shaky = {Flag.UNSTABLE, Flag.TWO_FACES, Flag.LEFT_MIDWAY, Flag.CALIBRATION_OVERDUE, Flag.CLOCK_STEPPED}
    if spoils & set(measured.flags) or (shaky & set(measured.flags) and not measured.is_manual):
        assert assess(measured, POLICY, known).outcome is not Outcome.NORMAL


@given(measured=READINGS, known=BEFORE)
def test_no_machine_says_normal_unsupervised_unchecked_or_by_a_clock_that_was_set(
    measured: Reading, known: Before
) -> None:
    """Each alone is enough to send somebody to a person."""
    bars = known.clock_stepped or known.reference in {Reference.OVERDUE, Reference.FAILED} or known.provisional_device
    if bars and not measured.is_manual:
        assert assess(measured, POLICY, known).outcome is not Outcome.NORMAL


@given(code=st.text(max_size=20))
def test_a_fault_is_never_normal(code: str) -> None:
    """Whatever the device says instead of a number."""
    assert assess(Fault("t:1", code, at(10)), screening()).outcome.value in {"device_fault", "manual_required"}


@given(measured=READINGS, known=BEFORE)
def test_every_outcome_but_normal_names_its_reason(measured: Reading, known: Before) -> None:
    """From a log line alone the decision can be traced."""
    assessment = assess(measured, POLICY, known)
    assert bool(assessment.reasons) is (assessment.outcome is not Outcome.NORMAL)
