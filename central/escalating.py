"""What the server does for a case that nobody sees to: it goes on to the next contact of the plan.

A kiosk does that for the cases that it opened. The server does it for those that were opened on its page, and for
those of a kiosk that has not been heard from: nobody is forgotten because a machine fell silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from central.case_desk import record
from central.catalogue import plan_of
from central.guard_scene import STALE
from central.site_view import cases_since
from central.tables import OFFICE
from kiosk.domain.case import CaseEvent
from kiosk.domain.case_wish import CaseWish
from kiosk.domain.due import goes_on_to
from kiosk.domain.isolation_area import LOOK_BACK
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from central.database import Database
    from central.office_log import OfficeLog
    from central.tokens import Tokens
    from kiosk.domain.case import Case


class Escalating:
    """Lets overdue cases go on; any thread may call."""

    def __init__(self, database: Database, log: OfficeLog, tokens: Tokens, since: datetime) -> None:
        """`log` is the server's own; `tokens` knows when each kiosk last called; `since`: since when this one runs."""
        self._since = since
        self._db = database
        self._log = log
        self._tokens = tokens

    def step(self, site_id: str, now: datetime) -> int:
        """Let what is overdue at a site go on, once for each contact; return how many did. Raises Unknown."""
        with self._db.read() as tx:  # nearly always there is nothing to do, and nobody is kept waiting for it
            plan = plan_of(tx, site_id)
            known = cases_since(tx, site_id, to_ms(now - LOOK_BACK))
        found = [
            case.id for case in known if self._is_ours(site_id, case, now) and goes_on_to(case, plan, now) is not None
        ]
        return sum(self._go_on(site_id, case_id) for case_id in found)

    def _go_on(self, site_id: str, case_id: str) -> int:
        with self._log.act(site_id) as act:
            plan = plan_of(act.tx, site_id)
            case = next((one for one in cases_since(act.tx, site_id, to_ms(act.now)) if one.id == case_id), None)
            found = goes_on_to(case, plan, act.now) if case is not None else None
            if case is None or found is None:
                return 0
            need, contact = found
            record(act, case, None, CaseWish(CaseEvent.ESCALATED, to=contact, item=need.need.value))
            return 1

    def _is_ours(self, site_id: str, case: Case, now: datetime) -> bool:
        if case.opening is None or not case.is_open:
            return False
        if case.opening.kiosk_id == OFFICE:
            return True
        heard = self._tokens.heard_at(site_id, case.opening.kiosk_id) or self._since
        return now - heard > STALE
