"""Findings: what a supervisor must look at. One finding per matter; seen again, it is counted, not repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from central.clock import from_ms
from central.database import lock_site
from central.log_tables import findings
from central.refusals import Unknown
from central.tables import sites
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from central.clock import Clock
    from central.database import Database


class FindingKind(StrEnum):
    """What can be found."""

    GAP = "gap"  # numbers are missing; closes by itself when they arrive
    FORK = "fork"  # the same number with another hash: an old disk, or two kiosks with one identity
    OLD_COPY = "old_copy"  # a kiosk's log ends before ours: an old disk image, or a twin
    SERVER_BEHIND = "server_behind"  # a kiosk was told that we hold more than we do: we came back from a backup
    CHAIN_BREAK = "chain_break"  # an entry does not follow from the one before it
    QUARANTINE = "quarantine"  # something came that cannot be read
    CLOCK_SKEW = "clock_skew"
    NOT_APPLIED = "not_applied"  # a sound entry whose body says nothing that we understand
    NOT_ERASED = "not_erased"  # a log's bodies are past their time and could not be erased; closes once they are
    CONFLICT = "conflict"  # one booking arrived at two kiosks that did not know of each other


@dataclass(frozen=True, slots=True)
class Finding:
    """One matter. `detail` names kiosks, numbers and ids; never a person."""

    finding_id: str
    kind: FindingKind
    detail: str
    first_at: datetime
    last_at: datetime
    times: int
    closed_at: datetime | None
    closed_by: str
    note: str


class Findings:
    """Shows findings and closes them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """`clock` dates the closing."""
        self._db = database
        self._clock = clock

    def of_site(self, site_id: str, *, is_open: bool = True) -> list[Finding]:
        """Return a site's findings, oldest first; all of them, or those not closed."""
        query = select(findings).where(findings.c.site_id == site_id).order_by(findings.c.first_ms)
        with self._db.read() as tx:
            rows = tx.execute(query.where(findings.c.closed_ms.is_(None)) if is_open else query).all()
        return [_finding(row) for row in rows]

    def close(self, site_id: str, finding_id: str, by: str, note: str) -> None:
        """Close a finding with who and why; raises Unknown."""
        where = (findings.c.site_id == site_id) & (findings.c.finding_id == finding_id)
        with self._db.write() as tx:
            kind = tx.scalar(select(findings.c.kind).where(where)) if lock_site(tx, site_id) else None
            if kind is None:
                raise Unknown("no such finding")
            values = {"closed_ms": to_ms(self._clock.now()), "closed_by": by, "note": note}
            tx.execute(update(findings).where(where).values(**values, **_seen(tx, site_id, FindingKind(kind))))


def find(tx: Connection, site_id: str, kind: FindingKind, matter: str, detail: str, now_ms: int) -> None:
    """Note a finding; `matter` tells it from others of its kind. Seen again it is open again. Holds the site's lock."""
    finding_id = f"{kind}:{matter}"
    where = (findings.c.site_id == site_id) & (findings.c.finding_id == finding_id)
    seen = _seen(tx, site_id, kind)
    again = {"times": findings.c.times + 1, "last_ms": now_ms, "detail": detail, "closed_ms": None, **seen}
    if tx.execute(update(findings).where(where).values(**again)).rowcount == 0:
        new = {"site_id": site_id, "finding_id": finding_id, "kind": kind.value, "detail": detail}
        times = {"first_ms": now_ms, "last_ms": now_ms, "times": 1, "view_version": 0, **seen}
        tx.execute(insert(findings).values(**new, **times, closed_by="", note=""))


def settle(tx: Connection, site_id: str, kind: FindingKind, matter: str, now_ms: int) -> None:
    """Close a finding that has cured itself."""
    where = (findings.c.site_id == site_id) & (findings.c.finding_id == f"{kind}:{matter}")
    tx.execute(update(findings).where(where, findings.c.closed_ms.is_(None)).values(closed_ms=now_ms))


def _seen(tx: Connection, site_id: str, kind: FindingKind) -> dict[str, int]:
    """Return a new number of the site's view when kiosks are told of this kind. Holds the site's lock."""
    if kind is not FindingKind.CONFLICT:
        return {}
    of_site = sites.c.site_id == site_id
    tx.execute(update(sites).where(of_site).values(view_version=sites.c.view_version + 1))
    return {"view_version": tx.execute(select(sites.c.view_version).where(of_site)).scalar_one()}


def _finding(row: Row[Any]) -> Finding:
    return Finding(
        finding_id=row.finding_id,
        kind=FindingKind(row.kind),
        detail=row.detail,
        first_at=from_ms(row.first_ms),
        last_at=from_ms(row.last_ms),
        times=row.times,
        closed_at=from_ms(row.closed_ms) if row.closed_ms is not None else None,
        closed_by=row.closed_by,
        note=row.note,
    )
