"""One row of the ledger: what the log says of one visit, masked unless told otherwise. Empty is what it cannot know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kiosk.domain.correction import Correction
from kiosk.domain.ids import BookingId, KioskId
from kiosk.domain.screening import Outcome


class Verdict(StrEnum):
    """What the readings of a visit come to."""

    NORMAL = "normal"
    NORMAL_AFTER = "normal_after"  # elevated first, normal when measured again
    ELEVATED = "elevated"
    UNDECIDED = "undecided"  # measured, and no reading was fit for a verdict
    UNMEASURED = "unmeasured"


class Ending(StrEnum):
    """How a visit ended, as far as the log goes."""

    ADMITTED = "admitted"
    TURNED_AWAY = "turned_away"
    ISOLATED = "isolated"  # the case is open
    REFERRED = "referred"
    ESCORTED = "escorted"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    RELEASED = "released"  # from isolation, and nothing after it
    REFUSED = "refused"
    DISOWNED = "disowned"
    ABANDONED = "abandoned"
    LINED_UP = "lined_up"
    HELPED = "helped"  # asked for a person; a row only where there is more to tell than that
    LEFT = "left"  # went out, and nobody here saw them come in
    OPEN = "open"


class Lane(StrEnum):
    """Which way a visitor came in."""

    ORDINARY = "ordinary"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Person:
    """What the server's booking says of a visitor, unmasked; "" when not given."""

    name: str = ""
    phone: str = ""
    plate: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the log. `people`: on the server only; the words of the others by their ids."""

    timezone: str
    site_name: str = ""
    people: Mapping[BookingId, Person] = field(default_factory=dict[BookingId, Person])
    services: Mapping[str, str] = field(default_factory=dict[str, str])
    guards: Mapping[str, str] = field(default_factory=dict[str, str])
    places: Mapping[str, str] = field(default_factory=dict[str, str])  # of the isolation area
    contacts: Mapping[str, str] = field(default_factory=dict[str, str])  # whom cases are reported to


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """A reading, or a fault (`value_cc` None) with its `code`. `was_cc`: before it was corrected."""

    at: datetime
    value_cc: int | None
    outcome: Outcome
    device_id: str
    kind: str = ""
    site: str = ""
    code: str = ""
    operator_id: str = ""
    was_cc: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One visit. Texts are "" and times None where the log does not say; `asked` is None before the declaration."""

    no: int
    visit_id: str
    kiosks: tuple[KioskId, ...]
    began_at: datetime
    arrived_at: datetime | None
    name: str
    phone: str
    plate: str
    service: str
    number: str
    slot: tuple[datetime, datetime] | None
    lane: Lane | None
    district: str
    asked: tuple[str, ...] | None
    yes: tuple[str, ...]
    mask: str
    remark: str
    first: LedgerReading | None
    again: tuple[LedgerReading, ...]
    clinical: tuple[LedgerReading, ...]
    verdict: Verdict
    ending: Ending
    reasons: tuple[str, ...]
    case_label: str
    case_from: datetime | None
    case_until: datetime | None
    staff: tuple[str, ...]
    left_at: datetime | None
    policies: tuple[str, ...]
    is_offline: bool
    is_late: bool
    is_overridden: bool
    corrections: tuple[Correction, ...]
    places: tuple[str, ...] = ()  # of the isolation area, in the order they were used
    reported_to: str = ""
    reported_at: datetime | None = None
    override_why: str = ""
    walk_in: str = ""  # why without a booking (`domain/walk_in.py`)
    with_visit: str = ""
    with_no: int | None = None  # a companion's or child's: the row of whom they came with, where it is on this sheet
    sheet_no: str = ""  # of the paper ledger that the row was written on

    @property
    def readings(self) -> tuple[LedgerReading, ...]:
        """All readings and faults, the clinical ones last."""
        return (*((self.first,) if self.first is not None else ()), *self.again, *self.clinical)


def verdict_of(readings: tuple[LedgerReading, ...]) -> Verdict:
    """Return what readings, in the order they were taken, come to; the last one that decides counts."""
    outcomes = [reading.outcome for reading in readings if reading.value_cc is not None]
    deciding = [outcome for outcome in outcomes if outcome in {Outcome.NORMAL, Outcome.ELEVATED}]
    if not outcomes:
        return Verdict.UNMEASURED
    if not deciding:
        return Verdict.UNDECIDED
    if deciding[-1] is Outcome.ELEVATED:
        return Verdict.ELEVATED
    return Verdict.NORMAL_AFTER if Outcome.ELEVATED in deciding else Verdict.NORMAL
