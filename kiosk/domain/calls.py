"""Calls for help: somebody touched "ask a person", with a visit that goes on or with none. Pure.

A call marks a visit until a guard sends it on, or has helped and takes the mark off. Somebody unknown gets a visit that
is the call alone, and it is over once they were helped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.domain.entry import EntryKind
from kiosk.domain.visit import OPEN_STEPS, Step

if TYPE_CHECKING:
    from kiosk.domain.record import Visit

ASKED: Final = "asked_person"
"""Why a guard is needed (`Visit.cause`)."""

_LEFT_BY_GUARD: Final = frozenset({Step.GUARD, Step.CARD_CHECK, Step.REFUSED})
"""Steps that nobody gets on from but by a guard, who then stands before them."""


def cause_after(visit: Visit) -> str:
    """Return why a guard is needed once `visit` called: who waits for one already still waits for the same."""
    return visit.cause if visit.step is Step.GUARD and visit.cause else ASKED


def is_answered(visit: Visit, kind: EntryKind, step: Step) -> bool:
    """Tell whether an entry of `kind` that brings `visit` to `step` takes the mark of its call off.

    What is over keeps it: it tells why there was a visit.
    """
    if visit.cause != ASKED or step not in OPEN_STEPS | {Step.REFUSED}:
        return False
    return kind is EntryKind.HELPED or (visit.step in _LEFT_BY_GUARD and step is not visit.step)


def is_call_alone(visit: Visit) -> bool:
    """Tell whether a visit is of somebody who called and did nothing else: no booking, and nobody let them begin."""
    return visit.step is Step.GUARD and visit.cause == ASKED and visit.booking is None and not visit.walk_in


def wants_help_alone(visit: Visit) -> bool:
    """Tell whether a call is all that a guard is needed for: once helped, they go on, or wait on, by themselves."""
    if visit.cause != ASKED:
        return False
    is_settled = visit.step is Step.REFUSED and not visit.calls_guard
    return is_settled or visit.step in {Step.RESTING, Step.HALL_LINE} or is_call_alone(visit)
