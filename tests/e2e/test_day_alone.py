"""A day without the server, and the evening when it comes back: in order, once, and the door goes on meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from demo.world import HERE
from kiosk.services.views import Face
from tests.e2e.city import City, let_in, scan

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.bootstrap import Kiosk


@pytest.mark.parametrize("visits", [120, pytest.param(2000, marks=pytest.mark.long)])
def test_a_day_alone_arrives_in_order_and_once_while_the_door_goes_on(tmp_path: Path, visits: int) -> None:
    """Every visit is decided and marked as decided alone; afterwards bookings, policy and notices come by delta."""
    city = City(tmp_path, cap=0)
    kiosk = city.kiosk("A")
    codes = [city.book(f"访客{number}", at=city.clock.now()).code_text for number in range(visits + 1)]
    city.tell()
    cursor, version = kiosk.copy.cursor(), _version(kiosk)
    city.server_goes_away()
    city.clock.advance(120)
    for number, code in enumerate(codes[:-1]):
        assert let_in(kiosk, code).face is Face.ADMITTED, number
    assert kiosk.call(kiosk.desk.idle_facts).oldest_unsent_s is not None
    waiting = kiosk.log.last()[0] - kiosk.log.acknowledged()
    assert waiting >= 5 * visits
    city.server_comes_back()
    newer = city.book("刚预约")
    city.server.desk.catalogue.put_notices(HERE, [])
    # The reporter ships by itself while one more visitor is let in.
    kiosk.start_loops()
    try:
        assert let_in(kiosk, codes[-1]).face is Face.ADMITTED
        _until_shipped(kiosk)
    finally:
        kiosk.stop_loops()
    assert kiosk.drain() == 0
    own, theirs = list(kiosk.reader.entries()), city.stored("A")
    assert [entry.hash for entry in theirs] == [entry.hash for entry in own]
    alone = [entry.data()["offline"] for entry in own if entry.kind.value == "identified"]
    assert alone.count(True) >= visits
    assert len(city.server.desk.views.arrivals(HERE, city.clock.now().date())) == visits + 1
    kiosk.refresher.refresh_now()
    kiosk.refresher.step()
    assert kiosk.copy.cursor() > cursor
    assert _version(kiosk) != version
    assert scan(kiosk, newer.code_text).face is Face.BOOKING
    city.stop()


def _version(kiosk: Kiosk) -> str:
    documents = kiosk.copy.documents()
    assert documents is not None
    return documents.version


def _until_shipped(kiosk: Kiosk) -> None:
    """Wait until nothing is unsent; a time-out ends a test that waits for ever."""
    end = time.monotonic() + 120
    while kiosk.log.acknowledged() < kiosk.log.last()[0] and time.monotonic() < end:
        time.sleep(0.02)
