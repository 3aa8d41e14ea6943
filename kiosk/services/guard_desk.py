"""The guard's side of a kiosk: what a signed-in guard sees and does. Called on the worker's thread.

Everything but signing in, the list of accounts and "seen" needs a guard who is signed in; without one, None comes back
and nothing is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kiosk.domain.by_hand import read_typed
from kiosk.domain.case import CaseEvent, Cause, Disposition
from kiosk.domain.case_wish import CaseWish
from kiosk.domain.visit import PASSED_STEPS, SCREEN_STEPS
from kiosk.errors import StoreError
from kiosk.services.duty_desk import DutyDesk
from kiosk.services.guards import GuardAct
from kiosk.services.lane_desk import LaneDesk
from kiosk.services.views import Face

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.ids import CaseId, GuardId, VisitId
    from kiosk.domain.record import Visit
    from kiosk.protocol.messages import Guard
    from kiosk.services.case_views import CaseViews
    from kiosk.services.device_views import InstrumentsView
    from kiosk.services.duty_desk import Outside
    from kiosk.services.guard_board import Board
    from kiosk.services.guard_views import AreaView, CaseView
    from kiosk.services.guards import Guards
    from kiosk.services.health import Health
    from kiosk.services.identifying import Identifying
    from kiosk.services.sign_in import SignIn
    from kiosk.services.views import Account, AlarmView, GuardBoard, GuardDetail, View
    from kiosk.services.visits import Visits

_LONGEST_NOTE: Final = 200  # characters of a remark
_GOES_ON: Final = SCREEN_STEPS | PASSED_STEPS
"""Steps at which the visitor goes on at this very screen after a guard's act; the guard is signed out.

Not at a station, before which no visitor stands: there the guard's page tells the number."""


@dataclass(slots=True)
class GuardDesk:
    """What the guard's screens call. `guard`: who is signed in. `is_station`: no visitor stands before this screen."""

    visits: Visits
    identifying: Identifying
    guards: Guards
    signing: SignIn
    board_maker: Board
    case_views: CaseViews
    health: Health
    outside: Outside
    is_station: bool = False
    guard: Guard | None = field(default=None, init=False)
    duty: DutyDesk = field(init=False)
    lane: LaneDesk = field(init=False)

    def __post_init__(self) -> None:
        """Give the other parts of the desk their place."""
        self.duty = DutyDesk(self, self.outside)
        self.lane = LaneDesk(self)

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
            keeper = self.lane.release() if self.guard is not None else None
            if keeper is not None and keeper != self.guard:  # the lane was left open in another's name
                self.signing.sign_out(keeper)
        except StoreError as error:  # a sign-in that cannot be recorded is none
            self.guard = None
            self.health.out_of_order(error)
        return self.board()

    def sign_out(self) -> None:
        """Lock the guard's screens, and close the lane."""
        guard, self.guard = self.lane.release() or self.guard, None
        try:
            if guard is not None:
                self.signing.sign_out(guard)
        except StoreError as error:  # locked all the same
            self.health.out_of_order(error)

    def board(self) -> GuardBoard | None:
        """Return the guard's overview, or None when nobody is signed in."""
        if self.guard is None:
            return None
        return self.board_maker.overview(self.guard, self.health.all_devices(), self.health.link.trouble)

    def detail(self, visit_id: VisitId) -> GuardDetail | None:
        """Return one visit as a guard sees it, or None when nobody is signed in or there is no such visit."""
        self.duty.note_look(visit_id)
        return self.detail_now(visit_id)

    def detail_now(self, visit_id: VisitId) -> GuardDetail | None:
        """Return a visit that the guard is looking at already as it is now: that is no new look to be recorded."""
        return self.board_maker.detail(visit_id, self.guard.role) if self.guard is not None else None

    def guard_act(
        self, what: GuardAct, visit_id: VisitId | None, value: str = ""
    ) -> CaseView | GuardBoard | GuardDetail | View | None:
        """Do one of the guard's acts; return what their screen shows next, or the visitor's when that one goes on.

        Of a visit that has a case, by this act or by what somebody else did meanwhile, the page of the case.

        `value`: for MEASURE "axilla:37.4", typed twice "axilla:39.6:39.6"; for OVERRIDE one of `OverrideWhy`; for
        WIDEN minutes. None: not signed in.
        """
        guard = self.guard
        if guard is None:
            return None
        if visit_id is None:
            try:
                return self._kiosk_act(guard, what, value)
            except StoreError as error:
                self.sign_out()
                return self.health.out_of_order(error)
        typed = read_typed(value) if what is GuardAct.MEASURE else None
        view = self.health.view(lambda: self.guards.act(guard, what, visit_id, typed, value))
        # Who was helped stays where they are: the guard goes on with the others.
        visit = self.visits.log.state.visit(visit_id) if what is not GuardAct.HELPED else None
        case = self.visits.cases.undecided(self.visits.log.state, visit_id)
        goes_on = visit is not None and visit.step in _GOES_ON and not self.is_station and case is None
        if goes_on or view.face is Face.OUT_OF_ORDER:
            self.sign_out()
            return view
        # Who was let in is told a number; at a station, who goes on, to show the code at a kiosk: the page says so.
        if case is not None:
            return self.case(case.id)
        is_told = visit is not None and visit.step in (_GOES_ON if self.is_station else PASSED_STEPS)
        page = self.detail(visit_id) if is_told or what in {GuardAct.MEASURE, GuardAct.CARD_SEEN} else None
        return page or self.board()

    # the guards' thermometers: for the lane as well, which stays open while visitors have the window

    def instruments(self) -> InstrumentsView | None:
        """Return which thermometers are listed, and with which one the guard measures; None: nobody is signed in."""
        guard = self.lane.guard_now()
        return self.guards.instruments.view(guard) if guard is not None else None

    def choose_instrument(self, serial: str) -> View | None:
        """Record with which thermometer the guard measures from here on; a view comes back when that failed."""
        guard = self.lane.guard_now()
        try:
            if guard is not None:
                self.guards.instruments.choose(guard, serial)
        except StoreError as error:
            self.sign_out()
            return self.health.out_of_order(error)
        return None

    # isolation cases

    def alarm(self) -> AlarmView:
        """Return what calls a guard now; nobody need be signed in."""
        return self.board_maker.alarm()

    def seen(self, case_id: CaseId | None = None) -> None:
        """Quiet the alarm of one case, or of all that call here: somebody is on the way. Without signing in.

        What is overdue is quiet until it would go on to the next contact, or until something else is overdue.
        """
        state = self.visits.log.state
        cases = self.visits.cases
        waiting = [case.id for case in cases.open(state) if cases.alarm(case) is not None]
        for one in waiting if case_id is None else [case_id]:
            try:
                self.guards.do_for_case(None, one, CaseWish(CaseEvent.SEEN))
            except StoreError as error:
                self.health.out_of_order(error)

    def case(self, case_id: CaseId) -> CaseView | None:
        """Return the page of a case, or None when nobody is signed in or there is no such case."""
        state = self.visits.log.state
        case = self.visits.cases.case(state, case_id)
        return self.case_views.view(case, self.guard, state) if self.guard is not None and case is not None else None

    def case_act(
        self, case_id: CaseId, event: str, value: str = "", minutes_ago: int = 0
    ) -> CaseView | GuardBoard | GuardDetail | View | None:
        """Do one thing for a case; return its page, or None when nobody is signed in.

        One that was closed by it says so, and which steps of its plan nobody ticked.

        Who is let in by it must read their number: their own screen comes then, and the guard is signed out; at a
        station the guard reads it to them, on the page of the visit.
        `value`: the place for placed and cleaned, "disposition" or "disposition:contact" for disposed, the contact
        for reported, the plan's step for ticked, a few words for remarked. `minutes_ago`: it was done then. What may
        not be done now changes nothing: the page says why.
        """
        guard, wish = self.guard, read_wish(event, value, minutes_ago)
        if guard is None or wish is None:
            return None
        try:
            self.guards.do_for_case(guard, case_id, wish)
        except StoreError as error:
            self.sign_out()
            return self.health.out_of_order(error)
        let_in = self._let_in_by(case_id) if wish.disposition is Disposition.RELEASED else None
        if let_in is not None and self.is_station:
            return self.detail(let_in.id)
        if let_in is not None:
            self.sign_out()
            return self.visits.showing.of(let_in, self.visits.log.state)
        page = self.case(case_id)
        return page or self.board()

    def _let_in_by(self, case_id: CaseId) -> Visit | None:
        """Return the visit that the end of a case let in here just now, or None."""
        state = self.visits.log.state
        case = self.visits.cases.case(state, case_id)
        visit = state.visit(case.visit_id) if case is not None else None
        return visit if visit is not None and visit.step in PASSED_STEPS else None

    def open_case(self, visit_id: VisitId | None, cause: str) -> CaseView | View | None:
        """Open a case by the guard's word: for a visit, or for somebody who never stood at a kiosk."""
        guard = self.guard
        if guard is None or cause not in set(Cause):
            return None
        try:
            case_id = self.guards.open_case(guard, visit_id, Cause(cause))
        except StoreError as error:
            self.sign_out()
            return self.health.out_of_order(error)
        return self.case(case_id)

    def area(self) -> AreaView | None:
        """Return the isolation area, or None when nobody is signed in."""
        return self.case_views.area(self.visits.log.state) if self.guard is not None else None

    def _kiosk_act(self, guard: Guard, what: GuardAct, value: str) -> GuardBoard | View | None:
        if what is GuardAct.EXIT:
            self.sign_out()
            return self.identifying.let_next_go_out(guard.id)
        if what is GuardAct.WIDEN:
            self.guards.widen(guard, int(value) if value.isdecimal() else 0)
        elif what is GuardAct.COLD:
            self.guards.switch_cold(guard)
        elif what is GuardAct.REOPEN_TYPING:
            self.guards.reopen_typing(guard)
            self.identifying.typing_reopened()
        elif what is GuardAct.CLOSE_DAY:
            self.guards.close_day(guard)
        return self.board()


def read_wish(event: str, value: str, minutes_ago: int = 0) -> CaseWish | None:
    """Return what a guard's touch asks for, or None for nonsense."""
    wish = _read_wish(event, value)
    return replace(wish, minutes_ago=minutes_ago) if wish is not None else None


def _read_wish(event: str, value: str) -> CaseWish | None:
    try:
        what = CaseEvent(event)
        if what in {CaseEvent.PLACED, CaseEvent.CLEANED}:
            return CaseWish(what, place_id=value)
        if what is CaseEvent.DISPOSED:
            name, _, to = value.partition(":")
            return CaseWish(what, disposition=Disposition(name), to=to)
    except ValueError:
        return None
    match what:
        case CaseEvent.REPORTED:
            return CaseWish(what, to=value) if value else None
        case CaseEvent.TICKED:
            return CaseWish(what, item=value) if value else None
        case CaseEvent.REMARKED:
            return CaseWish(what, note=value[:_LONGEST_NOTE]) if value.strip() else None
        case CaseEvent.MEASURED | CaseEvent.ESCALATED | CaseEvent.HEARD:  # a reading's own entry, or the program's word
            return None
        case _:
            return CaseWish(what)
