"""What a screen may ask for. `app.py` does it; a screen never names another screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kiosk.domain.ids import CaseId, GuardId, VisitId
    from kiosk.domain.paper_sheets import PaperRow
    from kiosk.services.guard_views import RecordLine


class ScreenHost(Protocol):
    """The acts behind the buttons. Each returns at once; the answer comes as the next view."""

    # the visitor
    def confirm(self) -> None:
        """Say "yes, that is me"."""
        ...

    def disown(self) -> None:
        """Say "not my booking"."""
        ...

    def not_me(self) -> None:
        """Say that the visit on the screen is somebody else's: it gives way, and its code takes it up again."""
        ...

    def declare(self, yes: tuple[str, ...]) -> None:
        """Answer the questions; `yes` holds the ids answered yes, empty for "none of these"."""
        ...

    def measure_by_hand(self) -> None:
        """Ask for a measurement by a member of staff instead of the device."""
        ...

    def ask_person(self) -> None:
        """Call a member of staff."""
        ...

    def more_time(self) -> None:
        """Start the time left on this screen anew."""
        ...

    def done(self) -> None:
        """Go back to the idle screen ("I see")."""
        ...

    def open_keypad(self) -> None:
        """Type a number instead of scanning."""
        ...

    def look_up(self, kind: str, number: str) -> None:
        """Look a typed number up; `kind` is "booking" or "id"."""
        ...

    def open_help(self) -> None:
        """Show the answers to common questions."""
        ...

    def open_which(self) -> None:
        """Ask which of the health questions apply ("one of these")."""
        ...

    def open_notice(self) -> None:
        """Show the whole privacy notice."""
        ...

    def back(self) -> None:
        """Go back from the keypad, the help, the notice or the choice to where the visitor was."""
        ...

    def switch_language(self) -> None:
        """Make the other language the first one."""
        ...

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large."""
        ...

    def seen(self) -> None:
        """Quiet the alarm: a guard saw it and is on the way. Takes no PIN."""
        ...

    # the guard

    def open_guard(self) -> None:
        """Show the guard's sign-in."""
        ...

    def sign_in(self, guard_id: GuardId, pin: str) -> None:
        """Sign a guard in by the PIN of their account."""
        ...

    def sign_out(self) -> None:
        """Lock the guard's screen."""
        ...

    def open_board(self) -> None:
        """Go back to the guard's board."""
        ...

    def open_menu(self) -> None:
        """Show what else there is."""
        ...

    def open_item(self, name: str) -> None:
        """Open one thing of the menu; `guard_menu.ITEMS` names them."""
        ...

    def open_visit(self, visit_id: VisitId) -> None:
        """Show one visit to the guard."""
        ...

    def open_reading(self, visit_id: VisitId, case_id: CaseId | None) -> None:
        """Show the pad for a reading that the guard took by hand."""
        ...

    def change_instrument(self, visit_id: VisitId | None, case_id: CaseId | None, *, is_in_lane: bool) -> None:
        """Ask with which thermometer it is measured from here on."""
        ...

    def measure(self, visit_id: VisitId, case_id: CaseId | None, value: str) -> None:
        """Record a reading that the guard took by hand; of a case, its page is shown then."""
        ...

    def guard_act(self, act: str, visit_id: VisitId | None, value: str = "") -> None:
        """Do one of the guard's acts; the closed list stands in `kiosk.services.guards`."""
        ...

    def begin_visit_act(self, act: str, visit_id: VisitId, label: str) -> None:
        """Ask what has to be chosen before an act for a visit: "override", "cause" (of a case)."""
        ...

    def begin_walk_in(self, visit_id: VisitId | None = None, label: str = "") -> None:
        """Ask why somebody may come in without a booking; with a visit: who comes along with it."""
        ...

    def open_case(self, case_id: CaseId) -> None:
        """Show one case."""
        ...

    def case_act(self, case_id: CaseId, event: str, value: str = "") -> None:
        """Do one thing for a case; the closed list is `kiosk.domain.case.CaseEvent`."""
        ...

    def begin_case_act(self, case_id: CaseId, event: str) -> None:
        """Do one thing for a case, or ask first what has to be chosen for it."""
        ...

    def choose(self, kind: str, subject: str, value: str) -> None:
        """Answer a question of the chooser; `kind` and `subject` are the question's (`choices.py`)."""
        ...

    def choose_nothing(self, kind: str, subject: str) -> None:
        """Go back from a question to where it was asked."""
        ...

    def open_near(self, case_id: CaseId) -> None:
        """Ask for a supervisor's consent to list who was near an open case."""
        ...

    def near(self, case_id: CaseId, supervisor_id: str, pin: str) -> None:
        """List who was near an open case, with a supervisor's PIN."""
        ...

    # the manual lane

    def open_lane(self, visit_id: VisitId | None = None) -> None:
        """Show the manual lane; `visit_id` is measured next, whoever waits longest when it is None."""
        ...

    def measure_in_lane(self, visit_id: VisitId, value: str) -> None:
        """Record the first reading by hand of somebody in the lane."""
        ...

    def correct_in_lane(self, visit_id: VisitId, value: str) -> None:
        """Record that the value of whoever was measured last was touched wrongly."""
        ...

    def open_lane_pad(self, visit_id: VisitId, label: str, site: str, *, corrects: bool = False) -> None:
        """Show the pad for a value that has no button in the lane; `corrects`: of whoever was measured last."""
        ...

    def give_lane(self) -> None:
        """Give the window to the next visitor; the lane stays open."""
        ...

    # the guard's day

    def begin_situation(self, situation: str) -> None:
        """Begin to handle a situation of the plan that is no case."""
        ...

    def tick(self, run_id: str, step_id: str) -> None:
        """Tick one step of such a situation."""
        ...

    def begin_earlier(self, run_id: str) -> None:
        """Ask what of a case or a situation was done earlier, to write it down with its real time."""
        ...

    def end_situation(self, run_id: str) -> None:
        """Say that such a situation is over."""
        ...

    def begin_shift(self, checks: dict[str, bool]) -> None:
        """Begin a shift with its checklist, answered whole."""
        ...

    def hand_over(self) -> None:
        """Ask to whom the shift is handed over, and with what words."""
        ...

    def open_records(self, which: str, page: int, wanted: str) -> None:
        """Show a page of the records, through one filter."""
        ...

    def begin_record(self, line: RecordLine) -> None:
        """Ask whether a typed reading is to be corrected, or its visit looked at."""
        ...

    def correct_reading(self, seq: int, celsius: str) -> None:
        """Record what a reading that was typed should have been."""
        ...

    def count(self, inside: int) -> None:
        """Record how many a guard counted inside."""
        ...

    def late_entry(self, row: PaperRow) -> None:
        """Type in one row of the paper ledger."""
        ...
