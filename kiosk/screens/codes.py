"""Codes of the camera and of hand scanners, and cards: to the visit, or, a guard's badge, to the sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from kivy.clock import Clock

from kiosk.adapters.wedge import Wedge
from kiosk.domain.booking_code import is_ours
from kiosk.screens.acting import Window
from kiosk.screens.catalog import Panel, face_of
from kiosk.screens.showcase import TAKES_CODES
from kiosk.screens.whose import CARD, CODE, TellingScreen
from kiosk.services.sign_in import BADGE
from kiosk.services.views import Face, Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.domain.ids import VisitId
    from kiosk.scanner import Scanner
    from kiosk.screens.acting import T
    from kiosk.screens.acts import Acts
    from kiosk.services.views import View


_OVER: Final = frozenset({Face.ADMITTED, Face.GOODBYE})
"""Screens of a visit that is over for this code: while one stands, a phone that shakes is no second arrival."""


_NOBODYS: Final = frozenset({Face.IDLE, Panel.KEYPAD, Panel.HELP})
"""Screens that no visit is at: whoever stands there may go on by a code or a card as well."""

_RESULTS: Final = TAKES_CODES - _NOBODYS
"""Screens that the next visitor may take over while the one before has not left them."""


def is_taken(text: str) -> bool:
    """Tell, by its form alone, whether this kiosk has a use for a code: a booking's or a guard's badge."""
    return text.startswith(BADGE) or is_ours(text)


class _Window(Window, Protocol):
    """What codes need of the app besides."""

    pending: int
    scanner: Scanner | None

    @property
    def shown_name(self) -> Face | Panel:
        """Which screen is shown."""
        ...

    @property
    def screen(self) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """The screen that is shown."""
        ...

    def ask_aside(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        """Run a job that no touch asked for: it holds nothing up; one that fails is logged, and answers None."""
        ...

    @property
    def acts(self) -> Acts:
        """The acts behind the buttons."""
        ...

    def new_visitor(self) -> None:
        """Give the next visitor a screen without a trace of the last one."""
        ...

    def say_read(self) -> None:
        """Show and sound at once that a code was read."""
        ...


class Codes:
    """Takes codes where nobody is interrupted. `were_missed`: one came at another time, and may still be held up."""

    def __init__(self, window: _Window, now_s: Callable[[], float]) -> None:
        """`now_s`: monotonic seconds."""
        self._window = window
        self._now_s = now_s
        self.wedge = Wedge()
        self.were_missed = False
        self._shown: tuple[VisitId | None, frozenset[str]] = None, frozenset()  # a visit, and the code it came by
        self._refused: frozenset[str] = frozenset()  # of whoever has not left the window since

    def from_camera(self, texts: Sequence[str]) -> None:
        """Take the codes of one frame; call on any thread."""
        Clock.schedule_once(lambda _dt: self._held_up(texts))

    def _held_up(self, texts: Sequence[str]) -> None:
        if self.seen(texts) and any(is_taken(text) for text in texts):
            self._window.say_read()

    def from_card(self, number: str) -> None:
        """Look up the booking of a card that was laid on the reader; call on any thread."""
        Clock.schedule_once(lambda _dt: self._laid(number))

    def _laid(self, number: str) -> None:
        window = self._window
        if window.shown_name not in _NOBODYS:
            self._tell(CARD, lambda visit_id: window.desk.is_card_not_of(visit_id, number))
        elif window.acting == 0:
            window.acts.look_up("id", number)

    def typed(self, text: str) -> None:
        """Take what was typed on the window."""
        self._whole(self.wedge.feed(text, self._now_s()))

    def tick(self) -> None:
        """Take a code that ended without an end."""
        self._whole(self.wedge.pause(self._now_s()))

    def _whole(self, code: str | None) -> None:
        if code is not None:
            self.seen([code])

    def seen(self, texts: Sequence[str]) -> bool:
        """Take the codes of one frame, one burst, or one line, and tell whether; call on the window's thread."""
        window = self._window
        name = window.shown_name
        badges = [text for text in texts if text.startswith(BADGE)]
        if badges and name in {Face.IDLE, Panel.GUARD_SIGN_IN}:
            self.were_missed = True  # the same badge, still in sight, is to be read once more when it is wanted again
            if len(set(badges)) == 1:
                window.acts.badge(badges[0])
            return len(set(badges)) == 1
        others = [text for text in texts if not text.startswith(BADGE)]
        if not others:
            return False
        is_changing = window.pending > 0 and name is not Face.IDLE
        if name not in TAKES_CODES or is_changing or self._is_given_up(others):
            self.were_missed = True
            self._tell(CODE, lambda visit_id: window.desk.is_not_of(visit_id, others))
            return False
        if name in _OVER and window.view.visit_id == self._shown[0] and self._shown[1].issuperset(others):
            return False
        window.run_job(lambda: window.desk.scan(others), lambda view: self._show_scanned(view, others))
        return True

    def _is_given_up(self, texts: Sequence[str]) -> bool:
        """Tell whether its owner types a number since this very code was refused: a phone in the hand is seen again."""
        return self._window.shown_name is Panel.KEYPAD and self._refused.issuperset(texts)

    def _tell(self, what: str, is_not_of: Callable[[VisitId], bool]) -> None:
        """Say to the owner of a code or a card that the visit on the screen is another; nothing is interrupted."""
        window, screen = self._window, self._window.screen
        visit_id = window.view.visit_id
        if not isinstance(screen, TellingScreen) or visit_id is None:
            return

        def tell(is_other: bool | None) -> None:
            if is_other and window.screen is screen and window.view.visit_id == visit_id:
                screen.tell_other(what)

        window.ask_aside(lambda: is_not_of(visit_id), tell)

    def look_again(self) -> None:
        """Have a code read that came when it was not taken, if it is still held up; the idle screen has come."""
        self._refused = frozenset()
        if self.were_missed and self._window.scanner is not None:
            self.were_missed = False
            self._window.scanner.forget()

    def _is_taken_over(self, texts: Sequence[str]) -> bool:
        """Tell whether these codes are another person's than the result on the screen.

        Who was refused may show the same code again; whose could not be read, or who called somebody, another.
        """
        before = self._window.view
        is_same = before.visit_id == self._shown[0] and self._shown[1].issuperset(texts)
        is_trying = not before.has_booking and before.face in {Face.GUARD, Face.REFUSED}
        return self._window.shown_name in _RESULTS and not is_same and not is_trying

    def _show_scanned(self, view: View, texts: Sequence[str]) -> None:
        # A foreign code behind the visitor must not take a result away that they are reading.
        is_foreign = view.hint is Hint.NOT_A_BOOKING_CODE
        if face_of(view) is Face.IDLE and self._window.shown_name is not Face.IDLE and is_foreign:
            return
        if view.visit_id is not None and self._window.view.visit_id != view.visit_id:
            if self._is_taken_over(texts):
                self._window.new_visitor()
            self._shown = view.visit_id, frozenset(texts)
        self._refused = frozenset(texts) if view.face is Face.REFUSED else frozenset()
        self._window.show_view(view)
