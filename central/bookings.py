"""Bookings: made within hourly quotas, signed, confirmed, cancelled. Who comes is kept whole here and nowhere else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update

from central.booking_changes import Changes, changes_after, days_held, near_limits, next_revs, roll, told
from central.catalogue import site_of
from central.clock import from_ms
from central.database import lock_site
from central.quotas import give_place, hourly_quota, take_place
from central.refusals import BadRequest, Taken, Unknown
from central.tables import bookings, sites
from kiosk.domain import booking_number
from kiosk.domain.booking import Booking, BookingStatus
from kiosk.domain.booking_code import Claims, issue
from kiosk.domain.id_number import check_digit_ok, keyed_hash
from kiosk.domain.ids import BookingId, ServiceId, SiteId, uuid7
from kiosk.domain.times import local_day, to_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Row

    from central.clock import Clock
    from central.database import Database
    from central.keyring import Keyring
    from central.settings import BookingSettings

_LONGEST_SLOT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class BookingWish:
    """What a visitor asks for. `slot_end` is excluded; `id_number` is kept as a keyed hash only."""

    service: str
    slot_start: datetime
    slot_end: datetime
    name: str
    phone: str = ""
    plate: str = ""
    district: str = ""
    id_number: str = ""
    is_green: bool = False
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class IssuedBooking:
    """A booking as its visitor is told of it: the text of the QR code, and the number to type."""

    id: str
    number: str
    code_text: str


class Bookings:
    """Makes and changes bookings, and tells the changes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Keyring,
        settings: BookingSettings,
        randbits: Callable[[int], int] = secrets.randbits,
    ) -> None:
        """`randbits` makes ids and numbers; a demo may hand in one that repeats itself."""
        self._db = database
        self._clock = clock
        self._keyring = keyring
        self._settings = settings
        self._randbits = randbits

    def create(self, site_id: str, wish: BookingWish) -> IssuedBooking:
        """Make a booking; raises QuotaFull, Unknown for a site or service, BadRequest for a wish that makes no sense.

        A green-channel booking takes no place of the quota: it may come at any hour and must not be turned down.
        """
        _check(wish)
        now = self._clock.now()
        booking_id = uuid7(to_ms(now), self._randbits(74))
        code = self._code(site_id, booking_id, wish, now)
        with self._db.write() as tx:
            if not lock_site(tx, site_id):
                raise Unknown("no such site")
            hourly_quota(tx, site_id, wish.service)
            if not wish.is_green:
                take_place(tx, site_id, wish.service, to_ms(wish.slot_start))
            number = self._free_number(tx, site_id)
            values = self._values(site_id, wish) | {"is_near": self._is_near(tx, site_id, wish.slot_start)}
            keys = {"site_id": site_id, "booking_id": booking_id, "number": number, "rev": next_revs(tx, site_id)}
            tx.execute(insert(bookings).values(**keys, **values))
        return IssuedBooking(booking_id, number, code)

    def get(self, site_id: str, booking_id: str) -> Booking:
        """Return a booking as kiosks are told it; raises Unknown."""
        with self._db.read() as tx:
            return told(_row(tx, site_id, booking_id))

    def cancel(self, site_id: str, booking_id: str) -> None:
        """Cancel a booking and give its place free; a second time changes nothing."""
        with self._db.write() as tx:
            row = _locked(tx, site_id, booking_id)
            if row.status == BookingStatus.CANCELLED:
                return
            if not row.is_green:
                give_place(tx, site_id, row.service_id, row.slot_start_ms)
            _change(tx, row, status=BookingStatus.CANCELLED.value)

    def confirm(self, site_id: str, booking_id: str) -> None:
        """Confirm a proposed booking; raises Taken for a cancelled one."""
        with self._db.write() as tx:
            row = _locked(tx, site_id, booking_id)
            if row.status == BookingStatus.CANCELLED:
                raise Taken("this booking is cancelled")
            _change(tx, row, status=BookingStatus.BOOKED.value)

    def blacklist(self, site_id: str, booking_id: str, *, is_blacklisted: bool = True) -> None:
        """Mark a booking of someone who booked and did not come, or take the mark off."""
        with self._db.write() as tx:
            _change(tx, _locked(tx, site_id, booking_id), is_blacklisted=is_blacklisted)

    def reissue(self, site_id: str, booking_id: str) -> IssuedBooking:
        """Revoke the codes issued so far (a lost phone) and return the booking with a new one."""
        # Codes count in whole seconds, so the new one is dated after every old one.
        not_before = self._clock.now().replace(microsecond=0) + timedelta(seconds=1)
        with self._db.write() as tx:
            row = _locked(tx, site_id, booking_id)
            _change(tx, row, code_not_before_ms=to_ms(not_before))
        slot = (from_ms(row.slot_start_ms), from_ms(row.slot_end_ms))
        wish = BookingWish(row.service_id, *slot, name="", is_green=row.is_green)
        return IssuedBooking(booking_id, row.number, self._code(site_id, booking_id, wish, not_before))

    def changes(self, site_id: str, since: int, limit: int) -> Changes:
        """Return at most `limit` changes after `since`; the first question of a day moves the window along."""
        with self._db.read() as tx:
            site = site_of(tx, site_id)
            window_day = tx.scalar(select(sites.c.window_day).where(sites.c.site_id == site_id))
        today = local_day(self._clock.now(), site.timezone)
        if window_day != today.isoformat():
            with self._db.write() as tx:
                lock_site(tx, site_id)
                roll(tx, site, today, self._settings)
        with self._db.read() as tx:
            most = min(limit, self._settings.page)
            return changes_after(tx, site_id, since, most, days_held(today, self._settings))

    def forget_before(self, site_id: str, moment: datetime) -> int:
        """Delete bookings whose slot ended before `moment`, except near ones; returns how many.

        A cursor older than the newest of them starts anew, since their tombstones are gone as well.
        """
        old = (bookings.c.site_id == site_id) & ~bookings.c.is_near & (bookings.c.slot_end_ms < to_ms(moment))
        with self._db.write() as tx:
            if not lock_site(tx, site_id):
                raise Unknown("no such site")
            newest = tx.scalar(select(func.max(bookings.c.rev)).where(old))
            if newest is None:
                return 0
            is_below = (sites.c.site_id == site_id) & (sites.c.booking_floor < newest)
            tx.execute(update(sites).where(is_below).values(booking_floor=newest))
            return tx.execute(delete(bookings).where(old)).rowcount

    def _values(self, site_id: str, wish: BookingWish) -> dict[str, Any]:
        id_hash = keyed_hash(wish.id_number, self._keyring.id_key(site_id)) if wish.id_number else ""
        return {
            "service_id": wish.service,
            "slot_start_ms": to_ms(wish.slot_start),
            "slot_end_ms": to_ms(wish.slot_end),
            "status": (BookingStatus.BOOKED if wish.is_confirmed else BookingStatus.PROPOSED).value,
            "is_green": wish.is_green,
            "name": wish.name,
            "phone": wish.phone,
            "plate": wish.plate,
            "district": wish.district,
            "id_hash": id_hash,
            "is_blacklisted": False,
        }

    def _is_near(self, tx: Connection, site_id: str, slot_start: datetime) -> bool:
        """Tell whether kiosks hold a slot, by the day that the window stands at."""
        day = tx.scalar(select(sites.c.window_day).where(sites.c.site_id == site_id))
        if not day:
            return False  # no kiosk has asked yet; the first question rolls the window
        first, end = near_limits(site_of(tx, site_id), date.fromisoformat(day), self._settings)
        return first <= to_ms(slot_start) < end

    def _free_number(self, tx: Connection, site_id: str) -> str:
        while True:
            number = booking_number.from_value(self._randbits(40))
            taken = select(bookings.c.number).where(bookings.c.site_id == site_id, bookings.c.number == number)
            if tx.scalar(taken) is None:
                return number

    def _code(self, site_id: str, booking_id: str, wish: BookingWish, issued_at: datetime) -> str:
        key_id, key = self._keyring.signing()
        claims = Claims(
            booking_id=BookingId(booking_id),
            site=SiteId(site_id),
            service=ServiceId(wish.service),
            slot_start=wish.slot_start,
            slot_end=wish.slot_end,
            issued_at=issued_at,
            is_green=wish.is_green,
            key_id=key_id,
        )
        try:
            return issue(claims, key)
        except ValueError as error:
            raise BadRequest(str(error)) from error


def _check(wish: BookingWish) -> None:
    if wish.slot_start.tzinfo is None or wish.slot_end.tzinfo is None:
        raise BadRequest("a slot without a zone")
    if not timedelta(0) < wish.slot_end - wish.slot_start <= _LONGEST_SLOT:
        raise BadRequest("a slot ends after it starts, within a day")
    if not wish.name.strip():
        raise BadRequest("a booking needs a name")
    if wish.id_number and not check_digit_ok(wish.id_number):
        raise BadRequest("the identity number's check digit is wrong")


def _row(tx: Connection, site_id: str, booking_id: str) -> Row[Any]:
    of_booking = (bookings.c.site_id == site_id) & (bookings.c.booking_id == booking_id)
    row = tx.execute(select(bookings).where(of_booking)).first()
    if row is None:
        raise Unknown("no such booking at this site")
    return row


def _locked(tx: Connection, site_id: str, booking_id: str) -> Row[Any]:
    if not lock_site(tx, site_id):
        raise Unknown("no such site")
    return _row(tx, site_id, booking_id)


def _change(tx: Connection, row: Row[Any], **values: object) -> None:
    of_booking = (bookings.c.site_id == row.site_id) & (bookings.c.booking_id == row.booking_id)
    tx.execute(update(bookings).where(of_booking).values(rev=next_revs(tx, row.site_id), **values))
