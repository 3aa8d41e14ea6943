"""Samples of the guard's screens that are about the day: area, plan, shift, today, records, late rows, count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.ids import CaseId, VisitId
from kiosk.domain.isolation_area import Room
from kiosk.domain.plan import PlaceState, Situation
from kiosk.domain.site import Words
from kiosk.screens import choices
from kiosk.screens.catalog import Panel
from kiosk.screens.guard_shift import CheckRow
from kiosk.services.device_views import DeviceLine, DevicesView
from kiosk.services.guard_views import AreaView, PlaceView, PlanView, RecordLine, RecordsView, ShiftView, TodayView
from tests.screens.samples_base import NOW, VISIT, Sample, at
from tests.screens.samples_cases import CASE, CONTACTS, OTHER_CASE, PLAN, ROOM, run_of
from tests.screens.samples_guard import ALARM, BOARD, LOUD, present

if TYPE_CHECKING:
    from kiosk.screens.base import BaseScreen

TENT: Final = Words("室外帐篷", "Tent outside")
FULL_AREA: Final = AreaView(
    places=(
        PlaceView("room_1", ROOM, PlaceState.TAKEN, 1, ((CASE, "C02", at(10, 5)),), None, False, False, False),
        PlaceView("room_2", Words("留观室 2", "Room 2"), PlaceState.DIRTY, 1, (), None, False, False, False),
        PlaceView(
            "tent",
            TENT,
            PlaceState.TAKEN,
            1,
            ((OTHER_CASE, "CB02", at(9, 58)), (CaseId("c9"), "C04", at(10, 10))),
            None,
            has_room=False,
            is_overflow=True,
            is_crowded=True,
        ),
    ),
    room=Room.NONE,
    free_from=at(10, 41),
    waiting=((CaseId("c8"), "C05"),),
    to_clean=((CaseId("c01"), "C01", "room_2"), (CaseId("c01"), "C01", "room_1")),
)
DEVICES: Final = DevicesView(
    (
        DeviceLine(
            "thermometer",
            "mlx90614:A17: answers 22.99 °C, room 21.49 °C; measures surface at forehead, steps of 0.02 °C, ±0.5 °C; "
            "C-2020-12, due on 2021-03-01",
            is_well=True,
        ),
        DeviceLine(
            "by_hand",
            "YT-20381 (axilla, ear) checked until 2020-12-31; HW-117 (forehead) ENDED 2020-02-29; "
            "by an ended one nobody is found normal",
            is_well=False,
        ),
        DeviceLine("reference", "passed on 2020-03-10", is_well=True),
    ),
    (("camera.ok", True), ("thermometer", True), ("alarm", False), ("log", True), ("clock", False)),
)
CALM_AREA: Final = AreaView(
    places=(
        PlaceView("room_1", ROOM, PlaceState.FREE, 1, (), None, True, False, False),
        PlaceView("room_2", Words("留观室 2", "Room 2"), PlaceState.AIRING, 1, (), at(10, 41), False, False, False),
        PlaceView("tent", TENT, PlaceState.FREE, 4, (), None, True, True, False),
    ),
    room=Room.FREE,
    free_from=None,
    waiting=(),
)
SITUATIONS: Final = tuple((item.situation, item.name) for item in PLAN.situations)
CALM_PLAN: Final = PlanView((), SITUATIONS, CONTACTS)
BUSY_PLAN: Final = PlanView(
    (
        run_of(Situation.CROWD, "run-1", ticked=1),
        run_of(Situation.SEVERAL_ELEVATED, CASE, ticked=2, case=CASE, label="C02"),
    ),
    SITUATIONS,
    CONTACTS,
)
CHECKLIST: Final = tuple((item.id, item.text, None) for item in PLAN.checklist)
NEW_SHIFT: Final = ShiftView(
    "李*国", None, CHECKLIST, (), (), (), account="g2", handed_over=(at(7, 58), "王*", "个案未结，当面交接")
)
ON_SHIFT: Final = ShiftView(
    "李*国",
    at(8, 2),
    tuple((item.id, item.text, item.id != "goggles") for item in PLAN.checklist),
    ("王*", "赵*敏"),
    (("arrived", 143), ("admitted", 131), ("refused", 7), ("cases", 3), ("overrides", 2)),
    ((CASE, "C02"), (OTHER_CASE, "CB02")),
    ((CaseId("c01"), "C01", tuple(step.text for step in PLAN.steps(Situation.ELEVATED)[2:])),),
    account="g2",
)
TODAY: Final = TodayView(
    inside=86,
    cap=120,
    hours=((8, 31, 40), (9, 52, 48), (10, 14, 50), (11, 0, 44), (13, 0, 30), (14, 0, 38), (15, 0, 41), (16, 0, 12)),
    refusals=(("too_late", 4), ("wrong_site", 2), ("already_arrived", 1)),
    histogram=tuple(
        (f"{35.5 + step / 10:.1f}", count) for step, count in enumerate((1, 4, 9, 21, 38, 30, 18, 7, 5, 2))
    ),
    cases_opened=3,
    cases_open=2,
    green=(("booking", 6), ("medical", 2), ("hardship", 1)),
    overrides=2,
    devices=(("camera", True), ("thermometer", False)),
    is_online=False,
    unsent=31,
    oldest_unsent_s=760,
    view_age_s=790,
    last_seq=4127,
    last_hash="9f4c2a7be1d0c3586b1f",
)
NEW_DAY: Final = TodayView(
    0, None, (), (), (), 0, 0, (), 0, (("camera", True),), True, 0, None, 9, 3982, "00aa11bb22cc33dd44ee"
)
FINE_DAY: Final = replace(
    TODAY,
    hours=tuple((hour, 120 + hour, 100 + 2 * hour) for hour in range(7, 20)),
    histogram=tuple((f"{34 + step / 10:.1f}", step * 7 % 40) for step in range(45)),
)
_KINDS: Final = (
    ("case_acted", "李*国", "C02", "case.event.placed", VISIT),
    ("reading", "李*国", "C02", "37.8", VISIT),
    ("overridden", "王*", "2CDA", "override.documents", VisitId("d")),
    ("refused", "", "2CDA", "guard.cause.wrong_site", VisitId("d")),
    ("admitted", "", "B037", "", VisitId("e")),
    ("sign_in_failed", "", "", "", None),
    ("tolerance_widened", "李*国", "", "15", None),
)
RECORDS: Final = RecordsView(
    tuple(
        RecordLine(4127 - place, NOW - timedelta(seconds=40 * place), kind, who, label, detail, visit)
        for place, (kind, who, label, detail, visit) in enumerate(_KINDS)
    ),
    "all",
    1,
    7,
)
NO_RECORDS: Final = RecordsView((), "refusals", 0, 0)


def _records_typing(screen: BaseScreen) -> None:
    screen.present(RECORDS)
    screen.on_search()
    for sign in "45A2":
        screen.on_key(sign)


def _some_checked(screen: BaseScreen) -> None:
    screen.present(NEW_SHIFT)
    rows = [row for row in reversed(screen.ids.body.children) if isinstance(row, CheckRow)]
    for row, answer in zip(rows, ("yes", "no", "yes", "yes"), strict=False):
        row.answer = answer


def _all_checked(screen: BaseScreen) -> None:
    screen.present(NEW_SHIFT)
    for row in screen.ids.body.children:
        if isinstance(row, CheckRow):
            row.answer = "no" if row.item_id == "goggles" else "yes"


def _late(screen: BaseScreen) -> None:
    screen.start()
    typed(screen)


def typed(screen: Any) -> None:  # noqa: ANN401 - the form, as its guard fills it in
    """Type a whole row, as on the sheet; a sheet's number has eight digits or nine, so the row is touched."""
    for field, digits in (("sheet", "02031001"), ("row", "07"), ("time", "0941364")):
        screen.field = field
        for digit in digits:
            screen.on_key(digit)
    screen.admitted = "yes"


def _late_wrong(screen: BaseScreen) -> None:
    _late(screen)
    screen.typed = {**screen.typed, "time": "2567"}
    screen.on_save()


def _counted(screen: BaseScreen) -> None:
    screen.present(BOARD)
    for digit in "83":
        screen.on_key(digit)


DUTY_SAMPLES: Final = (
    Sample("guard-area", Panel.GUARD_AREA, present(FULL_AREA)),
    Sample("guard-devices", Panel.GUARD_DEVICES, present(DEVICES)),
    Sample("guard-area-calm", Panel.GUARD_AREA, present(CALM_AREA), alarm=ALARM),
    Sample("guard-plan", Panel.GUARD_PLAN, present(BUSY_PLAN)),
    Sample("guard-plan-calm", Panel.GUARD_PLAN, present(CALM_PLAN)),
    Sample("guard-shift", Panel.GUARD_SHIFT, _some_checked),
    Sample("guard-shift-checked", Panel.GUARD_SHIFT, _all_checked, is_training=True),
    Sample("guard-shift-duty", Panel.GUARD_SHIFT, present(ON_SHIFT)),
    Sample("guard-choice-hand-over", Panel.GUARD_CHOICE, present(choices.hand_over(ON_SHIFT))),
    Sample("guard-choice-remark", Panel.GUARD_CHOICE, present(choices.hand_over_remark("王*"))),
    Sample("guard-today", Panel.GUARD_TODAY, present(TODAY)),
    Sample("guard-today-new", Panel.GUARD_TODAY, present(NEW_DAY)),
    Sample("guard-today-full", Panel.GUARD_TODAY, present(FINE_DAY), alarm=LOUD),
    Sample("guard-records", Panel.GUARD_RECORDS, present(RECORDS)),
    Sample("guard-records-none", Panel.GUARD_RECORDS, present(NO_RECORDS)),
    Sample("guard-records-typing", Panel.GUARD_RECORDS, _records_typing),
    Sample(
        "guard-choice-record",
        Panel.GUARD_CHOICE,
        present(choices.record(replace(RECORDS.lines[0], label="C02", visit_id=VISIT))),
    ),
    Sample("guard-late", Panel.GUARD_LATE, _late),
    Sample("guard-late-wrong", Panel.GUARD_LATE, _late_wrong, alarm=ALARM),
    Sample("guard-count", Panel.GUARD_COUNT, _counted),
)
