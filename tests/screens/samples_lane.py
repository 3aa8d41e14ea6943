"""Samples of the manual lane."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kiosk.domain.ids import VisitId
from kiosk.domain.screening import Outcome
from kiosk.screens.catalog import Panel
from kiosk.services.guard_views import LaneResult, LaneRow, LaneView
from tests.screens.samples_base import VISIT, Sample, at
from tests.screens.samples_guard import EAR_CHOSEN, GUN_CHOSEN, LOUD

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.base import BaseScreen

ROWS: Final = (
    LaneRow(VISIT, "2CDA", at(10, 8)),
    LaneRow(VisitId("b"), "7F10", at(10, 9)),
    LaneRow(VisitId("c"), "RB02", at(10, 10)),
    LaneRow(VisitId("d"), "91AB", at(10, 11)),
    LaneRow(VisitId("e"), "D03E", at(10, 11)),
)
LANE: Final = LaneView("王*国", ROWS, LaneResult(VisitId("last"), "0731", "36.5", Outcome.NORMAL, "B037"))
HELD: Final = LaneResult(VisitId("last"), "0731", "37.4", Outcome.ELEVATED, "")


def lane(shown: LaneView, value: str = "", site: str = "wrist") -> Callable[[BaseScreen], None]:
    """Return what shows a lane, with a value that was touched."""

    def prepare(screen: BaseScreen) -> None:
        screen.site = site
        screen.present(shown)
        screen.value = value
        screen.refresh()

    return prepare


def _other(screen: BaseScreen) -> None:
    screen.start_in_lane(VISIT, "2CDA", "neck", GUN_CHOSEN)
    for digit in "378":
        screen.on_key(digit)


def _wrong(screen: BaseScreen) -> None:
    screen.site = "wrist"
    screen.present(LANE)
    screen.on_correct()
    screen.value = "36.9"
    screen.refresh()


LANE_SAMPLES: Final = (
    Sample("guard-lane", Panel.GUARD_LANE, lane(LANE, "36.4")),
    Sample("guard-lane-named", Panel.GUARD_LANE, lane(replace(LANE, instruments=GUN_CHOSEN), "36.4")),
    Sample("guard-lane-not-for-it", Panel.GUARD_LANE, lane(replace(LANE, instruments=EAR_CHOSEN))),
    Sample("guard-lane-wrong", Panel.GUARD_LANE, _wrong),
    Sample(
        "guard-lane-recall",
        Panel.GUARD_LANE,
        lane(
            replace(LANE, last=LaneResult(VisitId("last"), "0731", "37.8", Outcome.ELEVATED, "B037", is_recalled=True))
        ),
    ),
    Sample("guard-lane-held", Panel.GUARD_LANE, lane(replace(LANE, last=HELD), site="neck"), alarm=LOUD),
    Sample("guard-lane-empty", Panel.GUARD_LANE, lane(replace(LANE, waiting=(), last=None))),
    Sample("guard-lane-other", Panel.GUARD_READING, _other),
)
