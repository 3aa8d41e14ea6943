"""Bodies that are not what their kind promises: counted, and no other visitor's row or figure is touched by them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import KioskId
from kiosk.domain.ledger import Ledger, Making, build
from kiosk.domain.ledger_row import Known, Person, Row
from kiosk.domain.record import Measured
from kiosk.domain.screening import Outcome
from kiosk.domain.times import to_wire
from kiosk.domain.visit import Step
from kiosk.domain.wire import to_json
from tests.domain.builders import BOOKING, SITE, at, booking, chain, visit
from tests.domain.test_ledger import ADMITTED, ARRIVED, CASE, DAY, DECLARED, KNOWN, by_hand, opened, read, said

LAST = datetime(9999, 12, 31, 20, tzinfo=UTC)
FIRST = datetime(1, 1, 1, 3, tzinfo=UTC)
HONEST = chain([opened(), ARRIVED, DECLARED, read(3650), ADMITTED])
ODD = "v-odd"

_MEASURED = Measured(at(9), 3760, Outcome.ELEVATED, "test:1", is_manual=False)
_RECORD = visit(Step.MEASURING, id=ODD, readings=(_MEASURED,), first_contact=at(9))
_BY = {"case_id": "c1", "turn": 1, "guard_id": "g1"}
_CORRECTION = {"of_seq": 4, "of_hash": "", "guard_id": "g", "reason": "r"}
SOUND: list[tuple[EntryKind, dict[str, Any]]] = [
    opened(ODD, reasons=["too_late"]),
    opened(ODD, EntryKind.REFUSED, reasons=["too_late"]),
    said(EntryKind.ADOPTED, ODD, visit=to_json(_RECORD)),
    said(EntryKind.WALKED_IN, ODD, why="child", guard_id="g1", with_visit="v1"),
    said(EntryKind.OVERRIDDEN, ODD, why="slot_missed", guard_id="g1"),
    said(EntryKind.DECLARED, ODD, asked=["symptoms"], yes=["symptoms", "abroad"]),
    read(3780, "elevated", ODD),
    (by_hand(3680, "normal", ODD)[0], {**by_hand(3680, "normal", ODD)[1], "reasons": ["limit"]}),
    (EntryKind.LATE_ENTRY, {**read(3950, "normal", ODD)[1], "admitted": True, "sheet_no": "B-3", "row_no": 4}),
    (CASE[0], {**CASE[1], "visit_id": ODD}),
    said(EntryKind.CASE_ACTED, ODD, **_BY, event="disposed", disposition="released"),
    said(EntryKind.CASE_ACTED, ODD, **_BY, event="placed", place_id="room_1"),
    said(EntryKind.CASE_ACTED, ODD, **_BY, event="reported", to="community"),
    said(EntryKind.CASE_ACTED, ODD, **_BY, event="closed"),
    said(EntryKind.CORRECTED, ODD, **_CORRECTION, what="name", value="李雷"),
    said(EntryKind.CORRECTED, ODD, **_CORRECTION, what="reading", value="36.8"),
    *(said(kind, ODD, guard_id="g1", policy_id="p", policy_version=1, offline=True) for kind in EntryKind),
]

_TEXT = st.text(st.characters(), max_size=6) | st.sampled_from(["\ud800", "\0", "=1+1", "", "v1", ODD, to_wire(LAST)])
_NUMBER = st.integers() | st.floats() | st.sampled_from([10**400, -(2**63), 1e308])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | _NUMBER | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_TIMES = st.sampled_from([at(9), at(9), at(23, 59), at(12, day=9), at(12, day=11), LAST, FIRST])
_OFFSETS = st.sampled_from([None, 0, 12, -90_000_000, 2**53 - 1, -(10**30)])


def odd(kind: EntryKind, body: object, seq: int = 1, **changes: Any) -> Entry:
    """Return an entry of another kiosk with any body: a text as it is, anything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    return HONEST[0]._replace(kiosk_id=KioskId("X"), seq=seq, kind=kind, body=text, **changes)


def spoilt(data: st.DataObject, body: object) -> object:
    """Return a body with one value at any depth changed for anything, or without it."""
    if not isinstance(body, (dict, list)) or not body:
        return data.draw(_ANYTHING)
    keys = list(body) if isinstance(body, dict) else list(range(len(body)))
    key = data.draw(st.sampled_from(keys))
    if isinstance(body, dict) and data.draw(st.integers(0, 4)) == 0:
        return {name: value for name, value in body.items() if name != key}
    goes_deeper = isinstance(body[key], (dict, list)) and data.draw(st.booleans())
    changed = spoilt(data, body[key]) if goes_deeper else data.draw(_ANYTHING)
    if isinstance(body, dict):
        return {**body, key: changed}
    return [*body[:key], changed, *body[key + 1 :]]


def odd_entries(data: st.DataObject, most: int = 6) -> list[Entry]:
    """Return the log of a kiosk that says whatever it likes, about visits of its own."""
    entries: list[Entry] = []
    for seq in range(1, data.draw(st.integers(1, most)) + 1):
        kind, body = data.draw(st.sampled_from(SOUND))
        for _ in range(data.draw(st.integers(0, 2))):
            body = spoilt(data, body) if isinstance(body, dict) else body
        changes = {"happened_at": data.draw(_TIMES), "clock_offset_ms": data.draw(_OFFSETS)}
        if isinstance(body, dict) and body.get("visit_id") == "v1":
            body["visit_id"] = ODD
        entries.append(odd(kind, body, seq, recorded_at=data.draw(_TIMES), **changes))
    return entries


def ledger_of(entries: list[Entry], known: Known = KNOWN) -> Ledger:
    """Return the ledger of a day."""
    return build(entries, SITE, known, Making(DAY, at(18)))


def honest(found: Ledger) -> Row:
    """Return the row of the honest visitor."""
    (row,) = [item for item in found.rows if item.visit_id == "v1"]
    return row


@given(st.data())
def test_no_body_costs_another_visitor_the_row(data: st.DataObject) -> None:
    """Whatever it holds, of whatever kind, whenever it says that it happened; on the next day's sheet as well."""
    entries = [*HONEST, *odd_entries(data)]
    found = ledger_of(entries)
    assert replace(honest(found), no=1) == honest(ledger_of(HONEST))
    build(entries, SITE, KNOWN, Making(DAY + timedelta(days=1), at(18)))


READING = read(3780, "elevated", ODD)[1]
DEEP = '{"visit_id":"v-odd","n":' + "[" * 8000 + "]" * 8000 + "}"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (EntryKind.READING, {**READING, "reading": {**READING["reading"], "value_cc": "36.5"}}),
        (EntryKind.READING, {**READING, "reading": {**READING["reading"], "value_cc": 10**400}}),
        (EntryKind.READING, {**READING, "reading": {**READING["reading"], "value_cc": float("nan")}}),
        (EntryKind.READING, {**READING, "reading": {**READING["reading"], "value_cc": True}}),
        (EntryKind.READING, {**READING, "reading": {**READING["reading"], "device_id": 7}}),
        (EntryKind.READING, {**READING, "reasons": [1]}),
        (EntryKind.READING, {**READING, "reasons": "limit"}),
        (EntryKind.READING, DEEP),
        (EntryKind.IDENTIFIED, {**opened(ODD)[1], "first_contact": to_wire(LAST)}),
        (EntryKind.IDENTIFIED, {**opened(ODD)[1], "booking": to_json(booking(slot_start=LAST))}),
        (EntryKind.IDENTIFIED, {**opened(ODD)[1], "booking": to_json(booking(district="\ud800"))}),
        (EntryKind.ADOPTED, {"visit_id": ODD, "visit": to_json(visit(arrived_at=FIRST))}),
        (EntryKind.ADOPTED, {"visit_id": ODD, "visit": to_json(visit(readings=(replace(_MEASURED, value_cc=10**9),)))}),
        (EntryKind.WALKED_IN, {"visit_id": ODD, "why": ["x"], "guard_id": "g"}),
        (EntryKind.CALLED, {"visit_id": ODD, "guard_id": ["g"]}),
        (EntryKind.CASE_OPENED, {"visit_id": ODD, "case_id": "c1", "number": 5, "cause": "guard"}),
        (EntryKind.CASE_OPENED, {"visit_id": ODD, "case_id": "c1", "number": "C1", "cause": [1]}),
        (EntryKind.CASE_ACTED, {"visit_id": ODD, "case_id": "c1", "event": "placed", "place_id": ["x"]}),
        (EntryKind.CORRECTED, {"visit_id": ODD, **_CORRECTION, "what": "name", "value": "\ud800"}),
    ],
)
def test_a_body_that_nobody_could_show_is_counted_as_unreadable(kind: EntryKind, body: object) -> None:
    """And its figures stand on no sheet, the open cases included."""
    found = ledger_of([*HONEST, odd(kind, body)])
    assert found.missing.unreadable == 1
    assert (found.totals.readings, found.open_cases) == (1, ())
    assert honest(found)


@pytest.mark.parametrize("field", ["happened_at", "recorded_at"])
@pytest.mark.parametrize("moment", [LAST, FIRST, datetime(2020, 3, 10, 9)])  # noqa: DTZ001 - that is the matter
def test_an_entry_of_no_day_is_counted_and_stands_in_no_row(field: str, moment: datetime) -> None:
    """Nobody can tell to which sheet it belongs."""
    when: dict[str, Any] = {field: moment}
    found = ledger_of([*HONEST, odd(EntryKind.CALLED, {"visit_id": ODD}, **when)])
    assert (len(found.rows), found.missing.unreadable) == (1, 1)


def test_an_offset_that_cannot_be_does_not_order_a_visit() -> None:
    """More than a day is no clock's error, but an error."""
    far = [item._replace(clock_offset_ms=2**53 - 1) for item in HONEST]
    assert replace(honest(ledger_of(far)), no=1) == honest(ledger_of(HONEST))


def test_a_row_that_cannot_be_made_costs_itself_only() -> None:
    """The last net, under what the caller knows as well."""
    people = {BOOKING: Person(name=7)}  # pyright: ignore[reportArgumentType] - that is the matter
    entries = [*HONEST, odd(*said(EntryKind.CALLED, ODD))]
    found = ledger_of(entries, replace(KNOWN, people=people))
    assert [(row.no, row.visit_id) for row in found.rows] == [(1, ODD)]
    assert (found.missing.unreadable, found.totals.rows) == (1, 1)
