"""Who may let a visitor go on despite a refusal, and what they may give as the reason.

Example: "too late" may be overridden by any guard, "wrong site" by a shift leader, a forged code by nobody. Of
several reasons that hold, every one must be within the guard's right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.admission import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable


class OverrideWhy(StrEnum):
    """Why a guard overrides; the closed list, each with its words (`override.<...>`)."""

    DOCUMENTS = "documents"  # the papers are in order and were looked at
    BOOKING_ERROR = "booking_error"
    SLOT_MISSED = "slot_missed"  # for a good reason, such as the queue itself
    FRAIL = "frail"  # old, young, ill, pregnant or disabled: should not wait
    LEADER = "leader"  # by a leader's word
    SYSTEM = "system"  # a system or device got it wrong


class MayOverride(StrEnum):
    """Who may override a reason; each may do what the one before may, and nobody may what says `never`."""

    GUARD = "guard"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    NEVER = "never"


NO_BOOKING: Final = frozenset(
    {
        Reason.AMBIGUOUS_CODE,
        Reason.UNREADABLE_CODE,
        Reason.FORGED_CODE,
        Reason.UNKNOWN_KEY,
        Reason.UNKNOWN_BOOKING,
    }
)
"""Reasons that no booking stands behind: whatever a policy says, nobody overrides them.

That bars the code, not the person: who is known by a card has a booking, and who has none may be a walk-in.
"""


@dataclass(frozen=True, slots=True)
class OverrideRule:
    """Who may override one reason. `basis`: where that comes from."""

    reason: Reason
    by: MayOverride
    basis: str = ""


OWN_RULES: Final = (
    *(OverrideRule(reason, MayOverride.NEVER) for reason in Reason if reason in NO_BOOKING),
    OverrideRule(Reason.CANCELLED, MayOverride.LEADER),
    OverrideRule(Reason.REVOKED, MayOverride.LEADER),
    OverrideRule(Reason.BLACKLISTED, MayOverride.LEADER),
    OverrideRule(Reason.NOT_CONFIRMED, MayOverride.GUARD),
    OverrideRule(Reason.ONLINE_ONLY, MayOverride.LEADER),
    OverrideRule(Reason.WRONG_SITE, MayOverride.LEADER),
    OverrideRule(Reason.NOT_SERVED_HERE, MayOverride.LEADER),
    OverrideRule(Reason.SUSPENDED_SERVICE, MayOverride.LEADER),
    OverrideRule(Reason.ALREADY_ARRIVED, MayOverride.GUARD),
    OverrideRule(Reason.WRONG_DAY, MayOverride.LEADER),
    OverrideRule(Reason.SITE_CLOSED, MayOverride.SUPERVISOR),
    OverrideRule(Reason.TOO_LATE, MayOverride.GUARD),
    OverrideRule(Reason.TOO_EARLY, MayOverride.GUARD),
)
"""What holds where a policy says nothing of overriding, as one of an earlier version does."""


def least(rules: Iterable[OverrideRule], reasons: Iterable[str]) -> MayOverride:
    """Return who may override all of `reasons`; without a reason there is nothing to override."""
    known = {rule.reason.value: rule.by for rule in rules}
    barred = {reason.value for reason in NO_BOOKING}
    order = list(MayOverride)
    asked = [MayOverride.NEVER if reason in barred else known.get(reason, MayOverride.NEVER) for reason in reasons]
    return max(asked, key=order.index, default=MayOverride.NEVER)


def may_override(rules: Iterable[OverrideRule], reasons: Iterable[str], role: str) -> bool:
    """Tell whether a guard of this role may override all of `reasons`."""
    needed = least(rules, reasons)
    order = list(MayOverride)
    return needed is not MayOverride.NEVER and order.index(MayOverride(role)) >= order.index(needed)
