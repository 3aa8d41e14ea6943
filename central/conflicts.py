"""One booking that arrived at two kiosks, neither of which knew: what both are told until a person closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from central.clock import from_ms
from central.findings import FindingKind
from central.log_tables import findings, visits
from kiosk.domain.admission import Reason
from kiosk.protocol.messages import Conflict, ConflictArrival

if TYPE_CHECKING:
    from sqlalchemy import Connection

_BEFORE_ID = len(f"{FindingKind.CONFLICT}:")  # a conflict's finding is named by its booking


def open_conflicts(tx: Connection, site_id: str, since_ms: int) -> list[Conflict]:
    """Return the site's conflicts found since `since_ms` that nobody has closed, oldest first; nobody's name."""
    is_open = (findings.c.kind == FindingKind.CONFLICT.value) & findings.c.closed_ms.is_(None)
    query = select(findings.c.finding_id).where(findings.c.site_id == site_id, is_open, findings.c.last_ms >= since_ms)
    found = tx.scalars(query.order_by(findings.c.first_ms)).all()
    return [_conflict(tx, site_id, finding_id[_BEFORE_ID:]) for finding_id in found]


def conflicts_version(tx: Connection, site_id: str) -> int:
    """Return the number of the last change of the site's conflicts; 0 when there was none."""
    query = select(func.max(findings.c.view_version)).where(findings.c.site_id == site_id)
    return tx.scalar(query) or 0


def _conflict(tx: Connection, site_id: str, booking_id: str) -> Conflict:
    arrived = visits.c.arrived_ms.is_not(None)
    query = select(visits.c.kiosk_id, visits.c.visit_id, visits.c.arrived_ms, visits.c.record).where(
        visits.c.site_id == site_id, visits.c.booking_id == booking_id, arrived
    )
    arrivals: dict[str, ConflictArrival] = {}
    for row in tx.execute(query.order_by(visits.c.arrived_ms, visits.c.kiosk_id)):
        if f'"{Reason.ALREADY_ARRIVED}"' not in row.record:  # else a guard knew of the first and decided
            arrival = ConflictArrival(kiosk_id=row.kiosk_id, visit_id=row.visit_id, at=from_ms(row.arrived_ms))
            arrivals.setdefault(row.visit_id, arrival)  # a visit that was taken over arrived once
    return Conflict(booking_id=booking_id, arrivals=list(arrivals.values()))
