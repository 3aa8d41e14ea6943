"""The server's time, injected, and whole milliseconds as the database keeps it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """The time, aware, in UTC."""

    def now(self) -> datetime:
        """Return the time."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)


def from_ms(milliseconds: int) -> datetime:
    """Return the moment of whole Unix milliseconds, without the rounding of floats."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
