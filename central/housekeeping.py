"""What the server does by itself at every site: lets overdue cases go on, and forgets what is past its time."""

from __future__ import annotations

import logging
import time
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from central.core import Desk

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

_LOOK_S: Final = 5.0
_FIRST_S: Final = 60.0
_EVERY_S: Final = 3600.0
_AGAIN_S: Final = 60.0  # while a reader keeps what was erased in the file


class Housekeeper:
    """A thread of its own; a failure is said and tried again, and never ends the server."""

    def __init__(self, desk: Desk) -> None:
        """Keep `desk`'s house from `start` to `stop`."""
        self._desk = desk
        self._end = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = Thread(target=self._run, name="housekeeping")
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        keeps_at = time.monotonic() + _FIRST_S
        cuts_at = time.monotonic() + _AGAIN_S
        while not self._end.wait(_LOOK_S):
            self.look()
            if time.monotonic() >= keeps_at:
                self.keep()
                keeps_at = time.monotonic() + _EVERY_S
            if time.monotonic() >= cuts_at:
                _tried("cutting the write-ahead log", self._desk.retention.cut)
                cuts_at = time.monotonic() + _AGAIN_S

    def look(self) -> None:
        """Let cases that nobody sees to go on."""
        self._at_each_site("escalating", lambda site_id: self._desk.escalating.step(site_id, self._desk.clock.now()))

    def keep(self) -> None:
        """Forget once, now."""
        self._at_each_site("retention", self._desk.retention.run)

    def _at_each_site(self, what: str, act: Callable[[str], object]) -> None:
        """Do `act` at every site; where one fails, the others have their turn, and the next time comes all the same."""
        for site in _tried(what, self._desk.catalogue.sites) or ():
            _tried(f"{what} at {site.id}", partial(act, site.id))


def _tried(what: str, act: Callable[[], _T]) -> _T | None:
    """Return what `act` returns, or None after saying that it failed: a database that was gone ends no thread."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - the thread's last line; whatever it was, cases must go on
        logger.warning("%s waits: %s", what, type(error).__name__)
        return None
