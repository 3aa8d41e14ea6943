"""From a visit to what its screen shows: one place that decides what may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.domain.admission import LOOKS_TO_GUARD, Reason, is_site_open, opening, serves, slot_opens
from kiosk.domain.site import Words
from kiosk.domain.visit import Step
from kiosk.services.views import BookingCard, Face, Hint, RefusalFacts, View

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kiosk.domain.booking import Booking
    from kiosk.domain.policy import BodySite
    from kiosk.domain.record import Visit
    from kiosk.domain.site import Site
    from kiosk.domain.state_keeper import State
    from kiosk.services.hall import Hall
    from kiosk.services.rulebook import Rulebook

FACES: Final[Mapping[Step, Face]] = {
    Step.BOOKING: Face.BOOKING,
    Step.CARD_CHECK: Face.GUARD,
    Step.DECLARATION: Face.DECLARATION,
    Step.MEASURING: Face.MEASURING,
    Step.RESTING: Face.REST,
    Step.GUARD: Face.GUARD,
    Step.HALL_LINE: Face.HALL_LINE,
    Step.ADMITTED: Face.ADMITTED,
    Step.REFUSED: Face.REFUSED,
    Step.DISOWNED: Face.IDLE,
    Step.ABANDONED: Face.IDLE,
    Step.TURNED_AWAY: Face.GUARD,
    Step.HELPED: Face.IDLE,
    Step.LEFT: Face.GOODBYE,
}
"""Which screen each step shows; a new step without one is a type error here and a failing test."""

_LOOK_AHEAD_DAYS: Final = 31  # how far the next opening is searched


@dataclass(frozen=True, slots=True)
class Showing:
    """Makes views of visits. `measured_at`: where on the body the kiosk's thermometer measures, None without one."""

    rules: Rulebook
    hall: Hall
    measured_at: BodySite | None = None

    def idle(self, hint: Hint = Hint.NONE) -> View:
        """Return the idle screen, with one line for the visitor."""
        return View(Face.IDLE, hint=hint)

    def waiting(self, visit: Visit | None) -> View:
        """Return the wait for the guard, the same for every cause; None: for somebody whom no visit is known of."""
        if visit is None:
            return View(Face.GUARD, has_booking=False)
        return View(Face.GUARD, visit.id, number=visit.label, has_booking=_is_told_of_a_booking(visit))

    def of(self, visit: Visit, state: State, hint: Hint = Hint.NONE) -> View:
        """Return the view of a visit at its step."""
        face = FACES[visit.step]
        if face is Face.IDLE:
            return self.idle(hint)
        reason = Reason(visit.reasons[0]) if visit.step is Step.REFUSED and visit.reasons else None
        looks_to_guard = reason in LOOKS_TO_GUARD
        return View(
            face=face,
            visit_id=visit.id,
            card=self.card(visit.booking) if visit.booking is not None and face is not Face.GUARD else None,
            refusal=self._refusal(visit, reason, state) if reason is not None else None,
            number=visit.label if face is Face.GUARD or looks_to_guard else _number(visit),
            position=self.hall.place_in_line(state, visit) if visit.step is Step.HALL_LINE else None,
            until=visit.rest_until if visit.step is Step.RESTING else None,
            hint=hint,
            looks_to_guard=looks_to_guard,
            has_booking=_is_told_of_a_booking(visit),
            measured_at=self.measured_at if face is Face.MEASURING else None,
        )

    def card(self, booking: Booking) -> BookingCard:
        """Return what the holder of a booking may see of it."""
        service = self.rules.services().get(booking.service)
        unknown = Words(booking.service, booking.service)
        return BookingCard(
            name_masked=booking.name_masked or None,
            plate_masked=booking.plate_masked or None,
            service=service.name if service is not None else unknown,
            hall=service.hall if service is not None else self.rules.site.name,
            slot_start=booking.slot_start,
            slot_end=booking.slot_end,
            is_green=booking.is_green,
        )

    def _refusal(self, visit: Visit, reason: Reason, state: State) -> RefusalFacts:
        """Return what this reason's screen tells, so that the visitor knows what to do next."""
        now = self.hall.clock.now()
        if visit.booking is None:
            return RefusalFacts(reason, now=now)
        match reason:
            case Reason.TOO_EARLY | Reason.WRONG_DAY:
                return RefusalFacts(reason, now=now, earliest=slot_opens(visit.booking, self.rules.policy))
            case Reason.WRONG_SITE:
                return _sent_to(reason, now, self.rules.other_site(visit.booking.site))
            case Reason.NOT_SERVED_HERE:
                return _sent_to(reason, now, self._competent_site(visit.booking))
            case Reason.ONLINE_ONLY:
                service = self.rules.services().get(visit.booking.service)
                return RefusalFacts(reason, now=now, url=service.online_url if service is not None else None)
            case Reason.SITE_CLOSED:
                return RefusalFacts(reason, now=now, opens=self._next_opening(now))
            case Reason.ALREADY_ARRIVED:
                return RefusalFacts(reason, now=now, first_seen=self._first_seen(visit.booking, state))
            case _:
                return RefusalFacts(reason, now=now)

    def _first_seen(self, booking: Booking, state: State) -> datetime | None:
        """Return when this booking first arrived, at whichever kiosk of the site."""
        visits = (*state.visits_of(booking.id), *self.hall.copy.peer_visits(booking.id))
        return min((visit.arrived_at for visit in visits if visit.arrived_at is not None), default=None)

    def _competent_site(self, booking: Booking) -> Site | None:
        """Return the first site of the directory that serves this district and plate, or None."""
        here = self.rules.site.id
        return next((site for site in self.rules.documents().sites if site.id != here and serves(site, booking)), None)

    def _next_opening(self, now: datetime) -> datetime | None:
        site = self.rules.site
        for days in range(_LOOK_AHEAD_DAYS):
            opens = opening(site, now + timedelta(days=days))
            if opens > now and is_site_open(site, opens):
                return opens
        return None


def _is_told_of_a_booking(visit: Visit) -> bool:
    """Tell whether the wait for the guard says that the booking is kept.

    A code that is not ours has none, and its wait must read like everybody's, also after the visitor called again.
    """
    return visit.booking is not None or not LOOKS_TO_GUARD.isdisjoint(visit.reasons)


def _sent_to(reason: Reason, now: datetime, site: Site | None) -> RefusalFacts:
    if site is None:
        return RefusalFacts(reason, now=now)
    return RefusalFacts(reason, now=now, site_name=site.name, site_address=site.address)


def _number(visit: Visit) -> str | None:
    """Return the number that the visitor's screen shows at this step; while it goes on, of whom no name is known."""
    is_named = visit.booking is not None and bool(visit.booking.name_masked)
    on_screen = "" if is_named else visit.label
    numbers = {
        Step.DECLARATION: on_screen,
        Step.MEASURING: on_screen,
        Step.ADMITTED: visit.queue_number,
        Step.RESTING: visit.rest_number,
        Step.HALL_LINE: visit.line_number,
    }
    return numbers.get(visit.step) or None
