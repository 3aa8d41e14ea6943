"""The enrolment window with a real server: the QR of its page is held to the camera, touched through, and lasts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
import segno

from kiosk.protocol.enrolment_text import write
from kiosk.services.enrolling import Stage, Trouble
from tests.central.builders import HERE, found_city
from tests.e2e.city import kiosk_settings
from tests.screens.window import open_window, tap, turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kiosk.config import Settings
    from kiosk.enrol_app import EnrolApp
    from tests.central.builders import City


class Held:
    """A camera before which a text is held as a QR; nothing at first."""

    def __init__(self) -> None:
        self.text = ""
        self._noise = 0

    def hold(self, text: str) -> None:
        """Hold up another text; empty takes it away."""
        self.text = text

    def read(self) -> np.ndarray | None:
        """Return the next frame; no two are the same, as from a camera."""
        time.sleep(0.02)
        self._noise = (self._noise + 1) % 50
        frame = np.full((480, 640, 3), 200, np.uint8)
        frame[0, : self._noise + 1] = 0
        if self.text:
            rows = np.array([list(row) for row in segno.make(self.text, error="m").matrix_iter(scale=6, border=4)])
            picture = np.where(rows > 0, 0, 255).astype(np.uint8)
            height, width = picture.shape
            frame[20 : 20 + height, 20 : 20 + width] = picture[..., None]
        return frame

    def close(self) -> None:
        """Let go of nothing."""


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A server with a kiosk that nobody is yet."""
    made = found_city(tmp_path / "central")
    made.desk.fleet.put_kiosk(HERE, "door-1", "A")
    yield made
    made.server.stop()


@pytest.fixture
def settings(city: City, tmp_path: Path) -> Settings:
    """The settings of a kiosk of this server."""
    return kiosk_settings(city.url, tmp_path / "keys" / "log.key")


@pytest.fixture
def held() -> Held:
    """A camera."""
    return Held()


@pytest.fixture
def app(settings: Settings, tmp_path: Path, held: Held) -> Iterator[EnrolApp]:
    """The window on the screen, its camera running."""
    open_window(540, 960)
    from kivy.app import App
    from kivy.core.window import Window

    from kiosk.launch import make_enrol_app

    made = make_enrol_app(settings, tmp_path / "kiosk", held)
    made._run_prepare()
    assert made.scanner is not None
    made.scanner.start()
    yield made
    made.scanner.stop()
    made.on_stop()
    Window.remove_widget(made.root)
    App._running_app = None


def _until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        turn(1)
        time.sleep(0.01)


def _button(app: EnrolApp, words: str) -> None:
    from kiosk.screens.widgets import Touchable

    turn(4)
    button = next(item for item in app.screen.walk() if isinstance(item, Touchable) and item.content == words)  # pyright: ignore[reportAttributeAccessIssue]
    tap(button)


def _stage(app: EnrolApp) -> Stage:
    return app.screen.step_view.stage


def _trouble(app: EnrolApp) -> Trouble:
    return app.screen.step_view.trouble


def test_a_kiosk_becomes_somebody_at_its_own_screen(
    city: City, app: EnrolApp, held: Held, settings: Settings, tmp_path: Path
) -> None:
    """The QR of the page, a yes, and the log has an identity that a restart finds."""
    from kiosk.enrolment import is_enrolled

    assert not is_enrolled(settings, tmp_path / "kiosk")
    held.hold(write(city.url, city.desk.fleet.enrolment_code(HERE, "door-1").code))
    _until(lambda: _stage(app) is Stage.CONFIRM)
    assert city.url in app.screen.server
    _button(app, "确认登记")
    _until(lambda: _stage(app) is Stage.DONE)
    assert [row[1] for row in app.screen.rows] == [HERE, "door-1", "A", "1"]
    assert is_enrolled(settings, tmp_path / "kiosk")
    assert not app.is_enrolled
    (kiosk,) = city.desk.fleet.kiosks(HERE)
    assert kiosk.epoch == 1


def test_a_used_code_says_so_and_a_new_one_works(city: City, app: EnrolApp, held: Held) -> None:
    """Wrong, used and old look the same; the screen stays and takes the next code."""
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    good = city.desk.fleet.enrolment_code(HERE, "door-1").code  # voids the one before
    held.hold(write(city.url, code))
    _until(lambda: _stage(app) is Stage.CONFIRM)
    _button(app, "确认登记")
    _until(lambda: _trouble(app) is Trouble.REFUSED)
    assert "请重新取码" in app.screen.trouble
    held.hold(write(city.url, good))
    _until(lambda: _stage(app) is Stage.CONFIRM)
    _button(app, "返回")
    assert _stage(app) is Stage.SCAN


def test_without_a_server_the_screen_stays_and_says_so(city: City, app: EnrolApp, held: Held) -> None:
    """A cable that is out is told as that, not as a wrong code."""
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    city.server.stop()
    held.hold(write(city.url, code))
    _until(lambda: _stage(app) is Stage.CONFIRM)
    _button(app, "确认登记")
    _until(lambda: _trouble(app) is Trouble.UNREACHABLE)


def test_a_strangers_qr_leads_nowhere(city: City, app: EnrolApp, held: Held) -> None:
    """Whoever pastes a QR of their own over ours gets no kiosk; the screen names their server."""
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    held.hold(write("http://central.evil.cn", code))
    _until(lambda: _trouble(app) is Trouble.OTHER_SERVER)
    assert "central.evil.cn" in app.screen.trouble
    app.switch_language()
    assert "another server" in app.screen.trouble
    assert city.enrol(code).status_code == 200


def test_the_end_of_setting_up_asks_for_the_kiosk(city: City, app: EnrolApp, held: Held) -> None:
    """A touch on "start" closes this window; the program then opens the kiosk's."""
    held.hold(write(city.url, city.desk.fleet.enrolment_code(HERE, "door-1").code))
    _until(lambda: _stage(app) is Stage.CONFIRM)
    _button(app, "确认登记")
    _until(lambda: _stage(app) is Stage.DONE)
    stopped: list[bool] = []
    app.stop = lambda *_args: stopped.append(True)  # pyright: ignore[reportAttributeAccessIssue] - the window stays for other tests
    _button(app, "开始使用")
    _until(lambda: bool(stopped))
    assert app.is_enrolled
