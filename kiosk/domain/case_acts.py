"""What can be done for an isolation case, and by whom: the words of `case.py`, which has the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kiosk.domain.ids import GuardId, KioskId
from kiosk.domain.record import Measured


class Role(StrEnum):
    """Who may sign in; each may do what the one before may."""

    GUARD = "guard"
    LEADER = "leader"
    SUPERVISOR = "supervisor"

    def may_act_as(self, least: Role) -> bool:
        """Tell whether this role is `least` or above it."""
        order = list(Role)
        return order.index(self) >= order.index(least)


class Cause(StrEnum):
    """Why a case was opened."""

    ELEVATED = "elevated"
    DECLARATION = "declaration"
    RISK_AREA = "risk_area"
    COLLAPSE = "collapse"
    GUARD = "guard"  # the guard's own word


class CaseStep(StrEnum):
    """Where a case is."""

    FLAGGED = "flagged"  # nobody has taken it yet
    ACKNOWLEDGED = "acknowledged"  # a named guard has it
    PLACED = "placed"  # in a place of the isolation area
    DISPOSED = "disposed"  # it is decided how it ends; a place may still have to be cleaned
    CLEANED = "cleaned"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What is done for a case; each comes from one entry of a screening log."""

    ACKNOWLEDGED = "acknowledged"
    PLACED = "placed"  # or moved to another place
    DISPOSED = "disposed"
    CLEANED = "cleaned"  # one place that was used
    CLOSED = "closed"

    SEEN = "seen"  # one touch without a name: somebody is on the way
    MEASURED = "measured"
    REPORTED = "reported"
    REMARKED = "remarked"
    TICKED = "ticked"  # a step of the plan
    CO_SIGNED = "co_signed"
    ESCALATED = "escalated"  # by program: nobody took it in time
    HEARD = "heard"  # by program: it was closed at another place, and this log takes note of it


class Disposition(StrEnum):
    """How a case ends."""

    RELEASED = "released"
    TURNED_AWAY = "turned_away"
    REFERRED = "referred"
    ESCORTED = "escorted"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    OPENED_IN_ERROR = "opened_in_error"  # there never was a case; the screening goes on where it was


FACTS: Final = frozenset(
    {
        CaseEvent.SEEN,
        CaseEvent.MEASURED,
        CaseEvent.REPORTED,
        CaseEvent.REMARKED,
        CaseEvent.TICKED,
        CaseEvent.CO_SIGNED,
        CaseEvent.ESCALATED,
        CaseEvent.HEARD,
    }
)
"""Events that move nothing and always count, whatever the step: they happened."""

NAMELESS: Final = frozenset({CaseEvent.SEEN, CaseEvent.ESCALATED, CaseEvent.HEARD})
"""Events that no named guard stands behind."""

LEAVING: Final = frozenset(
    {Disposition.TURNED_AWAY, Disposition.REFERRED, Disposition.ESCORTED, Disposition.LEFT_AGAINST_ADVICE}
)
"""Dispositions after which the visitor is gone; one of them may be corrected to another."""


@dataclass(frozen=True, slots=True)
class CaseAct:
    """One thing that was done for a case. `turn`: its place among all acts; the fields below it by its event.

    `at`: when it happened, by the server's clock as far as the kiosk knew it.
    """

    turn: int
    at: datetime
    kiosk_id: KioskId
    epoch: int
    seq: int
    event: CaseEvent
    guard_id: GuardId | None = None
    role: Role = Role.GUARD
    place_id: str = ""
    reading: Measured | None = None
    disposition: Disposition | None = None
    to: str = ""  # reported, referred or escalated to whom: a contact of the plan, or a role
    item: str = ""  # the step of the plan that was ticked; heard: how many acts were known with this one
    note: str = ""  # remarked: the words; heard: the entry that closed it, as `name` has it

    @property
    def order(self) -> tuple[int, datetime, str, int, int]:
        """Where it stands among the acts of its case, the same at every place."""
        return (self.turn, self.at, self.kiosk_id, self.epoch, self.seq)

    @property
    def entry(self) -> tuple[str, int, int]:
        """Which entry it comes from."""
        return (self.kiosk_id, self.epoch, self.seq)

    @property
    def name(self) -> str:
        """Which entry it comes from, as one word."""
        return f"{self.kiosk_id}/{self.epoch}/{self.seq}"


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case began. `was_elevated`: a reading of this visit was; releasing then takes a normal clinical one.

    `was_confirmed`: the visit's last clinical reading was elevated, so that it is to be reported from the beginning.

    `co_signed`: dispositions that a second person must sign, by the plan in force when the case was opened.
    """

    at: datetime
    label: str
    kiosk_id: KioskId
    cause: Cause
    guard_id: GuardId | None = None
    was_elevated: bool = False
    co_signed: tuple[Disposition, ...] = ()
    was_confirmed: bool = False
