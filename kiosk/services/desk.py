"""The whole kiosk behind its screens: every act that a touch, a code or a reading can set off.

Called on the worker's thread. A log that cannot be written takes the kiosk out of order until it can be again: no
act is then shown as done, and nobody is admitted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.domain.admission import is_clock_off
from kiosk.domain.entry import EntryKind
from kiosk.domain.screening import Fault, Reading
from kiosk.errors import StoreError
from kiosk.services.guards import needs_guard
from kiosk.services.hall import rests
from kiosk.services.health import FAULT, WELL
from kiosk.services.views import IdleFacts, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.domain.declaration import Declaration
    from kiosk.domain.ids import VisitId
    from kiosk.services.day import Day
    from kiosk.services.guard_board import Board
    from kiosk.services.guard_desk import GuardDesk
    from kiosk.services.health import Health
    from kiosk.services.identifying import Identifying
    from kiosk.services.visits import Visits

logger = logging.getLogger(__name__)

_SLOT: Final = timedelta(hours=1)  # bookings are made in hourly slots (mission, row 5)


@dataclass(slots=True)
class Desk:
    """What the screens, the demo and the tests call. `guarding`: the guard's side of it."""

    visits: Visits
    identifying: Identifying
    board_maker: Board
    guarding: GuardDesk
    health: Health
    day: Day
    thermometer_name: str
    is_simulated: bool
    is_board: bool = False  # a display in the rest room: it tells the numbers of all kiosks of the site

    # the visitor

    def scan(self, texts: Sequence[str]) -> View:
        """Judge what one frame, one wedge burst or one serial line holds."""
        return self._view(lambda: self.identifying.scan(texts))

    def is_not_of(self, visit_id: VisitId, texts: Sequence[str]) -> bool:
        """Tell whether a code that is held up is another one than this visit's; nothing is opened or recorded."""
        return self.identifying.is_not_of(visit_id, texts)

    def is_card_not_of(self, visit_id: VisitId, number: str) -> bool:
        """Tell whether a card that was laid on the reader is known to be another's; nothing is opened or recorded."""
        return self.identifying.is_card_not_of(visit_id, number)

    def look_up(self, kind: str, number: str) -> View:
        """Find a booking by its typed number: `kind` is "booking", or "id" for an identity number."""
        find = self.identifying.look_up_id if kind == "id" else self.identifying.look_up_number
        return self._view(lambda: find(number))

    def confirm(self, visit_id: VisitId) -> View:
        """Hear "yes, that is me"."""
        return self._view(lambda: self.visits.confirm(visit_id))

    def disown(self, visit_id: VisitId) -> View:
        """Hear "not my booking"."""
        return self._view(lambda: self.visits.disown(visit_id))

    def declare(self, visit_id: VisitId, yes: tuple[str, ...] | None) -> View:
        """Take the answers to the questions."""
        return self._view(lambda: self.visits.declare(visit_id, yes))

    def measured(self, visit_id: VisitId, reading: Reading | Fault) -> View:
        """Judge what the thermometer gave, or that it gave nothing."""
        return self._view(lambda: self.visits.measured(visit_id, reading))

    def measure_by_hand(self, visit_id: VisitId) -> View:
        """Hear "measure me by hand"."""
        return self._view(lambda: self.visits.measure_by_hand(visit_id))

    def ask_person(self, visit_id: VisitId | None) -> View:
        """Call a member of staff."""
        return self._view(lambda: self.visits.ask_person(visit_id))

    def time_out(self, visit_id: VisitId) -> View:
        """Close a visit that its visitor left."""
        return self._view(lambda: self.visits.time_out(visit_id))

    def visitor_left(self) -> None:
        """Hear that the screen went back to idle: the next visitor starts with a clean slate."""
        self.identifying.visitor_left()

    def unexpected(self, visit_id: VisitId | None) -> View:
        """Hand a visit to the guard after an unexpected failure; with none, still show the guard's wait."""
        if visit_id is None:
            return self.visits.showing.waiting(None)
        return self._view(lambda: self.visits.unexpected(visit_id))

    def _view(self, act: Callable[[], View]) -> View:
        return self.health.view(lambda: self.guarding.lane.catch(act()))

    def out_of_order(self, error: StoreError) -> View:
        """Take the kiosk out of order until its log can be written again."""
        return self.health.out_of_order(error)

    def rest_screen(self) -> View:
        """Return what the screen shows when nobody is there: idle, or out of order until the log can be written."""
        if not self.health.broken:
            return self._view(self._turned_day)
        return self._view(self._probe)

    def _turned_day(self) -> View:
        self.day.turn()
        _ = self.visits.rules.site  # without its site's rules a kiosk decides nothing
        return self.visits.showing.idle()

    def _probe(self) -> View:
        """Try to write: an entry says that the log works again."""
        with self.visits.log.act() as act:
            act.record(EntryKind.DEVICE, {"device": "log", "state": "ok"})
        return self._turned_day()

    def device_is(self, device: str, state: str) -> None:
        """Hear how a device is; a change is recorded."""
        if self.health.devices.get(device) != state:
            self.health.devices = {**self.health.devices, device: state}
            self.note_device(device, state)

    def clock_is(self, offset_ms: int | None) -> None:
        """Hear how far the server's clock is from ours; said once it is too far, and once it is right again."""
        if offset_ms is None:
            return
        is_off = is_clock_off(offset_ms)
        if is_off or "clock" in self.health.devices:
            self.device_is("clock", FAULT if is_off else WELL)

    def note_device(self, device: str, state: str) -> None:
        """Record that a device changed its state ("ok" or what is wrong with it)."""
        with self.visits.log.act() as act:
            act.record(EntryKind.DEVICE, {"device": device, "state": state})

    def exit_sensed(self) -> None:
        """Record that the sensor at the way out saw somebody leave; an empty hall loses nobody: that was staff."""
        self.health.view(self._exit_sensed)

    def _exit_sensed(self) -> None:
        with self.visits.log.act() as act:
            inside = self.visits.hall.inside(act.state)
            act.record(EntryKind.EXIT_SENSED, {"counts": inside > 0, "inside": max(0, inside - 1)})

    # what the idle screen and the declaration show

    def idle_facts(self) -> IdleFacts:
        """Return what the idle screen shows besides the live picture."""
        log, now = self.visits.log, self.visits.clock.now()
        state, rules = log.state, self.visits.rules
        start = now.replace(minute=0, second=0, microsecond=0)
        oldest = log.oldest_unsent()
        everywhere = self.board_maker.everywhere
        waiting = everywhere.listed(state) if self.is_board else state.open_visits()
        called, resting = rests(filter(self.visits.hall.is_of_today, waiting), now)
        return IdleFacts(
            now=now,
            slot_start=start,
            slot_end=start + _SLOT,
            inside=self.visits.hall.inside(state),
            cap=rules.site.cap or None,
            called=(*called, *self.visits.hall.lined_up(state)),
            notices=tuple(rules.documents().notices),
            waiting_for_guard=sum(needs_guard(visit) for visit in self.board_maker.rows(state)),
            is_simulated=self.is_simulated,
            is_online=self.visits.hall.is_site_known(),
            oldest_unsent_s=int((now - oldest).total_seconds()) if oldest is not None else None,
            link=self.health.link.trouble,
            resting=resting,
            site=rules.site.name,
            timezone=rules.site.timezone,
        )

    def declaration(self) -> Declaration:
        """Return the questions and the privacy notice in force."""
        return self.visits.rules.declaration

    def form(self, visit_id: VisitId) -> Declaration:
        """Return the declaration with just the questions that this visitor is asked."""
        visit = self.visits.log.state.visit(visit_id)
        service = visit.booking.service if visit is not None and visit.booking is not None else ""
        return replace(self.declaration(), questions=self.declaration().asked(service))
