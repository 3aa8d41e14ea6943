"""What the window asks by itself, again and again: the hall, the alarm, and what changed on the guard's screens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from kiosk.screens.acting import Window
from kiosk.screens.catalog import Panel, face_of
from kiosk.services.guard_views import AreaView, CaseView, LaneView
from kiosk.services.views import AlarmView, Face, GuardBoard, GuardDetail, IdleFacts, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.acting import T
    from kiosk.screens.showcase import Showcase

FACTS_S: Final = 1.0
ALARM_S: Final = 0.5
LIVE_S: Final = 1.0

Live = GuardBoard | GuardDetail | CaseView | AreaView | LaneView


class _Window(Window, Protocol):
    """What the pulse needs of the app besides."""

    pending: int

    @property
    def shown_name(self) -> Face | Panel:
        """Which screen is shown."""
        ...

    @property
    def screen(self) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """The screen that is shown."""
        ...

    def run_unasked(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run a job that no touch asked for, and `then` as for `run_job`; touches count meanwhile."""
        ...

    def ask_aside(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        """Run a job that no touch asked for: it holds nothing up; one that fails is logged, and answers None."""
        ...


class Pulse:
    """Keeps the window up to date. Each question waits for the answer to the one before."""

    def __init__(self, window: _Window, case: Showcase) -> None:
        """Ask for what `window` shows out of `case`."""
        self._window = window
        self._case = case
        self._is_asking_alarm = False
        self.regulars = ((self.ask_facts, FACTS_S), (self.ask_alarm, ALARM_S), (self.ask_live, LIVE_S))
        """What is to be called again and again, each with its seconds."""

    # the hall

    def ask_facts(self, _dt: float) -> None:
        """Refresh what the idle screen shows; on it, also turn the day and see whether the log can be written."""
        at_rest = self._is_signing_in() and self._window.pending == 0
        if self._window.shown_name in {Face.IDLE, Face.OUT_OF_ORDER} or at_rest:
            self._window.run_unasked(self._resting, self._show_resting)

    def _is_signing_in(self) -> bool:
        """Tell whether this is a station that waits for a guard to sign in."""
        return self._case.stage.settings.is_station and self._case.is_home

    def _resting(self) -> tuple[View, IdleFacts | None]:
        desk = self._window.desk
        view = desk.rest_screen()
        return view, desk.idle_facts() if view.face is Face.IDLE else None

    def _show_resting(self, resting: tuple[View, IdleFacts | None]) -> None:
        view, facts = resting
        face = face_of(view)
        # Whoever signs in meanwhile is not thrown back to an empty page by the answer to an older question.
        is_home = face is Face.IDLE and self._is_signing_in()
        if face is not self._window.shown_name and not is_home:
            self._window.show_view(view)
        if facts is not None:
            self._case.give_facts(facts)

    # the alarm

    def ask_alarm(self, _dt: float = 0) -> None:
        """Ask what calls a guard; it is told on whatever screen is shown."""
        if not self._is_asking_alarm:
            self._is_asking_alarm = True
            self._window.ask_aside(self._window.desk.guarding.alarm, self._show_alarm)

    def _show_alarm(self, alarm: AlarmView | None) -> None:
        self._is_asking_alarm = False
        if alarm is not None:  # what could not be asked is not taken for quiet
            self._case.give_alarm(alarm)

    def quiet_alarm(self) -> None:
        """Say "seen" for every alarm that stands, and ask anew."""
        self._window.ask_aside(self._window.desk.guarding.seen, lambda _none: self.ask_alarm())

    # the guard's screens

    def ask_live(self, _dt: float = 0) -> None:
        """Refresh the board, a visit, a case, the area or the lane while a guard looks at it."""
        window, guarding = self._window, self._window.desk.guarding
        if window.pending:
            return
        screen = window.screen
        match window.shown_name:
            case Panel.GUARD_BOARD:
                window.ask_aside(guarding.board, lambda board: self._renew(screen, screen.board, board))
            case Panel.GUARD_VISIT:
                visit_id = screen.detail.row.visit_id
                window.ask_aside(
                    lambda: guarding.detail_now(visit_id), lambda now: self._renew(screen, screen.detail, now)
                )
            case Panel.GUARD_CASE:
                case_id = screen.case.case_id
                window.ask_aside(lambda: guarding.case(case_id), lambda case: self._renew(screen, screen.case, case))
            case Panel.GUARD_AREA:
                window.ask_aside(guarding.area, lambda area: self._renew(screen, screen.area, area))
            case Panel.GUARD_LANE:
                window.ask_aside(guarding.lane.view, lambda lane: self._renew(screen, screen.shown, lane))
            case _:
                pass

    def _renew(self, screen: Any, before: Live, now: Live | None) -> None:  # noqa: ANN401 - see above
        """Show what changed; a touch that asks "sure?" is not taken away by what did not change."""
        is_shown = screen is self._window.screen and self._window.pending == 0
        if now is None or not is_shown or _lasting(now) == _lasting(before):
            return
        if isinstance(now, GuardBoard):
            screen.show_board(now)
        elif isinstance(now, LaneView):
            screen.renew(now)
        elif isinstance(now, GuardDetail):
            if now.row.visit_id == screen.detail.row.visit_id:
                screen.show_detail(now)
        elif not isinstance(now, CaseView) or now.case_id == screen.case.case_id:
            screen.present(now)


def _lasting(view: Live) -> Live:
    """Return a view without what changes by itself from second to second, told in minutes anyway."""
    if isinstance(view, GuardBoard):
        age = view.view_age_s // 60 if view.view_age_s is not None else None
        oldest = view.oldest_unsent_s // 60 if view.oldest_unsent_s is not None else None
        return replace(view, view_age_s=age, oldest_unsent_s=oldest)
    if isinstance(view, CaseView) and view.others_age_s is not None:
        return replace(view, others_age_s=view.others_age_s // 60)
    return view
