"""The adaptive baseline: who enters it, how old it may be, and that it is told apart by device, site, kind and day."""

from typing import Any

import pytest

from kiosk.domain import baseline
from kiosk.domain.policy import Adaptive, BodySite
from tests.domain.builders import Memory, reading

RULE = Adaptive(is_on=True, max_age_s=3600)
NAME = "baseline:test:1:forehead:body_estimate:2020-03-10"


def noted(state: Memory, value_cc: int, outcome: str = "normal", at_ms: int = 1000, **changes: Any) -> None:
    """Let an entry's body be noted."""
    wanted = {"name": NAME, "at_ms": at_ms, "last": 10}
    baseline.note(state, {"outcome": outcome, "reading": {"value_cc": value_cc}, "baseline": wanted, **changes})


def test_the_name_tells_device_site_kind_and_day_apart() -> None:
    """Another device, another place on the face or another day begins anew."""
    assert baseline.name_for(reading(3650), "2020-03-10") == NAME
    others = [
        baseline.name_for(reading(3650, device_id="test:2"), "2020-03-10"),
        baseline.name_for(reading(3650, site=BodySite.CANTHUS), "2020-03-10"),
        baseline.name_for(reading(3650), "2020-03-11"),
    ]
    assert len({NAME, *others}) == 4


@pytest.mark.parametrize("outcome", ["elevated", "too_cold_wait", "unstable", "manual_required", "device_fault"])
def test_only_what_was_found_normal_enters(outcome: str) -> None:
    """Elevated people in the mean would cost eleven feverish visitors in a hundred (temperature-facts.md)."""
    state = Memory()
    noted(state, 3650, outcome)
    assert state.all_facts == {}


def test_an_entry_that_names_no_baseline_changes_none() -> None:
    """A guard's reading, or a policy without the adaptive rule."""
    state = Memory()
    baseline.note(state, {"outcome": "normal", "reading": {"value_cc": 3650}})
    assert state.all_facts == {}


def test_the_last_ten_are_kept_in_their_order() -> None:
    """Older ones give way."""
    state = Memory()
    for number in range(12):
        noted(state, 3600 + number)
    assert baseline.values(state, NAME, RULE, 1000) == tuple(range(3602, 3612))


def test_what_is_older_than_the_policy_says_does_not_count_nor_what_lies_ahead() -> None:
    """A morning's chill, or a clock that was set back."""
    state = Memory()
    for at_ms in (0, 1, 3_600_000, 3_600_002):
        noted(state, 3600 + at_ms % 100, at_ms=at_ms)
    assert baseline.values(state, NAME, RULE, 3_600_001) == (3601, 3600)
    assert baseline.values(Memory(), NAME, RULE, 0) == ()


def test_the_limit_is_an_exact_fraction() -> None:
    """Nine values are too few; the extremes of ten are dropped."""
    assert baseline.threshold([3600] * 9, RULE) is None
    assert baseline.threshold([3000, *[3600] * 8, 4200], RULE) == (8 * 3675, 8)
    assert baseline.is_over(3675, [3000, *[3600] * 8, 4200], RULE)
    assert not baseline.is_over(3674, [3000, *[3600] * 8, 4200], RULE)
    assert not baseline.is_over(4000, [], RULE)
