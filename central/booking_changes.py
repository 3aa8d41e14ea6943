"""The changes of a site's bookings, as its kiosks are told them: by number, with tombstones, near days only.

Every change gets the site's next number under the site's lock, so numbers are committed in their order and a cursor
never skips one. When the day turns, bookings that come near or go out of sight count as changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from central.clock import from_ms
from central.tables import bookings, sites
from kiosk.domain.booking import Booking, BookingStatus
from kiosk.domain.ids import BookingId, ServiceId, SiteId
from kiosk.domain.masking import mask_name, mask_plate
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from central.settings import BookingSettings
    from kiosk.domain.site import Site

_PLATE_PREFIX: Final = 2  # province and letter


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes after a cursor, as `BookingPage` tells them."""

    reset: bool
    bookings: list[Booking]
    gone: list[str]
    cursor: int
    more: bool
    days: list[date]


def told(row: Row[Any]) -> Booking:
    """Return a booking as kiosks are told it: name and plate masked, no phone, the identity number as a keyed hash."""
    not_before = row.code_not_before_ms
    return Booking(
        id=BookingId(row.booking_id),
        number=row.number,
        site=SiteId(row.site_id),
        service=ServiceId(row.service_id),
        slot_start=from_ms(row.slot_start_ms),
        slot_end=from_ms(row.slot_end_ms),
        status=BookingStatus(row.status),
        is_green=row.is_green,
        name_masked=mask_name(row.name),
        plate_masked=mask_plate(row.plate),
        plate_prefix=row.plate.strip()[:_PLATE_PREFIX],
        district=row.district,
        id_hash=row.id_hash,
        is_blacklisted=row.is_blacklisted,
        code_not_before=from_ms(not_before) if not_before is not None else None,
    )


def next_revs(tx: Connection, site_id: str, count: int = 1) -> int:
    """Return the first of `count` new numbers for changes; the caller holds the site's lock."""
    of_site = sites.c.site_id == site_id
    tx.execute(update(sites).where(of_site).values(booking_rev=sites.c.booking_rev + count))
    return tx.execute(select(sites.c.booking_rev).where(of_site)).scalar_one() - count + 1


def days_held(today: date, settings: BookingSettings) -> list[date]:
    """Return the local days that kiosks hold."""
    return [today + timedelta(days=day) for day in range(-settings.days_back, settings.days_ahead + 1)]


def near_limits(site: Site, today: date, settings: BookingSettings) -> tuple[int, int]:
    """Return the first and the first-no-longer millisecond of the days that kiosks hold."""
    days = days_held(today, settings)
    return _midnight_ms(days[0], site), _midnight_ms(days[-1] + timedelta(days=1), site)


def roll(tx: Connection, site: Site, today: date, settings: BookingSettings) -> None:
    """Move the window of near days to `today`; what enters or leaves it counts as changed. Holds the site's lock."""
    first, end = near_limits(site, today, settings)
    inside = (bookings.c.slot_start_ms >= first) & (bookings.c.slot_start_ms < end)
    moved = (bookings.c.site_id == site.id) & (bookings.c.is_near != inside)
    ids = tx.scalars(select(bookings.c.booking_id).where(moved).order_by(bookings.c.slot_start_ms)).all()
    if ids:
        rev = next_revs(tx, site.id, len(ids))
        rows = [{"of_id": booking_id, "new_rev": rev + place} for place, booking_id in enumerate(ids)]
        of_row = (bookings.c.site_id == site.id) & (bookings.c.booking_id == bindparam("of_id"))
        tx.execute(update(bookings).where(of_row).values(rev=bindparam("new_rev"), is_near=~bookings.c.is_near), rows)
    tx.execute(update(sites).where(sites.c.site_id == site.id).values(window_day=today.isoformat()))


def changes_after(tx: Connection, site_id: str, since: int, limit: int, days: list[date]) -> Changes:
    """Return at most `limit` changes after `since`, in their order; `reset` for a cursor that is not ours."""
    site = tx.execute(select(sites).where(sites.c.site_id == site_id)).one()
    if since > site.booking_rev or 0 < since < site.booking_floor:
        return Changes(reset=True, bookings=[], gone=[], cursor=0, more=True, days=days)
    after = select(bookings).where(bookings.c.site_id == site_id, bookings.c.rev > since)
    rows = tx.execute(after.order_by(bookings.c.rev).limit(limit + 1)).all()
    page = rows[:limit]
    return Changes(
        reset=False,
        bookings=[told(row) for row in page if row.is_near],
        # An empty copy has nothing to forget.
        gone=[row.booking_id for row in page if not row.is_near] if since else [],
        cursor=page[-1].rev if page else since,
        more=len(rows) > limit,
        days=days,
    )


def _midnight_ms(day: date, site: Site) -> int:
    return to_ms(datetime.combine(day, time(), ZoneInfo(site.timezone)))
