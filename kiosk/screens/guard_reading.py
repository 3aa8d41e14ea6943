"""The pad for a reading that a guard took by hand, with a clinical thermometer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.screens.base import GuardScreen
from kiosk.screens.widgets import Chip

if TYPE_CHECKING:
    from kiosk.domain.ids import CaseId, VisitId
    from kiosk.services.device_views import InstrumentsView, InstrumentView

SITES: Final = ("axilla", "forehead", "ear", "wrist")
LANE_SITES: Final = ("wrist", "neck", "axilla", "ear")
"""Where it is measured, and where in the manual lane: under clothes, or with a clinical thermometer. A thermometer
that the policy lists says itself where it measures."""

CASE_SITE: Final = "axilla"
"""Chosen beforehand for a case, which only a clinical reading brings on; at the door the guard says what they hold."""

AS_IT_WAS: Final = "as_it_was"
"""The place of a reading that is typed anew."""

_CHIPS_IN_A_ROW: Final = 4
_DIGITS: Final = 3
_COMMON_TENTHS: Final = range(350, 391)  # 35.0 to 39.0 °C; anything else is typed twice


class GuardReadingScreen(GuardScreen):
    """Takes three digits and the place measured; an unusual value is asked for twice."""

    label = StringProperty("")
    visit_id = ObjectProperty(None, allownone=True)
    case_id = ObjectProperty(None, allownone=True)
    digits = StringProperty("")
    shown = StringProperty("")
    hint = StringProperty("")
    site = StringProperty("")
    sites = ListProperty(SITES)
    instrument = ObjectProperty(None, allownone=True)  # with which it is measured; None: any
    instrument_text = StringProperty("")
    may_change = BooleanProperty(False)
    can_save = BooleanProperty(False)
    _first = ""
    _hint = "guard.pad_hint"
    _is_in_lane = False
    _corrects = False
    _seq: int | None = None  # of the entry in the records whose reading is typed anew; None: a new reading

    def start(self, visit_id: VisitId, label: str, case_id: CaseId | None, known: InstrumentsView) -> None:
        """Begin a reading for the visit or the case called `label`; `known`: with what it is measured."""
        self._is_in_lane, self._seq = False, None
        self._take(known, SITES)
        self._begin(visit_id, label, case_id, CASE_SITE if case_id is not None else "")

    def start_correction(self, seq: int, visit_id: VisitId, label: str) -> None:
        """Type anew what a thermometer said, of the reading with this number; where it was measured stays."""
        self._is_in_lane, self._seq = False, seq
        self.instrument, self.may_change, self.sites = None, False, (AS_IT_WAS,)
        self._begin(visit_id, label, None, AS_IT_WAS, "guard.pad_right")

    def start_in_lane(
        self, visit_id: VisitId, label: str, site: str, known: InstrumentsView, *, corrects: bool = False
    ) -> None:
        """Begin a reading in the manual lane, which is shown again after it; `corrects`: of who was measured last."""
        self._is_in_lane, self._corrects, self._seq = True, corrects, None
        self._take(known, LANE_SITES)
        self._begin(visit_id, label, None, site)

    def _take(self, known: InstrumentsView, any_sites: tuple[str, ...]) -> None:
        self.instrument, self.may_change = known.chosen, len(known.listed) > 1
        self.sites = known.chosen.sites if known.chosen is not None else any_sites

    def _begin(
        self, visit_id: VisitId, label: str, case_id: CaseId | None, likely: str, hint: str = "guard.pad_hint"
    ) -> None:
        only = self.sites[0] if len(self.sites) == 1 else ""
        site = likely if likely in self.sites else only
        self.visit_id = visit_id
        self.case_id = case_id
        self.site = site
        self._first = ""
        self._hint = hint
        self.digits = ""
        self.label = label
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        if self.visit_id is None:
            return
        self.heading = self.texts.t("guard.handle", label=self.label)
        self.instrument_text = self._named(self.instrument) if self.instrument is not None else ""
        self._show_sites()
        self._say_hint()

    def _named(self, instrument: InstrumentView) -> str:
        key = "instrument.overdue" if instrument.is_overdue else "instrument.with"
        return self.texts.t(key, serial=instrument.serial, day=instrument.checked_until.isoformat())

    def _show_sites(self) -> None:
        grid = self.ids.sites
        grid.clear_widgets()
        grid.cols = min(len(self.sites), _CHIPS_IN_A_ROW)
        for site in self.sites:
            chip = Chip(content=self.texts.t(f"guard.site.{site}"), value=site, is_chosen=site == self.site)
            chip.fbind("on_release", lambda touched: self.on_site_chosen(touched.value))
            grid.add_widget(chip)

    def on_digits(self, _screen: GuardReadingScreen, digits: str) -> None:
        """Show the digits as a temperature."""
        whole, tenth = digits[:2], digits[2:]
        self.shown = f"{whole}.{tenth}" if tenth else whole
        self._check()

    def on_key(self, name: str) -> None:
        """Add a digit, or take the last one away."""
        if name == "back":
            self.digits = self.digits[:-1]
        elif len(self.digits) < _DIGITS:
            self.digits += name

    def on_site_chosen(self, site: str) -> None:
        """Say where it was measured."""
        self.site = site
        for chip in self.ids.sites.children:
            chip.is_chosen = chip.value == site
        self._check()

    def _check(self) -> None:
        """Let the reading be recorded once it is said what and where; say what is still missing."""
        is_typed = len(self.digits) == _DIGITS
        self.can_save = is_typed and bool(self.site)
        if is_typed and not self.site:
            self._hint = "guard.pad_where"
        elif self._hint == "guard.pad_where":
            self._hint = "guard.pad_hint"
        self._say_hint()

    def _say_hint(self) -> None:
        self.hint = self.texts.t(self._hint)

    def on_save(self) -> None:
        """Record the reading; an unusual one is asked for once more first."""
        value, first = self.digits, self._first
        if first and value != first:
            self._ask_again("", "guard.pad_differs")
        elif not first and int(value) not in _COMMON_TENTHS:
            self._ask_again(value, "guard.pad_again")
        else:
            typed = f"{value[:2]}.{value[2:]}"
            value = ":".join([self.site, typed, *([typed] if first else [])])
            if self._seq is not None:
                self.host.correct_reading(self._seq, typed)
            elif self._is_in_lane and self._corrects:
                self.host.correct_in_lane(self.visit_id, value)
            elif self._is_in_lane:
                self.host.measure_in_lane(self.visit_id, value)
            else:
                self.host.measure(self.visit_id, self.case_id, value)

    def _ask_again(self, first: str, key: str) -> None:
        self._first = first
        self._hint = key
        self.digits = ""
        self._say_hint()

    def on_change(self) -> None:
        """Choose another thermometer; the reading then begins anew."""
        self.host.change_instrument(self.visit_id, self.case_id, is_in_lane=self._is_in_lane)

    def on_cancel(self) -> None:
        """Go back to the lane, the case or the visit without a reading."""
        if self._seq is not None:
            self.host.open_records("readings", 0, "")
        elif self._is_in_lane:
            self.host.open_lane(self.visit_id)
        elif self.case_id is not None:
            self.host.open_case(self.case_id)
        else:
            self.host.open_visit(self.visit_id)
