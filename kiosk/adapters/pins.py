"""PINs: argon2id, compared by the library in constant time."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice, 19 MiB and two passes: 18 to 31 ms on a kiosk's processor (server-facts.md, section 6).
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_pin(pin: str) -> str:
    """Return the argon2id hash of a PIN, with a salt of its own."""
    return _HASHER.hash(pin)


def check_pin(pin_hash: str, pin: str) -> bool:
    """Tell whether `pin` is the one whose hash this is."""
    try:
        return _HASHER.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False
