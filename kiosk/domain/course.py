"""What follows a reading: to the next step, by policy and by what the visit has behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from kiosk.domain.screening import Outcome

if TYPE_CHECKING:
    from kiosk.domain.policy import ScreeningPolicy
    from kiosk.domain.record import Visit
    from kiosk.domain.screening import Assessment


class Turn(StrEnum):
    """Where a visit turns after a reading."""

    PASS = "pass"  # noqa: S105 - a turn, no password
    REST = "rest"
    AGAIN = "again"
    GUARD = "guard"
    CASE = "case"  # to the guard, and an isolation case opens


@dataclass(frozen=True, slots=True)
class Course:
    """A turn, why, and for `REST` how long."""

    turn: Turn
    cause: str = ""
    rest: timedelta = timedelta(0)


CASE_AFTER: Final = 2
"""An isolation case opens by the second elevated reading: one alone is provisional (IEC 80601-2-59, note 101)."""


def after(visit: Visit, assessment: Assessment, policy: ScreeningPolicy, *, is_manual: bool) -> Course:
    """Return what follows `assessment`, with `visit` as it was before this reading.

    Nothing that was found passes by itself when the declaration was positive or a case was opened: a guard assesses
    it, after the temperature was taken all the same, so that nobody in the queue sees a difference.
    """
    match assessment.outcome:
        case Outcome.NORMAL:
            doubt = "declaration" if visit.declared_yes else "case" if visit.case_id is not None else ""
            return Course(Turn.GUARD, doubt) if doubt else Course(Turn.PASS)
        case Outcome.ELEVATED:
            elevated = 1 + sum(reading.outcome is Outcome.ELEVATED for reading in visit.readings)
            return Course(Turn.CASE if elevated >= CASE_AFTER else Turn.GUARD, "elevated")
        case Outcome.TOO_COLD_WAIT:
            return _after_cold(visit, assessment, policy, is_manual=is_manual)
        case Outcome.UNSTABLE:
            unstable = 1 + sum(reading.outcome is Outcome.UNSTABLE for reading in visit.readings)
            over = is_manual or unstable >= policy.unstable_rounds
            return Course(Turn.GUARD, "unstable") if over else Course(Turn.AGAIN, "unstable")
        case Outcome.DEVICE_FAULT | Outcome.MANUAL_REQUIRED:
            return Course(Turn.GUARD, assessment.outcome.value)
        case _:
            assert_never(assessment.outcome)


def _after_cold(visit: Visit, assessment: Assessment, policy: ScreeningPolicy, *, is_manual: bool) -> Course:
    if is_manual or visit.rests >= policy.warm_up_rounds:
        return Course(Turn.GUARD, "too_cold")
    seconds = policy.rise_wait_s if "still_rising" in assessment.reasons else policy.warm_up_s
    return Course(Turn.REST, "too_cold", timedelta(seconds=seconds))
