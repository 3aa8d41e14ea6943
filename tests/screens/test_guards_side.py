"""The guard's side of the window: badges, alarms, the station, training, and what leads from one screen to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kiosk.domain.case import CaseEvent
from kiosk.domain.walk_in import WalkIn
from kiosk.screens.catalog import GUARD_PANELS, Panel
from kiosk.screens.stage import TIMEOUTS_S
from kiosk.services.guards import GuardAct
from kiosk.services.sign_in import BADGE
from kiosk.services.views import AlarmView, Face, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import BOARD, DETAIL, VISIT
from tests.screens.samples_duty import CALM_AREA, ON_SHIFT, RECORDS
from tests.screens.samples_guard import ALARM, CASE, CASES_BOARD, ENDED, NEAR, PLACED, REFUSED_DETAIL, SUPERVISORS

SECRET = BADGE + "0123456789abcdef"


def _to(bench: Bench, panel: Panel, **answers: object) -> None:
    """Check which screen is shown once the worker is done."""
    bench.desk.answers |= answers
    bench.kiosk.work()
    assert bench.app.shown_name is panel


@pytest.fixture
def station(bench: Bench) -> Iterator[Bench]:
    """The window of a guard's station, on its sign-in."""
    case = bench.app._case
    first = case._first_stage
    case._first_stage = replace(first, settings=replace(first.settings, is_station=True))
    case.reset()
    bench.app.show_view(View(Face.IDLE))
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_SIGN_IN
    yield bench
    case._first_stage = first


# badges


@pytest.mark.parametrize("from_panel", [False, True], ids=["idle", "sign-in"])
def test_a_badge_signs_its_guard_in(bench: Bench, from_panel: bool) -> None:
    """With gloves on, holding up a badge is the way in; it is never taken for a visitor's code."""
    if from_panel:
        bench.app.acts.open_guard()
        bench.kiosk.work()
    bench.app.codes.seen([SECRET])
    _to(bench, Panel.GUARD_BOARD, sign_in_by_badge=BOARD)
    assert bench.desk.asked("sign_in_by_badge") == [("sign_in_by_badge", SECRET)]
    assert bench.desk.asked("scan") == []


def test_a_typed_badge_signs_in_as_well(bench: Bench) -> None:
    """A hand scanner reads badges too."""
    bench.type(SECRET + "\n")
    _to(bench, Panel.GUARD_BOARD, sign_in_by_badge=BOARD)


def test_a_badge_is_read_while_the_window_asks_for_the_hall(bench: Bench) -> None:
    """The idle screen asks every second; a badge held up just then must not be lost."""
    bench.app.pulse.ask_facts(0)
    assert bench.app.pending
    bench.app.codes.seen([SECRET])
    _to(bench, Panel.GUARD_BOARD, sign_in_by_badge=BOARD)


def test_a_badge_that_is_nobodys_leads_to_the_sign_in_and_says_so(bench: Bench) -> None:
    """Who holds up a wrong badge learns it, and can type a PIN."""
    bench.app.codes.seen([SECRET])
    _to(bench, Panel.GUARD_SIGN_IN, sign_in_by_badge=None)
    assert bench.app.screen.hint == bench.app.texts.t("sign_in.no_badge")


def test_two_badges_in_one_picture_sign_nobody_in(bench: Bench) -> None:
    """Whose it is cannot be told."""
    bench.app.codes.seen([SECRET, SECRET + "0"])
    bench.kiosk.work()
    assert bench.desk.asked("sign_in_by_badge") == []


@pytest.mark.parametrize("face", [Face.BOOKING, Face.MEASURING, Face.ADMITTED, Face.GUARD])
def test_a_badge_takes_no_visitors_screen_away(bench: Bench, face: Face) -> None:
    """A guard who passes by with a badge on the coat changes nothing for the visitor, and the badge is no code."""
    bench.show(View(face, VISIT, number="B037"))
    bench.app.codes.seen([SECRET])
    bench.kiosk.work()
    assert bench.app.shown_name is face
    assert bench.desk.asked("scan") == bench.desk.asked("sign_in_by_badge") == []


# the alarm


@pytest.mark.parametrize("face", [Face.IDLE, Face.ADMITTED])
def test_an_alarm_reaches_a_visitors_screen_as_a_quiet_sign(bench: Bench, face: Face) -> None:
    """The badge can then be touched once; nothing on the screen says what it is about."""
    bench.show(View(face, VISIT, number="B037"))
    before = _words(bench)
    bench.desk.answers["alarm"] = ALARM
    bench.app.pulse.ask_alarm()
    bench.kiosk.work()
    assert bench.app.screen.is_calling
    assert _words(bench) - before <= {"1"}


def test_seen_quiets_the_alarm_without_a_sign_in(bench: Bench) -> None:
    """One touch, no PIN; the sign then is an ordinary one."""
    bench.desk.answers["alarm"] = ALARM
    bench.app.pulse.ask_alarm()
    bench.kiosk.work()
    bench.desk.answers["alarm"] = replace(ALARM, is_seen=True)
    bench.app.acts.seen()
    bench.kiosk.work()
    bench.kiosk.work()
    assert bench.desk.asked("seen") == [("seen",)]
    assert not bench.app.screen.is_calling


def test_an_alarm_is_told_on_a_guards_screen_and_on_the_next(bench: Bench) -> None:
    """Whatever a guard looks at, the alarm stands above it, with how long it has waited."""
    bench.app.acts.open_item("late")
    bench.desk.answers |= {"alarm": ALARM, "area": CALM_AREA}
    bench.app.pulse.ask_alarm()
    bench.kiosk.work()
    assert "C03" in bench.app.screen.alarm_text
    bench.app.acts.open_item("area")
    bench.kiosk.work()
    assert "C03" in bench.app.screen.alarm_text
    bench.wait(3)
    assert "0:23" in bench.app.screen.alarm_time


def test_an_alarm_that_cannot_be_asked_is_not_taken_for_quiet(bench: Bench) -> None:
    """One that stands goes on standing, and the next question is asked all the same."""
    bench.desk.answers["alarm"] = ALARM
    bench.app.pulse.ask_alarm()
    bench.kiosk.work()
    bench.desk.answers["alarm"] = OSError()
    bench.app.pulse.ask_alarm()
    bench.kiosk.work()
    assert bench.app.screen.is_calling
    bench.desk.answers["alarm"] = AlarmView()
    bench.app.pulse.ask_alarm()
    bench.kiosk.work()
    assert not bench.app.screen.is_calling


def _words(bench: Bench) -> set[str]:
    return {widget.content for widget in bench.app.screen.walk() if getattr(widget, "content", "")}


# what changes while a guard looks


def test_a_board_shows_a_new_case_by_itself(bench: Bench) -> None:
    """Nobody has to touch anything to learn of it, and looking at it does not put the lock off."""
    bench.app.acts.open_board()
    _to(bench, Panel.GUARD_BOARD, board=BOARD)
    bench.kiosk.clock.passed += 30
    bench.desk.answers["board"] = CASES_BOARD
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert bench.app.screen.board is CASES_BOARD
    bench.wait(TIMEOUTS_S[Panel.GUARD_BOARD] - 29)
    assert bench.app.shown_name is Face.IDLE


def test_what_did_not_change_is_not_drawn_anew(bench: Bench) -> None:
    """A button that asks "sure?" would forget it was touched."""
    bench.app.acts.open_case(CASE)
    _to(bench, Panel.GUARD_CASE, case=PLACED)
    shown = list(bench.app.screen.ids.acts.children)
    bench.desk.answers["case"] = replace(PLACED, others_age_s=(PLACED.others_age_s or 0) + 1)
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert list(bench.app.screen.ids.acts.children) == shown


def test_an_area_shows_what_changed(bench: Bench) -> None:
    """A place that was freed elsewhere is free here."""
    bench.app.acts.open_item("area")
    _to(bench, Panel.GUARD_AREA, area=CALM_AREA)
    bench.desk.answers["area"] = replace(CALM_AREA, is_full=True)
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert bench.app.screen.warning != ""


# cases


def test_an_act_without_a_choice_is_done_at_once(bench: Bench) -> None:
    """To take a case is one touch on the board."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.begin_case_act(CASE, "acknowledged")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "acknowledged", "")]


def test_a_place_is_chosen_and_then_taken(bench: Bench) -> None:
    """Two touches from the page of a case: place, then which."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.begin_case_act(CASE, "placed")
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("tent")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "placed", "tent")]


def test_who_is_referred_is_referred_to_somebody(bench: Bench) -> None:
    """A disposition that needs to know to whom asks it before it is done."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.begin_case_act(CASE, "disposed")
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("referred")
    _to(bench, Panel.GUARD_CHOICE)
    assert bench.desk.asked("case_act") == []
    bench.app.screen.on_chosen("fever_clinic")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "disposed", "referred:fever_clinic")]


def test_the_one_place_to_clean_need_not_be_chosen(bench: Bench) -> None:
    """Of two, the guard says which."""
    one = replace(ENDED, dirty=ENDED.dirty[:1])
    bench.desk.answers |= {"case": one, "case_act": one}
    bench.app.acts.begin_case_act(CASE, "cleaned")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "cleaned", "room_1")]
    bench.desk.answers["case"] = ENDED
    bench.app.acts.begin_case_act(CASE, "cleaned")
    _to(bench, Panel.GUARD_CHOICE)


def test_a_remark_is_kept_as_its_words(bench: Bench) -> None:
    """Whoever reads the case later reads words, not a key."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.choose(CaseEvent.REMARKED, CASE, "alone")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "remarked", bench.app.texts.t("case.note.alone"))]


def test_a_reading_of_a_case_leads_back_to_the_case(bench: Bench) -> None:
    """Of a visit it leads to the visit."""
    bench.desk.answers |= {"case": PLACED, "guard_act": DETAIL}
    bench.app.acts.measure(VISIT, CASE, "axilla:36.8")
    _to(bench, Panel.GUARD_CASE)
    bench.app.acts.measure(VISIT, None, "axilla:36.8")
    _to(bench, Panel.GUARD_VISIT)


def test_a_reading_that_lets_the_visitor_in_shows_the_visitors_screen(bench: Bench) -> None:
    """The page of the case must not hide the welcome."""
    bench.desk.answers |= {"case": PLACED, "guard_act": View(Face.ADMITTED, VISIT, number="B037")}
    bench.app.acts.measure(VISIT, CASE, "axilla:36.8")
    bench.kiosk.work()
    assert bench.app.shown_name is Face.ADMITTED


def test_an_override_asks_why(bench: Bench) -> None:
    """Without a reason nothing is overridden."""
    bench.desk.answers |= {"detail": REFUSED_DETAIL, "guard_act": View(Face.BOOKING, VISIT)}
    bench.app.acts.begin_visit_act("override", VISIT, "2CDA")
    _to(bench, Panel.GUARD_CHOICE)
    assert bench.desk.asked("guard_act") == []
    bench.app.screen.on_chosen("documents")
    bench.kiosk.work()
    assert bench.desk.asked("guard_act") == [("guard_act", GuardAct.OVERRIDE, VISIT, "documents")]


@pytest.mark.parametrize(("subject", "visit"), [("", None), (VISIT, VISIT)], ids=["nobody's", "a visit's"])
def test_a_case_is_opened_for_a_visit_or_for_somebody_without(bench: Bench, subject: str, visit: object) -> None:
    """Somebody who faints beside the kiosk has no visit."""
    bench.desk.answers["open_case"] = PLACED
    bench.app.acts.choose("cause", subject, "collapse")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("open_case") == [("open_case", visit, "collapse")]


@pytest.mark.parametrize(
    ("kind", "subject", "panel"),
    [
        ("placed", CASE, Panel.GUARD_CASE),
        ("referred", CASE, Panel.GUARD_CHOICE),
        ("override", VISIT, Panel.GUARD_VISIT),
        ("cause", VISIT, Panel.GUARD_VISIT),
        ("cause", "", Panel.GUARD_MENU),
        ("walk_in", "", Panel.GUARD_MENU),
        ("hand_over", "", Panel.GUARD_SHIFT),
        ("hand_over_remark", "王*", Panel.GUARD_CHOICE),
    ],
)
def test_no_answer_leads_back_to_where_the_question_came_from(
    bench: Bench, kind: str, subject: str, panel: Panel
) -> None:
    """Nobody is lost in a chooser."""
    bench.desk.answers |= {"case": PLACED, "detail": DETAIL, "board": BOARD, "shift": ON_SHIFT}
    bench.app.acts.choose_nothing(kind, subject)
    _to(bench, panel)


def test_who_was_near_is_listed_with_a_supervisors_consent(bench: Bench) -> None:
    """Without it the screen says so and asks once more; whoever was signed out meanwhile sees nothing."""
    bench.desk.answers |= {"case": PLACED, "accounts": SUPERVISORS, "near": None}
    bench.app.acts.open_near(CASE)
    _to(bench, Panel.GUARD_NEAR)
    assert [account.guard_id for account in bench.app.screen.supervisors] == ["s1", "s2"]
    bench.app.acts.near(CASE, "s1", "1111")
    _to(bench, Panel.GUARD_NEAR)
    assert (bench.app.screen.near, bench.app.screen.hint) == (None, bench.app.texts.t("near.wrong"))
    bench.app.acts.near(CASE, "s1", "4826")
    _to(bench, Panel.GUARD_NEAR, near=NEAR)
    assert bench.app.screen.near is NEAR
    bench.desk.answers |= {"near": None, "case": None}
    bench.app.acts.near(CASE, "s1", "4826")
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE


def test_a_companion_is_let_in_with_whom_they_come_with(bench: Bench) -> None:
    """From the list behind "more" it says where that is done."""
    bench.app.acts.open_item("walk_in")
    barred = [option.value for option in bench.app.screen.choice.options if option.hindrance]
    assert barred == ["companion", "child"]
    bench.app.acts.begin_visit_act("walk_in", VISIT, "B037")
    bench.app.screen.on_chosen("child")
    bench.desk.answers["walk_in"] = View(Face.DECLARATION, VISIT)
    bench.kiosk.work()
    assert bench.desk.asked("walk_in") == [("walk_in", "child", VISIT)]


# the day


def test_a_shift_is_handed_over_with_words(bench: Bench) -> None:
    """To whom, then what to say; the lock follows by the services."""
    bench.desk.answers |= {"shift": ON_SHIFT, "end_shift": BOARD}
    bench.app.acts.hand_over()
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("王*")
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("busy")
    _to(bench, Panel.GUARD_BOARD)
    assert bench.desk.asked("end_shift") == [("end_shift", "王*", bench.app.texts.t("shift.remark.busy"))]


def test_a_walk_in_goes_on_at_this_screen(bench: Bench) -> None:
    """Every kind has words, and the visitor's questions come next."""
    bench.desk.answers["walk_in"] = View(Face.DECLARATION, VISIT)
    bench.app.acts.open_item("walk_in")
    _to(bench, Panel.GUARD_CHOICE)
    assert [option.value for option in bench.app.screen.choice.options] == list(WalkIn)
    bench.app.screen.on_chosen("medical")
    bench.kiosk.work()
    assert bench.app.shown_name is Face.DECLARATION


def test_a_paper_row_that_is_wrong_stays_to_be_mended(bench: Bench) -> None:
    """Nobody types a row twice because of one figure; a good row empties the form but for its sheet."""
    bench.app.acts.open_item("late")
    screen = bench.app.screen
    for digit in "0941364017":
        screen.on_key(digit)
    screen.admitted = "yes"
    bench.desk.answers["late_entry"] = "late.future"
    screen.on_save()
    bench.kiosk.work()
    assert (screen.hint, screen.typed["time"]) == (bench.app.texts.t("late.future"), "0941")
    bench.desk.answers["late_entry"] = ON_SHIFT
    screen.on_save()
    bench.kiosk.work()
    assert screen.typed == {"time": "", "celsius": "", "sheet": "017"}


def test_records_keep_their_filter_from_page_to_page(bench: Bench) -> None:
    """And a number that was typed is looked for on every page, until a filter is touched."""
    bench.desk.answers["records"] = RECORDS
    bench.app.acts.open_records("all", 1, "45A")
    _to(bench, Panel.GUARD_RECORDS)
    bench.app.screen.on_turn(1)
    bench.kiosk.work()
    assert bench.desk.asked("records")[-1] == ("records", "all", 2, "45A")
    bench.app.acts.open_item("records")
    bench.kiosk.work()
    assert bench.app.screen.wanted == ""


@pytest.mark.parametrize("panel", sorted(GUARD_PANELS - {Panel.GUARD_SIGN_IN, Panel.GUARD_LATE, Panel.GUARD_READING}))
def test_nothing_is_shown_to_who_is_not_signed_in(bench: Bench, panel: Panel) -> None:
    """Every answer of "nobody is signed in" leads to the idle screen, whatever was touched."""
    bench.desk.answers |= dict.fromkeys(("board", "detail", "case", "area", "plan", "shift", "today", "records"))
    acts = bench.app.acts
    touched = {
        Panel.GUARD_BOARD: acts.open_board,
        Panel.GUARD_MENU: acts.open_menu,
        Panel.GUARD_VISIT: lambda: acts.open_visit(VISIT),
        Panel.GUARD_CASE: lambda: acts.open_case(CASE),
        Panel.GUARD_CHOICE: lambda: acts.begin_case_act(CASE, "placed"),
        Panel.GUARD_NEAR: lambda: acts.open_near(CASE),
    }
    touched.get(panel, lambda: acts.open_item(panel.removeprefix("guard_")))()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE


# training and the station


def test_training_is_told_on_every_screen_until_it_ends(bench: Bench) -> None:
    """Nobody mistakes practice for the real thing, and somebody signs in anew before and after."""
    bench.app.acts.open_item("training")
    bench.kiosk.work()
    assert (bench.app.is_training, bench.app.shown_name) == (True, Face.IDLE)
    assert bench.app.screen.is_training
    bench.app.acts.open_guard()
    bench.kiosk.work()
    assert bench.app.screen.is_training
    bench.app.acts.open_item("training")
    bench.kiosk.work()
    assert not bench.app.is_training
    assert not bench.app.screen.is_training
    assert [call[0] for call in bench.desk.calls if "training" in str(call[0])] == ["begin_training", "end_training"]


def test_a_station_rests_on_the_sign_in(station: Bench) -> None:
    """No visitor's screen there; a lock, a time-out and a badge all lead to where a guard expects."""
    station.wait(3600)
    assert station.app.shown_name is Panel.GUARD_SIGN_IN
    station.app.codes.seen([SECRET])
    _to(station, Panel.GUARD_BOARD, sign_in_by_badge=BOARD)
    station.wait(TIMEOUTS_S[Panel.GUARD_BOARD] + 1)
    assert station.app.shown_name is Panel.GUARD_SIGN_IN


def test_a_pin_that_was_begun_at_a_station_is_forgotten(station: Bench) -> None:
    """Half a PIN must not stand there for the next."""
    station.app.screen.on_account("g1")
    station.app.screen.on_key("2")
    station.wait(TIMEOUTS_S[Panel.GUARD_SIGN_IN] + 1)
    assert station.app.screen.pin == ""


def test_a_station_out_of_order_says_so_and_comes_back(station: Bench) -> None:
    """A log that cannot be written stops the guard's side as well."""
    station.desk.answers["rest_screen"] = View(Face.OUT_OF_ORDER, facts={"code": "store_full"})
    station.app.pulse.ask_facts(0)
    station.kiosk.work()
    assert station.app.shown_name is Face.OUT_OF_ORDER
    station.desk.answers["rest_screen"] = View(Face.IDLE)
    station.app.pulse.ask_facts(0)
    station.kiosk.work()
    assert station.app.shown_name is Panel.GUARD_SIGN_IN
