"""The records of today for a guard: entry by entry, through a filter or by a number, without names or documents.

The entries are read once, when they are new; of each a light line is kept, and of each visit the numbers it is
found by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.booking_number import normalised
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId, in_digits
from kiosk.domain.masking import mask_name
from kiosk.domain.screening import Flag
from kiosk.domain.times import local_day, local_midnight, local_minute
from kiosk.services.guard_views import RecordLine, RecordsView
from kiosk.services.record_words import detail_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from kiosk.domain.entry import Entry
    from kiosk.domain.plan import Plan
    from kiosk.domain.site import Words
    from kiosk.ports import DayLog
    from kiosk.protocol.messages import Guard
    from kiosk.services.visits import Visits

PAGE: Final = 12
_CLOCK: Final = re.compile(r"^([01]?\d|2[0-3])[:：]?([0-5]\d)$")
_PLATE_LEAST: Final = 2
_NUMBER_LEAST: Final = 4  # characters of a booking number's end
_LONGEST: Final = 20

FILTERS: Final[Mapping[str, frozenset[EntryKind] | None]] = {
    "all": None,
    "guards": None,  # whatever a named guard stands behind
    "cases": frozenset({EntryKind.CASE_OPENED, EntryKind.CASE_ACTED, EntryKind.NEAR_LISTED}),
    "refusals": frozenset(
        {EntryKind.REFUSED, EntryKind.OVERRIDDEN, EntryKind.REFUSED_MEASURING, EntryKind.TURNED_AWAY}
    ),
    "readings": frozenset({EntryKind.READING, EntryKind.LATE_ENTRY, EntryKind.REFERENCE_CHECKED}),
    "exports": frozenset({EntryKind.EXPORTED, EntryKind.LOOKED_UP, EntryKind.NEAR_LISTED, EntryKind.SIGN_IN_FAILED}),
}
"""What each filter shows; who looked up or failed to sign in stands beside the exports."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is kept of an entry."""

    seq: int
    at: datetime
    kind: EntryKind
    guard_id: str
    visit_id: VisitId | None
    label: str  # a case's own number; "" for the visit's
    detail: Words | str
    is_by_hand: bool = False  # a reading that was typed: it can be corrected


@dataclass(slots=True)
class Index:
    """The lines of a day, and by which numbers its visits are found."""

    day: date
    seq: int
    lines: list[Line] = field(default_factory=list[Line])
    numbers: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    plates: dict[str, str] = field(default_factory=dict[str, str])
    shown: dict[str, str] = field(default_factory=dict[str, str])  # the last number that a visit was called by
    cases: dict[str, str] = field(default_factory=dict[str, str])

    def take(self, entry: Entry, plan: Plan) -> None:
        """Take one entry in."""
        self.seq = entry.seq
        body = entry.data()
        visit_id = body.get("visit_id")
        if visit_id:
            self._note(visit_id, entry, body)
        reading: Mapping[str, Any] = body.get("reading") or {}
        guard_id: str = body.get("guard_id") or reading.get("operator_id", "")
        self.lines.append(
            Line(
                seq=entry.seq,
                at=entry.happened_at,
                kind=entry.kind,
                guard_id=guard_id,
                visit_id=VisitId(visit_id) if visit_id else None,
                label=self.cases.get(body.get("case_id", ""), ""),
                detail=detail_of(entry.kind, body, plan),
                is_by_hand=_is_by_hand(entry.kind, reading),
            )
        )

    def _note(self, visit_id: str, entry: Entry, body: Mapping[str, Any]) -> None:
        """Remember by what a visit is found."""
        found = self.numbers.setdefault(visit_id, set())
        for number in (body.get("number", ""), body.get("rest_number", "")):
            if number:
                found.add(number)
                self.shown[visit_id] = number
        if entry.kind is EntryKind.CASE_OPENED:
            self.cases[body["case_id"]] = body["number"]
        adopted: Mapping[str, Any] = body.get("visit") or {}
        booking: Mapping[str, Any] | None = body.get("booking") or adopted.get("booking")
        if booking:
            found.add(booking["number"])
            self.plates[visit_id] = booking.get("plate_masked", "")

    def visits_by(self, wanted: str) -> frozenset[str]:
        """Return the visits that a typed number may mean."""
        number = normalised(wanted)
        by_number = {visit_id for visit_id, known in self.numbers.items() if _is_among(number, known)}
        by_plate = {visit_id for visit_id, plate in self.plates.items() if _ends_alike(plate, wanted)}
        return frozenset(by_number | by_plate)


def _is_by_hand(kind: EntryKind, reading: Mapping[str, Any]) -> bool:
    is_typed = Flag.MANUAL.value in reading.get("flags", ()) and reading.get("value_cc") is not None
    return is_typed and kind in {EntryKind.READING, EntryKind.LATE_ENTRY}


def _is_among(number: str, known: Iterable[str]) -> bool:
    """Tell whether one of the known numbers is meant: whole, or by the end of one that is long."""
    spelt = [normalised(one) for one in known]
    return number in spelt or (len(number) >= _NUMBER_LEAST and any(one.endswith(number) for one in spelt))


def _ends_alike(plate: str, wanted: str) -> bool:
    """Tell whether a masked plate may end as typed; what is masked fits anything, and something must be in sight."""
    typed = wanted.upper().strip()
    if len(typed) < _PLATE_LEAST or len(typed) > len(plate):
        return False
    end = plate[-len(typed) :]
    return all(mine in {"*", other} for mine, other in zip(end, typed, strict=True)) and not end.endswith("*")


@dataclass(slots=True)
class Records:
    """Makes pages of today's records."""

    log: DayLog
    visits: Visits
    _index: Index | None = field(default=None, init=False)
    _looked: tuple[str, VisitId] | None = field(default=None, init=False)

    def view(self, guard: Guard, which: str, page: int, wanted: str = "") -> RecordsView:
        """Return a page, the newest first; a search is itself an entry, and so is a look at who looked."""
        wanted = " ".join(wanted.split())[:_LONGEST]
        if wanted and page == 0:
            self._looked_up(guard, "search")
        elif which == "exports" and page == 0:
            self._looked_up(guard, "exports")
        index = self.index()
        chosen = self._found(index, wanted) if wanted else self._filtered(index, which)
        pages = max(1, -(-len(chosen) // PAGE))
        page = min(max(0, page), pages - 1)
        newest = list(reversed(chosen))[page * PAGE : (page + 1) * PAGE]
        lines = tuple(self._shown(index, line) for line in newest)
        return RecordsView(lines, wanted or (which if which in FILTERS else "all"), page, pages)

    def looked_at(self, guard: Guard, visit_id: VisitId) -> None:
        """Record that a guard opened a visit that waits for nobody: what is personal of it is seen then.

        Once for each guard and visit in a row, since a screen is drawn again and again.
        """
        if self._looked != (guard.id, visit_id):
            with self.visits.log.act() as act:
                body = {"guard_id": guard.id, "role": guard.role, "what": "visit", "looked_at": visit_id}
                act.record(EntryKind.LOOKED_UP, body)
            self._looked = (guard.id, visit_id)

    def typed_reading(self, seq: int) -> Entry | None:
        """Return the entry of a reading of today that was typed, or None for any other."""
        if not any(line.seq == seq and line.is_by_hand for line in self.index().lines):
            return None
        return next(iter(self.log.entries(seq - 1)), None)

    def index(self) -> Index:
        """Return the day's lines as of now."""
        now, zone = self.visits.clock.now(), self.visits.rules.site.timezone
        day = local_day(now, zone)
        index = self._index
        if index is None or index.day != day:
            index = Index(day, self.log.first_since(local_midnight(now, zone)) - 1)
        plan = self.visits.rules.plan
        for entry in self.log.entries(index.seq):
            index.take(entry, plan)
        self._index = index
        return index

    def _filtered(self, index: Index, which: str) -> Sequence[Line]:
        if which == "guards":
            return [line for line in index.lines if line.guard_id]
        kinds = FILTERS.get(which)
        return index.lines if kinds is None else [line for line in index.lines if line.kind in kinds]

    def _found(self, index: Index, wanted: str) -> Sequence[Line]:
        visits = index.visits_by(wanted)
        found = [line for line in index.lines if line.visit_id in visits or wanted.upper() == line.label]
        clock = _CLOCK.match(wanted)
        if found or clock is None:
            return found
        at = (int(clock.group(1)), int(clock.group(2)))
        zone = self.visits.rules.site.timezone
        return [line for line in index.lines if local_minute(line.at, zone) == at]

    def _shown(self, index: Index, line: Line) -> RecordLine:
        known = next((item for item in self.visits.rules.guards() if item.id == line.guard_id), None)
        own = index.shown.get(line.visit_id, in_digits(line.visit_id)) if line.visit_id is not None else ""
        return RecordLine(
            seq=line.seq,
            at=line.at,
            kind=line.kind.value,
            who=mask_name(known.name) if known is not None else line.guard_id,
            label=line.label or own,
            detail=line.detail,
            visit_id=line.visit_id if self._has(line.visit_id) else None,
            can_correct=line.is_by_hand,
        )

    def _has(self, visit_id: VisitId | None) -> bool:
        return visit_id is not None and self.visits.log.state.visit(visit_id) is not None

    def _looked_up(self, guard: Guard, what: str) -> None:
        with self.visits.log.act() as act:
            act.record(EntryKind.LOOKED_UP, {"guard_id": guard.id, "role": guard.role, "what": what})
