"""Which screen shows what: the one dictionary from faces and panels to screens."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kivy.lang import Builder

from kiosk.domain import lane
from kiosk.domain.admission import Reason
from kiosk.domain.case import NAMELESS, CaseEvent, CaseStep, Cause, Disposition, Hindrance
from kiosk.domain.case_wish import MINUTES_AGO, REMARKS
from kiosk.domain.declaration import ClearedWhy
from kiosk.domain.due import Need
from kiosk.domain.entry import EntryKind
from kiosk.domain.isolation_area import Room
from kiosk.domain.overriding import MayOverride, OverrideWhy
from kiosk.domain.plan import PlaceState
from kiosk.domain.screening import Outcome
from kiosk.domain.walk_in import WalkIn
from kiosk.scanner import CameraState
from kiosk.scanner import Hint as Seen
from kiosk.screens.admitted import AdmittedScreen
from kiosk.screens.booking import BookingScreen
from kiosk.screens.choices import HAND_OVER_REMARKS, WHY_NOT_IN
from kiosk.screens.declaration import DeclarationScreen
from kiosk.screens.enrol import EnrolScreen
from kiosk.screens.frame_corners import FrameCorners
from kiosk.screens.goodbye import GoodbyeScreen
from kiosk.screens.guard import GuardWaitScreen
from kiosk.screens.guard_area import GuardAreaScreen
from kiosk.screens.guard_board import GuardBoardScreen
from kiosk.screens.guard_case import GuardCaseScreen
from kiosk.screens.guard_choice import GuardChoiceScreen
from kiosk.screens.guard_count import GuardCountScreen
from kiosk.screens.guard_devices import GuardDevicesScreen
from kiosk.screens.guard_lane import GuardLaneScreen
from kiosk.screens.guard_late import GuardLateScreen
from kiosk.screens.guard_menu import GuardMenuScreen
from kiosk.screens.guard_near import GuardNearScreen
from kiosk.screens.guard_plan import GuardPlanScreen
from kiosk.screens.guard_reading import LANE_SITES, SITES, GuardReadingScreen
from kiosk.screens.guard_records import FILTERS, GuardRecordsScreen
from kiosk.screens.guard_shift import GuardShiftScreen
from kiosk.screens.guard_sign_in import GuardSignInScreen
from kiosk.screens.guard_today import GuardTodayScreen
from kiosk.screens.guard_visit import GuardVisitScreen
from kiosk.screens.hall_line import HallLineScreen
from kiosk.screens.help import HelpScreen
from kiosk.screens.idle import IdleScreen
from kiosk.screens.keypad import KeypadScreen
from kiosk.screens.live_picture import LivePicture
from kiosk.screens.measuring import MeasuringScreen
from kiosk.screens.notice import NoticeScreen
from kiosk.screens.out_of_order import OutOfOrderScreen
from kiosk.screens.poses import POSES, STANCES
from kiosk.screens.qr import QrCard
from kiosk.screens.refused import DAY_OVER, RefusedScreen
from kiosk.screens.rest import RestScreen
from kiosk.screens.rest_board import RestBoardScreen
from kiosk.screens.sides import Sides
from kiosk.screens.signs import Sign
from kiosk.screens.text import Text
from kiosk.screens.which import WhichScreen
from kiosk.screens.whose import OTHERS
from kiosk.services.enrolling import Stage, Trouble
from kiosk.services.guards import GuardAct
from kiosk.services.health import FAULT, state_key
from kiosk.services.link import LinkTrouble
from kiosk.services.views import ENDS, Face, Hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kiosk.screens.base import BaseScreen
    from kiosk.services.views import View


class Panel(StrEnum):
    """Screens that no visit is at: the window's own."""

    KEYPAD = "keypad"
    HELP = "help"
    WHICH = "which"
    NOTICE = "notice"
    REST_BOARD = "rest_board"  # in the place of the idle screen, on a display in the rest room
    GUARD_SIGN_IN = "guard_sign_in"
    GUARD_BOARD = "guard_board"
    GUARD_VISIT = "guard_visit"
    GUARD_READING = "guard_reading"
    GUARD_MENU = "guard_menu"
    GUARD_CASE = "guard_case"
    GUARD_CHOICE = "guard_choice"
    GUARD_AREA = "guard_area"
    GUARD_DEVICES = "guard_devices"
    GUARD_PLAN = "guard_plan"
    GUARD_SHIFT = "guard_shift"
    GUARD_TODAY = "guard_today"
    GUARD_RECORDS = "guard_records"
    GUARD_LATE = "guard_late"
    GUARD_COUNT = "guard_count"
    GUARD_NEAR = "guard_near"
    GUARD_LANE = "guard_lane"


class Setup(StrEnum):
    """Screens of a kiosk that was not enrolled yet."""

    ENROL = "enrol"


GUARD_PANELS: Final = frozenset(panel for panel in Panel if panel.startswith("guard_"))

SCREENS: Final[dict[Face | Panel, type[BaseScreen]]] = {
    Face.IDLE: IdleScreen,
    Face.BOOKING: BookingScreen,
    Face.DECLARATION: DeclarationScreen,
    Face.MEASURING: MeasuringScreen,
    Face.ADMITTED: AdmittedScreen,
    Face.REST: RestScreen,
    Face.GUARD: GuardWaitScreen,
    Face.REFUSED: RefusedScreen,
    Face.HALL_LINE: HallLineScreen,
    Face.GOODBYE: GoodbyeScreen,
    Face.OUT_OF_ORDER: OutOfOrderScreen,
    Panel.KEYPAD: KeypadScreen,
    Panel.HELP: HelpScreen,
    Panel.WHICH: WhichScreen,
    Panel.NOTICE: NoticeScreen,
    Panel.REST_BOARD: RestBoardScreen,
    Panel.GUARD_SIGN_IN: GuardSignInScreen,
    Panel.GUARD_BOARD: GuardBoardScreen,
    Panel.GUARD_VISIT: GuardVisitScreen,
    Panel.GUARD_READING: GuardReadingScreen,
    Panel.GUARD_MENU: GuardMenuScreen,
    Panel.GUARD_CASE: GuardCaseScreen,
    Panel.GUARD_CHOICE: GuardChoiceScreen,
    Panel.GUARD_AREA: GuardAreaScreen,
    Panel.GUARD_DEVICES: GuardDevicesScreen,
    Panel.GUARD_PLAN: GuardPlanScreen,
    Panel.GUARD_SHIFT: GuardShiftScreen,
    Panel.GUARD_TODAY: GuardTodayScreen,
    Panel.GUARD_RECORDS: GuardRecordsScreen,
    Panel.GUARD_LATE: GuardLateScreen,
    Panel.GUARD_COUNT: GuardCountScreen,
    Panel.GUARD_NEAR: GuardNearScreen,
    Panel.GUARD_LANE: GuardLaneScreen,
}

SETUP_SCREENS: Final[dict[Setup, type[BaseScreen]]] = {Setup.ENROL: EnrolScreen}
"""Screens of the window of a kiosk that is nobody yet (`enrol_app.py`)."""

PARTS: Final = (Text, Sides, Sign, LivePicture, FrameCorners, QrCard)
"""Widgets that stand in `.kv` files only; to import them is what makes them known to Kivy."""

_LAYOUTS: Final = ("theme", "widgets", "base", "whose", "live_picture", "qr", "act_row", "bars", "board_row")


def load_layouts() -> None:
    """Load every `.kv` file once: the common ones first, then one for each screen."""
    folder = Path(__file__).parent
    own = (cls.__module__.rpartition(".")[2] for cls in (*SCREENS.values(), *SETUP_SCREENS.values()))
    for name in (*_LAYOUTS, *own):
        path = str(folder / f"{name}.kv")
        if path not in Builder.files:
            Builder.load_file(path, encoding="utf8")


def face_of(view: View) -> Face:
    """Return the face to show: a refusal that must not be told looks like every other wait for the guard."""
    return Face.GUARD if view.looks_to_guard and view.face is Face.REFUSED else view.face


def required_texts() -> set[str]:
    """Return the keys that are made up from values; `Texts.load` checks them at start."""
    keys = {f"refused.{reason}.{part}" for reason in (*Reason, DAY_OVER) for part in ("title", "text", "todo")}
    keys |= {f"guard.cause.{reason}" for reason in Reason}
    keys |= {f"hint.{hint}" for hint in Hint if hint is not Hint.NONE}
    keys |= {f"whose.other_{what}" for what in OTHERS}
    keys |= {f"sight.{hint.value}" for hint in Seen if hint is not Seen.NONE}
    keys |= {state_key("camera", state) for state in (FAULT, *(state.value for state in CameraState))}
    keys |= {f"enrol.{part}.{stage}" for part in ("title", "text") for stage in Stage}
    keys |= {f"enrol.trouble.{trouble}" for trouble in Trouble if trouble is not Trouble.NONE}
    keys |= {f"link.{trouble}" for trouble in LinkTrouble if trouble is not LinkTrouble.NONE}
    return keys | {f"{table}.{value}" for table, values in _GUARDS_WORDS.items() for value in values}


_GUARDS_WORDS: Final[Mapping[str, Iterable[str]]] = {
    "guard.act": GuardAct,
    "guard.may": [*MayOverride, "case"],
    "guard.site": {*SITES, *LANE_SITES},
    "measuring.title": STANCES,
    "measuring.bare": POSES,
    "lane": lane.SITES,
    "guard.outcome": Outcome,
    "guard.state": [f"case_{step}" for step in CaseStep],
    "case.step": CaseStep,
    "case.need": Need,
    "case.act": [event for event in CaseEvent if event not in {*NAMELESS, CaseEvent.TICKED}],
    "case.event": CaseEvent,
    "case.cause": Cause,
    "case.disposition": Disposition,
    "case.hindrance": Hindrance,
    "case.note": REMARKS,
    "area.state": PlaceState,
    "area.room": [Room.SPARE, Room.NONE],
    "area.room_todo": [Room.SPARE, Room.NONE],
    "override": OverrideWhy,
    "cleared": ClearedWhy,
    "guard.ended": [*ENDS, "open", "case"],
    "choice.ago": [str(minutes) for minutes in MINUTES_AGO],
    "walk_in": WalkIn,
    "walk_in.why_not": WHY_NOT_IN,
    "shift.remark": HAND_OVER_REMARKS,
    "records.filter": FILTERS,
    "record": EntryKind,
}
"""Of each table of the guard's texts, the values that it must have words for."""
