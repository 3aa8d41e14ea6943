"""One simulated clock for kiosk and server: it stands still until the demo moves it on, or lets it run."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta


class SimulatedClock:
    """A clock that is told the time. Any thread may read it; `now` and `monotonic` move together."""

    def __init__(self, start: datetime) -> None:
        """Begin at `start` (aware)."""
        self._lock = threading.Lock()
        self._start = start
        self._passed = 0.0
        self._since: float | None = None

    def now(self) -> datetime:
        """Return the time, aware."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the seconds since the start."""
        with self._lock:
            running = time.monotonic() - self._since if self._since is not None else 0.0
            return self._passed + running

    def run(self) -> None:
        """Go on by itself from now on, as fast as the wall's clock: a person is at the screen."""
        with self._lock:
            self._since = self._since or time.monotonic()

    def advance(self, seconds: float) -> None:
        """Let time pass; it never goes back."""
        with self._lock:
            self._passed += max(0.0, seconds)

    def advance_to(self, moment: datetime) -> None:
        """Let time pass until `moment`, if that is still to come."""
        self.advance((moment - self.now()).total_seconds())
