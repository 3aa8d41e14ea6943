"""The isolation area: how each of its places stands after all cases of the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from kiosk.domain.case import Case, Standing
    from kiosk.domain.plan import CaseLimits, Place, Plan


LOOK_BACK: Final = timedelta(days=1)
"""How far back the area looks at cases that are closed: a place that was cleaned before midnight may air after it."""


class PlaceState(StrEnum):
    """How a place of the isolation area stands."""

    FREE = "free"
    TAKEN = "taken"
    DIRTY = "dirty"  # left, and not cleaned yet
    AIRING = "airing"  # cleaned, closed for a while


class Room(StrEnum):
    """How much room the isolation area has."""

    FREE = "free"
    SPARE = "spare"  # in an overflow place alone
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PlaceStanding:
    """One place: how it stands, which cases are in it since when, and until when it airs."""

    place: Place
    state: PlaceState
    cases: tuple[tuple[Case, datetime], ...] = ()
    until: datetime | None = None

    @property
    def has_room(self) -> bool:
        """Whether one more person can be placed here."""
        is_usable = self.state in {PlaceState.FREE, PlaceState.TAKEN}
        return is_usable and len(self.cases) < self.place.holds

    @property
    def is_crowded(self) -> bool:
        """Whether more people are here than it holds: two guards who could not see each other used it."""
        return len(self.cases) > self.place.holds


def area(plan: Plan, cases: Iterable[Case], now: datetime) -> tuple[PlaceStanding, ...]:
    """Return how each place of the isolation area stands after `cases`, in the plan's order."""
    standings = [(case, case.standing()) for case in cases]
    return tuple(_place(place, standings, plan.limits, now) for place in plan.places)


def _place(place: Place, standings: list[tuple[Case, Standing]], limits: CaseLimits, now: datetime) -> PlaceStanding:
    inside = tuple(
        (case, standing.placed_at)
        for case, standing in standings
        if standing.is_in_place and standing.place_id == place.id and standing.placed_at is not None
    )
    here = {case.id for case, _ in inside}
    if any(place.id in standing.dirty and case.id not in here for case, standing in standings):
        # Somebody else may still be in a shared place: it is theirs, and dirty only once they are gone.
        return PlaceStanding(place, PlaceState.TAKEN if inside else PlaceState.DIRTY, inside)
    if inside:
        return PlaceStanding(place, PlaceState.TAKEN, inside)
    cleaned = [at for _case, standing in standings for place_id, at in standing.cleaned if place_id == place.id]
    until = max(cleaned, default=None)
    airs_until = until + timedelta(seconds=limits.airing_s) if until is not None else None
    if airs_until is not None and now < airs_until and not place.outdoors:
        return PlaceStanding(place, PlaceState.AIRING, (), airs_until)
    return PlaceStanding(place, PlaceState.FREE)


def free_places(standings: Iterable[PlaceStanding]) -> tuple[Place, ...]:
    """Return where somebody may be placed now: an overflow place only when no other has room."""
    with_room = [item.place for item in standings if item.has_room]
    return tuple([place for place in with_room if not place.is_overflow] or with_room)


def room(standings: Iterable[PlaceStanding]) -> Room:
    """Return how much room there is."""
    with_room = [item.place for item in standings if item.has_room]
    if not with_room:
        return Room.NONE
    return Room.SPARE if all(place.is_overflow for place in with_room) else Room.FREE


def free_from(standings: Sequence[PlaceStanding]) -> datetime | None:
    """Return from when there is room by itself, because a place has aired; None where there is, or nobody knows."""
    aired = [item.until for item in standings if item.until is not None]
    return min(aired, default=None) if room(standings) is Room.NONE else None
