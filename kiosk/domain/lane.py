"""The manual lane: who waits at the door to be measured by a guard, and for how long a guard may leave it open.

Under 16 °C no machine finds anybody normal (`ScreeningPolicy.ambient_low_cc`); a guard then measures covered skin, one
visitor after another. Only a first reading is taken so: whoever was found elevated, or measured by hand already, is
looked at apart and at leisure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.domain.policy import BodySite
from kiosk.domain.record import is_provisional
from kiosk.domain.visit import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kiosk.domain.record import Visit

CAUSE: Final = "lane"  # why a visit is held that a kiosk with an open lane does not measure itself
CAUSES: Final = frozenset({CAUSE, "by_hand", "manual_required", "too_cold", "unstable", "device_fault"})
"""Why a guard is needed, where a reading by hand is all that is wanting."""

SITES: Final = (BodySite.WRIST, BodySite.NECK)
"""Skin under clothes (China CDC, 2020-02-16)."""

QUICK_CC: Final = tuple(range(3550, 3750, 10))
"""What has a button of its own: 35.5 °C, the lowest that can be normal there, to 37.4 °C, the first that are not."""

OPEN_S: Final = 300.0
"""So long after a guard's last touch in it the lane stays open; a visitor's touch does not count (a guess)."""


def waits(visit: Visit) -> bool:
    """Tell whether a visit waits for its first reading by hand, and for nothing else."""
    return (
        visit.step is Step.GUARD
        and visit.cause in CAUSES
        and visit.declared_at is not None
        and visit.case_id is None
        and not any(item.is_manual or is_provisional(item) for item in visit.readings)
    )


def waiting(visits: Iterable[Visit]) -> Sequence[Visit]:
    """Return those of `visits` that wait in the lane, by when their questions were answered."""
    return sorted((visit for visit in visits if waits(visit)), key=lambda visit: (visit.declared_at, visit.id))
