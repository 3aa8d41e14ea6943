"""Legal holds of a site: nothing that was recorded on their days is erased, here or on its kiosks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from central.clock import from_ms
from central.database import lock_site
from central.log_tables import holds
from central.refusals import BadRequest, Taken, Unknown
from kiosk.domain.record import Hold
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from central.clock import Clock
    from central.database import Database


class Holds:
    """Places, lifts and lists holds; who did it and why is kept for good."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """`clock` dates them."""
        self._db = database
        self._clock = clock

    def place(self, site_id: str, hold_id: str, days: tuple[date, date], by: str, reason: str) -> None:
        """Hold what was recorded from the first to the last of `days`; raises BadRequest, Taken or Unknown."""
        if days[1] < days[0]:
            raise BadRequest("the last day lies before the first")
        of_hold = (holds.c.site_id == site_id) & (holds.c.hold_id == hold_id)
        with self._db.write() as tx:
            if not lock_site(tx, site_id):
                raise Unknown("no such site")
            if tx.scalar(select(holds.c.hold_id).where(of_hold)) is not None:
                raise Taken("there is a hold with this id")
            span = {"from_day": days[0].isoformat(), "until_day": days[1].isoformat()}
            who = {"placed_by": by, "reason": reason, "lifted_by": "", "placed_ms": to_ms(self._clock.now())}
            tx.execute(insert(holds).values(site_id=site_id, hold_id=hold_id, **span, **who))

    def lift(self, site_id: str, hold_id: str, by: str) -> None:
        """End a hold; raises Unknown when none stands."""
        of_hold = (holds.c.site_id == site_id) & (holds.c.hold_id == hold_id) & holds.c.lifted_ms.is_(None)
        with self._db.write() as tx:
            values = {"lifted_ms": to_ms(self._clock.now()), "lifted_by": by}
            if tx.execute(update(holds).where(of_hold).values(**values)).rowcount == 0:
                raise Unknown("no such hold stands")

    def of_site(self, site_id: str) -> list[tuple[Hold, str, str]]:
        """Return the holds that stand, each with who placed it and why."""
        with self._db.read() as tx:
            return [(_hold(row), row.placed_by, row.reason) for row in _standing(tx, site_id)]


def standing(tx: Connection, site_id: str) -> list[Hold]:
    """Return the holds of a site that stand, by id."""
    return [_hold(row) for row in _standing(tx, site_id)]


def _standing(tx: Connection, site_id: str) -> Sequence[Any]:
    query = select(holds).where(holds.c.site_id == site_id, holds.c.lifted_ms.is_(None)).order_by(holds.c.hold_id)
    return tx.execute(query).all()


def _hold(row: Any) -> Hold:  # noqa: ANN401 - a row of the query above
    days = date.fromisoformat(row.from_day), date.fromisoformat(row.until_day)
    return Hold(row.hold_id, *days, from_ms(row.placed_ms))
