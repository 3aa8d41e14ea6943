"""What the guard's page shows, read at one moment: the cases of a site, its plan, and how old each kiosk's view is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from central.catalogue import document_of, plan_of, questions_of, site_of
from central.clock import from_ms
from central.log_tables import chains, entries
from central.roster import guard_of, guards_of
from central.site_view import case_of, cases_since, site_version, visit_of
from central.tables import bookings, kiosks
from kiosk.domain.case import CaseEvent, Role
from kiosk.domain.due import Due, calls, due, is_seen, level
from kiosk.domain.isolation_area import LOOK_BACK
from kiosk.domain.masking import mask_name
from kiosk.domain.plan import area
from kiosk.domain.policy import Policy
from kiosk.domain.times import local_day, to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from central.clock import Clock
    from central.database import Database
    from central.tokens import Tokens
    from kiosk.domain.case import Case, Standing
    from kiosk.domain.plan import PlaceStanding, Plan
    from kiosk.domain.policy import Instrument
    from kiosk.domain.record import Visit
    from kiosk.domain.site import Site, Words
    from kiosk.protocol.messages import Guard

STALE: Final = timedelta(seconds=60)  # a kiosk calls at least every 25 s


@dataclass(frozen=True, slots=True)
class Heard:
    """When a kiosk was last heard from; None for never."""

    kiosk_id: str
    letter: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseNow:
    """A case with what it is and waits for at this moment. `loud`: 0 in time, then louder.

    `is_alarm`: it calls for whoever is free, or is late, and nobody has said "seen" since it is as loud as it is.
    """

    case: Case
    standing: Standing
    due: Due | None
    loud: int
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A site at one moment. `open_cases`: the most pressing first; `closed`: those that were closed today."""

    site: Site
    now: datetime
    version: int
    plan: Plan
    questions: dict[str, Words]  # what a visitor may have declared, by id; of the site's own declaration
    names: dict[str, str]  # of the guards, masked, by id
    open_cases: Sequence[CaseNow]
    closed: Sequence[Case]
    places: Sequence[PlaceStanding]
    heard: Sequence[Heard]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the site."""
        return ZoneInfo(self.site.timezone)

    @property
    def alarms(self) -> list[CaseNow]:
        """The cases that call for somebody."""
        return [item for item in self.open_cases if item.is_alarm]

    def escalated(self, role: Role) -> list[tuple[CaseNow, str, bool]]:
        """Return the cases that went on to somebody because of what they wait for: to whom, and whether that is `role`.

        What was not done in time before, and is done by now, is nobody's matter any more.
        """
        found: list[tuple[CaseNow, str, bool]] = []
        for item in self.open_cases:
            if item.due is None or not item.loud:
                continue
            told = [act for act in item.case.acts if act.event is CaseEvent.ESCALATED and act.at >= item.due.since]
            if told:
                contact_id = max(told, key=lambda act: act.order).to
                contact = self.plan.contact(contact_id)
                found.append((item, contact_id, contact is not None and contact.role is role))
        return found


@dataclass(frozen=True, slots=True)
class Person:
    """What is personal of a booking."""

    name: str
    phone: str
    plate: str


class Scenes:
    """Reads scenes; any thread may call."""

    def __init__(self, database: Database, clock: Clock, tokens: Tokens) -> None:
        """`tokens` knows when each kiosk last called."""
        self._db = database
        self._clock = clock
        self._tokens = tokens

    def version(self, site_id: str) -> int:
        """Return a number that changes when anything of a site's cases does; cheap, for a caller that waits."""
        with self._db.read() as tx:
            return site_version(tx, site_id)

    def guard(self, site_id: str, guard_id: str) -> Guard | None:
        """Return a guard of a site, or None."""
        with self._db.read() as tx:
            return guard_of(tx, site_id, guard_id)

    def of(self, site_id: str) -> Scene:
        """Return a site as it is now; raises Unknown."""
        now = self._clock.now()
        with self._db.read() as tx:
            site, plan = site_of(tx, site_id), plan_of(tx, site_id)
            known = [item for item in cases_since(tx, site_id, to_ms(now - LOOK_BACK)) if item.opening is not None]
            today = local_day(now, site.timezone)
            closed = [case for case in known if _closed_day(case, site.timezone) == today]
            return Scene(
                site=site,
                now=now,
                version=site_version(tx, site_id),
                plan=plan,
                questions=questions_of(tx, site_id),
                names={guard.id: mask_name(guard.name) for guard in guards_of(tx, site_id)},
                open_cases=sorted((_now(case, plan, now) for case in known if case.is_open), key=_pressing),
                closed=closed,
                places=area(plan, known, now),
                heard=self._heard(tx, site_id),
            )

    def case(self, scene: Scene, case_id: str) -> tuple[CaseNow, Visit | None] | None:
        """Return one case of a scene's site, and its visit where a kiosk told of it; None for no such case."""
        with self._db.read() as tx:
            case = case_of(tx, scene.site.id, case_id)
            if case is None or case.opening is None:
                return None
            return _now(case, scene.plan, scene.now), visit_of(tx, scene.site.id, case.visit_id)

    def instruments(self, site_id: str) -> tuple[Instrument, ...] | None:
        """Return the thermometers of a site's guards; None where the server has no policy to judge a reading by."""
        with self._db.read() as tx:
            policy = document_of(tx, site_id, Policy)
            return policy.instruments if policy is not None else None

    def person(self, site_id: str, booking_id: str) -> Person | None:
        """Return who booked; the caller has recorded who looks and what for."""
        query = select(bookings.c.name, bookings.c.phone, bookings.c.plate)
        query = query.where(bookings.c.site_id == site_id, bookings.c.booking_id == booking_id)
        with self._db.read() as tx:
            row = tx.execute(query).first()
        return Person(row.name, row.phone, row.plate) if row is not None else None

    def _heard(self, tx: Connection, site_id: str) -> list[Heard]:
        """Return when each kiosk last called; after a restart of the server, when its last entry came."""
        newest = entries.c.seq == chains.c.high_seq
        for name in ("site_id", "kiosk_id", "epoch"):
            newest &= entries.c[name] == chains.c[name]
        came = select(chains.c.kiosk_id, func.max(entries.c.received_ms).label("at_ms")).join(entries, newest)
        came = came.where(chains.c.site_id == site_id).group_by(chains.c.kiosk_id)
        stored = {row.kiosk_id: from_ms(row.at_ms) for row in tx.execute(came)}
        in_use = (kiosks.c.letter != "") & (kiosks.c.epoch > 0) & kiosks.c.revoked_ms.is_(None)
        rows = tx.execute(select(kiosks).where(kiosks.c.site_id == site_id, in_use).order_by(kiosks.c.letter))
        return [
            Heard(row.kiosk_id, row.letter, self._tokens.heard_at(site_id, row.kiosk_id) or stored.get(row.kiosk_id))
            for row in rows
        ]


def _now(case: Case, plan: Plan, now: datetime) -> CaseNow:
    standing = case.standing()
    waits = due(case, plan.limits, standing)
    loud = level(waits, plan.limits, now)
    is_calling = calls(case, standing) and standing.seen_at is None
    is_alarm = is_calling or (loud > 0 and not is_seen(waits, plan.limits, standing, now))
    return CaseNow(case, standing, waits, loud, is_alarm)


def _pressing(item: CaseNow) -> tuple[float, str]:
    return (item.due.until.timestamp() if item.due is not None else 0.0, item.case.id)


def _closed_day(case: Case, timezone: str) -> object:
    closed_at = case.standing().closed_at
    return local_day(closed_at, timezone) if closed_at is not None else None
