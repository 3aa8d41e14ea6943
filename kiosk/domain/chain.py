"""The chain of a log's entries, proved: nothing changed, taken away, put in or moved, and nothing gone unsaid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kiosk.domain.bounds import NOT_UNDERSTOOD
from kiosk.domain.entry import GENESIS, Entry, EntryKind, WireTimes, body_digest, entry_hash, wire_times
from kiosk.domain.times import is_in_calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    Anchors = Mapping[int, AbstractSet[str]]


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first broken entry of a chain, and why.

    `form`: cannot be read; `gap`: a number is missing; `link`: the previous hash is another; `hash`: number, time,
    kind or digest was changed; `body`, `salt`: what was recorded was changed; `erased`: a body is gone that no entry
    says was erased; `anchor`: whole in itself, but not what was seen of it elsewhere (a rewritten log); `tail`: the
    end is missing (a cut log, or an old copy of it).
    """

    seq: int
    why: str


def _times_of(entry: Entry) -> WireTimes | None:
    """Return an entry's times as `to_wire` writes them; None where one has no zone, or no day in some zone."""
    return wire_times(entry) if is_in_calendar(entry.recorded_at) and is_in_calendar(entry.happened_at) else None


def flaw_in(entry: Entry, expected_seq: int, prev_hash: str, times: WireTimes | None = None) -> Flaw | None:
    """Return what is wrong with `entry` at its place in the chain, or None; `times`: its own, as they are stored."""
    if entry.seq != expected_seq:
        return Flaw(expected_seq, "gap")
    if entry.prev_hash != prev_hash:
        return Flaw(entry.seq, "link")
    if entry_hash(entry, *(times or wire_times(entry))) != entry.hash:
        return Flaw(entry.seq, "hash")
    if (entry.body is None) != (entry.salt is None):
        return Flaw(entry.seq, "salt")
    if entry.body is not None and entry.salt is not None and not _fits(entry.body, entry.salt, entry.digest):
        return Flaw(entry.seq, "body")
    return None


def _fits(body: str, salt: str, digest: str) -> bool:
    """Tell whether `digest` is that of the body; a salt that is no hex, or spelt another way, fits nothing."""
    try:
        return body_digest(body, salt) == digest and bytes.fromhex(salt).hex() == salt
    except ValueError:
        return False


def verify(
    entries: Iterable[Entry], seq: int = 1, prev_hash: str = GENESIS, anchors: Anchors | None = None
) -> tuple[int, str, Flaw | None]:
    """Walk a chain from number `seq`; return how many entries hold, the last good hash, and the first flaw.

    `anchors`: by number every hash that was seen elsewhere, on the server or on a printed ledger (none: only that
    there was such an entry); a chain that was cut, or rewritten whole, holds in itself and is found by them.
    """
    return verify_stored(((entry, _times_of(entry)) for entry in entries), seq, prev_hash, anchors)


def verify_stored(
    entries: Iterable[tuple[Entry, WireTimes | None]],
    seq: int = 1,
    prev_hash: str = GENESIS,
    anchors: Anchors | None = None,
) -> tuple[int, str, Flaw | None]:
    """Walk a chain as `verify` does, each entry with its times as they are stored: what stands there is what counts.

    Without them (None) an entry cannot be read. A time read and written again would hide what was done to its text
    (more digits of a second), and takes a fifth of the time of the walk.
    """
    seen = anchors or {}
    held, first = 0, seq
    bare: list[int] = []
    registered: list[tuple[int, int]] = []
    for entry, times in entries:
        flaw = flaw_in(entry, seq, prev_hash, times) if times is not None else Flaw(seq, "form")
        if flaw is None and seq in seen and not seen[seq] <= {entry.hash}:
            flaw = Flaw(seq, "anchor")
        if flaw is not None:
            return held, prev_hash, flaw
        if entry.body is None:
            bare.append(seq)
        elif entry.kind is EntryKind.ERASED:
            try:
                registered += erased_ranges(entry)
            except ValueError:
                return held, prev_hash, Flaw(seq, "form")
        held, seq, prev_hash = held + 1, seq + 1, entry.hash
    return held, prev_hash, _unregistered(bare, registered) or _missing(seen, first, seq)


def erased_ranges(entry: Entry) -> list[tuple[int, int]]:
    """Return the ranges of numbers, both ends included, that an ERASED entry says were erased before it.

    Raises ValueError for a body that says no such thing.
    """
    try:
        ranges: list[tuple[Any, Any]] = [(low, high) for low, high in entry.data().get("ranges", [])]
    except NOT_UNDERSTOOD as error:
        raise ValueError("no ranges") from error
    if not all(isinstance(number, int) for pair in ranges for number in pair):
        raise ValueError("no numbers")
    return [(low, min(high, entry.seq - 1)) for low, high in ranges]


def _unregistered(bare: Sequence[int], registered: Sequence[tuple[int, int]]) -> Flaw | None:
    """Return the first number whose body is gone although no entry says so."""
    allowed = iter(sorted(registered))
    low, high = 0, 0
    for seq in bare:
        while seq > high:
            step = next(allowed, None)
            if step is None:
                return Flaw(seq, "erased")
            low, high = step[0], max(high, step[1])
        if seq < low:
            return Flaw(seq, "erased")
    return None


def _missing(anchors: Anchors, first: int, after_last: int) -> Flaw | None:
    """Return that the chain's end is missing, when it was once seen to go further."""
    return Flaw(after_last, "tail") if any(seq >= max(first, after_last) for seq in anchors) else None
