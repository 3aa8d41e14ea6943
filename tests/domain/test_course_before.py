"""What a verdict is given by: what came before it, what was declared, and nothing that is known of a person else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.booking import Booking
from kiosk.domain.course import after, before, judged_by, recomputed
from kiosk.domain.entry import canonical
from kiosk.domain.policy import Adaptive, Cold, ColdMode, ReadingKind, ReferenceRule, Risk
from kiosk.domain.record import Measured, Visit
from kiosk.domain.screening import Before, Fault, Flag, Outcome, Reading, Reference, assess
from kiosk.domain.times import to_ms
from kiosk.domain.wire import to_json
from tests.domain.builders import ZONE, Memory, at, booking, reading, screening, visit

# what goes before


def known(visitor: Visit, measured: Reading | Fault, **policy: Any) -> Before:
    """Return what the verdict on `measured` depends on."""
    return before(visitor, measured, screening(**policy), policy.pop("state", Memory()), ZONE)


def one(at_minute: int, outcome: Outcome, value_cc: int = 3500, **changes: Any) -> Measured:
    """Return an earlier reading by the kiosk's own device."""
    plain = Measured(at(10, at_minute), value_cc, outcome, "test:1", is_manual=False, site="forehead")
    return replace(plain, **changes)


def test_what_was_too_cold_is_compared_with_whatever_was_unsteady_since() -> None:
    """An unsteady reading in between does not make up for the rise."""
    readings = (one(1, Outcome.TOO_COLD_WAIT, 3400), one(6, Outcome.UNSTABLE, 3590))
    now = reading(3600, taken_at=at(10, 7))
    assert known(visit(readings=readings), now) == Before(cold_cc=3400, cold_s=360)
    settled = (*readings, one(7, Outcome.NORMAL))
    assert known(visit(readings=settled), now).cold_cc is None
    assert known(visit(), now) == Before()


def test_a_provisional_reading_is_remembered_until_a_normal_one() -> None:
    """Elevated, or in the guard band; by which device, where, and how long ago."""
    now = reading(3650, taken_at=at(10, 12))
    elevated, band = one(1, Outcome.ELEVATED), one(1, Outcome.MANUAL_REQUIRED, reason="guard_band")
    expected = Before(provisional_device="test:1", provisional_site="forehead", provisional_s=660)
    assert known(visit(readings=(elevated,)), now) == expected
    assert known(visit(readings=(band, one(3, Outcome.UNSTABLE))), now) == expected
    assert known(visit(readings=(elevated, one(3, Outcome.NORMAL))), now) == Before()
    assert known(visit(readings=(one(3, Outcome.DEVICE_FAULT),)), now) == Before()


def test_a_fault_depends_on_nothing() -> None:
    """It is one whatever came before."""
    assert known(visit(readings=(one(1, Outcome.ELEVATED),)), Fault("t:1", "device_timeout", at(10))) == Before()


@pytest.mark.parametrize(
    ("taken_at", "monotonic_ms", "stepped"),
    [
        (at(10, 6), 360_000, False),
        (at(10, 6, 5), 360_000, False),
        (at(10, 6, 6), 360_000, True),
        (at(10, 5, 54), 360_000, True),
        (at(10, 6), None, False),
        (at(10, 0, 54), None, True),
        (at(9, 59, 54), None, True),
        (at(10, 0, 56), None, False),
    ],
)
def test_a_clock_that_was_set_during_the_visit_is_noticed(
    taken_at: datetime, monotonic_ms: int | None, *, stepped: bool
) -> None:
    """Back before what was there, or apart from the clock that nobody sets; five seconds are slack."""
    visitor = visit(readings=(one(1, Outcome.TOO_COLD_WAIT, monotonic_ms=60_000),))
    now = reading(3600, taken_at=taken_at, monotonic_ms=monotonic_ms)
    assert known(visitor, now).clock_stepped is stepped


def test_clocks_of_two_devices_are_not_compared() -> None:
    """Each kiosk's own counts from its own start."""
    visitor = visit(readings=(one(1, Outcome.TOO_COLD_WAIT, device_id="test:2", monotonic_ms=5),))
    assert not known(visitor, reading(3600, taken_at=at(10, 6), monotonic_ms=99_000_000)).clock_stepped


@pytest.mark.parametrize(
    ("cold", "outdoor_cc", "is_cold"),
    [
        (Cold(ColdMode.OFF, hours=(10,)), -500, False),
        (Cold(ColdMode.ON), None, True),
        (Cold(ColdMode.AUTO), None, False),
        (Cold(ColdMode.AUTO), 1600, False),
        (Cold(ColdMode.AUTO), 1599, True),
        (Cold(ColdMode.AUTO, hours=(9, 10)), 2500, True),
        (Cold(ColdMode.AUTO, hours=(9, 11)), 2500, False),
    ],
)
def test_the_cold_comes_by_hand_by_the_air_outside_or_by_the_hour(
    cold: Cold, outdoor_cc: int | None, *, is_cold: bool
) -> None:
    """The site's own hours; what was not measured decides nothing."""
    assert known(visit(), reading(3650, outdoor_cc=outdoor_cc), cold=cold).is_cold is is_cold


@pytest.mark.parametrize("flag", [Flag.SIMULATED, Flag.REPLAYED, Flag.MANUAL])
def test_a_reference_is_asked_of_a_thermometer_that_measures(flag: Flag) -> None:
    """Not of a drawn or recorded one, nor of a guard's hand-held one, which has a label of its own."""
    daily = ReferenceRule(every_s=86_400)
    assert known(visit(), reading(3650), reference=daily).reference is Reference.OVERDUE
    assert known(visit(), reading(3650, flags=(flag,)), reference=daily).reference is Reference.NOT_ASKED
    assert known(visit(), reading(3650)).reference is Reference.NOT_ASKED


# a declared risk, and nothing else


def test_a_declared_stay_lowers_the_limit() -> None:
    """As the policy says by which answers."""
    risk = Risk(30, ("risk_area",))
    assert known(visit(declared_yes=("risk_area",)), reading(3650), risk=risk).lowered_cc == 30
    assert known(visit(declared_yes=("symptoms",)), reading(3650), risk=risk).lowered_cc == 0
    assert known(visit(), reading(3650), risk=risk).lowered_cc == 0


PEOPLE = st.builds(
    booking,
    plate_masked=st.text(max_size=9),
    name_masked=st.text(max_size=9),
    plate_prefix=st.text(max_size=2),
    district=st.text(max_size=6),
    id_hash=st.text(max_size=8),
)


@given(person=PEOPLE, value_cc=st.integers(3450, 3800), by=st.sampled_from(["code", "number", "id_number", "walk_in"]))
def test_neither_the_identity_numbers_area_nor_the_plate_feeds_a_risk(person: Booking, value_cc: int, by: str) -> None:
    """Whoever they are and whatever they drive: the same reading says the same, and leads to the same."""
    policy = screening(risk=Risk(30, ("risk_area",)), supervised_devices=("t:2",))
    first, second = visit(), visit(booking=person, by=by)
    measured = reading(value_cc)
    judged = [assess(measured, policy, before(who, measured, policy, Memory(), ZONE)) for who in (first, second)]
    assert judged[0] == judged[1]
    assert after(first, judged[0], policy, is_manual=False) == after(second, judged[1], policy, is_manual=False)


# in the entry


@given(
    value_cc=st.integers(2700, 4600),
    cold=st.booleans(),
    elevated=st.booleans(),
    adaptive=st.booleans(),
    monotonic_ms=st.none() | st.integers(0, 10**9),
)
def test_from_an_entry_alone_the_verdict_is_computed_again(
    value_cc: int, monotonic_ms: int | None, *, cold: bool, elevated: bool, adaptive: bool
) -> None:
    """Bit for bit: through JSON text, with nothing else at hand."""
    readings = (one(1, Outcome.ELEVATED if elevated else Outcome.TOO_COLD_WAIT, 3540, monotonic_ms=7),)
    visitor = visit(readings=readings, declared_yes=("risk_area",))
    policy = screening(
        cold=Cold(ColdMode.ON if cold else ColdMode.OFF),
        adaptive=Adaptive(is_on=adaptive, last=3),
        risk=Risk(20, ("risk_area",)),
    )
    measured = reading(value_cc, taken_at=at(10, 12), monotonic_ms=monotonic_ms, dwell_s=720)
    state = Memory()
    name = "baseline:test:1:forehead:body_estimate:2020-03-10"
    state.put_fact(name, json.dumps({"values": [[to_ms(at(10)), 3600]] * 3}))
    context = before(visitor, measured, policy, state, ZONE)
    verdict = assess(measured, policy, context)
    body = {"reading": to_json(measured), **judged_by(measured, policy, context, ZONE)}
    assert recomputed(json.loads(canonical(body))) == verdict
    assert ("baseline" in body) is (adaptive and not cold)


def test_a_fault_and_a_kind_without_a_limit_are_computed_again_as_well() -> None:
    """Nothing of the policy is needed for the first, and no limit is made up for the second."""
    fault = Fault("t:1", "device_timeout", at(10))
    body = {"reading": to_json(fault), **judged_by(fault, screening(), Before(), ZONE)}
    assert recomputed(json.loads(canonical(body))) == assess(fault, screening())
    skin = reading(3450, kind=ReadingKind.SURFACE)
    body = {"reading": to_json(skin), **judged_by(skin, screening(), Before(), ZONE)}
    assert recomputed(json.loads(canonical(body))) == assess(skin, screening())


def test_an_entry_that_does_not_hold_its_rules_is_not_judged_by_others() -> None:
    """Of an older program: by today's rules it might say something else."""
    with pytest.raises(ValueError, match="does not hold"):
        recomputed({"reading": to_json(reading(3650)), "outcome": "normal"})
