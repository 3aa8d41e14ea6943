"""From the entries of one visit to its row of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kiosk.domain.booking import Booking
from kiosk.domain.correction import Correction, What, celsius, celsius_cc, check_correction, shown
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import KioskId
from kiosk.domain.ledger_body import Said, text_of
from kiosk.domain.ledger_row import Ending, Known, Lane, LedgerReading, Person, Row, verdict_of
from kiosk.domain.ledger_takers import TAKERS, add, entry_key
from kiosk.domain.policy import ReadingKind
from kiosk.domain.walk_in import GREEN

if TYPE_CHECKING:
    from collections.abc import Mapping

OPENING: Final = frozenset(
    {
        EntryKind.IDENTIFIED,
        EntryKind.REFUSED,
        EntryKind.ADOPTED,
        EntryKind.CALLED,
        EntryKind.WALKED_IN,
        EntryKind.LATE_ENTRY,
        EntryKind.CASE_OPENED,  # somebody who never stood at a kiosk
    }
)
"""The kinds with which a visit begins at a kiosk."""

LATE: Final = timedelta(minutes=2)  # recorded longer than this after it happened: written in afterwards

T = TypeVar("T")

_ENDINGS: Final[Mapping[EntryKind, Ending]] = {
    EntryKind.REFUSED: Ending.REFUSED,
    EntryKind.OVERRIDDEN: Ending.OPEN,
    EntryKind.ARRIVED: Ending.OPEN,
    EntryKind.RESUMED: Ending.OPEN,
    EntryKind.DISOWNED: Ending.DISOWNED,
    EntryKind.LINED_UP: Ending.LINED_UP,
    EntryKind.ADMITTED: Ending.ADMITTED,
    EntryKind.TIMED_OUT: Ending.ABANDONED,
    EntryKind.TURNED_AWAY: Ending.TURNED_AWAY,
}
_DISPOSITIONS: Final[Mapping[str, Ending]] = {
    "turned_away": Ending.TURNED_AWAY,
    "referred": Ending.REFERRED,
    "escorted": Ending.ESCORTED,
    "left_against_advice": Ending.LEFT_AGAINST_ADVICE,
}


@dataclass(slots=True)
class Sheet:
    """What the entries of one visit say, as far as they were taken in."""

    visit_id: str
    kiosks: list[KioskId] = field(default_factory=list[KioskId])
    first_seen: datetime | None = None
    first_contact: datetime | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    booking: Booking | None = None
    asked: tuple[str, ...] | None = None
    yes: tuple[str, ...] = ()
    readings: dict[tuple[datetime, str], LedgerReading] = field(
        default_factory=dict[tuple[datetime, str], LedgerReading]
    )
    reading_keys: dict[tuple[KioskId, int, int], tuple[datetime, str]] = field(
        default_factory=dict[tuple[KioskId, int, int], tuple[datetime, str]]
    )
    ending: Ending = Ending.OPEN
    reasons: tuple[str, ...] = ()
    case_label: str = ""
    case_from: datetime | None = None
    case_until: datetime | None = None
    disposition: str = ""
    places: list[str] = field(default_factory=list[str])
    reported_to: str = ""
    reported_at: datetime | None = None
    staff: list[str] = field(default_factory=list[str])
    policies: list[str] = field(default_factory=list[str])
    is_offline: bool = False
    is_late: bool = False
    is_overridden: bool = False
    override_why: str = ""
    walk_in: str = ""
    with_visit: str = ""
    sheet_no: str = ""
    corrected: list[Said] = field(default_factory=list[Said])

    @property
    def began_at(self) -> datetime | None:
        """When the visitor first stood at a kiosk, or the first thing known of them; None when nothing is."""
        return self.first_contact or self.first_seen

    @property
    def is_call_alone(self) -> bool:
        """Whether somebody asked for a person and was helped, and that is all: no screening, and so no row."""
        return self.ending is Ending.HELPED and not (self.readings or self.case_label or self.corrected)

    def take(self, entry: Entry, body: Mapping[str, Any]) -> None:
        """Take one entry in; raises one of NOT_UNDERSTOOD for a body that is none."""
        if entry.kind is EntryKind.CORRECTED:
            check_correction(body)
            self.corrected.append((entry, body))
            return
        if entry.kind is not EntryKind.CASE_ACTED:  # which may come weeks after the visit
            self.first_seen = self.first_seen or entry.happened_at
        add(self.kiosks, entry.kiosk_id)
        self.is_late |= entry.recorded_at - entry.happened_at > LATE
        self.is_offline |= bool(body.get("offline", False))
        if "policy_id" in body:
            add(self.policies, f"{body['policy_id']} v{body['policy_version']}")
        if body.get("guard_id"):
            add(self.staff, text_of(body["guard_id"]))
        self.ending = _ENDINGS.get(entry.kind, self.ending)
        taker = TAKERS.get(entry.kind)
        if taker is not None:
            taker(self, entry, body)

    def row(self, no: int, began_at: datetime, known: Known, *, full: bool) -> Row:
        """Return the visit as the ledger's row number `no`; `full`: names and numbers are not masked."""
        texts, readings = self._texts(known, full=full), dict(self.readings)
        corrections = self._correct(texts, readings, known, full=full)
        ordered = sorted(readings.values(), key=lambda reading: reading.at)
        skin = tuple(reading for reading in ordered if reading.kind != ReadingKind.CLINICAL)
        return Row(
            no=no,
            visit_id=self.visit_id,
            kiosks=tuple(self.kiosks),
            began_at=began_at,
            arrived_at=self.arrived_at,
            name=texts[What.NAME],
            phone=texts[What.PHONE],
            plate=texts[What.PLATE],
            district=texts[What.DISTRICT],
            mask=texts[What.MASK],
            remark=texts[What.REMARK],
            service=_named(known.services, self.booking.service) if self.booking else "",
            number=self.booking.number if self.booking else "",
            slot=(self.booking.slot_start, self.booking.slot_end) if self.booking else None,
            lane=self._lane(),
            asked=self.asked,
            yes=self.yes,
            first=skin[0] if skin else None,
            again=skin[1:],
            clinical=tuple(reading for reading in ordered if reading.kind == ReadingKind.CLINICAL),
            verdict=verdict_of(tuple(ordered)),
            ending=self._ending(),
            reasons=self.reasons,
            case_label=self.case_label,
            case_from=self.case_from,
            case_until=self.case_until,
            staff=tuple(_named(known.guards, one) for one in self.staff),
            left_at=self.left_at,
            policies=tuple(self.policies),
            is_offline=self.is_offline,
            is_late=self.is_late,
            is_overridden=self.is_overridden,
            corrections=corrections,
            places=tuple(_named(known.places, place) for place in self.places),
            reported_to=_named(known.contacts, self.reported_to),
            reported_at=self.reported_at,
            override_why=self.override_why,
            walk_in=self.walk_in,
            with_visit=self.with_visit,
            sheet_no=self.sheet_no,
        )

    def _correct(
        self, texts: dict[What, str], readings: dict[tuple[datetime, str], LedgerReading], known: Known, *, full: bool
    ) -> tuple[Correction, ...]:
        """Put the corrected figures into `texts` and `readings`; return what was corrected, by whom and why."""
        corrections: list[Correction] = []
        for entry, body in self.corrected:
            what = What(body["what"])
            if what is What.READING:
                of = self.reading_keys.get(entry_key(entry, body["of_seq"]))
                old, new = _correct_reading(readings, of, body["value"])
            else:
                old, new = texts[what], shown(what, body["value"], full=full)
                texts[what] = new if what is not What.REMARK or not old else f"{old}；{new}"
            by = _named(known.guards, body["guard_id"])
            corrections.append(Correction(what, old, new, body["of_seq"], entry.seq, by, body["reason"]))
        return tuple(corrections)

    def _lane(self) -> Lane | None:
        """Return which way they came in: by the booking, or by the kind of a walk-in; None where neither is known."""
        if self.booking is not None:
            return Lane.GREEN if self.booking.is_green else Lane.ORDINARY
        if self.walk_in:
            return Lane.GREEN if self.walk_in in GREEN else Lane.ORDINARY
        return None

    def _texts(self, known: Known, *, full: bool) -> dict[What, str]:
        """Return what a correction may replace, as it may be shown."""
        booking = self.booking
        person = known.people.get(booking.id, Person()) if booking else Person()
        return {
            What.NAME: shown(What.NAME, person.name, full=full) or (booking.name_masked if booking else ""),
            What.PHONE: shown(What.PHONE, person.phone, full=full),
            What.PLATE: shown(What.PLATE, person.plate, full=full) or (booking.plate_masked if booking else ""),
            What.DISTRICT: booking.district if booking else "",
            What.MASK: "",
            What.REMARK: "",
        }

    def _ending(self) -> Ending:
        """Return how it ended: a case's disposition first, and a case that is open before what was before it."""
        if self.case_from is not None and self.case_until is None:
            return Ending.ISOLATED
        if self.disposition in _DISPOSITIONS:
            return _DISPOSITIONS[self.disposition]
        if self.ending is Ending.OPEN and self.disposition == "released":
            return Ending.RELEASED
        if self.ending is Ending.OPEN and self.left_at is not None:
            return Ending.LEFT
        return self.ending


def _named(words: Mapping[str, str], one: str) -> str:
    return words.get(one, one)


def _correct_reading(
    readings: dict[tuple[datetime, str], LedgerReading], key: tuple[datetime, str] | None, value: str
) -> tuple[str, str]:
    """Put a corrected value in the place of the old one; return both as texts. The outcome stays as it was judged."""
    new_cc = celsius_cc(value)
    old = readings.get(key) if key is not None else None
    if key is None or old is None or old.value_cc is None:
        return "", celsius(new_cc)
    readings[key] = replace(old, value_cc=new_cc, was_cc=old.value_cc if old.was_cc is None else old.was_cc)
    return celsius(old.value_cc), celsius(new_cc)
