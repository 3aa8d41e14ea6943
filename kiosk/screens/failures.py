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


class Regular:
    """Something that the window does again and again, also after it has failed.

    Kivy forgets an interval whose call raised: a screen would never lock again. A failure leads to `fail` once, until
    a call has gone well.
    """

    def __init__(self, call: Callable[[float], None], fail: Callable[[], None]) -> None:
        self._call = call
        self._fail = fail
        self._is_failing = False

    def __call__(self, dt: float) -> None:
        """Do it; `dt`: seconds since the last time."""
        try:
            self._call(dt)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next call must come
            if not self._is_failing:
                log_failure("window", error)
                self._fail()
            self._is_failing = True
        else:
            self._is_failing = False


def log_failure(what: str, error: BaseException) -> None:
    """Log where an unexpected error came from, without its message: that could hold what a visitor typed."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed: %s\n%s", what, type(error).__name__, where)
