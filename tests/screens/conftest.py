"""The kiosk's window for the tests of this folder: one for each file, with a fake kiosk behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.screens.fake_kiosk import Bench


@pytest.fixture(scope="module")
def opened() -> Iterator[Bench]:
    """The app on its window, for all tests of a file."""
    from tests.screens.window import open_window

    open_window(540, 960)
    from tests.screens.fake_kiosk import Bench  # Kivy must not be asked for before the window is set up

    made = Bench()
    yield made
    made.close()


@pytest.fixture
def bench(opened: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The app with a fake kiosk behind it that was asked nothing yet, on the idle screen; it hears every touch."""
    monkeypatch.setattr("kiosk.screens.front.DEAF_S", 0.0)
    opened.renew()
    return opened
