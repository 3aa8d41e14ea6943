"""The ledger: the screening log of a day and site as one row per visit, with totals and what is missing. Pure.

The kiosk, a merge of several kiosks' exports and the server build it here from entries; `ledger` (the package) writes
it down. What the log cannot know stays empty, and what must not be shown is masked here already, so that no writer
ever holds it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from kiosk.domain.bounds import NOT_UNDERSTOOD
from kiosk.domain.case import CaseEvent
from kiosk.domain.chain import Flaw
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import KioskId, SiteId, is_name
from kiosk.domain.ledger_body import Said, body_of, has_a_day, text_of
from kiosk.domain.ledger_row import Known, Row, Verdict
from kiosk.domain.ledger_sheet import OPENING, Sheet
from kiosk.domain.screening import Outcome
from kiosk.domain.times import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

CASES: Final = frozenset({EntryKind.CASE_OPENED, EntryKind.CASE_ACTED})
"""The kinds that open cases are known by, of whatever day."""

_FARTHEST_MS: Final = 86_400_000  # an offset of more than a day is no clock's error, and may be past the calendar


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """How far one kiosk's log goes in this ledger, so that the sheet can be checked against it."""

    kiosk_id: KioskId
    epoch: int
    seq: int
    hash: str
    flaw: Flaw | None = None  # what follows it is not in the ledger
    source: str = ""  # the file that it came in; "" for a log itself


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An isolation case that is not closed."""

    label: str
    kiosk_id: KioskId
    opened_at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one kiosk's log, both numbers included."""

    kiosk_id: KioskId
    epoch: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not in the ledger. `silent`: kiosks of the site not heard from; None where nobody here knows them."""

    silent: tuple[str, ...] | None = None
    gaps: tuple[Place, ...] = ()
    forks: tuple[Place, ...] = ()  # numbers under which two entries are known
    erased: int = 0  # entries of the day whose bodies are gone
    unreadable: int = 0  # entries of the day whose bodies are not what their kind promises
    nameless: int = 0  # rows without a name


@dataclass(frozen=True, slots=True)
class Totals:
    """The foot of the sheet. Temperatures in hundredths of a degree Celsius."""

    rows: int
    by_verdict: tuple[tuple[Verdict, int], ...]
    readings: int
    above_limit: int  # readings that were judged elevated
    highest_cc: int | None
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A day's ledger. `full`: names and numbers are not masked; `made_at`, `by`, `reason`: of this export."""

    site_id: SiteId
    site_name: str
    timezone: str
    day: date
    rows: tuple[Row, ...]
    totals: Totals
    open_cases: tuple[OpenCase, ...]
    chains: tuple[ChainEnd, ...]
    missing: Missing
    full: bool
    made_at: datetime
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """Of which day a ledger is made, how, and for whom. `missing` and `chains`: what the caller knows of both."""

    day: date
    made_at: datetime
    full: bool = False
    by: str = ""
    reason: str = ""
    missing: Missing = Missing()
    chains: tuple[ChainEnd, ...] | None = None


def build(entries: Iterable[Entry], site_id: SiteId, known: Known, making: Making) -> Ledger:
    """Return the ledger of a day: every visit that began on it, once, by first contact.

    `entries`: of any number of kiosks of one site, each kiosk's in the order of its numbers; also later days'
    entries, since a visit may end, and be corrected, after its day.
    """
    pile = _Pile(datetime.combine(making.day, time(), ZoneInfo(known.timezone)))
    for entry in entries:
        pile.take(entry)
    rows = pile.rows(known, making)
    missing = replace(
        making.missing,
        erased=pile.erased,
        unreadable=pile.unreadable,
        nameless=sum(not row.name for row in rows),
    )
    return Ledger(
        site_id=site_id,
        site_name=known.site_name,
        timezone=known.timezone,
        day=making.day,
        rows=rows,
        totals=totals_of(rows),
        open_cases=pile.open_cases(),
        chains=making.chains if making.chains is not None else pile.chain_ends(),
        missing=missing,
        full=making.full,
        made_at=making.made_at,
        by=making.by,
        reason=making.reason,
    )


def totals_of(rows: Sequence[Row]) -> Totals:
    """Return the foot of a sheet with these rows."""
    verdicts = Counter(row.verdict for row in rows)
    readings = [reading for row in rows for reading in row.readings]
    values = [reading.value_cc for reading in readings if reading.value_cc is not None]
    return Totals(
        rows=len(rows),
        by_verdict=tuple((verdict, verdicts[verdict]) for verdict in Verdict),
        readings=len(values),
        above_limit=sum(reading.outcome is Outcome.ELEVATED for reading in readings),
        highest_cc=max(values, default=None),
        devices=tuple(sorted({reading.device_id for reading in readings})),
    )


class _Pile:
    """Entries, sorted out: what the day's rows are made of, the open cases, the chains' ends."""

    def __init__(self, start: datetime) -> None:
        """Sort for the local day that begins at `start`."""
        self._start = start
        self._end = start + timedelta(days=1)  # of local time: a day of 23 or 25 hours ends at midnight all the same
        self._chains: dict[str, dict[tuple[KioskId, int], list[Said]]] = {}
        self._earlier: set[str] = set()
        self._cases: dict[str, OpenCase] = {}
        self._ends: dict[tuple[KioskId, int], ChainEnd] = {}
        self.erased = 0
        self.unreadable = 0

    def take(self, entry: Entry) -> None:
        """Sort one entry in."""
        self._ends[entry.kiosk_id, entry.epoch] = ChainEnd(entry.kiosk_id, entry.epoch, entry.seq, entry.hash)
        if not has_a_day(entry):
            self.unreadable += 1
            return
        is_before = entry.happened_at < self._start
        if entry.body is None:
            self.erased += self._is_of_day(entry)
        elif not is_before or entry.kind in CASES or entry.kind in OPENING:
            try:
                self._keep(entry, body_of(entry), is_before=is_before)
            except NOT_UNDERSTOOD:
                self.unreadable += self._is_of_day(entry)

    def rows(self, known: Known, making: Making) -> tuple[Row, ...]:
        """Return the rows of the visits that began on the day, in their order."""
        listed = [sheet for sheet in self.sheets() if not sheet.is_call_alone]
        begun = [(sheet.began_at, sheet.visit_id, sheet) for sheet in listed if sheet.began_at is not None]
        made: list[Row] = []
        for at, _, sheet in sorted(item for item in begun if local_day(item[0], known.timezone) == making.day):
            try:
                made.append(sheet.row(len(made) + 1, at, known, full=making.full))
            except NOT_UNDERSTOOD:  # whatever it was, it costs nobody else the row
                self.unreadable += 1
        numbers = {row.visit_id: row.no for row in made}
        return tuple(replace(row, with_no=numbers.get(row.with_visit)) for row in made)

    def sheets(self) -> Iterator[Sheet]:
        """Yield what the entries say of each visit that did not begin on an earlier day."""
        for visit_id, chains in self._chains.items():
            if visit_id in self._earlier:
                continue
            sheet = Sheet(visit_id)
            # Each kiosk's entries in the order of their numbers, whatever its clock did.
            for entry, body in heapq.merge(*chains.values(), key=_moment):
                try:
                    sheet.take(entry, body)
                except NOT_UNDERSTOOD:
                    self.unreadable += self._is_of_day(entry)
            yield sheet

    def open_cases(self) -> tuple[OpenCase, ...]:
        """Return the cases opened up to the day that are not closed, oldest first."""
        return tuple(sorted(self._cases.values(), key=lambda case: (case.opened_at, case.label)))

    def chain_ends(self) -> tuple[ChainEnd, ...]:
        """Return how far each kiosk's log goes."""
        return tuple(self._ends[key] for key in sorted(self._ends))

    def _is_of_day(self, entry: Entry) -> bool:
        return self._start <= entry.happened_at < self._end

    def _keep(self, entry: Entry, body: Mapping[str, Any], *, is_before: bool) -> None:
        if entry.kind is EntryKind.CASE_OPENED and entry.happened_at < self._end:
            label, cause = text_of(body["number"]), text_of(body["cause"])
            self._cases[text_of(body["case_id"])] = OpenCase(label, entry.kiosk_id, entry.happened_at, cause)
        elif entry.kind is EntryKind.CASE_ACTED and body["event"] == CaseEvent.CLOSED:
            self._cases.pop(body["case_id"], None)
        visit_id = body.get("visit_id")
        if visit_id is None:
            return
        if not is_name(visit_id):
            raise ValueError("no visit's id")
        if not is_before:
            self._chains.setdefault(visit_id, {}).setdefault((entry.kiosk_id, entry.epoch), []).append((entry, body))
        elif entry.kind in OPENING:
            self._earlier.add(visit_id)


def _moment(said: Said) -> datetime:
    """Return when an entry happened by the server's clock, as far as its kiosk knew it."""
    entry, offset_ms = said[0], said[0].clock_offset_ms or 0
    return entry.happened_at + timedelta(milliseconds=offset_ms if abs(offset_ms) <= _FARTHEST_MS else 0)
