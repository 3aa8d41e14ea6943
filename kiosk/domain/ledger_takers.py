"""What each kind of entry says of its visit, taken into the visit's sheet of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from kiosk.domain.booking import Booking
from kiosk.domain.case import CaseEvent
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import KioskId
from kiosk.domain.ledger_body import moment_of, record_of, text_of, texts_of, value_of
from kiosk.domain.ledger_row import Ending, LedgerReading
from kiosk.domain.record import Visit
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.domain.ledger_sheet import Sheet

T = TypeVar("T")

_STEPS: Final[Mapping[Step, Ending]] = {
    Step.REFUSED: Ending.REFUSED,
    Step.DISOWNED: Ending.DISOWNED,
    Step.HALL_LINE: Ending.LINED_UP,
    Step.ADMITTED: Ending.ADMITTED,
    Step.LEFT: Ending.ADMITTED,
    Step.ABANDONED: Ending.ABANDONED,
    Step.TURNED_AWAY: Ending.TURNED_AWAY,
    Step.HELPED: Ending.HELPED,
}


def _identified(sheet: Sheet, _entry: Entry, body: Mapping[str, Any]) -> None:
    booking = record_of(Booking, body["booking"]) if body.get("booking") else None
    first_contact, reasons = moment_of(body["first_contact"]), texts_of(body.get("reasons", []))
    sheet.booking = sheet.booking or booking
    sheet.first_contact = sheet.first_contact or first_contact
    sheet.reasons = reasons or sheet.reasons


def _adopted(sheet: Sheet, _entry: Entry, body: Mapping[str, Any]) -> None:
    """Take over what another kiosk knew; what its own entries said already stays as they said it."""
    visit = record_of(Visit, body["visit"])
    readings = [
        LedgerReading(one.at, value_of(one.value_cc), one.outcome, one.device_id, kind=one.kind, code=one.reason)
        for one in visit.readings
    ]
    sheet.booking = sheet.booking or visit.booking
    sheet.first_contact = sheet.first_contact or visit.first_contact
    sheet.arrived_at = sheet.arrived_at or visit.arrived_at
    sheet.reasons = sheet.reasons or visit.reasons
    sheet.yes = sheet.yes or visit.declared_yes
    sheet.walk_in, sheet.with_visit = sheet.walk_in or visit.walk_in, sheet.with_visit or visit.with_visit or ""
    if visit.declared_at is not None and sheet.asked is None:
        sheet.asked = visit.declared_yes  # which others were asked, this kiosk does not know
    for reading in readings:
        sheet.readings.setdefault((reading.at, reading.device_id), reading)
    sheet.ending = _STEPS.get(visit.step, Ending.OPEN)


def _arrived(sheet: Sheet, entry: Entry, _body: Mapping[str, Any]) -> None:
    sheet.arrived_at = sheet.arrived_at or entry.happened_at


def _overridden(sheet: Sheet, _entry: Entry, body: Mapping[str, Any]) -> None:
    sheet.is_overridden, sheet.override_why = True, text_of(body.get("why", ""))


def _walked_in(sheet: Sheet, entry: Entry, body: Mapping[str, Any]) -> None:
    sheet.walk_in, sheet.with_visit = text_of(body["why"]), text_of(body.get("with_visit") or "")
    sheet.arrived_at = sheet.arrived_at or entry.happened_at


def _late(sheet: Sheet, entry: Entry, body: Mapping[str, Any]) -> None:
    """Take in a row of the paper ledger, which is the whole visit."""
    row_no = f"/{body['row_no']}" if body.get("row_no") else ""
    sheet.sheet_no, sheet.is_late, sheet.arrived_at = f"{body['sheet_no']}{row_no}", True, entry.happened_at
    sheet.ending = Ending.ADMITTED if body["admitted"] else Ending.TURNED_AWAY
    if body.get("reading"):
        _read(sheet, entry, body)


def _declared(sheet: Sheet, _entry: Entry, body: Mapping[str, Any]) -> None:
    sheet.asked, sheet.yes = texts_of(body.get("asked", body["yes"])), texts_of(body["yes"])


def _read(sheet: Sheet, entry: Entry, body: Mapping[str, Any]) -> None:
    given = body["reading"]
    reading = LedgerReading(
        at=entry.happened_at,
        value_cc=value_of(given.get("value_cc")),
        outcome=Outcome(body["outcome"]),
        device_id=text_of(given["device_id"]),
        kind=text_of(given.get("kind", "")),
        site=text_of(given.get("site", "")),
        code=text_of(given.get("code", "")) or next(iter(texts_of(body.get("reasons", []))), ""),
        operator_id=text_of(given.get("operator_id", "")),
    )
    key = (reading.at, reading.device_id)
    sheet.readings[key] = reading
    sheet.reading_keys[entry_key(entry, entry.seq)] = key
    if reading.operator_id:
        add(sheet.staff, reading.operator_id)


def _case_opened(sheet: Sheet, entry: Entry, body: Mapping[str, Any]) -> None:
    sheet.case_label, sheet.case_from, sheet.case_until = text_of(body["number"]), entry.happened_at, None


def _case_acted(sheet: Sheet, entry: Entry, body: Mapping[str, Any]) -> None:
    match CaseEvent(body["event"]):
        case CaseEvent.DISPOSED:
            sheet.case_until, sheet.disposition = entry.happened_at, text_of(body["disposition"])
        case CaseEvent.PLACED:
            add(sheet.places, text_of(body["place_id"]))
        case CaseEvent.REPORTED:
            sheet.reported_to, sheet.reported_at = text_of(body["to"]), entry.happened_at
        case _:
            pass


def _helped(sheet: Sheet, _entry: Entry, body: Mapping[str, Any]) -> None:
    if body.get("ends", False):
        sheet.ending = Ending.HELPED


def _went_out(sheet: Sheet, entry: Entry, _body: Mapping[str, Any]) -> None:
    sheet.left_at = entry.happened_at


TAKERS: Final[Mapping[EntryKind, Callable[[Sheet, Entry, Mapping[str, Any]], None]]] = {
    EntryKind.IDENTIFIED: _identified,
    EntryKind.REFUSED: _identified,
    EntryKind.ADOPTED: _adopted,
    EntryKind.ARRIVED: _arrived,
    EntryKind.OVERRIDDEN: _overridden,
    EntryKind.WALKED_IN: _walked_in,
    EntryKind.LATE_ENTRY: _late,
    EntryKind.DECLARED: _declared,
    EntryKind.READING: _read,
    EntryKind.CASE_OPENED: _case_opened,
    EntryKind.CASE_ACTED: _case_acted,
    EntryKind.HELPED: _helped,
    EntryKind.WENT_OUT: _went_out,
}
"""What an entry of each kind adds; kinds that are not listed say nothing of their visit's row."""


def add(to: list[T], item: T) -> None:
    """Add what is not there yet."""
    if item not in to:
        to.append(item)


def entry_key(entry: Entry, seq: int) -> tuple[KioskId, int, int]:
    """Return how an entry of the same log with number `seq` is known."""
    return entry.kiosk_id, entry.epoch, seq
