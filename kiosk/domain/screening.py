"""From a reading to an outcome: pure, by policy, in whole hundredths of a degree.

A fault is never a number, a low reading is never a pass, and what cannot be judged goes to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kiosk.domain.policy import BodySite, Limit, ReadingKind, ScreeningPolicy

RAW_LOW_CC: Final = 2800  # below: not a face (temperature-facts.md, plausibility)
RAW_HIGH_CC: Final = 4500  # above: a fault, whatever the device says
FACE_HIGH_CC: Final = 4300  # 43 to 45 °C: fault


NO_DEVICE: Final = "no_device"  # the code of a Fault where a guard measures by hand, as it was set up


class Outcome(StrEnum):
    """What a reading says."""

    NORMAL = "normal"
    ELEVATED = "elevated"
    TOO_COLD_WAIT = "too_cold_wait"
    UNSTABLE = "unstable"
    DEVICE_FAULT = "device_fault"
    MANUAL_REQUIRED = "manual_required"


class Flag(StrEnum):
    """What a driver says about the quality of its reading."""

    UNSTABLE = "unstable"
    OUT_OF_SPEC_AMBIENT = "out_of_spec_ambient"
    CALIBRATION_OVERDUE = "calibration_overdue"
    PEC_UNVERIFIED = "pec_unverified"
    WARMING = "warming"
    MANUAL = "manual"
    REPLAYED = "replayed"
    SIMULATED = "simulated"
    SENSOR_FAULT = "sensor_fault"
    STUCK = "stuck"
    TWO_FACES = "two_faces"
    LEFT_MIDWAY = "left_midway"


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured temperature, as the device gave it; nothing is compensated.

    Temperatures in hundredths of a degree Celsius. What was not measured is None, never 0. `device_id` is
    driver:serial. `spread_cc` is 1.4826 times the median absolute deviation; `trend_cc` the change within the
    window. `dwell_s`: seconds since first contact. `raw`: at most 512 bytes, in hex. `operator_id` when manual.
    """

    value_cc: int
    kind: ReadingKind
    site: BodySite
    device_id: str
    taken_at: datetime
    n_samples: int = 1
    spread_cc: int = 0
    trend_cc: int = 0
    ambient_cc: int | None = None
    dwell_s: int | None = None
    emissivity: str = ""
    calibration_id: str = ""
    flags: tuple[Flag, ...] = ()
    raw: str = ""
    operator_id: str = ""

    @property
    def is_manual(self) -> bool:
        """Whether a named person read it off an instrument."""
        return Flag.MANUAL in self.flags


@dataclass(frozen=True, slots=True)
class Fault:
    """The thermometer gave no reading; `code` is the error's code, `device_id` which device."""

    device_id: str
    code: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Assessment:
    """An outcome and the codes of every reason for it, the deciding one first."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()


def assess(reading: Reading | Fault, policy: ScreeningPolicy, previous_cold_cc: int | None = None) -> Assessment:
    """Return what `reading` says under `policy`.

    `previous_cold_cc`: the last reading that was too cold, or None; still rising from it means still warming up.
    """
    if isinstance(reading, Fault):
        outcome = Outcome.MANUAL_REQUIRED if reading.code == NO_DEVICE else Outcome.DEVICE_FAULT
        return Assessment(outcome, (reading.code,))
    fault = _fault(reading)
    if fault is not None:
        return fault
    limit = policy.limit_for(reading.site, reading.kind)
    if limit is None:
        return Assessment(Outcome.MANUAL_REQUIRED, ("no_limit",))
    found = _unfit(reading, policy, limit) or _limits(reading, policy, limit, previous_cold_cc)
    return found or Assessment(Outcome.NORMAL)


def _fault(reading: Reading) -> Assessment | None:
    faults = [flag.value for flag in (Flag.SENSOR_FAULT, Flag.STUCK) if flag in reading.flags]
    if not RAW_LOW_CC <= reading.value_cc <= RAW_HIGH_CC:
        faults.append("out_of_range")
    elif reading.value_cc > FACE_HIGH_CC and not reading.is_manual:
        faults.append("implausible")
    return Assessment(Outcome.DEVICE_FAULT, tuple(faults)) if faults else None


def _unfit(reading: Reading, policy: ScreeningPolicy, limit: Limit) -> Assessment | None:
    """What makes a device's reading unfit for an automatic verdict; out of spec never hides an elevated one."""
    if reading.is_manual:
        return None
    shaky = _shaky(reading, policy)
    if shaky:
        return Assessment(Outcome.UNSTABLE, shaky)
    stops = [flag.value for flag in (Flag.CALIBRATION_OVERDUE, Flag.OUT_OF_SPEC_AMBIENT) if flag in reading.flags]
    ambient = reading.ambient_cc
    if ambient is not None and not policy.ambient_low_cc <= ambient <= policy.ambient_high_cc:
        stops.append("ambient_out_of_range")
    if stops and reading.value_cc < limit.elevated_cc:
        return Assessment(Outcome.MANUAL_REQUIRED, tuple(stops))
    return None


def _shaky(reading: Reading, policy: ScreeningPolicy) -> tuple[str, ...]:
    shaky = [flag.value for flag in (Flag.UNSTABLE, Flag.TWO_FACES, Flag.LEFT_MIDWAY) if flag in reading.flags]
    if reading.n_samples < policy.min_samples:
        shaky.append("few_samples")
    if reading.spread_cc > policy.max_spread_cc:
        shaky.append("spread")
    if abs(reading.trend_cc) > policy.max_drift_cc:
        shaky.append("drift")
    return tuple(shaky)


def _limits(reading: Reading, policy: ScreeningPolicy, limit: Limit, previous: int | None) -> Assessment | None:
    value = reading.value_cc
    if value >= limit.elevated_cc:
        return Assessment(Outcome.ELEVATED, ("limit",))
    if value < limit.low_cc:
        return Assessment(Outcome.TOO_COLD_WAIT, ("below_low",))
    if reading.kind is ReadingKind.CLINICAL:
        return None
    if value >= limit.elevated_cc - policy.guard_band_cc:
        return Assessment(Outcome.MANUAL_REQUIRED, ("guard_band",))
    if not reading.is_manual and (
        Flag.WARMING in reading.flags or (previous is not None and value - previous >= policy.rise_cc)
    ):
        # "Stable" over a second is not "warmed up": two medians a minute apart must no longer rise.
        return Assessment(Outcome.TOO_COLD_WAIT, ("still_rising",))
    return None
