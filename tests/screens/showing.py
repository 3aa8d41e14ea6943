"""Brings the window to any of its screens, as visitors and guards do."""

from __future__ import annotations

from kiosk.domain.admission import Reason
from kiosk.screens.catalog import Panel
from kiosk.services.views import Face, RefusalFacts, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import BOARD, CARD, DETAIL, VISIT
from tests.screens.samples_cases import CASE, PLACED
from tests.screens.samples_duty import CALM_AREA, CALM_PLAN, DEVICES, ON_SHIFT, RECORDS, TODAY
from tests.screens.samples_lane import LANE

GUARDS_SIDE = {
    "board": BOARD,
    "detail": DETAIL,
    "case": PLACED,
    "area": CALM_AREA,
    "plan": CALM_PLAN,
    "shift": ON_SHIFT,
    "today": TODAY,
    "records": RECORDS,
    "view": LANE,
}
BUSY = (Face.BOOKING, Face.DECLARATION, Face.MEASURING)
TAKING = (Face.REST, Face.GUARD, Face.ADMITTED, Face.REFUSED, Face.HALL_LINE, Face.GOODBYE)


def view_of(face: Face) -> View:
    """Return a view for `face` with all that its screen shows."""
    refusal = RefusalFacts(Reason.WRONG_DAY) if face is Face.REFUSED else None
    return View(face, None if face is Face.IDLE else VISIT, CARD, refusal, number="B037", position=3)


def open_panel(bench: Bench, panel: Panel) -> None:
    """Open one of the window's own screens, as a touch does."""
    acts = bench.app.acts
    bench.desk.answers |= {**GUARDS_SIDE, "begin_devices": lambda: DEVICES}
    opened = {
        Panel.KEYPAD: acts.open_keypad,
        Panel.HELP: acts.open_help,
        Panel.WHICH: acts.open_which,
        Panel.NOTICE: acts.open_notice,
        Panel.GUARD_SIGN_IN: acts.open_guard,
        Panel.GUARD_BOARD: acts.open_board,
        Panel.GUARD_VISIT: lambda: acts.open_visit(VISIT),
        Panel.GUARD_READING: lambda: acts.open_reading(VISIT, None),
        Panel.GUARD_MENU: acts.open_menu,
        Panel.GUARD_CASE: lambda: acts.open_case(CASE),
        Panel.GUARD_CHOICE: lambda: acts.begin_case_act(CASE, "disposed"),
        Panel.GUARD_AREA: lambda: acts.open_item("area"),
        Panel.GUARD_DEVICES: lambda: acts.open_item("devices"),
        Panel.GUARD_PLAN: lambda: acts.open_item("plan"),
        Panel.GUARD_SHIFT: lambda: acts.open_item("shift"),
        Panel.GUARD_TODAY: lambda: acts.open_item("today"),
        Panel.GUARD_RECORDS: lambda: acts.open_item("records"),
        Panel.GUARD_LATE: lambda: acts.open_item("late"),
        Panel.GUARD_NEAR: lambda: acts.open_near(CASE),
        Panel.GUARD_LANE: lambda: acts.open_item("lane"),
        Panel.GUARD_COUNT: lambda: acts.open_item("count"),
    }
    if panel in {Panel.WHICH, Panel.NOTICE}:
        bench.show(view_of(Face.DECLARATION))
    opened[panel]()
    bench.kiosk.work()
    assert bench.app.shown_name is panel
