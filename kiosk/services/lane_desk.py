"""The manual lane behind its screen: one guard measures visitor after visitor. Called on the worker's thread.

At a kiosk the window is given to each visitor in turn, for code and questions. The guard's screens are locked then;
what stays open in the guard's name is the lane alone: a first reading of somebody who waits for it. It closes by
itself some time after the guard's last touch (`lane.OPEN_S`), however many visitors touch the screen meanwhile, and
with it ends what the log knows as the guard's time at the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from kiosk.domain import lane
from kiosk.domain.by_hand import read_typed
from kiosk.domain.correction import celsius
from kiosk.domain.entry import EntryKind
from kiosk.domain.masking import mask_name
from kiosk.errors import StoreError
from kiosk.services.guard_views import LaneResult, LaneRow, LaneView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from kiosk.domain.entry import Entry
    from kiosk.domain.ids import GuardId, VisitId
    from kiosk.protocol.messages import Guard
    from kiosk.services.duty_desk import Outside
    from kiosk.services.guards import Guards
    from kiosk.services.health import Health
    from kiosk.services.visits import Visits


class SignedIn(Protocol):
    """The guard's desk, as far as the lane needs it."""

    visits: Visits
    guards: Guards
    health: Health
    outside: Outside
    guard: Guard | None

    def sign_out(self) -> None:
        """Lock the guard's screens, and close the lane."""
        ...


@dataclass(slots=True)
class LaneDesk:
    """The lane. `keeper`: in whose name it stays open while visitors have the window; None while it does not."""

    desk: SignedIn
    keeper: Guard | None = field(default=None, init=False)
    _touched_s: float = field(default=0.0, init=False)
    _measured_s: float = field(default=0.0, init=False)  # the last one
    _last: VisitId | None = field(default=None, init=False)
    _by: GuardId | None = field(default=None, init=False)  # who measured the last one, and may correct it
    _entry: Entry | None = field(default=None, init=False)  # of the last one's reading
    _corrected: str = field(default="", init=False)  # what it should have been, "36.9"

    def view(self) -> LaneView | None:
        """Return the lane's screen, or None when nobody is signed in and no lane is open."""
        guard = self.guard_now()
        if guard is None:
            return None
        state, everywhere = self.desk.visits.log.state, self.desk.guards.everywhere
        return LaneView(
            guard_name=mask_name(guard.name),
            waiting=tuple(
                LaneRow(visit.id, visit.label, visit.declared_at or visit.touched_at)
                for visit in lane.waiting(everywhere.listed(state))
            ),
            last=self._result(guard),
            instruments=self.desk.guards.instruments.view(guard),
        )

    def measure(self, visit_id: VisitId, value: str) -> LaneView | View | None:
        """Record the first reading by hand of somebody who waits for it; of anybody else nothing is.

        `value`: "wrist:36.4", typed twice "wrist:39.6:39.6". Returns the lane, or, while visitors have the window, what
        the one who was measured sees; None when nobody is signed in and the lane is closed.
        """
        guard, typed = self.guard_now(), read_typed(value)
        if guard is None:
            return None
        self._touched_s = self.desk.visits.clock.monotonic()
        visit = self.desk.guards.everywhere.visit(self.desk.visits.log.state, visit_id)
        reading = self.desk.guards.instruments.reading(guard, typed)
        if visit is None or reading is None or not lane.waits(visit):
            return self.view()
        act, before = self.desk.guards.act, self.desk.visits.log.last()[0]
        shown = self.desk.health.view(lambda: act(guard, GuardAct.MEASURE, visit_id, typed))
        if shown.face is Face.OUT_OF_ORDER:
            self.desk.sign_out()
            return shown
        self._last, self._entry, self._corrected = visit_id, self._reading_since(before), ""
        self._by, self._measured_s = guard.id, self._touched_s
        return shown if self.desk.guard is None else self.view()

    def correct(self, visit_id: VisitId, value: str, why: str) -> LaneView | View | None:
        """Record that the last value was touched wrongly; `value` as for `measure`, `why` in words.

        Who was let in by it and is elevated gets a case, and is to be called back.
        """
        guard, typed = self.guard_now(), read_typed(value)
        if guard is None:
            return None
        self._touched_s = self.desk.visits.clock.monotonic()
        is_last = visit_id == self._last and self._by == guard.id
        reading = self.desk.guards.instruments.reading(guard, typed) if is_last else None
        if reading is not None and self._entry is not None and typed is not None:
            try:
                self.desk.guards.correct(guard, self._entry, reading, why)
            except StoreError as error:
                self.desk.sign_out()
                return self.desk.health.out_of_order(error)
            self._corrected = celsius(typed.value_cc)
        return self.view()

    def _reading_since(self, seq: int) -> Entry | None:
        entries = self.desk.outside.log.entries(seq)
        return next((entry for entry in entries if entry.kind == EntryKind.READING), None)

    def give(self) -> None:
        """Give the window to the next visitor: the guard's screens lock, the lane stays open in the guard's name."""
        if self.desk.guard is not None:
            self.keeper, self.desk.guard = self.desk.guard, None
            self._touched_s = self.desk.visits.clock.monotonic()

    def release(self) -> Guard | None:
        """Close the lane; return in whose name it was open."""
        keeper, self.keeper = self.keeper, None
        return keeper

    def catch(self, view: View) -> View:
        """Lead a visitor who is to be measured to the lane, while one is open at this kiosk."""
        if view.visit_id is None or self.desk.guard is not None or self.guard_now() is None:
            return view
        if view.face is Face.MEASURING:
            view = self.desk.visits.to_lane(view.visit_id)
        visit = self.desk.visits.log.state.visit(view.visit_id) if view.visit_id is not None else None
        return replace(view, to_lane=True) if visit is not None and lane.waits(visit) else view

    def guard_now(self) -> Guard | None:
        """Return in whose name the lane works now; one that was left for too long is closed by asking."""
        if self.desk.guard is not None:
            return self.desk.guard
        if self.keeper is not None and self.desk.visits.clock.monotonic() - self._touched_s > lane.OPEN_S:
            self.desk.sign_out()
        return self.keeper

    def _result(self, guard: Guard) -> LaneResult | None:
        """Return what became of the one whom this guard measured last: the number is read off this very screen.

        For a while after signing out as well: a wrong touch is often seen on the visitor's own screen first.
        """
        is_old = self.desk.visits.clock.monotonic() - self._measured_s > lane.OPEN_S
        is_own = self._last is not None and self._by == guard.id and not is_old
        visit = self.desk.visits.log.state.visit(self._last) if is_own and self._last is not None else None
        last = visit.readings[-1] if visit is not None and visit.readings else None
        if visit is None or last is None or last.value_cc is None:
            return None
        return LaneResult(
            visit_id=visit.id,
            label=visit.label,
            celsius=self._corrected or celsius(last.value_cc),
            outcome=last.outcome,
            number=visit.way_in_number,
            is_recalled=bool(self._corrected) and visit.case_id is not None,
        )
