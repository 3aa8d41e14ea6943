"""Who may come in without a booking, by a guard's word. Each kind is counted separately in the daily report."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class WalkIn(StrEnum):
    """Why somebody is let in without a booking; the first six are the green channel (mission, row 9)."""

    EPIDEMIC_CONTROL = "epidemic_control"
    MEDICAL = "medical"
    CONTROL_SUPPLIES = "control_supplies"
    LIVELIHOOD_GOODS = "livelihood_goods"
    CITY_OPERATION = "city_operation"
    HARDSHIP = "hardship"

    TELEPHONE = "telephone"  # booked by telephone, and the booking is not found here
    NO_PHONE = "no_phone"
    COMPANION = "companion"  # "+1" with a visitor
    CHILD = "child"  # "+1" with an adult
    APPROVED = "approved"  # by a leader's or supervisor's word


GREEN: Final = frozenset(
    {
        WalkIn.EPIDEMIC_CONTROL,
        WalkIn.MEDICAL,
        WalkIn.CONTROL_SUPPLIES,
        WalkIn.LIVELIHOOD_GOODS,
        WalkIn.CITY_OPERATION,
        WalkIn.HARDSHIP,
    }
)
"""Kinds that pass with priority, at any hour, with the queue's letter G."""

WITH_SOMEBODY: Final = frozenset({WalkIn.COMPANION, WalkIn.CHILD})
"""Kinds that come with another visitor's visit."""


def role_for(kind: WalkIn) -> str:
    """Return the least role that may let somebody in so."""
    return "leader" if kind is WalkIn.APPROVED else "guard"
