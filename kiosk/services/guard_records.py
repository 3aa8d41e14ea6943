"""What a guard's acts for a visit write into the log. What may be done was asked before (`guards.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.domain.calls import is_call_alone
from kiosk.domain.case import CaseEvent, Cause, Disposition
from kiosk.domain.case_wish import CaseWish
from kiosk.domain.correction import What, celsius, correction_body
from kiosk.domain.course import judged_by
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId
from kiosk.domain.paper_sheets import PAPER
from kiosk.domain.record import unsettled
from kiosk.domain.screening import Before, Outcome, assess
from kiosk.domain.visit import PASSED_STEPS, Step
from kiosk.domain.wire import to_json
from kiosk.services.settling import do_for_case
from kiosk.services.visits import record_arrival

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.domain.entry import Entry
    from kiosk.domain.overriding import OverrideWhy
    from kiosk.domain.record import Measured, Visit
    from kiosk.domain.screening import Reading
    from kiosk.ports import Act
    from kiosk.protocol.messages import Guard
    from kiosk.services.visits import Visits


def by(visit: Visit, guard: Guard) -> dict[str, Any]:
    """Return what names an act's visit and guard."""
    return {"visit_id": visit.id, "guard_id": guard.id}


def card_seen(_visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Record that the original card was seen; whoever waited for that goes on."""
    act.record(EntryKind.CARD_SEEN, by(visit, guard))
    if visit.step is Step.GUARD:
        resume(act, visit, guard)
    elif visit.step is not Step.REFUSED:  # a refusal is still to be overridden
        record_arrival(act, visit)


def admit(visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Let in, or release from the case that is open."""
    case = visits.cases.of_visit(act.state, visit.id)
    if case is None or case.standing().disposition is not None:
        visits.admit_or_line_up(act, visit, guard_id=guard.id)
    else:
        released = CaseWish(CaseEvent.DISPOSED, disposition=Disposition.RELEASED)
        do_for_case(visits, act, case.id, guard, released)


def override(act: Act, visit: Visit, guard: Guard, why: OverrideWhy, earlier: Sequence[Measured] = ()) -> None:
    """Let a refused visit go on: who, in what role, why. The questions come next.

    `earlier`: what was measured at the booking's earlier visit. An elevated reading that nothing has settled goes
    along: by leaving and coming back nobody gets rid of it.
    """
    said: dict[str, Any] = {"reasons": list(visit.reasons), "why": why.value, "role": guard.role}
    left = unsettled(earlier)
    if left:
        said["earlier"] = [to_json(item) for item in left]
    act.record(EntryKind.OVERRIDDEN, {**by(visit, guard), **said})
    record_arrival(act, visit)


def keep(visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Keep somebody here, with a case to see to them: what they declared leads it, unless they were found too warm."""
    act.record(EntryKind.HELD, {**by(visit, guard), "cause": visit.cause or "kept"})
    if visits.cases.undecided(act.state, visit.id) is None:
        is_declared = bool(visit.declared_yes) and not unsettled(visit.readings)
        visits.cases.begin(act, visit.id, Cause.DECLARATION if is_declared else Cause.GUARD, guard)


def go_on(_visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Send somebody on to the questions."""
    resume(act, visit, guard)


def resume_walk_in(visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Let somebody without a code go on where they waited."""
    if visit.step is Step.HALL_LINE:
        visits.admit_or_line_up(act, visit, guard_id=guard.id)
    else:
        act.record(EntryKind.RESUMED, {**by(visit, guard), "at": "measuring"})


def measure_in_case(visits: Visits, act: Act, visit_id: VisitId, reading: Reading) -> None:
    """Record a reading of somebody who has a case and never stood at a kiosk; it moves nothing but the case."""
    case = visits.cases.undecided(act.state, visit_id)
    if case is None:
        return
    policy, timezone = visits.rules.policy, visits.rules.site.timezone
    # A guard's reading stands for itself: there is no visit with earlier ones that could change what it says.
    assessment = assess(reading, policy.screening)
    body = {
        "visit_id": visit_id,
        "reading": to_json(reading),
        "reading_no": len(case.standing().readings) + 1,
        "outcome": assessment.outcome.value,
        "reasons": list(assessment.reasons),
        "policy_id": policy.id,
        "policy_version": policy.version,
        **visits.cases.of_reading(act.state, visit_id),
        **judged_by(reading, policy.screening, Before(), timezone),
    }
    act.record(EntryKind.READING, body)


def correct(visits: Visits, act: Act, entry: Entry, reading: Reading, guard: Guard, why: str) -> None:
    """Record that the reading of `entry` was typed wrongly; the entry stays, and what was decided by it was decided.

    What is still to be decided goes by the right figure: a case, somebody who waits for a guard. Whoever is inside or
    in line and was elevated after all gets a case, and so does a row of the paper ledger.
    """
    act.record(EntryKind.CORRECTED, correction_body(entry, What.READING, celsius(reading.value_cc), guard.id, why))
    visit_id = VisitId(entry.data()["visit_id"])
    visit = act.state.visit(visit_id)
    if visits.cases.undecided(act.state, visit_id) is not None:
        measure_in_case(visits, act, visit_id, reading)
    elif visit is not None and visit.step is Step.GUARD:
        visits.judge(act, visit, reading, guard)
    else:
        call_back(visits, act, visit_id, reading, guard)


def call_back(visits: Visits, act: Act, visit_id: VisitId, reading: Reading, guard: Guard) -> None:
    """Open a case for somebody who is inside, in line or on paper and was elevated after all; normal is nothing."""
    visit = act.state.visit(visit_id)
    is_elevated = assess(reading, visits.rules.policy.screening).outcome is Outcome.ELEVATED
    if visit is None or not is_elevated or not (visit.step in PASSED_STEPS or visit.by == PAPER):
        return
    if visits.cases.undecided(act.state, visit.id) is None:
        act.record(EntryKind.HELD, {**by(visit, guard), "cause": "case"})
        visits.cases.begin(act, visit.id, Cause.ELEVATED)
    measure_in_case(visits, act, visit.id, reading)


def resume(act: Act, visit: Visit, guard: Guard) -> None:
    """Begin the questions, for one who has arrived by that."""
    if visit.arrived_at is None:
        record_arrival(act, visit)
    act.record(EntryKind.RESUMED, {**by(visit, guard), "at": "declaration"})


def gone(_visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Record that somebody who was called did not come; with their code they may come back as from any break."""
    act.record(EntryKind.TIMED_OUT, {**by(visit, guard), "at": visit.step.value})


def refuses(_visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Record that the visitor does not let themselves be measured."""
    act.record(EntryKind.REFUSED_MEASURING, {**by(visit, guard), "cause": "refusal"})


def turn_away(_visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Turn a visitor away."""
    act.record(EntryKind.TURNED_AWAY, by(visit, guard))


def helped(_visits: Visits, act: Act, visit: Visit, guard: Guard) -> None:
    """Record that somebody who asked for a person was helped; a visit that was no more than that is over by it."""
    act.record(EntryKind.HELPED, {**by(visit, guard), "ends": is_call_alone(visit)})
