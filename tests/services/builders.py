"""A whole door behind its screens: real log and copy on the disk, a clock that is told the time, signed codes."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.adapters.local_copy import SqliteCopy
from kiosk.adapters.log_reader import Identity, LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.domain import booking_number, id_number
from kiosk.domain.booking import Booking
from kiosk.domain.booking_code import Claims, issue
from kiosk.domain.by_hand import Typed
from kiosk.domain.ids import BookingId, GuardId, KioskId, VisitId, uuid7
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Fault, Flag
from kiosk.domain.times import local_day, to_ms
from kiosk.protocol.messages import BookingPage, Documents, Guard, SiteView
from kiosk.services.case_views import CaseViews
from kiosk.services.cases import Cases
from kiosk.services.day import Day
from kiosk.services.desk import Desk
from kiosk.services.duty_desk import Outside
from kiosk.services.everywhere import Everywhere
from kiosk.services.guard_board import Board
from kiosk.services.guard_desk import GuardDesk
from kiosk.services.guards import GuardAct, Guards
from kiosk.services.hall import Hall
from kiosk.services.health import Health
from kiosk.services.identifying import Identifying
from kiosk.services.rulebook import Rulebook
from kiosk.services.showing import Showing
from kiosk.services.sign_in import SignIn
from kiosk.services.visits import Visits
from tests.domain import builders as make

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kiosk.domain.case import Case
    from kiosk.domain.entry import Entry
    from kiosk.domain.policy import Policy
    from kiosk.domain.record import Visit
    from kiosk.domain.screening import Reading
    from kiosk.domain.site import Site
    from kiosk.services.views import GuardBoard, View

SIGNING: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(7, 39)))
DISK_KEY: Final = bytes(range(32))
ID_KEY: Final = bytes(range(100, 132))
PIN: Final = "2468"
GUARD: Final = Guard(id=GuardId("guard-7"), name="王建国", pin_hash="hash:2468")
LEADER: Final = Guard(id=GuardId("guard-8"), name="李班长", pin_hash="hash:1357", role="leader")
SUPERVISOR: Final = Guard(id=GuardId("guard-9"), name="赵主任", pin_hash="hash:9753", role="supervisor")
PUBLIC: Final = {"2020-a": SIGNING.public_key().public_bytes_raw().hex()}
_NUMBERS: Final = count(1)


class ToldClock:
    """A clock that stands until it is told to go on."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.ticks = 1000.0

    def now(self) -> datetime:
        """Return the told time."""
        return self.moment

    def monotonic(self) -> float:
        """Return the told seconds."""
        return self.ticks

    def go_on(self, *, seconds: float = 0, minutes: float = 0) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds, minutes=minutes)
        self.ticks += seconds + 60 * minutes


def check_plain_pin(pin_hash: str, pin: str) -> bool:
    """Compare without the slowness that a real hash has on purpose."""
    return pin_hash == f"hash:{pin}"


def new_booking(**changes: Any) -> Booking:
    """Return a booking of its own, for 10:00 to 11:00."""
    value = next(_NUMBERS)
    number = booking_number.from_value(value * 7_919)
    return make.booking(**{"id": BookingId(uuid7(1_583_000_000_000 + value, value)), "number": number, **changes})


def code_of(booking: Booking, *, key: Ed25519PrivateKey = SIGNING, **changes: Any) -> str:
    """Return the signed code of a booking, issued the evening before."""
    said = Claims(
        booking_id=booking.id,
        site=booking.site,
        service=booking.service,
        slot_start=booking.slot_start,
        slot_end=booking.slot_end,
        issued_at=make.at(20, day=9),
        is_green=booking.is_green,
        key_id="2020-a",
    )
    return issue(replace(said, **changes), key)


def identity(letter: str) -> Identity:
    """Return who the kiosk with this letter is."""
    return Identity(make.SITE, KioskId(f"kiosk-{letter}"), 1, letter, "t" * 40, ID_KEY.hex(), "0" * 64)


class FreshReads:
    """The door's log as it is read, on a connection made for each question: a door need not be enrolled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self, after: int = 0) -> list[Entry]:
        """Return the entries after a number."""
        with closing(LogReader(self.path, DISK_KEY)) as reader:
            return list(reader.entries(after))

    def first_since(self, moment: datetime) -> int:
        """Return the number of the first entry recorded since a moment."""
        with closing(LogReader(self.path, DISK_KEY)) as reader:
            return reader.first_since(moment)


class Door:
    """One kiosk at one door at 10:05, with today's bookings and everything behind its screens."""

    def __init__(
        self,
        folder: Path,
        *,
        letter: str = "B",
        is_exit: bool = False,
        clock: ToldClock | None = None,
        at_site: Site | None = None,
        by: Policy | None = None,
        cap_share: int = 0,
        is_new: bool = True,
    ) -> None:
        self.folder = folder
        self.letter = letter
        self.clock = clock or ToldClock(make.at(10, 5))
        self.log = LogStore(folder / f"log-{letter}.db", DISK_KEY, self.clock, lambda: 12)
        self.copy = SqliteCopy(folder / f"copy-{letter}.db", DISK_KEY)
        self._ids = count(1)
        if is_new:
            self.log.enrol(identity(letter))
            self.told(at_site=at_site, by=by, cap_share=cap_share)
            self.learns()
        self._build(is_exit=is_exit)

    def _build(self, *, is_exit: bool) -> None:
        self.rules = Rulebook(self.copy, make.policy(), make.declaration(), make.plan())
        who = KioskId(f"kiosk-{self.letter}")
        self.everywhere = Everywhere(self.copy, who)
        self.hall = Hall(self.copy, self.everywhere, self.rules, self.clock, self.letter)
        self.cases = Cases(self.rules, self.hall, self.copy, self.clock, self._new_id, who)
        showing = Showing(self.rules, self.hall)
        self.visits = Visits(self.log, self.rules, self.hall, self.cases, showing, self.clock, self._new_id)
        self.identifying = Identifying(self.visits, self.copy, ID_KEY, is_exit)
        self.case_views = CaseViews(self.cases)
        self.guards = Guards(self.visits, self.everywhere)
        self.signing = SignIn(self.visits, check_plain_pin)
        self.board = Board(
            self.visits, self.guards, self.hall, self.copy, self.identifying, self.everywhere, self.case_views
        )
        self.day = Day(self.log, self.rules, self.copy, self.clock)
        health = Health(self.log, f"kiosk-{self.letter}")
        self.desk = Desk(
            visits=self.visits,
            identifying=self.identifying,
            board_maker=self.board,
            guarding=GuardDesk(
                self.visits,
                self.identifying,
                self.guards,
                self.signing,
                self.board,
                self.case_views,
                health,
                Outside(FreshReads(self.folder / f"log-{self.letter}.db")),
            ),
            health=health,
            day=self.day,
            thermometer_name="test:1",
            is_simulated=False,
        )

    def _new_id(self) -> str:
        return uuid7(to_ms(self.clock.now()), next(self._ids) << 62 | ord(self.letter))

    # what the server told

    def told(
        self, *, at_site: Site | None = None, by: Policy | None = None, cap_share: int = 0, **changes: Any
    ) -> None:
        """Hear the site's documents; `changes` replace their fields."""
        here = at_site or make.site()
        other = make.site(id="branch-2", name=make.words("二分所"), districts=("长安",))
        documents = Documents(
            version="1",
            site=here,
            sites=[here, other],
            services=list(make.services().values()),
            policy=by,
            declaration=make.declaration(),
            keys=PUBLIC,
            guards=[GUARD],
            cap_share=cap_share,
        )
        self.copy.store_documents(documents.model_copy(update=changes))

    def learns(self, *bookings: Booking, days: tuple[str, ...] = ("2020-03-10",), gone: tuple[str, ...] = ()) -> None:
        """Hear of bookings."""
        page = BookingPage(
            server_time_ms=0,
            reset=False,
            bookings=list(bookings),
            gone=list(gone),
            cursor=self.copy.cursor() + 1,
            more=False,
            days=[date.fromisoformat(day) for day in days],
        )
        self.copy.store_page(page, self.clock.now())

    def hears_site(self, *visits: Visit, inside_elsewhere: int = 0, cases: Sequence[Case] = ()) -> None:
        """Hear what the other kiosks know: the link is up."""
        known = self.copy.site_view()
        version = known[0].version + 1 if known is not None else 1
        view = SiteView(
            server_time_ms=0,
            version=version,
            inside_elsewhere=inside_elsewhere,
            visits=list(visits),
            cases=list(cases),
        )
        self.copy.store_site_view(view, self.clock.now())

    def books(self, **changes: Any) -> str:
        """Return the code of a new booking that the copy knows."""
        booking = new_booking(**changes)
        self.learns(booking)
        return code_of(booking)

    # what a visitor does

    def scan(self, *texts: str) -> View:
        """Hold codes up to the camera."""
        return self.desk.scan(texts)

    def to_questions(self, code: str) -> VisitId:
        """Scan and confirm; return the visit, which is asked the questions now."""
        visit_id = self.scan(code).visit_id
        assert visit_id is not None
        self.desk.confirm(visit_id)
        return visit_id

    def to_measuring(self, code: str, yes: tuple[str, ...] = ()) -> VisitId:
        """Scan, confirm and declare; return the visit, which is measured next."""
        visit_id = self.to_questions(code)
        self.desk.declare(visit_id, yes)
        return visit_id

    def reads(self, visit_id: VisitId, value_cc: int, **changes: Any) -> View:
        """Measure at the kiosk."""
        return self.desk.measured(visit_id, self.reading(value_cc, **changes))

    def reading(self, value_cc: int, **changes: Any) -> Reading:
        """Return a sound reading of now."""
        return make.reading(value_cc, **{"taken_at": self.clock.now(), **changes})

    def shaky(self, visit_id: VisitId) -> View:
        """Measure someone who moves."""
        return self.reads(visit_id, 3650, flags=(Flag.UNSTABLE,))

    def fault(self, visit_id: VisitId) -> View:
        """Measure with a thermometer that does not answer."""
        return self.desk.measured(visit_id, Fault("test:1", "device_timeout", self.clock.now()))

    def lets_in(self, code: str) -> View:
        """Walk an ordinary visitor through."""
        return self.reads(self.to_measuring(code), 3650)

    # what a guard does

    def guard(self, what: GuardAct, visit_id: VisitId, by: Guard = GUARD, why: str = "documents") -> View:
        """Do one of the guard's acts for a visit; `why`: of an override."""
        return self.guards.act(by, what, visit_id, why=why)

    def signs_in(self, pin: str = PIN) -> GuardBoard | None:
        """Sign the guard in; return their board, or None."""
        return self.desk.guarding.sign_in(GUARD.id, pin)

    def guard_reads(self, visit_id: VisitId, value_cc: int, site: BodySite = BodySite.AXILLA) -> View:
        """Take a reading by a guard's own thermometer, typed twice where that is asked for."""
        return self.guards.act(GUARD, GuardAct.MEASURE, visit_id, Typed(value_cc, site, value_cc))

    # what is known

    def visit(self, visit_id: VisitId | None) -> Visit:
        """Return a visit as the state has it."""
        assert visit_id is not None
        visit = self.log.state.visit(visit_id)
        assert visit is not None
        return visit

    def entries(self) -> list[Entry]:
        """Return the whole log, read on a connection of its own."""
        reader = LogReader(self.folder / f"log-{self.letter}.db", DISK_KEY)
        try:
            return list(reader.entries())
        finally:
            reader.close()

    def kinds(self) -> list[str]:
        """Return the kinds of all entries in order."""
        return [entry.kind.value for entry in self.entries()]

    def counted(self) -> Counter[str]:
        """Return how many entries there are of each kind."""
        return Counter(self.kinds())

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Return the bodies of all entries of a kind."""
        return [json.loads(entry.body or "{}") for entry in self.entries() if entry.kind.value == kind]

    def is_proved(self) -> bool:
        """Tell whether the chain verifies and a rebuild gives the same state."""
        reader = LogReader(self.folder / f"log-{self.letter}.db", DISK_KEY)
        try:
            _held, _hash, flaw = reader.verify()
        finally:
            reader.close()
        return flaw is None and self.log.rebuild()

    def today(self) -> str:
        """Return the local day of now."""
        return local_day(self.clock.now(), make.ZONE).isoformat()

    def restarted(self) -> Door:
        """Close everything and open it again on the same files, as after a power cut."""
        self.close()
        return Door(self.folder, letter=self.letter, clock=self.clock, is_new=False)

    def close(self) -> None:
        """Let go of the files."""
        self.log.close()
        self.copy.close()


def id_hash(number: str) -> str:
    """Return the keyed hash that a booking made on the telephone carries."""
    return id_number.keyed_hash(number, ID_KEY)
