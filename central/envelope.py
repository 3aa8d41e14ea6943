"""From an uploaded item to a sound entry, or to the reason why it is none. Pure; nothing is refused here.

Sound means: every field has its form, the entry is the caller's own, and its hash and digest are true. Whether the
server likes what it says is judged later.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError

from kiosk.domain.bounds import MAX_NUMBER
from kiosk.domain.entry import Entry, EntryKind, Envelope, body_digest
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.times import is_in_calendar, to_ms
from kiosk.protocol.messages import WireEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    from central.fleet import Principal

_KINDS: Final = frozenset(kind.value for kind in EntryKind)


@dataclass(frozen=True, slots=True)
class Sound:
    """An entry whose envelope holds. `kind` may be one that only a newer kiosk knows."""

    seq: int
    hash: str
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unsound:
    """Anything else: kept as bytes. `seq` is None when no number could be read."""

    seq: int | None
    why: str


def read_item(item: object, who: Principal) -> Sound | Unsound:
    """Return what an uploaded `item` is, seen from the kiosk `who` sent it. Never raises."""
    seq = _number_of(item)
    try:
        wire = WireEntry.model_validate(item)
    except ValidationError as error:
        return Unsound(seq, "form:" + ".".join(map(str, error.errors(include_input=False)[0]["loc"])))
    why = _flaw(wire, who)
    return Unsound(seq, why) if why else Sound(wire.seq, wire.hash, columns_of(wire))


def raw_bytes(item: object) -> bytes:
    """Return an item as bytes, the same for the same item, whatever signs it holds; of one nested too deep, that."""
    try:
        return json.dumps(item, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError:  # it could just be read, a few calls further up
        return b'"nested too deep"'


def item_hash(raw: bytes) -> str:
    """Return SHA-256 of an item's bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()


def entry_of(row: Row[Any], at: tuple[datetime, datetime]) -> Entry | None:
    """Return a stored row as an entry (`at`: happened, recorded); None for a kind that only a newer kiosk knows."""
    if row.kind not in _KINDS:
        return None
    return Entry(
        site_id=SiteId(row.site_id),
        kiosk_id=KioskId(row.kiosk_id),
        epoch=row.epoch,
        seq=row.seq,
        kind=EntryKind(row.kind),
        happened_at=at[0],
        recorded_at=at[1],
        clock_offset_ms=row.clock_offset_ms,
        body=row.body,
        salt=row.salt,
        digest=row.digest,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def _number_of(item: object) -> int | None:
    seq = cast("dict[str, object]", item).get("seq") if isinstance(item, dict) else None
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and 1 <= seq <= MAX_NUMBER else None


def _flaw(wire: WireEntry, who: Principal) -> str:
    """Return why an entry of the right form is not sound, or "" when it is."""
    if (wire.site_id, wire.kiosk_id, wire.epoch) != (who.site_id, who.kiosk_id, who.epoch):
        return "identity"
    if wire.seq > MAX_NUMBER or abs(wire.clock_offset_ms or 0) > MAX_NUMBER:
        return "number"
    if wire.happened_at.tzinfo is None or wire.recorded_at.tzinfo is None:
        return "zone"
    if not (is_in_calendar(wire.happened_at) and is_in_calendar(wire.recorded_at)):
        return "time"
    # PostgreSQL keeps no NUL in text, and a hash over it could not be checked again.
    if "\0" in wire.kind or "\0" in (wire.body or ""):
        return "nul"
    return _broken_seal(wire)


def _broken_seal(wire: WireEntry) -> str:
    envelope = Envelope(
        SiteId(wire.site_id),
        KioskId(wire.kiosk_id),
        wire.epoch,
        wire.seq,
        cast("EntryKind", wire.kind),  # the hash covers the word, known or not
        wire.happened_at,
        wire.recorded_at,
        wire.clock_offset_ms,
        wire.digest,
        wire.prev_hash,
    )
    if envelope.hash() != wire.hash:
        return "hash"
    if (wire.body is None) != (wire.salt is None):
        return "salt"
    if wire.body is not None and wire.salt is not None and body_digest(wire.body, wire.salt) != wire.digest:
        return "body"
    return ""


def columns_of(wire: WireEntry | Entry) -> dict[str, Any]:
    """Return what the table keeps of an entry, but when it was received."""
    return {
        "site_id": wire.site_id,
        "kiosk_id": wire.kiosk_id,
        "epoch": wire.epoch,
        "seq": wire.seq,
        "kind": str(wire.kind),
        "happened_ms": to_ms(wire.happened_at),
        "recorded_ms": to_ms(wire.recorded_at),
        "clock_offset_ms": wire.clock_offset_ms,
        "body": wire.body,
        "salt": wire.salt,
        "digest": wire.digest,
        "prev_hash": wire.prev_hash,
        "hash": wire.hash,
    }
