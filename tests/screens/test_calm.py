"""The screens are made before somebody waits for one, and what stands for good costs nothing any more."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kiosk.screens.calm import CALM_S, REST_S
from kiosk.screens.catalog import GUARD_PANELS, SCREENS, Panel
from kiosk.services.views import Face, View
from tests.screens.samples import VISIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.screens.fake_kiosk import Bench


@pytest.fixture
def fresh(bench: Bench) -> Iterator[Bench]:
    """A window that has made nothing but its idle screen."""
    case = bench.app._case
    made = dict(case._screens)
    first = case._first_stage
    case._screens = {Face.IDLE: made[Face.IDLE]}
    yield bench
    case._screens, case._first_stage = made, first


def _rest(bench: Bench, seconds: float) -> None:
    for _ in range(round(seconds / REST_S)):
        bench.kiosk.clock.passed += REST_S
        bench.app.calm.rest(REST_S)


def test_whoever_comes_first_waits_for_no_screen_to_be_made(fresh: Bench) -> None:
    """After a while of rest one screen after the other is made, those of visitors before the guards'."""
    made = fresh.app._case._screens
    _rest(fresh, CALM_S - REST_S)
    assert list(made) == [Face.IDLE]
    _rest(fresh, REST_S)
    assert len(made) == 2
    _rest(fresh, REST_S * len(SCREENS))
    assert made.keys() == SCREENS.keys() - {Panel.REST_BOARD}  # which stands in the place of the idle screen, or never
    order = list(made)
    assert max(order.index(face) for face in Face) < min(order.index(panel) for panel in GUARD_PANELS)


def test_nothing_is_made_while_somebody_is_there(fresh: Bench) -> None:
    """A touch that meets the making of a screen would wait for it."""
    made = fresh.app._case._screens
    fresh.show(View(Face.REST, VISIT))
    _rest(fresh, 2 * CALM_S)
    assert made.keys() == {Face.IDLE, Face.REST}
    fresh.show(View(Face.IDLE))
    _rest(fresh, CALM_S - REST_S)
    fresh.app.root.dispatch("on_touched")  # on whatever there is: large type, a notice
    _rest(fresh, CALM_S - REST_S)
    assert made.keys() == {Face.IDLE, Face.REST}
    fresh.app.acts.open_help()
    _rest(fresh, 2 * CALM_S)
    assert made.keys() == {Face.IDLE, Face.REST, Panel.HELP}


def test_a_display_makes_no_screens_that_it_never_shows(fresh: Bench) -> None:
    """It shows who is called, and nobody touches it."""
    case = fresh.app._case
    case._first_stage = replace(case._first_stage, settings=replace(case._first_stage.settings, is_board=True))
    _rest(fresh, 2 * CALM_S)
    assert list(case._screens) == [Face.IDLE]


def test_a_station_makes_its_screens_while_nobody_is_signed_in(fresh: Bench) -> None:
    """It never shows the idle screen."""
    case = fresh.app._case
    case._first_stage = replace(case._first_stage, settings=replace(case._first_stage.settings, is_station=True))
    fresh.app.show_view(View(Face.IDLE))
    fresh.kiosk.work()
    _rest(fresh, CALM_S + 3 * REST_S)
    assert case._screens.keys() > {Face.IDLE, Panel.GUARD_SIGN_IN}


def test_a_look_for_garbage_passes_over_what_was_made(fresh: Bench) -> None:
    """Otherwise each look walks through every widget of every screen, and the window stands still meanwhile."""
    _rest(fresh, CALM_S + REST_S * len(SCREENS))
    assert gc.get_freeze_count() > len(gc.get_objects())
    kept = {id(screen) for screen in fresh.app._case._screens.values()}
    assert not [thing for thing in gc.get_objects() if id(thing) in kept]
