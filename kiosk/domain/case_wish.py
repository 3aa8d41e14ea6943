"""What a guard wants done for a case: what hinders it, and how its entry is spelt. Kiosk and server share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from kiosk.domain.case import LEAVING, Case, CaseAct, CaseEvent, Disposition, Hindrance, Role, hindrance
from kiosk.domain.ids import GuardId, KioskId

if TYPE_CHECKING:
    from datetime import datetime


class Named(Protocol):
    """The guard who does it, as far as a case needs to know."""

    @property
    def id(self) -> GuardId:
        """Their id."""
        ...

    @property
    def role(self) -> str:
        """Their role, by its value."""
        ...


@dataclass(frozen=True, slots=True)
class CaseWish:
    """What is wanted; the fields by its event, as in `domain/case_acts.py: CaseAct`.

    `minutes_ago`: it was done then, and is written down now; only for what is in `LATER`.
    """

    event: CaseEvent
    place_id: str = ""
    disposition: Disposition | None = None
    to: str = ""
    item: str = ""
    note: str = ""
    minutes_ago: int = 0


TAKE: Final = CaseWish(CaseEvent.ACKNOWLEDGED)
CLOSE: Final = CaseWish(CaseEvent.CLOSED)


def heard(case: Case, closing: CaseAct) -> CaseWish:
    """Return what a log without all acts takes down: which act closed the case, and of how many acts, with this one."""
    return CaseWish(CaseEvent.HEARD, note=closing.name, item=str(len(case.acts) + 1))


TAKES: Final = frozenset({CaseEvent.PLACED, CaseEvent.DISPOSED})
"""Decisions by which a case that nobody has taken is taken: who places somebody has the case."""

REMARKS: Final = ("calm", "told_family", "wants_doctor", "not_willing", "given_mask", "alone")
"""What a guard may note by one touch; kept by these ids, so that each reader has it in their own language."""

LATER: Final = frozenset({CaseEvent.PLACED, CaseEvent.REPORTED, CaseEvent.TICKED})
"""What may be written down later with its real time. What decides, ends or frees a place counts from now on."""

MINUTES_AGO: Final = (5, 10, 20, 30, 60, 120)
"""How long ago something may be said to have been done; nobody remembers it better, and nobody has to type."""

_MAY_BE_LAST: Final = frozenset({CaseEvent.CLEANED, CaseEvent.CO_SIGNED, CaseEvent.REPORTED})
"""What may be the last thing to do, whatever was decided."""


def may_be_last(wish: CaseWish) -> bool:
    """Tell whether a guard closes the case by doing this, where nothing is left to do then.

    Of those who left, the decision itself is not: a wrong one can be corrected until somebody says that this is all.
    """
    return wish.event in _MAY_BE_LAST or (wish.disposition is not None and wish.disposition not in LEAVING)


def why_not(case: Case, wish: CaseWish, guard: Named | None, now: datetime) -> Hindrance | None:
    """Return why `guard` (None: the program) may not do this as the case stands, or None."""
    return hindrance(case.standing(), _as_act(case, wish, guard, now), case.co_signed)


def ago(case: Case, wish: CaseWish, now: datetime) -> timedelta:
    """Return how long ago it was done: never before the case began, nor before the placing that it follows."""
    if wish.event not in LATER or wish.minutes_ago <= 0 or case.opening is None:
        return timedelta(0)
    placed_at = case.standing().placed_at if wish.event is CaseEvent.PLACED else None
    longest = now - (placed_at or case.opening.at)
    return max(timedelta(0), min(timedelta(minutes=wish.minutes_ago), longest))


def is_taken_by(case: Case, wish: CaseWish, guard: Named | None, now: datetime) -> bool:
    """Tell whether `guard` takes the case by doing this."""
    return guard is not None and wish.event in TAKES and why_not(case, TAKE, guard, now) is None


def why_not_taking(case: Case, wish: CaseWish, guard: Named | None, now: datetime) -> Hindrance | None:
    """Return why `guard` may not do this, if need be by taking the case with it, or None."""
    taken = case.with_act(_as_act(case, TAKE, guard, now)) if is_taken_by(case, wish, guard, now) else case
    return why_not(taken, wish, guard, now)


def entry_body(case: Case, wish: CaseWish, guard: Named | None) -> dict[str, Any]:
    """Return the body of the CASE_ACTED entry; what says nothing is left out, that nobody is named is said."""
    body = {
        "visit_id": case.visit_id,
        "case_id": case.id,
        "turn": case.next_turn,
        "event": wish.event.value,
        "guard_id": guard.id if guard is not None else "",
        "role": _role(guard).value,
        "place_id": wish.place_id,
        "disposition": _disposition(case, wish),
        "to": wish.to,
        "item": wish.item,
        "note": wish.note,
    }
    return {key: value for key, value in body.items() if value or key == "guard_id"}


def _disposition(case: Case, wish: CaseWish) -> str:
    """Return the disposition that an entry names: the one chosen, or the one that a second person signs."""
    chosen = case.standing().disposition if wish.event is CaseEvent.CO_SIGNED else wish.disposition
    return chosen.value if chosen is not None else ""


def _role(guard: Named | None) -> Role:
    return Role(guard.role) if guard is not None else Role.GUARD


def _as_act(case: Case, wish: CaseWish, guard: Named | None, now: datetime) -> CaseAct:
    """Return the act that this would be. It stands last by its turn, so of which log it is matters to nobody yet."""
    return CaseAct(
        turn=case.next_turn,
        at=now,
        kiosk_id=KioskId(""),
        epoch=0,
        seq=0,
        event=wish.event,
        guard_id=guard.id if guard is not None else None,
        role=_role(guard),
        place_id=wish.place_id,
        disposition=wish.disposition,
        to=wish.to,
        item=wish.item,
        note=wish.note,
    )
