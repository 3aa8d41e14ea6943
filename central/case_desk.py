"""What a guard does for the isolation cases of a site at the server's page.

By the very rules of the kiosks (`kiosk/domain/case.py`), on the case as all logs of the site tell it, and recorded in
the server's own log. What it means for the visit is done by the kiosk that has it, as soon as that hears of it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from central.catalogue import document_of, plan_of, site_of
from central.refusals import Unknown
from central.site_view import case_of, cases_since, visit_of
from central.typed_reading import body_of, wrong_with
from kiosk.domain.case import CaseEvent, Cause, Hindrance, Role
from kiosk.domain.case_wish import (
    CLOSE,
    TAKE,
    CaseWish,
    ago,
    entry_body,
    is_taken_by,
    may_be_last,
    why_not,
    why_not_taking,
)
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import CaseId, VisitId, uuid7
from kiosk.domain.isolation_area import LOOK_BACK
from kiosk.domain.plan import OF_CAUSE, area, free_places
from kiosk.domain.policy import Policy
from kiosk.domain.times import local_day, to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from central.office_log import OfficeAct, OfficeLog
    from central.typed_reading import Typed
    from kiosk.domain.case import Case
    from kiosk.domain.plan import Plan
    from kiosk.protocol.messages import Guard

_MOST_CASES: Final = 99  # a number has two digits; whoever has opened as many today calls for help otherwise


class CaseDesk:
    """The acts of the guard's page; each is one transaction. Any thread may call."""

    def __init__(self, log: OfficeLog) -> None:
        """`log` is the server's own."""
        self._log = log

    def do(self, site_id: str, case_id: str, guard: Guard, wish: CaseWish) -> str:
        """Do one thing for a case; return why it was not done (words: `hindrance.<...>`), or "".

        A guard who decides something for a case that nobody has taken takes it by that; when nothing is left to do
        afterwards, the case is closed by that. Raises Unknown for no such site or case.
        """
        with self._log.act(site_id) as act:
            case = _known(act, case_id)
            why = _outside(act, case, guard, wish)
            if why:
                return why
            found = why_not_taking(case, wish, guard, act.now)
            if found is not None:
                return found.value
            then = act.now - ago(case, wish, act.now)
            if is_taken_by(case, wish, guard, act.now):
                record(act, case, guard, TAKE, then)
            record(act, _known(act, case_id), guard, wish, then)
            _close_if_done(act, case_id, guard, wish)
            return ""

    def measure(self, site_id: str, case_id: str, guard: Guard, typed: Typed) -> str:
        """Record what a clinical thermometer showed; return why not (words: `hindrance.<...>`), or ""."""
        with self._log.act(site_id) as act:
            case = _known(act, case_id)
            if case.standing().disposition is not None:  # what is decided is not measured any more
                return Hindrance.NOT_NOW.value
            policy = document_of(act.tx, site_id, Policy)
            if policy is None:
                return "no_policy"
            why = wrong_with(typed, policy.instruments)
            if why:
                return why
            visit = visit_of(act.tx, site_id, case.visit_id)
            body = body_of(case, visit, guard.id, typed, policy, (act.now, site_of(act.tx, site_id).timezone))
            act.record(EntryKind.READING, body)
            return ""

    def open(self, site_id: str, guard: Guard, cause: Cause) -> tuple[CaseId | None, str]:
        """Open a case for somebody who stands at no kiosk; return it, and why not when there is none."""
        with self._log.act(site_id) as act:
            day = local_day(act.now, site_of(act.tx, site_id).timezone).isoformat()
            count = act.count(f"C:{day}") + 1
            if count > _MOST_CASES:
                return None, "too_many"
            plan = plan_of(act.tx, site_id)
            now_ms = to_ms(act.now)
            case_id = CaseId(uuid7(now_ms, secrets.randbits(74)))
            body: dict[str, Any] = {
                "visit_id": VisitId(uuid7(now_ms, secrets.randbits(74))),
                "case_id": case_id,
                "cause": cause.value,
                "guard_id": guard.id,
                "was_elevated": False,
                "co_signed": [item.value for item in plan.co_signed],
                "number": f"C0{count:02d}",  # the server has no letter
                "counter": f"C:{day}",
                "count": count,
            }
            act.record(EntryKind.CASE_OPENED, body)
            record(act, _known(act, case_id), guard, TAKE)
            return case_id, ""

    def look_up(self, site_id: str, case_id: str, guard: Guard, why: str) -> tuple[str, str]:
        """Record that a guard opens whose case it is, and what for; return the visit and its booking, "" for none."""
        with self._log.act(site_id) as act:
            case = _known(act, case_id)
            visit = visit_of(act.tx, site_id, case.visit_id)
            body = {
                "guard_id": guard.id,
                "role": guard.role,
                "what": "person",
                "case_id": case.id,
                "visit_id": case.visit_id,
                "why": why,
            }
            act.record(EntryKind.LOOKED_UP, body)
            return case.visit_id, (visit.booking_id or "") if visit is not None else ""


def _known(act: OfficeAct, case_id: str) -> Case:
    case = case_of(act.tx, act.site_id, case_id)
    if case is None or case.opening is None:
        raise Unknown("no such case")
    return case


def _outside(act: OfficeAct, case: Case, guard: Guard, wish: CaseWish) -> str:
    """Return what hinders an act by the plan or by what was left out; the case's own table is asked afterwards."""
    plan, role = plan_of(act.tx, act.site_id), Role(guard.role)
    if wish.event is CaseEvent.PLACED:
        return "" if wish.place_id in _free(act, plan) else Hindrance.NO_PLACE.value
    if wish.event is CaseEvent.REPORTED or (wish.event is CaseEvent.DISPOSED and wish.to):
        return "" if plan.contact(wish.to) is not None else "no_contact"
    if wish.event is CaseEvent.TICKED:
        return _tick_hindrance(case, plan, role, wish.item)
    if wish.event is CaseEvent.REMARKED:
        return "" if wish.note else "no_words"
    standing = case.standing()
    if wish.event is CaseEvent.CO_SIGNED and (standing.disposition is None or standing.disposed_by == guard.id):
        return "same_signer" if standing.disposition is not None else Hindrance.NO_DISPOSITION.value
    return ""


def _tick_hindrance(case: Case, plan: Plan, role: Role, item: str) -> str:
    steps = plan.steps(OF_CAUSE[case.opening.cause]) if case.opening is not None else ()
    step = next((step for step in steps if step.id == item), None)
    if step is None:
        return "no_step"
    return "" if role.may_act_as(step.role) else Hindrance.ROLE.value


def _free(act: OfficeAct, plan: Plan) -> set[str]:
    """Return where somebody may be placed now."""
    since_ms = to_ms(act.now - LOOK_BACK)
    standings = area(plan, cases_since(act.tx, act.site_id, since_ms), act.now)
    return {place.id for place in free_places(standings)}


def record(
    act: OfficeAct, case: Case, guard: Guard | None, wish: CaseWish, happened_at: datetime | None = None
) -> None:
    """Record one thing that was done for a case (None: by program); what may be done was asked before."""
    act.record(EntryKind.CASE_ACTED, entry_body(case, wish, guard), happened_at)


def _close_if_done(act: OfficeAct, case_id: str, guard: Guard, wish: CaseWish) -> None:
    """Close a case in which nothing is left to do: the guard who did the last thing closes it by that."""
    if not may_be_last(wish):
        return
    case = _known(act, case_id)
    if why_not(case, CLOSE, guard, act.now) is None:
        record(act, case, guard, CLOSE)
