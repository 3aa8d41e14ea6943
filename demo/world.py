"""The demo's city: a central server on loopback with two sites, its services, a guard, and the day's bookings."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.bookings import BookingWish, IssuedBooking
from central.core import Desk as Central
from central.site_documents import DocumentKind
from demo.cast import Person
from kiosk.documents.plan_file import plan_in
from kiosk.domain.booking_code import Claims, issue
from kiosk.domain.booking_number import from_value
from kiosk.domain.ids import BookingId, GuardId, ServiceId, SiteId
from kiosk.domain.site import Service, Site, Words
from kiosk.errors import ConfigError
from kiosk.toml_file import read

if TYPE_CHECKING:
    import random

    from kiosk.domain.plan import Plan

ZONE: Final = ZoneInfo("Asia/Shanghai")
DAY: Final = datetime(2020, 3, 10, 8, 30, tzinfo=ZONE)  # the second day of the reopening
HERE: Final = SiteId("branch-2")
THERE: Final = SiteId("branch-1")
KIOSK: Final = "door-1"


@dataclass(frozen=True, slots=True)
class DrawnGuard:
    """Somebody who signs in at the demo's kiosk; they mean nobody."""

    id: GuardId
    name: str
    pin: str
    role: Literal["guard", "leader", "supervisor"]


LEADER: Final = DrawnGuard(GuardId("guard-li"), "李建国", "274951", "leader")
RELIEF: Final = DrawnGuard(GuardId("guard-wang"), "王小敏", "860372", "guard")
GUARD_ID, PIN = LEADER.id, LEADER.pin

SITES: Final = (
    Site(
        id=THERE,
        name=Words("车管一分所", "Branch 1"),
        address=Words("新华区示例路 1 号，公交 9 路", "1 Example Road, Xinhua; bus 9"),
        timezone=str(ZONE),
        opens=8 * 60 + 30,
        closes=17 * 60 + 30,
        districts=("新华", "桥西"),
        cap=120,
    ),
    Site(
        id=HERE,
        name=Words("车管二分所", "Branch 2"),
        address=Words("裕华区示例大街 2 号", "2 Example Avenue, Yuhua"),
        timezone=str(ZONE),
        opens=8 * 60 + 30,
        closes=17 * 60 + 30,
        districts=("长安", "裕华", "高新", "化工园区"),
        cap=120,
    ),
)

SERVICES: Final = (
    Service(
        ServiceId("licence_reissue"),
        Words("补领驾驶证", "Licence reissue"),
        Words("2 号厅 · 驾驶人窗口", "Hall 2, drivers"),
    ),
    Service(
        ServiceId("registration"),
        Words("新车注册登记", "New registration"),
        Words("1 号厅 · 机动车窗口", "Hall 1, vehicles"),
    ),
    Service(ServiceId("inspection"), Words("车辆年检", "Annual inspection"), Words("检测线 3", "Inspection lane 3")),
    Service(
        ServiceId("plate_by_post"),
        Words("补换号牌", "Plate replacement"),
        Words("网上办理", "Online"),
        online_only=True,
        online_url="https://online.example/plate",
    ),
    Service(ServiceId("transfer"), Words("转移登记", "Transfer"), Words("1 号厅 · 机动车窗口", "Hall 1, vehicles")),
)

NOTICES: Final = (
    Words("可网上办理的业务，窗口不再受理", "What can be done online is not done at the counter"),
    Words("请佩戴口罩，保持一米距离", "Wear a mask and keep one metre apart"),
)

_OPEN_SERVICES: Final = ("licence_reissue", "registration", "inspection")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a visitor holds: the codes to show, the numbers to type."""

    codes: tuple[str, ...]
    number: str = ""
    id_number: str = ""


def furnish(central: Central, *, always_open: bool = False) -> str:
    """Set up sites, services, notices, a guard and the kiosk; return its one-time enrolment code.

    `always_open`: for a person who tries the demo at night.
    """
    for site in SITES:
        central.catalogue.put_site(replace(site, opens=0, closes=24 * 60) if always_open else site)
        for service in SERVICES:
            central.catalogue.put_service(site.id, service)
    central.catalogue.put_notices(HERE, NOTICES)
    central.catalogue.put_document(HERE, DocumentKind.PLAN, _plan())
    employ(central, LEADER)
    central.fleet.put_kiosk(HERE, KIOSK, "B")
    return central.fleet.enrolment_code(HERE, KIOSK).code


def _plan() -> Plan:
    """Return the plan that comes with the program; the server's guard page needs one as well."""
    wrong: list[str] = []
    plan = read(config_folder() / "plan.toml", plan_in, wrong)
    if plan is None:
        raise ConfigError(wrong)
    return plan


def employ(central: Central, guard: DrawnGuard) -> None:
    """Let a guard sign in at the site's kiosks."""
    central.roster.put(HERE, guard.id, guard.name, guard.pin, guard.role)


class BookingOffice:
    """Makes each visitor's booking on the server, in the state that their story needs."""

    def __init__(self, central: Central, rng: random.Random) -> None:
        """`rng` draws services and districts."""
        self.central = central
        self._rng = rng

    def ticket(self, person: Person) -> Ticket:
        """Return what `person` holds when they come."""
        special = {
            "unknown_booking": self._unknown,
            "forged_code": self._forged,
            "unknown_key": self._unknown_key,
            "unreadable_code": self._unreadable,
            "ambiguous_code": self._ambiguous,
            "revoked": self._revoked,
        }.get(person.kind)
        if special is not None:
            return special(person)
        booking = self._book(person)
        if person.kind == "cancelled":
            self.central.bookings.cancel(HERE, booking.id)
        if person.kind == "blacklisted":
            self.central.bookings.blacklist(HERE, booking.id)
        return Ticket((booking.code_text,), booking.number, person.id_number)

    def _book(self, person: Person, service: str = "") -> IssuedBooking:
        slot = _slot(person)
        wish = BookingWish(
            service=service or _SERVICE.get(person.kind) or self._rng.choice(_OPEN_SERVICES),
            slot_start=slot,
            slot_end=slot + timedelta(hours=1),
            name=person.name,
            plate=person.plate,
            district="新华" if person.kind == "not_served_here" else self._rng.choice(("长安", "裕华", "高新")),
            id_number=person.id_number,
            is_green=person.kind == "green",
            is_confirmed=person.kind != "not_confirmed",
        )
        return self.central.bookings.create(THERE if person.kind == "wrong_site" else HERE, wish)

    def _unknown(self, _person: Person) -> Ticket:
        return Ticket((from_value(self._rng.getrandbits(40)),))

    def _forged(self, person: Person) -> Ticket:
        """A code that names our key and was signed by another."""
        key_id, _key = self.central.keyring.signing()
        return Ticket((issue(self._claims(person, key_id), Ed25519PrivateKey.generate()),))

    def _unknown_key(self, person: Person) -> Ticket:
        return Ticket((issue(self._claims(person, "elsewhere"), Ed25519PrivateKey.generate()),))

    def _claims(self, person: Person, key_id: str) -> Claims:
        slot = _slot(person)
        return Claims(
            booking_id=BookingId(str(uuid.UUID(int=self._rng.getrandbits(128)))),
            site=HERE,
            service=ServiceId("inspection"),
            slot_start=slot,
            slot_end=slot + timedelta(hours=1),
            issued_at=DAY - timedelta(days=2),
            is_green=False,
            key_id=key_id,
        )

    def _unreadable(self, person: Person) -> Ticket:
        code = self._book(person).code_text
        return Ticket((code[: len(code) // 2],))

    def _ambiguous(self, person: Person) -> Ticket:
        other = replace(person, id_number="")
        return Ticket((self._book(person).code_text, self._book(other).code_text))

    def _revoked(self, person: Person) -> Ticket:
        lost = self._book(person)
        self.central.bookings.reissue(HERE, lost.id)
        return Ticket((lost.code_text,))


_SERVICE: Final = {"online_only": "plate_by_post", "suspended_service": "transfer"}
_HOURS_OFF: Final = {"too_early": 3, "too_late": -3, "wrong_day": 24, "green": 4}


def _slot(person: Person) -> datetime:
    """Return the start of the hourly slot that this person booked, as their story needs it."""
    hour = person.comes_at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    return hour + timedelta(hours=_HOURS_OFF.get(person.kind, 0))


def config_folder() -> Path:
    """Return the folder of the settings that the demo starts from."""
    return Path(__file__).resolve().parent.parent / "config"
