"""Isolation cases: a table of (step, event) → step, and what a case is after everything that was done for it.

A case is handled at several places at once: at the kiosk that opened it, at other kiosks, at the guard's station, on
the server's page, some of them cut off from the others for a while. So a case is a set of acts, each from one entry
of one log, and its standing is what the table makes of them in one order that is the same everywhere. Whoever holds
the same acts sees the same standing; two sides that were apart agree as soon as they have each other's acts.

The order: every act carries a turn, one more than any turn its guard could see, so an act comes after all that it
could know of. Of acts with the same turn the earlier one comes first (by the server's clock), then the lower kiosk
id. What was measured, reported, remarked or ticked is a fact and always counts; a decision that its place in the
order no longer allows (a second disposition, a place for a case that is decided) is kept, shown, and moves nothing;
a place that was used all the same has to be cleaned. Where it is not known how a case began, it is taken as elevated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.case_acts import (
    FACTS,
    LEAVING,
    NAMELESS,
    CaseAct,
    CaseEvent,
    CaseStep,
    Cause,
    Disposition,
    Opening,
    Role,
)
from kiosk.domain.case_standing import DECISIONS, TAKEN_IN, Standing, came_late
from kiosk.domain.ids import CaseId, VisitId, in_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

__all__ = [
    "CONDITIONS",
    "FACTS",
    "LEAVING",
    "NAMELESS",
    "TABLE",
    "Case",
    "CaseAct",
    "CaseEvent",
    "CaseStep",
    "Cause",
    "Disposition",
    "Hindrance",
    "Opening",
    "Role",
    "Standing",
    "after",
    "hindrance",
    "may",
    "merged",
]


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
class Case:
    """An isolation case as one log, or several together, tell it. `opening` is None where only acts are known."""

    id: CaseId
    visit_id: VisitId
    opening: Opening | None = None
    acts: tuple[CaseAct, ...] = ()

    @property
    def label(self) -> str:
        """The number that guards call it by; the end of its id where its opening is not known."""
        return self.opening.label if self.opening is not None else in_digits(self.id)

    @property
    def co_signed(self) -> tuple[Disposition, ...]:
        """Dispositions of this case that a second person must sign."""
        return self.opening.co_signed if self.opening is not None else ()

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done.

        A log that has not all acts goes by its own word that the case was closed; with all that this word knew of
        at hand, the standing says how it is.
        """
        if self.standing().step is CaseStep.CLOSED:
            return False
        here = {act.name for act in self.acts}
        return all(self._has_all_of(act, here) for act in self.acts if act.event is CaseEvent.HEARD and act.note)

    def _has_all_of(self, heard: CaseAct, here: Collection[str]) -> bool:
        """Tell whether everything is at hand that `heard` knew of: the closing act, and as many acts as there were."""
        known = int(heard.item) if heard.item.isdecimal() else 0  # of earlier versions: not told
        return heard.note in here and len(self.acts) >= known

    @property
    def closing(self) -> CaseAct | None:
        """The act that closed it, or None while something is still to be done."""
        standing = self.standing()
        counted = [act for act in self.acts if act.event is CaseEvent.CLOSED and act not in standing.void]
        return max(counted, key=lambda act: act.order) if standing.step is CaseStep.CLOSED else None

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
        standing = Standing(
            was_elevated=opening.was_elevated if opening is not None else True,
            confirmed_before=opening.at if opening is not None and opening.was_confirmed else None,
        )
        for act in sorted(self.acts, key=lambda act: act.order):
            standing = after(standing, act, self.co_signed)
        return standing


def after(standing: Standing, act: CaseAct, co_signed: Collection[Disposition] = ()) -> Standing:
    """Return the standing after one more act: a fact is taken in, a decision counts where it is allowed."""
    if act.event in FACTS:
        return TAKEN_IN[act.event](standing, act)
    step = TABLE[standing.step].get(act.event)
    if step is None or hindrance(standing, act, co_signed) is not None:
        return came_late(standing, act)
    return DECISIONS[act.event](replace(standing, step=step, guard_id=act.guard_id), act)


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
    NOT_REPORTED = "not_reported"  # confirmed by a clinical reading, and nobody was told


def hindrance(standing: Standing, act: CaseAct, co_signed: Collection[Disposition] = ()) -> Hindrance | None:
    """Return why `act` would not count at this standing, or None when it would."""
    if act.guard_id is None and act.event not in NAMELESS:
        return Hindrance.NO_NAME
    if act.event is CaseEvent.CO_SIGNED:
        return _why_unsigned(standing, act)
    if act.event in FACTS:
        return None
    if act.event not in TABLE[standing.step]:
        return Hindrance.NOT_NOW
    return CONDITIONS[act.event](standing, act, co_signed)


def may(standing: Standing, event: CaseEvent) -> bool:
    """Tell whether the table allows `event` at this step, its conditions aside."""
    return event in FACTS or event in TABLE[standing.step]


def _why_unsigned(standing: Standing, act: CaseAct) -> Hindrance | None:
    if standing.disposition is None or act.disposition not in {None, standing.disposition}:
        return Hindrance.NO_DISPOSITION
    return Hindrance.NOT_SIGNED if act.guard_id == standing.disposed_by else None


def _always(_standing: Standing, _act: CaseAct, _co_signed: Collection[Disposition]) -> Hindrance | None:
    return None


def _may_place(standing: Standing, act: CaseAct, _co_signed: Collection[Disposition]) -> Hindrance | None:
    return None if act.place_id and act.place_id != standing.place_id else Hindrance.NO_PLACE


def _may_dispose(standing: Standing, act: CaseAct, _co_signed: Collection[Disposition]) -> Hindrance | None:
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


def _may_clean(standing: Standing, act: CaseAct, _co_signed: Collection[Disposition]) -> Hindrance | None:
    in_use = standing.is_in_place and act.place_id == standing.place_id
    return None if act.place_id in standing.dirty and not in_use else Hindrance.NO_PLACE


def _may_close(standing: Standing, _act: CaseAct, co_signed: Collection[Disposition]) -> Hindrance | None:
    if standing.disposition is None:
        return Hindrance.NO_DISPOSITION
    if standing.dirty:
        return Hindrance.NOT_CLEAN
    if standing.is_unreported:
        return Hindrance.NOT_REPORTED
    return None if standing.is_signed(co_signed) else Hindrance.NOT_SIGNED


CONDITIONS: Final[Mapping[CaseEvent, Callable[[Standing, CaseAct, Collection[Disposition]], Hindrance | None]]] = {
    CaseEvent.ACKNOWLEDGED: _always,
    CaseEvent.PLACED: _may_place,
    CaseEvent.DISPOSED: _may_dispose,
    CaseEvent.CLEANED: _may_clean,
    CaseEvent.CLOSED: _may_close,
}
"""On what terms each decision counts, beyond its step."""


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
