"""What tests of the server share: a clock that is told the time, a kiosk's log made by hand, a city on loopback."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from central.bookings import BookingWish, IssuedBooking
from central.log_tables import metadata
from central.server import RunningServer
from central.settings import DatabaseSettings, ServerSettings, Settings
from kiosk.domain.entry import GENESIS, Entry, EntryKind, Envelope, body_digest, canonical, seal
from kiosk.domain.ids import KioskId, ServiceId, SiteId
from kiosk.domain.site import Service, Site, Words
from kiosk.domain.times import to_ms, to_wire
from kiosk.domain.token_roll import DeviceKey
from kiosk.domain.wire import to_json
from kiosk.protocol.messages import MAX_BATCH, PROTOCOL_HEADER, to_wire_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from central.core import Desk
    from kiosk.domain.booking import Booking

NINE: Final = datetime(2020, 3, 10, 1, tzinfo=UTC)  # nine o'clock at the site, the second day of the reopening
HERE: Final = SiteId("branch-2")
THERE: Final = SiteId("branch-1")
SERVICE: Final = ServiceId("inspection")
SALT: Final = "00" * 16
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

# Unmistakable: whoever finds one of these where it does not belong has found a leak.
NAME: Final = "欧阳绝密"
PHONE: Final = "13987654321"
PLATE: Final = "冀A8X7Y6"
ID_NUMBER: Final = "11010519491231002X"


class ToldClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, start: datetime = NINE) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the time that was last told."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since the Unix epoch, by the same clock."""
        return self._now.timestamp()

    def advance(self, **passed: float) -> None:
        """Let time pass, as `timedelta` counts it."""
        self._now += timedelta(**passed)


class NewerKind(str):
    """A kind of entry that this version does not know."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The word itself, as an enum has it."""
        return str(self)


@dataclass
class LogMaker:
    """A kiosk's log, made by hand: every entry follows from the one before it."""

    site_id: SiteId
    kiosk_id: KioskId
    epoch: int
    clock: ToldClock
    entries: list[Entry] = field(default_factory=list[Entry])

    def add(self, kind: str, body: Mapping[str, Any] | str, **unusual: Any) -> Entry:
        """Append an entry, `body` being a text or what is made one; `unusual`: prev_hash, recorded_at and the like."""
        text = body if isinstance(body, str) else canonical(body)
        now = self.clock.now()
        last = self.entries[-1] if self.entries else None
        values: dict[str, Any] = {
            "seq": last.seq + 1 if last else 1,
            "prev_hash": last.hash if last else GENESIS,
            "happened_at": now,
            "recorded_at": now,
            "clock_offset_ms": 0,
            **unusual,
        }
        known = EntryKind(kind) if kind in list(EntryKind) else NewerKind(kind)
        digest = body_digest(text, SALT)
        envelope = Envelope(self.site_id, self.kiosk_id, self.epoch, kind=known, digest=digest, **values)  # pyright: ignore[reportArgumentType]
        entry = seal(envelope, text, SALT)
        self.entries.append(entry)
        return entry

    def case_ended(self, case_id: str, visit_id: str) -> None:
        """Append what a guard does to end a case: takes it, lets the visitor go, closes it."""
        by = {"case_id": case_id, "visit_id": visit_id, "guard_id": "guard-li"}
        self.add("case_acted", {**by, "turn": 1, "event": "acknowledged"})
        self.add("case_acted", {**by, "turn": 2, "event": "disposed", "disposition": "released"})
        self.add("case_acted", {**by, "turn": 3, "event": "closed"})

    def devices(self, count: int) -> list[Entry]:
        """Append `count` entries that concern nobody."""
        return [self.add("device", {"device": "camera", "state": "ok", "n": number}) for number in range(count)]

    def identified(self, visit_id: str, booking: Booking, reasons: Iterable[str] = ()) -> Entry:
        """Append the first contact of a visit; with `reasons`, its refusal."""
        body = {
            "visit_id": visit_id,
            "first_contact": to_wire(self.clock.now()),
            "booking": to_json(booking),
            "by": "code",
        }
        refused = tuple(reasons)
        return self.add("refused" if refused else "identified", {**body, "reasons": list(refused)})

    def arrived(self, visit_id: str, booking: Booking) -> list[Entry]:
        """Append first contact and arrival of a visit."""
        return [self.identified(visit_id, booking), self.add("arrived", {"visit_id": visit_id})]

    def admitted(self, visit_id: str, booking: Booking, number: str = "B001") -> list[Entry]:
        """Append a whole visit up to "welcome"."""
        return [
            *self.arrived(visit_id, booking),
            self.add("declared", {"visit_id": visit_id, "asked": ["fever"], "yes": [], "version": 1}),
            self.add("admitted", {"visit_id": visit_id, "number": number}),
        ]


@dataclass
class Caller:
    """A kiosk as the server sees it: a token, and what it sends."""

    url: str
    token: str
    log: LogMaker
    key: str = KEY.private_bytes_raw().hex()

    def roll(self, *, key: str = "", at_ms: int | None = None, **other: Any) -> requests.Response:
        """Ask for a new token, signed with the device key or another."""
        signer = DeviceKey(self.log.site_id, self.log.kiosk_id, self.log.epoch, key or self.key)
        at_ms = to_ms(self.log.clock.now()) if at_ms is None else at_ms
        wish = {"at_ms": at_ms, "signature": signer.sign_roll(self.token, at_ms), **other}
        return requests.post(self.url + "/v1/token", json=wish, headers=self.headers, timeout=40)

    def get(self, path: str, **query: Any) -> requests.Response:
        """Ask for something."""
        return requests.get(self.url + path, params=query, headers=self.headers, timeout=40)

    def upload(self, entries: Iterable[Entry | Any]) -> requests.Response:
        """Send entries, or anything else in their place, as one batch."""
        items = [to_wire_entry(item) if isinstance(item, Entry) else item for item in entries]
        return self.upload_raw(json.dumps({"entries": items}).encode())

    def upload_raw(self, body: bytes, **headers: str) -> requests.Response:
        """Send bytes as they are."""
        sent = {**self.headers, "Content-Type": "application/json", **headers}
        return requests.post(self.url + "/v1/entries", data=body, headers=sent, timeout=40)

    def upload_packed(self, plain: bytes) -> requests.Response:
        """Send bytes as gzip."""
        return self.upload_raw(gzip.compress(plain), **{"Content-Encoding": "gzip"})

    def ship(self) -> dict[str, Any]:
        """Send the whole log in batches; returns the last answer."""
        answer: dict[str, Any] = {}
        for start in range(0, len(self.log.entries), MAX_BATCH):
            response = self.upload(self.log.entries[start : start + MAX_BATCH])
            assert response.status_code == 200, response.text
            answer = response.json()
        return answer

    @property
    def headers(self) -> dict[str, str]:
        """What proves who calls."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class City:
    """Two sites and a server for them, on loopback."""

    server: RunningServer
    url: str
    clock: ToldClock
    data: Path

    @property
    def desk(self) -> Desk:
        """Everything the server can do, without HTTP."""
        return self.server.desk

    def kiosk(self, kiosk_id: str = "door-1", letter: str = "A", *, site: str = HERE, is_entry: bool = True) -> Caller:
        """Make a kiosk and enrol it; the same one again gets its next epoch."""
        self.desk.fleet.put_kiosk(site, kiosk_id, letter, is_entry=is_entry)
        return self.enrolled(self.desk.fleet.enrolment_code(site, kiosk_id).code)

    def enrolled(self, code: str) -> Caller:
        """Trade a code for a kiosk."""
        answer = self.enrol(code)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        log = LogMaker(SiteId(told["site_id"]), KioskId(told["kiosk_id"]), told["epoch"], self.clock)
        return Caller(self.url, told["token"], log)

    def enrol(self, code: str, /, **other: Any) -> requests.Response:
        """Try a code."""
        wish = {"handshake": 1, "code": code, "public_key": KEY.public_key().public_bytes_raw().hex(), **other}
        return requests.post(self.url + "/v1/enrol", json=wish, timeout=40)

    def book(self, *, site: str = HERE, hours: float = 0, **other: Any) -> IssuedBooking:
        """Make a booking whose slot begins `hours` after nine."""
        start = NINE + timedelta(hours=hours)
        values: dict[str, Any] = {"name": NAME, "phone": PHONE, "plate": PLATE, "id_number": ID_NUMBER, **other}
        return self.desk.bookings.create(site, BookingWish(SERVICE, start, start + timedelta(hours=1), **values))

    def booking(self, issued: IssuedBooking, *, site: str = HERE) -> Booking:
        """Return a booking as kiosks are told it."""
        return self.desk.bookings.get(site, issued.id)

    def office(self, method: str, path: str, body: object = None, token: str | None = None) -> requests.Response:
        """Call as the admin, or with another token; bytes are sent as they are, anything else as JSON."""
        given = (self.data / "admin.token").read_text() if token is None else token
        headers = {"Authorization": f"Bearer {given}"}
        sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        return requests.request(method, f"{self.url}/v1/admin{path}", **sent, headers=headers, timeout=40)

    def findings(self, *, is_open: bool = True) -> list[str]:
        """Return the kinds of what was found at the site."""
        return [str(item.kind) for item in self.desk.findings.of_site(HERE, is_open=is_open)]

    def verdicts(self, kiosk_id: str = "door-1") -> list[tuple[int, str]]:
        """Return what was thought of a kiosk's entries: number and verdict."""
        return [(seq, verdict) for _, seq, verdict, _ in self.desk.views.verdicts(HERE, kiosk_id)]

    def stored(self, caller: Caller) -> list[Entry]:
        """Return what the server holds of a kiosk's log."""
        return list(self.desk.intake.entries(caller.log.site_id, caller.log.kiosk_id, caller.log.epoch))

    def dump(self) -> str:
        """Return everything that stands in the database, bytes as the text that they are."""
        with self.desk._database.read() as tx:
            rows = [row for table in metadata.sorted_tables for row in tx.execute(select(table))]
        return "\n".join(str(value.decode() if isinstance(value, bytes) else value) for row in rows for value in row)


def url_for(_data: Path) -> str:
    """Return the URL of the database that belongs to a data folder; "": SQLite in that folder."""
    return ""


def settings_for(data: Path, **sections: BaseModel) -> Settings:
    """Return settings of a server on any free port of loopback, with its data in `data` or in what goes with it."""
    given = {"server": ServerSettings(port=0), "database": DatabaseSettings(url=url_for(data)), **sections}
    return Settings.model_validate(given)


def found_city(data: Path, **sections: BaseModel) -> City:
    """Start a server with two sites, and these sections of its settings; the caller stops it."""
    clock = ToldClock()
    server = RunningServer(settings_for(data, **sections), data, clock)
    for site, cap in ((HERE, 100), (THERE, 50)):
        words = Words(f"车管 {site}", f"Site {site}")
        server.desk.catalogue.put_site(Site(site, words, words, "Asia/Shanghai", 510, 1050, cap=cap))
        server.desk.catalogue.put_service(site, Service(SERVICE, words, words))
    return City(server, server.start(), clock, data)


def is_ours(response: requests.Response) -> bool:
    """Tell whether an answer names our protocol and our time."""
    answer = response.json()
    return response.headers.get(PROTOCOL_HEADER) == "1" and answer["protocol"] == 1 and answer["server_time_ms"] > 0


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition; fails when it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
