"""Entries of the screening log: numbered, chained, provable after their bodies are erased.

`hash` covers the previous hash, the number, the times, the kind and a salted digest of the body; the salt keeps
anyone from guessing a body (a temperature, a phone number) back from its digest once the body is gone.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.times import to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping


GENESIS: Final = "0" * 64
SALT_BYTES: Final = 16
_DOMAIN: Final = b"vb-screening-log/1\n"  # keeps these hashes apart from any other use of SHA-256


class EntryKind(StrEnum):
    """What an entry says; the closed list. The first part is about a visit, the second about the kiosk."""

    IDENTIFIED = "identified"
    ADOPTED = "adopted"  # taken over from another kiosk of the site
    REFUSED = "refused"
    CARD_AWAITED = "card_awaited"
    CARD_SEEN = "card_seen"
    ARRIVED = "arrived"
    OVERRIDDEN = "overridden"  # a guard lets go on despite a refusal
    DISOWNED = "disowned"
    DECLARED = "declared"
    READING = "reading"
    RESUMED = "resumed"
    HELD = "held"
    CALLED = "called"  # the visitor asked for a person
    REFUSED_MEASURING = "refused_measuring"  # the visitor does not let their temperature be taken
    WALKED_IN = "walked_in"  # a guard lets somebody begin without a booking
    LATE_ENTRY = "late_entry"  # a row of the paper ledger, typed in afterwards
    CASE_OPENED = "case_opened"
    CASE_ACTED = "case_acted"  # one step of a case; `domain/case.py: CaseEvent` says which
    NEAR_LISTED = "near_listed"  # who was near an open case, by right and with a supervisor's consent
    LINED_UP = "lined_up"
    ADMITTED = "admitted"
    TIMED_OUT = "timed_out"
    TURNED_AWAY = "turned_away"
    HELPED = "helped"  # whoever asked for a person was; says whether the visit was no more than that
    WENT_OUT = "went_out"
    CORRECTED = "corrected"  # a figure of an earlier entry, by name and with the reason; the old one stays

    STARTED = "started"
    STOPPED = "stopped"
    DEVICE = "device"
    EXPORTED = "exported"
    ERASED = "erased"  # bodies past their time; says which numbers, so that no other erasure passes for one
    HOLD_PLACED = "hold_placed"  # a legal hold: nothing of these days is erased
    HOLD_LIFTED = "hold_lifted"
    TYPED_WRONG = "typed_wrong"
    TYPING_REOPENED = "typing_reopened"
    COLD_MODE_SET = "cold_mode_set"  # on by hand for today, or as the policy says again
    TOLERANCE_WIDENED = "tolerance_widened"
    INSTRUMENT_CHOSEN = "instrument_chosen"  # with which thermometer a guard measures from here on
    SHIFT_BEGUN = "shift_begun"
    SHIFT_ENDED = "shift_ended"
    SITUATION_BEGUN = "situation_begun"  # one of the plan's that is no case: a crowd, a power failure
    SITUATION_TICKED = "situation_ticked"
    SITUATION_ENDED = "situation_ended"
    EXIT_SENSED = "exit_sensed"  # a sensor at the way out saw somebody leave
    COUNTED = "counted"  # the number inside, corrected by a guard's count
    LOOKED_UP = "looked_up"  # a guard opened what is personal
    REFERENCE_CHECKED = "reference_checked"  # a thermometer against a reference
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    DAY_OPENED = "day_opened"
    DAY_CLOSED = "day_closed"


class Entry(NamedTuple):  # a tuple: a log of 100,000 is verified entry by entry, and these are made three times as fast
    """One entry. `body` is canonical JSON, or None once erased (with `salt`); `digest`, `prev_hash`, `hash` are hex.

    `clock_offset_ms`: the server's clock minus the kiosk's, as last measured; None before the first answer.
    """

    site_id: SiteId
    kiosk_id: KioskId
    epoch: int
    seq: int
    kind: EntryKind
    happened_at: datetime
    recorded_at: datetime
    clock_offset_ms: int | None
    body: str | None
    salt: str | None
    digest: str
    prev_hash: str
    hash: str

    def data(self) -> Mapping[str, Any]:
        """Return the body; empty when it was erased."""
        return json.loads(self.body) if self.body is not None else {}


_CANONICAL: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
_quoted: Final = json.encoder.encode_basestring  # text as JSON, with its quotes


def canonical(body: Mapping[str, Any]) -> str:
    """Return `body` as JSON with one possible spelling: sorted keys, no blanks, UTF-8 as it is."""
    return _CANONICAL.encode(body)


def body_digest(body: str, salt: str) -> str:
    """Return SHA-256 over salt and body, in hex."""
    return hashlib.sha256(bytes.fromhex(salt) + body.encode()).hexdigest()


class Envelope(NamedTuple):
    """All of an entry that its hash covers, in an entry's order."""

    site_id: SiteId
    kiosk_id: KioskId
    epoch: int
    seq: int
    kind: EntryKind
    happened_at: datetime
    recorded_at: datetime
    clock_offset_ms: int | None
    digest: str
    prev_hash: str

    def hash(self) -> str:
        """Return the entry's hash, in hex."""
        return entry_hash(self, *wire_times(self))


WireTimes = tuple[str, str]
"""When an entry happened and when it was recorded, as `to_wire` writes them."""


def wire_times(sealed: Envelope | Entry) -> WireTimes:
    """Return when it happened and was recorded, as `to_wire` writes them: one text for most, which saves the time."""
    recorded = to_wire(sealed.recorded_at)
    return recorded if sealed.happened_at == sealed.recorded_at else to_wire(sealed.happened_at), recorded


def entry_hash(sealed: Envelope | Entry, happened_at: str, recorded_at: str) -> str:
    """Return the hash, in hex, of what has an envelope's fields; its times as `to_wire` writes them.

    What is hashed is JSON: `[prev_hash, site_id, kiosk_id, epoch, seq, kind, happened_at, recorded_at,
    clock_offset_ms, digest]`. It is spelt here by hand, since every entry is hashed when it is written and when it
    is verified.
    """
    offset = "null" if sealed.clock_offset_ms is None else sealed.clock_offset_ms
    line = (
        f"[{_quoted(sealed.prev_hash)},{_quoted(sealed.site_id)},{_quoted(sealed.kiosk_id)},{sealed.epoch},{sealed.seq}"
        f',{_quoted(sealed.kind)},"{happened_at}","{recorded_at}",{offset},{_quoted(sealed.digest)}]'
    )
    return hashlib.sha256(_DOMAIN + line.encode()).hexdigest()


def seal(envelope: Envelope, body: str, salt: str, times: WireTimes | None = None) -> Entry:
    """Return the entry of a sealed `envelope`, whose digest must be that of `body` and `salt`.

    `times`: when it happened and was recorded, as `to_wire` writes them, where that is at hand.
    """
    own = entry_hash(envelope, *times) if times is not None else envelope.hash()
    return Entry(*envelope[:8], body, salt, *envelope[8:], own)


def envelope_of(entry: Entry) -> Envelope:
    """Return what the hash of `entry` covers."""
    return Envelope(*entry[:8], *entry[10:12])
