"""Codes at the window: taken where nobody is interrupted, from the camera and from hand scanners that type."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kivy.uix.widget import Widget

from kiosk.domain.admission import Reason
from kiosk.domain.ids import VisitId
from kiosk.screens.catalog import Panel
from kiosk.screens.window import TypedKeys
from kiosk.services.views import Face, Hint, RefusalFacts, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import VISIT
from tests.screens.showing import BUSY, TAKING, open_panel, view_of
from tests.screens.window import turn

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


@pytest.mark.parametrize("panel", [panel for panel in Panel if panel not in {Panel.HELP, Panel.REST_BOARD}])
def test_a_code_does_not_take_a_panel_away(bench: Bench, panel: Panel) -> None:
    """Neither a typed number nor a guard's work is lost to a code that passes by."""
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
