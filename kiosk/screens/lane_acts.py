"""What a guard's touches in the manual lane set off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.screens.catalog import Panel
from kiosk.screens.reading_acts import ReadingActs

if TYPE_CHECKING:
    from kiosk.domain.ids import VisitId
    from kiosk.services.device_views import InstrumentsView
    from kiosk.services.views import View


class LaneActs(ReadingActs):
    """The guard's acts in the manual lane."""

    def lead_to_lane(self, view: View) -> None:
        """Show the lane for the visitor of `view`, who stands at this screen; their wait, when it was closed."""
        self._show_lane(view.visit_id, replace(view, to_lane=False))

    def measure_in_lane(self, visit_id: VisitId, value: str) -> None:
        """Record a reading in the lane."""
        self._ask(lambda: self._guarding.lane.measure(visit_id, value))

    def correct_in_lane(self, visit_id: VisitId, value: str) -> None:
        """Record that the last value was touched wrongly."""
        why = self._window.say("lane.correct_why")
        self._ask(lambda: self._guarding.lane.correct(visit_id, value, why))

    def open_lane_pad(self, visit_id: VisitId, label: str, site: str, *, corrects: bool = False) -> None:
        """Show the pad for a value that has no button; `corrects`: of whoever was measured last."""

        def show(known: InstrumentsView | None) -> None:
            if known is None:
                self._rest()
            else:
                self._window.turn_to(Panel.GUARD_READING).start_in_lane(visit_id, label, site, known, corrects=corrects)

        self._window.run_job(self._guarding.instruments, show)

    def give_lane(self) -> None:
        """Give the window to the next visitor."""
        self._window.run_job(self._guarding.lane.give, lambda _none: self._rest())
