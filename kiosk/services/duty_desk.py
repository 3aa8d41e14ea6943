"""What a signed-in guard does beside visits and cases: the shift, the plan, walk-ins, the day, the paper.

Called on the worker's thread, as `desk.guarding.duty`. Without a signed-in guard, None comes back and nothing is done;
a log that cannot be written signs the guard out and takes the kiosk out of order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from kiosk.domain.correction import celsius_cc
from kiosk.domain.entry import EntryKind
from kiosk.domain.screening import Reading
from kiosk.domain.wire import from_json
from kiosk.errors import StoreError
from kiosk.services.device_views import DevicesView
from kiosk.services.late import Late
from kiosk.services.near import Near
from kiosk.services.paper import Papers
from kiosk.services.records import Records
from kiosk.services.shifts import Shifts
from kiosk.services.situations import Situations
from kiosk.services.today import Today
from kiosk.services.walk_ins import WalkIns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.domain.ids import CaseId, GuardId, VisitId
    from kiosk.domain.paper_sheets import PaperRow
    from kiosk.domain.walk_in import WalkIn
    from kiosk.ports import DayLog
    from kiosk.protocol.messages import Guard
    from kiosk.services.case_views import CaseViews
    from kiosk.services.device_views import DeviceLine
    from kiosk.services.guard_board import Board
    from kiosk.services.guard_views import EarlierView, LateSaved, NearView, PlanView, RecordsView, ShiftView, TodayView
    from kiosk.services.guards import Guards
    from kiosk.services.health import Health
    from kiosk.services.paper import LedgerFiles
    from kiosk.services.sign_in import SignIn
    from kiosk.services.views import GuardBoard, View
    from kiosk.services.visits import Visits

T = TypeVar("T")
_MOST_INSIDE: Final = 99_999


@dataclass(frozen=True, slots=True)
class Outside:
    """What the guard's side needs of the world: the log as it is read, and files for people (None: none leave).

    `ask_devices` is slow and may be called on any thread.
    """

    log: DayLog
    files: LedgerFiles | None = None
    ask_devices: Callable[[], tuple[DeviceLine, ...]] = tuple


class SignedIn(Protocol):
    """The guard's desk, as far as the duty's side needs it."""

    visits: Visits
    signing: SignIn
    guards: Guards
    board_maker: Board
    case_views: CaseViews
    health: Health
    guard: Guard | None

    def board(self) -> GuardBoard | None:
        """Return the guard's overview, or None when nobody is signed in."""
        ...

    def sign_out(self) -> None:
        """Lock the guard's screens."""
        ...


@dataclass(slots=True)
class DutyDesk:
    """The second half of the guard's desk. Every method takes the guard who is signed in at `desk`."""

    desk: SignedIn
    outside: Outside
    today_maker: Today = field(init=False)
    shifts: Shifts = field(init=False)
    situations: Situations = field(init=False)
    walk_ins: WalkIns = field(init=False)
    records_maker: Records = field(init=False)
    late: Late = field(init=False)
    near_lists: Near = field(init=False)
    papers: Papers = field(init=False)

    def __post_init__(self) -> None:
        """Put the parts together from those of the desk."""
        desk = self.desk
        self.today_maker = Today(self.outside.log, desk.board_maker)
        self.shifts = Shifts(desk.visits, self.today_maker)
        self.situations = Situations(desk.visits, desk.case_views, desk.visits.new_id)
        self.walk_ins = WalkIns(desk.visits, desk.board_maker.everywhere, self.today_maker)
        self.records_maker = Records(self.outside.log, desk.visits)
        self.late = Late(desk.visits, desk.board_maker.everywhere)
        self.papers = Papers(desk.board_maker, self.today_maker, self.outside.files)
        self.near_lists = Near(self.outside.log, desk.visits, desk.signing)

    def _do(self, act: Callable[[Guard], T]) -> T | View | None:
        """Do something in the name of the signed-in guard."""
        guard = self.desk.guard
        if guard is None:
            return None
        try:
            return act(guard)
        except StoreError as error:
            self.desk.sign_out()
            return self.desk.health.out_of_order(error)

    # the shift

    def shift(self) -> ShiftView | View | None:
        """Return the shift's screen: the checklist, or what is handed over."""
        return self._do(self.shifts.view)

    def begin_shift(self, checks: Mapping[str, bool]) -> ShiftView | View | None:
        """Begin the guard's shift; nothing is begun while an item of the checklist has no answer."""

        def begin(guard: Guard) -> ShiftView:
            self.shifts.begin(guard, checks)
            return self.shifts.view(guard)

        return self._do(begin)

    def end_shift(self, to: str, remark: str) -> GuardBoard | View | None:
        """End the guard's shift with a hand-over: `to` a name that the screen showed, or "" for whoever comes next."""

        def end(guard: Guard) -> GuardBoard | None:
            self.shifts.end(guard, to, remark)
            return self.desk.board()

        return self._do(end)

    # the plan

    def plan(self) -> PlanView | View | None:
        """Return the plan's screen."""
        return self._do(self.situations.view)

    def begin_situation(self, situation: str) -> PlanView | View | None:
        """Begin to handle a situation of the plan that is no case."""

        def begin(guard: Guard) -> PlanView:
            self.situations.begin(guard, situation)
            return self.situations.view(guard)

        return self._do(begin)

    def tick(self, run_id: str, step_id: str, minutes_ago: int = 0) -> PlanView | View | None:
        """Tick a step; `minutes_ago`: it was done then, and is written down now. A case's run is known by its id."""

        def tick(guard: Guard) -> PlanView:
            self.situations.tick(guard, run_id, step_id, minutes_ago)
            return self.situations.view(guard)

        return self._do(tick)

    def earlier(self, run_id: str) -> EarlierView | View | None:
        """Return what of a case or a situation may be written down with the time at which it was done."""
        return self._do(lambda guard: self.situations.earlier(guard, run_id))

    def end_situation(self, run_id: str) -> PlanView | View | None:
        """End a situation that was begun here."""

        def end(guard: Guard) -> PlanView:
            self.situations.end(guard, run_id)
            return self.situations.view(guard)

        return self._do(end)

    # visitors without a booking

    def walk_in(self, why: str, with_visit: VisitId | None = None) -> View | GuardBoard | None:
        """Let somebody begin without a booking: their questions come next, at this screen, and the guard is signed out.

        The guard's board comes back when that may not be: a leader's matter, closed, or nobody named to be with.
        """

        def begin(guard: Guard) -> View | GuardBoard | None:
            view = self.walk_ins.begin(guard, why, with_visit)
            if view is None:
                return self.desk.board()
            self.desk.sign_out()
            return view

        return self._do(begin)

    def walk_in_hindrances(self, with_visit: VisitId | None = None) -> Mapping[WalkIn, str] | View | None:
        """Return why the guard may not let somebody in so, by kind (`WalkIns.hindrances`)."""
        return self._do(lambda guard: self.walk_ins.hindrances(guard, with_visit))

    def with_whom(self) -> tuple[tuple[VisitId, str], ...] | View | None:
        """Return with whom a companion or a child may come now: visits and their numbers, the last first."""
        return self._do(lambda _guard: self.walk_ins.with_whom())

    # the day

    def today(self) -> TodayView | View | None:
        """Return the day on one screen."""
        return self._do(lambda _guard: self.today_maker.view(self.desk.health.all_devices()))

    def begin_devices(self) -> Callable[[], DevicesView] | View | None:
        """Return the work of asking each device how it is; slow, for any thread."""
        others = self.desk.health.all_devices()
        return self._do(lambda _guard: lambda: DevicesView(self.outside.ask_devices(), others))

    def records(self, which: str = "all", page: int = 0, wanted: str = "") -> RecordsView | View | None:
        """Return a page of today's records, the newest first, through a filter or by a typed number."""
        return self._do(lambda guard: self.records_maker.view(guard, which, page, wanted))

    def count(self, inside: int) -> GuardBoard | View | None:
        """Correct the number inside by what the guard counted; nonsense changes nothing."""

        def count(guard: Guard) -> GuardBoard | None:
            if 0 <= inside <= _MOST_INSIDE:
                self._count(guard, inside)
            return self.desk.board()

        return self._do(count)

    def note_look(self, visit_id: VisitId) -> None:
        """Record that the guard opened a visit that waits for nobody."""
        visit = self.desk.visits.log.state.visit(visit_id)
        if visit is not None and not visit.is_listed:
            self._do(lambda guard: self.records_maker.looked_at(guard, visit_id))

    def _count(self, guard: Guard, inside: int) -> None:
        """Record the hall's number: this kiosk's part of the sum takes up the difference to the others'."""
        hall = self.desk.board_maker.hall
        with self.desk.visits.log.act() as act:
            was, elsewhere = hall.inside(act.state), hall.inside_elsewhere()
            body = {"guard_id": guard.id, "role": guard.role, "inside": inside, "here": inside - elsewhere, "was": was}
            act.record(EntryKind.COUNTED, body)

    def late_entry(self, row: PaperRow) -> LateSaved | View | str | None:
        """Type in one row of the paper ledger; a text key comes back for what is wrong with it."""
        return self._do(lambda guard: self.late.enter(guard, row))

    def correct_reading(self, seq: int, celsius_typed: str, why: str) -> RecordsView | View | None:
        """Record what a reading that was typed should have been, `why` in words; the readings are shown again."""

        def correct(guard: Guard) -> RecordsView:
            entry = self.records_maker.typed_reading(seq)
            if entry is not None:
                was = from_json(Reading, entry.data()["reading"])
                right = replace(was, value_cc=celsius_cc(celsius_typed), operator_id=guard.id)
                self.desk.guards.correct(guard, entry, right, why)
            return self.records_maker.view(guard, "readings", 0)

        return self._do(correct)

    def near(self, case_id: CaseId, supervisor_id: GuardId, supervisor_pin: str) -> NearView | View | None:
        """Return who was near an open case; None without the right or a supervisor's consent."""
        return self._do(lambda guard: self.near_lists.view(guard, case_id, supervisor_id, supervisor_pin))

    # paper

    def export(self) -> str | View | None:
        """Write the day's ledger to a USB stick, as a spreadsheet and to be printed; return its path or a text key.

        Slow: a window does it in two parts, `begin_export` here and the rest on another thread.
        """
        return _finished(self.begin_export())

    def begin_export(self) -> Callable[[], str] | str | View | None:
        """Register the export; return the work that is left, for any thread, or the text key of what is wrong."""
        return self._do(self.papers.export)

    def blank_sheets(self) -> str | View | None:
        """Save numbered blank ledger sheets and the hour's bookings; return the path or a text key. Slow as well."""
        return _finished(self.begin_blank_sheets())

    def begin_blank_sheets(self) -> Callable[[], str] | str | View | None:
        """Register the sheets; return the work that is left, for any thread, or the text key of what is wrong."""
        return self._do(self.papers.blank_sheets)


def _finished(work: Callable[[], str] | str | View | None) -> str | View | None:
    return work() if callable(work) else work
