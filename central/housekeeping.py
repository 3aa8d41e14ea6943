"""What the server does by itself at every site: lets overdue cases go on, and forgets what is past its time."""

from __future__ import annotations

import logging
import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from central.refusals import Refusal

if TYPE_CHECKING:
    from central.core import Desk

logger = logging.getLogger(__name__)

_LOOK_S: Final = 5.0
_FIRST_S: Final = 60.0
_EVERY_S: Final = 3600.0


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
        while not self._end.wait(_LOOK_S):
            self.look()
            if time.monotonic() >= keeps_at:
                self.keep()
                keeps_at = time.monotonic() + _EVERY_S

    def look(self) -> None:
        """Let cases that nobody sees to go on."""
        for site in self._desk.catalogue.sites():
            try:
                self._desk.escalating.step(site.id, self._desk.clock.now())
            except (SQLAlchemyError, Refusal) as error:
                logger.warning("escalating at %s waits: %s", site.id, type(error).__name__)

    def keep(self) -> None:
        """Do it once, now."""
        for site in self._desk.catalogue.sites():
            try:
                self._desk.retention.run(site.id)
            except (SQLAlchemyError, Refusal) as error:
                logger.warning("retention at %s waits: %s", site.id, type(error).__name__)
