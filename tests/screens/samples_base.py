"""What all samples have in common: place, time, a visitor's booking, and what a sample is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from kiosk.domain.ids import VisitId
from kiosk.domain.site import Words
from kiosk.screens.stage import ScreenSettings
from kiosk.services.views import AlarmView, BookingCard

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.base import BaseScreen
    from kiosk.screens.catalog import Panel, Setup
    from kiosk.services.views import Face

CONFIG: Final = Path(__file__).parents[2] / "config"
NOW: Final = datetime(2020, 3, 10, 2, 12, tzinfo=UTC)  # 10:12 at the site
VISIT: Final = VisitId("01900000-0000-7000-8000-000000000001")


def at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    """Return a time at the site, which is eight hours ahead."""
    return datetime(2020, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def settings(width_px: int, height_px: int) -> ScreenSettings:
    """Return the settings of a kiosk whose window has this size."""
    return ScreenSettings(
        site=Words("车管二分所", "Vehicle Branch 2"),
        entrance=Words("1 号入口", "Entrance 1"),
        zone=ZoneInfo("Asia/Shanghai"),
        width_px=width_px,
        height_px=height_px,
        is_mirrored=False,
    )


CARD: Final = BookingCard(
    name_masked="张*明",
    plate_masked="冀A***45",
    service=Words("补领机动车驾驶证", "Driving licence reissue"),
    hall=Words("2 号厅 · 驾驶人窗口", "Hall 2 · driver counters"),
    slot_start=at(10),
    slot_end=at(11),
)
GREEN: Final = replace(
    CARD,
    name_masked=None,
    plate_masked="冀A***6警",
    service=Words("救护车临时行驶车号牌核发", "Temporary plate for an ambulance"),
    is_green=True,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: which screen, and what it is told before it is drawn."""

    name: str
    place: Face | Panel | Setup
    prepare: Callable[[BaseScreen], None]
    is_simulated: bool = False
    is_training: bool = False
    alarm: AlarmView = field(default_factory=AlarmView)
