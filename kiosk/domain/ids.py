"""Identities: typed strings, and UUID version 7 made without a network."""

from __future__ import annotations

import uuid
import zlib
from typing import Final, NewType, TypeGuard

SiteId = NewType("SiteId", str)
KioskId = NewType("KioskId", str)
BookingId = NewType("BookingId", str)
VisitId = NewType("VisitId", str)
CaseId = NewType("CaseId", str)
GuardId = NewType("GuardId", str)
ServiceId = NewType("ServiceId", str)

_LONGEST_NAME: Final = 64
_RANDOM_BITS = 74  # RFC 9562 section 5.7: 12 bits rand_a and 62 bits rand_b


def is_name(one: object) -> TypeGuard[str]:
    """Tell whether an id fits a key of every database, whoever made it: up to 64 printable signs of ASCII."""
    return isinstance(one, str) and 0 < len(one) <= _LONGEST_NAME and one.isascii() and one.isprintable()


def in_digits(one: str) -> str:
    """Return four digits for what has no number yet; digits alone, so that it looks like no number of a case."""
    return f"{zlib.crc32(one.encode()) % 10_000:04d}"


def uuid7(milliseconds: int, randomness: int) -> str:
    """Return a UUID version 7 (RFC 9562) as text; ids made later sort later.

    `milliseconds` is Unix time (48 bits); `randomness` gives 74 bits, the rest of it is ignored.
    """
    randomness &= (1 << _RANDOM_BITS) - 1
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (randomness >> 62) << 64 | 0x2 << 62 | randomness & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))
