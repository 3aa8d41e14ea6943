"""Who may come in now: pure, from the booking, the site, the policy and the time of first contact.

All reasons that hold are found, and one is shown: `ORDER` says which and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.booking import BookingStatus
from kiosk.domain.times import at_minute, local_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kiosk.domain.booking import Booking
    from kiosk.domain.ids import ServiceId
    from kiosk.domain.policy import Policy
    from kiosk.domain.site import Service, Site


class Reason(StrEnum):
    """Why a visitor is not let in; the closed list. Each has its own text and says what to do."""

    AMBIGUOUS_CODE = "ambiguous_code"
    UNREADABLE_CODE = "unreadable_code"
    FORGED_CODE = "forged_code"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_BOOKING = "unknown_booking"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    BLACKLISTED = "blacklisted"
    NOT_CONFIRMED = "not_confirmed"
    ONLINE_ONLY = "online_only"
    WRONG_SITE = "wrong_site"
    NOT_SERVED_HERE = "not_served_here"
    SUSPENDED_SERVICE = "suspended_service"
    ALREADY_ARRIVED = "already_arrived"
    WRONG_DAY = "wrong_day"
    SITE_CLOSED = "site_closed"
    TOO_LATE = "too_late"
    TOO_EARLY = "too_early"


ORDER: Final = tuple(Reason)
"""The order in which one of several true reasons is shown: as they are declared above.

The reason shown is the one that, once cured, is not followed by another that could have been told now. So what
no waiting cures comes first (there is no such booking, it was cancelled), then what sends the visitor elsewhere
(online, another site), then what another day cures, and last what an hour cures. Someone at the wrong site who
is early as well hears of the site: the hour would have been wasted.
"""

LOOKS_TO_GUARD: Final = frozenset({Reason.BLACKLISTED, Reason.FORGED_CODE, Reason.UNKNOWN_KEY})
"""Reasons that a visitor's screen does not name: it looks and sounds like every other wait for the guard."""

CALLS_GUARD: Final = LOOKS_TO_GUARD | {Reason.ALREADY_ARRIVED, Reason.TOO_LATE, Reason.NOT_CONFIRMED}
"""Reasons that a guard can settle on the spot; these visits stand on the guard's list."""


BY_TIME: Final = frozenset({Reason.WRONG_DAY, Reason.SITE_CLOSED, Reason.TOO_LATE, Reason.TOO_EARLY})
"""Reasons that the clock alone decides."""

_CLOCK_SKEW: Final = timedelta(minutes=2)  # before somebody is told; as the server's `limits.clock_skew_s`

_CLOCK_UNSURE: Final = timedelta(minutes=15)  # the usual tolerance before and after a slot (peers.md 3.3)


@dataclass(frozen=True, slots=True)
class Door:
    """What the door knows when it judges: everything except the booking."""

    site: Site
    services: Mapping[ServiceId, Service]
    policy: Policy
    extra_late: timedelta = timedelta(0)  # a guard widened the tolerance by the length of the queue


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every reason that holds, in the order of showing; empty means that the visitor may go on."""

    reasons: tuple[Reason, ...]

    @property
    def shown(self) -> Reason | None:
        """The reason to show, or None."""
        return self.reasons[0] if self.reasons else None


def is_clock_off(offset_ms: int) -> bool:
    """Tell whether two clocks are so far apart, in milliseconds, that somebody has to be told."""
    return abs(offset_ms) > _CLOCK_SKEW // timedelta(milliseconds=1)


def is_for_a_person(judgement: Judgement, offset: timedelta) -> bool:
    """Tell whether a guard must look, since the clock decided and is not to be trusted.

    `offset`: the server's clock minus ours. Whose fault it is nobody here knows, so nobody is let in by such a clock
    and nobody is sent away by it.
    """
    return abs(offset) > _CLOCK_UNSURE and (judgement.shown is None or judgement.shown in BY_TIME)


def slot_opens(booking: Booking, policy: Policy) -> datetime:
    """Return the first moment at which this booking is let in."""
    return booking.slot_start - timedelta(minutes=policy.early_min)


def slot_closes(booking: Booking, door: Door) -> datetime:
    """Return the first moment at which this booking is too late."""
    return booking.slot_end + timedelta(minutes=door.policy.late_min) + door.extra_late


def opening(site: Site, moment: datetime) -> datetime:
    """Return when the site opens on the local day of `moment`."""
    return at_minute(moment, site.timezone, site.opens)


def closing(site: Site, moment: datetime) -> datetime:
    """Return when the site closes on the local day of `moment`; that moment is no longer open."""
    return at_minute(moment, site.timezone, site.closes)


def is_site_open(site: Site, moment: datetime) -> bool:
    """Tell whether the site is open at `moment`."""
    if is_closed_day(site, moment):
        return False
    return opening(site, moment) <= moment < closing(site, moment)


def is_closed_day(site: Site, moment: datetime) -> bool:
    """Tell whether the site is closed the whole local day of `moment`."""
    return local_day(moment, site.timezone).isoformat() in site.closed_days


def _is_closed_to(booking: Booking, door: Door, at: datetime) -> bool:
    """Tell whether the door is closed to this booking: the green channel passes at any hour of a day that is open."""
    return is_closed_day(door.site, at) if booking.is_green else not is_site_open(door.site, at)


def _is_wrong_day(booking: Booking, door: Door, at: datetime) -> bool:
    zone = door.site.timezone
    return local_day(booking.slot_start, zone) != local_day(at, zone)


def serves(site: Site, booking: Booking) -> bool:
    """Tell whether `site` is competent for the booking's district and plate; what is not known is not held against."""
    district_ok = not site.districts or not booking.district or booking.district in site.districts
    prefixes = site.plate_prefixes
    plate_ok = not prefixes or not booking.plate_prefix or booking.plate_prefix.startswith(prefixes)
    return district_ok and plate_ok


def _is_suspended(booking: Booking, door: Door) -> bool:
    # A service that the catalogue does not know has no hall and no window: staff must look, so it counts here.
    return booking.service in door.policy.suspended_services or booking.service not in door.services


def _is_online_only(booking: Booking, door: Door) -> bool:
    service = door.services.get(booking.service)
    return service is not None and service.online_only


def _is_timed(booking: Booking, door: Door, at: datetime) -> bool:
    """Tell whether the hour matters: a green-channel booking passes at any hour of its day."""
    return not booking.is_green and not _is_wrong_day(booking, door, at)


_CHECKS: Final[Mapping[Reason, Callable[[Booking, Door, datetime], bool]]] = {
    Reason.CANCELLED: lambda booking, _door, _at: booking.status is BookingStatus.CANCELLED,
    Reason.BLACKLISTED: lambda booking, _door, _at: booking.is_blacklisted,
    Reason.NOT_CONFIRMED: lambda booking, _door, _at: booking.status is BookingStatus.PROPOSED,
    Reason.ONLINE_ONLY: lambda booking, door, _at: _is_online_only(booking, door),
    Reason.WRONG_SITE: lambda booking, door, _at: booking.site != door.site.id,
    Reason.NOT_SERVED_HERE: lambda booking, door, _at: not serves(door.site, booking),
    Reason.SUSPENDED_SERVICE: lambda booking, door, _at: _is_suspended(booking, door),
    Reason.WRONG_DAY: _is_wrong_day,
    Reason.SITE_CLOSED: _is_closed_to,
    Reason.TOO_LATE: lambda booking, door, at: _is_timed(booking, door, at) and at >= slot_closes(booking, door),
    Reason.TOO_EARLY: lambda booking, door, at: _is_timed(booking, door, at) and at < slot_opens(booking, door.policy),
}


def judge(booking: Booking, door: Door, first_contact: datetime, known: frozenset[Reason] = frozenset()) -> Judgement:
    """Return all reasons against `booking`, best first.

    The slot is judged at `first_contact`, so a queue or an ordered rest makes nobody late. `known` holds what the
    caller found already: `REVOKED` from the code, `ALREADY_ARRIVED` from the log.
    """
    found = known | {reason for reason, holds in _CHECKS.items() if holds(booking, door, first_contact)}
    return Judgement(tuple(reason for reason in ORDER if reason in found))
