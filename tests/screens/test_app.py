"""The window and what moves it: late results, mistakes, time-outs, the next visitor, and nothing that grows."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from kivy.clock import Clock
from kivy.uix.widget import Widget

from kiosk.config import KioskSettings, TimeoutSettings
from kiosk.domain.admission import Reason
from kiosk.domain.ids import VisitId
from kiosk.domain.policy import BodySite
from kiosk.domain.site import Words
from kiosk.launch import _timeouts
from kiosk.screens import front
from kiosk.screens.catalog import GUARD_PANELS, SCREENS, SETUP_SCREENS, Panel
from kiosk.screens.failures import Regular
from kiosk.screens.rest_board import CalledTile, RestingRow
from kiosk.screens.signs import Sign
from kiosk.screens.stage import TIMEOUTS_S
from kiosk.screens.text import Text
from kiosk.screens.turning import PART_S
from kiosk.services.views import Face, Hint, RefusalFacts, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import CARD, FULL_FACTS, RESTING_FACTS, SAMPLES, VISIT, frame
from tests.screens.samples_base import at
from tests.screens.showing import BUSY, open_panel, view_of
from tests.screens.window import pixels, settle, tap

# how to stand


@pytest.mark.parametrize(
    ("measured_at", "site", "stance"),
    [
        (BodySite.CANTHUS, "canthus", "look"),
        (BodySite.WRIST, "wrist", "wrist"),
        (BodySite.NECK, "neck", "neck"),
        (BodySite.ORAL, "face_max", "look"),
        (None, "face_max", "look"),
    ],
)
def test_the_measuring_screen_shows_what_this_thermometer_needs_bare(
    bench: Bench, measured_at: BodySite | None, site: str, stance: str
) -> None:
    """Glasses off for the corner of the eye, a sleeve up for the wrist; a free face where no pose is drawn."""
    bench.show(View(Face.MEASURING, VISIT, measured_at=measured_at))
    screen = bench.app.screen
    assert [widget.kind for widget in screen.walk() if isinstance(widget, Sign)][-2:] == [f"stand_{stance}", site]
    said = {widget.content for widget in screen.walk() if isinstance(widget, Text)}
    assert {screen.texts.t(f"measuring.title.{stance}"), screen.texts.t(f"measuring.bare.{site}")} <= said


# who is called


@pytest.fixture
def board(bench: Bench) -> Iterator[Bench]:
    """The window of a display in a rest room."""
    case = bench.app._case
    first, idle = case._first_stage, case._screens.pop(Face.IDLE)
    case._first_stage = replace(first, settings=replace(first.settings, is_board=True))
    bench.desk.answers |= {"rest_screen": View(Face.IDLE), "idle_facts": FULL_FACTS}
    bench.app.show_view(View(Face.IDLE))
    yield bench
    case._first_stage, case._screens[Face.IDLE] = first, idle
    bench.app.show_view(View(Face.IDLE))


def _told(bench: Bench, widget: type) -> list[str]:
    return [item.number for item in reversed(list(bench.app.screen.walk())) if isinstance(item, widget)][::-1]


def test_a_board_tells_who_is_called_and_goes_on_by_itself(board: Bench) -> None:
    """Nobody touches it: what is longer than the screen has its turns, and every number is seen."""
    seen: set[str] = set()
    for _ in range(4):
        board.app.pulse.ask_facts(0)
        board.kiosk.work()
        board.app.screen.tick(board.kiosk.clock.now())
        called = _told(board, CalledTile)
        assert 0 < len(called) <= 6
        seen |= {*called, *_told(board, RestingRow)}
        board.wait(PART_S)
    assert seen == {*FULL_FACTS.called, *(row.number for row in FULL_FACTS.resting)}


def test_a_board_on_which_nobody_is_called_says_to_rest(board: Bench) -> None:
    """An empty place would look like a broken one."""
    board.desk.answers["idle_facts"] = RESTING_FACTS
    board.app.pulse.ask_facts(0)
    board.kiosk.work()
    texts = board.app.texts
    said = {widget.content for widget in board.app.screen.walk() if isinstance(widget, Text)}
    assert texts.t("board.none") in said
    assert texts.t("board.called") not in said
    assert _told(board, RestingRow) == ["RB13"]


def test_the_idle_screen_turns_through_who_is_called(bench: Bench) -> None:
    """Three at once can be read from afar; the others follow."""
    bench.desk.answers |= {"rest_screen": View(Face.IDLE), "idle_facts": FULL_FACTS}
    bench.app.pulse.ask_facts(0)
    bench.kiosk.work()
    seen: set[str] = set()
    for _ in range(4):
        bench.app.screen.tick(bench.kiosk.clock.now())
        seen |= set(bench.app.screen.called_text.split())
        bench.wait(PART_S)
    assert seen == set(FULL_FACTS.called)


# results


def test_a_result_is_shown(bench: Bench) -> None:
    """What the worker returns is the next screen."""
    bench.desk.answers["confirm"] = view_of(Face.DECLARATION)
    bench.show(view_of(Face.BOOKING))
    bench.app.acts.confirm()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.DECLARATION
    assert bench.desk.asked("confirm") == [("confirm", VISIT)]


def test_the_second_touch_of_a_hurried_pair_answers_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies under the finger when the next screen comes was never meant; later the same touch is."""
    monkeypatch.setattr(front, "DEAF_S", 3600.0)
    bench.show(view_of(Face.BOOKING))
    yes = bench.app.texts.t("booking.yes")
    button = next(widget for widget in bench.app.screen.walk() if getattr(widget, "content", "") == yes)
    tap(button)
    assert not bench.desk.asked("confirm")
    monkeypatch.setattr(front, "DEAF_S", 0.0)
    bench.app.root.put(bench.app.screen)
    settle()
    tap(button)
    bench.kiosk.work()
    assert bench.desk.asked("confirm") == [("confirm", VISIT)]


def test_a_screen_that_is_not_drawn_yet_is_touched_by_nobody(bench: Bench) -> None:
    """On a busy machine it takes its time; the moment in which it is deaf begins when it can be seen."""
    assert not bench.app.root.is_deaf
    bench.app.root.put(bench.app.screen)
    assert bench.app.root.is_deaf
    settle()
    assert not bench.app.root.is_deaf


@pytest.mark.parametrize(
    ("view", "kept", "told"),
    [
        (View(Face.REST, VISIT, CARD, number="R12", until=at(10, 22)), True, "10:22 再来扫码"),
        (View(Face.REST, VISIT, CARD, number="R12", until=at(10, 22) + timedelta(seconds=1)), True, "10:23 再来扫码"),
        (View(Face.REST, VISIT, number="R12", until=at(10, 22)), False, "10:22 请再来找工作人员"),
        (View(Face.HALL_LINE, VISIT, CARD, number="W03", position=3), True, "轮到时请再扫一次码"),
        (View(Face.HALL_LINE, VISIT, number="W03", position=3), False, "叫到号时请找工作人员"),
    ],
    ids=["rest", "rest to the second", "rest without a code", "line", "line without a code"],
)
def test_who_waits_is_told_when_and_how_to_come_back(bench: Bench, view: View, kept: bool, told: str) -> None:
    """Nobody is sent too early, nor to scan a code that they have not, nor promised a slot that they never had."""
    bench.show(view)
    said = " ".join(str(getattr(widget, "content", "")) for widget in bench.app.screen.walk())
    assert told in said
    assert ("您的预约时段为您保留" in said) is kept


def test_a_kiosk_that_began_before_it_heard_of_its_site_shows_the_sites_time_and_name(bench: Bench) -> None:
    """The server was away at its first start; what it says later holds from then on, on every screen."""
    case = bench.app._case
    before = case._first_stage
    name, clock = Words("高新分所", "Hi-tech branch"), bench.app.screen.clock_text
    bench.desk.answers |= {
        "rest_screen": View(Face.IDLE),
        "idle_facts": replace(FULL_FACTS, site=name, timezone="Asia/Tokyo"),
    }
    bench.app.pulse.ask_facts(0)
    bench.kiosk.work()
    bench.app._tick(0)
    assert bench.app.screen.stage.place().startswith("高新分所")
    assert bench.app.screen.clock_text != clock
    bench.show(view_of(Face.BOOKING))
    assert bench.app.screen.stage.settings.zone.key == "Asia/Tokyo"
    case._first_stage = before


def test_what_the_window_asks_by_itself_takes_no_touch_away(bench: Bench) -> None:
    """The idle screen is brought up to date every few seconds; who touches "help" meanwhile gets it."""
    bench.app.pulse.ask_facts(0)
    assert bench.app.pending == 1
    bench.app.acts.open_help()
    assert bench.app.shown_name is Panel.HELP
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.HELP


def test_every_touch_begins_the_time_anew(bench: Bench) -> None:
    """Who types, chooses or scrolls is there, whatever comes of the touch."""
    open_panel(bench, Panel.GUARD_SIGN_IN)
    limit = TIMEOUTS_S[Panel.GUARD_SIGN_IN]
    for _touch in range(3):
        key = next(widget for widget in bench.app.screen.walk() if getattr(widget, "name", "") == "7")
        bench.wait(limit - 1)
        tap(key)
    bench.wait(limit - 1)
    assert bench.app.shown_name is Panel.GUARD_SIGN_IN
    bench.wait(2)
    assert bench.app.shown_name is Face.IDLE


def test_what_the_window_does_by_itself_goes_on_after_a_mistake(caplog: pytest.LogCaptureFixture) -> None:
    """A screen whose clock died would never lock; the mistake is told once, and again when it comes back."""
    flaws: list[Exception | None] = [ValueError("secret"), ValueError("secret"), None, ValueError("secret")]
    failed: list[str] = []

    def call(_dt: float) -> None:
        if (flaw := flaws.pop(0)) is not None:
            raise flaw

    regular = Regular(call, lambda: failed.append("fail"))
    for _time in range(4):
        regular(0.2)
    assert failed == ["fail", "fail"]
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_a_result_is_dropped_when_the_screen_has_gone_on(bench: Bench) -> None:
    """A slow answer never puts a booking on the next visitor's screen."""
    bench.desk.answers["confirm"] = view_of(Face.DECLARATION)
    bench.show(view_of(Face.BOOKING))
    bench.app.acts.confirm()
    bench.app.show_view(View(Face.IDLE))  # its time is over
    bench.kiosk.work()
    assert bench.desk.asked("confirm")
    assert bench.app.shown_name is Face.IDLE


def test_of_two_buttons_touched_at_once_the_first_counts(bench: Bench) -> None:
    """What was recorded is what comes next: no question whose answer would be dropped, no second answer."""
    bench.desk.answers["declare"] = view_of(Face.MEASURING)
    bench.show(view_of(Face.DECLARATION))
    buttons = {getattr(widget, "content", ""): widget for widget in bench.app.screen.walk()}
    none, some = (buttons[bench.app.texts.t(f"declaration.{name}")] for name in ("none", "some"))
    tap(none)
    for late in (some, none):
        tap(late)
    acts = bench.app.acts
    for late_act in (acts.open_notice, acts.open_help, acts.back, acts.done):
        late_act()
    assert bench.app.shown_name is Face.DECLARATION
    bench.kiosk.work()
    assert bench.app.shown_name is Face.MEASURING
    assert bench.desk.asked("declare") == [("declare", VISIT, ())]


def test_somebody_is_called_whatever_else_was_touched(bench: Bench) -> None:
    """Who needs a person gets one, also with the other hand on another button."""
    bench.desk.answers |= {"declare": view_of(Face.MEASURING), "ask_person": view_of(Face.GUARD)}
    bench.show(view_of(Face.DECLARATION))
    bench.app.acts.declare(())
    bench.app.acts.ask_person()
    bench.kiosk.work()
    assert bench.desk.asked("ask_person") == [("ask_person", VISIT)]
    assert bench.app.shown_name is Face.GUARD


def test_who_calls_somebody_while_the_questions_are_on_their_way_reads_that_somebody_comes(bench: Bench) -> None:
    """The visit waits for a guard: questions that nobody takes an answer to are not left standing."""
    bench.desk.answers |= {"confirm": view_of(Face.DECLARATION), "ask_person": view_of(Face.GUARD)}
    bench.show(view_of(Face.BOOKING))
    bench.app.show_view(view_of(Face.DECLARATION))
    assert (bench.app.shown_name, bench.app.pending) == (Face.BOOKING, 1)
    bench.app.acts.ask_person()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.GUARD


@pytest.mark.parametrize("after", [View(Face.IDLE), replace(view_of(Face.BOOKING), visit_id=VisitId("another"))])
def test_the_answer_to_a_call_is_not_shown_to_the_next_visitor(bench: Bench, after: View) -> None:
    """It was somebody else's; the call itself is on the guard's list."""
    bench.desk.answers["ask_person"] = view_of(Face.GUARD)
    bench.show(view_of(Face.BOOKING))
    bench.app.acts.ask_person()
    bench.app.show_view(after)
    bench.kiosk.work()
    assert bench.desk.asked("ask_person") == [("ask_person", VISIT)]
    assert bench.app.shown_name is after.face


def test_who_calls_again_reads_that_it_was_done(bench: Bench) -> None:
    """The answer shows the same wait again; without the words people go on pressing. The next one begins anew."""
    waiting = view_of(Face.GUARD)
    bench.desk.answers |= {"ask_person": waiting}
    bench.show(waiting)
    assert not bench.app.screen.has_called
    bench.app.screen.on_call_again()
    bench.kiosk.work()
    settle()
    assert bench.app.screen.has_called
    bench.show(replace(waiting, visit_id=VisitId("another")))
    assert not bench.app.screen.has_called


def test_an_act_that_raises_hands_the_visit_to_the_guard(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected failure leads to "please wait", is recorded, and its message, maybe personal, is not logged."""
    bench.desk.answers["confirm"] = ValueError("张三 13800000000")
    bench.show(view_of(Face.BOOKING))
    bench.app.acts.confirm()
    with caplog.at_level(logging.ERROR):
        bench.kiosk.work()
    assert bench.app.shown_name is Face.GUARD
    assert bench.desk.asked("unexpected") == [("unexpected", VISIT)]
    assert "ValueError" in caplog.text
    assert "13800000000" not in caplog.text


def test_a_mistake_inside_the_window_hands_the_visit_to_the_guard(bench: Bench) -> None:
    """The window goes on after an exception in one of its own callbacks."""

    def fall(_dt: float) -> None:
        raise RuntimeError

    bench.show(view_of(Face.MEASURING))
    Clock.schedule_once(fall)
    bench.kiosk.work()
    settle()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.GUARD
    assert bench.app.screen.text == bench.app.texts.t("guard_wait.text_no_booking")  # true of a walk-in as well
    assert bench.desk.asked("unexpected") == [("unexpected", VISIT)]


def test_a_failing_hand_over_still_shows_the_guards_wait(bench: Bench) -> None:
    """Even when nothing can be recorded, nobody is welcomed."""
    bench.desk.answers |= {"confirm": OSError(), "unexpected": OSError()}
    bench.show(view_of(Face.BOOKING))
    bench.app.acts.confirm()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.GUARD


def test_a_measurement_moves_the_ring_and_ends_in_its_view(bench: Bench) -> None:
    """The thermometer's progress is seen, and its end is the next screen."""
    bench.show(view_of(Face.MEASURING))
    bench.kiosk.progress(0.5)
    bench.kiosk.work()
    assert bench.app.screen.progress == 0.5
    assert bench.kiosk.measured is not None
    bench.kiosk.measured.set_result(view_of(Face.ADMITTED))
    bench.kiosk.work()
    assert bench.app.shown_name is Face.ADMITTED


def test_the_countdown_begins_with_what_the_thermometer_took_the_last_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow one counts from six; one that was left half-way teaches nothing."""
    bench.show(view_of(Face.MEASURING))
    screen = bench.app.screen
    at = iter((100.0, 106.2, 200.0, 300.0, 400.0))
    monkeypatch.setattr(screen, "now_s", lambda: next(at))
    monkeypatch.setattr(screen, "usual_s", 3.0)
    screen.show_progress(0.0)
    assert screen.ring_text == bench.app.texts.t("measuring.seconds", seconds=3)
    screen.show_progress(0.5)
    screen.show_progress(1.0)
    screen.show_progress(0.0)
    assert screen.ring_text == bench.app.texts.t("measuring.seconds", seconds=7)
    screen.show_progress(0.4)
    screen.show_progress(0.0)
    assert screen.ring_text == bench.app.texts.t("measuring.seconds", seconds=7)


def test_a_measurement_that_was_left_changes_nothing(bench: Bench) -> None:
    """Progress and end of a measurement are dropped once the screen has gone on."""
    bench.show(view_of(Face.MEASURING))
    measured, progress = bench.kiosk.measured, bench.kiosk.progress
    assert measured is not None
    bench.show(view_of(Face.IDLE))
    progress(0.9)
    measured.set_result(view_of(Face.ADMITTED))
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE


# time


@pytest.mark.parametrize("name", [name for name in SCREENS if name is not Panel.REST_BOARD])
def test_a_screen_goes_back_when_its_time_is_over(bench: Bench, name: Face | Panel) -> None:
    """Each screen's own time is kept by the kiosk's clock; what is left of it is told by the bar."""
    if isinstance(name, Panel):
        open_panel(bench, name)
    else:
        bench.desk.answers["rest_screen"] = view_of(name)
        bench.show(view_of(name))
    limit = TIMEOUTS_S.get(name, 0)
    bench.desk.calls.clear()
    bench.wait(limit - 0.5 if limit else 3600)
    assert bench.app.shown_name is name
    if not limit:
        assert bench.app.screen.time_left == -1
        return
    assert bench.app.screen.time_left == pytest.approx(0.5 / limit, abs=0.01)
    bench.wait(1)
    assert bench.app.shown_name is Face.IDLE
    assert bool(bench.desk.asked("sign_out")) == (name in GUARD_PANELS - {Panel.GUARD_LANE})
    is_in_visit = name in {*BUSY, Panel.WHICH, Panel.NOTICE}
    assert bench.desk.asked("time_out") == ([("time_out", VISIT)] if is_in_visit else [])


def test_whole_notice_and_choice_have_the_time_of_the_questions() -> None:
    """They are part of the questions, and reading them takes no less; nobody is thrown out in the middle."""
    times = TimeoutSettings(declaration_s=75, keypad_s=40)  # pyright: ignore[reportCallIssue]
    limits = _timeouts(KioskSettings.model_construct(role="visitor", timeouts=times))  # pyright: ignore[reportCallIssue]
    assert [limits[name] for name in (Face.DECLARATION, Panel.WHICH, Panel.NOTICE, Panel.KEYPAD)] == [75, 75, 75, 40]


def test_more_time_starts_the_time_anew(bench: Bench) -> None:
    """Who needs longer gets the whole time again."""
    bench.show(view_of(Face.DECLARATION))
    bench.wait(TIMEOUTS_S[Face.DECLARATION] - 1)
    bench.app.acts.more_time()
    bench.wait(TIMEOUTS_S[Face.DECLARATION] - 1)
    assert bench.app.shown_name is Face.DECLARATION


def test_the_time_left_is_said_in_whole_seconds(bench: Bench) -> None:
    """Nobody is told that the screen goes back in 6.799999 seconds."""
    bench.show(view_of(Face.ADMITTED))
    bench.wait(1.2)
    assert bench.app.texts.t("common.back_in", seconds=7) in words(bench.app.screen)


def test_a_kiosk_out_of_order_comes_back_when_the_log_works_again(bench: Bench) -> None:
    """Nobody has to restart it."""
    bench.desk.answers["rest_screen"] = View(Face.OUT_OF_ORDER, facts={"code": "store_full"})
    bench.app.pulse.ask_facts(0)
    bench.kiosk.work()
    assert bench.app.shown_name is Face.OUT_OF_ORDER
    bench.desk.answers["rest_screen"] = View(Face.IDLE)
    bench.app.pulse.ask_facts(0)
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE


# the next visitor


def test_language_and_large_text_are_reset_for_the_next_visitor(bench: Bench) -> None:
    """What one visitor chose is not what the next one wants."""
    bench.show(view_of(Face.BOOKING))
    bench.app.acts.switch_language()
    bench.app.acts.switch_large_text()
    assert (bench.app.texts.first, bench.app.screen.is_large) == ("en", True)
    bench.show(view_of(Face.ADMITTED))
    assert (bench.app.texts.first, bench.app.screen.is_large) == ("en", True)
    bench.show(view_of(Face.IDLE))
    assert (bench.app.texts.first, bench.app.screen.is_large) == ("zh", False)
    assert bench.desk.asked("visitor_left")


@pytest.mark.parametrize("panel", [Panel.HELP, Panel.KEYPAD])
def test_who_goes_back_to_the_idle_screen_keeps_language_size_and_wrong_numbers(bench: Bench, panel: Panel) -> None:
    """The same person stands there; only once the time is over it is somebody else's screen."""
    bench.app.acts.switch_language()
    bench.app.acts.switch_large_text()
    open_panel(bench, panel)
    bench.app.acts.back()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE
    assert (bench.app.texts.first, bench.app.screen.is_large) == ("en", True)
    assert bench.desk.asked("visitor_left") == []
    bench.wait(TIMEOUTS_S[Face.REST])
    assert (bench.app.texts.first, bench.app.screen.is_large) == ("zh", False)
    assert bench.desk.asked("visitor_left")


def test_who_went_back_to_the_idle_screen_and_left_is_forgotten(bench: Bench) -> None:
    """Also when nothing of theirs can be seen: the next visitor's wrong number is not their third."""
    open_panel(bench, Panel.KEYPAD)
    bench.app.acts.back()
    bench.wait(TIMEOUTS_S[Face.REST])
    assert len(bench.desk.asked("visitor_left")) == 1
    bench.wait(TIMEOUTS_S[Face.REST])
    assert len(bench.desk.asked("visitor_left")) == 1


def test_whose_panel_timed_out_has_left(bench: Bench) -> None:
    """Nobody touched anything for so long: the idle screen begins as at first."""
    bench.app.acts.switch_language()
    open_panel(bench, Panel.KEYPAD)
    bench.wait(TIMEOUTS_S[Panel.KEYPAD])
    assert (bench.app.shown_name, bench.app.texts.first) == (Face.IDLE, "zh")
    assert bench.desk.asked("visitor_left")


def test_not_my_booking_is_answered_in_the_language_that_was_read(bench: Bench) -> None:
    """Who touched it still stands there, and is told what to do."""
    bench.desk.answers["disown"] = View(Face.IDLE, hint=Hint.DISOWNED)
    bench.show(view_of(Face.BOOKING))
    bench.app.acts.switch_language()
    bench.app.acts.disown()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE
    assert bench.app.texts.first == "en"
    assert bench.app.screen.hint == bench.app.texts.t("hint.disowned")


def test_a_switch_of_language_changes_every_word_at_once(bench: Bench) -> None:
    """Fixed words of the layout change as well as what the screen makes up."""
    bench.show(view_of(Face.BOOKING))
    before = words(bench.app.screen)
    bench.app.acts.switch_language()
    settle()
    after = words(bench.app.screen)
    assert "是我，继续" in before
    assert "Yes, go on" in after
    assert "Service" in after
    assert not {"是我，继续", "不是我的预约", "业务"} & after


def words(screen: Widget) -> set[str]:
    """Return what the texts on `screen` say."""
    return {widget.content for widget in screen.walk() if hasattr(widget, "content")}


def test_nothing_typed_is_left_for_the_next_visitor(bench: Bench) -> None:
    """An ID number leaves the screen when it is looked up, and when its visitor goes away."""
    open_panel(bench, Panel.KEYPAD)
    for sign in "7K3":
        bench.app.screen.on_key(sign)
    bench.wait(TIMEOUTS_S[Panel.KEYPAD] + 1)
    open_panel(bench, Panel.KEYPAD)
    assert bench.app.screen.typed == ""


def test_every_wait_for_the_guard_is_the_same_picture(bench: Bench) -> None:
    """No outcome shames: a refusal that must not be told cannot be told from any other wait."""
    shown: list[np.ndarray] = []
    refusal = RefusalFacts(Reason.BLACKLISTED)
    refused = View(Face.REFUSED, VISIT, CARD, refusal, number="2CDA", looks_to_guard=True)
    for view in (View(Face.GUARD, VISIT, number="2CDA"), refused):
        bench.show(view)
        bench.app._tick(0)
        settle()
        shown.append(pixels().copy())
    assert all(np.array_equal(picture, shown[0]) for picture in shown[1:])


def test_a_touch_reaches_the_app_through_the_window(bench: Bench) -> None:
    """From the finger to the worker and back to the screen."""
    bench.desk.answers["confirm"] = view_of(Face.DECLARATION)
    bench.show(view_of(Face.BOOKING))
    settle()
    yes = bench.app.texts.t("booking.yes")
    tap(next(widget for widget in bench.app.screen.walk() if getattr(widget, "content", "") == yes))
    bench.kiosk.work()
    assert bench.app.shown_name is Face.DECLARATION


# nothing grows


def test_screens_come_and_go_without_leaving_widgets_behind(bench: Bench) -> None:
    """A kiosk shows thousands of screens between two starts: 300 changes leave as many widgets as 40 did."""
    faces = [face for face in Face if face is not Face.OUT_OF_ORDER]
    counts = []
    for change in range(301):
        bench.show(view_of(faces[change % len(faces)]))
        if change % 7 == 0:
            bench.app.acts.switch_language()
        if change in {40, 300}:
            bench.show(view_of(Face.IDLE))
            settle()
            gc.unfreeze()  # what a window leaves out of the looks for garbage is counted as well
            gc.collect()
            counts.append(sum(issubclass(type(thing), Widget) for thing in gc.get_objects()))
    assert counts[1] <= counts[0]


def test_all_frames_of_one_size_share_a_texture(bench: Bench) -> None:
    """A new texture for each frame would cost ten milliseconds and memory each."""
    picture: Any = bench.app.screen.ids.picture
    bench.app.screen.show_frame(frame())
    first = picture._texture
    for _again in range(20):
        bench.app.screen.show_frame(frame())
        settle()
    assert picture._texture is first


def test_every_screen_has_a_sample() -> None:
    """The gallery and the taps would pass over a new screen otherwise."""
    assert {sample.place for sample in SAMPLES} == {*SCREENS, *SETUP_SCREENS}
