"""Lists that are longer than their place on the screen: shown part by part, each for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

PART_S: Final = 6
"""So long each part is shown: time to find one's number among a few (a guess)."""

T = TypeVar("T")


def part_of(items: Sequence[T], size: int, now: datetime) -> Sequence[T]:
    """Return the `size` items, or fewer, that are shown at `now`: all parts have their turn."""
    parts = max(1, -(-len(items) // size))
    start = int(now.timestamp()) // PART_S % parts * size
    return items[start : start + size]
