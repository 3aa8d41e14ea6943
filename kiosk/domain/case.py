"""Isolation cases: a table of (step, event) → step, and what a case is after everything that was done for it.

A case is handled at several places at once: at the kiosk that opened it, at other kiosks, at the guard's station, on
the server's page, some of them cut off from the others for a while. So a case is a set of acts, each from one entry
of one log, and its standing is what the table makes of them in one order that is the same everywhere. Whoever holds
the same acts sees the same standing; two sides that were apart agree as soon as they have each other's acts.

The order: every act carries a turn, one more than any turn its guard could see, so an act comes after all that it
could know of. Of acts with the same turn the earlier one comes first (by the server's clock), then the lower kiosk
id. What was measured, reported, remarked or ticked is a fact and always counts; a decision that its place in the
order no longer allows (a second disposition, a place for a case that is closed) is kept, shown, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.ids import CaseId, GuardId, KioskId, VisitId
from kiosk.domain.policy import ReadingKind
from kiosk.domain.record import Measured
from kiosk.domain.screening import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Role(StrEnum):
    """Who may sign in; each may do what the one before may."""

    GUARD = "guard"
    LEADER = "leader"
    SUPERVISOR = "supervisor"

    def may_act_as(self, least: Role) -> bool:
        """Tell whether this role is `least` or above it."""
        order = list(Role)
        return order.index(self) >= order.index(least)


class Cause(StrEnum):
    """Why a case was opened."""

    ELEVATED = "elevated"
    DECLARATION = "declaration"
    RISK_AREA = "risk_area"
    COLLAPSE = "collapse"
    GUARD = "guard"  # the guard's own word


class CaseStep(StrEnum):
    """Where a case is."""

    FLAGGED = "flagged"  # nobody has taken it yet
    ACKNOWLEDGED = "acknowledged"  # a named guard has it
    PLACED = "placed"  # in a place of the isolation area
    DISPOSED = "disposed"  # it is decided how it ends; a place may still have to be cleaned
    CLEANED = "cleaned"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What is done for a case; each comes from one entry of a screening log."""

    ACKNOWLEDGED = "acknowledged"
    PLACED = "placed"  # or moved to another place
    DISPOSED = "disposed"
    CLEANED = "cleaned"  # one place that was used
    CLOSED = "closed"

    SEEN = "seen"  # one touch without a name: somebody is on the way
    MEASURED = "measured"
    REPORTED = "reported"
    REMARKED = "remarked"
    TICKED = "ticked"  # a step of the plan
    CO_SIGNED = "co_signed"
    ESCALATED = "escalated"  # by program: nobody took it in time


class Disposition(StrEnum):
    """How a case ends."""

    RELEASED = "released"
    TURNED_AWAY = "turned_away"
    REFERRED = "referred"
    ESCORTED = "escorted"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    OPENED_IN_ERROR = "opened_in_error"  # there never was a case; the screening goes on where it was


FACTS: Final = frozenset(
    {
        CaseEvent.SEEN,
        CaseEvent.MEASURED,
        CaseEvent.REPORTED,
        CaseEvent.REMARKED,
        CaseEvent.TICKED,
        CaseEvent.CO_SIGNED,
        CaseEvent.ESCALATED,
    }
)
"""Events that move nothing and always count, whatever the step: they happened."""

NAMELESS: Final = frozenset({CaseEvent.SEEN, CaseEvent.ESCALATED})
"""Events that no named guard stands behind."""

LEAVING: Final = frozenset(
    {Disposition.TURNED_AWAY, Disposition.REFERRED, Disposition.ESCORTED, Disposition.LEFT_AGAINST_ADVICE}
)
"""Dispositions after which the visitor is gone; one of them may be corrected to another."""

TABLE: Final[Mapping[CaseStep, Mapping[CaseEvent, CaseStep]]] = {
    CaseStep.FLAGGED: {CaseEvent.ACKNOWLEDGED: CaseStep.ACKNOWLEDGED},
    CaseStep.ACKNOWLEDGED: {
        CaseEvent.PLACED: CaseStep.PLACED,
        CaseEvent.DISPOSED: CaseStep.DISPOSED,
    },
    CaseStep.PLACED: {
        CaseEvent.PLACED: CaseStep.PLACED,
        CaseEvent.CLEANED: CaseStep.PLACED,  # the place before this one
        CaseEvent.DISPOSED: CaseStep.DISPOSED,
    },
    CaseStep.DISPOSED: {
        CaseEvent.DISPOSED: CaseStep.DISPOSED,  # corrected
        CaseEvent.CLEANED: CaseStep.CLEANED,
        CaseEvent.CLOSED: CaseStep.CLOSED,
    },
    CaseStep.CLEANED: {
        CaseEvent.DISPOSED: CaseStep.CLEANED,
        CaseEvent.CLOSED: CaseStep.CLOSED,
    },
    CaseStep.CLOSED: {},
}
"""What may be done next: of each step, every decision that is allowed there. `CONDITIONS` say on what terms."""


@dataclass(frozen=True, slots=True)
class CaseAct:
    """One thing that was done for a case. `turn`: its place among all acts; the fields below it by its event.

    `at`: when it happened, by the server's clock as far as the kiosk knew it.
    """

    turn: int
    at: datetime
    kiosk_id: KioskId
    epoch: int
    seq: int
    event: CaseEvent
    guard_id: GuardId | None = None
    role: Role = Role.GUARD
    place_id: str = ""
    reading: Measured | None = None
    disposition: Disposition | None = None
    to: str = ""  # reported, referred or escalated to whom: a contact of the plan, or a role
    item: str = ""  # the step of the plan that was ticked
    note: str = ""

    @property
    def order(self) -> tuple[int, datetime, str, int, int]:
        """Where it stands among the acts of its case, the same at every place."""
        return (self.turn, self.at, self.kiosk_id, self.epoch, self.seq)

    @property
    def entry(self) -> tuple[str, int, int]:
        """Which entry it comes from."""
        return (self.kiosk_id, self.epoch, self.seq)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case began. `was_elevated`: a reading of this visit was; releasing then takes a normal clinical one.

    `co_signed`: dispositions that a second person must sign, by the plan in force when the case was opened.
    """

    at: datetime
    label: str
    kiosk_id: KioskId
    cause: Cause
    guard_id: GuardId | None = None
    was_elevated: bool = False
    co_signed: tuple[Disposition, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """An isolation case as one log, or several together, tell it. `opening` is None where only acts are known."""

    id: CaseId
    visit_id: VisitId
    opening: Opening | None = None
    acts: tuple[CaseAct, ...] = ()

    @property
    def label(self) -> str:
        """The number that guards call it by; the end of its id where its opening is not known."""
        return self.opening.label if self.opening is not None else self.id[-4:].upper()

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.standing().step is not CaseStep.CLOSED

    @property
    def next_turn(self) -> int:
        """The turn of an act that knows all of these."""
        return max((act.turn for act in self.acts), default=0) + 1

    @property
    def touched_at(self) -> datetime | None:
        """When something was last done for it."""
        moments = [act.at for act in self.acts]
        return max([*moments, self.opening.at] if self.opening is not None else moments, default=None)

    def with_act(self, act: CaseAct) -> Case:
        """Return the case with one more act."""
        return replace(self, acts=(*self.acts, act))

    def standing(self) -> Standing:
        """Return what the case is after all of its acts, in their order."""
        opening = self.opening
        standing = Standing(was_elevated=opening.was_elevated if opening is not None else False)
        co_signed = opening.co_signed if opening is not None else ()
        for act in sorted(self.acts, key=lambda act: act.order):
            standing = after(standing, act, co_signed)
        return standing


@dataclass(frozen=True, slots=True)
class Standing:
    """A case after its acts so far. Times are None until they happen."""

    step: CaseStep = CaseStep.FLAGGED
    was_elevated: bool = False
    acknowledged_at: datetime | None = None
    guard_id: GuardId | None = None  # who has it: the last named guard who decided something
    seen_at: datetime | None = None
    place_id: str = ""
    placed_at: datetime | None = None
    dirty: tuple[str, ...] = ()  # places that this case used and that nobody has cleaned since
    left_place_at: datetime | None = None
    cleaned: tuple[tuple[str, datetime], ...] = ()
    readings: tuple[Measured, ...] = ()
    reported: tuple[tuple[str, datetime], ...] = ()  # to whom, when
    disposition: Disposition | None = None
    disposed_at: datetime | None = None
    disposed_by: GuardId | None = None
    disposed_to: str = ""
    signers: tuple[GuardId, ...] = ()
    closed_at: datetime | None = None
    closed_by: GuardId | None = None
    ticked: tuple[str, ...] = ()
    escalated: int = 0
    escalated_to: str = ""
    void: tuple[CaseAct, ...] = ()  # decisions that came too late to count

    @property
    def last_reading(self) -> Measured | None:
        """The last reading with a value that was taken within the case."""
        return next((item for item in reversed(self.readings) if item.value_cc is not None), None)

    @property
    def is_found_normal(self) -> bool:
        """Whether the last reading was clinical, by a guard, and normal."""
        last = self.last_reading
        return (
            last is not None and last.is_manual and last.kind == ReadingKind.CLINICAL and last.outcome is Outcome.NORMAL
        )

    @property
    def is_confirmed(self) -> bool:
        """Whether the last clinical reading was elevated."""
        clinical = [item for item in self.readings if item.kind == ReadingKind.CLINICAL and item.value_cc is not None]
        return bool(clinical) and clinical[-1].outcome is Outcome.ELEVATED

    @property
    def is_in_place(self) -> bool:
        """Whether somebody is in a place of the isolation area now."""
        return self.step is CaseStep.PLACED


def after(standing: Standing, act: CaseAct, co_signed: Iterable[Disposition] = ()) -> Standing:
    """Return the standing after one more act: a fact is taken in, a decision counts where it is allowed."""
    if act.event in FACTS:
        return _FACTS[act.event](standing, act)
    step = TABLE[standing.step].get(act.event)
    if step is None or hindrance(standing, act, co_signed) is not None:
        return replace(standing, void=(*standing.void, act))
    return _DECISIONS[act.event](replace(standing, step=step, guard_id=act.guard_id), act)


class Hindrance(StrEnum):
    """Why a decision may not be taken now; each has its words in both languages (`case.hindrance.<...>`)."""

    NOT_NOW = "not_now"  # the table does not allow it at this step
    NO_NAME = "no_name"
    NO_PLACE = "no_place"
    NO_DISPOSITION = "no_disposition"
    NOT_NORMAL = "not_normal"  # released after an elevated reading: a normal clinical reading first
    NO_RECEIVER = "no_receiver"  # referred: to whom
    ROLE = "role"
    NOT_CLEAN = "not_clean"
    NOT_SIGNED = "not_signed"  # a second person has still to sign


def hindrance(standing: Standing, act: CaseAct, co_signed: Iterable[Disposition] = ()) -> Hindrance | None:
    """Return why `act` would not count at this standing, or None when it would."""
    if act.guard_id is None and act.event not in NAMELESS:
        return Hindrance.NO_NAME
    if act.event in FACTS:
        return None
    if act.event not in TABLE[standing.step]:
        return Hindrance.NOT_NOW
    return CONDITIONS[act.event](standing, act, frozenset(co_signed))


def may(standing: Standing, event: CaseEvent) -> bool:
    """Tell whether the table allows `event` at this step, its conditions aside."""
    return event in FACTS or event in TABLE[standing.step]


def _always(_standing: Standing, _act: CaseAct, _co_signed: frozenset[Disposition]) -> Hindrance | None:
    return None


def _may_place(standing: Standing, act: CaseAct, _co_signed: frozenset[Disposition]) -> Hindrance | None:
    return None if act.place_id and act.place_id != standing.place_id else Hindrance.NO_PLACE


def _may_dispose(standing: Standing, act: CaseAct, _co_signed: frozenset[Disposition]) -> Hindrance | None:
    if act.disposition is None:
        return Hindrance.NO_DISPOSITION
    if standing.disposition is not None and not {standing.disposition, act.disposition} <= LEAVING:
        return Hindrance.NOT_NOW  # who was let in, or never had a case, cannot be sent to hospital afterwards
    if act.disposition is Disposition.RELEASED and standing.was_elevated and not standing.is_found_normal:
        return Hindrance.NOT_NORMAL
    if act.disposition is Disposition.REFERRED and not act.to:
        return Hindrance.NO_RECEIVER
    is_error = act.disposition is Disposition.OPENED_IN_ERROR
    if is_error and standing.was_elevated and not act.role.may_act_as(Role.LEADER):
        return Hindrance.ROLE
    return None


def _may_clean(standing: Standing, act: CaseAct, _co_signed: frozenset[Disposition]) -> Hindrance | None:
    in_use = standing.is_in_place and act.place_id == standing.place_id
    return None if act.place_id in standing.dirty and not in_use else Hindrance.NO_PLACE


def _may_close(standing: Standing, _act: CaseAct, co_signed: frozenset[Disposition]) -> Hindrance | None:
    if standing.disposition is None:
        return Hindrance.NO_DISPOSITION
    if standing.dirty:
        return Hindrance.NOT_CLEAN
    others = [signer for signer in standing.signers if signer != standing.disposed_by]
    return Hindrance.NOT_SIGNED if standing.disposition in co_signed and not others else None


CONDITIONS: Final[Mapping[CaseEvent, Callable[[Standing, CaseAct, frozenset[Disposition]], Hindrance | None]]] = {
    CaseEvent.ACKNOWLEDGED: _always,
    CaseEvent.PLACED: _may_place,
    CaseEvent.DISPOSED: _may_dispose,
    CaseEvent.CLEANED: _may_clean,
    CaseEvent.CLOSED: _may_close,
}
"""On what terms each decision counts, beyond its step."""


def _acknowledged(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, acknowledged_at=act.at)


def _placed(standing: Standing, act: CaseAct) -> Standing:
    dirty = tuple(dict.fromkeys((*standing.dirty, act.place_id)))
    return replace(standing, place_id=act.place_id, placed_at=act.at, dirty=dirty)


def _disposed(standing: Standing, act: CaseAct) -> Standing:
    return replace(
        standing,
        disposition=act.disposition,
        disposed_at=act.at,
        disposed_by=act.guard_id,
        disposed_to=act.to,
        left_place_at=standing.left_place_at or (act.at if standing.place_id else None),
        # A signature is for one disposition, not for the one that replaces it.
        signers=standing.signers if standing.disposition is None else (),
    )


def _cleaned(standing: Standing, act: CaseAct) -> Standing:
    dirty = tuple(place for place in standing.dirty if place != act.place_id)
    # The last place of a case that is decided is what makes it clean; one that was left earlier changes no step.
    step = CaseStep.DISPOSED if standing.step is CaseStep.CLEANED and dirty else standing.step
    return replace(standing, step=step, dirty=dirty, cleaned=(*standing.cleaned, (act.place_id, act.at)))


def _closed(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, closed_at=act.at, closed_by=act.guard_id)


def _seen(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, seen_at=standing.seen_at or act.at)


def _measured(standing: Standing, act: CaseAct) -> Standing:
    if act.reading is None:
        return standing
    is_elevated = act.reading.outcome is Outcome.ELEVATED
    return replace(
        standing,
        readings=(*standing.readings, act.reading),
        was_elevated=standing.was_elevated or is_elevated,
    )


def _reported(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, reported=(*standing.reported, (act.to, act.at)))


def _remarked(standing: Standing, _act: CaseAct) -> Standing:
    return standing


def _ticked(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, ticked=tuple(dict.fromkeys((*standing.ticked, act.item))))


def _co_signed(standing: Standing, act: CaseAct) -> Standing:
    if act.guard_id is None:
        return standing
    return replace(standing, signers=tuple(dict.fromkeys((*standing.signers, act.guard_id))))


def _escalated(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, escalated=standing.escalated + 1, escalated_to=act.to)


_DECISIONS: Final[Mapping[CaseEvent, Callable[[Standing, CaseAct], Standing]]] = {
    CaseEvent.ACKNOWLEDGED: _acknowledged,
    CaseEvent.PLACED: _placed,
    CaseEvent.DISPOSED: _disposed,
    CaseEvent.CLEANED: _cleaned,
    CaseEvent.CLOSED: _closed,
}

_FACTS: Final[Mapping[CaseEvent, Callable[[Standing, CaseAct], Standing]]] = {
    CaseEvent.SEEN: _seen,
    CaseEvent.MEASURED: _measured,
    CaseEvent.REPORTED: _reported,
    CaseEvent.REMARKED: _remarked,
    CaseEvent.TICKED: _ticked,
    CaseEvent.CO_SIGNED: _co_signed,
    CaseEvent.ESCALATED: _escalated,
}


def merged(known: Iterable[Case]) -> dict[CaseId, Case]:
    """Return the cases that several logs tell of, each with all acts that any of them knows, once."""
    found: dict[CaseId, Case] = {}
    for case in known:
        other = found.get(case.id)
        found[case.id] = case if other is None else _together(other, case)
    return found


def _together(one: Case, other: Case) -> Case:
    acts = {act.entry: act for act in (*one.acts, *other.acts)}
    return replace(one, opening=one.opening or other.opening, acts=tuple(sorted(acts.values(), key=lambda a: a.order)))
