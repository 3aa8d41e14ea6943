"""The hall: how many are inside, who may go in next, and the numbers that visitors wait by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kiosk.domain.state_days import INSIDE
from kiosk.domain.times import local_day, local_midnight
from kiosk.domain.visit import Step
from kiosk.services.views import Resting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from kiosk.domain.record import Visit
    from kiosk.domain.state_keeper import State
    from kiosk.ports import Clock, LocalCopy
    from kiosk.services.everywhere import Everywhere
    from kiosk.services.rulebook import Rulebook


def rests(visits: Iterable[Visit], now: datetime) -> tuple[tuple[str, ...], tuple[Resting, ...]]:
    """Return the rest numbers of `visits` that are called, the latest first, and those that still rest, the next first.

    Who was found elevated and who was too cold wait alike: nothing here tells them apart.
    """
    waiting = [
        Resting(visit.rest_number, visit.rest_until)
        for visit in visits
        if visit.step is Step.RESTING and visit.rest_until is not None
    ]
    waiting.sort(key=lambda item: (item.until, item.number))
    called = tuple(item.number for item in reversed(waiting) if item.until <= now)
    return called, tuple(item for item in waiting if item.until > now)


@dataclass(frozen=True, slots=True)
class Hall:
    """The hall as this kiosk knows it: through the server while it answers, by its own share of the cap otherwise."""

    copy: LocalCopy
    everywhere: Everywhere
    rules: Rulebook
    clock: Clock
    letter: str

    def is_site_known(self) -> bool:
        """Tell whether the other kiosks' part is fresh enough to count on."""
        known = self.copy.site_view()
        if known is None:
            return False
        age = self.clock.now() - known[1]
        return age <= timedelta(seconds=self.rules.policy.site_view_stale_s)

    def inside(self, state: State) -> int:
        """Return how many are inside, as far as this kiosk knows."""
        return max(0, state.count(INSIDE) + self.inside_elsewhere())

    def inside_elsewhere(self) -> int:
        """Return the other kiosks' part of the sum, as last heard; it may lie below zero."""
        known = self.copy.site_view()
        return known[0].inside_elsewhere if known is not None else 0

    def free(self, state: State) -> int | None:
        """Return how many places are free; None when the hall has no cap.

        While the link is down only this kiosk's share of the cap is given out, so that all kiosks together never
        let in more than the hall holds.
        """
        documents = self.rules.documents()
        if documents.site.cap == 0:
            return None
        if self.is_site_known():
            return max(0, documents.site.cap - self.inside(state))
        return max(0, documents.cap_share - max(0, state.count(INSIDE)))

    def line(self, state: State) -> Sequence[Visit]:
        """Return those who passed the screening and wait for room, first come first, before all doors of the hall.

        While the link is down this kiosk gives out its own share of the cap, to those who wait here.
        """
        known = self.everywhere.listed(state) if self.is_site_known() else state.open_visits()
        waiting = [visit for visit in known if visit.step is Step.HALL_LINE and self.is_of_today(visit)]
        return sorted(waiting, key=lambda visit: visit.lined_up_at or visit.touched_at)

    def is_of_today(self, visit: Visit) -> bool:
        """Tell whether somebody waits since today: who left yesterday without a word is called no more."""
        zone = self.rules.site.timezone
        return local_day(visit.touched_at, zone) == local_day(self.clock.now(), zone)

    def has_room_for(self, state: State, visit: Visit) -> bool:
        """Tell whether `visit` may go in now: there is a free place that nobody before them is waiting for."""
        free = self.free(state)
        if free is None:
            return True
        if visit.is_green or free == 0:
            return free > 0
        before = self.place_in_line(state, visit) - 1
        return free > before

    def place_in_line(self, state: State, visit: Visit) -> int:
        """Return the place of `visit` in the line, the first being 1; who is not in it comes last."""
        ids = [waiting.id for waiting in self.line(state)]
        return ids.index(visit.id) + 1 if visit.id in ids else len(ids) + 1

    def lined_up(self, state: State) -> tuple[str, ...]:
        """Return the line numbers that may go in now, first come first."""
        free = self.free(state)
        line = tuple(visit.line_number for visit in self.line(state))
        return line if free is None else line[:free]

    def next_number(self, state: State, prefix: str) -> Mapping[str, Any]:
        """Return the next number of a kind, with the counter that its entry moves.

        Numbers carry the kiosk's letter, so that two kiosks of one door never give the same: B037 is the queue's
        37th at kiosk B today, RB12 a rest, WB03 a place in line, GB004 the green channel, CB02 a case. The first that a
        log gives comes after what the letter gave before, as where the kiosk was set up anew at noon.
        """
        now, zone = self.clock.now(), self.rules.site.timezone
        counter = f"{prefix or 'queue'}:{local_day(now, zone).isoformat()}"
        before = state.count(counter) or self.copy.highest_number(prefix + self.letter, local_midnight(now, zone))
        count = before + 1
        width = 3 if prefix in {"", "G"} else 2
        return {"number": f"{prefix}{self.letter}{count:0{width}d}", "counter": counter, "count": count}
