"""The whole kiosk behind its screens: every act that a touch, a code or a reading can set off.

Called on the worker's thread. A log that cannot be written takes the kiosk out of order until it can be again: no
act is then shown as done, and nobody is admitted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Fault, Reading
from kiosk.domain.visit import SCREEN_STEPS, Step
from kiosk.errors import StoreError
from kiosk.services.guards import KIND_OF_SITE, GuardAct, Typed, needs_guard
from kiosk.services.link import Link
from kiosk.services.views import Face, IdleFacts, View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kiosk.domain.declaration import Declaration
    from kiosk.domain.ids import GuardId, VisitId
    from kiosk.protocol.messages import Guard
    from kiosk.services.day import Day
    from kiosk.services.guard_board import Board
    from kiosk.services.guards import Guards
    from kiosk.services.identifying import Identifying
    from kiosk.services.sign_in import SignIn
    from kiosk.services.views import Account, GuardBoard, GuardDetail
    from kiosk.services.visits import Visits

logger = logging.getLogger(__name__)

_GOES_ON: Final = SCREEN_STEPS | {Step.ADMITTED, Step.HALL_LINE}
"""Steps at which the visitor goes on at this very screen after a guard's act; the guard is signed out."""
_SLOT: Final = timedelta(hours=1)  # bookings are made in hourly slots (mission, row 5)


@dataclass(slots=True)
class Desk:
    """What the screens, the demo and the tests call."""

    visits: Visits
    identifying: Identifying
    guards: Guards
    signing: SignIn
    board_maker: Board
    day: Day
    kiosk_name: str
    thermometer_name: str
    is_simulated: bool
    link: Link = field(default_factory=Link)
    devices: Mapping[str, bool] = field(default_factory=dict[str, bool])
    guard: Guard | None = field(default=None, init=False)
    broken: str = field(default="", init=False)

    # the visitor

    def scan(self, texts: Sequence[str]) -> View:
        """Judge what one frame, one wedge burst or one serial line holds."""
        return self._view(lambda: self.identifying.scan(texts))

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
        """Do an act; a store that fails, or rules that never came, take the kiosk out of order."""
        try:
            self.visits.log.check_fork()
            view = act()
        except StoreError as error:
            return self.out_of_order(error)
        self.broken = ""
        return view

    def out_of_order(self, error: StoreError) -> View:
        """Take the kiosk out of order until its log can be written again."""
        if self.broken != error.code:
            logger.error("out of order: %s: %s", error.code, error)
        self.broken = error.code
        return View(Face.OUT_OF_ORDER, facts={"code": error.code, "kiosk": self.kiosk_name})

    def rest_screen(self) -> View:
        """Return what the screen shows when nobody is there: idle, or out of order until the log can be written."""
        if not self.broken:
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

    def note_device(self, device: str, state: str) -> None:
        """Record that a device changed its state ("ok" or what is wrong with it)."""
        with self.visits.log.act() as act:
            act.record(EntryKind.DEVICE, {"device": device, "state": state})

    # what the idle screen and the declaration show

    def idle_facts(self) -> IdleFacts:
        """Return what the idle screen shows besides the live picture."""
        log, now = self.visits.log, self.visits.clock.now()
        state, rules = log.state, self.visits.rules
        start = now.replace(minute=0, second=0, microsecond=0)
        oldest = log.oldest_unsent()
        return IdleFacts(
            now=now,
            slot_start=start,
            slot_end=start + _SLOT,
            inside=self.visits.hall.inside(state),
            cap=rules.site.cap or None,
            called=self.visits.hall.called(state, now),
            notices=tuple(rules.documents().notices),
            waiting_for_guard=sum(needs_guard(visit) for visit in self.board_maker.rows(state)),
            is_simulated=self.is_simulated,
            is_online=self.visits.hall.is_site_known(),
            oldest_unsent_s=int((now - oldest).total_seconds()) if oldest is not None else None,
            link=self.link.trouble,
        )

    def declaration(self) -> Declaration:
        """Return the questions and the privacy notice in force."""
        return self.visits.rules.declaration

    def form(self, visit_id: VisitId) -> Declaration:
        """Return the declaration with just the questions that this visitor is asked."""
        visit = self.visits.log.state.visit(visit_id)
        service = visit.booking.service if visit is not None and visit.booking is not None else ""
        return replace(self.declaration(), questions=self.declaration().asked(service))

    # the guard

    def accounts(self) -> tuple[Account, ...]:
        """Return who may sign in here."""
        return self.signing.accounts()

    def sign_in(self, guard_id: GuardId, pin: str) -> GuardBoard | None:
        """Sign a guard in by PIN; None when it is not theirs, or while their account waits after wrong ones."""
        return self._signed_in(lambda: self.signing.by_pin(guard_id, pin))

    def sign_in_by_badge(self, text: str) -> GuardBoard | None:
        """Sign a guard in by the code on their badge; None when it is nobody's."""
        return self._signed_in(lambda: self.signing.by_badge(text))

    def _signed_in(self, try_it: Callable[[], Guard | None]) -> GuardBoard | None:
        try:
            self.guard = try_it()
        except StoreError as error:  # a sign-in that cannot be recorded is none
            self.guard = None
            self.out_of_order(error)
        return self.board()

    def sign_out(self) -> None:
        """Lock the guard's screens."""
        guard, self.guard = self.guard, None
        try:
            if guard is not None:
                self.signing.sign_out(guard)
        except StoreError as error:  # locked all the same
            self.out_of_order(error)

    def board(self) -> GuardBoard | None:
        """Return the guard's overview, or None when nobody is signed in."""
        if self.guard is None:
            return None
        return self.board_maker.overview(self.guard, self._devices(), self.link.trouble)

    def _devices(self) -> tuple[tuple[str, bool], ...]:
        return (*self.devices.items(), ("log", not self.broken))

    def detail(self, visit_id: VisitId) -> GuardDetail | None:
        """Return one visit as a guard sees it, or None when nobody is signed in or there is no such visit."""
        return self.board_maker.detail(visit_id) if self.guard is not None else None

    def guard_act(
        self, what: GuardAct, visit_id: VisitId | None, value: str = ""
    ) -> GuardBoard | GuardDetail | View | None:
        """Do one of the guard's acts; return what their screen shows next, or the visitor's when that one goes on.

        `value`: for MEASURE "axilla:37.4", typed twice "axilla:39.6:39.6"; for WIDEN minutes. None: not signed in.
        """
        guard = self.guard
        if guard is None:
            return None
        if visit_id is None:
            try:
                return self._kiosk_act(guard, what, value)
            except StoreError as error:
                self.sign_out()
                return self.out_of_order(error)
        typed = read_typed(value) if what is GuardAct.MEASURE else None
        view = self._view(lambda: self.guards.act(guard, what, visit_id, typed))
        visit = self.visits.log.state.visit(visit_id)
        goes_on = visit is not None and visit.step in _GOES_ON
        if goes_on or view.face is Face.OUT_OF_ORDER:
            self.sign_out()
            return view
        return self.detail(visit_id) if what in {GuardAct.MEASURE, GuardAct.CARD_SEEN} else self.board()

    def _kiosk_act(self, guard: Guard, what: GuardAct, value: str) -> GuardBoard | View | None:
        if what is GuardAct.EXIT:
            self.sign_out()
            return self.identifying.let_next_go_out(guard.id)
        if what is GuardAct.WIDEN:
            self.guards.widen(guard, int(value) if value.isdecimal() else 0)
        elif what is GuardAct.REOPEN_TYPING:
            self.guards.reopen_typing(guard)
            self.identifying.typing_reopened()
        elif what is GuardAct.CLOSE_DAY:
            self.guards.close_day(guard)
        return self.board()


def read_typed(value: str) -> Typed | None:
    """Return the temperature that a guard typed ("axilla:37.4", or twice "axilla:39.6:39.6"), or None for nonsense."""
    site, _, rest = value.partition(":")
    numbers = rest.split(":")
    try:
        values = [_centi(number) for number in numbers]
        place = BodySite(site)
    except ValueError:
        return None
    if place not in KIND_OF_SITE or len(values) > 2:  # noqa: PLR2004 - once or twice
        return None
    return Typed(values[0], place, "guard", values[1] if len(values) > 1 else None)


def _centi(text: str) -> int:
    """Return "37.4" as 3740; raises ValueError for anything but one or two digits, a point and a digit or two."""
    whole, _, part = text.partition(".")
    if not (whole.isdecimal() and part.isdecimal() and len(whole) <= 2 and len(part) <= 2):  # noqa: PLR2004 - see above
        message = f"{text!r} is no temperature"
        raise ValueError(message)
    return int(whole) * 100 + int(part.ljust(2, "0"))
