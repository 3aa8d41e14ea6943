"""Bookings as a kiosk holds them: only its own site's near days, and nobody's whole name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.domain.ids import BookingId, ServiceId, SiteId


class BookingStatus(StrEnum):
    """FHIR Appointment's words, as far as a door needs them."""

    BOOKED = "booked"
    PROPOSED = "proposed"  # not confirmed yet
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking of the local copy.

    `slot_end` is excluded. `district` is the visitor's, "" when not known. `id_hash` is the keyed hash of the
    identity number given on the telephone, "" when booked without one. `code_not_before`: codes issued earlier
    are revoked (a lost phone); None when none was.
    """

    id: BookingId
    number: str
    site: SiteId
    service: ServiceId
    slot_start: datetime
    slot_end: datetime
    status: BookingStatus = BookingStatus.BOOKED
    is_green: bool = False
    name_masked: str = ""
    plate_masked: str = ""
    plate_prefix: str = ""
    district: str = ""
    id_hash: str = ""
    is_blacklisted: bool = False
    code_not_before: datetime | None = None
