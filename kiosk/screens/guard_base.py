"""What every act of a guard does in the end: ask the worker, and show what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.screens.catalog import Panel
from kiosk.services.guard_views import AreaView, CaseView, LaneView, PlanView, RecordsView, ShiftView, TodayView
from kiosk.services.views import Face, GuardBoard, GuardDetail, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.acting import T, Window
    from kiosk.screens.choices import Choice
    from kiosk.services.guard_desk import GuardDesk

_Page = CaseView | AreaView | PlanView | ShiftView | TodayView | RecordsView | LaneView
Shown = GuardBoard | GuardDetail | _Page | View | None
"""What an act of the guard's leads to; None: nobody is signed in."""

_PANELS: Final[dict[type, Panel]] = {
    CaseView: Panel.GUARD_CASE,
    AreaView: Panel.GUARD_AREA,
    PlanView: Panel.GUARD_PLAN,
    ShiftView: Panel.GUARD_SHIFT,
    TodayView: Panel.GUARD_TODAY,
    RecordsView: Panel.GUARD_RECORDS,
    LaneView: Panel.GUARD_LANE,
}
"""Which screen shows what the services return."""


class GuardBase:
    """Asks the worker for what the guard wants, and shows the answer."""

    def __init__(self, window: Window) -> None:
        """Act on what `window` shows."""
        self._window = window

    @property
    def _guarding(self) -> GuardDesk:
        return self._window.desk.guarding

    def _is_on_its_way(self) -> bool:
        """Tell whether an act was set off and its screen has still to come: no other touch counts until then.

        Two fingers, or a glove that bounces, touch two buttons of one screen: the first is meant, and what is recorded
        is what is seen next. To call somebody is never too late.
        """
        return self._window.acting > 0

    def _ask(self, job: Callable[[], Shown]) -> None:
        """Do a job on the worker and show what it leads to."""
        self._window.run_job(job, self._show_guard)

    def _show_guard(self, shown: Shown) -> None:
        """Show what an act leads to: the board, a visit, a case, the visitor's own screen; idle when signed out."""
        match shown:
            case None:
                self._rest()
            case View():
                self._window.show_view(shown)
            case GuardBoard():
                self._window.turn_to(Panel.GUARD_BOARD).show_board(shown)
            case GuardDetail():
                self._window.turn_to(Panel.GUARD_VISIT).show_detail(shown)
            case _:
                self._window.turn_to(_PANELS[type(shown)]).present(shown)

    def _rest(self) -> None:
        self._window.show_view(View(Face.IDLE))

    def _ask_about(self, job: Callable[[], T | View | None], question: Callable[[T], Choice]) -> None:
        """Ask the guard about what the worker knows; where that is nothing, or another screen, show what follows."""

        def ask(known: T | View | None) -> None:
            if known is None or isinstance(known, View):
                self._show_guard(known)
            else:
                self._ask_choice(question(known))

        self._window.run_job(job, ask)

    def _ask_choice(self, question: Choice) -> None:
        if self._is_on_its_way():
            return
        self._window.turn_to(Panel.GUARD_CHOICE).present(question)
