"""The special-situation plan (特情处置预案) as data: situations with their steps, contacts, places, limits, checklist.

Comes from `config/plan.toml` until the server sends a newer one. Everything that an isolation case waits for has a
time limit here, and everyone an unanswered alarm goes on to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import CaseEvent, Cause, Disposition, Role
from kiosk.domain.isolation_area import PlaceStanding, PlaceState, area, free_places
from kiosk.domain.site import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "OF_CAUSE",
    "CaseLimits",
    "CheckItem",
    "Contact",
    "Place",
    "PlaceStanding",
    "PlaceState",
    "Plan",
    "PlanStep",
    "Situation",
    "SituationPlan",
    "area",
    "free_places",
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
    """One step of a situation: what to do, who does it, within how many seconds from the start, whom to call.

    `done_by`: the act of a case by which it is done, so that nobody has to tick it as well; None: ticked by hand.
    """

    id: str
    text: Words
    role: Role
    within_s: int
    contact: str = ""  # id of a contact; "" for none
    done_by: CaseEvent | None = None


@dataclass(frozen=True, slots=True)
class SituationPlan:
    """What is done in one situation, in order."""

    situation: Situation
    name: Words
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the isolation area. `holds`: how many people; `is_overflow`: used only when the others are full.

    `outdoors`: in the open air, so that it need not be aired once it is clean.
    """

    id: str
    name: Words
    holds: int = 1
    is_overflow: bool = False
    outdoors: bool = False


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
    """The whole plan of a site. `escalation`: contacts that an unanswered alarm goes to, one after the other.

    `referral`: contacts to whom somebody is referred, the likeliest first.
    """

    id: str
    version: int
    limits: CaseLimits
    places: tuple[Place, ...]
    contacts: tuple[Contact, ...]
    escalation: tuple[str, ...]
    checklist: tuple[CheckItem, ...]
    situations: tuple[SituationPlan, ...]
    co_signed: tuple[Disposition, ...] = ()
    referral: tuple[str, ...] = ()
    near_minutes: int = 15  # around a case's time at a kiosk, for the list of who was near
    near_hours: int = 24  # how long such a list may be looked at

    def place(self, place_id: str) -> Place | None:
        """Return one place, or None."""
        return next((place for place in self.places if place.id == place_id), None)

    def contact(self, contact_id: str) -> Contact | None:
        """Return one contact, or None."""
        return next((contact for contact in self.contacts if contact.id == contact_id), None)

    def receivers(self) -> tuple[Contact, ...]:
        """Return to whom somebody may be referred: those that the plan names for it, then others outside, then ours."""
        named = [contact for one in self.referral if (contact := self.contact(one)) is not None]
        others = sorted((one for one in self.contacts if one not in named), key=lambda one: one.role is not None)
        return (*named, *others)

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
    for name, ids in (("escalation", plan.escalation), ("referral", plan.referral)):
        found += [f"{name}: {one!r} is no contact of this plan" for one in ids if one not in known]
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
