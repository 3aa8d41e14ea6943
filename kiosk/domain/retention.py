"""How long what the log says of people is kept, and what is never erased. Pure; the kiosk and the server share it.

A visit is erased whole, with all its entries, once nothing has happened to it for `visit_days`; one with a case once
the case has been closed for `case_days`. An open case, a legal hold and an entry that the server does not hold are
never erased. What names no visitor and no member of staff stays as long as the log.

A log that was put aside when its kiosk was set up anew is deleted whole, once all of it is past every time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId, is_name
from kiosk.domain.times import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kiosk.domain.case import Case
    from kiosk.domain.ids import CaseId
    from kiosk.domain.policy import Keeping
    from kiosk.domain.record import Hold, Visit

MOST_RANGES: Final = 400  # in one ERASED entry; its body stays far below the longest that travels


class Subject(StrEnum):
    """Whom an entry is about; it decides how long the entry's body is kept."""

    VISITOR = "visitor"
    STAFF = "staff"
    MACHINE = "machine"


_STAFF: Final = frozenset(
    {
        EntryKind.EXPORTED,
        EntryKind.SIGNED_IN,
        EntryKind.SIGNED_OUT,
        EntryKind.SIGN_IN_FAILED,
        EntryKind.TOLERANCE_WIDENED,
        EntryKind.COLD_MODE_SET,
        EntryKind.TYPING_REOPENED,
        EntryKind.INSTRUMENT_CHOSEN,
        EntryKind.SHIFT_BEGUN,
        EntryKind.SHIFT_ENDED,
        EntryKind.SITUATION_BEGUN,
        EntryKind.SITUATION_TICKED,
        EntryKind.SITUATION_ENDED,
        EntryKind.COUNTED,
        EntryKind.LOOKED_UP,
        EntryKind.REFERENCE_CHECKED,
    }
)
_MACHINE: Final = frozenset(
    {
        EntryKind.STARTED,
        EntryKind.STOPPED,
        EntryKind.DEVICE,
        EntryKind.TYPED_WRONG,
        EntryKind.EXIT_SENSED,
        EntryKind.DAY_OPENED,
        EntryKind.DAY_CLOSED,
        EntryKind.ERASED,
        EntryKind.HOLD_PLACED,
        EntryKind.HOLD_LIFTED,
    }
)


def subject_of(kind: EntryKind) -> Subject:
    """Return whom entries of a kind are about; whatever is not listed is about a visitor."""
    if kind in _STAFF:
        return Subject.STAFF
    return Subject.MACHINE if kind in _MACHINE else Subject.VISITOR


KEPT_KINDS: Final = tuple(sorted(kind.value for kind in _MACHINE))
"""The kinds whose bodies are never erased."""


def visit_in(body: str) -> VisitId | None:
    """Return the visit that an entry's body is about, or None; a body that nobody understands goes by its age."""
    try:
        data: Any = json.loads(body)
        found: Any = data.get("visit_id") or data.get("visit", {}).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None
    return VisitId(found) if is_name(found) else None


def is_visit_due(keeping: Keeping, visit: Visit, case: Case | None, now: datetime) -> bool:
    """Tell whether a visit's time is over; `case` is its isolation case, None when it has none or none is known."""
    if visit.case_id is None and not visit.settled and case is None:
        return now - visit.last_at > timedelta(days=keeping.visit_days)
    if case is not None and case.is_open:
        return False
    # A case that another kiosk handled is known here by its visit only.
    moments = [visit.last_at, *([case.touched_at] if case is not None and case.touched_at is not None else [])]
    return now - max(moments) > timedelta(days=keeping.case_days)


def is_visitless_due(keeping: Keeping, case: Case | None, now: datetime, last: datetime) -> bool:
    """Tell whether the time of entries about no known visit is over, the last of them recorded at `last`.

    Such are a code that opened nothing, a case of somebody who never stood at a kiosk, and acts for a case that
    another kiosk opened: whether that is open is that kiosk's matter, and so its own entries stay.
    """
    if case is None:
        return now - last > timedelta(days=keeping.visit_days)
    is_open_here = case.opening is not None and case.is_open
    return not is_open_here and now - last > timedelta(days=keeping.case_days)


def is_held(holds: Iterable[Hold], moments: Sequence[datetime], timezone: str) -> bool:
    """Tell whether a legal hold covers any day from the first to the last of `moments`."""
    days = [local_day(moment, timezone) for moment in (min(moments), max(moments))]
    return any(hold.covers(days[0], days[1]) for hold in holds)


def ranges(seqs: Iterable[int]) -> list[list[int]]:
    """Return numbers as ascending ranges, both ends included."""
    found: list[list[int]] = []
    for seq in sorted(set(seqs)):
        if found and found[-1][1] == seq - 1:
            found[-1][1] = seq
        else:
            found.append([seq, seq])
    return found


def erased_body(seqs: Iterable[int], policy: str, before: date) -> Mapping[str, Any]:
    """Return the body of an ERASED entry; everything erased was recorded on days before `before`."""
    return {"ranges": ranges(seqs), "policy": policy, "before": before.isoformat()}


@dataclass(frozen=True, slots=True)
class Erasure:
    """What one act erases: the bodies of these numbers, what is known of these visits, and what is said of it."""

    seqs: Sequence[int]
    visit_ids: Sequence[VisitId]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AsideLog:
    """A log that was put aside, by its file's name: what decides whether it is deleted, and what is said of it then.

    `hash` is of its last entry; `unsent` counts the entries that the server lacks; `first` and `last` are when its
    first and last entry were recorded; `holds` are those that stand in it.
    """

    name: str
    epoch: int
    entries: int
    hash: str
    unsent: int
    first: datetime
    last: datetime
    open_cases: tuple[CaseId, ...] = ()
    holds: tuple[Hold, ...] = ()


def is_aside_due(keeping: Keeping, log: AsideLog, cases: Iterable[Case | None], now: datetime) -> bool:
    """Tell whether all of a log is past its time, and the server holds all of it.

    `cases`: what is known by now of those that were open in it; one that is open still, or unknown, keeps the log.
    """
    longest = timedelta(days=max(keeping.visit_days, keeping.case_days, keeping.staff_days))
    moments = [log.last]
    for case in cases:
        if case is None or case.is_open or case.touched_at is None:
            return False
        moments.append(case.touched_at)
    return log.unsent == 0 and now - max(moments) > longest


def deleted_body(log: AsideLog, policy: str) -> Mapping[str, Any]:
    """Return the body of an ERASED entry that says that a log which was put aside is deleted."""
    gone = {"epoch": log.epoch, "entries": log.entries, "hash": log.hash}
    return {"ranges": [], "policy": policy, "log": gone}
