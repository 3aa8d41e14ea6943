"""Bounds of what somebody else's program made, beyond its types: without them a sheet, a page or a table would fail."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from kiosk.domain.times import is_in_calendar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_NUMBER: Final = 2**53 - 1  # larger ones do not survive JSON (RFC 8259, section 6)

NOT_UNDERSTOOD: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""Whatever a body that is not of its kind's form can make of who reads it."""


def check_bounds(value: object) -> None:
    """Raise ValueError for a record's values that are of the right type and of no use.

    A time without a zone or at the calendar's end, a text that UTF-8 cannot spell (half a sign), a number that JSON
    does not keep. `value`: what `dataclasses.asdict` returns, or a part of it.
    """
    if isinstance(value, dict):
        for item in cast("Mapping[str, object]", value).values():
            check_bounds(item)
    elif isinstance(value, (list, tuple)):
        for item in cast("Sequence[object]", value):
            check_bounds(item)
    elif isinstance(value, str):
        value.encode()
    elif isinstance(value, datetime) and not is_in_calendar(value):
        raise ValueError("no time of the calendar")
    elif isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise ValueError("no number that JSON keeps")
