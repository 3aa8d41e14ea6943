"""A thermometer against a reference: a black body, or a thermometer that was itself checked. Pure.

A surface must be shown as it is. A body mode may add to it, but must follow it: where it shows half of what the skin
rises by, it hides fevers (published transfer curves of hand-held devices: temperature-facts.md 0.5).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import linear_regression
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.entry import Entry, canonical
from kiosk.domain.policy import ReadingKind, ReferenceRule
from kiosk.domain.screening import Reference
from kiosk.domain.times import from_wire, local_day, to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.state_keeper import State

SURFACE_SLOPE_PCT: Final = (95, 105)  # temperature-facts.md, acceptance 4
BODY_SLOPE_PCT: Final = 60  # of a body mode between the two temperatures below; the same
BODY_LOW_CC, BODY_HIGH_CC = 3300, 3550
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One temperature of a check: what the reference was at, and what the thermometer showed; hundredths of °C."""

    reference_cc: int
    shown_cc: int

    @property
    def error_cc(self) -> int:
        """Return how much too high the thermometer shows."""
        return self.shown_cc - self.reference_cc


@dataclass(frozen=True, slots=True)
class Check:
    """A check, with what follows from it. `slope_pct`: None with fewer than two temperatures.

    `offset_cc`: the mean error; `drift_cc`: how far that is from `first_offset_cc`, the one of the first check of this
    device under this calibration. `faults`: codes of what is wrong; none means passed.
    """

    device_id: str
    kind: ReadingKind
    calibration_id: str
    steps: tuple[Step, ...]
    slope_pct: int | None
    body_slope_pct: int | None
    offset_cc: int
    max_error_cc: int
    first_offset_cc: int
    drift_cc: int
    faults: tuple[str, ...]

    @property
    def has_passed(self) -> bool:
        """Whether a machine may go on finding people normal."""
        return not self.faults


def checked(
    device_id: str,
    kind: ReadingKind,
    steps: Sequence[Step],
    rule: ReferenceRule,
    *,
    calibration_id: str = "",
    first_offset_cc: int | None = None,
) -> Check:
    """Return what `steps` say of a thermometer; `first_offset_cc` of its first check, None when this is the first.

    Raises ValueError without steps.
    """
    if not steps:
        message = "a check needs a temperature"
        raise ValueError(message)
    errors = [step.error_cc for step in steps]
    offset = round(sum(errors) / len(errors))
    first = offset if first_offset_cc is None else first_offset_cc
    check = Check(
        device_id=device_id,
        kind=kind,
        calibration_id=calibration_id,
        steps=tuple(steps),
        slope_pct=_slope_pct(steps),
        body_slope_pct=_slope_pct(_body_steps(steps)) if kind is ReadingKind.BODY_ESTIMATE else None,
        offset_cc=offset,
        max_error_cc=max(errors, key=abs),
        first_offset_cc=first,
        drift_cc=offset - first,
        faults=(),
    )
    return replace(check, faults=_faults(check, rule))


def _body_steps(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if BODY_LOW_CC <= step.reference_cc <= BODY_HIGH_CC]


def _slope_pct(steps: Sequence[Step]) -> int | None:
    """Return by how many hundredths of a degree the shown value rises while the reference rises by one degree."""
    if len({step.reference_cc for step in steps}) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    found = linear_regression([step.reference_cc for step in steps], [step.shown_cc for step in steps])
    return round(100 * found.slope)


def _faults(check: Check, rule: ReferenceRule) -> tuple[str, ...]:
    faults: list[str] = []
    low, high = SURFACE_SLOPE_PCT
    if check.kind is ReadingKind.BODY_ESTIMATE:
        # Not asked is not passed: one temperature alone cannot show that a mode hides fevers.
        if check.body_slope_pct is None:
            faults.append("slope_unknown")
        elif check.body_slope_pct < BODY_SLOPE_PCT:
            faults.append("hides_fever")
    elif check.slope_pct is not None and not low <= check.slope_pct <= high:
        faults.append("slope")
    if check.kind is not ReadingKind.BODY_ESTIMATE and abs(check.max_error_cc) > rule.max_error_cc:
        faults.append("error")
    if abs(check.drift_cc) > rule.max_drift_cc:
        faults.append("drift")
    return tuple(faults)


# in the state: the last check of a device, for a day


def fact_name(device_id: str, day: str) -> str:
    """Return the name of the fact that holds a device's last check of a local day."""
    return f"reference:{device_id}:{day}"


def note(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    """Keep that a device was checked, and whether it passed."""
    known = {"at": to_wire(entry.happened_at), "passed": not body["check"]["faults"]}
    state.put_fact(fact_name(body["check"]["device_id"], body["day"]), canonical(known))


def standing(state: State, device_id: str, rule: ReferenceRule, now: datetime, timezone: str) -> Reference:
    """Return how the last check of a device stands; checks older than yesterday's are overdue anyhow."""
    days = (local_day(now, timezone), local_day(now - DAY, timezone))
    texts = [state.fact(fact_name(device_id, day.isoformat())) for day in days]
    last: dict[str, Any] | None = next((json.loads(text) for text in texts if text is not None), None)
    if last is None:
        return Reference.OVERDUE
    if not last["passed"]:
        return Reference.FAILED
    age = now - from_wire(last["at"])
    return Reference.PASSED if timedelta(0) <= age <= timedelta(seconds=rule.every_s) else Reference.OVERDUE
