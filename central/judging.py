"""The second record: what the server thinks of an entry that it has stored. A verdict never changes a fact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from central.findings import FindingKind, find
from central.log_tables import verdicts, visits
from central.tables import bookings, of_epoch
from central.tokens import ended_ms
from kiosk.domain.admission import Reason
from kiosk.domain.booking import BookingStatus
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import VisitId

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from central.chain_state import ChainState
    from central.fleet import Principal
    from kiosk.domain.record import Visit


class Verdict(StrEnum):
    """What can be thought of an entry."""

    UNKNOWN_BOOKING = "unknown_booking"
    CANCELLED_MEANWHILE = "cancelled_meanwhile"
    CONFLICT = "conflict"
    REVOKED_KIOSK = "revoked_kiosk"
    CHAIN_BREAK = "chain_break"
    CLOCK_SKEW = "clock_skew"
    NOT_APPLIED = "not_applied"


_FINDINGS: Final = {
    Verdict.CHAIN_BREAK: FindingKind.CHAIN_BREAK,
    Verdict.CLOCK_SKEW: FindingKind.CLOCK_SKEW,
    Verdict.NOT_APPLIED: FindingKind.NOT_APPLIED,
    Verdict.CONFLICT: FindingKind.CONFLICT,
}
"""Verdicts that a supervisor must look at."""


@dataclass(frozen=True, slots=True)
class _Thought:
    seq: int
    verdict: Verdict
    detail: str = ""
    matter: str = ""  # what its finding is about; the kiosk's log when empty


class Judge:
    """Judges the entries of one kiosk, within a transaction that holds the site's lock."""

    def __init__(self, tx: Connection, who: Principal, now_ms: int, clock_skew_s: int) -> None:
        """`clock_skew_s`: a clock that is off by more is a finding."""
        self._tx = tx
        self._who = who
        self._now_ms = now_ms
        # Read again: who called was found out when the call began, and its body may have taken hours.
        self._ended_ms = ended_ms(tx, who)
        self._skew_ms = clock_skew_s * 1000
        self._new: list[_Thought] = []

    def place(self, row: Row[Any], prev_hash: str, last_recorded_ms: int) -> None:
        """Judge where a stored row stands: its link, its clock, and whether its kiosk was trusted.

        `prev_hash` is "" when the number before it is in quarantine.
        """
        seq: int = row.seq
        if prev_hash not in ("", row.prev_hash):
            self._note(seq, Verdict.CHAIN_BREAK)
        if self._ended_ms is not None and row.received_ms >= self._ended_ms:
            self._note(seq, Verdict.REVOKED_KIOSK)
        is_off = abs(row.clock_offset_ms or 0) > self._skew_ms
        is_ahead = row.recorded_ms - row.received_ms > self._skew_ms
        is_set_back = last_recorded_ms - row.recorded_ms > self._skew_ms
        if is_off or is_ahead or is_set_back:
            self._note(seq, Verdict.CLOCK_SKEW, f"offset {row.clock_offset_ms} ms")

    def meaning(self, entry: Entry, state: ChainState) -> None:
        """Judge what an applied entry says of its booking."""
        if entry.kind is not EntryKind.ARRIVED or entry.body is None:
            return
        visit_id = entry.data().get("visit_id")
        visit = state.visit(VisitId(visit_id)) if visit_id is not None else None
        if visit is None or visit.booking_id is None:
            return
        of_booking = (bookings.c.site_id == self._who.site_id) & (bookings.c.booking_id == visit.booking_id)
        status = self._tx.scalar(select(bookings.c.status).where(of_booking))
        if status is None:
            self._note(entry.seq, Verdict.UNKNOWN_BOOKING, visit.booking_id)
        elif status == BookingStatus.CANCELLED:
            self._note(entry.seq, Verdict.CANCELLED_MEANWHILE, visit.booking_id)
        self._conflict(entry, visit)

    def not_applied(self, seq: int) -> None:
        """Note that an entry's body is not what its kind promises."""
        self._note(seq, Verdict.NOT_APPLIED)

    def write(self) -> None:
        """Write the verdicts and their findings; what was thought before is not thought again."""
        if not self._new:
            return
        mine = of_epoch(verdicts, self._who.site_id, self._who.kiosk_id, self._who.epoch)
        mine &= verdicts.c.seq >= self._new[0].seq
        there = {(row.seq, row.verdict) for row in self._tx.execute(select(verdicts).where(mine))}
        new = [thought for thought in self._new if (thought.seq, thought.verdict) not in there]
        self._new = []
        keys = {"site_id": self._who.site_id, "kiosk_id": self._who.kiosk_id, "epoch": self._who.epoch}
        for thought in new:
            values = {"seq": thought.seq, "verdict": thought.verdict.value, "detail": thought.detail}
            self._tx.execute(insert(verdicts).values(**keys, **values, judged_ms=self._now_ms))
            self._find(thought)

    def _conflict(self, entry: Entry, visit: Visit) -> None:
        """Find the same booking arrived at another kiosk, unless one of the two knew and a guard decided."""
        if visit.booking_id is None or Reason.ALREADY_ARRIVED in visit.reasons:
            return
        of_booking = (visits.c.site_id == self._who.site_id) & (visits.c.booking_id == visit.booking_id)
        elsewhere = (visits.c.kiosk_id != self._who.kiosk_id) | (visits.c.epoch != self._who.epoch)
        others = select(visits.c.kiosk_id, visits.c.record).where(
            of_booking, elsewhere, visits.c.visit_id != visit.id, visits.c.arrived_ms.is_not(None)
        )
        for row in self._tx.execute(others):
            if f'"{Reason.ALREADY_ARRIVED}"' in row.record:
                continue
            kiosks = " and ".join(sorted({row.kiosk_id, self._who.kiosk_id}))
            self._new.append(_Thought(entry.seq, Verdict.CONFLICT, kiosks, visit.booking_id))
            return

    def _note(self, seq: int, verdict: Verdict, detail: str = "") -> None:
        self._new.append(_Thought(seq, verdict, detail))

    def _find(self, thought: _Thought) -> None:
        kind = _FINDINGS.get(thought.verdict)
        if kind is None:
            return
        chain = f"{self._who.kiosk_id}/{self._who.epoch}"
        detail = f"{chain} at {thought.seq} {thought.detail}".strip()
        find(self._tx, self._who.site_id, kind, thought.matter or chain, detail, self._now_ms)
