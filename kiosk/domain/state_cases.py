"""What entries about isolation cases do to the state; part of `state.py: apply`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.case import Case, CaseAct, CaseEvent, Cause, Disposition, Opening, Role
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import CaseId, GuardId, VisitId
from kiosk.domain.state_keeper import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kiosk.domain.record import Measured


def measured(state: State, entry: Entry, body: Mapping[str, Any], reading: Measured) -> None:
    """Take a reading into the case that its entry names."""
    state.put_case(_case(state, body).with_act(_case_act(entry, body, CaseEvent.MEASURED, reading)))


def _case(state: State, body: Mapping[str, Any]) -> Case:
    """Return the case that an entry is about; one that another kiosk opened begins here with its first act."""
    case_id = CaseId(body["case_id"])
    return state.case(case_id) or Case(case_id, VisitId(body["visit_id"]))


def _case_opened(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    opening = Opening(
        at=_at(entry),
        label=body["number"],
        kiosk_id=entry.kiosk_id,
        cause=Cause(body["cause"]),
        guard_id=GuardId(body["guard_id"]) if body.get("guard_id") else None,
        was_elevated=body.get("was_elevated", False),
        co_signed=tuple(Disposition(item) for item in body.get("co_signed", ())),
        was_confirmed=body.get("was_confirmed", False),
    )
    case = replace(_case(state, body), opening=opening)
    state.put_case(case)
    if "counter" in body:
        state.set_count(body["counter"], body["count"])
    visit = state.visit(case.visit_id)
    if visit is not None:
        state.put_visit(replace(visit, case_id=case.id, touched_at=entry.happened_at))


def _case_acted(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    state.put_case(_case(state, body).with_act(_case_act(entry, body, CaseEvent(body["event"]))))


def _case_act(entry: Entry, body: Mapping[str, Any], event: CaseEvent, reading: Measured | None = None) -> CaseAct:
    guard_id = body.get("guard_id") or body.get("reading", {}).get("operator_id")
    return CaseAct(
        turn=body["turn"],
        at=_at(entry),
        kiosk_id=entry.kiosk_id,
        epoch=entry.epoch,
        seq=entry.seq,
        event=event,
        guard_id=GuardId(guard_id) if guard_id else None,
        role=Role(body.get("role", Role.GUARD)),
        place_id=body.get("place_id", ""),
        reading=reading,
        disposition=Disposition(body["disposition"]) if body.get("disposition") else None,
        to=body.get("to", ""),
        item=body.get("item", ""),
        note=body.get("note", ""),
    )


def _at(entry: Entry) -> datetime:
    """Return when an entry's act happened by the server's clock, as far as the kiosk had measured it."""
    return entry.happened_at + timedelta(milliseconds=entry.clock_offset_ms or 0)


def _near_listed(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    state.put_fact(f"near:{body['case_id']}:{body['day']}", body["until"])


HANDLERS: Final[Mapping[EntryKind, Callable[[State, Entry, Mapping[str, Any]], None]]] = {
    EntryKind.CASE_OPENED: _case_opened,
    EntryKind.CASE_ACTED: _case_acted,
    EntryKind.NEAR_LISTED: _near_listed,
}
