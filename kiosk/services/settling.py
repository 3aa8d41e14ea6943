"""What the end of an isolation case means for its visit: let in, gone, or back to where the screening was.

A case may be decided at this kiosk, at another one or on the server's page; the visit is moved by the kiosk that has
it, as soon as that hears of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.case import LEAVING, Case, CaseEvent, Disposition
from kiosk.domain.case_wish import CLOSE, CaseWish, may_be_last
from kiosk.domain.entry import EntryKind
from kiosk.domain.record import is_with_peer
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    visit = act.state.visit(case.visit_id)
    if wish.event is CaseEvent.DISPOSED and visit is not None:
        settle(visits, act, visit, case)
    if may_be_last(wish):
        visits.cases.do(act, case_id, guard, CLOSE)
    return None


def waits_for(visits: Visits, visit: Visit, case: Case) -> bool:
    """Tell whether the end of `case` has still to move `visit`, and this kiosk has it."""
    peer = visits.cases.copy.peer_visit(visit.id)
    is_here = peer is None or not is_with_peer(visit, peer)
    return is_here and visit.step in _HELD and case.id not in visit.settled


def settle(visits: Visits, act: Act, visit: Visit, case: Case) -> None:
    """Move a visit that waited for its case to where the disposition leads, once."""
    standing = case.standing()
    disposition, guard_id = standing.disposition, standing.disposed_by
    if disposition is None or guard_id is None or not waits_for(visits, visit, case):
        return
    body = {"visit_id": visit.id, "guard_id": guard_id, "settles": case.id}
    if disposition in LEAVING:
        act.record(EntryKind.TURNED_AWAY, {**body, "disposition": disposition.value})
        return
    last = visits.cases.last_reading(act.state, visit)
    is_screened = visit.declared_at is not None and last is not None and last.outcome is Outcome.NORMAL
    if disposition is Disposition.RELEASED and is_screened and visit.step in {Step.GUARD, Step.HALL_LINE}:
        visits.admit_or_line_up(act, visit, guard_id=guard_id, settles=case.id)
    elif visit.step in {Step.GUARD, Step.RESTING} and (visit.booking is not None or visit.walk_in):
        _send_back(act, visit, body)


def _send_back(act: Act, visit: Visit, body: Mapping[str, str]) -> None:
    """Send somebody back to where the screening was: by their code, or who has none to the guard, who sees them."""
    is_asked = visit.declared_at is not None
    if visit.booking is not None:
        act.record(EntryKind.RESUMED, {**body, "at": "measuring" if is_asked else "declaration"})
    else:
        act.record(EntryKind.HELD, {**body, "cause": "manual_required" if is_asked else "guard"})


def settle_by_case(visits: Visits, act: Act, visit: Visit) -> None:
    """Move a visit whose case was decided at another place; one whose case is still open waits on."""
    case = visits.cases.of_visit(act.state, visit.id)
    if case is not None:
        settle(visits, act, visit, case)
