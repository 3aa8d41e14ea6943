"""A case that nobody sees to goes on to the next contact of the plan, also when its kiosk has fallen silent."""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from central.housekeeping import Housekeeper
from central.site_documents import DocumentKind
from kiosk.domain.case import Cause
from tests.central.builders import HERE
from tests.central.guard_builders import (
    LI,
    GuardBrowser,
    case_now,
    furnish,
    office_entries,
    open_case,
    scene,
    standing,
)

if TYPE_CHECKING:
    from kiosk.domain.site import Site
    from tests.central.builders import Caller, City


@pytest.fixture
def door(city: City) -> Caller:
    """A kiosk with one open case, at a site with a plan and guards."""
    furnish(city)
    caller = city.kiosk("door-1", "A")
    open_case(city, caller)
    return caller


def _look(city: City) -> int:
    return city.desk.escalating.step(HERE, city.clock.now())


def test_a_kiosk_that_is_heard_from_looks_after_its_own_cases(city: City, door: Caller) -> None:
    """The server keeps out of it, so that nobody is called twice."""
    for _ in range(10):
        city.clock.advance(seconds=59)
        door.get("/v1/bookings")
        assert _look(city) == 0
    assert not standing(city).escalated


def test_a_silent_kiosks_case_goes_on_once_for_each_contact(city: City, door: Caller) -> None:
    """In the plan's order, until everybody has been told; as entries of the server's own log."""
    city.clock.advance(seconds=61)
    assert _look(city) == 1
    assert _look(city) == 0
    for _ in range(4):
        city.clock.advance(seconds=120)
        _look(city)
    acts = [entry.data() for entry in office_entries(city)]
    assert [body["to"] for body in acts] == ["guard_room", "shift_leader", "supervisor"]
    assert {(body["event"], body["item"], body["guard_id"]) for body in acts} == {("escalated", "acknowledge", "")}
    assert (standing(city).escalated, standing(city).escalated_to) == (3, "supervisor")


def test_what_was_seen_to_in_time_begins_with_the_first_contact_again(city: City, door: Caller) -> None:
    """A case opened on the page is the server's own to look after."""
    city.desk.case_desk.open(HERE, city.desk.roster.of_site(HERE)[0], Cause.COLLAPSE)
    (ours,) = [item.case.id for item in scene(city).open_cases if item.case.label == "C001"]
    door.get("/v1/bookings")
    city.clock.advance(seconds=301)
    door.get("/v1/bookings")
    assert _look(city) == 1
    city.clock.advance(seconds=1)
    browser = GuardBrowser(city)
    browser.sign_in(LI)
    browser.open(f"/guard/{HERE}")
    browser.send(f"/guard/{HERE}/cases/{ours}", act="placed:room_1")
    city.clock.advance(seconds=601)
    door.get("/v1/bookings")
    assert _look(city) == 1
    told = [entry.data() for entry in office_entries(city) if entry.data().get("event") == "escalated"]
    assert [(body["to"], body["item"]) for body in told] == [("guard_room", "report"), ("guard_room", "measure")]


def test_a_closed_case_and_one_in_time_call_nobody(city: City, door: Caller) -> None:
    """And without a plan there is nobody to call."""
    assert _look(city) == 0
    browser = GuardBrowser(city)
    browser.sign_in()
    browser.act("disposed:escorted")
    browser.act("closed")
    city.clock.advance(hours=3)
    assert _look(city) == 0
    open_case(city, door, 2)
    city.desk.catalogue.remove_document(HERE, DocumentKind.PLAN)
    city.clock.advance(hours=3)
    assert _look(city) == 0
    assert not case_now(city, "case-2").acts


def test_the_housekeeper_looks_at_every_site(city: City, door: Caller) -> None:
    """By itself, as long as the server runs."""
    city.clock.advance(seconds=90)
    Housekeeper(city.desk).look()
    assert standing(city).escalated == 1


def test_the_housekeeper_outlives_a_database_that_was_gone(
    city: City, door: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its thread goes on: cases that nobody sees to must not wait for ever because the database was away once."""
    monkeypatch.setattr("central.housekeeping._LOOK_S", 0.01)
    known, fails = city.desk.catalogue.sites, Event()

    def gone_at_first() -> list[Site]:
        if not fails.is_set():
            fails.set()
            raise OperationalError("SELECT 1", {}, OSError("the database is gone"))
        return known()

    monkeypatch.setattr(city.desk.catalogue, "sites", gone_at_first)
    city.clock.advance(seconds=90)
    keeper = Housekeeper(city.desk)
    keeper.start()
    try:
        assert fails.wait(20)
        end = time.monotonic() + 20
        while standing(city).escalated == 0:
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        keeper.stop()
    assert "escalating waits: OperationalError" in caplog.text
