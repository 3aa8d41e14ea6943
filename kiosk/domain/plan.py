"""The special-situation plan (特情处置预案) as data: situations with their steps, contacts, places, limits, checklist.

Comes from `config/plan.toml` until the server sends a newer one. Everything that an isolation case waits for has a
time limit here, and everyone an unanswered alarm goes on to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import Case, CaseEvent, CaseStep, Cause, Disposition, Opening, Role
from kiosk.domain.isolation_area import PlaceStanding, PlaceState, area, free_places
from kiosk.domain.site import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.case import Standing

__all__ = [
    "OF_CAUSE",
    "CaseLimits",
    "CheckItem",
    "Contact",
    "Due",
    "Need",
    "Place",
    "PlaceStanding",
    "PlaceState",
    "Plan",
    "PlanStep",
    "Situation",
    "SituationPlan",
    "area",
    "due",
    "free_places",
    "goes_on_to",
    "level",
    "mistakes",
]


class Situation(StrEnum):
    """What can happen at a door; a plan answers each of them."""

    ELEVATED = "elevated"
    SEVERAL_ELEVATED = "several_elevated"
    REFUSAL = "refusal"  # a visitor refuses to be measured, or to wait
    RISK_AREA = "risk_area"  # came from a listed district, or declared contact
    COLLAPSE = "collapse"
    AREA_FULL = "area_full"
    CROWD = "crowd"
    DEVICE_FAILURE = "device_failure"
    OUTAGE = "outage"  # power or network
    AGGRESSION = "aggression"


OF_CAUSE: Final[Mapping[Cause, Situation]] = {
    Cause.ELEVATED: Situation.ELEVATED,
    Cause.DECLARATION: Situation.RISK_AREA,
    Cause.RISK_AREA: Situation.RISK_AREA,
    Cause.COLLAPSE: Situation.COLLAPSE,
    Cause.GUARD: Situation.ELEVATED,
}
"""Which situation of the plan leads through a case, by why it was opened."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call. `role`: a contact that signs in here as well; None for one outside (a hospital)."""

    id: str
    name: Words
    phone: str
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a situation: what to do, who does it, within how many seconds from the start, whom to call."""

    id: str
    text: Words
    role: Role
    within_s: int
    contact: str = ""  # id of a contact; "" for none


@dataclass(frozen=True, slots=True)
class SituationPlan:
    """What is done in one situation, in order."""

    situation: Situation
    name: Words
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the isolation area. `holds`: how many people; `is_overflow`: used only when the others are full."""

    id: str
    name: Words
    holds: int = 1
    is_overflow: bool = False


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One line of the checklist that a shift begins with."""

    id: str
    text: Words


@dataclass(frozen=True, slots=True)
class CaseLimits:
    """Within how many seconds each step of a case is due."""

    acknowledge_s: int = 60
    place_s: int = 300
    measure_s: int = 600
    remeasure_s: int = 1800
    report_s: int = 600
    clean_s: int = 1800
    close_s: int = 3600
    escalate_s: int = 120  # from one person of the plan to the next
    airing_s: int = 1800  # how long a cleaned place stays closed


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan of a site. `escalation`: contacts that an unanswered alarm goes to, one after the other."""

    id: str
    version: int
    limits: CaseLimits
    places: tuple[Place, ...]
    contacts: tuple[Contact, ...]
    escalation: tuple[str, ...]
    checklist: tuple[CheckItem, ...]
    situations: tuple[SituationPlan, ...]
    co_signed: tuple[Disposition, ...] = ()
    near_minutes: int = 15  # around a case's time at a kiosk, for the list of who was near
    near_hours: int = 24  # how long such a list may be looked at

    def place(self, place_id: str) -> Place | None:
        """Return one place, or None."""
        return next((place for place in self.places if place.id == place_id), None)

    def contact(self, contact_id: str) -> Contact | None:
        """Return one contact, or None."""
        return next((contact for contact in self.contacts if contact.id == contact_id), None)

    def steps(self, situation: Situation) -> tuple[PlanStep, ...]:
        """Return the steps of one situation."""
        return next((item.steps for item in self.situations if item.situation is situation), ())


def mistakes(plan: Plan) -> list[str]:
    """Return what is wrong with a plan as a whole: `KEY: reason`; empty when nothing is."""
    found: list[str] = []
    for name, ids in (
        ("place", [place.id for place in plan.places]),
        ("contact", [contact.id for contact in plan.contacts]),
        ("checklist", [item.id for item in plan.checklist]),
        ("situation", [item.situation.value for item in plan.situations]),
    ):
        found += [f"{name}: {one!r} stands here twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    known = {contact.id for contact in plan.contacts}
    found += [f"escalation: {one!r} is no contact of this plan" for one in plan.escalation if one not in known]
    there = {item.situation for item in plan.situations}
    found += [f"situation: {one.value!r} is missing" for one in Situation if one not in there]
    if all(place.is_overflow for place in plan.places):
        found.append("place: at least one must be no overflow")
    for item in plan.situations:
        ids = [step.id for step in item.steps]
        where = f"situation.{item.situation.value}.step"
        found += [f"{where}: {one!r} stands here twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
        found += [
            f"{where}.{step.id}.contact: {step.contact!r} is no contact of this plan"
            for step in item.steps
            if step.contact and step.contact not in known
        ]
    return found


class Need(StrEnum):
    """What a case waits for now; each has its words (`case.need.<...>`)."""

    ACKNOWLEDGE = "acknowledge"
    PLACE = "place"
    MEASURE = "measure"
    MEASURE_AGAIN = "measure_again"
    DECIDE = "decide"
    REPORT = "report"
    CLEAN = "clean"
    SIGN = "sign"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Due:
    """The next thing a case waits for: since when, and until when it should be done."""

    need: Need
    since: datetime
    until: datetime

    def overdue(self, now: datetime) -> timedelta:
        """Return by how much it is late; nothing when it is not."""
        return max(timedelta(0), now - self.until)


def due(case: Case, limits: CaseLimits, standing: Standing | None = None) -> Due | None:
    """Return what `case` waits for next, the most pressing; None for one that is closed or was never opened here."""
    if case.opening is None:
        return None
    now = standing or case.standing()
    waits = [item for item in (*_NEEDS[now.step](case.opening, now, limits), _report(now, limits)) if item is not None]
    return min(waits, key=lambda item: item.until, default=None)


def _due(need: Need, since: datetime, seconds: int) -> Due:
    return Due(need, since, since + timedelta(seconds=seconds))


def _report(now: Standing, limits: CaseLimits) -> Due | None:
    """Return that a confirmed case has still to be reported, whatever became of it since."""
    is_due = now.is_unreported and now.step is not CaseStep.CLOSED and now.confirmed_at is not None
    return _due(Need.REPORT, now.confirmed_at, limits.report_s) if is_due and now.confirmed_at else None


def _flagged(opening: Opening, now: Standing, limits: CaseLimits) -> tuple[Due, ...]:
    # Somebody touched "seen": they are on the way, and get the time once more.
    return (_due(Need.ACKNOWLEDGE, now.seen_at or opening.at, limits.acknowledge_s),)


def _acknowledged(opening: Opening, now: Standing, limits: CaseLimits) -> tuple[Due, ...]:
    return (_due(Need.PLACE, now.acknowledged_at or opening.at, limits.place_s),)


def _placed(opening: Opening, now: Standing, limits: CaseLimits) -> tuple[Due, ...]:
    since = now.placed_at or opening.at
    if now.measured_at is None:
        return (_due(Need.MEASURE, since, limits.measure_s),)
    # Who was found normal is not measured again and again: somebody says how it ends.
    need = Need.DECIDE if now.is_found_normal else Need.MEASURE_AGAIN
    return (_due(need, max(now.measured_at, since), limits.remeasure_s),)


def _disposed(opening: Opening, now: Standing, limits: CaseLimits) -> tuple[Due, ...]:
    since = now.disposed_at or opening.at
    return (_due(Need.CLEAN, since, limits.clean_s),) if now.dirty else (_to_close(opening, now, since, limits),)


def _cleaned(opening: Opening, now: Standing, limits: CaseLimits) -> tuple[Due, ...]:
    return (_to_close(opening, now, max((at for _, at in now.cleaned), default=opening.at), limits),)


def _to_close(opening: Opening, now: Standing, since: datetime, limits: CaseLimits) -> Due:
    return _due(Need.CLOSE if now.is_signed(opening.co_signed) else Need.SIGN, since, limits.close_s)


def _closed(_opening: Opening, _now: Standing, _limits: CaseLimits) -> tuple[Due, ...]:
    return ()


_NEEDS: Final = {
    CaseStep.FLAGGED: _flagged,
    CaseStep.ACKNOWLEDGED: _acknowledged,
    CaseStep.PLACED: _placed,
    CaseStep.DISPOSED: _disposed,
    CaseStep.CLEANED: _cleaned,
    CaseStep.CLOSED: _closed,
}


def level(item: Due | None, limits: CaseLimits, now: datetime) -> int:
    """Return how loud a need is: 0 in time or none, 1 overdue, and 1 more for each time it could have gone on."""
    late = item.overdue(now) if item is not None else None
    return 0 if not late else 1 + int(late.total_seconds()) // limits.escalate_s


def goes_on_to(case: Case, plan: Plan, now: datetime) -> tuple[Due, str] | None:
    """Return what a case waits for too long and whom it goes on to; None when everybody due has been told.

    Counted from when this need began: one that was met in time starts with the first contact again.
    """
    need = due(case, plan.limits)
    if need is None:
        return None
    told = sum(act.event is CaseEvent.ESCALATED and act.at >= need.since for act in case.acts)
    loud = min(level(need, plan.limits, now), len(plan.escalation))
    return (need, plan.escalation[told]) if told < loud else None
