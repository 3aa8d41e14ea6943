"""A log to measure: its acts as a door makes them, without the door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import Identity
from kiosk.adapters.log_store import LogStore
from kiosk.domain.booking import Booking
from kiosk.domain.booking_number import from_value
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import BookingId, KioskId, ServiceId, SiteId, uuid7
from kiosk.domain.screening import BodySite, Flag, Reading, ReadingKind
from kiosk.domain.times import to_ms, to_wire
from kiosk.domain.wire import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.ports import Act

KEY: Final = bytes(range(32))
VISIT_ENTRIES: Final = 5
_TEN: Final = datetime(2020, 3, 10, 2, tzinfo=UTC)
_BATCH: Final = 200  # visits in one act: only what is timed has to commit one by one


def someone(kiosk_id: str = "door-1", epoch: int = 1, token: str = "t" * 40) -> Identity:
    """Return an identity for a log."""
    return Identity(SiteId("branch-2"), KioskId(kiosk_id), epoch, "B", token, "0" * 64, "0" * 64)


def new_log(path: Path, identity: Identity) -> LogStore:
    """Return a new, enrolled log."""
    store = LogStore(path, KEY, SystemClock(), lambda: 12)
    store.enrol(identity)
    return store


def booking(number: int) -> Booking:
    """Return the booking with this place in the list of all; numbers are spread as real ones are."""
    return Booking(
        id=BookingId(uuid7(to_ms(_TEN), number)),
        number=from_value(number * 7_919),
        site=SiteId("branch-2"),
        service=ServiceId("licence_reissue"),
        slot_start=_TEN,
        slot_end=_TEN + timedelta(hours=1),
        name_masked="张*明",
        plate_masked="冀A·***67",
        plate_prefix="冀A",
        district="裕华",
    )


def visit_id(number: int) -> str:
    """Return the id of a visit by its place."""
    return uuid7(to_ms(_TEN) + 1, number)


def come(act: Act, number: int) -> None:
    """Record a visitor up to the thermometer: three entries."""
    visit, held = visit_id(number), booking(number)
    body = {"visit_id": visit, "booking": to_json(held), "by": "code", "first_contact": to_wire(_TEN), "reasons": []}
    act.record(EntryKind.IDENTIFIED, body)
    act.record(EntryKind.ARRIVED, {"visit_id": visit, "booking_id": held.id, "by": "code"})
    asked = ["contact", "travel", "symptoms"]
    versions = {"declaration_version": "2020-03", "notice_version": "2020-03"}
    act.record(EntryKind.DECLARED, {"visit_id": visit, "asked": asked, "yes": [], **versions})


def cold_reading(number: int) -> dict[str, Any]:
    """Return the body of a reading that sends its visitor to rest: it changes the visit and a counter."""
    return {**_reading(number), "outcome": "too_cold_wait", "moves": True, **_rest(number)}


def let_in(act: Act, number: int) -> None:
    """Record a normal reading and the admission: two entries."""
    act.record(EntryKind.READING, {**_reading(number), "outcome": "normal"})
    facts = {"green": False, "after_rest": False, "readings": 1, "normal": 1}
    place = {"number": f"B{number:03}", "counter": "queue:2020-03-10:", "count": number}
    act.record(EntryKind.ADMITTED, {"visit_id": visit_id(number), **place, **facts})


def fill(store: LogStore, visits: int, *, is_whole: bool = True) -> None:
    """Record so many visits, many in one act; `is_whole`: up to the admission, else up to the thermometer."""
    for first in range(0, visits, _BATCH):
        with store.act() as act:
            for number in range(first, min(first + _BATCH, visits)):
                come(act, number)
                if is_whole:
                    let_in(act, number)


def _reading(number: int) -> dict[str, Any]:
    reading = Reading(
        value_cc=3650,
        kind=ReadingKind.BODY_ESTIMATE,
        site=BodySite.FOREHEAD,
        device_id="simulated:1",
        taken_at=_TEN,
        n_samples=12,
        ambient_cc=2150,
        dwell_s=40,
        flags=(Flag.SIMULATED,),
    )
    return {
        "visit_id": visit_id(number),
        "reading": to_json(reading),
        "reading_no": 1,
        "reasons": [],
        "policy_id": "hebei-2020",
        "policy_version": "1",
        "previous_cold_cc": None,
    }


def _rest(number: int) -> dict[str, Any]:
    until = to_wire(_TEN + timedelta(minutes=10))
    return {"rest_number": f"RB{number:02}", "rest_until": until, "counter": "queue:2020-03-10:R", "count": number}
