"""How a guard's shift ended, counted entry by entry from the kiosk's log and from the server's database.

On purpose it knows nothing of the case's own rules: it reads the bodies of the entries, as an inspection would.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kiosk.domain.entry import Entry

_BY_PROGRAM: Final = frozenset({"", None})


@dataclass(slots=True)
class _CaseFile:
    """What the entries say of one case, in the order of their numbers."""

    was_elevated: bool  # any reading of the visit before the case
    steps: list[Mapping[str, Any]] = field(default_factory=list["Mapping[str, Any]"])
    readings: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list[tuple[int, "Mapping[str, Any]"]])

    def last(self, event: str) -> Mapping[str, Any] | None:
        return next((step for step in reversed(self.steps) if step["event"] == event), None)

    @property
    def is_closed(self) -> bool:
        return self.last("closed") is not None

    @property
    def is_released_unfounded(self) -> bool:
        """Whether somebody with an elevated reading was let go without a normal clinical one after it."""
        end = self.last("disposed")
        if end is None or end["disposition"] != "released":
            return False
        before = [body for seq, body in self.readings if seq < end["seq"]]
        if not self.was_elevated and all(body["outcome"] != "elevated" for body in before):
            return False
        last = before[-1] if before else None
        return last is None or last["outcome"] != "normal" or last["reading"].get("kind") != "clinical"


@dataclass(slots=True)
class ShiftTally:
    """The shift's figures; the keys of its JSON."""

    cases: int = 0
    closed: int = 0
    open_at_end: int = 0
    closed_without_disposition: int = 0
    closed_without_guard: int = 0
    released_without_normal_reading: int = 0
    overdue_escalated: int = 0
    overrides: int = 0
    audit_entries: int = 0
    server_agrees: bool = False
    seconds: float = 0.0

    @property
    def headline(self) -> str:
        """What is said first to a person."""
        return f"a shift with {self.cases} isolation cases in {self.seconds:.0f} s"

    @property
    def is_sound(self) -> bool:
        """Whether nothing that must never happen happened, and the server has it all."""
        never = self.closed_without_disposition + self.closed_without_guard + self.released_without_normal_reading
        return self.server_agrees and never == 0 and self.cases == self.closed + self.open_at_end and self.cases > 0

    def as_json(self) -> dict[str, Any]:
        """Return the figures as one JSON object."""
        return asdict(self) | {"seconds": round(self.seconds, 1)}


def count_shift(entries: Sequence[Entry], server_database: Path) -> ShiftTally:
    """Count a shift from the kiosk's entries, and compare them with what the server holds."""
    files: dict[str, _CaseFile] = {}
    elevated: set[str] = set()
    tally = ShiftTally()
    for entry in entries:
        body = json.loads(entry.body) if entry.body is not None else {}
        kind = entry.kind.value
        tally.audit_entries += _by_guard(body)
        tally.overrides += kind == "overridden"
        if kind == "case_opened":
            files[body["case_id"]] = _CaseFile(body["visit_id"] in elevated)
        elif kind == "case_acted":
            files[body["case_id"]].steps.append({**body, "seq": entry.seq})
            tally.overdue_escalated += body["event"] == "escalated"
        elif kind == "reading":
            elevated |= {body["visit_id"]} if body["outcome"] == "elevated" else set()
            if "case_id" in body:
                files[body["case_id"]].readings.append((entry.seq, body))
    closed = [case for case in files.values() if case.is_closed]
    tally.cases, tally.closed = len(files), len(closed)
    tally.open_at_end = len(files) - len(closed)
    tally.closed_without_disposition = sum(case.last("disposed") is None for case in closed)
    tally.closed_without_guard = sum((case.last("closed") or {}).get("guard_id") in _BY_PROGRAM for case in closed)
    tally.released_without_normal_reading = sum(case.is_released_unfounded for case in files.values())
    tally.server_agrees = _agrees(entries, files, server_database)
    return tally


def _by_guard(body: Mapping[str, Any]) -> bool:
    """Tell whether an entry names the guard who did it."""
    return bool(body.get("guard_id") or body.get("reading", {}).get("operator_id"))


def _agrees(entries: Sequence[Entry], files: Mapping[str, _CaseFile], server_database: Path) -> bool:
    """Tell whether the server holds every entry of this log as it is, and knows the same cases, open and closed."""
    with sqlite3.connect(f"file:{server_database}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT kiosk_id, epoch, seq, hash FROM entries").fetchall()
        cases = dict(database.execute("SELECT case_id, is_open FROM cases WHERE kiosk_id = ?", (_kiosk(entries),)))
    ours = {(item.kiosk_id, item.epoch, item.seq, item.hash) for item in entries}
    there = {tuple(row) for row in rows if row[0] == _kiosk(entries)}
    is_open = {case_id: not case.is_closed for case_id, case in files.items()}
    return ours == there and is_open == {case_id: bool(value) for case_id, value in cases.items()}


def _kiosk(entries: Sequence[Entry]) -> str:
    return entries[0].kiosk_id if entries else ""
