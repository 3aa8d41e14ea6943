"""What an isolation case is after what was done for it, and what each act makes of that; `case.py` has the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kiosk.domain.case_acts import CaseAct, CaseEvent, CaseStep, Disposition
from kiosk.domain.policy import ReadingKind
from kiosk.domain.screening import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from kiosk.domain.ids import GuardId
    from kiosk.domain.record import Measured


@dataclass(frozen=True, slots=True)
class Standing:
    """A case after its acts so far. Times are None until they happen."""

    step: CaseStep = CaseStep.FLAGGED
    was_elevated: bool = False
    confirmed_before: datetime | None = None  # when it was opened, if a clinical reading was elevated before that
    acknowledged_at: datetime | None = None
    guard_id: GuardId | None = None  # who has it: the last named guard who decided something
    seen_at: datetime | None = None  # first: it buys time once
    last_seen_at: datetime | None = None
    place_id: str = ""
    placed_at: datetime | None = None
    dirty: tuple[str, ...] = ()  # places that this case used and that nobody has cleaned since
    left_place_at: datetime | None = None
    cleaned: tuple[tuple[str, datetime], ...] = ()
    measured: tuple[CaseAct, ...] = ()  # acts with a reading, by the time at which it was taken
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
    def readings(self) -> tuple[Measured, ...]:
        """What was measured within the case, by time."""
        return tuple(act.reading for act in self.measured if act.reading is not None)

    @property
    def last_reading(self) -> Measured | None:
        """The last reading with a value that was taken within the case."""
        return next((item for item in reversed(self.readings) if item.value_cc is not None), None)

    @property
    def is_found_normal(self) -> bool:
        """Whether a guard's clinical reading was normal, and nothing that was measured since says otherwise."""
        for item in reversed(self.readings):
            if item.is_manual and item.kind == ReadingKind.CLINICAL and item.value_cc is not None:
                return item.outcome is Outcome.NORMAL
            if item.value_cc is not None and item.outcome is not Outcome.NORMAL:
                return False
        return False

    @property
    def measured_at(self) -> datetime | None:
        """When the last clinical reading was taken, by the server's clock; a forehead decides nothing."""
        return max((act.at for act in self.measured if is_clinical(act.reading)), default=None)

    @property
    def confirmed_at(self) -> datetime | None:
        """Since when every clinical reading was elevated, by the server's clock; None when the last was not."""
        since = None
        for act in reversed(self.measured):
            item = act.reading
            if item is None or not is_clinical(item):
                continue
            if item.outcome is not Outcome.ELEVATED:
                return since
            since = act.at
        return self.confirmed_before or since

    @property
    def is_confirmed(self) -> bool:
        """Whether the last clinical reading was elevated."""
        return self.confirmed_at is not None

    @property
    def is_in_place(self) -> bool:
        """Whether somebody is in a place of the isolation area now."""
        return self.step is CaseStep.PLACED

    @property
    def is_unreported(self) -> bool:
        """Whether it is confirmed and nobody was told; one that never was a case is nothing to tell."""
        return self.is_confirmed and not self.reported and self.disposition is not Disposition.OPENED_IN_ERROR

    def is_signed(self, co_signed: Collection[Disposition]) -> bool:
        """Tell whether a second person signed the disposition, where `co_signed` asks for one."""
        return self.disposition not in co_signed or any(signer != self.disposed_by for signer in self.signers)


def is_clinical(reading: Measured | None) -> bool:
    """Tell whether a reading is one that may settle something: a value of a clinical thermometer that is in order."""
    if reading is None or reading.is_overdue:
        return False
    return reading.kind == ReadingKind.CLINICAL and reading.value_cc is not None


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
        signers=(),  # a signature is for one disposition, not for the one that replaces it
    )


def _cleaned(standing: Standing, act: CaseAct) -> Standing:
    dirty = tuple(place for place in standing.dirty if place != act.place_id)
    # The last place of a case that is decided is what makes it clean; one that was left earlier changes no step.
    step = CaseStep.DISPOSED if standing.step is CaseStep.CLEANED and dirty else standing.step
    return replace(standing, step=step, dirty=dirty, cleaned=(*standing.cleaned, (act.place_id, act.at)))


def _closed(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, closed_at=act.at, closed_by=act.guard_id)


def _seen(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, seen_at=standing.seen_at or act.at, last_seen_at=act.at)


def _measured(standing: Standing, act: CaseAct) -> Standing:
    if act.reading is None:
        return standing
    is_elevated = act.reading.outcome is Outcome.ELEVATED
    # By time, not by turn: one that comes late from a kiosk that was cut off is not the newest for that.
    measured = sorted((*standing.measured, act), key=lambda item: (item.at, item.order))
    return replace(standing, measured=tuple(measured), was_elevated=standing.was_elevated or is_elevated)


def _reported(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, reported=(*standing.reported, (act.to, act.at)))


def _remarked(standing: Standing, _act: CaseAct) -> Standing:
    return standing


def _ticked(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, ticked=tuple(dict.fromkeys((*standing.ticked, act.item))))


def _co_signed(standing: Standing, act: CaseAct) -> Standing:
    signs_it = standing.disposition is not None and act.disposition in {None, standing.disposition}
    if act.guard_id is None or not signs_it:
        return standing
    return replace(standing, signers=tuple(dict.fromkeys((*standing.signers, act.guard_id))))


def _escalated(standing: Standing, act: CaseAct) -> Standing:
    return replace(standing, escalated=standing.escalated + 1, escalated_to=act.to)


DECISIONS: Final[Mapping[CaseEvent, Callable[[Standing, CaseAct], Standing]]] = {
    CaseEvent.ACKNOWLEDGED: _acknowledged,
    CaseEvent.PLACED: _placed,
    CaseEvent.DISPOSED: _disposed,
    CaseEvent.CLEANED: _cleaned,
    CaseEvent.CLOSED: _closed,
}
"""What a decision that counts does to the standing; its step is set already."""

TAKEN_IN: Final[Mapping[CaseEvent, Callable[[Standing, CaseAct], Standing]]] = {
    CaseEvent.SEEN: _seen,
    CaseEvent.MEASURED: _measured,
    CaseEvent.REPORTED: _reported,
    CaseEvent.REMARKED: _remarked,
    CaseEvent.TICKED: _ticked,
    CaseEvent.CO_SIGNED: _co_signed,
    CaseEvent.ESCALATED: _escalated,
    CaseEvent.HEARD: _remarked,
}
"""What a fact does to the standing."""


def came_late(standing: Standing, act: CaseAct) -> Standing:
    """Keep a decision that its place in the order no longer allows.

    It moves nothing, but who was put into a place was there: the place has to be cleaned before the case is closed.
    """
    void = (*standing.void, act)
    if act.event is not CaseEvent.PLACED or act.guard_id is None or not act.place_id:
        return replace(standing, void=void)
    dirty = tuple(dict.fromkeys((*standing.dirty, act.place_id)))
    if standing.step not in {CaseStep.CLEANED, CaseStep.CLOSED}:
        return replace(standing, void=void, dirty=dirty)
    return replace(standing, void=void, dirty=dirty, step=CaseStep.DISPOSED, closed_at=None, closed_by=None)
