"""What every screen has in common: its words, the clock, the banner, and the time left."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from kivy.properties import AliasProperty, BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.spans import span

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.services.views import AlarmView, View
    from kiosk.texts import Texts

_MOST_LABELS: Final = 2  # so many cases can be named in the bar beside its buttons; the others are counted
STEP_NAMES: Final = ("booking", "declaration", "temperature", "done")


class BaseScreen(BoxLayout):
    """A screen: shows what it is told and says to its `host` what was touched.

    `stage` (see `stage.py`), `host` (see `host.py`) and `now` are given when it is made. `time_left` is the part of the
    time left before it goes back, 1 to 0, below 0 when there is no end. `banner` says what here is not real; "" where
    everything is.
    """

    stage = ObjectProperty(rebind=True)  # so that `root.stage.…` in a layout is said anew with another stage
    host = ObjectProperty()
    view = ObjectProperty(None, allownone=True)
    now = ObjectProperty()
    clock_text = StringProperty("")
    is_simulated = BooleanProperty(False)
    is_training = BooleanProperty(False)
    is_large = BooleanProperty(False)
    waiting = NumericProperty(0)
    is_calling = BooleanProperty(False)
    alarm_level = NumericProperty(0)  # of the band that tells of an alarm; 0 where there is none
    time_left = NumericProperty(-1)
    seconds_left = NumericProperty(0)

    def _texts(self) -> Texts:
        return self.stage.texts

    def _whole_seconds(self) -> int:
        return ceil(self.seconds_left)

    whole_seconds = AliasProperty(_whole_seconds, bind=("seconds_left",))

    texts = AliasProperty(_texts, bind=("stage",), rebind=True)

    def _banner(self) -> str:
        # In training, whose thermometer is simulated as well, nothing is real: one banner says it.
        said = "bar.training" if self.is_training else "bar.simulated"
        return self.texts.t(said) + " · " + self.texts.second(said) if self.is_training or self.is_simulated else ""

    banner = AliasProperty(_banner, bind=("stage", "is_training", "is_simulated"))

    def show(self, view: View) -> None:
        """Show `view`."""
        self.view = view
        self.refresh()

    def tick(self, now: datetime) -> None:
        """Hear what time it is."""
        self.now = now
        self.clock_text = self.stage.clock(now)

    def hear_alarm(self, alarm: AlarmView) -> None:
        """Hear what calls a guard now."""
        self.is_calling = alarm.level > 0 and not alarm.is_seen

    def on_seen(self) -> None:
        """Say that somebody is on the way: it quiets the alarm, and takes no PIN."""
        self.host.seen()

    def refresh(self) -> None:
        """Say everything anew: after a new view, and after the language changed."""

    def leave(self) -> None:
        """Hear that another screen takes its place: what somebody left on it is nobody's business any more."""

    def on_stage(self, _screen: BaseScreen, _stage: object) -> None:
        """Say everything in the language that comes first now."""
        if self.view is not None:
            self.refresh()


class VisitorScreen(BaseScreen):
    """A screen for visitors. `step` is the current step from 1, 5 when all are done, 0 when none is named.

    In a window that lies the banner stands in the bar, which then has its colour: a line of its own would leave too
    little for the screen.
    """

    step = NumericProperty(0)
    has_steps = BooleanProperty(True)
    is_banner_in_bar = BooleanProperty(False)

    def _step_names(self) -> list[str]:
        return [self.stage.texts.t(f"steps.{name}") for name in STEP_NAMES]

    step_names = AliasProperty(_step_names, bind=("stage",))

    def on_place(self) -> None:
        """Open the guard's sign-in: guards know to touch the place's name."""
        self.host.open_guard()

    def on_large(self) -> None:
        """Make the words larger, or as they were."""
        self.host.switch_large_text()

    def on_language(self) -> None:
        """Make the other language the first."""
        self.host.switch_language()

    def on_ask_person(self) -> None:
        """Call a member of staff."""
        self.host.ask_person()

    def on_more_time(self) -> None:
        """Start the time left anew."""
        self.host.more_time()

    def on_done(self) -> None:
        """Leave the screen to the next visitor."""
        self.host.done()

    def on_back(self) -> None:
        """Go back to where this screen was opened from."""
        self.host.back()


class GuardScreen(BaseScreen):
    """A screen for guards: its dark top bar says so. `heading` stands in the bar, `lock_text` on its button.

    The bar tells of an alarm that stands, except where `tells_alarm` is False: the rows of the board do.
    """

    heading = StringProperty("")
    lock_text = StringProperty("")
    alarm = ObjectProperty(None, allownone=True)
    alarm_text = StringProperty("")
    alarm_time = StringProperty("")
    tells_alarm = BooleanProperty(True)

    def to_top(self) -> None:
        """Show a list from its first line."""
        if "scroll" in self.ids:
            self.ids.scroll.scroll_y = 1

    def on_lock(self) -> None:
        """Sign the guard out."""
        self.host.sign_out()

    def on_overview(self) -> None:
        """Go back to the board."""
        self.host.open_board()

    def on_menu(self) -> None:
        """Go back to the list of what else there is."""
        self.host.open_menu()

    def on_stage(self, _screen: BaseScreen, _stage: object) -> None:
        """Say everything in the language that comes first now."""
        self.refresh()
        self._say_alarm()

    def hear_alarm(self, alarm: AlarmView) -> None:
        """Show what calls a guard now, or nothing."""
        super().hear_alarm(alarm)
        self.alarm = alarm
        self._say_alarm()

    def tick(self, now: datetime) -> None:
        """Count on how long the alarm stands."""
        super().tick(now)
        self._say_alarm()

    def _say_alarm(self) -> None:
        alarm: AlarmView | None = self.alarm
        if alarm is None or alarm.level == 0 or not self.tells_alarm:
            self.alarm_level, self.alarm_text, self.alarm_time = 0, "", ""
            return
        key = ("alarm.on_way" if alarm.level == 1 else "alarm.seen_late") if alarm.is_seen else "alarm.waits"
        self.alarm_level = alarm.level
        more = len(alarm.labels) - _MOST_LABELS
        labels = " · ".join(alarm.labels[:_MOST_LABELS]) + (f" +{more}" if more > 0 else "")
        self.alarm_text = self.texts.t(key, labels=labels)
        waited = span(max(0.0, (self.now - alarm.since).total_seconds())) if alarm.since is not None else ""
        self.alarm_time = self.texts.t("alarm.waited", time=waited) if waited else ""
