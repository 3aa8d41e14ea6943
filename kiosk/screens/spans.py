"""Spans of time as people read them."""

from __future__ import annotations

from typing import Final

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


def span(seconds: float) -> str:
    """Return `2:05` for 125 seconds; from an hour on `1:02 h` for 62 minutes."""
    whole = int(seconds)
    if whole >= _HOUR_S:
        return f"{whole // _HOUR_S}:{whole % _HOUR_S // _MINUTE_S:02d} h"
    return f"{whole // _MINUTE_S}:{whole % _MINUTE_S:02d}"
