"""Booking numbers: eight characters that say nothing, and one that catches mistakes.

The alphabet is Crockford's base 32 (no I, L, O, U). The check character is chosen so that Σ αⁱ·dᵢ = 0 in GF(32)
with α a primitive element of x⁵+x²+1: every single wrong character and every swap of two neighbours is caught,
since αⁱ ≠ αʲ for i ≠ j. A plain sum modulo 32 misses some of both.
"""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 9
_POLYNOMIAL: Final = 0b100101  # x⁵ + x² + 1, primitive over GF(2)
_LOOKALIKES: Final = str.maketrans("OIL", "011")  # Crockford: read O as 0, I and L as 1


def normalised(text: str) -> str:
    """Return the number as stored: upper case, without blanks and hyphens, look-alikes read as digits."""
    return "".join(text.replace("-", " ").split()).upper().translate(_LOOKALIKES)


def _times_alpha(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value


def _checksum(values: list[int]) -> int:
    """Evaluate the polynomial whose coefficients are `values`, highest first, at α (Horner)."""
    total = 0
    for value in values:
        total = _times_alpha(total) ^ value
    return total


def from_value(value: int) -> str:
    """Return the booking number for a 40-bit `value`; raises ValueError out of [0, 2⁴⁰)."""
    if not 0 <= value < 1 << 40:
        message = "a booking number holds 40 bits"
        raise ValueError(message)
    payload = [value >> shift & 31 for shift in range(35, -1, -5)]
    check = _checksum([*payload, 0])
    return "".join(ALPHABET[item] for item in [*payload, check])


def is_well_formed(text: str) -> bool:
    """Tell whether `text` is nine characters of the alphabet with the right check character."""
    number = normalised(text)
    if len(number) != LENGTH or any(sign not in ALPHABET for sign in number):
        return False
    return _checksum([ALPHABET.index(sign) for sign in number]) == 0
