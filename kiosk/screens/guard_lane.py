"""The manual lane: whom to measure and where, a value by one touch, recorded by the second."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.domain import lane
from kiosk.domain.correction import celsius
from kiosk.screens.base import GuardScreen
from kiosk.screens.front import DEAF_S
from kiosk.screens.widgets import Chip

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.domain.ids import VisitId
    from kiosk.services.guard_views import LaneRow, LaneView

_SHOWN = 4
"""So many of those who wait can be chosen; the others come up by themselves."""


class GuardLaneScreen(GuardScreen):
    """Shows whom to measure next. Nothing is chosen beforehand but who waits longest: no value is ever a default."""

    shown = ObjectProperty(None, allownone=True)
    chosen = ObjectProperty(None, allownone=True)  # the id of who is measured
    label = StringProperty("")
    site = StringProperty(lane.SITES[0])
    sites = ListProperty(lane.SITES)  # of the two, where the guard's thermometer measures
    site_names = ListProperty(["", ""])
    how = StringProperty("")
    value = StringProperty("")
    waiting_text = StringProperty("")
    result = ListProperty(["", "", ""])
    is_let_in = BooleanProperty(False)
    can_record = BooleanProperty(False)
    correct_text = StringProperty("")
    is_correcting = BooleanProperty(False)
    queue_cols = NumericProperty(_SHOWN)
    _corrected_s = -inf  # when "correct" was touched last

    def present(self, shown: LaneView, visit_id: VisitId | None = None) -> None:
        """Open the lane: `visit_id`, who stands at this very screen, is measured next, or whoever waits longest."""
        self.chosen, self.is_correcting, self._corrected_s = visit_id, False, -inf
        self.renew(shown)

    def renew(self, shown: LaneView) -> None:
        """Show the lane as it is now; the chosen one stays until measured, whoever joins meanwhile."""
        ids = [row.visit_id for row in shown.waiting]
        if self.is_correcting and shown.last is not None:
            ids.append(shown.last.visit_id)
        self.shown = shown
        instrument = shown.instruments.chosen
        self.sites = [site for site in lane.SITES if instrument is None or site in instrument.sites]
        if self.sites and self.site not in self.sites:
            self.site = self.sites[0]
        self.chosen = self.chosen if self.chosen in ids else next(iter(ids), None)
        self.refresh()

    def on_chosen(self, *_args: object) -> None:
        """Forget the value: it was another visitor's."""
        self.value = ""

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        shown, texts = self.shown, self.texts
        if shown is None:
            return
        instrument = shown.instruments.chosen
        title = texts.t("lane.title", name=shown.guard_name)
        self.heading = f"{title} · {instrument.serial}" if instrument is not None else title
        self.site_names = [texts.t(f"guard.site.{site}") for site in lane.SITES]
        known = [*shown.waiting, *([shown.last] if shown.last is not None and self.is_correcting else [])]
        self.label = next((row.label for row in known if row.visit_id == self.chosen), "")
        self.how = texts.t(f"lane.{self._how()}")
        self.correct_text = (
            "" if shown.last is None else texts.t("lane.leave" if self.is_correcting else "lane.correct")
        )
        self.waiting_text = texts.t("lane.waiting", count=len(shown.waiting)) if shown.waiting else ""
        self.can_record = bool(self.value) and self.chosen is not None
        self._say_result(shown)
        self._lay_out(self.ids.queue, [self._row(row) for row in shown.waiting[:_SHOWN]])
        self._lay_out(self.ids.grid, [self._value(celsius(value_cc)) for value_cc in lane.QUICK_CC])

    def _how(self) -> str:
        """Return what the guard is told to do: where to measure, or what keeps them from it."""
        if not self.label:
            return "nobody"
        return self.site if self.sites else "not_for_it"

    def _say_result(self, shown: LaneView) -> None:
        last = shown.last
        if last is None:
            self.result = ["", "", ""]
            return
        self.is_let_in = bool(last.number) and not last.is_recalled
        # The visitor stands before this screen: no outcome shames, the guard finds it on the board.
        key = "lane.recall" if last.is_recalled else "lane.in" if last.number else "lane.stays"
        said = self.texts.t(key)
        self.result = [f"{last.label} · {self.texts.t('guard.reading', celsius=last.celsius)}", said, last.number]

    def _lay_out(self, grid: Widget, chips: list[Chip]) -> None:
        grid.clear_widgets()
        for chip in chips:
            chip.fbind("on_release", self._touched)
            grid.add_widget(chip)

    def _row(self, row: LaneRow) -> Chip:
        return Chip(content=row.label, value=row.visit_id, is_chosen=row.visit_id == self.chosen)

    def _value(self, value: str) -> Chip:
        return Chip(content=value, value=value, is_chosen=value == self.value, size_hint_y=1, nominal="50sp")

    def _touched(self, chip: Chip) -> None:
        if chip.parent is self.ids.queue:
            self.is_correcting = False
            self.chosen = chip.value
        elif self.chosen is not None and self.sites:
            self.value = chip.value
        self.refresh()

    def on_site_chosen(self, site: str) -> None:
        """Say where it is measured, from here on."""
        self.site = site
        self.refresh()

    def on_record(self) -> None:
        """Record the value: the second touch."""
        if self.can_record:
            self.can_record = False
            record = self.host.correct_in_lane if self.is_correcting else self.host.measure_in_lane
            self.is_correcting = False
            record(self.chosen, f"{self.site}:{self.value}")

    def on_correct(self) -> None:
        """Touch the value of the last one anew, or leave it as it is; a glove that bounces does not do both."""
        if monotonic() - self._corrected_s < DEAF_S:
            return
        self._corrected_s = monotonic()
        shown: LaneView = self.shown
        last = shown.last if not self.is_correcting else None
        self.is_correcting = last is not None
        self.chosen = last.visit_id if last is not None else None
        self.renew(shown)

    def on_other(self) -> None:
        """Type a value that has no button."""
        if self.chosen is not None:
            self.host.open_lane_pad(self.chosen, self.label, self.site, corrects=self.is_correcting)

    def on_next(self) -> None:
        """Give the window to the next visitor; the lane stays open."""
        self.host.give_lane()
