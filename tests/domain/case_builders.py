"""Acts of isolation cases, as kiosks would have written them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.case import Case, CaseAct, CaseEvent, Cause, Disposition, Opening, Role
from kiosk.domain.ids import CaseId, GuardId, KioskId, VisitId
from kiosk.domain.policy import ReadingKind
from kiosk.domain.record import Measured
from kiosk.domain.screening import Outcome
from tests.domain import builders as make

if TYPE_CHECKING:
    from datetime import datetime

START: Final = make.at(10)
ANNA: Final = GuardId("g-anna")
BORIS: Final = GuardId("g-boris")


def at(minutes: float) -> datetime:
    """Return a moment after the opening."""
    return START + timedelta(minutes=minutes)


def opening(**changes: Any) -> Opening:
    """Return how a case with an elevated reading began at kiosk A."""
    plain: dict[str, Any] = {
        "at": START,
        "label": "CA01",
        "kiosk_id": KioskId("A"),
        "cause": Cause.ELEVATED,
        "was_elevated": True,
    }
    return Opening(**{**plain, **changes})


def measured(minutes: float, outcome: Outcome = Outcome.NORMAL, **changes: Any) -> Measured:
    """Return a guard's clinical reading."""
    plain: dict[str, Any] = {
        "at": at(minutes),
        "value_cc": 3840 if outcome is Outcome.ELEVATED else 3660,
        "outcome": outcome,
        "device_id": "manual:guard",
        "is_manual": True,
        "kind": ReadingKind.CLINICAL.value,
        "site": "axilla",
    }
    return Measured(**{**plain, **changes})


def act(event: CaseEvent, turn: int, **changes: Any) -> CaseAct:
    """Return one act of Anna at kiosk A, as many minutes after the opening as its turn says."""
    plain: dict[str, Any] = {
        "turn": turn,
        "at": at(turn),
        "kiosk_id": KioskId("A"),
        "epoch": 1,
        "seq": turn,
        "event": event,
        "guard_id": ANNA,
    }
    return CaseAct(**{**plain, **changes})


def taken(turn: int = 1, **changes: Any) -> CaseAct:
    """Return that a guard took the case."""
    return act(CaseEvent.ACKNOWLEDGED, turn, **changes)


def placed(turn: int, place: str = "room_1", **changes: Any) -> CaseAct:
    """Return that the visitor was led to a place."""
    return act(CaseEvent.PLACED, turn, place_id=place, **changes)


def read(turn: int, outcome: Outcome = Outcome.NORMAL, **changes: Any) -> CaseAct:
    """Return a reading within the case."""
    return act(CaseEvent.MEASURED, turn, reading=measured(turn, outcome), **changes)


def disposed(turn: int, disposition: Disposition, **changes: Any) -> CaseAct:
    """Return how the case was decided to end; who is referred goes to the fever clinic."""
    to = "clinic" if disposition is Disposition.REFERRED else ""
    return act(CaseEvent.DISPOSED, turn, **{"disposition": disposition, "to": to, "role": Role.LEADER, **changes})


def cleaned(turn: int, place: str = "room_1", **changes: Any) -> CaseAct:
    """Return that a place was disinfected."""
    return act(CaseEvent.CLEANED, turn, place_id=place, **changes)


def closed(turn: int, **changes: Any) -> CaseAct:
    """Return that a case was closed."""
    return act(CaseEvent.CLOSED, turn, **changes)


def case(*acts: CaseAct, **changes: Any) -> Case:
    """Return the case of these acts."""
    return Case(CaseId("case-0001"), VisitId("v1"), **{"opening": opening(), "acts": acts, **changes})
