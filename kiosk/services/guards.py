"""The guard's acts at a kiosk: what needs doing, and what a named person decided.

Every act names its guard. Nobody is admitted without a normal reading, and a case that is open is closed only by
a normal clinical reading of a named guard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain import calls
from kiosk.domain.case import Cause, Role
from kiosk.domain.case_wish import CaseWish
from kiosk.domain.declaration import ClearedWhy
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId
from kiosk.domain.overriding import MayOverride, OverrideWhy, least, may_override
from kiosk.domain.record import Visit
from kiosk.domain.screening import Outcome
from kiosk.domain.state_days import EXTRA_LATE, INSIDE, is_cold_by_hand
from kiosk.domain.visit import PASSED_STEPS, Step
from kiosk.services import guard_records as records
from kiosk.services.finding import last_visit
from kiosk.services.instruments import Instruments
from kiosk.services.settling import do_for_case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.domain.by_hand import Typed
    from kiosk.domain.case import Case, Hindrance
    from kiosk.domain.entry import Entry
    from kiosk.domain.ids import CaseId
    from kiosk.domain.screening import Reading
    from kiosk.domain.state_keeper import State
    from kiosk.ports import Act
    from kiosk.protocol.messages import Guard
    from kiosk.services.everywhere import Everywhere
    from kiosk.services.views import View
    from kiosk.services.visits import Visits


class GuardAct(StrEnum):
    """What a guard may do; the closed list. The first part is about a visit, the second about the kiosk."""

    CARD_SEEN = "card_seen"
    MEASURE = "measure"
    ADMIT = "admit"
    CLEAR = "clear"  # let in after asking about what was declared
    OVERRIDE = "override"
    KEEP = "keep"
    REFUSES_MEASURING = "refuses_measuring"
    GO_ON = "go_on"
    RESUME = "resume"  # somebody without a code, after a rest or in line
    GONE = "gone"  # somebody who was called, to be measured again or to go in, and did not come
    TURN_AWAY = "turn_away"
    HELPED = "helped"  # somebody who asked for a person

    EXIT = "exit"  # the next code that is scanned goes out
    WIDEN = "widen"
    COLD = "cold"
    REOPEN_TYPING = "reopen_typing"
    CLOSE_DAY = "close_day"


@dataclass(slots=True)
class Guards:
    """The guard's acts, on the worker's thread."""

    visits: Visits
    everywhere: Everywhere
    instruments: Instruments = field(init=False)

    def __post_init__(self) -> None:
        """Take the guards' thermometers from the same visits."""
        self.instruments = Instruments(self.visits)

    def allowed(self, visit: Visit, state: State, role: str = Role.GUARD) -> tuple[GuardAct, ...]:
        """Return what a guard of this role may do for a visit now, the most likely first."""
        if visit.step is Step.CARD_CHECK:
            return (GuardAct.CARD_SEEN, GuardAct.TURN_AWAY)
        # Who has a case that is not decided is not sent away: the case could never be closed then.
        is_handled = self.visits.cases.undecided(state, visit.id) is not None
        helped = (GuardAct.HELPED,) if calls.wants_help_alone(visit) and not is_handled else ()
        if visit.step is Step.REFUSED:
            return (*helped, *self._ways_on(visit, role), GuardAct.TURN_AWAY)
        if visit.step is not Step.GUARD:
            return (*helped, *self._while_waiting(visit, state))
        if visit.booking is None and not visit.walk_in:
            return () if is_handled else (*helped, GuardAct.TURN_AWAY)
        acts = [] if is_handled else [GuardAct.KEEP, GuardAct.TURN_AWAY]
        if visit.declared_at is not None or visit.case_id is not None:
            acts.insert(0, GuardAct.MEASURE)
            acts.append(GuardAct.REFUSES_MEASURING)
        if visit.declared_at is None:
            # The questions first: nobody is admitted unasked.
            acts.insert(0, GuardAct.CARD_SEEN if self.visits.must_show_card(visit) else GuardAct.GO_ON)
        elif self.may_admit(visit, state):
            return _and_in(visit, acts, is_handled=is_handled)
        return tuple(acts)

    def _while_waiting(self, visit: Visit, state: State) -> tuple[GuardAct, ...]:
        """Return what may be done for somebody who rests or waits in line."""
        is_called = self._is_called(visit, state)
        resumes = (GuardAct.RESUME,) if is_called and visit.walk_in else ()
        gone = (GuardAct.GONE,) if is_called else ()
        return (*resumes, *gone, GuardAct.KEEP) if visit.step is Step.RESTING else (*resumes, *gone)

    def _ways_on(self, visit: Visit, role: str) -> tuple[GuardAct, ...]:
        """Return how a refused visit may go on. Nobody overrides what no booking stands behind, or an open case."""
        rules = self.visits.rules.policy.overrides
        if visit.booking is None or not may_override(rules, visit.reasons, role):
            return ()
        if self.open_case_of(self.visits.log.state, visit) is not None:
            return ()
        return (GuardAct.CARD_SEEN if self.visits.must_show_card(visit) else GuardAct.OVERRIDE,)

    def _is_called(self, visit: Visit, state: State) -> bool:
        """Tell whether somebody who waited may go on: their rest is over, or the hall has room for them."""
        if visit.step is Step.RESTING:
            return visit.rest_until is None or visit.rest_until <= self.visits.clock.now()
        return visit.step is Step.HALL_LINE and self.visits.hall.has_room_for(state, visit)

    def earlier(self, state: State, visit: Visit) -> Visit | None:
        """Return the earlier visit by the same booking, here or at another kiosk, or None."""
        if visit.booking_id is None:
            return None
        last, _ = last_visit(state, self.everywhere.copy, visit.booking_id)
        return last if last is not None and last.id != visit.id else None

    def open_case_of(self, state: State, visit: Visit) -> Case | None:
        """Return the case of the earlier visit by the same booking that is not decided, or None."""
        earlier = self.earlier(state, visit)
        return self.visits.cases.undecided(state, earlier.id) if earlier is not None else None

    def override_by(self, visit: Visit) -> str:
        """Return which role may override a visit's refusal, "never" for one that nobody may, "" for no refusal.

        "case": the booking's case is to be decided first.
        """
        if visit.step is not Step.REFUSED:
            return ""
        if self.open_case_of(self.visits.log.state, visit) is not None:
            return "case"
        return MayOverride.NEVER if visit.booking is None else least(self.visits.rules.policy.overrides, visit.reasons)

    def may_admit(self, visit: Visit, state: State) -> bool:
        """Tell whether the last reading lets a guard admit: normal, by a guard's thermometer once one was elevated.

        With a case that is not decided it must be a clinical one.
        """
        last = self.visits.cases.last_reading(state, visit)
        if last is None or last.outcome is not Outcome.NORMAL:
            return False
        case = self.visits.cases.undecided(state, visit.id)
        if case is not None:
            return case.standing().is_found_normal
        return last.is_manual or all(item.outcome is not Outcome.ELEVATED for item in visit.readings)

    def act(self, guard: Guard, what: GuardAct, visit_id: VisitId, typed: Typed | None = None, why: str = "") -> View:
        """Do one act for one visit; what is not allowed for it now changes nothing and shows it as it is.

        `why`: of an override one of `OverrideWhy`, of somebody cleared one of `ClearedWhy`; without it nothing is done.
        """
        with self.visits.log.act() as act:
            known = self.everywhere.visit(act.state, visit_id)
            if what is GuardAct.MEASURE and self._is_beside(act.state, known, visit_id):
                reading = self.instruments.reading(guard, typed)
                if reading is not None and self.visits.cases.undecided(act.state, visit_id) is not None:
                    records.measure_in_case(self.visits, act, visit_id, reading)
                elif reading is not None and known is not None:
                    # Somebody else let them in meanwhile: a fever is not lost for that.
                    records.call_back(self.visits, act, visit_id, reading, guard)
            elif known is not None and what in self.allowed(known, act.state, guard.role):
                visit = self.everywhere.take_over(act, visit_id)
                if visit is not None:
                    self._do(act, guard, what, visit, typed, why)
            return self.visits.show(act, visit_id)

    def _is_beside(self, state: State, visit: Visit | None, visit_id: VisitId) -> bool:
        """Tell whether a reading moves no visit: nobody's, or one of somebody who was let in."""
        if visit is None:
            return self.visits.cases.undecided(state, visit_id) is not None
        return visit.step in PASSED_STEPS

    def correct(self, guard: Guard, entry: Entry, reading: Reading, why: str) -> None:
        """Record that a reading was typed wrongly, and what it should have been; `why` in words."""
        with self.visits.log.act() as act:
            records.correct(self.visits, act, entry, reading, guard, why)

    def _do(self, act: Act, guard: Guard, what: GuardAct, visit: Visit, typed: Typed | None, why: str) -> None:
        if what is GuardAct.MEASURE:
            reading = self.instruments.reading(guard, typed)
            if reading is not None:
                self.visits.judge(act, visit, reading, guard)
        elif what is GuardAct.OVERRIDE:
            if why in set(OverrideWhy):
                earlier = self.earlier(act.state, visit)
                records.override(act, visit, guard, OverrideWhy(why), earlier.readings if earlier is not None else ())
        elif what is GuardAct.CLEAR:
            if why in set(ClearedWhy):
                self.visits.admit_or_line_up(act, visit, guard_id=guard.id, why=why)
        elif what in _RECORDS:
            _RECORDS[what](self.visits, act, visit, guard)

    def do_for_case(self, guard: Guard | None, case_id: CaseId, wish: CaseWish) -> Hindrance | None:
        """Do one thing for a case (None: by nobody's name, "seen"); return why it was not done, or None."""
        with self.visits.log.act() as act:
            return do_for_case(self.visits, act, case_id, guard, wish)

    def open_case(self, guard: Guard, visit_id: VisitId | None, cause: Cause) -> CaseId:
        """Open a case by the guard's word and return it; a visit's own that is open already is taken up."""
        with self.visits.log.act() as act:
            visit = self.everywhere.take_over(act, visit_id) if visit_id is not None else None
            known = self.visits.cases.undecided(act.state, visit.id) if visit is not None else None
            if known is not None:
                return known.id
            if visit is not None and visit.step is not Step.GUARD:
                act.record(EntryKind.HELD, {**records.by(visit, guard), "cause": "case"})
            return self.visits.cases.begin(act, visit.id if visit is not None else self._new_visit(), cause, guard)

    def _new_visit(self) -> VisitId:
        return VisitId(self.visits.new_id())

    def widen(self, guard: Guard, minutes: int) -> None:
        """Let visitors come later by `minutes`, because the queue is long; bounded by policy, 0 takes it back."""
        bounded = max(0, min(minutes, self.visits.rules.policy.widen_max_min))
        with self.visits.log.act() as act:
            act.record(EntryKind.TOLERANCE_WIDENED, {"guard_id": guard.id, "minutes": bounded})

    def switch_cold(self, guard: Guard) -> None:
        """Say that visitors come in from the cold, for today, or leave it to the policy again.

        Nobody says by hand that they do not: that would let skin which the cold has cooled pass for normal.
        """
        with self.visits.log.act() as act:
            is_on = not is_cold_by_hand(act.state)
            act.record(EntryKind.COLD_MODE_SET, {"guard_id": guard.id, "is_on": is_on})

    def reopen_typing(self, guard: Guard) -> None:
        """Open the typing of numbers again after too many wrong entries."""
        with self.visits.log.act() as act:
            act.record(EntryKind.TYPING_REOPENED, {"guard_id": guard.id})

    def close_day(self, guard: Guard) -> None:
        """Close the day: the hall is empty, says the guard, and the entry says what the number inside was."""
        with self.visits.log.act() as act:
            act.record(EntryKind.DAY_CLOSED, {"guard_id": guard.id, "inside": act.state.count(INSIDE)})


_RECORDS: Final[Mapping[GuardAct, Callable[[Visits, Act, Visit, Guard], None]]] = {
    GuardAct.CARD_SEEN: records.card_seen,
    GuardAct.ADMIT: records.admit,
    GuardAct.KEEP: records.keep,
    GuardAct.GO_ON: records.go_on,
    GuardAct.RESUME: records.resume_walk_in,
    GuardAct.GONE: records.gone,
    GuardAct.TURN_AWAY: records.turn_away,
    GuardAct.HELPED: records.helped,
    GuardAct.REFUSES_MEASURING: records.refuses,
}


def _and_in(visit: Visit, acts: list[GuardAct], *, is_handled: bool) -> tuple[GuardAct, ...]:
    """Return what may be done for somebody who may be let in as well: that first, or keeping who declared something.

    What was declared is a person's decision, and letting in asks why; with a case, its end decides.
    """
    if visit.declared_yes and not visit.settled and not is_handled:
        return (GuardAct.KEEP, GuardAct.CLEAR, *(act for act in acts if act is not GuardAct.KEEP))
    return (GuardAct.ADMIT, *acts)


def needs_guard(visit: Visit) -> bool:
    """Tell whether a visit stands on the guard's list as something to do."""
    if visit.step in {Step.RESTING, Step.HALL_LINE}:
        return visit.cause == calls.ASKED
    return visit.step in {Step.GUARD, Step.CARD_CHECK, Step.REFUSED} and visit.is_listed


def extra_late(state: State) -> int:
    """Return by how many minutes a guard widened the tolerance today."""
    return state.count(EXTRA_LATE)
