"""Training: a second, wholly separate desk on a log that is thrown away, to practise every step at the real kiosk.

The same rules, plan and accounts; drawn bookings, a thermometer that draws, an encrypted log in a temporary folder
whose key is nowhere else. Nothing of it is reported, and all of it is deleted at the end. Codes of real visitors mean
nothing here: somebody who holds one up is never shown a welcome that no record stands behind.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from kiosk.adapters.local_copy import SqliteCopy
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.adapters.thermometers.simulated import SimulatedThermometer
from kiosk.building import Ground, build_desk
from kiosk.domain import booking_number
from kiosk.domain.booking import Booking
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import BookingId, uuid7
from kiosk.domain.screening import Fault, Reading
from kiosk.domain.site import Words
from kiosk.domain.times import local_day, to_ms
from kiosk.errors import DeviceError
from kiosk.protocol.messages import BookingPage
from kiosk.services.duty_desk import Outside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.ports import Clock
    from kiosk.protocol.messages import Documents
    from kiosk.services.desk import Desk

VISITORS: Final = ("训练一", "训练二", "训练三")  # as many as can be read in the one line of the idle screen
_READINGS_CC: Final = (
    3640,
    3810,
    3400,
    3650,
)  # in turn: a new guard meets a fever, and somebody cold who is warm later


class PracticeThermometer(SimulatedThermometer):
    """Draws what a new guard should meet: normal, elevated and too cold in turn."""

    def __init__(self, clock: Clock, *, is_paced: bool = True) -> None:
        """Begin with somebody normal; `is_paced` as for the simulated one."""
        super().__init__(clock, is_paced=is_paced)
        self.clock = clock
        self._turns = cycle(_READINGS_CC)

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Return the next reading of the round."""
        self.will_read(next(self._turns))
        return super().measure(progress)


class Training:
    """A desk to practise at. Built, used and closed on the worker's thread; its thermometer on its own."""

    def __init__(self, real: Ground, *, is_paced: bool = True) -> None:
        """Begin with the real site's documents and nothing else of it; raises StoreError where there is no room."""
        clock = real.clock
        self._hold = ExitStack()
        with ExitStack() as building:
            folder = Path(building.enter_context(TemporaryDirectory(prefix="training-", ignore_cleanup_errors=True)))
            key = secrets.token_bytes(32)
            # The site is shown; what proves or finds anybody is not taken along.
            secret = {"token": "", "id_key": secrets.token_hex(32), "private_key": ""}
            who = replace(real.identity, letter=_letter(real.identity.letter), **secret)
            log = LogStore(folder / "log.db", key, clock, lambda: None)
            building.callback(log.close)
            log.enrol(who)
            copy = SqliteCopy(folder / "copy.db", key)
            building.callback(copy.close)
            reader = LogReader(folder / "log.db", key)
            building.callback(reader.close)
            self.folder = folder
            self.thermometer = PracticeThermometer(clock, is_paced=is_paced)
            building.callback(self.thermometer.close)
            self.bookings = _take_in(copy, real.copy.documents(), clock)
            self.desk = build_desk(Ground(real.settings, who, clock, log, copy, Outside(reader), self.thermometer))
            self._hold = building.pop_all()

    def close(self) -> None:
        """End it and delete everything of it."""
        self._hold.close()


class TrainingRoom:
    """Whether somebody practises, and the desk that the screens call meanwhile. Used on the worker's thread."""

    def __init__(self, real: Ground, desk: Desk) -> None:
        """Stand beside the real kiosk, whose desk is `desk`."""
        self._real = real
        self._own = desk
        self.training: Training | None = None

    @property
    def desk(self) -> Desk:
        """The desk that the screens call now."""
        return self._own if self.training is None else self.training.desk

    def begin(self) -> str:
        """Begin to practise, by the guard who is signed in; the real log says so, and signs the guard out.

        Returns the text key of why not, or "": who practises sees nothing of what is real.
        """
        guard, visits = self._own.guarding.guard, self._own.visits
        if visits.cases.open(visits.log.state):
            return "menu.training_not_now"
        if self.training is None and guard is not None:
            training = Training(self._real)
            self._note("begun", guard.id)
            self._own.guarding.guard = None
            self.training = training
        return ""

    def look_out(self) -> None:
        """End the practice when something real calls a guard and nobody has seen it."""
        if self.training is not None:
            alarm = self._own.guarding.alarm()
            if alarm.level and not alarm.is_seen:
                self.end()

    def end(self) -> None:
        """Throw the practice away; the real log says so."""
        training, self.training = self.training, None
        if training is not None:
            training.close()
            self._note("ended")

    def _note(self, state: str, guard_id: str = "") -> None:
        """Record that it began or ended; who went to practise is named where a guard's name may be erased one day."""
        with self._real.log.act() as act:
            if guard_id:
                act.record(EntryKind.SIGNED_OUT, {"guard_id": guard_id, "to": "training"})
            act.record(EntryKind.DEVICE, {"device": "training", "state": state})


def _letter(real: str) -> str:
    """Return the letter of practice numbers: no case or queue number is called like one of the real day."""
    return "T" if real != "T" else "X"


def practised(thermometer: PracticeThermometer, progress: Callable[[float], None]) -> Reading | Fault:
    """Return a reading to practise with; a fault when training ended meanwhile."""
    try:
        return thermometer.measure(progress)
    except DeviceError as error:
        return Fault(thermometer.name, error.code, thermometer.clock.now())


def _take_in(copy: SqliteCopy, documents: Documents | None, clock: Clock) -> Sequence[Booking]:
    """Give the copy the site's documents without its keys, and drawn bookings of the running hour; return those.

    Their numbers are told on the idle screen, where a new guard can read them off.
    """
    if documents is None:
        return ()
    now, hour = clock.now(), clock.now().replace(minute=0, second=0, microsecond=0)
    services = [service.id for service in documents.services if not service.online_only]
    bookings = [
        Booking(
            id=BookingId(uuid7(to_ms(now), secrets.randbits(74))),
            number=booking_number.from_value(secrets.randbits(40)),
            site=documents.site.id,
            service=services[0] if services else documents.services[0].id,
            slot_start=hour,
            slot_end=hour + timedelta(hours=1),
            name_masked=f"{name[:1]}*{name[-1:]}",
        )
        for name in VISITORS
    ]
    numbers = " · ".join(item.number for item in bookings)
    told = [Words(f"训练预约号 {numbers}", f"Practice numbers {numbers}")]
    open_all_day = replace(documents.site, opens=0, closes=24 * 60, closed_days=())
    changes = {"site": open_all_day, "keys": {}, "revoked_keys": [], "notices": told, "holds": []}
    copy.store_documents(documents.model_copy(update=changes))
    page = BookingPage(
        server_time_ms=to_ms(now),
        reset=False,
        bookings=bookings,
        gone=[],
        cursor=1,
        more=False,
        days=[local_day(now, documents.site.timezone)],
    )
    copy.store_page(page, now)
    return bookings
