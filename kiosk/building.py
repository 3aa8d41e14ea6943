"""Puts a kiosk's services together behind its screens: once for the kiosk itself, once more for its training mode."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from kiosk.adapters.clock import SiteClock, SystemClock
from kiosk.adapters.pins import check_pin
from kiosk.adapters.thermometers import open_thermometer
from kiosk.domain.ids import uuid7
from kiosk.domain.times import to_ms
from kiosk.domain.token_roll import DeviceKey
from kiosk.services.case_views import CaseViews
from kiosk.services.cases import Cases
from kiosk.services.day import Day
from kiosk.services.desk import Desk
from kiosk.services.everywhere import Everywhere
from kiosk.services.guard_board import Board
from kiosk.services.guard_desk import GuardDesk
from kiosk.services.guards import Guards
from kiosk.services.hall import Hall
from kiosk.services.health import Health
from kiosk.services.identifying import Identifying
from kiosk.services.rolling import TokenRoller
from kiosk.services.rulebook import Rulebook
from kiosk.services.showing import Showing
from kiosk.services.sign_in import SignIn
from kiosk.services.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.adapters.log_reader import Identity
    from kiosk.config import Settings
    from kiosk.ports import Actuator, Central, Clock, LocalCopy, Log, Thermometer
    from kiosk.services.duty_desk import Outside


@dataclass(frozen=True, slots=True)
class Parts:
    """What a demo or a test puts in the place of the real thing; None means the configured one."""

    clock: Clock = field(default_factory=SystemClock)
    central: Central | None = None
    thermometer: Thermometer | None = None
    alarm: Actuator | None = None
    log_vfs: str = ""  # SQLite's name of the file system under the log; a benchmark loses power there


@dataclass(frozen=True, slots=True)
class Ground:
    """What the services of one kiosk stand on."""

    settings: Settings
    identity: Identity
    clock: Clock
    log: Log
    copy: LocalCopy
    outside: Outside
    thermometer: Thermometer
    offset_ms: Callable[[], int | None] = lambda: None  # the server's clock minus ours, as last measured

    def new_id(self) -> str:
        """Return a new id (UUID version 7)."""
        return uuid7(to_ms(self.clock.now()), secrets.randbits(74))


def build_desk(ground: Ground) -> Desk:
    """Return the whole kiosk behind its screens."""
    log, copy, clock, identity = ground.log, ground.copy, ground.clock, ground.identity
    rules = Rulebook(copy, ground.settings.policy, ground.settings.declaration, ground.settings.plan)
    everywhere = Everywhere(copy, identity.kiosk_id)
    hall = Hall(copy, everywhere, rules, clock, identity.letter)
    # What is done for a case at several places is told and timed by one clock, the server's.
    cases = Cases(rules, hall, copy, SiteClock(clock, ground.offset_ms), ground.new_id, identity.kiosk_id)
    showing = Showing(rules, hall, ground.thermometer.describe().site)
    visits = Visits(log, rules, hall, cases, showing, clock, ground.new_id)
    is_exit = ground.settings.kiosk.direction == "exit"
    identifying = Identifying(visits, copy, bytes.fromhex(identity.id_key), is_exit, ground.offset_ms)
    case_views = CaseViews(cases)
    guards, signing = Guards(visits, everywhere), SignIn(visits, check_pin)
    board = Board(visits, guards, hall, copy, identifying, everywhere, case_views)
    health = Health(log, f"{identity.site_id}/{identity.kiosk_id}")
    return Desk(
        visits=visits,
        identifying=identifying,
        board_maker=board,
        guarding=GuardDesk(
            visits,
            identifying,
            guards,
            signing,
            board,
            case_views,
            health,
            ground.outside,
            is_station=ground.settings.kiosk.is_station,
        ),
        health=health,
        day=Day(log, rules, copy, clock),
        thermometer_name=ground.thermometer.name,
        is_simulated=ground.thermometer.is_simulated,
        is_board=ground.settings.kiosk.is_board,
    )


def configured_thermometer(settings: Settings, clock: Clock) -> Thermometer:
    """Return the thermometer of the settings; raises ConfigError for one that production refuses."""
    in_production = settings.kiosk.mode == "production"
    return open_thermometer(settings.kiosk.thermometer.model_dump(), clock, in_production=in_production)


def token_roller(ground: Ground, central: Central, keep: Callable[[str], None]) -> TokenRoller:
    """Return what renews the kiosk's token in time; `keep` stores the new one."""
    who, life = ground.identity, timedelta(days=ground.settings.kiosk.server.token_life_days)
    key = DeviceKey(who.site_id, who.kiosk_id, who.epoch, who.private_key)
    return TokenRoller(central, ground.clock, key.sign_roll, keep, life)
