"""What the end of an isolation case means for its visit: let in, gone, or back to where the screening was.

A case may be decided at this kiosk, at another one or on the server's page; the visit is moved by the kiosk that has
it, as soon as that hears of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.case import LEAVING, CaseEvent, Disposition
from kiosk.domain.entry import EntryKind
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step
from kiosk.services.cases import CaseWish

if TYPE_CHECKING:
    from kiosk.domain.case import Hindrance
    from kiosk.domain.ids import CaseId
    from kiosk.domain.record import Visit
    from kiosk.ports import Act
    from kiosk.protocol.messages import Guard
    from kiosk.services.visits import Visits

_HELD = frozenset({Step.GUARD, Step.RESTING, Step.HALL_LINE, Step.CARD_CHECK})
"""Steps at which a visit waits for the end of its case."""


def do_for_case(visits: Visits, act: Act, case_id: CaseId, guard: Guard | None, wish: CaseWish) -> Hindrance | None:
    """Do one thing for a case, and what follows from it: its visit moves, and a case with nothing left is closed."""
    why = visits.cases.do(act, case_id, guard, wish)
    case = visits.cases.case(act.state, case_id)
    if why is not None or case is None:
        return why
    standing = case.standing()
    visit = act.state.visit(case.visit_id)
    if wish.event is CaseEvent.DISPOSED and visit is not None and guard is not None:
        settle(visits, act, visit, standing.disposition, guard.id)
    is_reported = bool(standing.reported) or not standing.is_confirmed
    if wish.event in {CaseEvent.DISPOSED, CaseEvent.CLEANED, CaseEvent.CO_SIGNED, CaseEvent.REPORTED} and is_reported:
        # Nothing is left to do: the guard who did the last thing closes it by that.
        visits.cases.do(act, case_id, guard, CaseWish(CaseEvent.CLOSED))
    return None


def settle(visits: Visits, act: Act, visit: Visit, disposition: Disposition | None, guard_id: str) -> None:
    """Move a visit that waited for its case to where the disposition leads."""
    if visit.step not in _HELD or disposition is None:
        return
    body = {"visit_id": visit.id, "guard_id": guard_id}
    if disposition in LEAVING:
        act.record(EntryKind.TURNED_AWAY, {**body, "disposition": disposition.value})
        return
    last = visits.cases.last_reading(act.state, visit)
    is_screened = visit.declared_at is not None and last is not None and last.outcome is Outcome.NORMAL
    if disposition is Disposition.RELEASED and is_screened:
        visits.admit_or_line_up(act, visit, guard_id=guard_id)
    elif visit.booking is not None or visit.walk_in:
        at = "measuring" if visit.declared_at is not None else "declaration"
        act.record(EntryKind.RESUMED, {**body, "at": at})


def settle_by_case(visits: Visits, act: Act, visit: Visit) -> None:
    """Move a visit whose case was decided at another place; one whose case is still open waits on."""
    case = visits.cases.of_visit(act.state, visit.id)
    standing = case.standing() if case is not None else None
    if standing is not None and standing.disposition is not None and standing.disposed_by is not None:
        settle(visits, act, visit, standing.disposition, standing.disposed_by)
