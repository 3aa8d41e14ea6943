"""Which codes are new in the picture: each is reported once, and again after it has been out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kiosk.scanning.codes import FoundCode


class Sightings:
    """Remembers when each code was last seen; for one thread. Times are seconds of one monotonic clock."""

    def __init__(self, out_of_sight: float) -> None:
        """A code is new again after `out_of_sight` seconds without being seen."""
        self._out_of_sight = out_of_sight
        self._seen: dict[str, float] = {}

    def new(self, codes: Iterable[FoundCode], now: float) -> list[FoundCode]:
        """The codes of this frame that were not in sight, each text once."""
        self._seen = {text: at for text, at in self._seen.items() if now - at < self._out_of_sight}
        fresh: dict[str, FoundCode] = {}
        for code in codes:
            if code.text not in self._seen:
                fresh[code.text] = code
            self._seen[code.text] = now
        return list(fresh.values())

    def forget(self) -> None:
        """Every code is new again."""
        self._seen = {}
