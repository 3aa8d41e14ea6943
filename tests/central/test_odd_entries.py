"""A kiosk that is broken or hostile, with a true seal: its entries stop nothing but themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import update

from central.fleet import Principal
from central.log_tables import entries
from kiosk.domain.times import to_ms, to_wire
from kiosk.domain.wire import to_json
from tests.central.builders import HERE, NINE, is_ours

if TYPE_CHECKING:
    from collections.abc import Callable

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
