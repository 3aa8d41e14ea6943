"""Puts window, kiosk and scanner together, and runs them."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kiosk.adapters.clock import SystemClock
from kiosk.adapters.exit_sensor import CommandExitSensor, SerialExitSensor
from kiosk.adapters.id_card import IdCardReader
from kiosk.adapters.serial_scanner import SerialScanner
from kiosk.app import KioskApp
from kiosk.bootstrap import Kiosk
from kiosk.config import read_screen
from kiosk.domain.lane import OPEN_S
from kiosk.domain.site import Words
from kiosk.enrol_app import EnrolApp
from kiosk.enrolment import enrol, is_enrolled
from kiosk.failed_app import FailedApp
from kiosk.scanner import Scanner
from kiosk.screens.catalog import GUARD_PANELS, Panel, required_texts
from kiosk.screens.codes import is_taken
from kiosk.screens.stage import NOWHERE, ScreenSettings, Stage
from kiosk.screens.window import configure
from kiosk.services.enrolling import Enrolling
from kiosk.services.views import Face
from kiosk.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from kivy.app import App

    from kiosk.config import KioskSettings, Settings
    from kiosk.errors import KioskError
    from kiosk.scanner import FrameSource


def make_app(kiosk: Kiosk, source: str | FrameSource | None) -> KioskApp:
    """Return the app of `kiosk`, with a scanner that reads `source` (None: no camera). Raises ConfigError.

    The window must be configured before (`kiosk.screens.window.configure`).
    """
    settings = kiosk.settings
    screen = settings.kiosk.screen
    texts = Texts.load(settings.folder, screen.first_language, required_texts())
    documents = kiosk.copy.documents()
    name = documents.site.name if documents is not None else Words(kiosk.identity.site_id, kiosk.identity.site_id)
    zone = ZoneInfo(documents.site.timezone) if documents is not None else ZoneInfo("UTC")
    on_screen = ScreenSettings(
        site=name,
        entrance=settings.kiosk.entrance,
        zone=zone,
        width_px=screen.width,
        height_px=screen.height,
        is_borderless=screen.fullscreen,
        is_exit=settings.kiosk.direction == "exit",
        is_station=settings.kiosk.is_station,
        is_board=settings.kiosk.is_board,
        timeouts_s=_timeouts(settings.kiosk),
        reads_badges="camera" if source is not None else "hand" if settings.kiosk.scanner.port else "",
    )
    app = KioskApp(kiosk, Stage(texts, on_screen), None)
    if screen.sound:
        app.tone.load()
    if source is not None:
        app.scanner = camera(kiosk, app, source)
    return app


def camera(kiosk: Kiosk, app: KioskApp, source: str | FrameSource) -> Scanner:
    """Return the scanner that reads `source`, not started; each state of the camera goes into the log by its name."""
    return Scanner(
        source,
        lambda codes: app.from_camera([code.text for code in codes]),
        lambda state: kiosk.set_device("camera", is_well=state.reads, state=state.value),
        clock=kiosk.clock.monotonic,
        is_ours=is_taken,
    )


Beside = SerialScanner | IdCardReader | SerialExitSensor | CommandExitSensor


def devices_beside(kiosk: Kiosk, app: KioskApp) -> list[Beside]:
    """Return what the settings put beside the camera, not started: hand scanner, card reader, exit sensor."""
    settings = kiosk.settings.kiosk
    devices: list[Beside] = []
    if settings.scanner.port:
        devices.append(
            SerialScanner(
                settings.scanner.port,
                lambda code: app.from_camera([code]),
                lambda is_there: kiosk.set_device("scanner", is_well=is_there),
                baud=settings.scanner.baud,
            )
        )
    if settings.id_card.port:
        devices.append(
            IdCardReader(
                settings.id_card.port,
                lambda card: app.codes.from_card(card.number),
                lambda is_there: kiosk.set_device("id_card", is_well=is_there),
                baud=settings.id_card.baud,
            )
        )
    sensor = settings.exit_sensor

    def is_there(known: bool) -> None:  # noqa: FBT001 - as every device tells it
        kiosk.set_device("exit_sensor", is_well=known)

    if sensor.command:
        devices.append(CommandExitSensor(sensor.command, kiosk.note_exit, is_there))
    elif sensor.port:
        devices.append(SerialExitSensor(sensor.port, kiosk.note_exit, is_there, baud=sensor.baud))
    return devices


def _timeouts(kiosk: KioskSettings) -> dict[str, float]:
    """Return each screen's time by the settings; a screen that is not named stays."""
    settings = kiosk.timeouts
    limits: dict[str, float] = {
        Face.BOOKING: settings.booking_s,
        Face.MEASURING: settings.measuring_s,
        Face.REFUSED: settings.refused_s,
    }
    shared = (
        ((Face.ADMITTED, Face.GOODBYE), settings.result_s),
        ((Face.REST, Face.GUARD, Face.HALL_LINE), settings.wait_s),
        ((Face.DECLARATION, Panel.WHICH, Panel.NOTICE), settings.declaration_s),
        ((Panel.KEYPAD, Panel.HELP), settings.keypad_s),
        (GUARD_PANELS, settings.guard_s),
    )
    limits |= {name: seconds for names, seconds in shared for name in names}
    if kiosk.is_station:  # nobody's door: the lane is not left between two visitors
        limits[Panel.GUARD_LANE] = max(settings.guard_s, OPEN_S)
    return limits


def make_enrol_app(settings: Settings, data: Path, source: str | FrameSource | None) -> EnrolApp:
    """Return the window that makes the kiosk in `data` somebody, with a scanner that reads `source`.

    It enrols with the server of the settings and no other. The window must be configured before.
    """
    texts = Texts.load(settings.folder, settings.kiosk.screen.first_language, required_texts())
    nobody = Words(*(texts.tables[language]["enrol.nobody"] for language in LANGUAGES))
    on_screen = ScreenSettings(site=nobody, entrance=settings.kiosk.entrance, zone=_machine_zone())
    clock = SystemClock()
    enrolling = Enrolling(settings.kiosk.server.url, lambda code: enrol(settings, data, code))
    app = EnrolApp(enrolling, Stage(texts, on_screen), clock)
    if source is not None:
        app.scanner = Scanner(
            source,
            lambda codes: app.from_camera([code.text for code in codes]),
            lambda _state: None,
            clock=clock.monotonic,
        )
    return app


def _enrol_first(settings: Settings, data: Path) -> bool:
    """Open the enrolment window; return whether a person wants the kiosk to start now."""
    screen = settings.kiosk.screen
    configure(screen.width, screen.height, fullscreen=screen.fullscreen)
    source = settings.kiosk.camera.source
    app = make_enrol_app(settings, data, None if source == "none" else source)
    _run_window(app)
    return app.is_enrolled


def _run_window(app: EnrolApp | KioskApp) -> None:
    """Run a window with its scanner until it is closed or SIGTERM comes."""
    if app.scanner is not None:
        app.scanner.start()
    try:
        _run_until_told(app)
    finally:
        if app.scanner is not None:
            app.scanner.stop()


def _run_until_told(app: App) -> None:
    """Run a window until it is closed or SIGTERM comes."""
    signal.signal(signal.SIGTERM, lambda _signum, _frame: app.stop())
    app.run()


def _machine_zone() -> ZoneInfo:
    """Return the machine's time zone, for a window that does not know its site; UTC where the machine has none."""
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return ZoneInfo("UTC")


def _begin_anew() -> None:
    """Start this very program again, in the place of itself: Kivy makes one window in the life of a process."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this very program


def show_failure(config: Path, error: KioskError) -> None:
    """Show what keeps the kiosk of the settings `config` from starting, and begin anew after a while.

    Returns when the window is closed or SIGTERM comes.
    """
    screen = read_screen(config)
    configure(screen.width, screen.height, fullscreen=screen.fullscreen)
    on_screen = ScreenSettings(site=NOWHERE, entrance=NOWHERE, zone=_machine_zone())
    app = FailedApp(error, Stage(Texts.load(config.parent, screen.first_language), on_screen), SystemClock())
    _run_until_told(app)
    if app.is_to_try_again:
        _begin_anew()


def run(settings: Settings, data: Path) -> int:
    """Open the kiosk's window and run until it is closed or SIGTERM comes; return 0.

    A kiosk that is nobody yet opens the enrolment window; once it is somebody the program begins anew. Raises
    ConfigError or StoreError.
    """
    if not is_enrolled(settings, data):
        if _enrol_first(settings, data):
            _begin_anew()
        return 0
    kiosk = Kiosk(settings, data)
    screen = settings.kiosk.screen
    configure(screen.width, screen.height, fullscreen=screen.fullscreen)
    try:
        kiosk.start()
        source = settings.kiosk.camera.source
        app = make_app(kiosk, None if source == "none" else source)
        devices = devices_beside(kiosk, app)
        try:
            for device in devices:
                device.start()
            _run_window(app)
        finally:
            for device in devices:
                device.stop()
    finally:
        kiosk.stop()
    return 0
