"""Admission and screening policy: every number that a person may wish to change, with its unit.

The defaults stand in `config/policy.toml`, each with its source beside it; the server sends newer ones. Every entry
of the log names the policy's id and version, so that a verdict can be traced to the numbers that gave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kiosk.domain.overriding import OWN_RULES, OverrideRule

LEAST_KEPT_DAYS: Final = 2
MOST_TOLERANCE_MIN: Final = 240
LIMIT_CC: Final = (3000, 4300)
"""Lowest and highest that a limit can sensibly lie, in hundredths of a degree Celsius.

43 °C is the top of what a clinical thermometer has to show (ISO 80601-2-56); the limits of a surface lie a few degrees
below those of the body. Whatever lies outside would find nobody elevated, or everybody.
"""


class ReadingKind(StrEnum):
    """What a thermometer's number means."""

    SURFACE = "surface"
    BODY_ESTIMATE = "body_estimate"
    CLINICAL = "clinical"


class BodySite(StrEnum):
    """Where it was measured."""

    FOREHEAD = "forehead"
    CANTHUS = "canthus"
    FACE_MAX = "face_max"
    WRIST = "wrist"
    NECK = "neck"
    EAR = "ear"
    AXILLA = "axilla"
    ORAL = "oral"


@dataclass(frozen=True, slots=True)
class Limit:
    """The limits for one site of the body and one kind of reading, in hundredths of a degree Celsius.

    At or above `elevated_cc` is elevated; below `low_cc` is too cold to tell. `source` says where they come from.
    """

    site: BodySite
    kind: ReadingKind
    elevated_cc: int
    low_cc: int
    source: str
    commissioned: str = ""  # who found a `surface` limit, when and on whom; without it such readings are not judged


class ColdMode(StrEnum):
    """When visitors come in from the cold."""

    OFF = "off"
    ON = "on"
    AUTO = "auto"  # by the outdoor temperature, and by the hour


@dataclass(frozen=True, slots=True)
class Cold:
    """What holds while visitors come in from the cold: covered skin first, and no adaptive rule.

    Bare skin is found normal by a machine only `dwell_s` after first contact, by two medians that no longer rise.
    `hours`: local hours (0 to 23) that count as cold by themselves.
    """

    mode: ColdMode = ColdMode.OFF
    outdoor_below_cc: int = 1600
    hours: tuple[int, ...] = ()
    dwell_s: int = 600


@dataclass(frozen=True, slots=True)
class Adaptive:
    """A limit that follows those who were found normal: it stands beside the fixed one and never raises it.

    The mean of the `last` values younger than `max_age_s`, highest and lowest dropped, plus `deviation_cc`; with
    fewer than `last` of them the fixed limit stands alone.
    """

    is_on: bool = False
    deviation_cc: int = 75
    last: int = 10
    max_age_s: int = 14_400


@dataclass(frozen=True, slots=True)
class ReferenceRule:
    """How often a thermometer is checked against a reference, and how far off it may be. `every_s` 0: not asked."""

    every_s: int = 0
    max_drift_cc: int = 30
    max_error_cc: int = 50


@dataclass(frozen=True, slots=True)
class Risk:
    """By how much the limits are lowered for whoever declared one of `answers`; nothing else feeds a risk."""

    lower_cc: int = 0
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreeningPolicy:
    """How readings are judged; temperatures and widths in hundredths of a degree Celsius, times in seconds.

    `recheck_s`: the rest before the second reading after a provisional one. `supervised_devices`: thermometers at
    which somebody sees that it is the same person, so that they may take it; empty: a guard takes it.
    """

    limits: tuple[Limit, ...]
    guard_band_cc: int
    min_samples: int
    max_spread_cc: int
    max_drift_cc: int
    ambient_low_cc: int
    ambient_high_cc: int
    warm_up_s: int
    warm_up_rounds: int
    rise_cc: int
    rise_wait_s: int
    unstable_rounds: int
    recheck_s: int = 600
    supervised_devices: tuple[str, ...] = ()
    trust_one_value: bool = False  # of a device that gives one finished value, without its samples
    needs_ambient: bool = False  # whether a reading without an ambient temperature is never judged normal
    cold: Cold = Cold()
    adaptive: Adaptive = Adaptive()
    reference: ReferenceRule = ReferenceRule()
    risk: Risk = Risk()

    def limit_for(self, site: BodySite, kind: ReadingKind) -> Limit | None:
        """Return the limit for such readings; None means that they cannot be judged."""
        return next((limit for limit in self.limits if (limit.site, limit.kind) == (site, kind)), None)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A thermometer in the guards' hands: the serial number on it, for which sites of the body it is made.

    `checked_until`: the last day of its calibration; after it, nobody is found normal by it.
    """

    serial: str
    sites: tuple[BodySite, ...]
    checked_until: date


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many days bodies are kept: of a visit after its last entry, of a case after its closing, of staff.

    At least 2 each, so that a day's counters are gone before the entries that moved them.
    """

    visit_days: int = 30
    case_days: int = 90
    staff_days: int = 180

    def __post_init__(self) -> None:
        """Raise ValueError for a time that is too short."""
        if min(self.visit_days, self.case_days, self.staff_days) < LEAST_KEPT_DAYS:
            message = f"nothing is erased before {LEAST_KEPT_DAYS} days"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Paper:
    """How rows of the paper ledger are typed in afterwards, and how many blank sheets are made at once.

    `back_min`: how far before the day's opening a row may lie, in minutes.
    """

    back_min: int = 60
    sheets: int = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy of a site. Tolerances in minutes; `typed_*` bound the typing of numbers.

    `instruments`: the guards' thermometers, each serial number once; none listed: any is taken, without a number.
    """

    id: str
    version: int
    early_min: int
    late_min: int
    screening: ScreeningPolicy
    suspended_services: tuple[str, ...] = ()
    card_check_waived: bool = False
    case_on_declaration: bool = False
    widen_max_min: int = 120
    typed_wrong_per_visitor: int = 3
    typed_pause_s: int = 30
    typed_wrong_per_kiosk: int = 12
    resume_elsewhere_s: int = 60
    site_view_stale_s: int = 60
    keeping: Keeping = Keeping()
    overrides: tuple[OverrideRule, ...] = OWN_RULES
    paper: Paper = Paper()
    instruments: tuple[Instrument, ...] = ()
