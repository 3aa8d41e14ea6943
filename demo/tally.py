"""How the demo ended, counted from the kiosk's log and the server's database, entry by entry."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.visit import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from kiosk.domain.entry import Entry
    from kiosk.domain.record import Visit
    from kiosk.domain.state_keeper import State

_ENDS: Final[Mapping[Step, str]] = {
    Step.ADMITTED: "admitted",
    Step.LEFT: "admitted",
    Step.REFUSED: "refused",
    Step.GUARD: "with_guard",
    Step.CARD_CHECK: "with_guard",
    Step.TURNED_AWAY: "with_guard",
    Step.HELPED: "with_guard",
    Step.RESTING: "waiting",
    Step.HALL_LINE: "waiting",
    Step.ABANDONED: "abandoned",
    Step.DISOWNED: "abandoned",
    Step.BOOKING: "abandoned",
    Step.DECLARATION: "abandoned",
    Step.MEASURING: "abandoned",
}


@dataclass(slots=True)
class Tally:
    """The demo's figures; the keys of its JSON."""

    visitors: int = 0
    admitted: int = 0
    green_channel: int = 0
    second_normal: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    with_guard: int = 0
    abandoned: int = 0
    waiting: int = 0
    cases_open: int = 0
    log_entries: int = 0
    acknowledged: int = 0
    server_entries: int = 0
    lost: int = 0
    doubled: int = 0
    seconds: float = 0.0

    @property
    def headline(self) -> str:
        """What is said first to a person."""
        return f"{self.visitors} visitors in {self.seconds:.0f} s"

    @property
    def is_sound(self) -> bool:
        """Whether every visitor is counted once and log and server hold the same, nothing lost or doubled."""
        ends = self.admitted + sum(self.refused.values()) + self.with_guard + self.abandoned + self.waiting
        is_same = self.log_entries == self.acknowledged == self.server_entries
        return ends == self.visitors and self.lost == 0 and self.doubled == 0 and is_same

    def as_json(self) -> dict[str, Any]:
        """Return the figures as one JSON object."""
        return asdict(self) | {"seconds": round(self.seconds, 1)}


def count_visits(tally: Tally, visits: Iterable[Visit | None], state: State) -> None:
    """Count how each visitor ended: by the last visit that was theirs, None for one who never was on the screen."""
    refused: Counter[str] = Counter()
    for visit in visits:
        tally.visitors += 1
        end = _ENDS[visit.step] if visit is not None else "abandoned"
        if visit is None or end != "refused":
            setattr(tally, end, getattr(tally, end) + 1)
        else:
            refused[visit.reasons[0]] += 1
        if visit is not None and end == "admitted":
            tally.green_channel += visit.is_green
            tally.second_normal += len(visit.readings) > 1
        if visit is not None and end == "with_guard" and visit.case_id is not None:
            case = state.case(visit.case_id)
            tally.cases_open += case is not None and case.is_open
    tally.refused = dict(sorted(refused.items()))


def compare(tally: Tally, entries: Sequence[Entry], acknowledged: int, server_database: Path) -> None:
    """Compare the kiosk's log with the server's database: what is missing there, and what is there twice.

    The server's own log stands in the same table: it tells the next of the plan of a case whose kiosk fell silent,
    and on a slow machine a kiosk does.
    """
    tally.log_entries = len(entries)
    tally.acknowledged = acknowledged
    with sqlite3.connect(f"file:{server_database}?mode=ro", uri=True) as database:
        query = "SELECT kiosk_id, epoch, seq, hash FROM entries WHERE kiosk_id = ?"
        rows = database.execute(query, (entries[0].kiosk_id if entries else "",)).fetchall()
    there = Counter((row[0], row[1], row[2]) for row in rows)
    hashes = {(row[0], row[1], row[2], row[3]) for row in rows}
    tally.server_entries = len(rows)
    tally.doubled = sum(count - 1 for count in there.values())
    own = {(item.kiosk_id, item.epoch, item.seq, item.hash) for item in entries}
    tally.lost = len(own - hashes)
    for kiosk_id, epoch, seq, _hash in sorted(hashes - own):
        print(f"The server holds {kiosk_id} {epoch} {seq}, which is not in the log.", file=sys.stderr)
