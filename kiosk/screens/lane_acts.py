"""What a guard's touches in the manual lane set off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.screens.catalog import Panel
from kiosk.screens.guard_base import GuardBase
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from kiosk.domain.ids import VisitId
    from kiosk.services.guard_views import LaneView


class LaneActs(GuardBase):
    """The guard's acts in the manual lane."""

    def open_lane(self, visit_id: VisitId | None = None) -> None:
        """Show the lane, with `visit_id` to be measured next."""
        self._show_lane(visit_id, View(Face.IDLE))

    def lead_to_lane(self, view: View) -> None:
        """Show the lane for the visitor of `view`, who stands at this screen; their wait, when it was closed."""
        self._show_lane(view.visit_id, replace(view, to_lane=False))

    def _show_lane(self, visit_id: VisitId | None, closed: View) -> None:
        def show(lane: LaneView | None) -> None:
            if lane is None:
                self._window.show_view(closed)
            else:
                self._window.turn_to(Panel.GUARD_LANE).present(lane, visit_id)

        self._window.run_job(self._guarding.lane.view, show)

    def measure_in_lane(self, visit_id: VisitId, value: str) -> None:
        """Record a reading in the lane."""
        self._ask(lambda: self._guarding.lane.measure(visit_id, value))

    def correct_in_lane(self, visit_id: VisitId, value: str) -> None:
        """Record that the last value was touched wrongly."""
        why = self._window.say("lane.correct_why")
        self._ask(lambda: self._guarding.lane.correct(visit_id, value, why))

    def open_lane_pad(self, visit_id: VisitId, label: str, site: str) -> None:
        """Show the pad for a value that has no button."""
        self._window.turn_to(Panel.GUARD_READING).start_in_lane(visit_id, label, site)

    def give_lane(self) -> None:
        """Give the window to the next visitor."""
        self._window.run_job(self._guarding.lane.give, lambda _none: self._rest())
