"""What keeps the window from standing still: screens are made while nobody waits, and what stays is looked at no more.

A screen takes 0.03 to 0.1 s to make on two slow cores; whoever needs it first would wait for that.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.showcase import Showcase

REST_S: Final = 0.25
"""How often there is something small to do: a screen takes the half of it at most."""

CALM_S: Final = 2.0
"""Whoever has just left or comes now is not to wait."""


class Calm:
    """Uses the time in which the window rests. A display in a rest room has nothing to make: it shows one screen."""

    def __init__(self, case: Showcase, monotonic: Callable[[], float]) -> None:
        """Make the screens of `case`; `monotonic` gives seconds."""
        self._case = case
        self._monotonic = monotonic
        self._since = monotonic()

    def disturb(self) -> None:
        """Wait again: somebody touched the window, or it turned to another screen."""
        self._since = self._monotonic()

    def rest(self, _dt: float) -> None:
        """Make a screen when nothing has happened for a while; nothing once all are made."""
        is_board = self._case.stage.settings.is_board
        if self._case.is_home and not is_board and self._monotonic() - self._since >= CALM_S:
            self._case.make_next()


def keep_for_good() -> None:
    """Leave what stands now out of every later look for garbage; call it when something was made that stays.

    A full look walks through all there is and holds every thread up meanwhile: 0.5 s with all screens made, and in a
    demo of 24 visitors ten times, up to 0.8 s (`gc.callbacks`, two slow cores). What is left to look at takes a tenth.
    """
    gc.collect()
    gc.freeze()
