"""What an isolation case waits for next, until when by the plan, how loud that is, and whom it goes on to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import Case, CaseEvent, CaseStep, Cause, Opening

if TYPE_CHECKING:
    from kiosk.domain.case import Standing
    from kiosk.domain.plan import CaseLimits, Plan


class Need(StrEnum):
    """What a case waits for now; each has its words (`case.need.<...>`)."""

    ACKNOWLEDGE = "acknowledge"
    PLACE = "place"
    MEASURE = "measure"
    MEASURE_AGAIN = "measure_again"
    DECIDE = "decide"
    STAY = "stay"  # with somebody who collapsed, until it is decided how it ends
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
    if opening.cause is Cause.COLLAPSE:  # help is called, and nobody is carried to a room
        called = max((at for _, at in now.reported), default=None)
        since = called or now.acknowledged_at or opening.at
        return (_due(Need.STAY, since, limits.remeasure_s) if called else _due(Need.REPORT, since, limits.place_s),)
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


def is_seen(item: Due | None, limits: CaseLimits, standing: Standing, now: datetime) -> bool:
    """Tell whether somebody said "seen" when the need was as loud as it is now; once it is louder, it is news again."""
    at = standing.last_seen_at
    return at is not None and level(item, limits, at) >= level(item, limits, now)


def calls(case: Case, standing: Standing) -> bool:
    """Tell whether a case calls for whoever is free, in time or not: nobody has taken it, or somebody collapsed.

    Who is with them has the case and needs a second pair of hands: it calls on until "seen" was touched at another
    place, or the help that was called is written down.
    """
    if standing.step is CaseStep.FLAGGED:
        return True
    opening = case.opening
    if opening is None or opening.cause is not Cause.COLLAPSE or standing.disposition is not None or standing.reported:
        return False
    return not any(act.event is CaseEvent.SEEN and act.kiosk_id != opening.kiosk_id for act in case.acts)


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
