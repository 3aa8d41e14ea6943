"""Made-up sites, bookings, policies and readings for the tests; every value can be changed by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kiosk.domain.admission import Door
from kiosk.domain.booking import Booking
from kiosk.domain.booking_code import Claims
from kiosk.domain.case import Case, Role
from kiosk.domain.declaration import Declaration, Notice, Question
from kiosk.domain.entry import GENESIS, Entry, EntryKind, Envelope, body_digest, canonical, seal
from kiosk.domain.ids import BookingId, KioskId, ServiceId, SiteId, VisitId
from kiosk.domain.plan import (
    CaseLimits,
    CheckItem,
    Contact,
    Place,
    Plan,
    PlanStep,
    Situation,
    SituationPlan,
)
from kiosk.domain.policy import BodySite, Limit, Policy, ReadingKind, ScreeningPolicy
from kiosk.domain.record import Hold, Visit
from kiosk.domain.screening import Reading
from kiosk.domain.site import Service, Site, Words
from kiosk.domain.visit import OPEN_STEPS, Step

ZONE: Final = "Asia/Shanghai"
SITE: Final = SiteId("branch-1")
VEHICLE: Final = ServiceId("vehicle")
LICENCE: Final = ServiceId("licence")
ONLINE: Final = ServiceId("plate-copy")
BOOKING: Final = BookingId("0170bfb9-7800-7000-8000-000000000001")


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 10) -> datetime:
    """Return a moment of March 2020 by the site's own clock, in UTC."""
    return datetime(2020, 3, day, hour, minute, second, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def words(text: str) -> Words:
    """Return the same words in both languages."""
    return Words(text, text)


def site(**changes: Any) -> Site:
    """Return a site that is open from 08:30 to 17:00."""
    plain = Site(SITE, words("一分所"), words("新华路 1 号"), ZONE, opens=8 * 60 + 30, closes=17 * 60)
    return replace(plain, **changes)


def services() -> dict[ServiceId, Service]:
    """Return a catalogue with two services at the counter and one that is done online only."""
    return {
        VEHICLE: Service(VEHICLE, words("机动车业务"), words("2 号厅")),
        LICENCE: Service(LICENCE, words("驾驶人业务"), words("3 号厅")),
        ONLINE: Service(
            ONLINE, words("补牌"), words("2 号厅"), online_only=True, online_url="https://example.org/plate"
        ),
    }


def booking(**changes: Any) -> Booking:
    """Return a booking for 10:00 to 11:00 on 10 March 2020."""
    plain = Booking(BOOKING, "000000000", SITE, VEHICLE, at(10), at(11), name_masked="张*明", plate_masked="冀A***45")
    return replace(plain, **changes)


def limit(where: BodySite, kind: ReadingKind, elevated_cc: int, low_cc: int) -> Limit:
    """Return a limit with a made-up source."""
    return Limit(where, kind, elevated_cc, low_cc, "test")


def screening(**changes: Any) -> ScreeningPolicy:
    """Return the numbers of peers.md 3.3 and temperature-facts.md."""
    plain = ScreeningPolicy(
        limits=(
            limit(BodySite.FOREHEAD, ReadingKind.BODY_ESTIMATE, 3730, 3550),
            limit(BodySite.AXILLA, ReadingKind.CLINICAL, 3730, 3500),
        ),
        guard_band_cc=20,
        min_samples=10,
        max_spread_cc=20,
        max_drift_cc=10,
        ambient_low_cc=1600,
        ambient_high_cc=3500,
        warm_up_s=300,
        warm_up_rounds=2,
        rise_cc=15,
        rise_wait_s=60,
        unstable_rounds=3,
    )
    return replace(plain, **changes)


def policy(**changes: Any) -> Policy:
    """Return a policy with a quarter of an hour of tolerance on either side."""
    return replace(Policy("test", 1, early_min=15, late_min=15, screening=screening()), **changes)


def door(*, extra_late_min: int = 0, at_site: Site | None = None, by: Policy | None = None) -> Door:
    """Return what admission is judged by."""
    return Door(at_site or site(), services(), by or policy(), timedelta(minutes=extra_late_min))


def reading(value_cc: int, **changes: Any) -> Reading:
    """Return a sound reading of a forehead."""
    plain = Reading(
        value_cc=value_cc,
        kind=ReadingKind.BODY_ESTIMATE,
        site=BodySite.FOREHEAD,
        device_id="test:1",
        taken_at=at(10),
        n_samples=12,
        spread_cc=5,
        trend_cc=2,
        ambient_cc=2150,
    )
    return replace(plain, **changes)


def declaration(**changes: Any) -> Declaration:
    """Return three questions; the third is for licences only, a fourth is switched off."""
    plain = Declaration(
        version=7,
        title=words("近 14 天内"),
        questions=(
            Question("symptoms", words("发热")),
            Question("contact", words("接触")),
            Question("abroad", words("境外"), services=(LICENCE,)),
            Question("old", words("旧"), enabled=False),
        ),
        notice=Notice(3, words("告知"), words("告知全文")),
    )
    return replace(plain, **changes)


def claims(**changes: Any) -> Claims:
    """Return what the code of `booking()` says."""
    plain = Claims(BOOKING, SITE, VEHICLE, at(10), at(11), at(9, day=9), is_green=False, key_id="2020-a")
    return replace(plain, **changes)


def visit(step: Step = Step.MEASURING, **changes: Any) -> Visit:
    """Return a visit that arrived and declared, at `step`."""
    plain = Visit(
        id=VisitId("v1"),
        kiosk_id=KioskId("B"),
        step=step,
        first_contact=at(10),
        touched_at=at(10),
        booking_id=BOOKING,
        booking=booking(),
        arrived_at=at(10),
        declared_at=at(10, 1),
    )
    return replace(plain, **changes)


def plan(**changes: Any) -> Plan:
    """Return a plan with two rooms, a tent for the overflow, and one step for each situation."""
    contacts = (
        Contact("guard_room", words("值班室"), "100", Role.GUARD),
        Contact("leader", words("班长"), "101", Role.LEADER),
        Contact("supervisor", words("负责人"), "102", Role.SUPERVISOR),
        Contact("clinic", words("发热门诊"), "104"),
    )
    step = PlanStep("take", words("到访客身边"), Role.GUARD, 60, "clinic")
    plain = Plan(
        id="test",
        version=1,
        limits=CaseLimits(),
        places=(Place("room_1", words("1 室")), Place("room_2", words("2 室")), Place("tent", words("帐篷"), 2, True)),
        contacts=contacts,
        escalation=("guard_room", "leader", "supervisor"),
        checklist=(CheckItem("mask", words("口罩")), CheckItem("area", words("隔离区"))),
        situations=tuple(SituationPlan(item, words(item.value), (step,)) for item in Situation),
    )
    return replace(plain, **changes)


def chain(bodies: list[tuple[EntryKind, dict[str, Any]]]) -> list[Entry]:
    """Return the chained entries of `bodies`, one a second."""
    entries: list[Entry] = []
    for seq, (kind, body) in enumerate(bodies, start=1):
        text, salt = canonical(body), f"{seq:032x}"
        moment = at(9) + timedelta(seconds=seq)
        previous = entries[-1].hash if entries else GENESIS
        digest = body_digest(text, salt)
        envelope = Envelope(SITE, KioskId("B"), 1, seq, kind, moment, moment, 12, digest, previous)
        entries.append(seal(envelope, text, salt))
    return entries


class Memory:
    """A State in plain dictionaries."""

    def __init__(self) -> None:
        self.visits: dict[str, Visit] = {}
        self.cases: dict[str, Case] = {}
        self.counters: dict[str, int] = {}
        self.all_facts: dict[str, str] = {}
        self.all_holds: dict[str, Hold] = {}

    def visit(self, visit_id: VisitId) -> Visit | None:
        """Return one visit, or None."""
        return self.visits.get(visit_id)

    def put_visit(self, visit: Visit) -> None:
        """Keep a visit."""
        self.visits[visit.id] = visit

    def visits_of(self, booking_id: BookingId) -> list[Visit]:
        """Return the visits of one booking."""
        return [item for item in self.visits.values() if item.booking_id == booking_id]

    def open_visits(self) -> list[Visit]:
        """Return the visits that are not decided."""
        return [item for item in self.visits.values() if item.step in OPEN_STEPS]

    def case(self, case_id: str) -> Case | None:
        """Return one case, or None."""
        return self.cases.get(case_id)

    def case_of(self, visit_id: VisitId) -> Case | None:
        """Return the case of a visit, or None."""
        return next((case for case in reversed(self.cases.values()) if case.visit_id == visit_id), None)

    def put_case(self, case: Case) -> None:
        """Keep a case."""
        self.cases[case.id] = case

    def open_cases(self) -> list[Case]:
        """Return the open cases."""
        return [case for case in self.cases.values() if case.is_open]

    def cases_since(self, moment: datetime) -> list[Case]:
        """Return the open cases and those opened since."""
        return [case for case in self.cases.values() if case.is_open or (case.opening and case.opening.at >= moment)]

    def count(self, name: str) -> int:
        """Return a counter."""
        return self.counters.get(name, 0)

    def set_count(self, name: str, value: int) -> None:
        """Set a counter."""
        self.counters[name] = value

    def fact(self, name: str) -> str | None:
        """Return a fact."""
        return self.all_facts.get(name)

    def put_fact(self, name: str, data: str | None) -> None:
        """Keep a fact; None forgets it."""
        self.all_facts.pop(name, None)
        if data is not None:
            self.all_facts[name] = data

    def facts(self, prefix: str) -> dict[str, str]:
        """Return the facts whose names begin so."""
        return {name: data for name, data in self.all_facts.items() if name.startswith(prefix)}

    def drop_days(self, before: date) -> None:
        """Forget the counters and facts of days before `before`."""
        for name in [name for name in self.all_facts if name[-10:] < before.isoformat()]:
            del self.all_facts[name]
        for name in [name for name in self.counters if name[-11:-10] == ":" and name[-10:] < before.isoformat()]:
            del self.counters[name]

    def hold(self, hold_id: str) -> Hold | None:
        """Return one hold, or None."""
        return self.all_holds.get(hold_id)

    def put_hold(self, hold: Hold) -> None:
        """Keep a hold."""
        self.all_holds[hold.id] = hold

    def holds(self) -> list[Hold]:
        """Return the holds that stand."""
        return [hold for hold in self.all_holds.values() if hold.lifted_at is None]
