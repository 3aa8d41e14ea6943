"""What the log says of one visit: the state, derived from entries and from nothing else. `case.py` has the cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from kiosk.domain.admission import CALLS_GUARD
from kiosk.domain.booking import Booking
from kiosk.domain.ids import BookingId, CaseId, GuardId, KioskId, VisitId, in_digits
from kiosk.domain.screening import Flag, Outcome
from kiosk.domain.visit import OPEN_STEPS, Step
from kiosk.domain.walk_in import GREEN

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Measured:
    """One reading of a visit, as far as the next one depends on it."""

    at: datetime
    value_cc: int | None  # None: a fault
    outcome: Outcome
    device_id: str
    is_manual: bool
    reason: str = ""
    kind: str = ""  # of reading; "" for a fault
    site: str = ""  # of the body; "" for a fault
    monotonic_ms: int | None = None  # of the device's clock that nobody can set

    @property
    def is_overdue(self) -> bool:
        """Whether the calibration of its thermometer had ended: it may find a fever, and nothing else."""
        return self.reason == Flag.CALIBRATION_OVERDUE

    @property
    def outcome_key(self) -> str:
        """The end of the text key for what it said (`outcome.<...>`)."""
        return Flag.CALIBRATION_OVERDUE.value if self.is_overdue else self.outcome.value


def is_provisional(reading: Measured) -> bool:
    """Tell whether a reading was elevated or almost elevated, so that a second one by other means must settle it."""
    return reading.outcome is Outcome.ELEVATED or reading.reason == "guard_band"


def unsettled(readings: Sequence[Measured]) -> tuple[Measured, ...]:
    """Return the readings since the last normal one, when one of them is elevated or almost; else none."""
    normal = max((index for index, item in enumerate(readings) if item.outcome is Outcome.NORMAL), default=-1)
    since = tuple(readings[normal + 1 :])
    return since if any(is_provisional(item) for item in since) else ()


@dataclass(frozen=True)  # without slots: every act copies its visit, which is cheap so (`change.py`)
class Visit:
    """One passage, from first contact to its end. Times are None until they happen."""

    id: VisitId
    kiosk_id: KioskId
    step: Step
    first_contact: datetime
    touched_at: datetime
    booking_id: BookingId | None = None
    booking: Booking | None = None  # as it was judged, so that a rebuild needs no other source
    by: str = "code"  # code, number, id_number, call, walk_in
    reasons: tuple[str, ...] = ()  # of a refusal, best first
    cause: str = ""  # why a guard is needed
    card_seen: bool = False
    arrived_at: datetime | None = None
    declared_at: datetime | None = None
    declared_yes: tuple[str, ...] = ()
    readings: tuple[Measured, ...] = ()
    rest_number: str = ""
    rest_until: datetime | None = None
    line_number: str = ""
    lined_up_at: datetime | None = None
    queue_number: str = ""
    admitted_at: datetime | None = None
    left_at: datetime | None = None
    case_id: CaseId | None = None  # the case that it waits for
    settled: tuple[CaseId, ...] = ()  # cases whose end has moved it
    guard_id: GuardId | None = None
    adopted_from: datetime | None = None  # when another kiosk last touched what was taken over
    walk_in: str = ""  # why somebody came in without a booking (`domain/walk_in.py`)
    with_visit: VisitId | None = None  # a companion or a child: whose
    corrected_at: datetime | None = None  # when a figure of it was last corrected, which moves it nowhere

    @property
    def last_at(self) -> datetime:
        """When something was last recorded of it: its time to be forgotten counts from here."""
        return max(self.touched_at, self.corrected_at or self.touched_at)

    @property
    def is_green(self) -> bool:
        """Whether it passes by the green channel."""
        return self.walk_in in GREEN if self.booking is None else self.booking.is_green

    @property
    def label(self) -> str:
        """What it is called by on the visitor's screen and on the guard's: its number, or four digits."""
        return self.rest_number or self.line_number or in_digits(self.id)

    @property
    def way_in_number(self) -> str:
        """The number of who was let in, or waits in line before a full hall; "" for anybody else."""
        return {Step.ADMITTED: self.queue_number, Step.HALL_LINE: self.line_number}.get(self.step, "")

    @property
    def calls_guard(self) -> bool:
        """Whether its refusal is one that a guard can settle."""
        return self.step is Step.REFUSED and bool(self.reasons) and self.reasons[0] in CALLS_GUARD

    @property
    def is_listed(self) -> bool:
        """Whether somebody has still to do something: it is not decided, or refused for what a guard can settle."""
        return self.step in OPEN_STEPS or self.calls_guard or (self.step is Step.REFUSED and bool(self.cause))

    @property
    def rests(self) -> int:
        """How many rests were ordered."""
        return sum(reading.outcome == "too_cold_wait" for reading in self.readings)


def is_with_peer(own: Visit, peer: Visit) -> bool:
    """Tell whether another kiosk has a visit now, by its word and ours; not when its word is what we took over.

    It took over what we last knew, or touched it later; clocks of two kiosks may differ, so the former is looked at
    first.
    """
    if peer.touched_at == own.adopted_from:
        return False
    return peer.adopted_from == own.touched_at or peer.touched_at > own.touched_at


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: nothing that was recorded from `from_day` to `until_day` (site's days, both included) is erased."""

    id: str
    from_day: date
    until_day: date
    placed_at: datetime
    lifted_at: datetime | None = None

    def covers(self, first: date, last: date) -> bool:
        """Tell whether anything from day `first` to day `last` is held."""
        return self.lifted_at is None and self.from_day <= last and first <= self.until_day
