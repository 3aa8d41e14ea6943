"""The window of a kiosk that cannot start: it says so to visitors, and to the operator what is wrong."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from kiosk.adapters.clock import SystemClock
from kiosk.errors import ConfigError, KioskError, StoreDamaged
from kiosk.texts import PRODUCT, Texts
from tests.screens.window import open_window, tap, turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.failed_app import FailedApp


@contextmanager
def _window(error: KioskError, again_s: float) -> Iterator[FailedApp]:
    open_window(540, 960)
    from kivy.app import App
    from kivy.core.window import Window

    from kiosk.failed_app import FailedApp
    from kiosk.screens.stage import NOWHERE, ScreenSettings, Stage

    on_screen = ScreenSettings(site=NOWHERE, entrance=NOWHERE, zone=ZoneInfo("UTC"))
    app = FailedApp(error, Stage(Texts.load(PRODUCT), on_screen), SystemClock(), again_s)
    app._run_prepare()
    turn(4)
    yield app
    Window.remove_widget(app.root)
    App._running_app = None


def _said(app: FailedApp) -> dict[str, str]:
    return {label: value for label, value, *_mood in app.screen.rows}


def test_it_says_what_is_wrong_where_and_how_much_more() -> None:
    """The code for the telephone, the reason in words, the first mistake whole; in both languages."""
    first = "policy.toml: admission.early_min: must not be [b]below[/b] 0"
    with _window(ConfigError([first, "plan.toml: x", "plan.toml: y"]), 60) as app:
        assert _said(app) == {"代码": "config_error", "原因": "设置有误", "详情": f"{first} (+2)"}
        assert app.screen.stage.place() == ""
        _touch(app, "EN")
        assert _said(app)["Reason"] == "Settings are wrong"
        assert app.screen.texts.t("out_of_order.title") == "This kiosk is closed"


def test_no_touch_leads_from_it_to_a_door() -> None:
    """Whatever is touched, it stays closed: what it is shown is the screen of a kiosk that is out of order."""
    from kiosk.screens.widgets import Touchable

    with _window(StoreDamaged("log.db: the file is damaged"), 60) as app:
        touched = [item for item in app.screen.walk() if isinstance(item, Touchable)]
        assert touched
        for item in touched:
            tap(item)
            turn(2)
        assert _said(app).popitem()[1] == "log.db: the file is damaged"
        assert not app.is_to_try_again


def test_it_tries_again_by_itself() -> None:
    """A file that was mended meanwhile opens the kiosk; a window that a person closed does not."""
    with _window(StoreDamaged("log.db"), 0.2) as app:
        end = time.monotonic() + 20
        while not app.is_to_try_again:
            assert time.monotonic() < end
            turn(1)


@pytest.mark.parametrize(
    ("content", "is_read"),
    [("[screen]\nwidth = 720\nheight = 1280\n[server]\n", True), ("[screen\n", False), (None, False)],
    ids=["wrong elsewhere", "no TOML", "missing"],
)
def test_the_window_has_its_size_whatever_else_is_wrong(tmp_path: Path, content: str | None, is_read: bool) -> None:
    """What can be read of the settings is used; else the drawing's own size."""
    from kiosk.config import ScreenSettings, read_screen

    file = tmp_path / "kiosk.toml"
    if content is not None:
        file.write_text(content, "utf-8")
    found = read_screen(file)
    assert (found.width, found.height) == ((720, 1280) if is_read else (1080, 1920))
    assert is_read or found == ScreenSettings()  # pyright: ignore[reportCallIssue]


def _touch(app: FailedApp, words: str) -> None:
    from kiosk.screens.widgets import Touchable

    tap(next(item for item in app.screen.walk() if isinstance(item, Touchable) and item.content == words))  # pyright: ignore[reportAttributeAccessIssue]
    turn(4)
