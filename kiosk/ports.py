"""What the services need from the world, as protocols; `bootstrap.py` plugs the adapters in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from kiosk.domain.booking import Booking
    from kiosk.domain.entry import Entry, EntryKind
    from kiosk.domain.ids import BookingId, VisitId
    from kiosk.domain.policy import BodySite, ReadingKind
    from kiosk.domain.record import Visit
    from kiosk.domain.screening import Reading
    from kiosk.domain.state_keeper import State
    from kiosk.protocol.messages import BookingPage, Documents, EnrolAnswer, SiteView, UploadAnswer


class Clock(Protocol):
    """The time. Durations use `monotonic`, which no one can set back."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        ...


class Act(Protocol):
    """One act in the making: everything recorded and read in it commits together, or not at all."""

    @property
    def state(self) -> State:
        """The state, with the entries recorded so far in this act applied."""
        ...

    def record(self, kind: EntryKind, body: Mapping[str, Any], happened_at: datetime | None = None) -> Entry:
        """Append an entry and apply it to the state; `happened_at` defaults to now."""
        ...


class Log(Protocol):
    """The screening log with its state. One writer thread; readers open their own."""

    def act(self) -> AbstractContextManager[Act]:
        """Open an act: on leaving it is durable; an exception inside leaves no trace.

        Raises StoreFull or StoreDamaged; nothing of the act is kept then.
        """
        ...

    @property
    def state(self) -> State:
        """The state as last committed, to read from."""
        ...

    def last(self) -> tuple[int, str]:
        """Return the number and hash of the last entry; (0, genesis) when empty."""
        ...

    def check_fork(self) -> None:
        """Raise StoreForked when this log is not the one that the server knows and must not be written on."""
        ...

    def unsent(self, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries after the last acknowledged one, in order."""
        ...

    def acknowledged(self) -> int:
        """Return the last acknowledged number."""
        ...

    def oldest_unsent(self) -> datetime | None:
        """Return when the oldest unsent entry was recorded, or None."""
        ...


class LocalCopy(Protocol):
    """What the server told: bookings, documents, the other kiosks. Not part of the log; can be fetched anew."""

    def booking(self, booking_id: BookingId) -> Booking | None:
        """Return one booking by id."""
        ...

    def by_number(self, number: str) -> Sequence[Booking]:
        """Return the bookings with exactly this number (normalised)."""
        ...

    def by_id_hash(self, id_hash: str) -> Sequence[Booking]:
        """Return the bookings with exactly this keyed hash of an identity number."""
        ...

    def bookings_between(self, start: datetime, end: datetime) -> Sequence[Booking]:
        """Return the bookings whose slot begins from `start` up to before `end`, by slot and number."""
        ...

    def booked_by_slot(self, start: datetime, end: datetime) -> Mapping[datetime, int]:
        """Return how many bookings, cancelled ones aside, begin at each moment from `start` up to before `end`."""
        ...

    def covers(self, day: str) -> bool:
        """Tell whether the copy holds the bookings of this local day (ISO date)."""
        ...

    def refreshed_at(self) -> datetime | None:
        """Return when the copy was last brought up to date, or None."""
        ...

    def cursor(self) -> int:
        """Return where the next page of bookings starts."""
        ...

    def store_page(self, page: BookingPage, at: datetime) -> None:
        """Take a page of changes in, in one transaction."""
        ...

    def documents(self) -> Documents | None:
        """Return the last documents, or None."""
        ...

    def store_documents(self, documents: Documents) -> None:
        """Keep newer documents."""
        ...

    def peer_visits(self, booking_id: BookingId) -> Sequence[Visit]:
        """Return what the other kiosks know of a booking."""
        ...

    def peer_visit(self, visit_id: VisitId) -> Visit | None:
        """Return a visit as another kiosk has it, or None."""
        ...

    def open_peer_visits(self) -> Sequence[Visit]:
        """Return the visits of the other kiosks that are not decided, or that were refused and a guard may settle."""
        ...

    def highest_number(self, start: str, since: datetime) -> int:
        """Return the highest number that begins so (`B`, `RB`) of visits touched `since` and of cases; 0: none."""
        ...

    def passed_peer_visits(self) -> Sequence[Visit]:
        """Return the visits of the other kiosks that passed the screening and have not left."""
        ...

    def site_view(self) -> tuple[SiteView, datetime] | None:
        """Return the last view of the site and when it came, or None."""
        ...

    def store_site_view(self, view: SiteView, at: datetime) -> None:
        """Keep a newer view of the site."""
        ...


class RollSigner(Protocol):
    """Signs the wish for a new token with the kiosk's device key."""

    def __call__(self, token: str, at_ms: int) -> str:
        """Return the signature, in hex, of the wish to give `token` up at `at_ms` (the server's Unix milliseconds)."""
        ...


class Central(Protocol):
    """The central server. Every call has a time-out and raises ServerUnreachable, ServerRejected or ServerGarbled."""

    def enrol(self, code: str, public_key: str) -> EnrolAnswer:
        """Trade a one-time code for this kiosk's identity."""
        ...

    def send(self, entries: Sequence[Entry], *, last: int, acknowledged: int) -> UploadAnswer:
        """Upload entries, in order; with none, ask how far the server's copy of the log goes.

        `last`, `acknowledged`: how far the log goes here, and how far the server said that it has it.
        """
        ...

    def roll_token(self, sign: RollSigner) -> str:
        """Trade the token for a new one; the old one is used on until `use_token`."""
        ...

    def use_token(self, token: str) -> None:
        """Prove who calls with this token from now on."""
        ...

    def bookings(self, since: int) -> BookingPage:
        """Fetch the changes after a cursor."""
        ...

    def documents(self, etag: str) -> Documents | None:
        """Fetch the documents, or None when `etag` still holds."""
        ...

    def site_view(self, version: int, wait_s: int = 0) -> SiteView:
        """Fetch what the other kiosks know; `unchanged` when `version` still holds, for `wait_s` seconds if given."""
        ...

    @property
    def clock_offset_ms(self) -> int | None:
        """The server's clock minus ours, as last measured; None before the first answer."""
        ...


THERMOMETER_API: Final = 1
"""What `Capabilities.api` says; a driver of another number is refused."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a thermometer can do. Temperatures in hundredths of a degree Celsius; None where nobody says.

    `accuracy`: in words, with who states it. `samples`: of one reading; 1 for a device that gives a finished value.
    """

    api: int
    kind: ReadingKind | None
    site: BodySite | None
    low_cc: int | None = None
    high_cc: int | None = None
    resolution_cc: int | None = None
    accuracy: str = ""
    samples: int = 1


class Thermometer(Protocol):
    """A thermometer. Blocking; called on its owner thread only."""

    @property
    def name(self) -> str:
        """The device's name for people and for the log (driver:serial)."""
        ...

    @property
    def is_simulated(self) -> bool:
        """Whether its numbers are not measured; such a device is refused in production."""
        ...

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Return one reading, the median of a window of samples; tells `progress` in [0, 1].

        Raises DeviceUnavailable, DeviceTimeout, DeviceGarbled or SensorFault; a fault is never a number.
        """
        ...

    def describe(self) -> Capabilities:
        """Return what the device can do, without asking it."""
        ...

    def self_test(self) -> str:
        """Return in plain words what the device answers now, with nobody before it; raises as `measure` does."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class Actuator(Protocol):
    """Something that shines or sounds after the entry is stored: the lamp and the sounder at the guard's place."""

    def signal(self, name: str) -> None:
        """Do what `name` asks ("off", "seen", "waits", "overdue", "urgent"); never raises, never waits."""
        ...

    def close(self) -> None:
        """Turn everything off and let go of the device."""
        ...


class DayLog(Protocol):
    """The kiosk's own log, as a day is told from it. Used on the worker's thread."""

    def entries(self, after: int = 0) -> Iterable[Entry]:
        """Return the entries with a number greater than `after`, in order."""
        ...

    def first_since(self, moment: datetime) -> int:
        """Return the number of the first entry that was recorded at `moment` or later; one past the last if none."""
        ...


class EntrySource(Protocol):
    """A log to be read from the first entry to the last."""

    def entries(self, after: int = 0) -> Iterable[Entry]:
        """Return the entries with a number greater than `after`, in order."""
        ...
