"""What visitors' touches set off; with the guard's, a `ScreenHost` (`host.py` names all acts)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.screens.catalog import Panel
from kiosk.screens.guard_acts import GuardActs
from kiosk.services.views import Face, Hint, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.ids import VisitId


class Acts(GuardActs):
    """Every act of every screen; a `ScreenHost`."""

    def _act(self, act: Callable[[VisitId], View], *, stays: bool = False) -> None:
        """Do one of the visitor's acts for the visit on the screen, if there is one."""
        visit_id = self._window.view.visit_id
        if visit_id is not None and not self._is_on_its_way():
            self._window.run_job(lambda: act(visit_id), lambda view: self._window.show_view(view, stays=stays))

    # the visitor

    def confirm(self) -> None:
        """Say "yes, that is me"."""
        self._act(self._window.desk.confirm)

    def disown(self) -> None:
        """Say "not my booking"; whoever says so still stands here, and is told what to do."""
        self._act(self._window.desk.disown, stays=True)

    def not_me(self) -> None:
        """Give the screen to whoever stands here; the visit on it was left, and its code takes it up where it was."""
        self._act(self._window.desk.time_out)

    def declare(self, yes: tuple[str, ...]) -> None:
        """Answer the questions."""
        self._act(lambda visit_id: self._window.desk.declare(visit_id, yes))

    def measure_by_hand(self) -> None:
        """Ask to be measured by a member of staff."""
        self._act(self._window.desk.measure_by_hand)

    def ask_person(self) -> None:
        """Call a member of staff; of two buttons touched at once this one counts, and its screen comes last."""
        visit_id = self._window.view.visit_id
        self._window.run_job(lambda: self._window.desk.ask_person(visit_id), self._window.show_view, visit_id)

    def more_time(self) -> None:
        """Start the time left on this screen anew."""
        self._window.more_time()

    def done(self) -> None:
        """Go back to the idle screen."""
        if not self._is_on_its_way():
            self._window.show_view(View(Face.IDLE))

    def open_keypad(self) -> None:
        """Type a number instead of scanning."""
        self._window.view = View(Face.IDLE)
        self._window.turn_to(Panel.KEYPAD).start()

    def look_up(self, kind: str, number: str) -> None:
        """Look a typed number up; a wrong one is said on the keypad."""
        self._window.run_job(lambda: self._window.desk.look_up(kind, number), self._looked_up)

    def _looked_up(self, view: View) -> None:
        if view.face is Face.IDLE and view.hint is not Hint.NONE:
            self._window.turn_to(Panel.KEYPAD).show(view)
        else:
            self._window.show_view(view)

    def open_help(self) -> None:
        """Show the answers to common questions."""
        self._open(Panel.HELP)

    def open_which(self) -> None:
        """Ask which of the questions apply."""
        self._open(Panel.WHICH)

    def open_notice(self) -> None:
        """Show the whole privacy notice."""
        self._open(Panel.NOTICE)

    def _open(self, panel: Panel) -> None:
        if not self._is_on_its_way():
            self._window.turn_to(panel).show(self._window.view)

    def back(self) -> None:
        """Go back to where the visitor was."""
        if not self._is_on_its_way():
            self._window.show_view(self._window.view, stays=True)

    def switch_language(self) -> None:
        """Make the other language the first one."""
        self._window.switch_language()

    def switch_large_text(self) -> None:
        """Toggle text 1.25 times as large."""
        self._window.switch_large_text()
