"""Entries of the screening log: numbered, chained, provable after their bodies are erased.

`hash` covers the previous hash, the number, the times, the kind and a salted digest of the body; the salt keeps
anyone from guessing a body (a temperature, a phone number) back from its digest once the body is gone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.times import to_wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    LINED_UP = "lined_up"
    ADMITTED = "admitted"
    TIMED_OUT = "timed_out"
    TURNED_AWAY = "turned_away"
    WENT_OUT = "went_out"

    STARTED = "started"
    STOPPED = "stopped"
    DEVICE = "device"
    EXPORTED = "exported"
    TYPED_WRONG = "typed_wrong"
    TYPING_REOPENED = "typing_reopened"
    TOLERANCE_WIDENED = "tolerance_widened"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    DAY_OPENED = "day_opened"
    DAY_CLOSED = "day_closed"


@dataclass(frozen=True, slots=True)
class Entry:
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


def canonical(body: Mapping[str, Any]) -> str:
    """Return `body` as JSON with one possible spelling: sorted keys, no blanks, UTF-8 as it is."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def body_digest(body: str, salt: str) -> str:
    """Return SHA-256 over salt and body, in hex."""
    return hashlib.sha256(bytes.fromhex(salt) + body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Envelope:
    """All of an entry that its hash covers."""

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
        parts = [
            self.prev_hash,
            self.site_id,
            self.kiosk_id,
            self.epoch,
            self.seq,
            self.kind,
            to_wire(self.happened_at),
            to_wire(self.recorded_at),
            self.clock_offset_ms,
            self.digest,
        ]
        line = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(_DOMAIN + line.encode()).hexdigest()


def seal(envelope: Envelope, body: str, salt: str) -> Entry:
    """Return the entry of a sealed `envelope`, whose digest must be that of `body` and `salt`."""
    return Entry(
        site_id=envelope.site_id,
        kiosk_id=envelope.kiosk_id,
        epoch=envelope.epoch,
        seq=envelope.seq,
        kind=envelope.kind,
        happened_at=envelope.happened_at,
        recorded_at=envelope.recorded_at,
        clock_offset_ms=envelope.clock_offset_ms,
        body=body,
        salt=salt,
        digest=envelope.digest,
        prev_hash=envelope.prev_hash,
        hash=envelope.hash(),
    )


def envelope_of(entry: Entry) -> Envelope:
    """Return what the hash of `entry` covers."""
    return Envelope(
        entry.site_id,
        entry.kiosk_id,
        entry.epoch,
        entry.seq,
        entry.kind,
        entry.happened_at,
        entry.recorded_at,
        entry.clock_offset_ms,
        entry.digest,
        entry.prev_hash,
    )


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first broken entry of a chain, and why: gap, order, link, hash, body, salt."""

    seq: int
    why: str


def flaw_in(entry: Entry, expected_seq: int, prev_hash: str) -> Flaw | None:
    """Return what is wrong with `entry` at its place in the chain, or None."""
    if entry.seq != expected_seq:
        return Flaw(expected_seq, "gap")
    if entry.prev_hash != prev_hash:
        return Flaw(entry.seq, "link")
    if envelope_of(entry).hash() != entry.hash:
        return Flaw(entry.seq, "hash")
    if (entry.body is None) != (entry.salt is None):
        return Flaw(entry.seq, "salt")
    if entry.body is not None and entry.salt is not None and not _fits(entry.body, entry.salt, entry.digest):
        return Flaw(entry.seq, "body")
    return None


def _fits(body: str, salt: str, digest: str) -> bool:
    """Tell whether `digest` is that of the body; a salt that is no hex fits nothing."""
    try:
        return body_digest(body, salt) == digest
    except ValueError:
        return False


def verify(entries: Iterable[Entry], seq: int = 1, prev_hash: str = GENESIS) -> tuple[int, str, Flaw | None]:
    """Walk a chain from number `seq`; return how many entries hold, the last good hash, and the first flaw."""
    held = 0
    for entry in entries:
        flaw = flaw_in(entry, seq, prev_hash)
        if flaw is not None:
            return held, prev_hash, flaw
        held, seq, prev_hash = held + 1, seq + 1, entry.hash
    return held, prev_hash, None
