"""Bookings: quotas, signed codes, and the changes that kiosks are told by cursor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from central.bookings import BookingWish
from central.refusals import BadRequest, QuotaFull, Taken, Unknown
from central.settings import BookingSettings
from kiosk.domain import booking_number
from kiosk.domain.admission import Reason
from kiosk.domain.booking import Booking, BookingStatus
from kiosk.domain.booking_code import BadCode, Claims, read
from kiosk.domain.id_number import keyed_hash
from kiosk.domain.site import Service, Words
from kiosk.domain.wire import from_json
from tests.central.builders import (
    HERE,
    ID_NUMBER,
    NAME,
    NINE,
    PHONE,
    PLATE,
    SERVICE,
    THERE,
    City,
    found_city,
    settings_for,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.builders import Caller


def _keys(city: City) -> dict[str, bytes]:
    return {key_id: bytes.fromhex(key) for key_id, key in city.desk.keyring.public().items()}


def _page(caller: Caller, since: int = 0, limit: int = 5000) -> dict[str, Any]:
    answer = caller.get("/v1/bookings", since=since, limit=limit)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _copy(caller: Caller, copy: dict[str, dict[str, Any]], cursor: int, limit: int = 5000) -> int:
    """Bring a local copy up to date as a kiosk does; returns the new cursor."""
    while True:
        page = _page(caller, cursor, limit)
        if page["reset"]:
            copy.clear()
        copy.update({item["id"]: item for item in page["bookings"]})
        for booking_id in page["gone"]:
            copy.pop(booking_id, None)
        cursor = page["cursor"]
        if not page["more"]:
            return cursor


def test_an_issued_code_is_read_without_the_server(city: City) -> None:
    """Case 1: what the visitor's phone shows holds everything a door needs, and is known to be ours."""
    issued = city.book(hours=1, is_green=True)
    claims = read(issued.code_text, _keys(city))
    assert isinstance(claims, Claims)
    assert (claims.booking_id, claims.site, claims.service, claims.is_green) == (issued.id, HERE, SERVICE, True)
    assert (claims.slot_start, claims.slot_end) == (NINE + timedelta(hours=1), NINE + timedelta(hours=2))
    assert booking_number.is_well_formed(issued.number)
    assert issued.id not in issued.code_text


def test_codes_outlive_a_new_key_and_die_with_their_own(city: City) -> None:
    """Case 7: keys rotate without a visitor noticing; a stolen key is no longer believed."""
    old = city.book()
    first = city.desk.keyring.signing()[0]
    assert city.office("POST", "/keys/rotate").json()["key_id"] == "k2"
    new = city.book()
    assert isinstance(read(old.code_text, _keys(city)), Claims)
    assert city.office("POST", f"/keys/{first}/revoke").status_code == 200
    assert read(old.code_text, _keys(city)) == BadCode(Reason.UNKNOWN_KEY)
    assert isinstance(read(new.code_text, _keys(city)), Claims)
    documents = city.kiosk().get("/v1/documents").json()["documents"]
    assert (list(documents["keys"]), documents["revoked_keys"]) == (["k2"], ["k1"])
    assert city.office("POST", "/keys/k2/revoke").status_code == 409
    assert city.office("POST", "/keys/k9/revoke").status_code == 404


def test_a_kiosk_is_told_its_bookings_masked(city: City) -> None:
    """Case 38: enough to greet and to check, never a whole name, plate, phone or identity number."""
    issued = city.book()
    caller = city.kiosk()
    page = _page(caller)
    (told,) = page["bookings"]
    booking = from_json(Booking, told)
    assert (booking.id, booking.number, booking.name_masked) == (issued.id, issued.number, "欧*密")
    assert (booking.plate_masked, booking.plate_prefix) == ("冀A***Y6", "冀A")
    assert booking.id_hash == keyed_hash(ID_NUMBER, city.desk.keyring.id_key(HERE))
    text = str(page)
    assert not any(secret in text for secret in (NAME, PHONE, PLATE, ID_NUMBER))
    assert page["days"] == [f"2020-03-{day:02}" for day in range(9, 18)]


def test_a_kiosk_is_told_of_its_own_site_only(city: City) -> None:
    """A stolen kiosk knows nobody of another site."""
    city.book(site=THERE)
    assert _page(city.kiosk())["bookings"] == []


def test_changes_come_by_cursor_with_tombstones(city: City) -> None:
    """A refresh costs what changed, and what left is taken out of the copy."""
    caller = city.kiosk()
    first, second = city.book(), city.book(is_confirmed=False)
    copy: dict[str, dict[str, Any]] = {}
    cursor = _copy(caller, copy, 0)
    assert set(copy) == {first.id, second.id}
    assert _page(caller, cursor)["bookings"] == []
    city.desk.bookings.confirm(HERE, second.id)
    city.desk.bookings.blacklist(HERE, second.id)
    city.desk.bookings.cancel(HERE, first.id)
    page = _page(caller, cursor)
    assert {item["id"]: item["status"] for item in page["bookings"]} == {first.id: "cancelled", second.id: "booked"}
    cursor = _copy(caller, copy, cursor)
    assert copy[second.id]["is_blacklisted"]
    # Two days later both slots have left the days that a kiosk holds.
    city.clock.advance(days=2)
    assert sorted(_page(caller, cursor)["gone"]) == sorted([first.id, second.id])
    _copy(caller, copy, cursor)
    assert copy == {}
    assert _page(caller)["gone"] == []


def test_a_booking_comes_near_by_itself(city: City) -> None:
    """A booking of next week reaches the kiosk when its day comes near, though nobody touched it."""
    caller = city.kiosk()
    copy: dict[str, dict[str, Any]] = {}
    cursor = _copy(caller, copy, 0)
    far = city.book(hours=8 * 24)
    cursor = _copy(caller, copy, cursor)
    assert copy == {}
    city.clock.advance(hours=14)  # 23:00 at the site: the same day still
    cursor = _copy(caller, copy, cursor)
    assert copy == {}
    city.clock.advance(hours=1)  # midnight at the site, four in the afternoon in UTC (case 23)
    _copy(caller, copy, cursor)
    assert set(copy) == {far.id}


def test_a_page_holds_no_more_than_asked(city: City) -> None:
    """Pages follow each other without a hole and without a repeat."""
    caller = city.kiosk()
    ids = [city.book().id for _ in range(7)]
    seen: list[str] = []
    cursor, more = 0, True
    while more:
        page = _page(caller, cursor, limit=3)
        seen += [item["id"] for item in page["bookings"]]
        cursor, more = page["cursor"], page["more"]
    assert seen == ids


def test_a_cursor_from_the_future_or_the_deep_past_starts_anew(city: City) -> None:
    """A server restored from an older backup, or tombstones thrown away, cost one whole copy and no mistake."""
    caller = city.kiosk()
    old, new = city.book(), city.book(hours=24)
    copy: dict[str, dict[str, Any]] = {}
    cursor = _copy(caller, copy, 0)
    assert _page(caller, cursor + 1)["reset"]
    city.clock.advance(days=2)
    _page(caller, cursor)
    assert city.desk.bookings.forget_before(HERE, city.clock.now()) == 1
    assert _page(caller, cursor)["reset"]
    _copy(caller, copy, cursor)
    assert set(copy) == {new.id}
    assert old.id not in copy
    assert city.desk.bookings.forget_before(HERE, city.clock.now()) == 0


def test_no_change_is_skipped_while_many_write_at_once(city: City) -> None:
    """Numbers are committed in their order: a cursor read between two commits misses neither."""
    caller = city.kiosk()
    done = Event()
    copy: dict[str, dict[str, Any]] = {}

    def refresh() -> None:
        cursor = 0
        while not done.is_set():
            cursor = _copy(caller, copy, cursor, limit=5)
        _copy(caller, copy, cursor)

    with ThreadPoolExecutor(7) as pool:
        reader = pool.submit(refresh)
        made = [issued.id for issued in pool.map(lambda _: city.book(), range(60))]
        done.set()
        reader.result()
    assert set(copy) == set(made)


def test_the_last_place_of_an_hour_goes_to_one(city: City) -> None:
    """The quota holds whoever races for it; cancelling gives the place free, and green takes none."""
    words = Words("年检", "Inspection")
    city.desk.catalogue.put_service(HERE, Service(SERVICE, words, words), hourly_quota=3)

    def book(_: int) -> str:
        try:
            return city.book().id
        except QuotaFull:
            return ""

    with ThreadPoolExecutor(8) as pool:
        made = [booking_id for booking_id in pool.map(book, range(16)) if booking_id]
    assert len(made) == 3
    assert city.book(hours=1).id
    assert city.book(is_green=True).id
    city.desk.bookings.cancel(HERE, made[0])
    city.desk.bookings.cancel(HERE, made[0])
    assert city.book().id
    with pytest.raises(QuotaFull):
        city.book()


def test_a_new_code_revokes_the_older_one(city: City) -> None:
    """Case 6: a lost phone's code is refused, the new one passes, both within the same second."""
    issued = city.book()
    again = city.desk.bookings.reissue(HERE, issued.id)
    keys = _keys(city)
    old, new = read(issued.code_text, keys), read(again.code_text, keys)
    not_before = city.booking(issued).code_not_before
    assert isinstance(old, Claims)
    assert isinstance(new, Claims)
    assert not_before is not None
    assert old.issued_at < not_before <= new.issued_at
    assert (again.id, again.number) == (issued.id, issued.number)


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "  "},
        {"id_number": "110105194912310021"},
        {"slot_end": NINE},
        {"slot_end": NINE + timedelta(days=2)},
        {"slot_start": datetime(2020, 3, 10, 9)},  # noqa: DTZ001 - a slot without a zone is the mistake
        {"service": "s" * 250},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(city: City, wish: dict[str, Any]) -> None:
    """Nothing half-understood is booked."""
    values = {"service": SERVICE, "slot_start": NINE, "slot_end": NINE + timedelta(hours=1), "name": NAME, **wish}
    with pytest.raises(BadRequest):
        city.desk.bookings.create(HERE, BookingWish(**values))


def test_what_is_not_there_is_unknown(city: City) -> None:
    """Case 5: nothing is made up for an unknown site, service or booking."""
    wish = BookingWish("haircut", NINE, NINE + timedelta(hours=1), NAME)
    for call in (
        lambda: city.desk.bookings.create(HERE, wish),
        lambda: city.desk.bookings.create("nowhere", wish),
        lambda: city.desk.bookings.cancel(HERE, "no-booking"),
        lambda: city.desk.bookings.cancel("nowhere", "no-booking"),
        lambda: city.desk.bookings.forget_before("nowhere", NINE),
    ):
        with pytest.raises(Unknown):
            call()


def test_a_cancelled_booking_is_not_confirmed_again(city: City) -> None:
    """Case 35: its place may be somebody else's by now."""
    issued = city.book(is_confirmed=False)
    assert city.booking(issued).status is BookingStatus.PROPOSED
    city.desk.bookings.cancel(HERE, issued.id)
    with pytest.raises(Taken):
        city.desk.bookings.confirm(HERE, issued.id)


def test_numbers_do_not_repeat_at_a_site(tmp_path: Path) -> None:
    """Case 8: a number finds one booking or none."""
    from central.server import RunningServer
    from tests.central.builders import ToldClock

    drawn = iter([1, 7, 2, 7, 8])
    server = RunningServer(settings_for(tmp_path), tmp_path, ToldClock(), randbits=lambda _bits: next(drawn))
    city = City(server, "", ToldClock(), tmp_path)
    try:
        words = Words("甲", "A")
        from kiosk.domain.site import Site

        server.desk.catalogue.put_site(Site(HERE, words, words, "Asia/Shanghai", 0, 1440))
        server.desk.catalogue.put_service(HERE, Service(SERVICE, words, words))
        assert city.book().number == booking_number.from_value(7)
        assert city.book().number == booking_number.from_value(8)
    finally:
        server.stop()


def test_pages_are_bounded_by_the_settings(tmp_path: Path) -> None:
    """A server may answer in smaller pages than it is asked for."""
    city = found_city(tmp_path / "data", bookings=BookingSettings(page=2))
    try:
        for _ in range(3):
            city.book()
        page = _page(city.kiosk())
        assert (len(page["bookings"]), page["more"]) == (2, True)
    finally:
        city.server.stop()
