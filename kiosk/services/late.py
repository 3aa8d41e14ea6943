"""Rows of the paper ledger, typed in once the machine is back: both times are kept, the paper's and the typing's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.admission import opening
from kiosk.domain.by_hand import KIND_OF_SITE, is_usual
from kiosk.domain.case import Cause
from kiosk.domain.correction import celsius_cc
from kiosk.domain.entry import EntryKind
from kiosk.domain.paper_sheets import ROWS, sheet_of, visit_of
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Flag, Outcome, Reading, assess
from kiosk.domain.times import local_day
from kiosk.domain.wire import to_json
from kiosk.services.guard_views import LateSaved

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.ids import VisitId
    from kiosk.domain.paper_sheets import PaperRow
    from kiosk.domain.screening import Assessment
    from kiosk.protocol.messages import Guard
    from kiosk.services.everywhere import Everywhere
    from kiosk.services.visits import Visits

DEVICE: Final = "manual:paper"
_TYPED: Final = re.compile(r"^\d{2}\.\d{1,2}$")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row as it was understood; `value_cc` None: nobody measured."""

    at: datetime
    sheet_no: str
    row_no: int
    admitted: bool
    value_cc: int | None


@dataclass(slots=True)
class Late:
    """Takes rows in. `_asked`: the row that is to be confirmed by typing or saving it once more, and by whom."""

    visits: Visits
    everywhere: Everywhere
    _asked: tuple[str, _Row] | None = field(default=None, init=False)

    def enter(self, guard: Guard, typed: PaperRow) -> LateSaved | str:
        """Record a row; or return the text key of what is wrong with it, and record nothing.

        A value outside 35.0 to 39.0 °C is asked for once more (`late.again`), and so is somebody who was let in with
        an elevated one (`late.let_in`): the same row then goes in. An elevated row opens a case: paper shows no end.
        """
        rules, now = self.visits.rules, self.visits.clock.now()
        row = _row(typed, sheet_of(typed.sheet, local_day(now, rules.site.timezone)))
        if isinstance(row, str):
            return row
        if row.value_cc is None and row.admitted:
            return "late.incomplete"
        reading = _reading(guard, row, row.value_cc) if row.value_cc is not None else None
        said = assess(reading, rules.policy.screening) if reading is not None else None
        visit_id = visit_of(rules.site.id, row.sheet_no, row.row_no)
        wrong = self._time_is_wrong(row.at) or self._is_twice(visit_id) or self._must_ask(guard, row, said)
        if wrong:
            return wrong
        self._asked = None
        return self._record(guard, row, visit_id, reading, said)

    def _time_is_wrong(self, at: datetime) -> str:
        now, rules = self.visits.clock.now(), self.visits.rules
        if at > now:
            return "late.future"
        earliest = opening(rules.site, now) - timedelta(minutes=rules.policy.paper.back_min)
        return "late.bad_time" if at < earliest else ""

    def _is_twice(self, visit_id: VisitId) -> str:
        known = self.everywhere.visit(self.visits.log.state, visit_id)
        return "late.twice" if known is not None else ""

    def _must_ask(self, guard: Guard, row: _Row, said: Assessment | None) -> str:
        """Return what to ask before a row is taken, unless it was asked and this is the answer."""
        key = ""
        if row.value_cc is not None and not is_usual(row.value_cc):
            key = "late.again"
        elif said is not None and said.outcome is Outcome.ELEVATED and row.admitted:
            key = "late.let_in"
        asked, self._asked = self._asked, (guard.id, row)
        return key if asked != (guard.id, row) else ""

    def _record(
        self, guard: Guard, row: _Row, visit_id: VisitId, reading: Reading | None, said: Assessment | None
    ) -> LateSaved:
        body: dict[str, Any] = {
            "visit_id": visit_id,
            "guard_id": guard.id,
            "role": guard.role,
            "sheet_no": row.sheet_no,
            "row_no": row.row_no,
            "admitted": row.admitted,
            "is_inside": row.admitted,
        }
        if reading is not None and said is not None:
            policy = self.visits.rules.policy
            body |= {
                "reading": to_json(reading),
                "outcome": said.outcome.value,
                "reasons": list(said.reasons),
                "policy_id": policy.id,
                "policy_version": policy.version,
            }
        with self.visits.log.act() as act:
            act.record(EntryKind.LATE_ENTRY, body, row.at)
            if said is None or said.outcome is not Outcome.ELEVATED:
                return LateSaved()
            case_id = self.visits.cases.begin(act, visit_id, Cause.ELEVATED, guard)
            case = self.visits.cases.case(act.state, case_id)
            return LateSaved(case.label if case is not None else "")


def _reading(guard: Guard, row: _Row, value_cc: int) -> Reading:
    """Return what paper tells of a reading: nobody knows with what it was taken, and mostly it was the forehead."""
    return Reading(
        value_cc=value_cc,
        kind=KIND_OF_SITE[BodySite.FOREHEAD],
        site=BodySite.FOREHEAD,
        device_id=DEVICE,
        taken_at=row.at,
        flags=(Flag.MANUAL,),
        operator_id=guard.id,
    )


def _row(typed: PaperRow, sheet_no: str) -> _Row | str:
    """Return what was typed as a row, or the text key of what is missing or is no number."""
    if not sheet_no:
        return "late.bad_sheet"
    if not 1 <= typed.row <= ROWS:
        return "late.bad_row"
    if not typed.celsius:
        return _Row(typed.at, sheet_no, typed.row, typed.admitted, None)
    if not _TYPED.match(typed.celsius):
        return "late.incomplete"
    try:
        return _Row(typed.at, sheet_no, typed.row, typed.admitted, celsius_cc(typed.celsius))
    except ValueError:
        return "late.incomplete"
