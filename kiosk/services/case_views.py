"""One isolation case, and the isolation area, as a guard sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import (
    CaseAct,
    CaseEvent,
    CaseStep,
    Cause,
    Disposition,
    Hindrance,
    Role,
    may,
)
from kiosk.domain.case_wish import REMARKS, TAKES, CaseWish
from kiosk.domain.correction import celsius
from kiosk.domain.due import due, level
from kiosk.domain.isolation_area import Room, free_from, room
from kiosk.domain.masking import mask_name
from kiosk.domain.plan import OF_CAUSE, PlaceState, Situation
from kiosk.domain.plan_steps import done, undone
from kiosk.services.guard_views import (
    AreaView,
    CaseChoice,
    CaseView,
    DispositionChoice,
    HistoryLine,
    PlaceView,
)
from kiosk.services.plan_views import contact_view, run_view
from kiosk.services.runs import running

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.case import Case, Opening, Standing
    from kiosk.domain.plan import Contact
    from kiosk.domain.record import Measured
    from kiosk.domain.site import Words
    from kiosk.domain.state_keeper import State
    from kiosk.protocol.messages import Guard
    from kiosk.services.cases import Cases
    from kiosk.services.guard_views import RunView

_ORDER: Final = (
    CaseEvent.ACKNOWLEDGED,
    CaseEvent.PLACED,
    CaseEvent.MEASURED,
    CaseEvent.REPORTED,
    CaseEvent.DISPOSED,
    CaseEvent.CLEANED,
    CaseEvent.CO_SIGNED,
    CaseEvent.CLOSED,
    CaseEvent.REMARKED,
)
"""What may be done, in the order in which a guard needs it."""

_AT: Final = {
    CaseEvent.MEASURED: frozenset({CaseStep.FLAGGED, CaseStep.ACKNOWLEDGED, CaseStep.PLACED}),
    CaseEvent.REPORTED: frozenset(set(CaseStep) - {CaseStep.FLAGGED, CaseStep.CLOSED}),
    CaseEvent.REMARKED: frozenset(set(CaseStep) - {CaseStep.CLOSED}),
}
"""At which steps a fact is offered; it counts at any."""


@dataclass(frozen=True, slots=True)
class CaseViews:
    """Makes the page of a case and of the area. `kiosk_id`: this kiosk's, which a page need not name."""

    cases: Cases

    def view(self, case: Case, guard: Guard, state: State) -> CaseView:
        """Return the page of one case for the guard who looks at it."""
        plan, now = self.cases.rules.plan, self.cases.clock.now()
        standing, opening = case.standing(), case.opening
        need = due(case, plan.limits, standing)
        visit = self.cases.hall.everywhere.visit(state, case.visit_id)
        place = plan.place(standing.place_id) if standing.is_in_place else None
        return CaseView(
            case_id=case.id,
            visit_id=case.visit_id,
            has_visit=visit is not None,
            label=case.label,
            cause=opening.cause if opening is not None else Cause.GUARD,
            step=standing.step,
            opened_at=opening.at if opening is not None else now,
            kiosk=self._other_kiosk(opening),
            guard=self._name(standing.guard_id),
            need=need.need if need is not None else None,
            due_at=need.until if need is not None else None,
            level=level(need, plan.limits, now),
            place=place.name if place is not None else None,
            dirty=tuple((place_id, self._place_name(place_id)) for place_id in _to_clean(standing)),
            disposition=standing.disposition,
            disposed_to=self._contact_name(standing.disposed_to),
            readings=tuple(map(_reading, _together(visit.readings if visit is not None else (), standing.readings))),
            declared_keys=visit.declared_yes if visit is not None else (),
            reported=tuple((self._contact_name(to), at) for to, at in standing.reported),
            choices=self._choices(case, standing, guard, state),
            dispositions=self._dispositions(case, guard),
            free_places=tuple((item.id, item.name) for item in self.cases.free_places(state)),
            other_places=self._other_places(state),
            contacts=tuple(contact_view(item) for item in self._contacts(case, state)),
            receivers=tuple(contact_view(item) for item in plan.receivers()),
            run=self.run(case, Role(guard.role)),
            beside=self._beside(case, state),
            room_from=free_from(self.cases.area(state)),
            undone=len(undone(plan, case)),
            history=self._history(case),
            others_age_s=self.others_age_s(),
        )

    def _other_kiosk(self, opening: Opening | None) -> str:
        """Return where a case was opened; "" for this kiosk, which a page need not name."""
        return opening.kiosk_id if opening is not None and opening.kiosk_id != self.cases.kiosk_id else ""

    def area(self, state: State) -> AreaView:
        """Return the isolation area."""
        standings = self.cases.area(state)
        open_cases = [(case, case.standing()) for case in self.cases.open(state)]
        return AreaView(
            places=tuple(
                PlaceView(
                    place_id=item.place.id,
                    name=item.place.name,
                    state=item.state,
                    holds=item.place.holds,
                    inside=tuple((case.id, case.label, since) for case, since in item.cases),
                    until=item.until,
                    has_room=item.has_room,
                    is_overflow=item.place.is_overflow,
                    is_crowded=item.is_crowded,
                )
                for item in standings
            ),
            room=room(standings),
            free_from=free_from(standings),
            waiting=tuple(
                (case.id, case.label)
                for case, standing in open_cases
                if standing.step in {CaseStep.FLAGGED, CaseStep.ACKNOWLEDGED}
            ),
            to_clean=tuple(
                (case.id, case.label, place_id) for case, standing in open_cases for place_id in _to_clean(standing)
            ),
        )

    def run(self, case: Case, role: Role) -> RunView | None:
        """Return the plan's steps for a case, which are those of its cause to its end; `role`: who looks."""
        if case.opening is None:
            return None
        plan, situation = self.cases.rules.plan, OF_CAUSE[case.opening.cause]
        behind = done(case, plan.steps(situation))
        return run_view(plan, situation, case.opening.at, behind, run_id=case.id, role=role, case=case)

    def others_age_s(self) -> int | None:
        """Return how old the view of the site's other places is, in seconds; None: never heard of them."""
        known = self.cases.copy.site_view()
        now = self.cases.hall.clock.now()  # by the clock that the view was stored by
        return max(0, int((now - known[1]).total_seconds())) if known is not None else None

    def _beside(self, case: Case, state: State) -> tuple[tuple[Situation, Words, bool], ...]:
        """Return what the hall is in besides, by this case too: it has steps of its own, and is begun by a guard."""
        standing, plan = case.standing(), self.cases.rules.plan
        if case.opening is None or standing.disposition is not None:
            return ()
        own, found = OF_CAUSE[case.opening.cause], list[Situation]()
        waits = standing.step in {CaseStep.FLAGGED, CaseStep.ACKNOWLEDGED}
        if waits and own is not Situation.COLLAPSE and room(self.cases.area(state)) is not Room.FREE:
            found.append(Situation.AREA_FULL)
        standings = [item.standing() for item in self.cases.open(state)]
        elevated = [item for item in standings if item.was_elevated and item.disposition is None]
        if own is Situation.ELEVATED and len(elevated) > 1:
            found.append(Situation.SEVERAL_ELEVATED)
        names = {item.situation: item.name for item in plan.situations}
        handled = {run.situation for run in running(state)}
        return tuple((item, names[item], item in handled) for item in found if item in names)

    def _contacts(self, case: Case, state: State) -> tuple[Contact, ...]:
        """Return whom to call, those first whom the steps of its situation name."""
        plan = self.cases.rules.plan
        cause = case.opening.cause if case.opening is not None else Cause.GUARD
        situations = (OF_CAUSE[cause], *(situation for situation, _, _ in self._beside(case, state)))
        named = {step.contact for situation in situations for step in plan.steps(situation)}
        return tuple(sorted(plan.contacts, key=lambda contact: contact.id not in named))

    def _other_places(self, state: State) -> tuple[tuple[str, Words, PlaceState], ...]:
        free = {place.id for place in self.cases.free_places(state)}
        shut = (item for item in self.cases.area(state) if item.place.id not in free)
        return tuple((item.place.id, item.place.name, item.state) for item in shut if item.state is not PlaceState.FREE)

    def _choices(self, case: Case, standing: Standing, guard: Guard, state: State) -> tuple[CaseChoice, ...]:
        found: list[CaseChoice] = []
        for event in _ORDER:
            if event in _AT:
                if standing.step in _AT[event]:
                    found.append(CaseChoice(event))
            elif event is CaseEvent.CO_SIGNED:
                if standing.disposition in case.co_signed and standing.step is not CaseStep.CLOSED:
                    found.append(CaseChoice(event, Hindrance.NOT_SIGNED if guard.id == standing.disposed_by else None))
            elif _is_offered(standing, event):
                found.append(CaseChoice(event, self._why_not(case, standing, guard, event, state)))
        return tuple(found)

    def _why_not(
        self, case: Case, standing: Standing, guard: Guard, event: CaseEvent, state: State
    ) -> Hindrance | None:
        match event:
            case CaseEvent.PLACED:
                return None if self.cases.free_places(state) else Hindrance.NO_PLACE
            case CaseEvent.DISPOSED:
                found = [item.hindrance for item in self._dispositions(case, guard)]
                others = [why for why in found if why is not Hindrance.ROLE]
                return None if None in found else next(iter(others), Hindrance.ROLE)
            case CaseEvent.CLEANED:
                return None if _to_clean(standing) else Hindrance.NO_PLACE
            case _:
                return self.cases.hindrance(case, guard, CaseWish(event))

    def _dispositions(self, case: Case, guard: Guard) -> tuple[DispositionChoice, ...]:
        found: list[DispositionChoice] = []
        for disposition in Disposition:
            needs_contact = disposition is Disposition.REFERRED
            wish = CaseWish(CaseEvent.DISPOSED, disposition=disposition, to="asked later" if needs_contact else "")
            found.append(DispositionChoice(disposition, self.cases.hindrance(case, guard, wish), needs_contact))
        return tuple(found)

    def _history(self, case: Case) -> tuple[HistoryLine, ...]:
        void = {act.entry for act in case.standing().void}
        opened = case.opening
        first: list[HistoryLine] = []
        if opened is not None:
            first.append(HistoryLine(opened.at, "opened", self._name(opened.guard_id), f"case.cause.{opened.cause}"))
        acts = [act for act in sorted(case.acts, key=lambda act: act.order) if act.event is not CaseEvent.HEARD]
        lines = [
            HistoryLine(
                *(act.at, act.event.value, self._name(act.guard_id), self._detail(act), act.entry in void),
                to=self._contact_name(act.to) if act.disposition is not None else "",
            )
            for act in acts
        ]
        return (*first, *lines)

    def _detail(self, act: CaseAct) -> Words | str:
        """Return what an act says beyond its event: words of the plan, a text key, or a value."""
        if act.place_id:
            return self._place_name(act.place_id)
        if act.reading is not None:
            return celsius(act.reading.value_cc) if act.reading.value_cc is not None else "—"
        if act.disposition is not None:
            return f"case.disposition.{act.disposition}"
        if act.event is CaseEvent.TICKED:
            return self._step_text(act.item)
        if act.to:
            return self._contact_name(act.to)
        return f"case.note.{act.note}" if act.note in REMARKS else act.note

    def _step_text(self, step_id: str) -> Words | str:
        known = (step.text for item in self.cases.rules.plan.situations for step in item.steps if step.id == step_id)
        return next(known, step_id)

    def _place_name(self, place_id: str) -> Words | str:
        place = self.cases.rules.plan.place(place_id)
        return place.name if place is not None else place_id

    def _contact_name(self, contact_id: str) -> Words | str:
        contact = self.cases.rules.plan.contact(contact_id)
        return contact.name if contact is not None else contact_id

    def _name(self, guard_id: str | None) -> str:
        if not guard_id:
            return ""
        known = next((item for item in self.cases.rules.guards() if item.id == guard_id), None)
        return mask_name(known.name) if known is not None else guard_id


def _is_offered(standing: Standing, event: CaseEvent) -> bool:
    """Tell whether it may be done, if need be by taking the case with it; what nobody used is not cleaned."""
    if event is CaseEvent.CLEANED and standing.disposition is not None:
        return bool(standing.dirty)
    return may(standing, event) or (event in TAKES and standing.step is CaseStep.FLAGGED)


def _to_clean(standing: Standing) -> tuple[str, ...]:
    """Return the places that this case used and left."""
    return tuple(place for place in standing.dirty if not (standing.is_in_place and place == standing.place_id))


def _together(*readings: tuple[Measured, ...]) -> list[Measured]:
    """Return readings of the visit and of the case, each once, by time: a case's own stand in the visit as well."""
    found = {(item.device_id, item.value_cc, round(item.at.timestamp())): item for part in readings for item in part}
    return sorted(found.values(), key=lambda item: item.at)


def _reading(item: Measured) -> tuple[datetime, str, str, str]:
    return (item.at, celsius(item.value_cc) if item.value_cc is not None else "", item.outcome_key, item.site)
