"""The messages between kiosk and server, version 1; `docs/protocol.md` tells when each is sent.

Every answer of the server names its protocol and its time, so that a captive portal or a proxy is never taken
for our server, and so that each call measures the kiosk's clock.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from kiosk.domain.booking import Booking
from kiosk.domain.case import Case
from kiosk.domain.declaration import Declaration
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import GuardId, KioskId, SiteId
from kiosk.domain.plan import Plan
from kiosk.domain.policy import Policy
from kiosk.domain.record import Hold, Visit
from kiosk.domain.site import Service, Site, Words
from kiosk.domain.times import to_wire

PROTOCOL: Final = 1
PROTOCOL_HEADER: Final = "X-VB-Protocol"
MAX_BATCH: Final = 200  # entries in one upload (server-facts.md, section 2)
MAX_BODY_CHARS: Final = 16_384  # of one entry
GZIP_FROM: Final = 20  # entries; smaller uploads gain nothing by gzip

_Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class Message(BaseModel):
    """The base of all messages; what an older reader does not know, it leaves out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Answer(Message):
    """What every answer of the server holds."""

    protocol: Literal[1] = PROTOCOL
    server_time_ms: int = Field(ge=0, le=2**53 - 1, description="the server's clock, Unix milliseconds")


class Trouble(Answer):
    """An answer that says no, with a code that a program can read."""

    code: str
    message: str = ""


class EnrolRequest(Message):
    """A kiosk set up for the first time, or anew; the code works once."""

    handshake: Literal[1] = PROTOCOL
    code: Annotated[str, Field(min_length=8, max_length=64)]
    public_key: _Hex64 = Field(description="the kiosk's Ed25519 public key; cannot be changed for this epoch")
    software: Annotated[str, Field(max_length=64)] = ""


class EnrolAnswer(Answer):
    """Who the kiosk is from now on. `token` is told once and only its hash is kept by the server."""

    site_id: _Id
    kiosk_id: _Id
    letter: Annotated[str, Field(pattern=r"^[A-Z]$")] = Field(description="the kiosk's letter in queue numbers")
    epoch: int = Field(ge=1)
    token: Annotated[str, Field(min_length=32)]
    id_key: _Hex64 = Field(description="key of the hash of identity numbers, the same for a whole site")


class TokenRequest(Message):
    """A wish for a new token, signed by the kiosk's device key (`kiosk.domain.token_roll`)."""

    at_ms: int = Field(ge=0, le=2**53, description="the server's time as the kiosk knows it, Unix milliseconds")
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class TokenAnswer(Answer):
    """The new token; the old one holds until this one is first used."""

    token: Annotated[str, Field(min_length=32)]


class WireEntry(Message):
    """An entry of the screening log as it travels; `body` stays text, so that its digest stays true."""

    site_id: _Id
    kiosk_id: _Id
    epoch: int = Field(ge=1)
    seq: int = Field(ge=1)
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    happened_at: datetime
    recorded_at: datetime
    clock_offset_ms: int | None
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS)] | None
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None
    digest: _Hex64
    prev_hash: _Hex64
    hash: _Hex64


def to_wire_entry(entry: Entry) -> dict[str, Any]:
    """Return `entry` as JSON values for an upload."""
    return {
        "site_id": entry.site_id,
        "kiosk_id": entry.kiosk_id,
        "epoch": entry.epoch,
        "seq": entry.seq,
        "kind": entry.kind.value,
        "happened_at": to_wire(entry.happened_at),
        "recorded_at": to_wire(entry.recorded_at),
        "clock_offset_ms": entry.clock_offset_ms,
        "body": entry.body,
        "salt": entry.salt,
        "digest": entry.digest,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def from_wire_entry(wire: WireEntry) -> Entry:
    """Return the entry that `wire` carries; raises ValueError for a kind that this version does not know."""
    return Entry(
        site_id=SiteId(wire.site_id),
        kiosk_id=KioskId(wire.kiosk_id),
        epoch=wire.epoch,
        seq=wire.seq,
        kind=EntryKind(wire.kind),
        happened_at=wire.happened_at,
        recorded_at=wire.recorded_at,
        clock_offset_ms=wire.clock_offset_ms,
        body=wire.body,
        salt=wire.salt,
        digest=wire.digest,
        prev_hash=wire.prev_hash,
        hash=wire.hash,
    )


class Upload(Message):
    """A batch, in order. The entries are checked one by one, so that one bad entry spoils nothing else."""

    entries: Annotated[list[Any], Field(max_length=MAX_BATCH)]
    last: int | None = Field(default=None, description="the number of the log's last entry, to tell an old copy of it")
    acknowledged: int | None = Field(
        default=None, description="the last acknowledged number, to tell a server set back"
    )


class EntryStatus(StrEnum):
    """What became of one uploaded entry; each of them counts as received."""

    STORED = "stored"
    DUPLICATE = "duplicate"  # the same entry was there already: success
    FORKED = "forked"  # the same number with another hash: kept aside, an alarm for people
    QUARANTINED = "quarantined"  # unreadable: kept as bytes, its number counted as received


class EntryResult(Message):
    """The answer for one entry of a batch, in the batch's order; `seq` is None where none could be read."""

    seq: int | None
    status: EntryStatus
    why: str = ""


class UploadAnswer(Answer):
    """One result per entry, and how far the server's copy of this kiosk's log goes without a gap."""

    results: list[EntryResult]
    epoch: int
    high_seq: int = Field(ge=0)
    high_hash: str = Field(description="of the entry with that number; empty where it is in quarantine")


class BookingPage(Answer):
    """Changes of the local copy after a cursor. `reset`: the cursor is too old, empty the copy and start at 0."""

    reset: bool
    bookings: list[Booking]
    gone: list[str] = Field(description="ids that no longer belong here (tombstones)")
    cursor: int
    more: bool
    days: list[date] = Field(description="the local days that the copy covers when `more` is false")


class Guard(Message):
    """Someone who may sign in at the site's kiosks. `pin_hash` is argon2id; `name` is shown masked.

    `badge_hash`: SHA-256 of the random secret that the guard's badge carries as a QR code, in hex; "" for no badge.
    """

    id: GuardId
    name: str
    pin_hash: str
    role: Literal["guard", "leader", "supervisor"] = "guard"
    badge_hash: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class Documents(Message):
    """What a site's kiosks work by; served with an ETag, so an unchanged one costs an empty answer."""

    version: str
    site: Site
    sites: list[Site] = Field(description="the directory: where a visitor at the wrong site should go")
    services: list[Service]
    policy: Policy | None = Field(description="None: the kiosk's own file holds")
    declaration: Declaration | None = None
    plan: Plan | None = Field(default=None, description="None: the kiosk's own file holds")
    notices: list[Words] = []
    keys: dict[str, _Hex64] = Field(description="Ed25519 public keys of booking codes, by key id")
    revoked_keys: list[str] = []
    guards: list[Guard] = []
    holds: list[Hold] = Field(default=[], description="legal holds: nothing of these days is erased")
    cap_share: int = Field(ge=0, description="this kiosk's part of the hall's cap while the link is down; 0: no limit")


class DocumentsAnswer(Answer):
    """The documents; 304 without a body when the ETag still holds."""

    documents: Documents


class ConflictArrival(Message):
    """Where and when one of the visits of a conflict arrived, by that kiosk's clock."""

    kiosk_id: _Id
    visit_id: Annotated[str, Field(max_length=64)]
    at: datetime


class Conflict(Message):
    """One booking that arrived more than once, at kiosks that did not know of each other; nobody has looked yet."""

    booking_id: Annotated[str, Field(max_length=64)]
    arrivals: list[ConflictArrival]


def _read_each(told: Any, read: ValidatorFunctionWrapHandler) -> list[Visit]:  # noqa: ANN401 - whatever JSON held
    """Return the visits that can be read: one of a newer kiosk, at a step that is not known here, hides no other."""
    try:
        return read(told)
    except ValidationError:
        if not isinstance(told, list):
            raise
        visits: list[Visit] = []
        for one in cast("list[object]", told):
            with suppress(ValidationError):
                visits += read([one])
        return visits


class SiteView(Answer):
    """What the other kiosks of the site know: their visits of today and their part of the number inside."""

    version: int
    inside_elsewhere: int
    visits: Annotated[list[Visit], WrapValidator(_read_each)]
    unchanged: bool = False
    conflicts: list[Conflict] = Field(
        default=[], description="found today and not closed by a person; empty when unchanged"
    )
    cases: list[Case] = Field(
        default=[], description="isolation cases that are open or were touched today, from all logs of the site"
    )
    token_issued_ms: int = Field(default=0, description="when the caller's token was given out, by the server's clock")
