"""Forgetting: bodies past their time are erased by program, in small acts that never hold up the door.

Reads on a connection of its own, hands each erasure to the log's writer, and ends by cutting the write-ahead log, so
that nothing of what was erased is left in any file.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from kiosk.domain.change import replace
from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import LEAST_KEPT_DAYS
from kiosk.domain.retention import (
    MOST_RANGES,
    Erasure,
    Subject,
    deleted_body,
    erased_body,
    is_aside_due,
    is_held,
    is_visit_due,
    is_visitless_due,
    subject_of,
    visit_in,
)
from kiosk.domain.times import local_day
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kiosk.domain.ids import VisitId
    from kiosk.domain.record import Hold
    from kiosk.domain.retention import AsideLog
    from kiosk.domain.state_keeper import State
    from kiosk.ports import Clock
    from kiosk.services.rulebook import Rulebook

logger = logging.getLogger(__name__)

STEP_S: Final = 3600.0
_DAY_MS: Final = 24 * 3600 * 1000
_SOON_S: Final = 60.0  # a reader was in the write-ahead log: it is cut at the next try


class OldEntries(Protocol):
    """The log as retention reads it, on a connection of its own."""

    @property
    def state(self) -> State:
        """The state as last committed."""
        ...

    def old(self, before: datetime) -> Iterator[tuple[int, EntryKind, str, datetime]]:
        """Yield number, kind, body and time of acknowledged entries that may be erased one day, in order."""
        ...

    def oldest_unsent(self) -> datetime | None:
        """Return when the oldest unsent entry was recorded, or None."""
        ...


class Aside(Protocol):
    """The logs that were put aside."""

    def logs(self) -> Iterable[AsideLog]:
        """Return what there is to know of each that can be read."""
        ...

    def delete(self, log: AsideLog) -> None:
        """Delete one with all its files."""
        ...


class Eraser(Protocol):
    """The log's writer, as far as retention needs it."""

    def erase(self, choose: Callable[[State, int], Erasure | None]) -> int:
        """Erase in one act what `choose` names by the state and the last acknowledged number; return how much."""
        ...

    def sweep(self) -> bool:
        """Remember how far nothing is left to erase, and cut the write-ahead log; False while a reader is in it."""
        ...


@dataclass(slots=True)
class _Matter:
    """What is erased together: a visit's entries, or one entry of staff."""

    visit_id: VisitId | None
    seqs: list[int] = field(default_factory=list[int])
    moments: list[datetime] = field(default_factory=list[datetime])

    def add(self, seq: int, at: datetime) -> None:
        self.seqs.append(seq)
        self.moments.append(at)


@dataclass(slots=True)
class Retention:
    """Erases what is past its time. `on_writer` runs a job on the thread that alone writes the log.

    `drop_papers` deletes the files for people that were written before a moment; `offset_ms` tells the server's clock
    minus ours, as last measured, None as long as it was not.
    """

    reader: OldEntries
    eraser: Eraser
    rules: Rulebook
    clock: Clock
    on_writer: Callable[[Callable[[], Any]], Any]
    aside: Aside | None = None
    drop_papers: Callable[[datetime], None] = lambda _before: None
    offset_ms: Callable[[], int | None] = lambda: 0

    def step(self) -> float:
        """Erase what is due; return how many seconds to wait before the next step."""
        try:
            _erased, is_cut = self.run()
        except StoreError as error:
            logger.warning("retention waits: %s", error.code)
            return STEP_S
        return STEP_S if is_cut else _SOON_S

    def run(self) -> tuple[int, bool]:
        """Return how many bodies were erased, and whether no trace of them is left in any file."""
        if not self.rules.is_set_up or not self._is_clock_sure():
            return 0, False  # looked at again soon
        policy = self.rules.policy
        # The youngest body that may be erased is two days old, so that its day lies before yesterday.
        before = local_day(self.clock.now(), self.rules.site.timezone) - timedelta(days=LEAST_KEPT_DAYS - 1)
        erased = 0
        for matters in _batches(self._due()):

            def choose(state: State, acknowledged: int, matters: Sequence[_Matter] = matters) -> Erasure | None:
                still = self._still_due(matters, state, acknowledged)
                return _erasure(still, f"{policy.id}/{policy.version}", before) if still else None

            erased += self.on_writer(lambda choose=choose: self.eraser.erase(choose))
        self.drop_papers(self.clock.now() - timedelta(days=LEAST_KEPT_DAYS))
        if self.aside is not None:
            self._delete_due(self.aside)
        return erased, bool(self.on_writer(self.eraser.sweep))

    def _delete_due(self, aside: Aside) -> None:
        """Delete the logs put aside whose time is over. Said first: a deletion that nobody knows of must not be."""
        policy, now, state = self.rules.policy, self.clock.now(), self.reader.state
        for log in aside.logs():
            cases = [state.case(case_id) for case_id in log.open_cases]
            holds = (*log.holds, *self._holds())
            is_kept = is_held(holds, (log.first, log.last), self.rules.site.timezone)
            if not is_kept and is_aside_due(policy.keeping, log, cases, now):
                said = Erasure((), (), deleted_body(log, f"{policy.id}/{policy.version}"))
                self.on_writer(lambda said=said: self.eraser.erase(lambda _state, _acknowledged: said))
                aside.delete(log)

    def _is_clock_sure(self) -> bool:
        """Tell whether the server's clock says the day that ours says: else nobody knows what is past its time.

        Nothing is lost by waiting for the server's word: what it never acknowledged is not erased anyway.
        """
        offset_ms = self.offset_ms()
        if offset_ms is not None and abs(offset_ms) > _DAY_MS:
            logger.warning("retention waits: the clock is more than a day away from the server's")
        return offset_ms is not None and abs(offset_ms) <= _DAY_MS

    def _still_due(self, matters: Sequence[_Matter], state: State, acknowledged: int) -> list[_Matter]:
        """Return what may be erased by what is known inside the act: a hold may have come since it was looked for.

        The server may also have come back from an older copy of itself, and not hold it any more; or somebody corrected
        the visit, by a command beside the kiosk.
        """
        holds, now = (*state.holds(), *self.rules.holds()), self.clock.now()
        held = [item for item in matters if item.seqs[-1] <= acknowledged and not self._is_held(item, holds)]
        return [item for item in held if item.visit_id is None or self._is_visit_due(item, state, now, now)]

    def _due(self) -> list[_Matter]:
        """Return what is erased now."""
        now, keeping = self.clock.now(), self.rules.policy.keeping
        unsent_from = self.reader.oldest_unsent() or now
        visits: dict[VisitId, _Matter] = {}
        others: list[_Matter] = []
        for seq, kind, body, at in self.reader.old(now - timedelta(days=LEAST_KEPT_DAYS)):
            visit_id = visit_in(body)
            if subject_of(kind) is Subject.STAFF or visit_id is None:
                days = keeping.staff_days if subject_of(kind) is Subject.STAFF else keeping.visit_days
                if now - at > timedelta(days=days):
                    others.append(_Matter(None, [seq], [at]))
            else:
                visits.setdefault(visit_id, _Matter(visit_id)).add(seq, at)
        state = self.reader.state
        due = [matter for matter in visits.values() if self._is_visit_due(matter, state, now, unsent_from)]
        holds = self._holds()
        return [matter for matter in (*due, *others) if not self._is_held(matter, holds)]

    def _holds(self) -> tuple[Hold, ...]:
        return (*self.reader.state.holds(), *self.rules.holds())

    def _is_held(self, matter: _Matter, holds: Iterable[Hold]) -> bool:
        return is_held(holds, matter.moments, self.rules.site.timezone)

    def _is_visit_due(self, matter: _Matter, state: State, now: datetime, unsent_from: datetime) -> bool:
        """Tell whether a visit's time is over, and the server holds all of it: half a visit is never erased."""
        keeping = self.rules.policy.keeping
        visit = state.visit(matter.visit_id) if matter.visit_id is not None else None
        case = state.case_of(matter.visit_id) if matter.visit_id is not None else None
        if visit is None:
            last = matter.moments[-1]
            return last < unsent_from and is_visitless_due(keeping, case, now, last)
        last = max(visit.last_at, *matter.moments)
        return last < unsent_from and is_visit_due(keeping, replace(visit, touched_at=last), case, now)


def _erasure(matters: Sequence[_Matter], policy: str, before: date) -> Erasure:
    seqs = [seq for matter in matters for seq in matter.seqs]
    ids = [matter.visit_id for matter in matters if matter.visit_id is not None]
    return Erasure(seqs, ids, erased_body(seqs, policy, before))


def _batches(matters: Sequence[_Matter]) -> Iterator[list[_Matter]]:
    """Yield matters in portions that one ERASED entry can name."""
    batch: list[_Matter] = []
    size = 0
    for matter in matters:
        if batch and size + len(matter.seqs) > MOST_RANGES:
            yield batch
            batch, size = [], 0
        batch.append(matter)
        size += len(matter.seqs)
    if batch:
        yield batch
