"""The guard's side of the window: badges, alarms, the station, training, and what leads from one screen to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from kivy.metrics import Metrics
from kivy.uix.scrollview import ScrollView

from kiosk.domain.ids import GuardId, VisitId
from kiosk.domain.isolation_area import Room
from kiosk.screens.catalog import Panel
from kiosk.screens.deadline import PRACTICE_S
from kiosk.screens.stage import LARGE_TEXT, TIMEOUTS_S
from kiosk.screens.widgets import Touchable
from kiosk.services.sign_in import BADGE
from kiosk.services.views import AlarmView, Face, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import BOARD, DETAIL, FACTS, VISIT
from tests.screens.samples_cases import CASE, ENDED, PLACED
from tests.screens.samples_duty import CALM_AREA
from tests.screens.samples_guard import ALARM, CASES_BOARD
from tests.screens.showing import open_panel
from tests.screens.window import drag_up, settle, tap, turn_until

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


@pytest.mark.parametrize(("level", "words"), [(1, "on_way"), (3, "seen_late")])
def test_a_touch_on_seen_turns_the_strip_quiet(bench: Bench, level: int, words: str) -> None:
    """It says so in words, looks another way, and offers no second touch."""
    bench.app.acts.open_item("late")
    bench.desk.answers["alarm"] = replace(ALARM, level=level)
    bench.app.pulse.ask_alarm()
    bench.kiosk.work()
    settle()
    bench.desk.answers["alarm"] = replace(ALARM, level=level, is_seen=True)
    tap(_said(bench, "看到了"))
    bench.kiosk.work()
    bench.kiosk.work()
    assert bench.desk.asked("seen") == [("seen",)]
    assert bench.app.screen.alarm_text == bench.app.texts.t(f"alarm.{words}", labels="C03")
    assert _said(bench, "看到了") is None


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


def _said(bench: Bench, words: str) -> Any:  # noqa: ANN401 - a widget of any kind
    """Return what says these words on the screen, or None."""
    return next((widget for widget in bench.app.screen.walk() if getattr(widget, "content", "") == words), None)


def _places(bench: Bench) -> dict[str, tuple[float, float]]:
    """Return where every button but the bar's own stands, by its words."""
    buttons = [one for one in bench.app.screen.walk() if isinstance(one, Touchable) and one.opacity]
    return {one.content: tuple(one.to_window(*one.pos)) for one in buttons}


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


def test_a_list_that_is_short_stands_at_the_top(bench: Bench) -> None:
    """Two rows at the bottom of an empty field are overlooked, wherever the list was left."""
    bench.app.acts.open_board()
    _to(bench, Panel.GUARD_BOARD, board=replace(BOARD, rows=BOARD.rows[:2]))
    settle()
    field = bench.app.screen.ids.scroll
    field.scroll_y = 0
    settle()
    first = bench.app.screen.ids.rows.children[-1]
    assert first.to_window(first.x, first.top)[1] == pytest.approx(field.to_window(field.x, field.top)[1], abs=1)


_COMES_TO_REST_S = 10
_ROWS = tuple(replace(BOARD.rows[0], label=f"C{nth:02d}", visit_id=VisitId(f"v{nth}")) for nth in range(30))


def _drawn_down(bench: Bench) -> ScrollView:
    """Open a long overview, draw it down to lines further below, and return its field."""
    bench.app.acts.open_guard()
    _to(bench, Panel.GUARD_SIGN_IN)
    bench.app.acts.sign_in(GuardId("g1"), "2468")
    _to(bench, Panel.GUARD_BOARD, sign_in=replace(BOARD, rows=_ROWS))
    settle()
    field: ScrollView = bench.app.screen.ids.scroll
    assert field.scroll_y == 1
    drag_up(field)
    turn_until(lambda: field.effect_y.velocity == 0, _COMES_TO_REST_S)
    assert field.scroll_y < 1
    return field


def test_who_signs_in_sees_the_most_urgent_line_wherever_the_one_before_had_read(bench: Bench) -> None:
    """A list is left somewhere below; the next guard, or the same one, begins at its top."""
    field = _drawn_down(bench)
    bench.app.acts.open_case(CASE)
    _to(bench, Panel.GUARD_CASE, case=PLACED)
    bench.app.acts.open_board()
    _to(bench, Panel.GUARD_BOARD, board=replace(BOARD, rows=_ROWS))
    assert field.scroll_y < 1  # who only looked at one line goes on reading where they were
    bench.app.acts.sign_out()
    bench.kiosk.work()
    bench.app.acts.open_guard()
    _to(bench, Panel.GUARD_SIGN_IN)
    bench.app.acts.sign_in(GuardId("g1"), "2468")
    _to(bench, Panel.GUARD_BOARD, sign_in=replace(BOARD, rows=_ROWS))
    assert field.scroll_y == 1


def test_an_overview_goes_to_its_top_when_something_else_is_the_most_urgent(bench: Bench) -> None:
    """What came stands above the edge otherwise; what changed further below moves nothing."""
    field = _drawn_down(bench)
    bench.desk.answers["board"] = replace(BOARD, rows=_ROWS[:-1])
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert field.scroll_y < 1
    bench.desk.answers["board"] = replace(BOARD, rows=_ROWS[1:])
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert field.scroll_y == 1


def test_the_page_of_a_case_tells_where_somebody_was_referred(bench: Bench) -> None:
    """Among what is known and in what was done: the next guard asks, and a wrong touch is noticed."""
    bench.app.acts.open_case(CASE)
    _to(bench, Panel.GUARD_CASE, case=ENDED)
    settle()
    said = [one.value for one in bench.app.screen.walk() if "转诊" in getattr(one, "value", "")]
    assert said == ["转诊 · 发热门诊", "处置 · 转诊 · 发热门诊"]


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
    bench.desk.answers["area"] = replace(CALM_AREA, room=Room.SPARE)
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert bench.app.screen.warning != ""


# whose language


def test_the_guards_side_has_a_language_of_its_own(bench: Bench) -> None:
    """A visitor's choice is not the guard's, and a guard's outlasts the lock and the visitors between."""
    bench.show(View(Face.ADMITTED, VISIT, number="B037"))
    bench.app.acts.switch_language()
    bench.app.acts.open_board()
    _to(bench, Panel.GUARD_BOARD, board=BOARD)
    assert bench.app.texts.first == "zh"
    bench.app.acts.switch_language()
    assert bench.app.texts.first == "en"
    bench.app.acts.sign_out()
    bench.kiosk.work()
    assert (bench.app.shown_name, bench.app.texts.first) == (Face.IDLE, "zh")
    bench.app.acts.open_guard()
    bench.kiosk.work()
    assert bench.app.texts.first == "en"


def test_the_guards_large_text_stays_and_is_not_the_visitors(bench: Bench) -> None:
    """Who needs large words needs them again after the lock; the visitor between begins as at first."""
    bench.app.acts.open_board()
    _to(bench, Panel.GUARD_BOARD, board=BOARD)
    bench.app.acts.switch_large_text()
    assert (bench.app.screen.is_large, Metrics.fontscale) == (True, LARGE_TEXT)
    bench.app.acts.sign_out()
    bench.kiosk.work()
    assert (bench.app.shown_name, bench.app.screen.is_large, Metrics.fontscale) == (Face.IDLE, False, 1.0)
    bench.app.acts.switch_large_text()
    bench.app.acts.done()
    bench.show(View(Face.ADMITTED, VISIT, number="B037"))
    bench.app.acts.open_guard()
    bench.kiosk.work()
    assert (bench.app.screen.is_large, Metrics.fontscale) == (True, LARGE_TEXT)
    bench.app.acts.switch_large_text()
    assert Metrics.fontscale == 1.0


# what leads to a case


def test_a_reading_that_opens_a_case_leads_to_it(bench: Bench) -> None:
    """What comes next is written there, not on the visit's page."""
    bench.desk.answers |= {"guard_act": PLACED}
    bench.app.acts.measure(VISIT, None, "axilla:37.8")
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_CASE


def test_the_page_of_a_visit_shows_what_somebody_else_does_for_it(bench: Bench) -> None:
    """A colleague opened a case at the other entrance: the page says so while it is looked at."""
    bench.app.acts.open_visit(VISIT)
    _to(bench, Panel.GUARD_VISIT, detail=DETAIL)
    row = replace(DETAIL.row, case_id=CASE)
    bench.desk.answers |= {"detail_now": replace(DETAIL, row=row, case_label="CB01")}
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert "CB01" in bench.app.screen.case_text


def test_a_case_of_somebody_who_never_stood_at_a_kiosk_has_no_visit_to_look_at(bench: Bench) -> None:
    """A button that leads nowhere threw the guard out to the idle screen."""
    bench.app.acts.open_case(CASE)
    _to(bench, Panel.GUARD_CASE, case=replace(PLACED, has_visit=False))
    assert bench.app.screen.visit_text == ""


def test_the_page_of_somebody_who_was_let_in_tells_their_number(bench: Bench) -> None:
    """At a station the guard reads it to them."""
    bench.app.acts.open_visit(VISIT)
    _to(bench, Panel.GUARD_VISIT, detail=replace(DETAIL, number="B037"))
    assert ("号码", "B037") in bench.app.screen.rows


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
    real = replace(FACTS, waiting_for_guard=FACTS.waiting_for_guard + 5)
    bench.desk.answers["idle_facts"] = real
    bench.app.acts.open_item("training")
    bench.kiosk.work()
    assert not bench.app.is_training
    assert not bench.app.screen.is_training
    assert bench.app.screen.waiting == real.waiting_for_guard  # nothing of the practice is read for the hall
    assert [call[0] for call in bench.desk.calls if "training" in str(call[0])] == ["begin_training", "end_training"]


def test_training_that_was_left_ends_by_itself(bench: Bench) -> None:
    """A kiosk that practises serves nobody; the screens lock first, and a touch in between buys the time anew."""
    bench.app.acts.open_item("training")
    bench.kiosk.work()
    bench.wait(PRACTICE_S - 1)
    bench.app.acts.open_guard()
    bench.kiosk.work()
    bench.wait(TIMEOUTS_S[Panel.GUARD_SIGN_IN] + 1)
    assert (bench.app.shown_name, bench.app.is_training) == (Face.IDLE, True)
    bench.wait(PRACTICE_S - 1)
    assert bench.app.is_training
    bench.wait(2)
    assert (bench.app.shown_name, bench.app.is_training, bench.app.screen.is_training) == (Face.IDLE, False, False)
    assert bench.desk.asked("end_training") == [("end_training",)]


def test_training_that_may_not_begin_says_why_where_it_was_asked_for(bench: Bench) -> None:
    """One line, with a sign that is no tick; the guard stays signed in."""
    bench.app.acts.open_menu()
    _to(bench, Panel.GUARD_MENU, board=BOARD)
    bench.desk.answers["training_refused"] = "menu.training_not_now"
    for _ in range(2):  # it asks first
        settle()
        tap(next(one for one in bench.app.screen.walk() if getattr(one, "content", "") in {"开始训练", "再按一次确认"}))
    bench.kiosk.work()
    assert (bench.app.shown_name, bench.app.is_training) == (Panel.GUARD_MENU, False)
    assert bench.app.screen.note == bench.app.texts.t("menu.training_not_now")
    assert bench.app.screen.is_refusal
    bench.app.acts.open_menu()
    bench.kiosk.work()
    assert (bench.app.screen.note, bench.app.screen.is_refusal) == ("", False)


@pytest.mark.parametrize("place", ["bench", "station"])
def test_training_that_the_kiosk_ended_leads_to_the_real_alarm(request: pytest.FixtureRequest, place: str) -> None:
    """Nobody practises on beside a real case: the sign-in says why, and the bar which case it is."""
    window: Bench = request.getfixturevalue(place)
    window.app.acts.open_item("training")
    window.kiosk.work()
    window.app.acts.open_guard()
    window.kiosk.work()
    assert window.app.screen.is_training
    window.kiosk.is_training = False
    window.desk.answers["alarm"] = ALARM
    window.wait(1)
    window.app.pulse.ask_alarm()
    window.kiosk.work()
    window.kiosk.work()
    assert (window.app.shown_name, window.app.is_training) == (Panel.GUARD_SIGN_IN, False)
    screen = window.app.screen
    assert not screen.is_training
    assert screen.hint == window.app.texts.t("sign_in.interrupted")
    assert "C03" in screen.alarm_text


def test_a_station_has_a_screen_before_anybody_told_who_may_sign_in(station: Bench) -> None:
    """The window's clock ticks from the first moment on; what a guard saw is gone at once."""
    case = station.app._case
    case.screen, case._screens = None, {}
    station.app.show_view(View(Face.IDLE))
    station.app._tick(0)
    assert station.app.shown_name is Panel.GUARD_SIGN_IN
    assert station.app.screen.hint == ""
    station.kiosk.work()
    assert station.app.screen.accounts


def test_what_a_station_asks_for_at_rest_throws_nobody_out_who_signs_in_meanwhile(station: Bench) -> None:
    """The hall's figures were asked for a moment before the touch, and answered after it."""
    station.desk.answers["sign_in"] = BOARD
    station.app.pulse.ask_facts(0)
    station.app.acts.sign_in(GuardId("g1"), "258046")
    for _ in range(4):
        station.kiosk.work()
    assert station.app.shown_name is Panel.GUARD_BOARD


@pytest.mark.parametrize(("place", "is_there"), [("bench", True), ("station", False)])
def test_an_exit_is_recorded_where_codes_are_taken(request: pytest.FixtureRequest, place: str, is_there: bool) -> None:
    """A station takes no visitors' codes: the button would throw its guard out, and do nothing."""
    window: Bench = request.getfixturevalue(place)
    window.app.acts.open_menu()
    _to(window, Panel.GUARD_MENU, board=BOARD)
    words = [getattr(one, "content", "") for one in window.app.screen.walk()]
    assert ("登记离场" in words) is is_there


def test_no_digit_is_taken_before_the_name_and_none_is_left_to_the_next(station: Bench) -> None:
    """Who began with the digits sees none, reads what to touch first, and types the PIN once."""
    screen = station.app.screen
    settle()

    def types(signs: str) -> None:
        for sign in signs:
            tap(_said(station, sign))

    types("2468")
    assert (screen.pin, screen.hint) == ("", station.app.texts.t("sign_in.who"))
    tap(_said(station, "李*国"))
    types("2468")
    assert (screen.pin, screen.can_enter) == ("2468", True)
    tap(_said(station, "王*"))
    assert (screen.pin, screen.can_enter) == ("", False)


@pytest.mark.parametrize("by", ["camera", "hand", ""])
def test_the_sign_in_tells_of_a_badge_only_where_something_can_read_it(station: Bench, by: str) -> None:
    """Whoever is locked out waits for something impossible otherwise."""
    case = station.app._case
    case._first_stage = replace(case._first_stage, settings=replace(case._first_stage.settings, reads_badges=by))
    station.app.acts.open_guard()
    station.kiosk.work()
    screen, texts = station.app.screen, station.app.texts
    assert screen.badge_text == (texts.t(f"sign_in.badge_{by}") if by else "")
    tap(_said(station, "赵*敏"))  # who waits after wrong PINs
    assert ("工作证" in screen.hint) == bool(by)


def test_a_guard_in_training_does_not_read_how_the_server_is(bench: Bench) -> None:
    """Nothing of the practice goes there, and that is neither well nor to be looked at."""
    bench.app.acts.open_item("training")
    bench.kiosk.work()
    bench.app.acts.open_board()
    _to(bench, Panel.GUARD_BOARD, board=BOARD)
    assert bench.app.screen.devices[1] == ("中心服务器", "训练时不连接", "")


def test_an_alarm_that_comes_moves_nothing_under_a_finger(bench: Bench) -> None:
    """It stands in the bar, where no button is: every button stays where the hand goes."""
    bench.app.acts.open_guard()
    _to(bench, Panel.GUARD_SIGN_IN)
    bench.app.acts.sign_in(GuardId("g1"), "2468")
    _to(bench, Panel.GUARD_BOARD, sign_in=BOARD)
    bench.app.acts.open_menu()
    _to(bench, Panel.GUARD_MENU, board=BOARD)
    settle()
    before = _places(bench)
    for alarm in (ALARM, replace(ALARM, level=3), replace(ALARM, level=3, is_seen=True)):
        bench.desk.answers["alarm"] = alarm
        bench.app.pulse.ask_alarm()
        bench.kiosk.work()
        settle()
        assert bench.app.screen.alarm_level == alarm.level
        assert not bench.app.root.is_deaf
        assert _places(bench) == before


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


def test_what_became_of_a_touch_moves_no_button(bench: Bench) -> None:
    """A note in "more" comes below: a second touch meets the button that it was meant for."""
    open_panel(bench, Panel.GUARD_MENU)
    screen = bench.app.screen
    places = []
    for note in ("", "Nothing was exported", ""):
        screen.present(BOARD, note, is_refusal=bool(note))
        settle()
        places.append([(button.content, button.pos, button.size) for button in screen.ids.buttons.children])
    assert places[0] == places[1] == places[2]
    assert screen.ids.buttons.y > screen.ids.note.top
