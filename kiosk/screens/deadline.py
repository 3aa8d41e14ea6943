"""How long a screen stays when nobody touches it, and what is left of that."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from kiosk.screens.catalog import Panel
from kiosk.services.views import Face, Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.showcase import Showcase
    from kiosk.services.views import View

PRACTICE_S: Final = 600.0
"""Training at which nobody touched anything for so long was left: the kiosk has visitors to serve."""


class Deadline:
    """The time left on the screen that is shown."""

    def __init__(self, case: Showcase, now_s: Callable[[], float]) -> None:
        """`now_s`: monotonic seconds."""
        self._case = case
        self._now_s = now_s
        self._since = 0.0

    def begin(self) -> None:
        """Start the time of this screen anew."""
        self._since = self._now_s()

    @property
    def is_practice_left(self) -> bool:
        """Whether somebody began training and went away."""
        return self._case.is_training and self._now_s() - self._since >= PRACTICE_S

    def show(self, view: View) -> float:
        """Show and return the seconds left on this screen; infinite on one that stays."""
        screen = self._case.screen
        if (limit := self._limit_s(view)) <= 0:
            screen.time_left = -1
            return math.inf
        left = max(0.0, limit - (self._now_s() - self._since))
        # The idle screen forgets in silence: nobody there is to be hurried.
        screen.time_left = left / limit if self._case.shown_name is not Face.IDLE else -1
        screen.seconds_left = left
        return left

    def _limit_s(self, view: View) -> float:
        """Return how long this screen stays; 0 for one that stays. One at rest forgets what was left on it."""
        case = self._case
        limits, name = case.stage.settings.timeouts_s, case.shown_name
        if name is Face.IDLE:
            is_new = view.hint is Hint.NONE and case.is_as_at_first
            return 0 if is_new else limits.get(Face.REST, 0)
        if case.stage.settings.is_station and name is Panel.GUARD_SIGN_IN and case.screen.is_as_at_first:
            return 0
        return limits.get(name, 0)
