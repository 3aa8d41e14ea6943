"""What a screen shows: plain values, made by the services, drawn by the screens.

A view holds nothing that the visitor should not see: names, plates and numbers are masked here already.
Texts come by key from `config/texts.*.toml`; what the server or the config names (a service, a hall) comes as `Words`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.isolation_area import Room
from kiosk.domain.visit import Step
from kiosk.services.link import LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kiosk.domain.admission import Reason
    from kiosk.domain.ids import CaseId, GuardId, VisitId
    from kiosk.domain.policy import BodySite
    from kiosk.domain.site import Words


class Face(StrEnum):
    """Which screen a view asks for; `app.py` maps each to one screen, in one dictionary."""

    IDLE = "idle"
    BOOKING = "booking"
    DECLARATION = "declaration"
    MEASURING = "measuring"
    ADMITTED = "admitted"
    REST = "rest"
    GUARD = "guard"  # the same for every cause, card check included
    REFUSED = "refused"
    HALL_LINE = "hall_line"
    GOODBYE = "goodbye"  # exit kiosk
    OUT_OF_ORDER = "out_of_order"


class Hint(StrEnum):
    """One line for the visitor, said on the idle screen or while measuring."""

    NONE = "none"
    NOT_A_BOOKING_CODE = "not_a_booking_code"
    NOT_FOUND = "not_found"  # typed number: nothing or more than one
    TYPED_WRONG = "typed_wrong"  # check digit
    TYPING_CLOSED = "typing_closed"  # too many wrong entries: scan, or ask a person
    HOLD_STILL = "hold_still"
    NOT_INSIDE = "not_inside"  # exit kiosk: this code did not come in
    STAY_IN_LINE = "stay_in_line"
    DISOWNED = "disowned"  # "not my booking": whose to show, and who helps
    EXIT_NEXT = "exit_next"  # a guard lets the next code go out


@dataclass(frozen=True, slots=True)
class BookingCard:
    """The booking as its holder may see it, masked."""

    name_masked: str | None  # None: known by the signed code alone
    plate_masked: str | None
    service: Words
    hall: Words
    slot_start: datetime
    slot_end: datetime
    is_green: bool = False


@dataclass(frozen=True, slots=True)
class RefusalFacts:
    """What a refusal tells so that the visitor knows what to do next; unused fields are None."""

    reason: Reason
    earliest: datetime | None = None  # too_early, wrong_day: when to come back
    now: datetime | None = None
    site_name: Words | None = None  # wrong_site
    site_address: Words | None = None
    url: str | None = None  # online_only: drawn as a QR code
    opens: datetime | None = None  # site_closed
    first_seen: datetime | None = None  # already_arrived


@dataclass(frozen=True, slots=True)
class View:
    """One moment of the screen. `visit_id` is None on the idle screen."""

    face: Face
    visit_id: VisitId | None = None
    card: BookingCard | None = None
    refusal: RefusalFacts | None = None
    number: str | None = None  # B037 queue, R12 rest, W03 line
    position: int | None = None  # place in the hall's line, first is 1
    until: datetime | None = None  # RESTING: when to measure again
    hint: Hint = Hint.NONE
    looks_to_guard: bool = False  # REFUSED that looks and sounds like GUARD
    measured_at: BodySite | None = None  # MEASURING: where on the body the kiosk's thermometer measures
    has_booking: bool = True  # GUARD: False where there is none to be kept, as for a walk-in
    to_lane: bool = False  # GUARD at a kiosk whose manual lane is open: the guard's screen for it comes at once
    facts: Mapping[str, str] = field(default_factory=dict[str, str])  # further placeholders for the texts


@dataclass(frozen=True, slots=True)
class Resting:
    """A rest number that is not called yet, and when it will be."""

    number: str
    until: datetime


@dataclass(frozen=True, slots=True)
class IdleFacts:
    """What the idle screen shows besides the live picture, and the board in the rest room."""

    now: datetime
    slot_start: datetime
    slot_end: datetime
    inside: int
    cap: int | None  # None: not limited
    called: tuple[str, ...]  # rest and line numbers that may scan again now, who was called last first
    notices: tuple[Words, ...]
    waiting_for_guard: int
    is_simulated: bool  # a simulated thermometer: the banner is shown
    is_online: bool
    oldest_unsent_s: int | None
    link: LinkTrouble = LinkTrouble.NONE
    resting: tuple[Resting, ...] = ()  # who is called next comes first
    site: Words | None = None  # its name, and the IANA name of its time zone, as the server has them now
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, masked. `waits_until`: after wrong PINs; a badge opens it all the same."""

    guard_id: GuardId
    name_masked: str
    role: str
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GuardRow:
    """One open visit or case on the guard's screen; numbers, never names.

    `level`: how loud a case is, 0 while it is in time; `kiosk`: which other kiosk it waits at, "" for this one;
    `cause_key`: why a visit needs a guard (text key: guard.cause.<...>), "" where the state says it all;
    `late_steps`: so many steps of a case's plan are overdue.
    """

    visit_id: VisitId
    label: str  # G07, R12, C02
    state_key: str  # text key: guard.state.<...>
    since: datetime
    due: datetime | None
    needs: tuple[str, ...]  # what the guard may do (`GuardAct`), the most likely first
    elsewhere: str = ""  # conflict: the other kiosks that the booking was used at
    case_id: CaseId | None = None
    place: Words | None = None
    level: int = 0
    kiosk: str = ""
    cause_key: str = ""
    late_steps: int = 0


@dataclass(frozen=True, slots=True)
class GuardBoard:
    """The guard's screen: what needs doing, oldest first, then figures and devices."""

    guard_name: str
    inside: int
    cap: int | None
    resting: int
    cases_open: int
    rows: tuple[GuardRow, ...]
    devices: tuple[tuple[str, bool], ...]  # (text key or name, is well)
    unsent: int
    oldest_unsent_s: int | None  # how long the first of them has been waiting
    is_online: bool
    typing_closed: bool
    extra_late_min: int
    is_cold_by_hand: bool
    booking_data_of_today: bool
    link: LinkTrouble = LinkTrouble.NONE
    view_age_s: int | None = None  # how old the view of the site's other places is; None: never heard of them
    on_duty: bool = True  # whether the signed-in guard has begun a shift
    room: Room = Room.FREE  # of the isolation area
    room_from: datetime | None = None  # when there is some again


@dataclass(frozen=True, slots=True)
class AlarmView:
    """What calls a guard now: for the screen's quiet sign, the lamp and the sound at the guard's place.

    `level`: 0 nothing, 1 somebody waits, 2 and more overdue; `is_seen`: somebody is on the way, so it need not sound.
    """

    labels: tuple[str, ...] = ()
    level: int = 0
    since: datetime | None = None
    is_seen: bool = False


ENDS: Final = (Step.ADMITTED, Step.TURNED_AWAY, Step.ABANDONED, Step.LEFT)
"""How an earlier visit can have ended, for the guard (`guard.ended.<...>`); any other has not."""


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """What became of the earlier visit by the same booking. `ended`: guard.ended.<...>; `cause`: guard.cause.<...>."""

    readings: tuple[tuple[datetime, str, str], ...]
    ended: str
    cause: str = ""
    number: str = ""  # that it was let in with: whoever did not read it may ask
    admitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GuardDetail:
    """One visit as a guard sees it after sign-in; the card is masked, readings are in °C."""

    row: GuardRow
    card: BookingCard | None
    cause_key: str  # guard.cause.<...>
    reason: Reason | None
    readings: tuple[tuple[datetime, str, str], ...]  # when, "37.4", text key of the outcome
    case_label: str | None
    declared_keys: tuple[str, ...]  # ids of the questions answered "yes"
    number: str = ""  # of who was let in: the hall's, or that of the line outside it
    first_arrival: datetime | None = None  # when this booking arrived before, for a code that was used already
    override_by: str = ""  # who may override the refusal (`guard.may.<...>`); "" where there is none
    earlier: EarlierVisit | None = None  # by the same booking, when this one is refused
    walk_in: str = ""  # why without a booking (`walk_in.<...>`); "" with one
    comes_with: str = ""  # the number of the one whom a companion or a child came with
