"""A drawn guard's hand on the guard's screens of the real window: signs in, opens cases, does what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from demo.endings import LostError
from kiosk.domain.case import CaseEvent
from kiosk.domain.masking import mask_name
from kiosk.screens.act_row import ActRow
from kiosk.screens.choices import EARLIER_WHEN
from kiosk.screens.guard_case import HARD, main_choice
from kiosk.screens.guard_shift import CheckRow
from kiosk.services.views import Face

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.director import Director
    from demo.world import DrawnGuard

_TOUCHES: Final = 4


class GuardHand:
    """One guard at a kiosk. What a list shows is touched by its value, what a button says by its words."""

    def __init__(self, stage: Director) -> None:
        """Work on the window that `stage` leads."""
        self._stage = stage
        self._hand = stage.hand
        self._app = stage.app

    # coming and going

    def sign_in(self, guard: DrawnGuard) -> None:
        """Sign in with the guard's own account and PIN."""
        self._hand.tap_words(self._app.screen.stage.place())
        self._expect("guard_sign_in")
        if self._app.screen.guard_id != guard.id:
            self._hand.tap_words(mask_name(guard.name))
        self._hand.type_keys(guard.pin)
        self._hand.tap("sign_in.enter")
        self._expect("guard_board")

    def lock(self) -> None:
        """Lock the guard's screens."""
        self._hand.tap("guard.lock")
        self._stage.expect(Face.IDLE)

    def lock_if_open(self) -> None:
        """Lock the guard's screens, unless they are locked already."""
        if self._app.shown_name is not Face.IDLE:
            self.lock()

    def board(self) -> None:
        """Go back to the overview."""
        while self._app.shown_name != "guard_board":
            before = self._app.shown_name
            self._hand.tap("common.back")
            self._hand.wait_for(lambda before=before: self._app.shown_name != before, "the page before")
        self._expect("guard_board")

    def more(self, name: str, panel: str) -> None:
        """Open one thing of the list behind "more"."""
        self._hand.tap("guard.to_more")
        self._expect("guard_menu")
        self._hand.tap(f"menu.{name}")
        self._expect(panel)

    # the shift

    def begin_shift(self) -> None:
        """Answer every item of the checklist with yes, and begin."""
        self.more("shift", "guard_shift")
        rows = [row for row in self._app.screen.ids.body.children if isinstance(row, CheckRow)]
        for row in reversed(rows):
            self._hand.tap_inside(row, self._app.texts.t("shift.yes"))
        self._stage.snapshot("guard-shift-answered")
        self._hand.tap("shift.begin")
        self._hand.wait_for(lambda: self._app.shown_name != "guard_shift" or self._app.screen.is_on_duty, "the shift")
        self.board()

    def hand_over(self) -> None:
        """Hand the shift over to whoever comes next, with what is open."""
        self.more("shift", "guard_shift")
        self._hand.tap("shift.end")
        self._expect("guard_choice")
        self.pick("")
        self._hand.wait_for(lambda: self._app.screen.choice.kind == "hand_over_remark", "the remark")
        self.pick("case")
        self._hand.wait_for(
            lambda: self._is_past("hand_over_remark") and self._app.pending == 0, "the shift handed over"
        )

    # visits and cases

    def open_visit(self, visit_id: str) -> None:
        """Open the page of a visit that stands on the overview."""
        row = next((row for row in self._app.screen.board.rows if row.visit_id == visit_id), None)
        if row is None:
            raise LostError(f"the visit {visit_id[-4:]} does not stand on the guard's board")
        self._hand.tap_row(row.label, lambda: self._app.shown_name in {"guard_visit", "guard_case"})
        self._hand.wait_for(lambda: self._app.pending == 0, "the visit's page")
        self._stage.snapshot(str(self._app.shown_name).replace("_", "-"))

    def open_case(self, visit_id: str) -> None:
        """Open the page of a visit's case from the overview."""
        self.open_visit(visit_id)
        self._expect("guard_case")

    def measure(self, site: str, digits: str) -> None:
        """Say which thermometer is in the hand, where that is asked, and type a reading on the pad."""
        self._hand.wait_for(lambda: self._app.shown_name in {"guard_reading", "guard_choice"}, "the pad")
        if self._app.shown_name == "guard_reading" and site not in self._app.screen.sites:
            self._hand.tap("instrument.change")
            self._expect("guard_choice")
        if self._app.shown_name == "guard_choice":
            options = self._app.screen.choice.options
            self.pick(next(item.value for item in options if f"guard.site.{site}" in item.about))
        self._expect("guard_reading")
        self._hand.tap(f"guard.site.{site}")
        self._hand.type_keys(digits)
        self._stage.snapshot("guard-reading")
        self._hand.tap("guard.pad_save")
        self._hand.wait_for(
            lambda: self._app.shown_name != "guard_reading" and self._app.pending == 0, "the reading recorded"
        )

    def do(self, event: str, *chosen: str) -> None:
        """Do one thing for the case on the screen, choosing what is asked for."""
        self._expect("guard_case")
        first = main_choice(self._app.screen.case)
        turned = self._turned()
        if first is not None and first.event == event:
            self._hand.tap(f"case.act.{event}")
            if event in HARD:
                self._hand.tap_again()
        else:
            self.pick(event)
        for value in chosen:
            self._expect("guard_choice")
            self._stage.snapshot(f"guard-choice-{self._app.screen.choice.kind}")
            kind = self._app.screen.choice.kind
            self.pick(value)
            self._hand.wait_for(lambda kind=kind: self._is_past(kind), "the answer taken")
        self._hand.wait_for(lambda: turned() and self._app.pending == 0, f"{event} done")
        self._stage.look()

    def begin(self, event: str) -> None:
        """Begin one thing for the case on the screen that goes on elsewhere: a reading, on the pad."""
        first = main_choice(self._app.screen.case)
        if first is not None and first.event == event:
            self._hand.tap(f"case.act.{event}")
        else:
            self.pick(event)

    def arm(self, key: str) -> None:
        """Touch a button that asks once more, twice; then go back to the overview."""
        self._hand.tap(key)
        self._hand.tap_again()
        self._hand.wait_for(lambda: self._app.pending == 0, f"{key} done")
        if self._app.shown_name != "guard_board":
            self.board()

    def choose_why(self) -> None:
        """Answer why somebody is let in despite a refusal: the first reason of the list."""
        self._expect("guard_choice")
        self.pick(self._app.screen.choice.options[0].value)

    def tick_next(self) -> None:
        """Tick the plan's next step on the case's page."""
        run = self._app.screen.case.run
        step_id = next(step.step_id for step in run.steps if step.ticked_at is None and step.may_tick)
        self.pick(step_id)
        self._hand.wait_for(lambda: self._is_ticked(step_id), "the step ticked")

    def tick_earlier(self) -> None:
        """Write down the plan's next step with the time at which it was done: when the case began."""
        run = self._app.screen.case.run
        step_id = next(step.step_id for step in run.steps if step.ticked_at is None and step.may_tick)
        self.pick(run.run_id)
        self._expect("guard_choice")
        self.pick(f"{CaseEvent.TICKED}:{step_id}")
        self._hand.wait_for(lambda: self._app.screen.choice.kind == EARLIER_WHEN, "when it was")
        self._stage.snapshot("guard-choice-when")
        self.pick(self._app.screen.choice.options[-1].value)
        self._hand.wait_for(lambda: self._is_ticked(step_id), "the step ticked")

    def _is_ticked(self, step_id: str) -> bool:
        case = getattr(self._app.screen, "case", None)
        steps = case.run.steps if case is not None and case.run is not None else ()
        return any(step.step_id == step_id and step.ticked_at is not None for step in steps)

    def _is_past(self, kind: str) -> bool:
        screen = self._app.screen
        return self._app.shown_name != "guard_choice" or screen.choice.kind != kind

    def _turned(self) -> Callable[[], bool]:
        """Return what tells that the page was shown anew."""
        screen, case = self._app.screen, getattr(self._app.screen, "case", None)
        return lambda: self._app.screen is not screen or getattr(screen, "case", None) is not case

    def pick(self, value: str) -> None:
        """Touch the row of a list that stands for `value`; one that asks first is touched twice."""
        self._hand.wait_for(lambda: self._row(value) is not None, f"the row {value!r}")
        for _ in range(_TOUCHES):
            row = self._row(value)
            if row is None:
                return
            heard = _Heard(row)
            self._hand.touch_in_list(row)
            self._hand.comes(heard.something)
            if heard.is_picked:
                return
        raise LostError(f"the row {value!r} is not taken; the screen shows {self._app.shown_name}")

    def _row(self, value: str) -> ActRow | None:
        rows = (item for item in self._app.screen.walk() if isinstance(item, ActRow))
        return next((row for row in rows if row.value == value and not row.is_shut and not row.is_fact), None)

    def _expect(self, panel: str) -> None:
        self._hand.wait_for(lambda: self._app.shown_name == panel and self._app.pending == 0, f"the screen {panel}")
        self._stage.snapshot(panel.replace("_", "-"))


class _Heard:
    """Hears whether a row was picked, or asked whether one is sure."""

    def __init__(self, row: ActRow) -> None:
        self._row, self._was_armed = row, row.is_armed
        self.is_picked = False
        row.fbind("on_pick", self._picked)

    def something(self) -> bool:
        return self.is_picked or self._row.is_armed != self._was_armed

    def _picked(self, _row: ActRow) -> None:
        self.is_picked = True
