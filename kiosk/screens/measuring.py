"""The measuring screen: where to stand, where to look and what to bare, and a ring that fills."""

from __future__ import annotations

from math import ceil
from time import monotonic
from typing import Final

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.screens.poses import POSES, pose_at
from kiosk.screens.whose import VisitScreen
from kiosk.services.views import Hint

FIRST_S: Final = 3.0
"""What the first countdown begins with (a guess); from then on, what this thermometer took the last time."""
_SHORTEST_S, _LONGEST_S = 1.0, 60.0


class Ring(FloatLayout):
    """A ring that fills as `part` goes from 0 to 1, with words in the middle."""

    part = NumericProperty(0)
    across = NumericProperty(1)
    content = StringProperty("")
    under = StringProperty("")


class MeasuringScreen(VisitScreen):
    """Shows how to stand for the thermometer, and how far it is; `usual_s` is how long it takes, as seen so far."""

    progress = NumericProperty(0)
    usual_s = NumericProperty(FIRST_S)
    now_s = staticmethod(monotonic)
    _begun_s = 0.0
    hint = StringProperty("")
    ring_text = StringProperty("")
    ring_under = StringProperty("")
    site = StringProperty("forehead")
    stance = StringProperty("look")

    def refresh(self) -> None:
        """Say hint and state in the language that comes first."""
        super().refresh()
        site = pose_at(self.view.measured_at if self.view is not None else None)
        self.site, self.stance = site.value, POSES[site].stance
        hint = self.view.hint if self.view is not None else Hint.NONE
        self.hint = "" if hint is Hint.NONE else self.texts.t(f"hint.{hint}")
        self.show_progress(self.progress)

    def show_progress(self, part: float) -> None:
        """Show that `part` of the measurement, 0 to 1, is done."""
        self._learn(part)
        self.progress = min(1.0, max(0.0, part))
        self.ring_text = self.texts.t("measuring.seconds", seconds=ceil(self.usual_s * (1 - self.progress)))
        self.ring_under = self.texts.t("measuring.now" if self.progress > 0 else "measuring.ready")

    def _learn(self, part: float) -> None:
        """Take the time of one whole measurement, so that the next one counts down from it."""
        if part <= 0:
            self._begun_s = self.now_s()
        elif part >= 1 > self.progress and self._begun_s:
            self.usual_s = min(_LONGEST_S, max(_SHORTEST_S, self.now_s() - self._begun_s))

    def on_by_hand(self) -> None:
        """Be measured by a member of staff instead."""
        self.host.measure_by_hand()
