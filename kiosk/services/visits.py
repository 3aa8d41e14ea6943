"""The visitor's acts. One public method is one act: one transaction, and the view that follows from it.

All are called on the worker's thread. Errors of the store come out as they are: the caller shows the guard's
screen, never a welcome.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain import calls, lane, outdoor
from kiosk.domain.case import Cause
from kiosk.domain.course import Turn, after, before, judged_by
from kiosk.domain.declaration import read_answers
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId
from kiosk.domain.screening import Outcome, Reading, assess
from kiosk.domain.times import to_wire
from kiosk.domain.visit import OPEN_STEPS, SCREEN_STEPS, Step
from kiosk.domain.wire import to_json
from kiosk.services.views import Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.policy import Policy
    from kiosk.domain.record import Visit
    from kiosk.domain.screening import Assessment, Fault
    from kiosk.ports import Act, Clock, Log
    from kiosk.protocol.messages import Guard
    from kiosk.services.cases import Cases
    from kiosk.services.hall import Hall
    from kiosk.services.rulebook import Rulebook
    from kiosk.services.showing import Showing
    from kiosk.services.views import View

_ONE_TOUCH: Final = timedelta(seconds=2)  # a finger that touched twice before the answer came; nobody steps up so fast


@dataclass(frozen=True, slots=True)
class Visits:
    """What a visitor does once their booking is on the screen. `new_id` makes ids (UUID version 7)."""

    log: Log
    rules: Rulebook
    hall: Hall
    cases: Cases
    showing: Showing
    clock: Clock
    new_id: Callable[[], str]

    def _at(self, act: Act, visit_id: VisitId, *steps: Step) -> Visit | None:
        """Return the visit when it is at one of `steps`; a late or doubled touch finds None and changes nothing."""
        visit = act.state.visit(visit_id)
        return visit if visit is not None and visit.step in steps else None

    def show(self, act: Act, visit_id: VisitId, hint: Hint = Hint.NONE) -> View:
        """Return the view of a visit as it is now."""
        visit = act.state.visit(visit_id)
        return self.showing.of(visit, act.state, hint) if visit is not None else self.showing.idle()

    def confirm(self, visit_id: VisitId) -> View:
        """Hear "yes, that is me": the visitor has arrived, or first shows the original card to a guard."""
        with self.log.act() as act:
            visit = self._at(act, visit_id, Step.BOOKING)
            if visit is not None:
                if self.must_show_card(visit):
                    act.record(EntryKind.CARD_AWAITED, {"visit_id": visit_id})
                else:
                    record_arrival(act, visit)
            return self.show(act, visit_id)

    def must_show_card(self, visit: Visit) -> bool:
        """Tell whether a guard has still to see the original card: the booking was found by an identity number."""
        return visit.by == "id_number" and not visit.card_seen and not self.rules.policy.card_check_waived

    def disown(self, visit_id: VisitId) -> View:
        """Hear "not my booking"."""
        with self.log.act() as act:
            if self._at(act, visit_id, Step.BOOKING) is not None:
                act.record(EntryKind.DISOWNED, {"visit_id": visit_id})
            return self.showing.idle(Hint.DISOWNED)

    def declare(self, visit_id: VisitId, yes: tuple[str, ...] | None) -> View:
        """Take the answers; incomplete ones leave the questions on the screen and admit nobody."""
        with self.log.act() as act:
            visit = self._at(act, visit_id, Step.DECLARATION)
            declaration = self.rules.declaration
            service = visit.booking.service if visit is not None and visit.booking is not None else ""
            answers = read_answers(declaration, service, yes)
            if visit is not None and answers is not None:
                body = {
                    "visit_id": visit_id,
                    "asked": list(answers.asked),
                    "yes": list(answers.yes),
                    "declaration_version": declaration.version,
                    "notice_version": declaration.notice.version,
                }
                act.record(EntryKind.DECLARED, body)
                if answers.yes and self.rules.policy.case_on_declaration:
                    self.cases.begin(act, visit_id, Cause.DECLARATION)
            return self.show(act, visit_id)

    def measured(self, visit_id: VisitId, reading: Reading | Fault) -> View:
        """Judge what the kiosk's thermometer gave, and go where the policy says."""
        with self.log.act() as act:
            visit = self._at(act, visit_id, Step.MEASURING)
            if visit is None:
                return self.show(act, visit_id)
            return self.judge(act, visit, self._with_dwell(visit, reading))

    def _with_dwell(self, visit: Visit, reading: Reading | Fault) -> Reading | Fault:
        """Add the seconds since first contact: how long the visitor has been out of the cold."""
        if not isinstance(reading, Reading):
            return reading
        return replace(reading, dwell_s=max(0, int((reading.taken_at - visit.first_contact).total_seconds())))

    def judge(self, act: Act, visit: Visit, reading: Reading | Fault, guard: Guard | None = None) -> View:
        """Record a reading with its outcome and take the turn that follows; `guard`: who took it by hand."""
        policy = self.rules.policy
        timezone = self.rules.site.timezone
        known = before(visit, reading, policy.screening, act.state, timezone)
        assessment = assess(reading, policy.screening, known)
        is_manual = isinstance(reading, Reading) and reading.is_manual
        course = after(visit, assessment, policy.screening, is_manual=is_manual)
        body = reading_body(visit, reading, assessment, policy) | self.cases.of_reading(act.state, visit.id)
        body |= judged_by(reading, policy.screening, known, timezone)
        body |= outdoor.to_note(act.state, reading, timezone) if isinstance(reading, Reading) else {}
        if course.turn is Turn.REST:
            number = self.hall.next_number(act.state, "R")
            until = to_wire(self.clock.now() + course.rest)
            body |= {"moves": True, "rest_number": visit.rest_number or number["number"], "rest_until": until}
            body |= {} if visit.rest_number else {"counter": number["counter"], "count": number["count"]}
        elif course.turn is Turn.AGAIN:
            body["moves"] = True
        act.record(EntryKind.READING, body)
        if course.turn is Turn.PASS:
            if visit.declared_at is not None:
                self.admit_or_line_up(act, act.state.visit(visit.id) or visit)  # with this reading
        elif course.turn in {Turn.GUARD, Turn.CASE}:
            act.record(EntryKind.HELD, {"visit_id": visit.id, "cause": course.cause})
            if course.turn is Turn.CASE and self.cases.undecided(act.state, visit.id) is None:
                self.cases.begin(act, visit.id, course.cause, guard)
        hint = Hint.HOLD_STILL if course.turn is Turn.AGAIN else Hint.NONE
        return self.show(act, visit.id, hint)

    def admit_or_line_up(self, act: Act, visit: Visit, **more: str) -> None:
        """Let a screened visitor in with a number, or give them a place in line while the hall is full."""
        if self.hall.has_room_for(act.state, visit):
            number = self.hall.next_number(act.state, "G" if visit.is_green else "")
            normal = sum(reading.outcome is Outcome.NORMAL for reading in visit.readings)
            facts = {
                "green": visit.is_green,
                "walk_in": visit.walk_in,
                "after_rest": visit.rests > 0,
                "readings": len(visit.readings),
                "normal": normal,
            }
            act.record(EntryKind.ADMITTED, {"visit_id": visit.id, **number, **facts, **more})
        elif visit.step is not Step.HALL_LINE:
            act.record(EntryKind.LINED_UP, {"visit_id": visit.id, **self.hall.next_number(act.state, "W"), **more})

    def measure_by_hand(self, visit_id: VisitId) -> View:
        """Hear "measure me by hand": a guard does."""
        return self._hold(visit_id, "by_hand")

    def to_lane(self, visit_id: VisitId) -> View:
        """Send a visitor to the guard's manual lane, past the kiosk's own thermometer."""
        return self._hold(visit_id, lane.CAUSE)

    def unexpected(self, visit_id: VisitId) -> View:
        """Hand a visit to the guard after an unexpected failure."""
        return self._hold(visit_id, "unexpected")

    def _hold(self, visit_id: VisitId, cause: str) -> View:
        with self.log.act() as act:
            if self._at(act, visit_id, *SCREEN_STEPS) is not None:
                act.record(EntryKind.HELD, {"visit_id": visit_id, "cause": cause})
            return self.show(act, visit_id)

    def ask_person(self, visit_id: VisitId | None) -> View:
        """Call a member of staff; from the idle screen as well, and from a refusal."""
        with self.log.act() as act:
            visit = act.state.visit(visit_id) if visit_id is not None else None
            if visit is not None and visit.step not in OPEN_STEPS | {Step.REFUSED}:
                visit = None  # what is over is on nobody's list: the call is to be heard, and so begins anew
            if visit_id is None and (same := self._just_called(act)) is not None:
                return self.showing.waiting(same)
            called = visit.id if visit is not None else VisitId(self.new_id())
            if visit is not None and visit.step in SCREEN_STEPS:
                act.record(EntryKind.HELD, {"visit_id": called, "cause": calls.ASKED})
            else:
                act.record(EntryKind.CALLED, {"visit_id": called, "again": visit is not None})
            return self.showing.waiting(act.state.visit(called))

    def _just_called(self, act: Act) -> Visit | None:
        """Return the call of somebody unknown that this is the second touch of, or None."""
        now = self.clock.now()
        for visit in act.state.open_visits():
            if calls.is_call_alone(visit) and timedelta(0) <= now - visit.touched_at < _ONE_TOUCH:
                return visit
        return None

    def time_out(self, visit_id: VisitId) -> View:
        """Close a visit that its visitor left; what was personal leaves the screen, scanning again takes it up."""
        with self.log.act() as act:
            visit = self._at(act, visit_id, *SCREEN_STEPS)
            if visit is not None:
                act.record(EntryKind.TIMED_OUT, {"visit_id": visit_id, "at": visit.step.value})
            return self.showing.idle()


def record_arrival(act: Act, visit: Visit) -> None:
    """Record that the visitor was identified at the door in the slot."""
    act.record(EntryKind.ARRIVED, {"visit_id": visit.id, "booking_id": visit.booking_id, "by": visit.by})


def reading_body(visit: Visit, reading: Reading | Fault, assessment: Assessment, policy: Policy) -> dict[str, Any]:
    """Return the body of a reading's entry: what was measured, what it says, and by which policy."""
    return {
        "visit_id": visit.id,
        "reading": to_json(reading),
        "reading_no": len(visit.readings) + 1,
        "outcome": assessment.outcome.value,
        "reasons": list(assessment.reasons),
        "policy_id": policy.id,
        "policy_version": policy.version,
    }
