"""What a screen may ask for. `app.py` does it; a screen never names another screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kiosk.domain.ids import GuardId, VisitId


class ScreenHost(Protocol):
    """The acts behind the buttons. Each returns at once; the answer comes as the next view."""

    # the visitor
    def confirm(self) -> None:
        """Say "yes, that is me"."""
        ...

    def disown(self) -> None:
        """Say "not my booking"."""
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

    def open_visit(self, visit_id: VisitId) -> None:
        """Show one visit to the guard."""
        ...

    def open_board(self) -> None:
        """Go back from one visit to the guard's board."""
        ...

    def open_reading(self, visit_id: VisitId) -> None:
        """Show the pad for a reading that the guard took by hand."""
        ...

    def guard_act(self, act: str, visit_id: VisitId | None, value: str = "") -> None:
        """Do one of the guard's acts; the closed list stands in `kiosk.services.guards`."""
        ...
