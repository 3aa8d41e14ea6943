"""How long an account waits after wrong PINs: the same at a kiosk and at the server's page."""

from __future__ import annotations

from typing import Final

FREE_TRIES: Final = 3
MAX_DELAY_S: Final = 300


def delay_s(wrong: int) -> int:
    """Return how long an account waits after `wrong` wrong PINs in a row, in seconds: 0, 0, 0, 2, 4, 8 … 300."""
    over = wrong - FREE_TRIES
    return 0 if over <= 0 else min(MAX_DELAY_S, 2 ** min(over, 9))
