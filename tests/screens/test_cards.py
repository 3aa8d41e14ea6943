"""Identity cards on the reader: looked up where nobody's visit goes on, and told apart where one does."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from kiosk.screens.catalog import GUARD_PANELS, Panel
from kiosk.services.views import Face
from tests.screens.fake_kiosk import Bench
from tests.screens.looks import words_on
from tests.screens.showing import TAKING, open_panel, view_of
from tests.screens.window import settle, tap
from tests.services.builders import Door, id_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = "11010519491231002X"  # the examples of GB 11643-1999
OTHERS = "440524188001010014"


def lay_on(bench: Bench, number: str = OWN) -> None:
    """Lay a card on the reader."""
    bench.app.codes.from_card(number)
    bench.kiosk.work()  # the number comes to the window
    bench.kiosk.work()
    settle()


@pytest.mark.parametrize("name", [Face.IDLE, Panel.KEYPAD, Panel.HELP])
def test_a_card_is_looked_up_where_no_visit_goes_on(bench: Bench, name: Face | Panel) -> None:
    """Whoever stands there need not type the number that the card bears."""
    bench.desk.answers["look_up"] = view_of(Face.BOOKING)
    if isinstance(name, Panel):
        open_panel(bench, name)
    lay_on(bench)
    assert bench.desk.asked("look_up") == [("look_up", "id", OWN)]
    assert bench.app.shown_name is Face.BOOKING


def test_a_card_is_looked_up_while_the_hall_is_asked_for(bench: Bench) -> None:
    """The idle screen asks each second, and the reader tells of a card only once."""
    bench.app.pulse.ask_facts(0)
    assert bench.app.pending == 1
    lay_on(bench)
    assert bench.desk.asked("look_up") == [("look_up", "id", OWN)]


def test_a_card_that_comes_while_a_number_is_looked_up_waits(bench: Bench) -> None:
    """One answer, and no visit that nobody sees."""
    open_panel(bench, Panel.KEYPAD)
    bench.app.acts.look_up("booking", "7K3M9QAB2")
    lay_on(bench)
    assert bench.desk.asked("look_up") == [("look_up", "booking", "7K3M9QAB2")]


@pytest.mark.parametrize("name", [*TAKING, *sorted(GUARD_PANELS)])
def test_a_card_takes_no_result_and_no_guards_screen_away(bench: Bench, name: Face | Panel) -> None:
    """Nor is anything asked about it: there is nobody to be told."""
    if isinstance(name, Panel):
        open_panel(bench, name)
    else:
        bench.show(view_of(name))
    bench.desk.calls.clear()
    lay_on(bench)
    assert bench.desk.asked("look_up") == bench.desk.asked("is_card_not_of") == []
    assert bench.app.shown_name is name


# with a real door behind the window


@pytest.fixture
def door(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Kiosk B behind the window, with a real log, copy and key; its thermometer takes its time."""
    made = Door(tmp_path)
    bench.kiosk.desk = cast("Any", made.desk)
    monkeypatch.setattr(bench.kiosk, "measure", lambda _visit_id, _progress: Future())
    yield made
    made.close()


def touch(bench: Bench, key: str) -> None:
    """Touch the button with these words as a finger does."""
    settle()
    words = bench.app.texts.t(key)
    tap(next(widget for widget in bench.app.screen.walk() if getattr(widget, "content", "") == words))
    bench.kiosk.work()


def test_another_card_is_told_on_the_whole_way_and_ones_own_is_not(
    bench: Bench, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """By the hash that the booking bears; nothing is recorded, and nothing of a card stands in a log line."""
    caplog.set_level(logging.DEBUG)
    bench.app.from_camera([door.books(id_hash=id_hash(OWN))])
    bench.kiosk.work()
    bench.kiosk.work()
    for face, button in ((Face.BOOKING, "booking.yes"), (Face.DECLARATION, "declaration.none"), (Face.MEASURING, "")):
        assert bench.app.shown_name is face
        before = door.kinds()
        lay_on(bench, OWN)
        assert bench.app.screen.told == ""
        lay_on(bench, OTHERS)
        assert "身份证不是这份登记的" in words_on(bench.app.screen)
        assert (bench.app.shown_name, door.kinds()) == (face, before)
        if button:
            touch(bench, button)
    assert not any(secret in caplog.text for number in (OWN, OTHERS) for secret in (number, id_hash(number)))


def test_who_is_told_that_it_is_another_visit_goes_on_by_their_own_card(bench: Bench, door: Door) -> None:
    """Not me, the card once more, and their own booking is asked about."""
    door.books(id_hash=id_hash(OTHERS))
    bench.show(door.desk.confirm(door.visit(door.scan(door.books(id_hash=id_hash(OWN))).visit_id).id))
    lay_on(bench, OTHERS)
    assert bench.app.screen.told
    touch(bench, "whose.not_me")
    assert bench.app.shown_name is Face.IDLE
    lay_on(bench, OTHERS)
    assert bench.app.shown_name is Face.BOOKING


def test_of_whose_booking_no_number_is_known_nothing_is_told(bench: Bench, door: Door) -> None:
    """A card that may be the visitor's own is not called another's."""
    bench.show(door.scan(door.books()))
    lay_on(bench, OTHERS)
    assert (bench.app.shown_name, bench.app.screen.told) == (Face.BOOKING, "")


def test_whose_card_is_not_found_sees_nothing_that_another_typed(bench: Bench, door: Door) -> None:
    """The keypad says that there is no such booking, and stands as it does for everybody."""
    bench.app.acts.open_keypad()
    bench.app.screen.on_other()
    for sign in OWN[:5]:
        bench.app.screen.on_key(sign)
    bench.app.acts.back()
    assert bench.app.shown_name is Face.IDLE
    lay_on(bench, OTHERS)
    assert door.counted() == {"typed_wrong": 1}
    screen = bench.app.screen
    assert (bench.app.shown_name, screen.hint) == (Panel.KEYPAD, bench.app.texts.t("hint.not_found"))
    assert (screen.typed, screen.shown, screen.kind) == ("", "", "booking")
