"""Identity numbers by GB 11643-1999: 17 digits and a check digit that may be X.

The area code is not judged (the list changes over time) and nothing is ever derived from it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

LENGTH: Final = 18
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, 4.2
_CHECK: Final = "10X98765432"


def normalised(text: str) -> str:
    """Return the number as it is stored: no blanks, full-width digits made plain, X in upper case."""
    plain = text.translate({0xFF10 + n: str(n) for n in range(10)} | {0xFF38: "X", 0xFF58: "X"})
    return "".join(plain.split()).upper()


def check_digit_ok(text: str) -> bool:
    """Tell whether `text` is a whole identity number with the right check digit.

    Example: 11010519491231002X is right, 110105194912310021 is not.
    """
    number = normalised(text)
    if len(number) != LENGTH or not number[:17].isascii() or not number[:17].isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK[total % 11] == number[17]


def keyed_hash(text: str, key: bytes) -> str:
    """Return HMAC-SHA-256 of the number, in hex: what is stored and compared instead of the number."""
    return hmac.new(key, normalised(text).encode(), hashlib.sha256).hexdigest()
