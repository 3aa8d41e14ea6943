"""Rows of the paper ledger, typed in once the machine is back: both times are kept, the paper's and the typing's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.admission import opening
from kiosk.domain.by_hand import KIND_OF_SITE, is_usual
from kiosk.domain.correction import celsius_cc
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Flag, Reading, assess
from kiosk.domain.wire import to_json

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.protocol.messages import Guard
    from kiosk.services.visits import Visits

DEVICE: Final = "manual:paper"
_SHEET: Final = re.compile(r"^[A-Za-z0-9-]{1,24}$")
_TYPED: Final = re.compile(r"^\d{2}\.\d{1,2}$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was typed; `value_cc` None: nobody measured."""

    at: datetime
    sheet_no: str
    admitted: bool
    value_cc: int | None


@dataclass(slots=True)
class Late:
    """Takes rows in. `_asked`: the row whose unusual value is to be typed once more, and by whom."""

    visits: Visits
    _asked: tuple[str, Row] | None = field(default=None, init=False)

    def enter(self, guard: Guard, at: datetime, celsius_typed: str, sheet_no: str, *, admitted: bool) -> str:
        """Record a row and return ""; or return the text key of what is wrong with it, and record nothing.

        A value outside 35.0 to 39.0 °C is asked for once more (`late.again`): the same row then goes in.
        """
        row = _row(at, celsius_typed.strip(), sheet_no.strip(), admitted=admitted)
        if row is None or (row.value_cc is None and admitted):
            return "late.incomplete"
        wrong = self._time_is_wrong(at)
        if wrong:
            return wrong
        if row.value_cc is not None and not is_usual(row.value_cc):
            asked, self._asked = self._asked, (guard.id, row)
            if asked != (guard.id, row):
                return "late.again"
        self._asked = None
        self._record(guard, row)
        return ""

    def _time_is_wrong(self, at: datetime) -> str:
        now, rules = self.visits.clock.now(), self.visits.rules
        if at > now:
            return "late.future"
        earliest = opening(rules.site, now) - timedelta(minutes=rules.policy.paper.back_min)
        return "late.bad_time" if at < earliest else ""

    def _record(self, guard: Guard, row: Row) -> None:
        body: dict[str, Any] = {
            "visit_id": VisitId(self.visits.new_id()),
            "guard_id": guard.id,
            "role": guard.role,
            "sheet_no": row.sheet_no,
            "admitted": row.admitted,
            "is_inside": row.admitted,
        }
        if row.value_cc is not None:
            policy = self.visits.rules.policy
            reading = Reading(
                value_cc=row.value_cc,
                kind=KIND_OF_SITE[BodySite.FOREHEAD],
                site=BodySite.FOREHEAD,
                device_id=DEVICE,
                taken_at=row.at,
                flags=(Flag.MANUAL,),
                operator_id=guard.id,
            )
            said = assess(reading, policy.screening)
            body |= {
                "reading": to_json(reading),
                "outcome": said.outcome.value,
                "reasons": list(said.reasons),
                "policy_id": policy.id,
                "policy_version": policy.version,
            }
        with self.visits.log.act() as act:
            act.record(EntryKind.LATE_ENTRY, body, row.at)


def _row(at: datetime, typed: str, sheet_no: str, *, admitted: bool) -> Row | None:
    """Return what was typed as a row, or None when something is missing or is no temperature."""
    if not _SHEET.match(sheet_no):
        return None
    if not typed:
        return Row(at, sheet_no, admitted, None)
    if not _TYPED.match(typed):
        return None
    try:
        return Row(at, sheet_no, admitted, celsius_cc(typed))
    except ValueError:
        return None
