"""What the office may ask for: each request with its bounds, and in words that an operator would write."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from central.refusals import BadRequest
from kiosk.domain.ids import ServiceId, SiteId
from kiosk.domain.site import Service, Site, Words

_DAY_MIN: Final = 24 * 60
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00")

_Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
_Text = Annotated[str, Field(max_length=200)]
_Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
]


def _minutes(given: object) -> object:
    """Return the minutes after midnight of "08:30"; raises ValueError for any other text."""
    if isinstance(given, bool) or (isinstance(given, str) and not _CLOCK.fullmatch(given)):
        raise ValueError('must be a time of day, "08:30" to "24:00", or minutes after midnight')
    if not isinstance(given, str):
        return given
    hour, minute = map(int, given.split(":"))
    return hour * 60 + minute


def _date(given: object) -> date:
    """Return the date of "2026-10-01"; raises ValueError for anything else."""
    try:
        if isinstance(given, str) and _DATE.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:  # no calendar has it
        pass
    raise ValueError("must be a date, as 2026-10-01")


_Day = Annotated[date, BeforeValidator(_date)]
_TimeOfDay = Annotated[
    int,
    BeforeValidator(_minutes),
    Field(ge=0, le=_DAY_MIN),
    WithJsonSchema({"type": "string", "description": 'local time, "08:30" to "24:00", or minutes after midnight'}),
]


class Wish(BaseModel):
    """A request of the office; a field that nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WordsWish(Wish):
    """The same words in both languages."""

    zh: _Name
    en: _Name

    def words(self) -> Words:
        """Return them as the kiosks are told."""
        return Words(self.zh, self.en)


class SiteWish(Wish):
    """A place with entrances; `id` may be left out, since the address has it."""

    id: _Id | None = None
    name: WordsWish
    address: WordsWish
    timezone: Annotated[str, Field(max_length=64, description="as in Asia/Shanghai")]
    opens: _TimeOfDay
    closes: _TimeOfDay
    districts: Annotated[tuple[_Name, ...], Field(max_length=100, description="whom it serves; none: everybody")] = ()
    plate_prefixes: Annotated[tuple[_Name, ...], Field(max_length=100, description="as districts")] = ()
    closed_days: Annotated[tuple[_Day, ...], Field(max_length=1000, description="as in 2026-10-01")] = ()
    cap: Annotated[int, Field(ge=0, le=1_000_000, description="how many may be inside at once; 0: no limit")] = 0

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("closes: must be later than opens")
        return self

    def site(self, site_id: str) -> Site:
        """Return the site; raises BadRequest when the request names another."""
        if self.id not in (None, site_id):
            raise BadRequest("the site has another id")
        return Site(
            id=SiteId(site_id),
            name=self.name.words(),
            address=self.address.words(),
            timezone=self.timezone,
            opens=self.opens,
            closes=self.closes,
            districts=self.districts,
            plate_prefixes=self.plate_prefixes,
            closed_days=tuple(day.isoformat() for day in self.closed_days),
            cap=self.cap,
        )


class ServicePart(Wish):
    """A kind of business; `id` may be left out, since the address has it."""

    id: _Id | None = None
    name: WordsWish
    hall: WordsWish
    online_only: bool = False
    online_url: Annotated[str, Field(max_length=500, description="where it is done when it is done online only")] = ""


class ServiceWish(Wish):
    """A service and its quota."""

    service: ServicePart
    hourly_quota: Annotated[int, Field(ge=0, le=100_000, description="bookings an hour; 0: no limit")] = 0

    def made(self, service_id: str) -> Service:
        """Return the service; raises BadRequest when the request names another."""
        part = self.service
        if part.id not in (None, service_id):
            raise BadRequest("the service has another id")
        return Service(ServiceId(service_id), part.name.words(), part.hall.words(), part.online_only, part.online_url)


class GuardWish(Wish):
    """A guard; the PIN is hashed and forgotten."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]
    role: Literal["guard", "leader", "supervisor"] = "guard"

    def is_tried_first(self) -> bool:
        """Tell whether the PIN is one digit again and again, or digits in order: 1111, 1234, 9876."""
        return {int(after) - int(before) for before, after in pairwise(self.pin)} in ({0}, {1}, {-1})


class KioskWish(Wish):
    """A kiosk; `is_entry`: it shares in the hall's cap."""

    letter: Annotated[str, Field(pattern=r"^[A-Z]$")]
    is_entry: bool = True


class BookingRequest(Wish):
    """A booking to be made."""

    service: Annotated[str, Field(max_length=64)]
    slot_start: AwareDatetime
    slot_end: AwareDatetime
    name: Annotated[str, Field(min_length=1, max_length=100)]
    phone: _Text = ""
    plate: _Text = ""
    district: _Text = ""
    id_number: _Text = ""
    is_green: bool = False
    is_confirmed: bool = True


class ClosingNote(Wish):
    """Who closes a finding, and why."""

    by: Annotated[str, Field(min_length=1, max_length=64)]
    note: Annotated[str, Field(min_length=1, max_length=1000)]


class ForgetWish(Wish):
    """Bookings whose slot ended before this are deleted."""

    before: AwareDatetime
