"""What every screen is told besides its view: words, place, zone, and how the screen is set up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kivy.metrics import Metrics

from kiosk.domain.site import Words
from kiosk.services.views import Face

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from kiosk.texts import Texts

NOWHERE: Final = Words("", "")
UPRIGHT_DRAWING: Final = (1080, 1920)
LYING_DRAWING: Final = (1920, 1080)
LARGE_TEXT: Final = 1.25
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600

TIMEOUTS_S: Final[Mapping[str, float]] = {
    Face.BOOKING: 60,
    Face.DECLARATION: 90,
    "which": 90,
    "notice": 90,
    Face.MEASURING: 60,
    Face.ADMITTED: 8,
    Face.REST: 15,
    Face.GUARD: 20,
    Face.REFUSED: 30,
    Face.HALL_LINE: 15,
    Face.GOODBYE: 8,
    "keypad": 60,
    "help": 60,
    "guard_sign_in": 30,
    **dict.fromkeys(
        (
            "guard_board",
            "guard_visit",
            "guard_reading",
            "guard_menu",
            "guard_case",
            "guard_choice",
            "guard_area",
            "guard_devices",
            "guard_plan",
            "guard_shift",
            "guard_today",
            "guard_records",
            "guard_late",
            "guard_count",
            "guard_near",
            "guard_lane",
        ),
        60.0,
    ),
}
"""Seconds until a screen left alone goes back to the idle one; a screen that is not named stays."""


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """How one kiosk's screen is set up; sizes in pixels."""

    site: Words
    entrance: Words
    zone: ZoneInfo
    width_px: int = 1080
    height_px: int = 1920
    is_borderless: bool = True
    is_exit: bool = False
    is_station: bool = False  # the guard's own place: it rests on the sign-in instead of the idle screen
    is_board: bool = False  # a display in the rest room: it rests on the board instead of the idle screen
    is_mirrored: bool = True
    reads_badges: str = "camera"  # by what a guard's badge is read: "camera", "hand" (a hand scanner), "" for nothing
    timeouts_s: Mapping[str, float] = field(default_factory=lambda: dict(TIMEOUTS_S))


@dataclass(frozen=True, slots=True)
class Stage:
    """The words and the place, for one screen at one time. Immutable: another language is another stage."""

    texts: Texts
    settings: ScreenSettings

    def swapped(self) -> Stage:
        """Return the same stage with the other language first."""
        return replace(self, texts=self.texts.swapped())

    def place(self) -> str:
        """Return site and entrance, in the first language; "" while nobody knows them."""
        if self.settings.site == NOWHERE:
            return ""
        return self.texts.t("bar.place", site=self.settings.site, entrance=self.settings.entrance)

    def say(self, words: Words | str) -> str:
        """Return what the plan names, or the text of a key, in the first language; any other string as it is."""
        if not isinstance(words, str):
            return self.texts.pick(words)
        return self.texts.t(words) if self.texts.has(words) else words

    def age(self, seconds: int) -> str:
        """Return a span of time in one word: seconds, minutes or hours."""
        if seconds < 2 * _MINUTE_S:
            return self.texts.t("age.s", n=seconds)
        if seconds < 2 * _HOUR_S:
            return self.texts.t("age.min", n=seconds // _MINUTE_S)
        return self.texts.t("age.h", n=seconds // _HOUR_S)

    def clock(self, moment: datetime) -> str:
        """Return hours and minutes at the site."""
        return f"{moment.astimezone(self.settings.zone):%H:%M}"

    def dated_clock(self, moment: datetime, now: datetime) -> str:
        """Return hours and minutes at the site, with the day when that is not today's."""
        zone = self.settings.zone
        is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
        return self.clock(moment) if is_today else f"{self.day(moment)} {self.clock(moment)}"

    def clock_from(self, moment: datetime) -> str:
        """Return the first whole minute at which `moment` is over, at the site: who comes then is not too early."""
        return self.clock(moment + timedelta(seconds=_MINUTE_S, microseconds=-1))

    def clock_with_seconds(self, moment: datetime) -> str:
        """Return hours, minutes and seconds at the site."""
        return f"{moment.astimezone(self.settings.zone):%H:%M:%S}"

    def slot(self, start: datetime, end: datetime) -> str:
        """Return a slot as `10:00–11:00`, at the site."""
        return f"{self.clock(start)}–{self.clock(end)}"

    def dated_slot(self, start: datetime, end: datetime, now: datetime, *, second: bool = False) -> str:
        """Return a slot with its day: "today" when it is today at the site."""
        say = self.texts.second if second else self.texts.t
        zone = self.settings.zone
        day = start.astimezone(zone).date()
        slot = self.slot(start, end)
        if day == now.astimezone(zone).date():
            return say("common.today", slot=slot)
        return say("common.on_day", month=say(f"month.{day.month}"), day=day.day, slot=slot)

    def day(self, moment: datetime) -> str:
        """Return day and month at the site."""
        day = moment.astimezone(self.settings.zone).date()
        return self.texts.t("common.day", month=self.texts.t(f"month.{day.month}"), day=day.day)


def fit_metrics(width_px: float, height_px: float, *, large_text: bool) -> None:
    """Set Kivy's density so that the drawing fills a window of this size, and its font scale to the size of text."""
    across, up = UPRIGHT_DRAWING if height_px >= width_px else LYING_DRAWING
    Metrics.density = min(width_px / across, height_px / up)
    Metrics.fontscale = LARGE_TEXT if large_text else 1.0
