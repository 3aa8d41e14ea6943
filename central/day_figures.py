"""A site's day in a few figures, for the staff's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from central.catalogue import site_of
from central.log_tables import entries
from kiosk.domain.entry import EntryKind
from kiosk.domain.times import local_midnight, to_ms

if TYPE_CHECKING:
    from central.clock import Clock
    from central.database import Database

_COUNTED: Final = (EntryKind.OVERRIDDEN, EntryKind.CASE_OPENED, EntryKind.WALKED_IN, EntryKind.REFUSED_MEASURING)


@dataclass(frozen=True, slots=True)
class Figures:
    """How many times today."""

    overrides: int
    cases: int
    walk_ins: int
    refused_measuring: int


class DayFigures:
    """Counts from the entries themselves; any thread may call."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """`clock` tells which day is today."""
        self._db = database
        self._clock = clock

    def of(self, site_id: str) -> Figures:
        """Return today's figures of a site, by its clocks; raises Unknown."""
        now = self._clock.now()
        with self._db.read() as tx:
            zone = site_of(tx, site_id).timezone
            start = local_midnight(now, zone)
            end = (start.astimezone(ZoneInfo(zone)) + timedelta(days=1)).astimezone(now.tzinfo)
            is_today = (entries.c.happened_ms >= to_ms(start)) & (entries.c.happened_ms < to_ms(end))
            kinds = entries.c.kind.in_([kind.value for kind in _COUNTED])
            query = select(entries.c.kind, func.count().label("times")).where(
                entries.c.site_id == site_id, is_today, kinds
            )
            found = {row.kind: row.times for row in tx.execute(query.group_by(entries.c.kind))}
        return Figures(*(found.get(kind.value, 0) for kind in _COUNTED))
