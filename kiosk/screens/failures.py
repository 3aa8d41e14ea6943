"""What to do with a mistake inside the window: say it in the log, show the guard's wait, go on."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)


class FailClosed(ExceptionHandler):
    """Leads every exception on the window's thread to `fail`, and keeps the window running."""

    def __init__(self, fail: Callable[[], None]) -> None:
        self._fail = fail

    def handle_exception(self, exception: BaseException) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Hear of an exception; only the ways to end the program go on."""
        if isinstance(exception, (KeyboardInterrupt, SystemExit)):
            return int(ExceptionManager.RAISE)
        log_failure("window", exception)
        Clock.schedule_once(lambda _dt: self._fail())
        return int(ExceptionManager.PASS)


def log_failure(what: str, error: BaseException) -> None:
    """Log where an unexpected error came from, without its message: that could hold what a visitor typed."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed: %s\n%s", what, type(error).__name__, where)
