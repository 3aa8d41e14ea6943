"""The shift: begun with the checklist, ended with a hand-over; who is on duty comes from the log.

A shift belongs to the guard, a case to the site: a change of shift moves no case. The hand-over names the open ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import GuardId
from kiosk.domain.masking import mask_name
from kiosk.domain.plan_steps import undone
from kiosk.domain.times import from_wire, local_day
from kiosk.services.guard_views import ShiftView

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kiosk.domain.case import Case
    from kiosk.domain.plan import PlanStep
    from kiosk.domain.state_keeper import State
    from kiosk.protocol.messages import Guard
    from kiosk.services.today import Today
    from kiosk.services.visits import Visits

_WARNED_OF: Final = frozenset({"area", "thermometer"})
"""Items of the checklist without which the next elevated visitor cannot be handled: a "no" is warned of."""

_LONGEST: Final = 200  # characters of a remark, and of a name


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A shift that was begun and has not ended. `day`: on which it began, by which the log keeps it."""

    guard_id: GuardId
    day: str
    begun_at: datetime
    checks: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Shifts:
    """Begins and ends shifts, and tells who is on duty at this kiosk."""

    visits: Visits
    today: Today

    def on_duty(self, state: State) -> tuple[OnDuty, ...]:
        """Return who has begun a shift here and not ended it, first come first."""
        found = [_on_duty(name, data) for name, data in state.facts("shift:").items()]
        return tuple(sorted(found, key=lambda shift: (shift.begun_at, shift.guard_id)))

    def of(self, state: State, guard_id: str) -> OnDuty | None:
        """Return a guard's own shift, or None for one who has not begun any."""
        return next((shift for shift in self.on_duty(state) if shift.guard_id == guard_id), None)

    def view(self, guard: Guard) -> ShiftView:
        """Return the shift's screen for a guard."""
        state = self.visits.log.state
        own = self.of(state, guard.id)
        checks: Mapping[str, bool] = own.checks if own is not None else {}
        return ShiftView(
            guard_name=mask_name(guard.name),
            begun_at=own.begun_at if own is not None else None,
            items=tuple((item.id, item.text, checks.get(item.id)) for item in self.visits.rules.plan.checklist),
            others=tuple(self._name(shift.guard_id) for shift in self.on_duty(state) if shift.guard_id != guard.id),
            figures=self._figures(own),
            open_cases=tuple((case.id, case.label) for case in self._open_cases(state)),
            undone=tuple(
                (case.id, case.label, tuple(step.text for step in steps)) for case, steps in self._undone(state, own)
            ),
            handed_over=self._handed_over(guard),
            account=guard.id,
            warnings=tuple(sorted(item for item in _WARNED_OF if checks.get(item) is False)),
        )

    def begin(self, guard: Guard, checks: Mapping[str, bool]) -> bool:
        """Begin a guard's shift and return whether that was done: every item of the checklist must be answered."""
        asked = [item.id for item in self.visits.rules.plan.checklist]
        if self.of(self.visits.log.state, guard.id) is not None or any(item not in checks for item in asked):
            return False
        day = local_day(self.visits.clock.now(), self.visits.rules.site.timezone).isoformat()
        answers = {item: bool(checks[item]) for item in asked}
        with self.visits.log.act() as act:
            body = {"guard_id": guard.id, "role": guard.role, "day": day, "checks": answers}
            act.record(EntryKind.SHIFT_BEGUN, body)
        return True

    def end(self, guard: Guard, to: str, remark: str) -> bool:
        """End a guard's shift with a hand-over and return whether there was one to end.

        `to`: a masked name that the screen showed, or "" for whoever comes next.
        """
        own = self.of(self.visits.log.state, guard.id)
        if own is None:
            return False
        with self.visits.log.act() as act:
            body: dict[str, Any] = {
                "guard_id": guard.id,
                "role": guard.role,
                "day": own.day,
                "to": self._receiver(act.state, guard, to),
                "open_cases": [case.label for case in self._open_cases(act.state)],
                "undone": {case.label: [step.id for step in steps] for case, steps in self._undone(act.state, own)},
                "figures": dict(self._figures(own)),
                "remark": " ".join(remark.split())[:_LONGEST],
            }
            act.record(EntryKind.SHIFT_ENDED, body)
        return True

    def _figures(self, own: OnDuty | None) -> tuple[tuple[str, int], ...]:
        """Return the figures of a shift, of today as far as it began earlier; none without one."""
        return self.today.tally().figures(own.begun_at) if own is not None else ()

    def _handed_over(self, guard: Guard) -> tuple[datetime, str, str] | None:
        """Return what was said at the last hand-over of today, and by whom; nothing of one's own."""
        known = self.today.tally().handed_over
        if known is None or known[1] == guard.id:
            return None
        at, guard_id, remark = known
        return (at, self._name(guard_id), remark)

    def _open_cases(self, state: State) -> tuple[Case, ...]:
        return tuple(self.visits.cases.open(state))

    def _undone(self, state: State, own: OnDuty | None) -> list[tuple[Case, tuple[PlanStep, ...]]]:
        """Return the cases of a shift, closed ones as well, in which steps of the plan were not ticked."""
        if own is None:
            return []
        known = sorted(self.visits.cases.known(state).values(), key=lambda case: case.id)
        found = [(case, undone(self.visits.rules.plan, case)) for case in known if _is_of_shift(case, own)]
        return [(case, steps) for case, steps in found if steps]

    def _receiver(self, state: State, guard: Guard, to: str) -> str:
        """Return the guard whose name was chosen, by id; a name that two share, or nobody here has, as it is."""
        named = [shift.guard_id for shift in self.on_duty(state) if self._name(shift.guard_id) == to]
        others = [one for one in named if one != guard.id]
        return others[0] if len(others) == 1 else to[:_LONGEST]

    def _name(self, guard_id: str) -> str:
        known = next((item for item in self.visits.rules.guards() if item.id == guard_id), None)
        return mask_name(known.name) if known is not None else guard_id


def _is_of_shift(case: Case, own: OnDuty) -> bool:
    closed_at = case.standing().closed_at
    return closed_at is None or closed_at >= own.begun_at


def _on_duty(name: str, data: str) -> OnDuty:
    _, guard_id, day = name.split(":")
    known = json.loads(data)
    return OnDuty(GuardId(guard_id), day, from_wire(known["begun_at"]), known["checks"])
