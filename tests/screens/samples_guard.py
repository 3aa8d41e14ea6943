"""Samples of the guard's screens that are about visits and cases: busy ones and calm ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from kiosk.domain.admission import Reason
from kiosk.domain.case import CaseEvent
from kiosk.domain.due import Need
from kiosk.domain.ids import CaseId, GuardId, VisitId
from kiosk.domain.isolation_area import Room
from kiosk.domain.site import Words
from kiosk.domain.walk_in import WalkIn
from kiosk.screens import choices
from kiosk.screens.catalog import Panel
from kiosk.services.device_views import ANY_INSTRUMENT, InstrumentsView, InstrumentView
from kiosk.services.guard_views import CaseView, NearView
from kiosk.services.link import LinkTrouble
from kiosk.services.views import Account, AlarmView, EarlierVisit, GuardBoard, GuardDetail, GuardRow
from tests.screens.samples_base import CARD, NOW, VISIT, Sample, at
from tests.screens.samples_cases import CASE, CLEANED, CLOSED, EARLIER, ENDED, FLAGGED, OTHER_CASE, PLACED, ROOM

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kiosk.screens.base import BaseScreen

QUIET: Final = AlarmView()
ALARM: Final = AlarmView(("C03",), 1, NOW - timedelta(seconds=20))
LOUD: Final = AlarmView(("C03", "CB02", "CB04", "CB05"), 3, NOW - timedelta(seconds=865))
ON_WAY: Final = AlarmView(("C03",), 1, NOW - timedelta(seconds=40), is_seen=True)


# the board

ROWS: Final = (
    GuardRow(
        VISIT,
        "C02",
        "waiting",
        at(10, 11),
        at(10, 12) + timedelta(seconds=41),
        ("measure", "keep"),
        cause_key="elevated",
    ),
    GuardRow(VisitId("b"), "G07", "card_check", at(10, 10), None, ("card_seen", "turn_away")),
    GuardRow(
        VisitId("d"),
        "2CDA",
        "refused",
        at(10, 7),
        None,
        ("override", "turn_away"),
        cause_key="already_arrived",
    ),
    GuardRow(VisitId("c"), "R09", "rest_over", at(10, 4), at(10, 10) + timedelta(seconds=40), ("measure",)),
)


def case_row(label: str, need: Need, since: datetime, due: datetime, case_id: CaseId = CASE) -> GuardRow:
    """Return a case's row as the services make it, in time and in no place."""
    return GuardRow(VISIT, label, "case_flagged", since, due, (need.value,), case_id=case_id)


CASE_ROWS: Final = (
    replace(case_row("C03", Need.ACKNOWLEDGE, at(10, 6), at(10, 7)), level=3),
    replace(
        case_row("CB02", Need.MEASURE, at(9, 58), at(10, 10), OTHER_CASE),
        state_key="case_placed",
        place=ROOM,
        level=1,
        kiosk="sjz-b2-e2-k1",
    ),
    replace(
        case_row("C01", Need.CLEAN, at(9, 20), at(10, 31), CaseId("c01")),
        state_key="case_disposed",
        place=Words("室外帐篷", "Tent outside"),
    ),
)
BOARD: Final = GuardBoard(
    guard_name="李*",
    inside=86,
    cap=120,
    resting=4,
    cases_open=2,
    rows=ROWS,
    devices=(("camera", True), ("thermometer", True), ("printer", True)),
    unsent=31,
    oldest_unsent_s=760,
    view_age_s=790,
    is_online=False,
    typing_closed=True,
    extra_late_min=15,
    is_cold_by_hand=False,
    booking_data_of_today=True,
)
CALM_BOARD: Final = replace(
    BOARD,
    rows=(),
    resting=0,
    cases_open=0,
    cap=None,
    devices=(("camera", False), ("thermometer", False)),
    unsent=0,
    oldest_unsent_s=None,
    is_online=True,
    view_age_s=9,
    typing_closed=False,
    extra_late_min=0,
    is_cold_by_hand=False,
    booking_data_of_today=False,
)
BUSY_BOARD: Final = replace(
    BOARD,
    rows=(*CASE_ROWS, *ROWS[1:]),
    cases_open=3,
    extra_late_min=0,
    is_cold_by_hand=False,
    room=Room.SPARE,
    view_age_s=1400,
)
CASES_BOARD: Final = replace(
    CALM_BOARD,
    rows=(case_row("C03", Need.ACKNOWLEDGE, at(10, 11), NOW + timedelta(seconds=48)),),
    cases_open=1,
    devices=(("camera", True),),
    booking_data_of_today=True,
    on_duty=False,
)
REVOKED_BOARD: Final = replace(BOARD, link=LinkTrouble.REVOKED, rows=ROWS[:2])
UNKNOWN_BOARD: Final = replace(CALM_BOARD, link=LinkTrouble.UNKNOWN_TOKEN)
CONFLICT_ROW: Final = GuardRow(VisitId("e"), "B036", "conflict", at(10, 2), None, (), "sjz-b2-e2-k1")
CONFLICT_BOARD: Final = replace(BOARD, rows=(ROWS[0], CONFLICT_ROW, ROWS[3]), is_online=True, view_age_s=9, unsent=0)

# visits

DETAIL: Final = GuardDetail(
    row=replace(ROWS[0], needs=("admit", "measure", "refuses_measuring"), case_id=CASE),
    card=CARD,
    cause_key="elevated",
    reason=None,
    readings=((at(10, 11), "37.4", "elevated"),),
    case_label="C02",
    declared_keys=("symptoms", "risk_area"),
)
CONFLICT_DETAIL: Final = replace(DETAIL, row=CONFLICT_ROW, cause_key="conflict", readings=(), case_label=None)
REFUSED_DETAIL: Final = replace(
    DETAIL,
    row=ROWS[2],
    cause_key="already_arrived",
    reason=Reason.ALREADY_ARRIVED,
    readings=(),
    case_label=None,
    declared_keys=(),
    first_arrival=at(9, 58),
    override_by="guard",
    earlier=EarlierVisit(((at(9, 59), "38.5", "elevated"),), "turned_away", "refusal"),
)
LET_IN_BEFORE_DETAIL: Final = replace(  # whoever did not read their number comes back with the code
    REFUSED_DETAIL, earlier=EarlierVisit(((at(9, 59), "36.5", "normal"),), "admitted", "", "B001", at(10, 0))
)
TO_KIOSK_DETAIL: Final = replace(
    REFUSED_DETAIL, row=replace(ROWS[2], state_key="at_kiosk", needs=()), override_by="", earlier=None
)
HELD_DETAIL: Final = replace(
    REFUSED_DETAIL,
    row=replace(ROWS[2], needs=("turn_away",)),
    override_by="case",
    earlier=EarlierVisit(((at(9, 59), "38.5", "elevated"), (at(10, 2), "38.3", "elevated")), "case"),
)
DECLARED_DETAIL: Final = replace(
    DETAIL,
    row=replace(ROWS[0], needs=("keep", "clear", "measure", "turn_away", "refuses_measuring")),
    cause_key="declaration",
    readings=((at(10, 11), "36.5", "normal"),),
    case_label=None,
)
COMPANION_DETAIL: Final = replace(
    DECLARED_DETAIL, card=None, cause_key="elevated", declared_keys=(), walk_in="companion", comes_with="B002"
)
CALLED_DETAIL: Final = replace(  # somebody without a booking, who touched "ask a person"
    DETAIL,
    row=GuardRow(VisitId("f"), "4718", "waiting", at(10, 9), None, ("helped", "turn_away"), cause_key="asked_person"),
    card=None,
    cause_key="asked_person",
    readings=(),
    case_label=None,
    declared_keys=(),
)
CALLED_AT_REST_DETAIL: Final = replace(
    DETAIL,
    row=replace(ROWS[3], needs=("helped", "gone", "keep"), cause_key="asked_person"),
    cause_key="asked_person",
    readings=((at(10, 4), "34.9", "too_cold_wait"),),
    case_label=None,
    declared_keys=(),
)
BARRED_DETAIL: Final = replace(
    REFUSED_DETAIL,
    earlier=None,
    row=replace(ROWS[2], needs=("turn_away",)),
    cause_key="wrong_site",
    reason=Reason.WRONG_SITE,
    first_arrival=None,
    override_by="leader",
)

# signing in, and readings

ACCOUNTS: Final = (
    Account(GuardId("g1"), "李*国", "leader"),
    Account(GuardId("g2"), "王*", "guard"),
    Account(GuardId("g3"), "赵*敏", "guard", NOW + timedelta(seconds=64)),
)
MANY: Final = tuple(Account(GuardId(f"m{number}"), f"值守员{number:02d}", "guard") for number in range(1, 14))


def _pin(screen: BaseScreen) -> None:
    screen.start(ACCOUNTS)
    screen.on_account("g1")
    for digit in "2580":
        screen.on_key(digit)
    screen.show_wrong(ACCOUNTS)


def _many(screen: BaseScreen) -> None:
    screen.start(MANY)
    screen.hear_alarm(LOUD)


EAR: Final = InstrumentView("YT-20381", ("axilla", "ear", "oral"), date(2020, 12, 31), is_overdue=False)
GUN: Final = InstrumentView("HW-117", ("forehead", "wrist", "neck"), date(2020, 9, 30), is_overdue=False)
ENDED_ONE: Final = InstrumentView("YT-20380", ("axilla",), date(2020, 2, 29), is_overdue=True)
INSTRUMENTS: Final = InstrumentsView((EAR, GUN, ENDED_ONE))
GUN_CHOSEN: Final = replace(INSTRUMENTS, chosen=GUN)
EAR_CHOSEN: Final = replace(INSTRUMENTS, chosen=EAR)
ENDED_CHOSEN: Final = replace(INSTRUMENTS, chosen=ENDED_ONE)


def _reading(screen: BaseScreen, known: InstrumentsView = GUN_CHOSEN) -> None:
    screen.start(VISIT, "C02", None, known)
    for digit in "374":
        screen.on_key(digit)
    screen.on_site_chosen("forehead")


def _correcting(screen: BaseScreen) -> None:
    screen.start_correction(31, VISIT, "C02")
    for digit in "385":
        screen.on_key(digit)


def _reading_nowhere(screen: BaseScreen, known: InstrumentsView = ANY_INSTRUMENT) -> None:
    screen.start(VISIT, "C02", None, known)
    for digit in "374":
        screen.on_key(digit)


def _case_reading(screen: BaseScreen) -> None:
    screen.start(VISIT, "C02", CASE, ENDED_CHOSEN)
    for digit in "368":
        screen.on_key(digit)


SUPERVISORS: Final = (
    *ACCOUNTS,
    Account(GuardId("s1"), "周*", "supervisor"),
    Account(GuardId("s2"), "吴*涛", "supervisor"),
)


def _consent(screen: BaseScreen) -> None:
    screen.ask(PLACED, SUPERVISORS)
    screen.on_supervisor("s1")
    for digit in "4826":
        screen.on_key(digit)


def _nobody_consents(screen: BaseScreen) -> None:
    screen.ask(PLACED, SUPERVISORS)
    screen.say_wrong()


def _near(screen: BaseScreen) -> None:
    screen.ask(PLACED, SUPERVISORS)
    screen.present(NEAR)


NEAR: Final = NearView(
    CASE,
    "C02",
    at(10, 12, day=11),
    tuple(
        (at(9, 48 + place), f"B0{21 + place}", name) for place, name in enumerate(("张*明", "王*", "欧阳*", "刘*燕"))
    ),
)


def board(shown: GuardBoard) -> Callable[[BaseScreen], None]:
    """Return what shows a board."""
    return lambda screen: screen.show_board(shown)


def detail(shown: GuardDetail) -> Callable[[BaseScreen], None]:
    """Return what shows a visit."""
    return lambda screen: screen.show_detail(shown)


def present(shown: object) -> Callable[[BaseScreen], None]:
    """Return what shows any other value."""
    return lambda screen: screen.present(shown)


def _choice(case: CaseView, event: CaseEvent) -> Callable[[BaseScreen], None]:
    question = choices.of_case(case, event)
    if question is None:
        raise AssertionError(event)
    return present(question)


def _menu_refused(screen: BaseScreen) -> None:
    screen.present(BOARD, screen.texts.t("menu.training_not_now"), is_refusal=True)


GUARD_SAMPLES: Final = (
    Sample("guard-sign-in", Panel.GUARD_SIGN_IN, _pin),
    Sample("guard-sign-in-alarm", Panel.GUARD_SIGN_IN, _many),
    Sample("guard-board", Panel.GUARD_BOARD, board(BOARD)),
    Sample("guard-board-busy", Panel.GUARD_BOARD, board(BUSY_BOARD)),
    Sample("guard-board-case", Panel.GUARD_BOARD, board(CASES_BOARD), is_training=True),
    Sample("guard-board-calm", Panel.GUARD_BOARD, board(CALM_BOARD), is_simulated=True),
    Sample("guard-board-revoked", Panel.GUARD_BOARD, board(REVOKED_BOARD)),
    Sample("guard-board-unknown", Panel.GUARD_BOARD, board(UNKNOWN_BOARD)),
    Sample("guard-board-conflict", Panel.GUARD_BOARD, board(CONFLICT_BOARD)),
    Sample("guard-visit", Panel.GUARD_VISIT, detail(DETAIL)),
    Sample("guard-visit-conflict", Panel.GUARD_VISIT, detail(CONFLICT_DETAIL)),
    Sample("guard-visit-to-kiosk", Panel.GUARD_VISIT, detail(TO_KIOSK_DETAIL)),
    Sample("guard-visit-refused", Panel.GUARD_VISIT, detail(REFUSED_DETAIL), alarm=ALARM),
    Sample("guard-visit-let-in-before", Panel.GUARD_VISIT, detail(LET_IN_BEFORE_DETAIL)),
    Sample("guard-visit-held", Panel.GUARD_VISIT, detail(HELD_DETAIL)),
    Sample("guard-visit-declared", Panel.GUARD_VISIT, detail(DECLARED_DETAIL)),
    Sample("guard-visit-companion", Panel.GUARD_VISIT, detail(COMPANION_DETAIL)),
    Sample("guard-visit-called", Panel.GUARD_VISIT, detail(CALLED_DETAIL)),
    Sample("guard-visit-called-at-rest", Panel.GUARD_VISIT, detail(CALLED_AT_REST_DETAIL)),
    Sample("guard-visit-barred", Panel.GUARD_VISIT, detail(BARRED_DETAIL)),
    Sample("guard-reading", Panel.GUARD_READING, _reading),
    Sample("guard-reading-correct", Panel.GUARD_READING, _correcting),
    Sample("guard-reading-nowhere", Panel.GUARD_READING, _reading_nowhere),
    Sample("guard-reading-case", Panel.GUARD_READING, _case_reading, alarm=LOUD),
    Sample("guard-case", Panel.GUARD_CASE, present(PLACED)),
    Sample("guard-case-flagged", Panel.GUARD_CASE, present(FLAGGED), alarm=ON_WAY),
    Sample("guard-case-ended", Panel.GUARD_CASE, present(ENDED)),
    Sample("guard-case-cleaned", Panel.GUARD_CASE, present(CLEANED), is_training=True),
    Sample("guard-case-closed", Panel.GUARD_CASE, present(CLOSED)),
    Sample("guard-choice-place", Panel.GUARD_CHOICE, _choice(PLACED, CaseEvent.PLACED)),
    Sample("guard-choice-report", Panel.GUARD_CHOICE, _choice(PLACED, CaseEvent.REPORTED), alarm=LOUD),
    Sample("guard-choice-end", Panel.GUARD_CHOICE, _choice(PLACED, CaseEvent.DISPOSED)),
    Sample("guard-choice-receiver", Panel.GUARD_CHOICE, present(choices.receivers(PLACED))),
    Sample("guard-choice-earlier", Panel.GUARD_CHOICE, present(choices.earlier(EARLIER))),
    Sample("guard-choice-when", Panel.GUARD_CHOICE, present(choices.earlier_when(EARLIER, "placed:room_2"))),
    Sample("guard-choice-clean", Panel.GUARD_CHOICE, _choice(ENDED, CaseEvent.CLEANED)),
    Sample("guard-choice-full", Panel.GUARD_CHOICE, _choice(FLAGGED, CaseEvent.PLACED)),
    Sample("guard-choice-instrument", Panel.GUARD_CHOICE, present(choices.instrument(INSTRUMENTS, VISIT))),
    Sample("guard-choice-override", Panel.GUARD_CHOICE, present(choices.override(VISIT, "2CDA"))),
    Sample("guard-choice-clear", Panel.GUARD_CHOICE, present(choices.clear(VISIT, "2CDA"))),
    Sample("guard-choice-cause", Panel.GUARD_CHOICE, present(choices.cause(None))),
    Sample("guard-choice-walk-in", Panel.GUARD_CHOICE, present(choices.walk_in({WalkIn.APPROVED: "leader"}))),
    Sample("guard-choice-companion", Panel.GUARD_CHOICE, present(choices.walk_in({}, VISIT, "B037"))),
    Sample("guard-near", Panel.GUARD_NEAR, _near),
    Sample("guard-near-consent", Panel.GUARD_NEAR, _consent),
    Sample("guard-near-wrong", Panel.GUARD_NEAR, _nobody_consents, alarm=ALARM),
    Sample("guard-menu", Panel.GUARD_MENU, present(BOARD)),
    Sample("guard-menu-refused", Panel.GUARD_MENU, _menu_refused),
    Sample("guard-menu-calm", Panel.GUARD_MENU, present(CALM_BOARD), is_training=True),
)
