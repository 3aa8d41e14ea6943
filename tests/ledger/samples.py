"""A day's ledger with everything in it that a sheet must cope with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from kiosk.domain.chain import Flaw
from kiosk.domain.correction import What, correction_body
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import BookingId, KioskId
from kiosk.domain.ledger import ChainEnd, Ledger, Making, Missing, Place, build
from kiosk.domain.ledger_row import Known, Person
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import Fault, Flag
from kiosk.domain.times import to_wire
from kiosk.domain.wire import to_json
from tests.domain.builders import SITE, ZONE, at, booking, chain, reading

DAY: Final = date(2020, 3, 10)
FORMULA: Final = "=HYPERLINK(1)"
Said = tuple[EntryKind, dict[str, Any]]


def opened(visit_id: str, kind: EntryKind = EntryKind.IDENTIFIED, **more: Any) -> Said:
    """Return the first contact of a visit with a booking of its own."""
    own = booking(id=BookingId(f"b-{visit_id}"), number="Z0BSDGDS5", district="裕华区")
    plain = {"visit_id": visit_id, "booking": to_json(own), "first_contact": to_wire(at(9)), "by": "code"}
    return kind, {**plain, "offline": visit_id == "v2", "policy_id": "hebei", "policy_version": 3, **more}


def said(kind: EntryKind, visit_id: str, **body: Any) -> Said:
    """Return an entry about a visit."""
    return kind, {"visit_id": visit_id, **body}


def read(visit_id: str, value_cc: int, outcome: str = "normal", **changes: Any) -> Said:
    """Return a reading's entry."""
    changes = {"device_id": "mlx90614:00F3A2", **changes}
    return said(EntryKind.READING, visit_id, reading=to_json(reading(value_cc, **changes)), outcome=outcome, reasons=[])


def passed(visit_id: str, value_cc: int = 3650) -> list[Said]:
    """Return an ordinary visitor's way in."""
    return [
        opened(visit_id),
        said(EntryKind.ARRIVED, visit_id),
        said(EntryKind.DECLARED, visit_id, asked=["symptoms", "risk_area", "contact"], yes=[]),
        read(visit_id, value_cc),
        said(EntryKind.ADMITTED, visit_id, number="B001"),
    ]


def day(visitors: int = 3) -> list[Entry]:
    """Return a day's log: some ordinary visitors, a case, a refusal, a fault, a correction, an open case."""
    manual: dict[str, Any] = {"site": BodySite.AXILLA, "kind": ReadingKind.CLINICAL, "flags": (Flag.MANUAL,)}
    manual |= {"device_id": "manual:体温计2", "operator_id": "guard-7"}
    fault = to_json(Fault("mlx90614:00F3A2", "device_timeout", at(9)))

    def acted(**what: Any) -> Said:
        return said(EntryKind.CASE_ACTED, "w1", case_id="c1", guard_id="guard-7", **what)

    bodies: list[Said] = [item for number in range(1, visitors + 1) for item in passed(f"v{number}")]
    bodies += [
        opened("w1"),
        said(EntryKind.ARRIVED, "w1"),
        said(EntryKind.DECLARED, "w1", asked=["symptoms", "risk_area", "contact", "abroad"], yes=["contact", "abroad"]),
        read("w1", 3780, "elevated"),
        read("w1", 3771, "elevated"),
        said(EntryKind.CASE_OPENED, "w1", case_id="c1", number="CB01", cause="elevated", guard_id=""),
        read("w1", 3680, **manual),
        acted(turn=1, event="placed", place_id="room_1"),
        acted(turn=2, event="reported", to="community"),
        acted(turn=3, event="disposed", disposition="released"),
        acted(turn=4, event="closed"),
        said(EntryKind.ADMITTED, "w1", number="B002", guard_id="guard-7"),
        said(EntryKind.WENT_OUT, "w1"),
        opened("w2", EntryKind.REFUSED, reasons=["too_late"]),
        opened("w3", EntryKind.REFUSED, booking=None, reasons=["unknown_booking"]),
        said(EntryKind.OVERRIDDEN, "w2", guard_id="guard-7", role="guard", why="slot_missed", reasons=["too_late"]),
        opened("w4"),
        said(EntryKind.ARRIVED, "w4"),
        said(EntryKind.READING, "w4", reading=fault, outcome="device_fault", reasons=["device_timeout"]),
        read("w4", 3860, "elevated"),
        said(EntryKind.CASE_OPENED, "w4", case_id="c2", number="CB02", cause="guard", guard_id="guard-7"),
        said(EntryKind.WALKED_IN, "x1", why="child", guard_id="guard-7", role="guard", with_visit="v1"),
        said(EntryKind.LATE_ENTRY, "x2", admitted=True, sheet_no="B-20200310-01", guard_id="guard-7"),
    ]
    entries = chain(bodies)
    body = correction_body(entries[-4], What.READING, "38.2", "王建国", FORMULA)
    return chain([*bodies, (EntryKind.CORRECTED, dict(body))])


def sample(entries: list[Entry] | None = None, *, full: bool = False, people: bool = False, **missing: Any) -> Ledger:
    """Return the ledger of `day`; with `people`, as the server knows them."""
    known = Known(
        ZONE,
        "石家庄市车管所一分所",
        people={BookingId("b-v1"): Person("欧阳绝密", "13987654321", "冀A8X7Y6")} if people else {},
        services={"vehicle": "机动车检验"},
        guards={"guard-7": "王*国"},
        places={"room_1": "留观室 1"},
        contacts={"community": "社区防控专班"},
    )
    making = Making(DAY, at(17, 30), full, "李主任" if full else "", "专项检查" if full else "", Missing(**missing))
    return build(entries or day(), SITE, known, making)


def merged() -> Ledger:
    """Return the ledger of two kiosks, one of which is broken."""
    own = day()
    moved = [entry._replace(kiosk_id=KioskId("C"), happened_at=entry.happened_at + timedelta(hours=1)) for entry in own]
    ends = (
        ChainEnd(KioskId("B"), 1, len(own), own[-1].hash, source="door-B.json"),
        ChainEnd(KioskId("C"), 1, 3, moved[2].hash, Flaw(4, "body"), "door-C.json"),
    )
    making = Making(DAY, at(17, 30), missing=Missing(forks=(Place(KioskId("B"), 1, 7, 7),)), chains=ends)
    return build([*own, *moved[:3]], SITE, Known(ZONE), making)
