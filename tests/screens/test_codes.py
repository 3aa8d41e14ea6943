"""Codes at the window: taken where nobody is interrupted, from the camera and from hand scanners that type."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kivy.uix.widget import Widget

from kiosk.adapters.wedge import PAUSE_S
from kiosk.domain.admission import Reason
from kiosk.domain.ids import VisitId
from kiosk.screens.catalog import Panel
from kiosk.screens.window import TypedKeys
from kiosk.services.views import Face, Hint, RefusalFacts, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import VISIT
from tests.screens.showing import BUSY, TAKING, open_panel, view_of
from tests.screens.window import settle, tap, turn

ANOTHER = VisitId("01900000-0000-7000-8000-000000000002")


@pytest.mark.parametrize("face", [Face.IDLE, *TAKING])
def test_a_code_is_taken_where_nobody_is_interrupted(bench: Bench, face: Face) -> None:
    """The next visitor need not wait until a result leaves the screen."""
    bench.desk.answers["scan"] = view_of(Face.BOOKING)
    bench.show(view_of(face))
    bench.app.from_camera(["VB1:A"])
    bench.kiosk.work()
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:A"])]
    assert bench.app.shown_name is Face.BOOKING


@pytest.mark.parametrize("face", BUSY)
def test_a_code_behind_a_visitor_does_not_interrupt(bench: Bench, face: Face) -> None:
    """Somebody in the queue who holds up a code changes nothing for the one at the screen."""
    bench.show(view_of(face))
    bench.app.from_camera(["VB1:A"])
    bench.kiosk.work()
    assert bench.desk.asked("scan") == []
    assert bench.app.shown_name is face


TAKING_PANELS = (Panel.HELP, Panel.KEYPAD)


@pytest.mark.parametrize("panel", TAKING_PANELS)
def test_a_code_is_taken_where_somebody_looks_for_another_way(bench: Bench, panel: Panel) -> None:
    """Who finds their code meanwhile holds it up, and need not find the way back first."""
    bench.desk.answers["scan"] = view_of(Face.BOOKING)
    open_panel(bench, panel)
    bench.app.acts.switch_language()
    bench.app.from_camera(["VB1:A"])
    bench.kiosk.work()
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:A"])]
    assert (bench.app.shown_name, bench.app.texts.first) == (Face.BOOKING, "en")


@pytest.mark.parametrize("panel", [panel for panel in Panel if panel not in {*TAKING_PANELS, Panel.REST_BOARD}])
def test_a_code_does_not_take_a_panel_away(bench: Bench, panel: Panel) -> None:
    """Neither a visitor's answers nor a guard's work is lost to a code that passes by."""
    open_panel(bench, panel)
    bench.app.from_camera(["VB1:A"])
    bench.kiosk.work()
    assert bench.desk.asked("scan") == []
    assert bench.app.shown_name is panel


def test_two_codes_of_one_frame_go_in_one_call(bench: Bench) -> None:
    """Only together can they be seen to be ambiguous."""
    bench.app.from_camera(["VB1:A", "VB1:B"])
    bench.kiosk.work()
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:A", "VB1:B"])]


@pytest.mark.parametrize("face", [Face.ADMITTED, Face.GOODBYE])
def test_a_phone_that_shakes_does_not_take_its_own_welcome_away(bench: Bench, face: Face) -> None:
    """It leaves the frame and comes back while the number is still being read; another's code is taken."""
    bench.desk.answers["scan"] = view_of(face)
    for texts in (["VB1:A"], ["VB1:A"], ["VB1:A"], ["VB1:B"]):
        bench.app.from_camera(texts)
        bench.kiosk.work()
        bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:A"]), ("scan", ["VB1:B"])]


@pytest.mark.parametrize("face", TAKING)
def test_who_takes_over_a_result_begins_in_the_first_language_and_size(bench: Bench, face: Face) -> None:
    """The one before chose theirs, and has not gone back to the idle screen."""
    bench.desk.answers["scan"] = replace(view_of(Face.BOOKING), visit_id=ANOTHER)
    bench.show(view_of(face))
    bench.app.acts.switch_language()
    bench.app.acts.switch_large_text()
    bench.app.codes.seen(["VB1:B"])
    bench.kiosk.work()
    assert (bench.app.shown_name, bench.app.texts.first, bench.app.screen.is_large) == (Face.BOOKING, "zh", False)
    assert bench.desk.asked("visitor_left")


@pytest.mark.parametrize(
    "before",
    [
        View(Face.IDLE),
        view_of(Face.REST),
        View(Face.REFUSED, VISIT, refusal=RefusalFacts(Reason.UNREADABLE_CODE), has_booking=False),
        View(Face.GUARD, ANOTHER, has_booking=False),
    ],
    ids=["idle", "the same visit", "could not be read", "called somebody"],
)
def test_who_chose_a_language_keeps_it_for_their_code(bench: Bench, before: View) -> None:
    """At the idle screen, coming back to a visit, trying again, or waiting for help: it is the same person."""
    bench.desk.answers["scan"] = view_of(Face.MEASURING)
    bench.show(before)
    bench.app.acts.switch_language()
    bench.app.codes.seen(["VB1:A"])
    bench.kiosk.work()
    assert (bench.app.shown_name, bench.app.texts.first) == (Face.MEASURING, "en")


def test_a_refused_code_that_is_shown_again_keeps_the_language(bench: Bench) -> None:
    """Each refusal is a visit of its own, and the person is the same."""
    bench.app.acts.switch_language()
    for visit_id in (VISIT, ANOTHER):
        bench.desk.answers["scan"] = replace(view_of(Face.REFUSED), visit_id=visit_id)
        bench.app.codes.seen(["VB1:A"])
        bench.kiosk.work()
    assert (bench.app.view.visit_id, bench.app.texts.first) == (ANOTHER, "en")


@pytest.mark.parametrize("face", [Face.REST, Face.HALL_LINE, Face.GUARD, Face.REFUSED])
def test_who_waits_may_scan_again_at_once(bench: Bench, face: Face) -> None:
    """A guard may have let them go on meanwhile, at another place."""
    bench.desk.answers["scan"] = view_of(face)
    for _ in range(2):
        bench.app.from_camera(["VB1:A"])
        bench.kiosk.work()
        bench.kiosk.work()
    assert len(bench.desk.asked("scan")) == 2


@pytest.mark.parametrize("face", TAKING)
def test_a_foreign_code_does_not_take_a_result_away(bench: Bench, face: Face) -> None:
    """A poster behind the visitor must not clear the number that they are reading."""
    bench.desk.answers["scan"] = View(Face.IDLE, hint=Hint.NOT_A_BOOKING_CODE)
    bench.show(view_of(face))
    bench.app.codes.seen(["https://example.org"])
    bench.kiosk.work()
    assert bench.app.shown_name is face


def test_a_foreign_code_is_told_on_the_idle_screen(bench: Bench) -> None:
    """There it helps the one who holds it up."""
    bench.desk.answers["scan"] = View(Face.IDLE, hint=Hint.NOT_A_BOOKING_CODE)
    bench.app.codes.seen(["https://example.org"])
    bench.kiosk.work()
    assert bench.app.screen.hint == bench.app.texts.t("hint.not_a_booking_code")


def test_a_hand_scanners_typing_arrives_with_its_capitals(bench: Bench) -> None:
    """Kivy's keys bear a shifted sign without the shift; a booking code is capitals and a colon throughout."""
    bench.type("VB1:NCFOXN%TS3DH\n")
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:NCFOXN%TS3DH"])]


def test_a_hand_scanner_is_heard_again_after_each_screen(bench: Bench) -> None:
    """Touches and screens in between never take the keyboard away."""
    for round_ in range(3):
        bench.show(view_of(Face.ADMITTED))
        bench.show(view_of(Face.IDLE))
        bench.kiosk.clock.passed += 10
        bench.type(f"VB1:ROUND-{round_}\n")
        bench.kiosk.work()
    assert [call[1] for call in bench.desk.asked("scan")] == [[f"VB1:ROUND-{round_}"] for round_ in range(3)]


def test_a_window_that_was_left_does_not_take_the_keyboard_back(bench: Bench) -> None:
    """The enrolment's window comes before the kiosk's: what is typed must not go to the one that is gone."""
    heard: list[str] = []
    other = TypedKeys(Widget(), heard.append)
    turn(2)
    other.let_go()
    turn(4)
    bench.type("VB1:NCFOXN%TS3DH\n")
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:NCFOXN%TS3DH"])]
    assert heard == []


# at the keypad


def touch_keys(bench: Bench, text: str) -> None:
    """Open the keypad, and touch the key of each sign."""
    open_panel(bench, Panel.KEYPAD)
    settle()
    for sign in text:
        tap(next(widget for widget in bench.app.screen.walk() if getattr(widget, "name", None) == sign))
    assert bench.app.screen.typed == text


def test_a_hand_scanner_that_types_is_heard_at_the_keypad(bench: Bench) -> None:
    """Its burst is one code and no typing; what was typed by touch goes with the keypad."""
    bench.desk.answers["scan"] = view_of(Face.BOOKING)
    touch_keys(bench, "7K3")
    keypad = bench.app.screen
    bench.type("VB1:NCFOXN%TS3DH\n")
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:NCFOXN%TS3DH"])]
    assert bench.app.shown_name is Face.BOOKING
    assert keypad.typed == ""


def test_a_persons_keyboard_is_no_scanner_at_the_keypad(bench: Bench) -> None:
    """Slow keys never make up a code, and what was typed by touch stays."""
    touch_keys(bench, "7K3")
    for sign in "M9QAB2CD\n":
        bench.kiosk.clock.passed += 2 * PAUSE_S
        bench.type(sign)
        bench.app.codes.tick()
    bench.kiosk.work()
    assert bench.desk.asked("scan") == []
    assert (bench.app.shown_name, bench.app.screen.typed) == (Panel.KEYPAD, "7K3")


def test_a_foreign_code_takes_nothing_away_at_the_keypad(bench: Bench) -> None:
    """A poster, or a health code on the phone in the other hand: the number goes on."""
    bench.desk.answers["scan"] = View(Face.IDLE, hint=Hint.NOT_A_BOOKING_CODE)
    touch_keys(bench, "7K3")
    bench.app.codes.seen(["https://example.org"])
    bench.kiosk.work()
    assert (bench.app.shown_name, bench.app.screen.typed) == (Panel.KEYPAD, "7K3")


def test_a_code_that_was_refused_does_not_take_the_keypad_from_who_types_instead(bench: Bench) -> None:
    """The phone in their hand shows it still; another code is taken, and the same once they went back."""
    refused = View(Face.REFUSED, VISIT, refusal=RefusalFacts(Reason.UNREADABLE_CODE), has_booking=False)
    bench.desk.answers["scan"] = refused
    bench.app.codes.seen(["VB1:A"])
    bench.kiosk.work()
    touch_keys(bench, "7K3")
    bench.app.codes.seen(["VB1:A"])
    bench.kiosk.work()
    assert (bench.app.shown_name, bench.app.screen.typed) == (Panel.KEYPAD, "7K3")
    bench.app.codes.seen(["VB1:B"])
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:A"]), ("scan", ["VB1:B"])]
    assert bench.app.shown_name is Face.REFUSED
    open_panel(bench, Panel.KEYPAD)
    bench.app.acts.back()
    open_panel(bench, Panel.KEYPAD)
    bench.app.codes.seen(["VB1:B"])
    bench.kiosk.work()
    assert len(bench.desk.asked("scan")) == 3


def test_a_code_that_comes_while_a_number_is_looked_up_waits(bench: Bench) -> None:
    """One answer, and no visit that nobody sees."""
    bench.desk.answers["look_up"] = view_of(Face.BOOKING)
    open_panel(bench, Panel.KEYPAD)
    bench.app.acts.look_up("booking", "7K3M9QAB2")
    assert not bench.app.codes.seen(["VB1:A"])
    bench.kiosk.work()
    assert bench.desk.asked("scan") == []
    assert bench.app.shown_name is Face.BOOKING
