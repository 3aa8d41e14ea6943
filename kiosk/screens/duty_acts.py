"""What a guard's touches set off besides visits and cases: area, plan, shift, the day, the records, late rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.ids import CaseId, GuardId, VisitId
from kiosk.domain.walk_in import WITH_SOMEBODY
from kiosk.screens import choices
from kiosk.screens.catalog import Panel
from kiosk.screens.lane_acts import LaneActs
from kiosk.services.device_views import DevicesView
from kiosk.services.guard_views import CaseView, EarlierView, LateSaved, NearView, ShiftView
from kiosk.services.views import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.paper_sheets import PaperRow
    from kiosk.screens.guard_base import Shown
    from kiosk.services.duty_desk import DutyDesk
    from kiosk.services.views import Account, GuardBoard


class DutyActs(LaneActs):
    """The guard's acts that are about the day, the plan and the shift."""

    @property
    def _duty(self) -> DutyDesk:
        return self._guarding.duty

    # the list of what else there is

    def open_menu(self) -> None:
        """Show what else there is."""
        self._menu("")

    def _menu(self, note: str, *, is_refusal: bool = False) -> None:
        self._window.run_job(self._guarding.board, lambda board: self._show_menu(board, note, is_refusal=is_refusal))

    def _show_menu(self, board: GuardBoard | None, note: str, *, is_refusal: bool = False) -> None:
        if board is None:
            self._rest()
        else:
            self._window.turn_to(Panel.GUARD_MENU).present(board, note, is_refusal=is_refusal)

    def open_item(self, name: str) -> None:
        """Open one thing of the list."""
        items: dict[str, Callable[[], None]] = {
            "lane": self.open_lane,
            "area": lambda: self._ask(self._guarding.area),
            "plan": lambda: self._ask(self._duty.plan),
            "shift": lambda: self._ask(self._duty.shift),
            "today": lambda: self._ask(self._duty.today),
            "records": lambda: self.open_records("all", 0, ""),
            "late": lambda: self._window.turn_to(Panel.GUARD_LATE).start(),
            "count": self._open_count,
            "walk_in": self.begin_walk_in,
            "open_case": lambda: self._ask_choice(choices.cause(None)),
            "export": lambda: self._make(self._duty.begin_export),
            "blank": lambda: self._make(self._duty.begin_blank_sheets),
            "devices": self._ask_devices,
            "training": lambda: self._window.switch_training(self._refused),
        }
        items[name]()

    def _refused(self, key: str) -> None:
        self._menu(self._window.say(key), is_refusal=True)

    def begin_walk_in(self, visit_id: VisitId | None = None, label: str = "") -> None:
        """Ask why somebody may come in without a booking; with a visit: who comes along with it."""
        self._ask_about(
            lambda: self._duty.walk_in_hindrances(visit_id), lambda known: choices.walk_in(known, visit_id, label)
        )

    def _ask_with_whom(self, kind: str) -> None:
        """Ask with whom a companion or a child comes."""
        self._ask_about(self._duty.with_whom, lambda visits: choices.with_whom(kind, visits))

    def _make(self, job: Callable[[], Callable[[], str] | str | View | None]) -> None:
        """Make files, most of it beside the worker; the list then says where they are, or why there are none."""

        def show(work: Callable[[], str] | str | View | None) -> None:
            if isinstance(work, str):
                self._menu(self._told(work))
            elif callable(work):
                self._window.run_job(self._guarding.board, lambda board: self._show_working(board, work))
            else:
                self._show_guard(work)

        self._window.run_job(job, show)

    def _show_working(self, board: GuardBoard | None, work: Callable[[], str]) -> None:
        self._show_menu(board, self._window.say("export.working"))
        self._window.run_slowly(work, lambda told: self._menu(self._told(told)))

    def _ask_devices(self) -> None:
        """Ask each device how it is, beside the worker; the list says so meanwhile."""

        def show(work: Callable[[], DevicesView] | View | None) -> None:
            if callable(work):
                self._window.run_job(self._guarding.board, lambda board: self._show_asking(board, work))
            else:
                self._show_guard(work)

        self._window.run_job(self._duty.begin_devices, show)

    def _show_asking(self, board: GuardBoard | None, work: Callable[[], DevicesView]) -> None:
        self._show_menu(board, self._window.say("devices.asking"))
        self._window.run_slowly(work, self._show_devices)

    def _show_devices(self, devices: DevicesView) -> None:
        def show(board: GuardBoard | None) -> None:
            if board is None:  # locked meanwhile
                self._rest()
            else:
                self._window.turn_to(Panel.GUARD_DEVICES).present(devices)

        self._window.run_job(self._guarding.board, show)

    def _told(self, told: str) -> str:
        said = self._window.say(told)
        return said if said != told else self._window.say("guard.saved", path=told)

    # plan

    def begin_situation(self, situation: str) -> None:
        """Begin to handle a situation that is no case."""
        self._ask(lambda: self._duty.begin_situation(situation))

    def tick(self, run_id: str, step_id: str) -> None:
        """Tick one step of a situation."""
        self._ask(lambda: self._duty.tick(run_id, step_id))

    def begin_earlier(self, run_id: str) -> None:
        """Ask what was done earlier, to write it down with its real time."""
        self._ask_earlier(run_id, choices.earlier)

    def _ask_earlier(self, run_id: str, question: Callable[[EarlierView], choices.Choice]) -> None:
        self._ask_about(lambda: self._duty.earlier(run_id), question)

    def _write_down(self, run_id: str, act: str, minutes_ago: int) -> None:
        event, _, value = act.partition(":")
        case_id = CaseId(run_id)

        def job() -> Shown:
            if self._guarding.case(case_id) is not None:
                return self._guarding.case_act(case_id, event, value, minutes_ago)
            return self._duty.tick(run_id, value, minutes_ago)

        self._ask(job)

    def end_situation(self, run_id: str) -> None:
        """Say that a situation is over."""
        self._ask(lambda: self._duty.end_situation(run_id))

    # shift

    def begin_shift(self, checks: dict[str, bool]) -> None:
        """Begin a shift with its checklist; then the board, and not "hand over" where "begin" was touched."""

        def job() -> Shown:
            shift = self._duty.begin_shift(checks)
            is_begun = isinstance(shift, ShiftView) and shift.begun_at is not None
            return self._guarding.board() if is_begun else shift

        self._ask(job)

    def hand_over(self) -> None:
        """Ask to whom the shift is handed over."""
        self._window.run_job(self._duty.shift, self._ask_receiver)

    def _ask_receiver(self, shift: ShiftView | View | None) -> None:
        if isinstance(shift, ShiftView):
            self._ask_choice(choices.hand_over(shift))
        else:
            self._show_guard(shift)

    # the day and the records

    def open_records(self, which: str, page: int, wanted: str) -> None:
        """Show a page of the records."""
        self._ask(lambda: self._duty.records(which, page, wanted))

    def _open_count(self) -> None:
        self._window.run_job(self._guarding.board, self._show_count)

    def _show_count(self, board: GuardBoard | None) -> None:
        if board is None:
            self._rest()
        else:
            self._window.turn_to(Panel.GUARD_COUNT).present(board)

    def count(self, inside: int) -> None:
        """Record how many a guard counted inside."""
        self._ask(lambda: self._duty.count(inside))

    def late_entry(self, row: PaperRow) -> None:
        """Type in one row of the paper ledger; the form then is empty for the next, or says what is wrong."""
        self._window.run_job(lambda: self._duty.late_entry(row), self._late_entered)

    def _late_entered(self, answer: LateSaved | View | str | None) -> None:
        if isinstance(answer, str):
            self._window.turn_to(Panel.GUARD_LATE).say_wrong(answer)
        elif isinstance(answer, LateSaved):
            self._window.turn_to(Panel.GUARD_LATE).go_on(answer)
        else:
            self._show_guard(answer)

    # who was near a case

    def open_near(self, case_id: CaseId) -> None:
        """Ask for a supervisor's consent to list who was near an open case."""

        def job() -> tuple[CaseView | None, tuple[Account, ...]]:
            return self._guarding.case(case_id), self._guarding.accounts()

        self._window.run_job(job, self._ask_consent)

    def _ask_consent(self, known: tuple[CaseView | None, tuple[Account, ...]]) -> None:
        case, accounts = known
        if case is None:
            self._rest()
        else:
            self._window.turn_to(Panel.GUARD_NEAR).ask(case, accounts)

    def near(self, case_id: CaseId, supervisor_id: str, pin: str) -> None:
        """List who was near an open case, with a supervisor's PIN."""

        def job() -> NearView | CaseView | View | None:
            # Without consent the case says whether the guard is still signed in.
            return self._duty.near(case_id, GuardId(supervisor_id), pin) or self._guarding.case(case_id)

        self._window.run_job(job, self._show_near)

    def _show_near(self, shown: NearView | CaseView | View | None) -> None:
        if isinstance(shown, NearView):
            self._window.turn_to(Panel.GUARD_NEAR).present(shown)
        elif isinstance(shown, CaseView):
            self._window.turn_to(Panel.GUARD_NEAR).say_wrong()
        else:
            self._show_guard(shown)

    # what was chosen

    def choose(self, kind: str, subject: str, value: str) -> None:
        """Do what was chosen."""
        if kind == choices.WALK_IN and value in WITH_SOMEBODY and not subject:
            self._ask_with_whom(value)
        elif kind == choices.WALK_IN:
            self._ask(lambda: self._duty.walk_in(value, VisitId(subject) if subject else None))
        elif kind == choices.WITH_WHOM:
            self._ask(lambda: self._duty.walk_in(subject, VisitId(value)))
        elif kind == choices.EARLIER:
            question = choices.earlier_when if ":" in value else choices.earlier_where
            self._ask_earlier(subject, lambda known: question(known, value))
        elif kind == choices.EARLIER_WHEN:
            run_id, _, act = subject.partition("|")
            self._write_down(run_id, act, int(value))
        elif kind == choices.HAND_OVER:
            self._ask_choice(choices.hand_over_remark(value))
        elif kind == choices.HAND_OVER_REMARK:
            remark = self._window.say(f"shift.remark.{value}") if value != "none" else ""
            self._ask(lambda: self._duty.end_shift(subject, remark))
        else:
            super().choose(kind, subject, value)

    def choose_nothing(self, kind: str, subject: str) -> None:
        """Go back from a question to where it was asked."""
        if kind == choices.HAND_OVER:
            self.open_item("shift")
        elif kind == choices.HAND_OVER_REMARK:
            self.hand_over()
        elif kind == choices.WITH_WHOM:
            self.begin_walk_in()
        elif kind == choices.EARLIER:
            self._ask(lambda: self._guarding.case(CaseId(subject)) or self._duty.plan())
        elif kind == choices.EARLIER_WHEN:
            self.begin_earlier(subject.partition("|")[0])
        elif kind in {choices.INSTRUMENT, choices.RECORD}:
            super().choose_nothing(kind, subject)
        else:
            self.open_menu()
