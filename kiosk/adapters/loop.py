"""A thread that takes one step after another until it is stopped."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

_AFTER_ERROR_S: Final = 10.0


class Loop:
    """Runs `step` on a thread of its own; each step returns how many seconds to wait before the next."""

    def __init__(self, name: str, step: Callable[[], float]) -> None:
        """Make the thread; `start` starts it."""
        self._step = step
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Take the next step now."""
        self._wake.set()

    def stop(self) -> None:
        """End after the step under way, and wait for it."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                delay = self._step()
            except Exception:  # the outermost loop of a thread: log it and go on, reporting must not die in silence
                logger.exception("%s: unexpected", self._thread.name)
                delay = _AFTER_ERROR_S
            self._wake.wait(delay)
            self._wake.clear()
