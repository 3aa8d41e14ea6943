"""A kiosk that is broken or hostile, with a true seal: its entries stop nothing but themselves."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from central.fleet import Principal
from central.log_tables import entries, visits
from kiosk.domain.times import to_ms, to_wire
from kiosk.domain.wire import to_json
from ledger.forms import FORMS
from tests.central.builders import HERE, NINE, is_ours
from tests.domain.test_ledger_odd import odd_entries

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from kiosk.domain.booking import Booking
    from tests.central.builders import Caller, City

LAST = datetime(9999, 12, 31, 20, tzinfo=UTC)  # past the calendar's end at a site east of Greenwich
FIRST = datetime(1, 1, 1, 3, tzinfo=UTC)  # before its beginning at a site west of it


def two_doors(city: City) -> tuple[Caller, Caller, Booking]:
    """Return a kiosk that will send what it should not, an honest one that let somebody in, and their booking."""
    odd, honest = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    booking = city.booking(city.book())
    honest.log.admitted("v-honest", booking)
    honest.ship()
    return odd, honest, booking


def ledger(city: City, form: str, day: str = "2020-03-10") -> requests.Response:
    """Ask for a day's ledger as the office does."""
    return city.office("POST", f"/sites/{HERE}/ledger", {"day": day, "format": form})


@pytest.mark.parametrize("kind", ["went_out", "day_opened", "device"])
@pytest.mark.parametrize("field", ["happened_at", "recorded_at"])
@pytest.mark.parametrize("moment", [LAST, FIRST])
def test_a_time_at_the_calendars_end_is_kept_aside_and_stops_no_upload(
    city: City, kind: str, field: str, moment: datetime
) -> None:
    """It has no day at some site; its number counts, and what follows is stored."""
    caller = city.kiosk()
    caller.log.add(kind, {"day": "2020-03-10"}, **{field: moment})
    caller.log.devices(1)
    answer = caller.ship()
    assert [(item["status"], item["why"]) for item in answer["results"]] == [("quarantined", "time"), ("stored", "")]
    assert answer["high_seq"] == 2


def test_an_item_nested_as_deep_as_can_be_read_is_kept(city: City) -> None:
    """What is read but cannot be spelt again is an upload all the same."""
    caller = city.kiosk()
    entry = caller.log.devices(1)[0]
    for depth in range(940, 1000):
        text = '{"entries": [{"seq": 7, "n": ' + "[" * depth + "]" * depth + "}]}"
        answer = caller.upload_raw(text.encode())
        assert answer.status_code in {200, 400}, depth
        assert is_ours(answer)
    assert caller.upload([entry]).json()["results"][0]["status"] == "stored"


def test_a_time_that_an_earlier_server_took_in_spoils_its_own_entry_only(city: City) -> None:
    """Followed anew, it is marked, and what comes after it counts."""
    caller = city.kiosk()
    caller.log.add("day_opened", {"day": "2020-03-10"})
    caller.log.admitted("v1", city.booking(city.book()))
    caller.ship()
    with city.desk._database.write() as tx:
        tx.execute(update(entries).where(entries.c.seq == 1).values(happened_ms=to_ms(LAST)))
    city.desk.intake.rebuild(Principal(HERE, caller.log.kiosk_id, 1))
    assert city.verdicts() == [(1, "not_applied")]
    assert city.desk.views.progress(HERE)[0].inside == 1


def opening(booking: Booking, **changes: Any) -> dict[str, Any]:
    """Return the body of a first contact, with changes to its booking."""
    own = to_json(booking) | changes
    return {"visit_id": "v-odd", "first_contact": to_wire(NINE), "booking": own, "by": "code"}


ODD_VISITS: dict[str, Callable[[Booking], list[tuple[str, object]]]] = {
    "late": lambda booking: [("identified", opening(booking) | {"first_contact": to_wire(LAST)})],
    "half a sign": lambda booking: [("identified", json.dumps(opening(booking, district="\ud800")))],
    "half a reason": lambda booking: [("refused", json.dumps(opening(booking) | {"reasons": ["\ud800"]}))],
    "no zone": lambda booking: [("identified", opening(booking, slot_start="2020-03-10T01:00:00"))],
    "hot": lambda booking: [
        (
            "late_entry",
            {
                "visit_id": "v-odd",
                "admitted": True,
                "guard_id": "g",
                "outcome": "normal",
                "reasons": [],
                "reading": {"device_id": "t1", "value_cc": 10**400},
            },
        )
    ],
    "adopted late": lambda booking: [
        (
            "adopted",
            {
                "visit": {
                    "id": "v-odd",
                    "kiosk_id": "door-2",
                    "step": "declaration",
                    "first_contact": to_wire(NINE),
                    "touched_at": to_wire(NINE),
                    "booking_id": booking.id,
                    "booking": to_json(booking),
                    "arrived_at": to_wire(LAST),
                }
            },
        )
    ],
}


@pytest.mark.parametrize("name", ODD_VISITS)
def test_no_other_kiosk_and_no_page_is_told_of_a_visit_that_nobody_could_show(city: City, name: str) -> None:
    """It is stored and marked; the arrivals and the others' view are as without it."""
    odd, honest, booking = two_doors(city)
    for kind, body in ODD_VISITS[name](booking):
        odd.log.add(kind, body if isinstance(body, str) else dict(cast("dict[str, Any]", body)))
    assert [item["status"] for item in odd.ship()["results"]] == ["stored"]
    assert city.verdicts() == [(1, "not_applied")]
    assert honest.get("/v1/site", version=0).json()["visits"] == []
    arrivals = city.office("GET", f"/sites/{HERE}/arrivals?day=2020-03-10")
    assert [item["kiosk_id"] for item in arrivals.json()["arrivals"]] == ["door-2"]


ODD_NAMES = {
    "too long": {"visit_id": "x" * 65, "cause": "c"},
    "not ascii": {"visit_id": "é", "cause": "c"},
    "nested": '{"visit_id":"v-x","n":' + "[" * 8000 + "]" * 8000 + "}",
}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_body_that_nobody_understands_is_erased_by_its_age_and_stops_nobody(city: City, name: str) -> None:
    """It may hold anything, so it does not stay."""
    odd, honest, _ = two_doors(city)
    odd.log.add("held", ODD_NAMES[name])
    odd.ship()
    city.clock.advance(days=31)
    assert city.desk.retention.run(HERE).entries == 5
    assert not [entry for caller in (odd, honest) for entry in city.stored(caller) if entry.body is not None]
    assert "not_erased" not in city.findings()


def test_a_log_that_cannot_be_erased_stops_no_other_and_is_found(city: City, caplog: pytest.LogCaptureFixture) -> None:
    """Told with the log and the kind of the error; what was kept aside goes too; settled once it is erased."""
    odd, honest, booking = two_doors(city)
    odd.log.admitted("v-odd", booking)
    odd.ship()
    odd.upload([{"seq": 9}])
    with city.desk._database.write() as tx:
        record = tx.scalar(select(visits.c.record).where(visits.c.visit_id == "v-odd")) or ""
        broken = update(visits).where(visits.c.visit_id == "v-odd")
        tx.execute(broken.values(record='{"secret": 1}'))
    city.clock.advance(days=120)
    with caplog.at_level(logging.WARNING):
        erased = city.desk.retention.run(HERE)
    assert (erased.entries, erased.aside, erased.bookings) == (4, 1, 1)
    assert not [entry for entry in city.stored(honest) if entry.body is not None]
    (found,) = [item for item in city.desk.findings.of_site(HERE) if item.kind == "not_erased"]
    assert found.detail == "door-1/1: ValidationError"
    assert "door-1/1 at branch-2" in caplog.text
    assert "ValidationError" in caplog.text
    assert "secret" not in caplog.text
    with city.desk._database.write() as tx:
        tx.execute(broken.values(record=record))
    assert city.desk.retention.run(HERE).entries == 4
    assert "not_erased" not in city.findings()


def reading(**over: Any) -> dict[str, Any]:
    """Return the body of a reading, changed."""
    given = {"device_id": "t1", "value_cc": 3650, "kind": "skin", "site": "wrist", "flags": [], **over}
    return {"visit_id": "v-odd", "outcome": "normal", "reasons": [], "reading": given}


ODD_BODIES: dict[str, tuple[str, object]] = {
    "value as text": ("reading", reading(value_cc="36.5")),
    "value beyond numbers": ("reading", reading(value_cc=10**400)),
    "no number": ("reading", json.dumps(reading(value_cc=float("nan")))),
    "endless": ("reading", json.dumps(reading()).replace("3650", "1e999")),
    "device as number": ("reading", reading(device_id=7)),
    "numbers as reasons": ("refused", {"visit_id": "v-odd", "first_contact": to_wire(NINE), "reasons": [1, 2]}),
    "half a sign": (
        "refused",
        json.dumps({"visit_id": "v-odd", "first_contact": to_wire(NINE), "reasons": ["\ud800"]}),
    ),
    "late": ("refused", {"visit_id": "v-odd", "first_contact": to_wire(LAST), "reasons": ["too_late"]}),
    "number as label": ("case_opened", {"visit_id": "v-odd", "case_id": "c1", "cause": [1], "number": 5}),
    "place as list": (
        "case_acted",
        {"visit_id": "v-odd", "case_id": "c1", "turn": 1, "event": "placed", "place_id": [7]},
    ),
    "why as list": ("walked_in", {"visit_id": "v-odd", "why": ["x"], "guard_id": "g"}),
    "nested": ("held", '{"visit_id":"v-odd","n":' + "[" * 8000 + "]" * 8000 + "}"),
}


@pytest.mark.parametrize("name", ODD_BODIES)
def test_a_body_that_nobody_understands_is_counted_on_the_sheet_and_stops_none(city: City, name: str) -> None:
    """In all forms, of this day and of the next, with the honest visitor on it."""
    odd, _, _ = two_doors(city)
    kind, body = ODD_BODIES[name]
    odd.log.add(kind, body if isinstance(body, str) else dict(cast("dict[str, Any]", body)), clock_offset_ms=2**53 - 1)
    odd.ship()
    sheets = {form: ledger(city, form) for form in FORMS} | {"next": ledger(city, "csv", "2020-03-11")}
    assert {form: sheet.status_code for form, sheet in sheets.items()} == dict.fromkeys(sheets, 200)
    text = sheets["csv"].content.decode("utf-8-sig")
    assert "无法识读 1 条" in text
    assert "欧*密" in text


def test_whatever_an_entry_says_the_upload_is_a_fact_and_the_office_works(city: City) -> None:
    """Every kind with any body: stored; the sheet, the arrivals, the figures and the others' view are there."""
    odd, honest, _ = two_doors(city)
    honest.log.add("walked_in", {"visit_id": "v-child", "why": "child", "guard_id": "g"})
    honest.ship()

    @settings(max_examples=12)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        added = [odd.log.add(entry.kind, entry.body or "") for entry in odd_entries(data, most=30)]
        assert {item["status"] for item in odd.upload(added).json()["results"]} == {"stored"}
        text = ledger(city, "csv").content.decode("utf-8-sig")
        assert "儿童" in text
        assert "欧*密" in text
        assert [ledger(city, form).status_code for form in ("xlsx", "pdf")] == [200, 200]
        arrivals = city.office("GET", f"/sites/{HERE}/arrivals?day=2020-03-10").json()["arrivals"]
        assert [item["kiosk_id"] for item in arrivals].count("door-2") == 2
        assert city.desk.day_figures.of(HERE).walk_ins
        assert odd.get("/v1/site", version=0).status_code == honest.get("/v1/site", version=0).status_code == 200

    holds()
    city.clock.advance(days=120)
    city.desk.retention.run(HERE)
    assert "not_erased" not in city.findings()
    assert not [entry for entry in city.stored(honest) if entry.body is not None]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_that_not_every_zone_has_is_no_day_of_a_ledger(city: City, day: str) -> None:
    """Said before it is registered."""
    assert ledger(city, "csv", day).status_code == 400
    assert city.desk.ledgers.taken_out(HERE) == []
