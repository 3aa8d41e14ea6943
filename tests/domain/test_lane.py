"""Who waits in the manual lane: first readings by hand, oldest answers first; nobody who needs more than a reading."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.domain import lane
from kiosk.domain.ids import CaseId, VisitId
from kiosk.domain.record import Measured, Visit
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step
from tests.domain import builders as make


def held(**changes: Any) -> Visit:
    """Return a visit that the kiosk could not find normal."""
    return make.visit(**{"step": Step.GUARD, "cause": "manual_required", **changes})


def found(outcome: Outcome, *, is_manual: bool = False, reason: str = "") -> Measured:
    """Return one earlier reading."""
    return Measured(make.at(10, 2), 3640, outcome, "test:1", is_manual, reason)


@pytest.mark.parametrize("cause", sorted(lane.CAUSES))
def test_whoever_lacks_nothing_but_a_reading_waits_in_the_lane(cause: str) -> None:
    """Too cold, a silent thermometer, a room under 16 °C, a wish: the guard measures them all alike."""
    assert lane.waits(held(cause=cause))
    assert lane.waits(held(cause=cause, readings=(found(Outcome.TOO_COLD_WAIT), found(Outcome.MANUAL_REQUIRED))))


@pytest.mark.parametrize(
    "other",
    [
        held(step=Step.MEASURING),
        held(step=Step.ADMITTED),
        held(cause="asked_person"),
        held(cause="declaration"),
        held(cause="elevated"),
        held(declared_at=None),
        held(case_id=CaseId("c1")),
        held(readings=(found(Outcome.ELEVATED),)),
        held(readings=(found(Outcome.ELEVATED), found(Outcome.UNSTABLE))),
        held(readings=(found(Outcome.MANUAL_REQUIRED, reason="guard_band"),)),
        held(readings=(found(Outcome.TOO_COLD_WAIT, is_manual=True),)),
    ],
    ids=lambda visit: f"{visit.step}-{visit.cause}-{len(visit.readings)}",
)
def test_nobody_who_needs_more_than_a_first_reading_stands_in_the_lane(other: Visit) -> None:
    """A provisional reading, a case, a positive answer: two touches in passing would not do them justice."""
    assert not lane.waits(other)


def test_whoever_answered_first_is_measured_first() -> None:
    """Not by when they came: somebody who took long over the questions holds up nobody."""
    early = held(id=VisitId("early"), declared_at=make.at(10, 4))
    late = held(id=VisitId("late"), declared_at=make.at(10, 6), first_contact=make.at(9))
    assert [visit.id for visit in lane.waiting([late, replace(early, step=Step.RESTING), early])] == ["early", "late"]


def test_the_quick_values_go_from_the_lowest_normal_one_into_the_elevated_ones() -> None:
    """Whatever lies outside is typed: it is rare, and worth the longer look."""
    assert (lane.QUICK_CC[0], lane.QUICK_CC[-1], len(lane.QUICK_CC)) == (3550, 3740, 20)
