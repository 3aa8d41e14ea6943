"""The server's own log of a site: a log as every other, of a kiosk that is none."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from central.office_log import office_of
from central.refusals import Taken, Unknown
from kiosk.domain.case import CaseStep, Disposition
from kiosk.domain.chain import verify
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import KioskId
from tests.central.builders import HERE, THERE
from tests.central.guard_builders import (
    CASE,
    LI,
    GuardBrowser,
    act_at_kiosk,
    case_now,
    furnish,
    office_entries,
    open_case,
    scene,
    standing,
)

if TYPE_CHECKING:
    from tests.central.builders import Caller, City


@pytest.fixture
def door(city: City) -> Caller:
    """A kiosk whose case was ended on the guard's page."""
    furnish(city)
    caller = city.kiosk("door-1", "A")
    open_case(city, caller)
    browser = GuardBrowser(city)
    browser.sign_in()
    browser.act("placed:room_1")
    browser.measure("36.8")
    browser.act("disposed:released")
    browser.act("cleaned:room_1")
    assert standing(city).step is CaseStep.CLOSED
    return caller


def test_it_holds_as_every_log_does(city: City, door: Caller) -> None:
    """Numbered without a gap, each entry sealed and linked to the one before it."""
    kept = office_entries(city)
    assert len(kept) == 7
    assert verify(kept) == (7, kept[-1].hash, None)
    assert {(entry.site_id, entry.kiosk_id, entry.epoch) for entry in kept} == {(HERE, "office", 1)}
    assert len({entry.salt for entry in kept}) == 7
    assert not city.findings()


def test_a_changed_entry_is_found(city: City, door: Caller) -> None:
    """The server cannot quietly rewrite what its guards did."""
    kept = office_entries(city)

    changed = kept[3]._replace(body=(kept[3].body or "").replace("guard-li", "guard-xu"))
    _, _, flaw = verify([*kept[:3], changed, *kept[4:]])
    assert flaw is not None
    assert (flaw.seq, flaw.why) == (4, "body")


def test_each_site_has_its_own_and_none_before_it_is_needed(city: City, door: Caller) -> None:
    """Made with the first act."""
    assert not list(city.desk.intake.entries(THERE, "office", 1))
    furnish(city, THERE)
    GuardBrowser(city).sign_in(site=THERE)
    assert [entry.seq for entry in city.desk.intake.entries(THERE, "office", 1)] == [1]
    with pytest.raises(Unknown), city.desk.office_log.act("nowhere"):
        pass


def test_it_is_no_kiosk_of_the_site(city: City, door: Caller) -> None:
    """Not in lists, not in shares of the cap, not among those that the ledger misses; and no kiosk takes its name."""
    assert [row.kiosk_id for row in city.desk.fleet.kiosks(HERE)] == ["door-1"]
    assert door.get("/v1/documents").json()["documents"]["cap_share"] == 100
    assert [item["kiosk_id"] for item in city.office("GET", f"/sites/{HERE}/kiosks").json()["kiosks"]] == ["door-1"]
    with pytest.raises(Taken):
        city.desk.fleet.put_kiosk(HERE, "office", "Z")
    with pytest.raises(Unknown):
        city.desk.fleet.enrolment_code(HERE, "office")
    with pytest.raises(Unknown):
        city.desk.fleet.revoke(HERE, "office")
    city.clock.advance(days=1)
    assert _ledger(city, date(2020, 3, 11)).missing.silent == ("door-1",)


def test_the_ledger_holds_what_was_done_on_the_page(city: City, door: Caller) -> None:
    """In the visitor's own row, and the log's end stands at the foot of the sheet."""
    ledger = _ledger(city, date(2020, 3, 10))
    (row,) = ledger.rows
    assert [reading.value_cc for reading in row.readings] == [3760, 3680]
    assert not ledger.open_cases
    ends = {end.kiosk_id: (end.seq, end.hash) for end in ledger.chains}
    assert ends[KioskId("office")] == (7, office_entries(city)[-1].hash)
    assert not ledger.missing.unreadable


def _ledger(city: City, day: date):  # noqa: ANN202 - as the desk makes it
    from central.ledgers import Export

    return city.desk.ledgers.take_out(HERE, Export(day, "xlsx", full=False, by="", reason="", made_at=city.clock.now()))


def test_following_it_anew_gives_the_same(city: City, door: Caller) -> None:
    """The tables are what the entries say, and can be thrown away."""
    before, version = case_now(city), scene(city).closed
    city.desk.intake.rebuild(office_of(HERE))
    assert case_now(city) == before
    assert scene(city).closed == version


def test_it_is_erased_with_the_case_and_the_chain_still_holds(city: City, door: Caller) -> None:
    """Bodies past their time go, in all logs of the site together; no part of it looks like an open case again."""
    before = case_now(city)
    city.clock.advance(days=89)
    city.desk.retention.run(HERE)
    assert case_now(city) == before
    city.clock.advance(days=2)
    city.desk.retention.run(HERE)
    assert city.desk.scenes.case(scene(city), CASE) is None
    assert not scene(city).open_cases
    kept = office_entries(city)
    bodies = {entry.kind: entry.body for entry in kept}
    assert bodies[EntryKind.CASE_ACTED] is None
    assert bodies[EntryKind.READING] is None
    assert bodies[EntryKind.SIGNED_IN] is not None  # of staff, kept longer
    assert kept[-1].kind is EntryKind.ERASED
    assert verify(kept) == (8, kept[-1].hash, None)  # what is gone is said to be gone
    assert not door.get("/v1/site").json()["cases"]
    city.clock.advance(days=100)
    city.desk.retention.run(HERE)
    kept = office_entries(city)
    assert {entry.kind for entry in kept if entry.body is not None} == {EntryKind.ERASED}
    assert verify(kept) == (9, kept[-1].hash, None)


def test_a_case_that_is_open_keeps_what_was_done_for_it(city: City) -> None:
    """However old; who opened it may not be who works on it."""
    furnish(city)
    caller = city.kiosk("door-1", "A")
    open_case(city, caller)
    browser = GuardBrowser(city)
    browser.sign_in()
    browser.act("placed:room_1")
    city.clock.advance(days=200)
    city.desk.retention.run(HERE)
    assert standing(city).place_id == "room_1"
    assert [item.case.id for item in scene(city).open_cases] == [CASE]
    assert len(case_now(city).acts) == 2


def test_a_hold_keeps_it_as_it_keeps_the_kiosks(city: City, door: Caller) -> None:
    """A legal hold is the site's."""
    day = date(2020, 3, 10)
    city.desk.holds.place(HERE, "hold-1", (day, day), "李建国", "调查")
    city.clock.advance(days=400)
    city.desk.retention.run(HERE)
    assert all(entry.body is not None for entry in office_entries(city))
    assert standing(city).disposition is Disposition.RELEASED


def test_a_case_that_a_kiosk_closed_and_the_page_worked_on_is_forgotten_whole(city: City) -> None:
    """Neither log alone knows that it is over."""
    furnish(city)
    caller = city.kiosk("door-1", "A")
    open_case(city, caller)
    browser = GuardBrowser(city)
    browser.sign_in(LI)
    browser.act("acknowledged")
    city.clock.advance(seconds=5)
    act_at_kiosk(caller, 2, "disposed", disposition="escorted")
    act_at_kiosk(caller, 3, "closed")
    caller.ship()
    assert standing(city).step is CaseStep.CLOSED
    city.clock.advance(days=91)
    city.desk.retention.run(HERE)
    assert city.desk.scenes.case(scene(city), CASE) is None
    assert not scene(city).open_cases


def test_a_site_that_has_a_kiosk_of_that_name_says_so(city: City) -> None:
    """From before the name was the server's: nothing is written into its log."""
    from sqlalchemy import insert

    from central.tables import kiosks

    furnish(city)
    with city.desk._database.write() as tx:
        tx.execute(insert(kiosks).values(site_id=HERE, kiosk_id="office", letter="O", is_entry=True, epoch=1))
    with pytest.raises(Taken):
        city.desk.guard_sign_in.by_pin(HERE, LI[0], LI[2])
    assert not office_entries(city)
