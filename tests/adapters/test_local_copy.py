"""The local copy: pages taken in whole, every thread its own connection, and thrown away without loss."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.adapters.local_copy import SqliteCopy
from kiosk.domain.booking import BookingStatus
from kiosk.domain.visit import Step
from kiosk.errors import StoreDamaged
from kiosk.protocol.messages import BookingPage, Documents, SiteView
from tests.domain import builders as make
from tests.services.builders import DISK_KEY, GUARD, PUBLIC, id_hash, new_booking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = "2020-03-10"
ID = "11010519491231002X"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the copy lies."""
    return tmp_path / "copy.db"


@pytest.fixture
def copy(path: Path) -> Iterator[SqliteCopy]:
    """Return an empty copy."""
    opened = SqliteCopy(path, DISK_KEY)
    yield opened
    opened.close()


def page(*bookings: Any, **changes: Any) -> BookingPage:
    """Return the last page of today's bookings."""
    plain = BookingPage(
        server_time_ms=0, reset=False, bookings=list(bookings), gone=[], cursor=5, more=False, days=[date(2020, 3, 10)]
    )
    return plain.model_copy(update=changes)


def view(*visits: Any, **changes: Any) -> SiteView:
    """Return a view of the site."""
    plain = SiteView(server_time_ms=0, version=1, inside_elsewhere=3, visits=list(visits))
    return plain.model_copy(update=changes)


def test_an_empty_copy_knows_nothing_and_says_so(copy: SqliteCopy) -> None:
    """No data is not "no booking"."""
    assert not copy.covers(DAY)
    assert (copy.cursor(), copy.refreshed_at(), copy.documents(), copy.site_view()) == (0, None, None, None)
    assert copy.by_number("000000000") == []
    assert copy.by_id_hash("") == []


def test_bookings_are_found_by_id_number_and_hash(copy: SqliteCopy) -> None:
    """Exactly, and only by the whole of it."""
    booking = new_booking(id_hash=id_hash(ID))
    copy.store_page(page(booking, new_booking()), make.at(8))
    assert copy.booking(booking.id) == booking
    assert copy.by_number(booking.number) == [booking]
    assert copy.by_id_hash(id_hash(ID)) == [booking]
    for wrong in (booking.number[:-1], "%", booking.number.lower() + " "):
        assert copy.by_number(wrong) == []


def test_bookings_without_an_id_number_are_not_found_by_an_empty_one(copy: SqliteCopy) -> None:
    """Nobody is everybody who gave none."""
    copy.store_page(page(new_booking(), new_booking()), make.at(8))
    assert copy.by_id_hash("") == []


def test_a_page_says_how_far_it_goes_and_which_days_are_whole(copy: SqliteCopy) -> None:
    """Only the last page of a refresh makes a day whole."""
    copy.store_page(page(new_booking(), more=True, cursor=1), make.at(8))
    assert (copy.cursor(), copy.covers(DAY), copy.refreshed_at()) == (1, False, None)
    copy.store_page(page(cursor=2), make.at(8, 1))
    assert (copy.cursor(), copy.covers(DAY), copy.refreshed_at()) == (2, True, make.at(8, 1))
    assert not copy.covers("2020-03-11")


def test_changed_and_gone_bookings_are_changed_and_gone(copy: SqliteCopy) -> None:
    """A tombstone empties, a change replaces."""
    from dataclasses import replace

    stays, goes = new_booking(), new_booking()
    copy.store_page(page(stays, goes), make.at(8))
    changed = replace(stays, is_blacklisted=True)
    copy.store_page(page(changed, gone=[goes.id]), make.at(9))
    assert copy.booking(stays.id) == changed
    assert copy.booking(goes.id) is None
    assert copy.by_number(goes.number) == []


@pytest.mark.parametrize("more", [True, False])
def test_a_reset_empties_the_copy_and_no_day_is_whole_until_it_is_filled(copy: SqliteCopy, more: bool) -> None:
    """Also when the server forgot to say that more comes."""
    booking = new_booking()
    copy.store_page(page(booking), make.at(8))
    copy.store_page(page(reset=True, cursor=0, more=more), make.at(9))
    assert (copy.booking(booking.id), copy.cursor(), copy.covers(DAY)) == (None, 0, False)


def test_a_page_that_cannot_be_stored_leaves_the_copy_as_it_was(copy: SqliteCopy) -> None:
    """One transaction: no page is half there."""
    booking = new_booking()
    copy.store_page(page(booking), make.at(8))
    broken = page(new_booking(), cursor=6, days=["no date"])
    with pytest.raises(AttributeError):
        copy.store_page(broken, make.at(9))
    assert (copy.cursor(), copy.booking(broken.bookings[0].id)) == (5, None)
    assert copy.booking(booking.id) == booking


def test_documents_come_back_as_they_were_told(copy: SqliteCopy, path: Path) -> None:
    """Rules, keys and guards, also after a restart."""
    told = Documents(
        version="v7",
        site=make.site(cap=5),
        sites=[make.site()],
        services=list(make.services().values()),
        policy=make.policy(),
        declaration=make.declaration(),
        notices=[make.words("告示")],
        keys=PUBLIC,
        revoked_keys=["2019-z"],
        guards=[GUARD],
        cap_share=2,
    )
    copy.store_documents(told)
    assert copy.documents() == told
    again = SqliteCopy(path, DISK_KEY)
    assert again.documents() == told
    again.close()


def test_newer_documents_are_seen_by_another_connection(copy: SqliteCopy, path: Path) -> None:
    """The refreshing thread writes, the worker judges by the newest."""
    told = Documents(version="1", site=make.site(), sites=[], services=[], policy=None, keys={}, cap_share=0)
    copy.store_documents(told)
    assert copy.documents() == told
    newer = told.model_copy(update={"version": "2"})
    other = SqliteCopy(path, DISK_KEY)
    other.store_documents(newer)
    other.close()
    assert copy.documents() == newer


def test_the_site_view_replaces_what_the_other_kiosks_knew(copy: SqliteCopy) -> None:
    """Their visits by booking, and when it was last known to hold."""
    visit = make.visit(Step.RESTING)
    copy.store_site_view(view(visit), make.at(10))
    assert copy.peer_visits(make.BOOKING) == [visit]
    assert copy.site_view() == (view(), make.at(10))
    copy.store_site_view(view(version=1, unchanged=True, inside_elsewhere=0), make.at(11))
    assert copy.peer_visits(make.BOOKING) == [visit]
    assert copy.site_view() == (view(), make.at(11))
    copy.store_site_view(view(version=2), make.at(12))
    assert copy.peer_visits(make.BOOKING) == []


def test_each_thread_has_a_connection_of_its_own(copy: SqliteCopy) -> None:
    """SQLite's rule; what one thread stored another finds."""
    booking = new_booking()
    found: list[object] = []

    def work() -> None:
        copy.store_page(page(booking), make.at(8))
        found.append(copy.booking(booking.id))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [booking]
    assert copy.booking(booking.id) == booking
    assert len(copy._databases) == 2


def test_the_copy_is_encrypted_as_the_log_is(copy: SqliteCopy, path: Path) -> None:
    """It holds half names and hashes."""
    copy.store_page(page(new_booking(name_masked="鼖*爨")), make.at(8))
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"SQLite format 3" not in content
    assert "鼖".encode() not in content
    assert b"\\u9f16" not in content
    with pytest.raises(StoreDamaged):
        SqliteCopy(path, bytes(32))


def test_bookings_are_found_and_counted_by_the_time_of_their_slot(copy: SqliteCopy) -> None:
    """For the blank sheets of an hour and the day's overview; a cancelled one takes no place."""
    ten = [new_booking() for _ in range(3)]
    gone = new_booking(status=BookingStatus.CANCELLED)
    eleven = new_booking(slot_start=make.at(11), slot_end=make.at(12))
    tomorrow = new_booking(slot_start=make.at(10, day=11), slot_end=make.at(11, day=11))
    copy.store_page(page(eleven, *ten, gone, tomorrow), make.at(9))
    found = copy.bookings_between(make.at(10), make.at(12))
    assert [item.number for item in found] == [*sorted(item.number for item in (*ten, gone)), eleven.number]
    assert copy.bookings_between(make.at(10, 0, 1), make.at(11)) == []
    assert copy.booked_by_slot(make.at(0), make.at(0, day=11)) == {make.at(10): 3, make.at(11): 1}
