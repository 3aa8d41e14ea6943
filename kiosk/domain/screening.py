"""From a reading to an outcome: pure, by policy, in whole hundredths of a degree.

A fault is never a number, a low reading is never a pass, and what cannot be judged goes to a person. What a verdict
depends on besides the reading stands in `Before` and goes into the entry, so that it can be computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from kiosk.domain import baseline
from kiosk.domain.policy import BodySite, Limit, ReadingKind, ScreeningPolicy

RAW_LOW_CC: Final = 2800  # below: not a face (temperature-facts.md, plausibility)
RAW_HIGH_CC: Final = 4500  # above: a fault, whatever the device says
FACE_HIGH_CC: Final = 4300  # 43 to 45 °C: fault
MOST_RAW_BYTES: Final = 512


NO_DEVICE: Final = "no_device"  # the code of a Fault where a guard measures by hand, as it was set up

BARE_SKIN: Final = frozenset({BodySite.FOREHEAD, BodySite.CANTHUS, BodySite.FACE_MAX})
"""What the cold outside has cooled; wrist and neck were under clothes (China CDC, 2020-02-16)."""


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
    CLOCK_STEPPED = "clock_stepped"  # within the window
    ONE_VALUE = "one_value"  # the device gives one finished value and no samples
    DEVICE_ALARM = "device_alarm"  # the device itself calls it abnormal


class Reference(StrEnum):
    """How a thermometer's last check against a reference stands."""

    NOT_ASKED = "not_asked"
    PASSED = "passed"
    OVERDUE = "reference_overdue"
    FAILED = "reference_failed"


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured temperature, as the device gave it; nothing is compensated.

    Temperatures in hundredths of a degree Celsius. What was not measured is None, never 0. `device_id` is
    driver:serial. `spread_cc` is 1.4826 times the median absolute deviation; `trend_cc` the change within the
    window. `dwell_s`: seconds since first contact. `raw`: at most 512 bytes, in hex. `operator_id` when manual.
    `monotonic_ms`: of a clock that nobody sets, so that a step of the other one shows.
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
    calibration_due: date | None = None
    firmware: str = ""
    humidity_pct: int | None = None
    distance_mm: int | None = None
    outdoor_cc: int | None = None
    monotonic_ms: int | None = None

    def __post_init__(self) -> None:
        """Raise TypeError for a temperature that is not a whole number of hundredths, ValueError for too much raw."""
        if type(self.value_cc) is not int:
            message = "a temperature is a whole number of hundredths of a degree"
            raise TypeError(message)
        if len(self.raw) > 2 * MOST_RAW_BYTES:
            message = f"more than {MOST_RAW_BYTES} raw bytes"
            raise ValueError(message)

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
class Before:
    """What came before a reading and stood around it, as far as its verdict depends on that.

    `cold_cc`: the last reading, when it was too cold, taken `cold_s` seconds before. `provisional_device`,
    `provisional_site`: where an elevated or almost elevated reading was taken that nothing has settled yet,
    `provisional_s` seconds before; "" for none. `provisional_kind`: "clinical" when one of them was. `lowered_cc`: by
    what was declared. `found_normal`: the baseline.
    """

    cold_cc: int | None = None
    cold_s: int = 0
    provisional_device: str = ""
    provisional_site: str = ""
    provisional_s: int = 0
    is_cold: bool = False
    lowered_cc: int = 0
    found_normal: tuple[int, ...] = ()
    reference: Reference = Reference.NOT_ASKED
    clock_stepped: bool = False
    provisional_kind: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """An outcome and the codes of every reason for it, the deciding one first."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()


def assess(reading: Reading | Fault, policy: ScreeningPolicy, before: Before | None = None) -> Assessment:
    """Return what `reading` says under `policy`, given what came before it."""
    before = before or Before()
    if isinstance(reading, Fault):
        outcome = Outcome.MANUAL_REQUIRED if reading.code == NO_DEVICE else Outcome.DEVICE_FAULT
        return Assessment(outcome, (reading.code,))
    broken = faults(reading)
    if broken:
        return Assessment(Outcome.DEVICE_FAULT, broken)
    limit = policy.limit_for(reading.site, reading.kind)
    if limit is None:
        return Assessment(Outcome.MANUAL_REQUIRED, ("no_limit",))
    if limit.kind is ReadingKind.SURFACE and not limit.commissioned:
        return Assessment(Outcome.MANUAL_REQUIRED, ("not_commissioned",))
    shaky = () if reading.is_manual else unsteady(reading, policy)
    if shaky:
        return Assessment(Outcome.UNSTABLE, shaky)
    over = _over(reading, policy, before, limit)
    if over:
        return Assessment(Outcome.ELEVATED, over)
    stops = _stops_by_hand(reading) if reading.is_manual else _stops(reading, policy, before)
    if stops:
        return Assessment(Outcome.MANUAL_REQUIRED, stops)
    return _below(reading, policy, before, limit)


def faults(reading: Reading) -> tuple[str, ...]:
    """Return why a reading is no temperature at all: the sensor is broken or stuck, or no face is so warm or cold."""
    found = [flag.value for flag in (Flag.SENSOR_FAULT, Flag.STUCK) if flag in reading.flags]
    if not RAW_LOW_CC <= reading.value_cc <= RAW_HIGH_CC:
        found.append("out_of_range")
    elif reading.value_cc > FACE_HIGH_CC and not reading.is_manual:
        found.append("implausible")
    return tuple(found)


def unsteady(reading: Reading, policy: ScreeningPolicy) -> tuple[str, ...]:
    """Return why a reading must be taken again: somebody moved, or too few samples were taken."""
    shaky = [flag.value for flag in (Flag.UNSTABLE, Flag.TWO_FACES, Flag.LEFT_MIDWAY) if flag in reading.flags]
    if reading.n_samples < policy.min_samples and Flag.ONE_VALUE not in reading.flags:
        shaky.append("few_samples")
    if reading.spread_cc > policy.max_spread_cc:
        shaky.append("spread")
    if abs(reading.trend_cc) > policy.max_drift_cc:
        shaky.append("drift")
    return tuple(shaky)


def _over(reading: Reading, policy: ScreeningPolicy, before: Before, limit: Limit) -> tuple[str, ...]:
    """Which limits a reading reaches. The adaptive one is asked beside the fixed one, and can only add."""
    over: list[str] = []
    if reading.value_cc >= limit.elevated_cc:
        over.append("limit")
    elif reading.value_cc >= limit.elevated_cc - before.lowered_cc:
        over.append("limit_by_risk")
    adaptive = policy.adaptive
    if (
        adaptive.is_on
        and not reading.is_manual
        and not before.is_cold
        and reading.value_cc >= limit.low_cc
        and baseline.is_over(reading.value_cc, before.found_normal, adaptive)
    ):
        over.append("adaptive")
    return tuple(over)


def _stops_by_hand(reading: Reading) -> tuple[str, ...]:
    """What keeps an instrument in a guard's hand from finding anybody normal; the guard sees the rest."""
    overdue = Flag.CALIBRATION_OVERDUE
    return (overdue.value,) if overdue in reading.flags else ()


def _stops(reading: Reading, policy: ScreeningPolicy, before: Before) -> tuple[str, ...]:
    """What keeps a machine from any verdict but "elevated"; that one, nothing hides."""
    flags = (Flag.CALIBRATION_OVERDUE, Flag.OUT_OF_SPEC_AMBIENT, Flag.CLOCK_STEPPED, Flag.DEVICE_ALARM)
    stops = [flag.value for flag in flags if flag in reading.flags]
    ambient = reading.ambient_cc
    if ambient is None:
        stops += ["ambient_unknown"] if policy.needs_ambient else []
    elif not policy.ambient_low_cc <= ambient <= policy.ambient_high_cc:
        stops.append("ambient_out_of_range")
    if before.reference in {Reference.OVERDUE, Reference.FAILED}:
        stops.append(before.reference.value)
    if before.clock_stepped and Flag.CLOCK_STEPPED not in reading.flags:
        stops.append(Flag.CLOCK_STEPPED.value)
    if Flag.ONE_VALUE in reading.flags and not policy.trust_one_value:
        stops.append(Flag.ONE_VALUE.value)
    if before.provisional_device and reading.device_id not in policy.supervised_devices:
        stops.append("not_supervised")
    return tuple(stops)


def _below(reading: Reading, policy: ScreeningPolicy, before: Before, limit: Limit) -> Assessment:
    """Judge what reaches no limit: too cold, almost elevated, not yet a second opinion, still warming, or normal."""
    value = reading.value_cc
    if value < limit.low_cc:
        return Assessment(Outcome.TOO_COLD_WAIT, ("below_low",))
    if reading.kind is ReadingKind.CLINICAL:
        return Assessment(Outcome.NORMAL)
    if value >= limit.elevated_cc - before.lowered_cc - policy.guard_band_cc:
        return Assessment(Outcome.MANUAL_REQUIRED, ("guard_band",))
    doubts = _doubts(reading, policy, before)
    if doubts:
        return Assessment(Outcome.MANUAL_REQUIRED, doubts)
    warming = "" if reading.is_manual else _warming(reading, policy, before)
    return Assessment(Outcome.TOO_COLD_WAIT, (warming,)) if warming else Assessment(Outcome.NORMAL)


def _doubts(reading: Reading, policy: ScreeningPolicy, before: Before) -> tuple[str, ...]:
    """Why this is not the second reading that a provisional one asks for, or not where a guard should measure."""
    doubts: list[str] = []
    if before.provisional_device:
        if (reading.device_id, reading.site.value) == (before.provisional_device, before.provisional_site):
            doubts.append("same_means")
        if before.provisional_s < policy.recheck_s:
            doubts.append("too_soon")
        if before.provisional_kind == ReadingKind.CLINICAL:  # an armpit's is not settled by a forehead's
            doubts.append("not_clinical")
    if reading.is_manual and before.is_cold and reading.site in BARE_SKIN:
        doubts.append("bare_skin")
    return tuple(doubts)


def _warming(reading: Reading, policy: ScreeningPolicy, before: Before) -> str:
    """Why somebody may still be warming up. "Stable" over a second is not "warmed up"."""
    if Flag.WARMING in reading.flags:
        return "still_rising"
    from_the_cold = before.is_cold and reading.site in BARE_SKIN
    if before.cold_cc is None:
        return "cold_entrance" if from_the_cold else ""
    if before.cold_s < policy.rise_wait_s:
        return "too_soon"
    if reading.value_cc - before.cold_cc >= policy.rise_cc:
        return "still_rising"
    if from_the_cold and (reading.dwell_s is None or reading.dwell_s < policy.cold.dwell_s):
        return "cold_entrance"
    return ""
