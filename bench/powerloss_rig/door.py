"""A real kiosk without a window, made to be lost: furnished once by the demo's server, then opened at will."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from central.bookings import BookingWish
from central.server import RunningServer
from central.settings import Settings as ServerSettings
from demo.clock import SimulatedClock
from demo.world import DAY, GUARD_ID, HERE, PIN, ZONE, config_folder, furnish
from kiosk.adapters.thermometers.simulated import SimulatedThermometer
from kiosk.bootstrap import Kiosk, Parts
from kiosk.config import Settings, load
from kiosk.enrolment import LOG_FILE, data_key, enrol
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.domain.ids import VisitId

NOW: Final = DAY + timedelta(minutes=30)
_TEMPERATURES: Final[tuple[int | str, ...]] = (3650, 3640, "unsteady", 3660, 3390, 3650, 3760, 3655)
"""Most are let in; one moves, one is sent to rest, one is held for the guard."""
_DATA: Final = "furnished"
_KEY: Final = "log.key"
_NOBODY: Final = "http://127.0.0.1:9"  # the discard port: every call is refused at once
_SERVICE: Final = "licence_reissue"
_GUARD_EVERY: Final = 8  # a PIN is checked slowly on purpose


@dataclass(frozen=True, slots=True)
class Door:
    """A furnished kiosk: its settings, its data folder as it was before any visitor, and the visitors' codes."""

    settings: Settings
    data: Path
    codes: tuple[str, ...]

    def copy_to(self, folder: Path) -> Door:
        """Return the same door on a copy of its data."""
        shutil.copytree(self.data, folder)
        return replace(self, data=folder)

    def key(self) -> bytes:
        """Return the key of its log."""
        return data_key(self.settings, self.data)

    def log(self) -> Path:
        """Return its log's file."""
        return self.data / LOG_FILE

    def open(self, vfs: str, checkpoint_pages: int, *, is_full: bool = True) -> Kiosk:
        """Switch the kiosk on, its log on the file system `vfs`; without a server, since that has gone.

        `checkpoint_pages`: how much of the write-ahead log makes SQLite carry it over into the file. `is_full`: False
        leaves commits unsynced, which the real kiosk never does.
        """
        clock = SimulatedClock(NOW)
        parts = Parts(clock=clock, thermometer=SimulatedThermometer(clock, is_paced=False), log_vfs=vfs)
        kiosk = Kiosk(self.settings, self.data, parts)
        connection = kiosk.log._database._connection  # noqa: SLF001 - the product has no way to be less durable
        connection.pragma("wal_autocheckpoint", checkpoint_pages)
        if not is_full:
            connection.pragma("synchronous", "normal")
        kiosk.start(loops=False)
        return kiosk


def furnish_door(folder: Path, visitors: int) -> tuple[str, ...]:
    """Start the demo's server, enrol a kiosk in `folder`, let it fetch the bookings, stop both; return the codes."""
    clock = SimulatedClock(NOW)
    server = RunningServer(ServerSettings.model_validate({"server": {"port": 0}}), folder / "central", clock)
    try:
        settings = _settings(server.start(), folder / _KEY)
        code = furnish(server.desk)
        hour = NOW.astimezone(ZONE).replace(minute=0)
        wish = BookingWish(service=_SERVICE, slot_start=hour, slot_end=hour + timedelta(hours=1), name="张小明")
        codes = tuple(server.desk.bookings.create(HERE, wish).code_text for _ in range(visitors))
        enrol(settings, folder / _DATA, code)
        Door(settings, folder / _DATA, codes).open("", 1000).stop()
    finally:
        server.stop()
    return codes


def furnished_door(folder: Path, codes: tuple[str, ...]) -> Door:
    """Return the door that `furnish_door` left in `folder`; its server has gone."""
    return Door(_settings(_NOBODY, folder / _KEY), folder / _DATA, codes)


def _settings(url: str, key_file: Path) -> Settings:
    settings = load(config_folder() / "kiosk.toml")
    own = settings.kiosk
    server = own.server.model_copy(update={"url": url})
    log = own.log.model_copy(update={"key_file": str(key_file)})
    return replace(settings, kiosk=own.model_copy(update={"server": server, "log": log}))


class Crowd:
    """Leads visitors through a door as fast as it goes; `told` is called after each act has returned."""

    def __init__(self, kiosk: Kiosk, told: Callable[[], None]) -> None:
        self._kiosk = kiosk
        self._told = told

    def do(self, act: Callable[[], View]) -> View:
        """Do one act on the worker's thread and tell of it."""
        return self._after(self._kiosk.call(act))

    def _after(self, view: View) -> View:
        if view.face is Face.OUT_OF_ORDER:
            message = f"the door went out of order by itself: {view.facts}"
            raise RuntimeError(message)
        self._told()
        return view

    def come(self, codes: tuple[str, ...], rng: random.Random) -> None:
        """Let one visitor after another come, in a drawn order, as far as each gets; a guard settles some."""
        self._kiosk.call(self._kiosk.desk.rest_screen)
        for number, code in enumerate(rng.sample(codes, len(codes))):
            visit_id = self.lead(code, rng.choice(_TEMPERATURES))
            if visit_id is not None and number % _GUARD_EVERY == 1:
                self._settle(visit_id)

    def lead(self, code: str, temperature: int | str) -> VisitId | None:
        """Walk one visitor to the end, or to where a guard or a rest is needed; return who still waits."""
        desk = self._kiosk.desk
        view = self.do(lambda: desk.scan([code]))
        while (visit_id := view.visit_id) is not None:
            if view.face is Face.BOOKING:
                view = self.do(lambda visit_id=visit_id: desk.confirm(visit_id))
            elif view.face is Face.DECLARATION:
                view = self.do(lambda visit_id=visit_id: desk.declare(visit_id, ()))
            elif view.face is Face.MEASURING:
                view = self.measure(visit_id, temperature)
            else:
                return None if view.face is Face.ADMITTED else visit_id
        return None

    def measure(self, visit_id: VisitId, temperature: int | str) -> View:
        """Take one reading."""
        thermometer = self._kiosk.thermometer
        if isinstance(thermometer, SimulatedThermometer):
            thermometer.will_read(temperature)
        return self._after(self._kiosk.measure(visit_id, lambda _part: None).result())

    def _settle(self, visit_id: VisitId) -> None:
        desk = self._kiosk.desk
        self._kiosk.call(lambda: desk.guarding.sign_in(GUARD_ID, PIN))
        self._told()
        for act, value in ((GuardAct.MEASURE, "axilla:36.6"), (GuardAct.ADMIT, "")):
            self._kiosk.call(lambda act=act, value=value: desk.guarding.guard_act(act, visit_id, value))
            self._told()
        self._kiosk.call(desk.guarding.sign_out)
        self._told()
