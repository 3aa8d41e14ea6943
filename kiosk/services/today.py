"""The day at this kiosk in figures, counted from the log's own entries: each entry is read once, when it is new."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.entry import EntryKind
from kiosk.domain.times import DAY_MIN, at_minute, local_day, local_hour, local_midnight
from kiosk.services.guard_views import TodayView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from kiosk.domain.entry import Entry
    from kiosk.ports import DayLog
    from kiosk.services.guard_board import Board

_STEP_CC: Final = 10  # width of a bar of the histogram, in hundredths of a degree Celsius
_LOWEST_CC, _HIGHEST_CC = 3400, 4100  # what lies outside counts to the last bar

FIGURES: Final = ("arrived", "admitted", "refused", "turned_away", "readings", "cases", "overrides", "walk_ins")
"""What a shift and a day are summed up by; each has its words (`shift.figure.<...>`)."""


@dataclass(slots=True)
class Tally:
    """What the entries of a day come to, up to number `seq`."""

    day: date
    timezone: str
    seq: int
    arrived: Counter[int] = field(default_factory=Counter[int])  # by local hour
    refusals: Counter[str] = field(default_factory=Counter[str])
    readings: Counter[int] = field(default_factory=Counter[int])  # by the lower end of the bar
    green: Counter[str] = field(default_factory=Counter[str])
    walk_ins: Counter[str] = field(default_factory=Counter[str])
    passed: dict[str, None] = field(default_factory=dict[str, None])  # visits through the screening, in order
    sheets: int = 0  # how many blank sheets of the paper ledger have a number
    handed_over: tuple[datetime, str, str] | None = None  # the last hand-over with a remark: when, by whom, what
    marks: list[tuple[datetime, str]] = field(default_factory=list["tuple[datetime, str]"])  # each figure, when

    def take(self, entry: Entry) -> None:
        """Count one entry in; one that was erased counts no more."""
        self.seq = entry.seq
        counter = _COUNTERS.get(entry.kind)
        if counter is not None and entry.body is not None:
            counter(self, entry, entry.data())

    def mark(self, entry: Entry, figure: str) -> None:
        """Count one more of a figure, when it was recorded."""
        self.marks.append((entry.recorded_at, figure))

    def count(self, figure: str) -> int:
        """Return one figure of the whole day."""
        return sum(name == figure for _, name in self.marks)

    def figures(self, since: datetime | None = None) -> tuple[tuple[str, int], ...]:
        """Return the figures of what was recorded since a moment of the day, or of all of it."""
        counted = Counter(name for at, name in self.marks if since is None or at >= since)
        return tuple((name, counted[name]) for name in FIGURES)

    def arrives(self, entry: Entry) -> None:
        """Count an arrival at the hour it happened."""
        self.arrived[local_hour(entry.happened_at, self.timezone)] += 1
        self.mark(entry, "arrived")

    def reads(self, entry: Entry, reading: Mapping[str, Any]) -> None:
        """Count a reading that has a value."""
        value = reading.get("value_cc")
        if value is not None:
            bar = min(max(value, _LOWEST_CC), _HIGHEST_CC)
            self.readings[bar - bar % _STEP_CC] += 1
            self.mark(entry, "readings")

    def comes_in(self, entry: Entry, body: Mapping[str, Any]) -> None:
        """Count somebody who was admitted, and by which way of the green channel."""
        self.mark(entry, "admitted")
        self.passed[body["visit_id"]] = None
        if body.get("green"):
            self.green[body.get("walk_in") or "booking"] += 1


def _arrived(tally: Tally, entry: Entry, _body: Mapping[str, Any]) -> None:
    tally.arrives(entry)


def _admitted(tally: Tally, entry: Entry, body: Mapping[str, Any]) -> None:
    tally.comes_in(entry, body)


def _lined_up(tally: Tally, _entry: Entry, body: Mapping[str, Any]) -> None:
    tally.passed[body["visit_id"]] = None


def _refused(tally: Tally, entry: Entry, body: Mapping[str, Any]) -> None:
    tally.mark(entry, "refused")
    tally.refusals[next(iter(body.get("reasons", ())), "unexpected")] += 1


def _read(tally: Tally, entry: Entry, body: Mapping[str, Any]) -> None:
    tally.reads(entry, body["reading"])


def _walked_in(tally: Tally, entry: Entry, body: Mapping[str, Any]) -> None:
    tally.arrives(entry)
    tally.mark(entry, "walk_ins")
    tally.walk_ins[body["why"]] += 1


def _late(tally: Tally, entry: Entry, body: Mapping[str, Any]) -> None:
    tally.arrives(entry)
    if body.get("reading"):
        tally.reads(entry, body["reading"])
    tally.mark(entry, "admitted" if body["admitted"] else "turned_away")


def _exported(tally: Tally, _entry: Entry, body: Mapping[str, Any]) -> None:
    tally.sheets = max(tally.sheets, body.get("last_sheet", 0))


def _handed_over(tally: Tally, entry: Entry, body: Mapping[str, Any]) -> None:
    remark = body["remark"]
    tally.handed_over = (entry.happened_at, body["guard_id"], remark) if remark else None


def _marked(figure: str) -> Callable[[Tally, Entry, Mapping[str, Any]], None]:
    return lambda tally, entry, _body: tally.mark(entry, figure)


_COUNTERS: Final[Mapping[EntryKind, Callable[[Tally, Entry, Mapping[str, Any]], None]]] = {
    EntryKind.ARRIVED: _arrived,
    EntryKind.ADMITTED: _admitted,
    EntryKind.LINED_UP: _lined_up,
    EntryKind.REFUSED: _refused,
    EntryKind.READING: _read,
    EntryKind.WALKED_IN: _walked_in,
    EntryKind.LATE_ENTRY: _late,
    EntryKind.EXPORTED: _exported,
    EntryKind.SHIFT_ENDED: _handed_over,
    EntryKind.OVERRIDDEN: _marked("overrides"),
    EntryKind.CASE_OPENED: _marked("cases"),
    EntryKind.TURNED_AWAY: _marked("turned_away"),
}


@dataclass(slots=True)
class Today:
    """The figures of today, brought up to date from the entries that came since it was last asked."""

    log: DayLog
    board: Board
    _tally: Tally | None = field(default=None, init=False)

    def tally(self) -> Tally:
        """Return the day's figures as of now."""
        visits = self.board.visits
        now, zone = visits.clock.now(), visits.rules.site.timezone
        day = local_day(now, zone)
        tally = self._tally
        if tally is None or tally.day != day:
            tally = Tally(day, zone, self.log.first_since(local_midnight(now, zone)) - 1)
        for entry in self.log.entries(tally.seq):
            tally.take(entry)
        self._tally = tally
        return tally

    def view(self, devices: tuple[tuple[str, bool], ...]) -> TodayView:
        """Return the day on one screen."""
        board, tally = self.board, self.tally()
        log, now = board.visits.log, board.visits.clock.now()
        last_seq, last_hash = log.last()
        oldest = log.oldest_unsent()
        return TodayView(
            inside=board.hall.inside(log.state),
            cap=board.visits.rules.site.cap or None,
            hours=self._hours(tally),
            refusals=tuple(tally.refusals.most_common()),
            histogram=_bars(tally.readings),
            cases_opened=tally.count("cases"),
            cases_open=len(board.visits.cases.open(log.state)),
            green=tuple(tally.green.most_common()),
            walk_ins=tuple(tally.walk_ins.most_common()),
            overrides=tally.count("overrides"),
            devices=devices,
            is_online=board.hall.is_site_known(),
            unsent=last_seq - log.acknowledged(),
            oldest_unsent_s=int((now - oldest).total_seconds()) if oldest is not None else None,
            view_age_s=board.case_views.others_age_s(),
            last_seq=last_seq,
            last_hash=last_hash,
        )

    def _hours(self, tally: Tally) -> tuple[tuple[int, int, int], ...]:
        """Return hour, arrived and booked from the first hour with either to the last, of this site's clock."""
        day = (at_minute(self.board.visits.clock.now(), tally.timezone, minutes) for minutes in (0, DAY_MIN))
        slots = self.board.copy.booked_by_slot(*day)
        booked = Counter[int]()
        for start, count in slots.items():
            booked[local_hour(start, tally.timezone)] += count
        known = sorted({*booked, *tally.arrived})
        hours = range(known[0], known[-1] + 1) if known else range(0)
        return tuple((hour, tally.arrived[hour], booked[hour]) for hour in hours)


def _bars(readings: Counter[int]) -> tuple[tuple[str, int], ...]:
    """Return the bars of the histogram without a gap between the lowest and the highest."""
    bars = range(min(readings), max(readings) + 1, _STEP_CC) if readings else range(0)
    return tuple((f"{bar // 100}.{bar // 10 % 10}", readings[bar]) for bar in bars)
