"""Somebody else steps up in the middle of a visit: the screen says whose it is, and gives way without losing it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from kivy.uix.widget import Widget

from kiosk.screens.catalog import Panel
from kiosk.screens.stage import TIMEOUTS_S
from kiosk.screens.whose import TOLD_LASTS, VisitScreen
from kiosk.services.views import Face, View
from tests.screens.fake_kiosk import Bench
from tests.screens.looks import seen, words_on
from tests.screens.samples import CARD, VISIT
from tests.screens.showing import open_panel, view_of
from tests.screens.window import settle, tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanner import Scanner

AT_A_VISIT = (Face.DECLARATION, Face.MEASURING, Panel.WHICH, Panel.NOTICE)
TELLING = (Face.BOOKING, *AT_A_VISIT)
CODE = "VB1:SOMEBODY-ELSES"
NUMBER = "11010519491231002X"  # the example of GB 11643-1999


def come_to(bench: Bench, name: Face | Panel) -> None:
    """Bring the visit to one of its screens."""
    if isinstance(name, Panel):
        open_panel(bench, name)
    else:
        bench.show(view_of(name))
    settle()


def hold_up(bench: Bench, *, is_other: bool = True) -> None:
    """Hold a code up; `is_other`: what the worker finds out about it."""
    bench.desk.answers["is_not_of"] = is_other
    bench.app.from_camera([CODE])
    bench.kiosk.work()  # the code comes to the window
    bench.kiosk.work()
    settle()


def lay_on(bench: Bench, *, is_other: bool = True) -> None:
    """Lay an identity card on the reader; `is_other`: what the worker finds out about it."""
    bench.desk.answers["is_card_not_of"] = is_other
    bench.app.codes.from_card(NUMBER)
    bench.kiosk.work()  # the number comes to the window
    bench.kiosk.work()
    settle()


BRINGS: dict[str, tuple[Callable[..., None], tuple[object, ...]]] = {
    "code": (hold_up, ("is_not_of", VISIT, [CODE])),
    "card": (lay_on, ("is_card_not_of", VISIT, NUMBER)),
}
"""What another may bring: how it comes, and what is asked about it."""


def told(bench: Bench, what: str) -> tuple[str, str]:
    """Return what is to be told of another's code or card, in both languages."""
    key, texts, way_out = f"whose.other_{what}", bench.app.texts, bench.app.screen.way_out
    return texts.t(key, way_out=texts.t(way_out)), texts.second(key, way_out=texts.second(way_out))


class Eye:
    """A scanner that sees nothing and notes that it was told to look anew."""

    def __init__(self) -> None:
        self.forgot = 0

    def forget(self) -> None:
        """Look anew."""
        self.forgot += 1


def button(bench: Bench, key: str) -> Widget:
    """Return the button on the screen that bears a text."""
    words = bench.app.texts.t(key)
    return next(one.widget for one in seen(bench.app.screen) if getattr(one.widget, "content", "") == words)


@pytest.mark.parametrize("name", AT_A_VISIT)
def test_whoever_steps_up_sees_whose_turn_it_is(bench: Bench, name: Face | Panel) -> None:
    """What comes after any code looks alike; only the name tells one from another, masked as on the booking screen."""
    come_to(bench, name)
    assert "正在登记：张*明" in words_on(bench.app.screen)


def test_a_visit_without_a_name_is_told_by_its_number(bench: Bench) -> None:
    """A walk-in, or a code that is newer than the copy: no name is known, and the number is the guard's as well."""
    nameless = replace(CARD, name_masked=None)
    for card in (None, nameless):
        bench.show(View(Face.MEASURING, VISIT, card, number="4071"))
        settle()
        assert "正在登记：4071 号" in words_on(bench.app.screen)


def test_where_nobody_is_known_nobody_is_named(bench: Bench) -> None:
    """Neither an empty label nor a button that ends nothing, and nothing is left of the visitor before."""
    come_to(bench, Face.MEASURING)
    bench.show(View(Face.MEASURING, VISIT))
    settle()
    shown = words_on(bench.app.screen)
    assert "正在登记" not in shown
    assert bench.app.texts.t("whose.not_me") not in shown


@pytest.mark.parametrize("name", AT_A_VISIT)
def test_not_me_closes_the_turn_as_leaving_it_does(bench: Bench, name: Face | Panel) -> None:
    """The visit is abandoned, so that its code takes it up where it was; nothing is answered for anybody."""
    come_to(bench, name)
    bench.desk.calls.clear()
    tap(button(bench, "whose.not_me"))
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE
    assert bench.desk.asked("time_out") == [("time_out", VISIT)]
    assert bench.desk.asked("visitor_left")
    assert bench.desk.asked("declare") == []


def test_a_code_that_is_still_held_up_is_read_once_the_screen_is_free(bench: Bench) -> None:
    """Its owner touches "not me" and need not take the telephone away first."""
    eye = Eye()
    come_to(bench, Face.DECLARATION)
    hold_up(bench)
    bench.app.scanner = cast("Scanner", eye)
    try:
        tap(button(bench, "whose.not_me"))
        bench.kiosk.work()
    finally:
        bench.app.scanner = None
    assert eye.forgot == 1


@pytest.mark.parametrize("what", BRINGS)
@pytest.mark.parametrize("name", TELLING)
def test_what_another_brings_is_told_and_interrupts_nobody(bench: Bench, name: Face | Panel, what: str) -> None:
    """Its owner learns that this is not their registration; it opens nothing, and nothing on the screen moves."""
    come_to(bench, name)
    before = {one.name(): one.box for one in seen(bench.app.screen)}
    turn, left = bench.app._case.turn, bench.app.screen.seconds_left
    bring, question = BRINGS[what]
    bring(bench)
    assert bench.desk.asked(str(question[0])) == [question]
    assert bench.desk.asked("scan") == bench.desk.asked("look_up") == []
    assert (bench.app.shown_name, bench.app._case.turn, bench.app.screen.seconds_left) == (name, turn, left)
    said = words_on(bench.app.screen)
    assert all(words in said for words in told(bench, what))
    after = {one.name(): one.box for one in seen(bench.app.screen)}
    assert after.keys() & before.keys() >= {key for key in before if "Button" in key}
    assert all(after[key] == before[key] for key in after.keys() & before.keys())


@pytest.mark.parametrize("name", TELLING)
def test_the_button_that_is_named_stands_on_the_screen(bench: Bench, name: Face | Panel) -> None:
    """Whoever is somebody else is told what to touch, by the very words on it."""
    come_to(bench, name)
    lay_on(bench)
    words = bench.app.texts.t(bench.app.screen.way_out)
    assert f"“{words}”" in bench.app.screen.told
    assert button(bench, bench.app.screen.way_out)


@pytest.mark.parametrize("name", TELLING)
def test_what_was_told_of_a_code_goes_by_itself(bench: Bench, name: Face | Panel) -> None:
    """Its reader may have left; the steps come back, and the time of the visitor was not made longer."""
    come_to(bench, name)
    hold_up(bench)
    bench.wait(TOLD_LASTS.total_seconds())
    settle()
    said = words_on(bench.app.screen)
    assert told(bench, "code")[0] not in said
    assert bench.app.texts.t("steps.temperature") in said


def test_a_code_that_is_held_up_makes_no_visitors_time_longer(bench: Bench) -> None:
    """Whose turn was left is over in time, whoever stands there with a telephone."""
    come_to(bench, Face.DECLARATION)
    bench.wait(TIMEOUTS_S[Face.DECLARATION] - 1)
    hold_up(bench)
    bench.wait(2)
    assert bench.app.shown_name is Face.IDLE


@pytest.mark.parametrize("what", BRINGS)
@pytest.mark.parametrize("name", TELLING)
def test_of_ones_own_nothing_is_told(bench: Bench, name: Face | Panel, what: str) -> None:
    """A phone that is still held up, or a card that is laid on again, is no stranger's."""
    come_to(bench, name)
    BRINGS[what][0](bench, is_other=False)
    assert bench.app.screen.told == ""
    assert bench.app.texts.t("steps.temperature") in words_on(bench.app.screen)


def test_an_answer_that_comes_late_is_not_told_to_the_next_visitor(bench: Bench) -> None:
    """The worker was busy, and the visit has gone on or has gone meanwhile."""
    come_to(bench, Face.MEASURING)
    bench.desk.answers["is_not_of"] = True
    bench.app.codes.seen([CODE])
    bench.app.show_view(View(Face.IDLE))
    bench.app.show_view(replace(view_of(Face.MEASURING), visit_id=type(VISIT)("another")))
    bench.kiosk.work()
    settle()
    assert told(bench, "code")[0] not in words_on(bench.app.screen)


def test_what_was_told_is_not_left_for_the_next_visit(bench: Bench) -> None:
    """Screens stay for the whole day; what they said does not."""
    come_to(bench, Face.MEASURING)
    hold_up(bench)
    bench.show(View(Face.IDLE))
    come_to(bench, Face.MEASURING)
    assert told(bench, "code")[0] not in words_on(bench.app.screen)


def test_a_question_about_a_code_that_fails_changes_nothing(bench: Bench) -> None:
    """Nobody asked for it by a touch: a visitor is not sent to the guard for a stranger's code."""
    come_to(bench, Face.DECLARATION)
    bench.desk.answers["is_not_of"] = OSError()
    bench.app.codes.seen([CODE])
    bench.kiosk.work()
    assert bench.desk.asked("is_not_of")
    assert bench.app.shown_name is Face.DECLARATION
    assert isinstance(bench.app.screen, VisitScreen)
    assert bench.app.screen.told == ""
