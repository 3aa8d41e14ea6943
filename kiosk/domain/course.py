"""What goes before a reading and what follows it: to the next step, by policy and by what the visit has behind it.

Pure. `before` gathers what a verdict depends on, `judged_by` writes it down, `recomputed` judges again from that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, assert_never

from kiosk.domain import baseline, outdoor, reference
from kiosk.domain.policy import ColdMode, ReadingKind, ScreeningPolicy
from kiosk.domain.record import Measured, Visit, is_provisional, unsettled
from kiosk.domain.screening import Before, Fault, Flag, Outcome, Reading, Reference, assess
from kiosk.domain.state_days import is_cold_by_hand
from kiosk.domain.times import local_day, local_hour, to_ms
from kiosk.domain.wire import from_json, to_json, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.policy import Cold, Risk
    from kiosk.domain.screening import Assessment
    from kiosk.domain.state_keeper import State


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

CLOCK_SLACK: Final = timedelta(seconds=5)
"""How far two clocks may be apart without one of them having been set: kiosks of a site follow one time server."""

_UNREAL: Final = frozenset({Flag.SIMULATED, Flag.REPLAYED, Flag.MANUAL})  # nothing that a reference could check


# before a reading


def before(visit: Visit, reading: Reading | Fault, policy: ScreeningPolicy, state: State, timezone: str) -> Before:
    """Return what the verdict on `reading` depends on besides itself, with `visit` as it was before it."""
    if isinstance(reading, Fault):
        return Before()
    cold, provisional = _last_cold(visit), _provisional(visit)
    outside = outdoor.outdoor_cc(state, reading, timezone)
    is_cold = is_cold_by_hand(state) or is_cold_now(policy.cold, outside, local_hour(reading.taken_at, timezone))
    asks_for_reference = policy.reference.every_s > 0 and not _UNREAL & set(reading.flags)
    found_normal: tuple[int, ...] = ()
    if policy.adaptive.is_on and not reading.is_manual and not is_cold:
        name = baseline.name_for(reading, _day(reading, timezone))
        found_normal = baseline.values(state, name, policy.adaptive, to_ms(reading.taken_at))
    return Before(
        cold_cc=cold.value_cc if cold is not None else None,
        cold_s=_seconds(cold, reading),
        provisional_device=provisional.device_id if provisional is not None else "",
        provisional_site=provisional.site if provisional is not None else "",
        provisional_s=_seconds(provisional, reading),
        provisional_kind=_kind_of_doubt(visit),
        is_cold=is_cold,
        lowered_cc=lowered_cc(policy.risk, visit.declared_yes),
        found_normal=found_normal,
        reference=(
            reference.standing(state, reading.device_id, policy.reference, reading.taken_at, timezone)
            if asks_for_reference
            else Reference.NOT_ASKED
        ),
        clock_stepped=_clock_stepped(visit, reading),
    )


def lowered_cc(risk: Risk, declared_yes: tuple[str, ...]) -> int:
    """Return by how much the limits are lowered: by what was declared, and by nothing else that is known of anybody."""
    return risk.lower_cc if set(risk.answers) & set(declared_yes) else 0


def is_cold_now(cold: Cold, outdoor_cc: int | None, hour: int) -> bool:
    """Tell whether visitors come in from the cold: as the policy sets it, by the air outside, or by the hour."""
    if cold.mode is not ColdMode.AUTO:
        return cold.mode is ColdMode.ON
    return hour in cold.hours or (outdoor_cc is not None and outdoor_cc < cold.outdoor_below_cc)


def _last_cold(visit: Visit) -> Measured | None:
    """Return the last reading that was too cold; what was unsteady or failed since does not make up for it."""
    for reading in reversed(visit.readings):
        if reading.outcome is Outcome.NORMAL:
            return None
        if reading.outcome is Outcome.TOO_COLD_WAIT:
            return reading
    return None


def _provisional(visit: Visit) -> Measured | None:
    """Return the last elevated or almost elevated reading that no normal one has settled since."""
    return next((item for item in reversed(unsettled(visit.readings)) if is_provisional(item)), None)


def _kind_of_doubt(visit: Visit) -> str:
    """Return "clinical" when a clinical reading is among the elevated ones that nothing has settled, else ""."""
    left = unsettled(visit.readings)
    kinds = {item.kind for item in left if item.outcome is Outcome.ELEVATED}
    return ReadingKind.CLINICAL.value if ReadingKind.CLINICAL in kinds else ""


def _seconds(earlier: Measured | None, reading: Reading) -> int:
    return int((reading.taken_at - earlier.at).total_seconds()) if earlier is not None else 0


def _clock_stepped(visit: Visit, reading: Reading) -> bool:
    """Tell whether the clock was set during the visit: it went back, or apart from the one that nobody sets."""
    if reading.taken_at < visit.first_contact - CLOCK_SLACK:
        return True
    last = next((item for item in reversed(visit.readings) if item.device_id == reading.device_id), None)
    if last is None:
        return False
    passed = reading.taken_at - last.at
    if passed < -CLOCK_SLACK:
        return True
    if last.monotonic_ms is None or reading.monotonic_ms is None:
        return False
    return abs(passed - timedelta(milliseconds=reading.monotonic_ms - last.monotonic_ms)) > CLOCK_SLACK


def _day(reading: Reading, timezone: str) -> str:
    return local_day(reading.taken_at, timezone).isoformat()


# in the entry


def judged_by(reading: Reading | Fault, policy: ScreeningPolicy, known: Before, timezone: str) -> dict[str, Any]:
    """Return what an entry holds so that its verdict can be computed again, and its value may enter the baseline."""
    if isinstance(reading, Fault):
        return {"rules": None, "before": {}}
    limit = policy.limit_for(reading.site, reading.kind)
    rules = replace(policy, limits=(replace(limit, source=""),) if limit is not None else ())
    # The rules whole: what a later program takes for granted must not change an old verdict.
    body: dict[str, Any] = {"rules": to_json(rules), "before": json.loads(to_text(known))}
    if policy.adaptive.is_on and not reading.is_manual and not known.is_cold:
        name = baseline.name_for(reading, _day(reading, timezone))
        body["baseline"] = {"name": name, "at_ms": to_ms(reading.taken_at), "last": policy.adaptive.last}
    return body


def recomputed(body: Mapping[str, Any]) -> Assessment:
    """Return the verdict on a reading from its entry's body alone; raises ValueError for a body that lacks it."""
    if "rules" not in body:
        message = "this entry does not hold what it was judged by"
        raise ValueError(message)
    if body["rules"] is None:
        return assess(from_json(Fault, body["reading"]), _NO_RULES)
    rules, known = from_json(ScreeningPolicy, body["rules"]), from_json(Before, body["before"])
    return assess(from_json(Reading, body["reading"]), rules, known)


_NO_RULES: Final = ScreeningPolicy((), 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)  # a fault is judged by none


# after a reading


def after(visit: Visit, assessment: Assessment, policy: ScreeningPolicy, *, is_manual: bool) -> Course:
    """Return what follows `assessment`, with `visit` as it was before this reading.

    Nothing that was found passes by itself when the declaration was positive or a case was opened: a guard assesses
    it, after the temperature was taken all the same, so that nobody in the queue sees a difference. Once a case of the
    visit was decided, its declaration was assessed.
    """
    match assessment.outcome:
        case Outcome.NORMAL:
            declared = visit.declared_yes and not visit.settled
            doubt = "declaration" if declared else "case" if visit.case_id is not None else ""
            return Course(Turn.GUARD, doubt) if doubt else Course(Turn.PASS)
        case Outcome.ELEVATED:
            elevated = 1 + sum(reading.outcome is Outcome.ELEVATED for reading in visit.readings)
            if elevated >= CASE_AFTER:
                return Course(Turn.CASE, "elevated")
            return _after_provisional(visit, policy, "elevated", is_manual=is_manual)
        case Outcome.TOO_COLD_WAIT:
            return _after_cold(visit, assessment, policy, is_manual=is_manual)
        case Outcome.UNSTABLE:
            unstable = 1 + sum(reading.outcome is Outcome.UNSTABLE for reading in visit.readings)
            over = is_manual or unstable >= policy.unstable_rounds
            return Course(Turn.GUARD, "unstable") if over else Course(Turn.AGAIN, "unstable")
        case Outcome.MANUAL_REQUIRED if assessment.reasons[:1] == ("guard_band",):
            return _after_provisional(visit, policy, assessment.outcome.value, is_manual=is_manual)
        case Outcome.DEVICE_FAULT | Outcome.MANUAL_REQUIRED:
            return Course(Turn.GUARD, _why_by_hand(assessment, is_manual=is_manual))
        case _:
            assert_never(assessment.outcome)


def _why_by_hand(assessment: Assessment, *, is_manual: bool) -> str:
    """Return why a guard measures: of a reading by hand itself, that another thermometer is to be taken."""
    overdue = Flag.CALIBRATION_OVERDUE.value
    return overdue if is_manual and assessment.reasons[:1] == (overdue,) else assessment.outcome.value


def _after_provisional(visit: Visit, policy: ScreeningPolicy, cause: str, *, is_manual: bool) -> Course:
    """A guard takes the second reading and sees that it is the same person; or a supervised device, after a rest."""
    if is_manual or not policy.supervised_devices or _provisional(visit) is not None:
        return Course(Turn.GUARD, cause)
    return Course(Turn.REST, cause, timedelta(seconds=policy.recheck_s))


def _after_cold(visit: Visit, assessment: Assessment, policy: ScreeningPolicy, *, is_manual: bool) -> Course:
    if is_manual or visit.rests >= policy.warm_up_rounds:
        return Course(Turn.GUARD, "too_cold")
    a_minute = {"still_rising", "too_soon"} & set(assessment.reasons)
    return Course(Turn.REST, "too_cold", timedelta(seconds=policy.rise_wait_s if a_minute else policy.warm_up_s))
