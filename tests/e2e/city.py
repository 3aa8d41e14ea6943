"""A whole city in one process: a real server on loopback, real kiosks without a window, one told clock."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from central.bookings import BookingWish, IssuedBooking
from central.server import RunningServer
from central.settings import Settings as ServerSettings
from demo.clock import SimulatedClock
from demo.world import DAY, HERE, furnish
from kiosk.adapters.thermometers.simulated import SimulatedThermometer
from kiosk.bootstrap import Kiosk, Parts
from kiosk.config import Settings, load
from kiosk.enrolment import enrol
from kiosk.services.views import View

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.entry import Entry
    from kiosk.domain.ids import VisitId
    from kiosk.ports import Clock

CONFIG = Path(__file__).parents[2] / "config"
DRIVER = "licence_reissue"


def kiosk_settings(url: str, key_file: Path, direction: str = "entry", role: str = "visitor") -> Settings:
    """Return the settings of `config/` for a kiosk of the server at `url`."""
    settings = load(CONFIG / "kiosk.toml")
    own = settings.kiosk
    update = {
        "role": role,
        "direction": direction,
        "server": own.server.model_copy(update={"url": url, "read_timeout_s": 5.0}),
        "log": own.log.model_copy(update={"key_file": str(key_file)}),
    }
    return replace(settings, kiosk=own.model_copy(update=update))


class City:
    """One site with its server; kiosks are added by letter. `stop` ends everything."""

    def __init__(self, folder: Path, *, cap: int = 120, clock: SimulatedClock | None = None) -> None:
        """Begin at nine of the demo's day; with another `clock`, the site is open at every hour."""
        self.folder = folder
        self.clock = clock or SimulatedClock(DAY + timedelta(minutes=30))
        self._rng = random.Random(7)
        self.server = self._server()
        self.url = self.server.start()
        furnish(self.server.desk, always_open=clock is not None)
        site = self.server.desk.catalogue.site(HERE)
        self.server.desk.catalogue.put_site(replace(site, cap=cap))
        self.kiosks: dict[str, Kiosk] = {}

    def _server(self, port: int = 0) -> RunningServer:
        settings = ServerSettings.model_validate({"server": {"port": port}})
        return RunningServer(settings, self.folder / "central", self.clock)

    def server_goes_away(self) -> None:
        """Stop the server; its data stay."""
        self.server.stop()

    def server_comes_back(self) -> None:
        """Start it again at the same address."""
        self.server = self._server(int(self.url.rpartition(":")[2]))
        assert self.server.start() == self.url

    def settings(self, letter: str, *, direction: str = "entry", role: str = "visitor") -> Settings:
        """Return the settings of the kiosk with this letter."""
        return kiosk_settings(self.url, self.folder / "keys" / f"{letter}.key", direction, role)

    def data(self, letter: str) -> Path:
        """Return the data folder of a kiosk."""
        return self.folder / f"kiosk-{letter}"

    def kiosk(self, letter: str, *, direction: str = "entry", role: str = "visitor") -> Kiosk:
        """Enrol a kiosk and switch it on, without a window and without threads that ship by themselves."""
        fleet = self.server.desk.fleet
        fleet.put_kiosk(HERE, f"door-{letter}", letter, is_entry=direction == "entry")
        settings = self.settings(letter, direction=direction)
        enrol(settings, self.data(letter), fleet.enrolment_code(HERE, f"door-{letter}").code)
        return self.switch_on(letter, direction=direction, role=role)

    def switch_on(
        self,
        letter: str,
        *,
        direction: str = "entry",
        role: str = "visitor",
        clock: Clock | None = None,
        data: Path | None = None,
    ) -> Kiosk:
        """Switch an enrolled kiosk on, after a power cut for example; with a `clock` or a disk of its own."""
        own = clock or self.clock
        parts = Parts(clock=own, thermometer=SimulatedThermometer(own, is_paced=False))
        kiosk = Kiosk(self.settings(letter, direction=direction, role=role), data or self.data(letter), parts)
        kiosk.start(loops=False)
        self.kiosks[letter] = kiosk
        return kiosk

    def switch_off(self, letter: str) -> None:
        """Switch a kiosk off."""
        self.kiosks.pop(letter).stop()

    def book(self, name: str = "张小明", *, at: datetime | None = None, **changes: object) -> IssuedBooking:
        """Make a booking for the running hour, or the one of `at`."""
        hour = (at or self.clock.now()).replace(minute=0, second=0, microsecond=0)
        wish = BookingWish(service=DRIVER, slot_start=hour, slot_end=hour + timedelta(hours=1), name=name)
        return self.server.desk.bookings.create(HERE, replace(wish, **changes))  # pyright: ignore[reportArgumentType]

    def tell(self, *letters: str) -> None:
        """Let kiosks ship what they have and hear the newest, in this order."""
        for letter in letters or tuple(self.kiosks):
            kiosk = self.kiosks[letter]
            kiosk.drain()
            kiosk.refresher.refresh_now()
            kiosk.refresher.step()

    def stored(self, letter: str) -> list[Entry]:
        """Return the entries of a kiosk that the server holds."""
        who = self.kiosks[letter].identity
        return list(self.server.desk.intake.entries(who.site_id, who.kiosk_id, who.epoch))

    def stop(self) -> None:
        """End everything."""
        for letter in list(self.kiosks):
            self.switch_off(letter)
        self.server.stop()


def scan(kiosk: Kiosk, *codes: str) -> View:
    """Hold codes up."""
    return kiosk.call(lambda: kiosk.desk.scan(codes))


def to_measuring(kiosk: Kiosk, code: str) -> VisitId:
    """Scan, confirm and declare nothing; return the visit."""
    visit_id = scan(kiosk, code).visit_id
    assert visit_id is not None
    kiosk.call(lambda: kiosk.desk.confirm(visit_id))
    kiosk.call(lambda: kiosk.desk.declare(visit_id, ()))
    return visit_id


def measure(kiosk: Kiosk, visit_id: VisitId, value: int | str = 3650) -> View:
    """Measure with the simulated thermometer."""
    thermometer = kiosk.thermometer
    assert isinstance(thermometer, SimulatedThermometer)
    thermometer.will_read(value)
    return kiosk.measure(visit_id, lambda _part: None).result(timeout=30)


def let_in(kiosk: Kiosk, code: str) -> View:
    """Walk an ordinary visitor through."""
    return measure(kiosk, to_measuring(kiosk, code))
