"""The state is what the log says: `apply` serves the live act and the rebuild alike.

It can be thrown away at any time and made anew from the entries. Where it is kept is `state_keeper.py`'s matter.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain import baseline, calls, state_cases, state_days
from kiosk.domain.booking import Booking
from kiosk.domain.change import replace
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import CaseId, GuardId, VisitId
from kiosk.domain.paper_sheets import PAPER
from kiosk.domain.record import Measured, Visit
from kiosk.domain.screening import Outcome
from kiosk.domain.state_days import INSIDE
from kiosk.domain.state_keeper import State
from kiosk.domain.times import from_wire
from kiosk.domain.visit import Event, Step, step_after
from kiosk.domain.wire import from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Changes = dict[str, Any]
"""Fields of a visit that an entry changes, with what they become: an act copies its visit once."""

EVENTS: Final[Mapping[EntryKind, Event]] = {
    EntryKind.CARD_AWAITED: Event.CARD_AWAITED,
    EntryKind.CARD_SEEN: Event.NOTED,
    EntryKind.ARRIVED: Event.CONFIRMED,
    EntryKind.OVERRIDDEN: Event.NOTED,
    EntryKind.DISOWNED: Event.DISOWNED,
    EntryKind.DECLARED: Event.DECLARED,
    EntryKind.READING: Event.NOTED,
    EntryKind.HELD: Event.HELD,
    EntryKind.REFUSED_MEASURING: Event.HELD,
    EntryKind.LINED_UP: Event.LINED_UP,
    EntryKind.ADMITTED: Event.ADMITTED,
    EntryKind.TIMED_OUT: Event.TIMED_OUT,
    EntryKind.TURNED_AWAY: Event.TURNED_AWAY,
    EntryKind.HELPED: Event.HELPED,
    EntryKind.WENT_OUT: Event.WENT_OUT,
}
"""Which event each entry about a known visit is. `READING`, `RESUMED`, `HELPED` say in their body where they lead."""

_READING_EVENTS: Final = {
    Outcome.UNSTABLE: Event.READ_AGAIN,
    Outcome.TOO_COLD_WAIT: Event.RESTED,
    # Provisional, and measured again after a rest where the policy has a supervised second device.
    Outcome.ELEVATED: Event.RESTED,
    Outcome.MANUAL_REQUIRED: Event.RESTED,
}


def event_of(kind: EntryKind, body: Mapping[str, Any]) -> Event:
    """Return the event that an entry is to its visit."""
    if kind is EntryKind.RESUMED:
        return Event("back_to_" + body["at"])
    if kind is EntryKind.READING and body.get("moves", False):
        return _READING_EVENTS.get(Outcome(body["outcome"]), Event.NOTED)
    if kind is EntryKind.HELPED and not body.get("ends", False):
        return Event.NOTED
    return EVENTS[kind]


def apply(state: State, entry: Entry, body: Mapping[str, Any] | None = None) -> None:
    """Bring `state` up to date with `entry`. An erased entry changes nothing: its visit is long over.

    `body` is what the entry's body was written from, where it is at hand and need not be read again.
    """
    if entry.body is None:
        return
    body = entry.data() if body is None else body
    handler = _HANDLERS.get(entry.kind)
    if handler is not None:
        handler(state, entry, body)
        return
    known = state.visit(VisitId(body["visit_id"])) if "visit_id" in body else None
    baseline.note(state, body)
    if known is not None:
        state.put_visit(_moved(state, known, entry, body))
    if entry.kind is EntryKind.READING and "case_id" in body:
        state_cases.measured(state, entry, body, _measured(entry, body))


def _moved(state: State, visit: Visit, entry: Entry, body: Mapping[str, Any]) -> Visit:
    """Return `visit` after `entry`: the table's step, the entry's own change, and the counters it moves."""
    step = step_after(visit.step, event_of(entry.kind, body))
    change_of = _CHANGES.get(entry.kind)
    changes: Changes = {"cause": ""} if calls.is_answered(visit, entry.kind, step) else {}
    changes |= change_of(visit, entry, body) if change_of is not None else {}
    if "settles" in body:
        changes |= _settled(visit, CaseId(body["settles"]))
    _count(state, entry.kind, body)
    return replace(visit, **changes, step=step, touched_at=entry.happened_at, kiosk_id=entry.kiosk_id)


def _settled(visit: Visit, case_id: CaseId) -> Changes:
    """Take in that a case ended and what that meant: from here on the visit is like any other."""
    waits = None if visit.case_id == case_id else visit.case_id
    return {"case_id": waits, "settled": (*visit.settled, case_id)}


def _count(state: State, kind: EntryKind, body: Mapping[str, Any]) -> None:
    if "counter" in body:
        state.set_count(body["counter"], body["count"])
    if kind is EntryKind.ADMITTED:
        state.set_count(INSIDE, state.count(INSIDE) + 1)
    if kind is EntryKind.WENT_OUT:
        # An exit kiosk goes below zero: it is the sum over the site's kiosks that says who is inside.
        state.set_count(INSIDE, state.count(INSIDE) - 1)


def _opened(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    booking = from_json(Booking, body["booking"]) if body.get("booking") else None
    refused = entry.kind is EntryKind.REFUSED
    known = state.visit(VisitId(body["visit_id"]))
    visit = known or Visit(
        id=VisitId(body["visit_id"]),
        kiosk_id=entry.kiosk_id,
        step=Step.BOOKING,
        first_contact=from_wire(body["first_contact"]),
        touched_at=entry.happened_at,
        booking_id=booking.id if booking else None,
        booking=booking,
        by=body.get("by", "code"),
    )
    step = Step.REFUSED if refused else visit.step
    state.put_visit(replace(visit, step=step, reasons=tuple(body.get("reasons", ())), touched_at=entry.happened_at))


def _called(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    """A call for help: someone known is marked, someone unknown gets a place on the guard's list."""
    visit_id = VisitId(body["visit_id"])
    visit = state.visit(visit_id) or Visit(
        id=visit_id,
        kiosk_id=entry.kiosk_id,
        step=Step.GUARD,
        first_contact=entry.happened_at,
        touched_at=entry.happened_at,
        by="call",
    )
    state.put_visit(replace(visit, cause=calls.cause_after(visit), touched_at=entry.happened_at))


def _adopted(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    visit = from_json(Visit, body["visit"])
    taken = replace(visit, kiosk_id=entry.kiosk_id, touched_at=entry.happened_at, adopted_from=visit.touched_at)
    state.put_visit(taken)


def _arrived(visit: Visit, entry: Entry, _body: Mapping[str, Any]) -> Changes:
    return {"arrived_at": visit.arrived_at or entry.happened_at}


def _card_seen(_visit: Visit, _entry: Entry, body: Mapping[str, Any]) -> Changes:
    return {"card_seen": True, "guard_id": GuardId(body["guard_id"])}


def _declared(_visit: Visit, entry: Entry, body: Mapping[str, Any]) -> Changes:
    return {"declared_at": entry.happened_at, "declared_yes": tuple(body["yes"])}


def _measured(entry: Entry, body: Mapping[str, Any]) -> Measured:
    reading = body["reading"]
    return Measured(
        at=entry.happened_at,
        value_cc=reading.get("value_cc"),
        outcome=Outcome(body["outcome"]),
        device_id=reading["device_id"],
        is_manual="manual" in reading.get("flags", ()),
        reason=next(iter(body["reasons"]), ""),
        kind=reading.get("kind", ""),
        site=reading.get("site", ""),
        monotonic_ms=reading.get("monotonic_ms"),
    )


def _read(visit: Visit, entry: Entry, body: Mapping[str, Any]) -> Changes:
    return {
        "readings": (*visit.readings, _measured(entry, body)),
        "rest_number": body.get("rest_number", visit.rest_number),
        "rest_until": _time(body.get("rest_until")) or visit.rest_until,
    }


def _time(text: str | None) -> datetime | None:
    return from_wire(text) if text else None


def _held(_visit: Visit, _entry: Entry, body: Mapping[str, Any]) -> Changes:
    return {"cause": body["cause"]}


def _lined_up(_visit: Visit, entry: Entry, body: Mapping[str, Any]) -> Changes:
    return {"line_number": body["number"], "lined_up_at": entry.happened_at}


def _admitted(_visit: Visit, entry: Entry, body: Mapping[str, Any]) -> Changes:
    return {"queue_number": body["number"], "admitted_at": entry.happened_at}


def _went_out(_visit: Visit, entry: Entry, _body: Mapping[str, Any]) -> Changes:
    return {"left_at": entry.happened_at}


def _by_guard(_visit: Visit, _entry: Entry, body: Mapping[str, Any]) -> Changes:
    return {"guard_id": GuardId(body["guard_id"])}


def _overridden(visit: Visit, _entry: Entry, body: Mapping[str, Any]) -> Changes:
    earlier = tuple(from_json(Measured, item) for item in body.get("earlier", ()))
    return {"guard_id": GuardId(body["guard_id"]), "readings": (*earlier, *visit.readings)}


def _walked_in(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    """Somebody begins without a booking, by a guard's word; the questions and the screening come next."""
    visit = Visit(
        id=VisitId(body["visit_id"]),
        kiosk_id=entry.kiosk_id,
        step=Step.DECLARATION,
        first_contact=entry.happened_at,
        touched_at=entry.happened_at,
        by="walk_in",
        card_seen=True,
        arrived_at=entry.happened_at,
        guard_id=GuardId(body["guard_id"]),
        walk_in=body["why"],
        with_visit=VisitId(body["with_visit"]) if body.get("with_visit") else None,
    )
    state.put_visit(visit)


def _late_entry(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    """A row of the paper ledger: over before it was typed, so it moves nobody; only who is inside may count."""
    is_in = bool(body["admitted"])
    at = entry.happened_at
    visit = Visit(
        id=VisitId(body["visit_id"]),
        kiosk_id=entry.kiosk_id,
        step=Step.ADMITTED if is_in else Step.TURNED_AWAY,
        first_contact=at,
        touched_at=at,
        by=PAPER,
        arrived_at=at,
        admitted_at=at if is_in else None,
        readings=(_measured(entry, body),) if body.get("reading") else (),
        guard_id=GuardId(body["guard_id"]),
    )
    state.put_visit(visit)
    if is_in and body.get("is_inside", False):
        state.set_count(INSIDE, state.count(INSIDE) + 1)


def _corrected(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    """A corrected figure is the ledger's matter, since what was decided was decided; but the visit is kept as long."""
    known = state.visit(VisitId(body["visit_id"]))
    if known is not None:
        state.put_visit(replace(known, corrected_at=entry.happened_at))


_CHANGES: Final[Mapping[EntryKind, Callable[[Visit, Entry, Mapping[str, Any]], Changes]]] = {
    EntryKind.ARRIVED: _arrived,
    EntryKind.CARD_SEEN: _card_seen,
    EntryKind.DECLARED: _declared,
    EntryKind.READING: _read,
    EntryKind.HELD: _held,
    EntryKind.REFUSED_MEASURING: _held,
    EntryKind.LINED_UP: _lined_up,
    EntryKind.ADMITTED: _admitted,
    EntryKind.WENT_OUT: _went_out,
    EntryKind.OVERRIDDEN: _overridden,
    EntryKind.TURNED_AWAY: _by_guard,
    EntryKind.HELPED: _by_guard,
}

_HANDLERS: Final[Mapping[EntryKind, Callable[[State, Entry, Mapping[str, Any]], None]]] = {
    EntryKind.IDENTIFIED: _opened,
    EntryKind.REFUSED: _opened,
    EntryKind.ADOPTED: _adopted,
    EntryKind.WALKED_IN: _walked_in,
    EntryKind.LATE_ENTRY: _late_entry,
    EntryKind.CALLED: _called,
    EntryKind.CORRECTED: _corrected,
    **state_cases.HANDLERS,
    **state_days.HANDLERS,
}
