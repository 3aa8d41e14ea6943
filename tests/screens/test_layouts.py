"""Layouts that depend on the room they have, and on nothing that was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiosk.screens.catalog import SCREENS
from tests.screens.window import open_window, turn

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from tests.screens.stand import Stand

_SIZE = (540, 960)
_TURNS = 6  # of the clock: so often a layout may come back on itself
_OFF_PX = 1.0


@pytest.fixture(scope="module")
def stand() -> Stand:
    """Every screen, on one window."""
    open_window(*_SIZE)
    from tests.screens.stand import Stand  # Kivy must not be asked for before the window is set up

    return Stand(*_SIZE)


def _places(screen: Widget) -> list[tuple[str, tuple[float, ...]]]:
    return [(type(item).__name__, (*item.to_window(*item.pos), *item.size)) for item in screen.walk()]


@pytest.mark.parametrize("place", sorted(SCREENS))
def test_a_screen_that_once_had_no_room_looks_as_if_it_always_had(stand: Stand, place: str) -> None:
    """A screen is laid out before it has its size: nothing there may grow by what it has made grow."""
    from tests.screens.samples import SAMPLES

    screen = stand.show(next(sample for sample in SAMPLES if sample.place == place), "en")
    before = _places(screen)
    screen.size_hint = (None, None)
    for size in ((100, 100), _SIZE):
        screen.size = size
        turn(_TURNS)
    screen.size_hint = (1, 1)
    turn(_TURNS)
    moved = [
        (old, new)
        for old, new in zip(before, _places(screen), strict=True)
        if any(abs(one - other) > _OFF_PX for one, other in zip(old[1], new[1], strict=True))
    ]
    assert moved == []
