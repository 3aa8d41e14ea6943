"""The measuring screen: where to stand, where to look and what to bare, and a ring that fills."""

from __future__ import annotations

from math import ceil

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.screens.base import VisitorScreen
from kiosk.screens.poses import POSES, pose_at
from kiosk.services.views import Hint

_USUAL_S = 3.0


class Ring(FloatLayout):
    """A ring that fills as `part` goes from 0 to 1, with words in the middle."""

    part = NumericProperty(0)
    across = NumericProperty(1)
    content = StringProperty("")
    under = StringProperty("")


class MeasuringScreen(VisitorScreen):
    """Shows how to stand for the thermometer, and how far it is; a view's fact `seconds` says how long it takes."""

    progress = NumericProperty(0)
    hint = StringProperty("")
    ring_text = StringProperty("")
    ring_under = StringProperty("")
    site = StringProperty("forehead")
    stance = StringProperty("look")

    def refresh(self) -> None:
        """Say hint and state in the language that comes first."""
        site = pose_at(self.view.measured_at if self.view is not None else None)
        self.site, self.stance = site.value, POSES[site].stance
        hint = self.view.hint if self.view is not None else Hint.NONE
        self.hint = "" if hint is Hint.NONE else self.texts.t(f"hint.{hint}")
        self.show_progress(self.progress)

    def show_progress(self, part: float) -> None:
        """Show that `part` of the measurement, 0 to 1, is done."""
        self.progress = min(1.0, max(0.0, part))
        facts = self.view.facts if self.view is not None else {}
        whole = float(facts.get("seconds", _USUAL_S))
        self.ring_text = self.texts.t("measuring.seconds", seconds=ceil(whole * (1 - self.progress)))
        self.ring_under = self.texts.t("measuring.now" if self.progress > 0 else "measuring.ready")

    def on_by_hand(self) -> None:
        """Be measured by a member of staff instead."""
        self.host.measure_by_hand()
