"""The pad for a reading that a guard took by hand, with a clinical thermometer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.screens.base import GuardScreen

if TYPE_CHECKING:
    from kiosk.domain.ids import CaseId, VisitId

SITES: Final = ("axilla", "forehead", "ear", "wrist")
LANE_SITES: Final = ("wrist", "neck", "axilla", "ear")
"""Where it is measured, and where in the manual lane: under clothes, or with a clinical thermometer."""

CASE_SITE: Final = "axilla"
"""Chosen beforehand for a case, which only a clinical reading brings on; at the door the guard says what they hold."""

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
    site_names = ListProperty([""] * len(SITES))
    can_save = BooleanProperty(False)
    _first = ""
    _hint = "guard.pad_hint"
    _is_in_lane = False

    def start(self, visit_id: VisitId, label: str, case_id: CaseId | None) -> None:
        """Begin a reading for the visit or the case called `label`."""
        self._is_in_lane, self.sites = False, SITES
        self._begin(visit_id, label, case_id, CASE_SITE if case_id is not None else "")

    def start_in_lane(self, visit_id: VisitId, label: str, site: str) -> None:
        """Begin a reading in the manual lane, which is shown again after it."""
        self._is_in_lane, self.sites = True, LANE_SITES
        self._begin(visit_id, label, None, site)

    def _begin(self, visit_id: VisitId, label: str, case_id: CaseId | None, site: str) -> None:
        self.visit_id = visit_id
        self.case_id = case_id
        self.site = site
        self._first = ""
        self._hint = "guard.pad_hint"
        self.digits = ""
        self.label = label
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        self.heading = self.texts.t("guard.handle", label=self.label)
        self.site_names = [self.texts.t(f"guard.site.{site}") for site in self.sites]
        self._say_hint()

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
            if self._is_in_lane:
                self.host.measure_in_lane(self.visit_id, value)
            else:
                self.host.measure(self.visit_id, self.case_id, value)

    def _ask_again(self, first: str, key: str) -> None:
        self._first = first
        self._hint = key
        self.digits = ""
        self._say_hint()

    def on_cancel(self) -> None:
        """Go back to the lane, the case or the visit without a reading."""
        if self._is_in_lane:
            self.host.open_lane(self.visit_id)
        elif self.case_id is not None:
            self.host.open_case(self.case_id)
        else:
            self.host.open_visit(self.visit_id)
