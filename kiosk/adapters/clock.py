"""The machine's own clock, and the server's as far as it was measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.ports import Clock


class SystemClock:
    """Wall time in UTC, and a monotonic one."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class SiteClock:
    """The clock that all kiosks of a site share: the own one, set right by the server's as last measured."""

    own: Clock
    offset_ms: Callable[[], int | None]

    def now(self) -> datetime:
        """Return the server's time, or the own one before the server ever answered."""
        return self.own.now() + timedelta(milliseconds=self.offset_ms() or 0)

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return self.own.monotonic()
