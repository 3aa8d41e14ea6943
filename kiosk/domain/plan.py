"""The special-situation plan (特情处置预案) as data: situations with their steps, contacts, places, limits, checklist.

Comes from `config/plan.toml` until the server sends a newer one. Everything that an isolation case waits for has a
time limit here, and everyone an unanswered alarm goes on to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import Case, CaseStep, Cause, Disposition, Role
from kiosk.domain.site import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kiosk.domain.case import Standing


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
    waits = [item for item in _NEEDS[now.step](case, now, limits) if item is not None]
    return min(waits, key=lambda item: item.until, default=None)


def _due(need: Need, since: datetime, seconds: int) -> Due:
    return Due(need, since, since + timedelta(seconds=seconds))


def _opened_at(case: Case) -> datetime:
    if case.opening is None:
        message = "a case without its opening waits for nothing"
        raise ValueError(message)
    return case.opening.at


def _flagged(case: Case, now: Standing, limits: CaseLimits) -> tuple[Due | None, ...]:
    # Somebody touched "seen": they are on the way, and get the time once more.
    return (_due(Need.ACKNOWLEDGE, now.seen_at or _opened_at(case), limits.acknowledge_s),)


def _acknowledged(case: Case, now: Standing, limits: CaseLimits) -> tuple[Due | None, ...]:
    return (_due(Need.PLACE, now.acknowledged_at or _opened_at(case), limits.place_s), _report(now, limits))


def _placed(case: Case, now: Standing, limits: CaseLimits) -> tuple[Due | None, ...]:
    since = now.placed_at or _opened_at(case)
    last = now.last_reading
    measure = (
        _due(Need.MEASURE_AGAIN, max(last.at, since), limits.remeasure_s)
        if last is not None
        else _due(Need.MEASURE, since, limits.measure_s)
    )
    return (measure, _report(now, limits))


def _report(now: Standing, limits: CaseLimits) -> Due | None:
    """Return that a confirmed case has still to be reported."""
    if not now.is_confirmed or now.reported:
        return None
    confirmed = [item for item in now.readings if item.value_cc is not None][-1]
    return _due(Need.REPORT, confirmed.at, limits.report_s)


def _disposed(case: Case, now: Standing, limits: CaseLimits) -> tuple[Due | None, ...]:
    since = now.disposed_at or _opened_at(case)
    if now.dirty:
        return (_due(Need.CLEAN, since, limits.clean_s), _report(now, limits))
    return (_to_close(case, now, since, limits), _report(now, limits))


def _cleaned(case: Case, now: Standing, limits: CaseLimits) -> tuple[Due | None, ...]:
    since = now.cleaned[-1][1] if now.cleaned else now.disposed_at or _opened_at(case)
    return (_to_close(case, now, since, limits), _report(now, limits))


def _to_close(case: Case, now: Standing, since: datetime, limits: CaseLimits) -> Due:
    co_signed = case.opening.co_signed if case.opening is not None else ()
    others = [signer for signer in now.signers if signer != now.disposed_by]
    is_unsigned = now.disposition in co_signed and not others
    return _due(Need.SIGN if is_unsigned else Need.CLOSE, since, limits.close_s)


def _closed(_case: Case, _now: Standing, _limits: CaseLimits) -> tuple[Due | None, ...]:
    return ()


_NEEDS: Final = {
    CaseStep.FLAGGED: _flagged,
    CaseStep.ACKNOWLEDGED: _acknowledged,
    CaseStep.PLACED: _placed,
    CaseStep.DISPOSED: _disposed,
    CaseStep.CLEANED: _cleaned,
    CaseStep.CLOSED: _closed,
}


def level(item: Due, limits: CaseLimits, now: datetime) -> int:
    """Return how loud a need is: 0 in time, 1 overdue, and one more each time it could have gone on to the next."""
    late = item.overdue(now)
    return 0 if not late else 1 + int(late.total_seconds()) // limits.escalate_s


class PlaceState(StrEnum):
    """How a place of the isolation area stands."""

    FREE = "free"
    TAKEN = "taken"
    DIRTY = "dirty"  # left, and not cleaned yet
    AIRING = "airing"  # cleaned, closed for a while


@dataclass(frozen=True, slots=True)
class PlaceStanding:
    """One place: how it stands, which cases are in it since when, and until when it airs."""

    place: Place
    state: PlaceState
    cases: tuple[tuple[Case, datetime], ...] = ()
    until: datetime | None = None

    @property
    def has_room(self) -> bool:
        """Whether one more person can be placed here."""
        is_usable = self.state in {PlaceState.FREE, PlaceState.TAKEN}
        return is_usable and len(self.cases) < self.place.holds

    @property
    def is_crowded(self) -> bool:
        """Whether more people are here than it holds: two guards who could not see each other used it."""
        return len(self.cases) > self.place.holds


def area(plan: Plan, cases: Iterable[Case], now: datetime) -> tuple[PlaceStanding, ...]:
    """Return how each place of the isolation area stands after `cases`, in the plan's order."""
    standings = [(case, case.standing()) for case in cases]
    return tuple(_place(place, standings, plan.limits, now) for place in plan.places)


def _place(place: Place, standings: list[tuple[Case, Standing]], limits: CaseLimits, now: datetime) -> PlaceStanding:
    inside = tuple(
        (case, standing.placed_at)
        for case, standing in standings
        if standing.is_in_place and standing.place_id == place.id and standing.placed_at is not None
    )
    here = {case.id for case, _ in inside}
    if any(place.id in standing.dirty and case.id not in here for case, standing in standings):
        # Somebody else may still be in a shared place: it is theirs, and dirty only once they are gone.
        return PlaceStanding(place, PlaceState.TAKEN if inside else PlaceState.DIRTY, inside)
    if inside:
        return PlaceStanding(place, PlaceState.TAKEN, inside)
    cleaned = [at for _case, standing in standings for place_id, at in standing.cleaned if place_id == place.id]
    until = max(cleaned, default=None)
    airs_until = until + timedelta(seconds=limits.airing_s) if until is not None else None
    if airs_until is not None and now < airs_until:
        return PlaceStanding(place, PlaceState.AIRING, (), airs_until)
    return PlaceStanding(place, PlaceState.FREE)


def free_places(standings: Iterable[PlaceStanding]) -> tuple[Place, ...]:
    """Return where somebody may be placed now: an overflow place only when no other has room."""
    with_room = [item.place for item in standings if item.has_room]
    return tuple([place for place in with_room if not place.is_overflow] or with_room)
