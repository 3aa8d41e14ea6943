"""A body on its way into the ledger: whoever takes a field of it gets what its kind promises, or one of NOT_UNDERSTOOD.

A log proves who said something, not that it makes sense: a kiosk may be broken, hostile or newer than this program.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from kiosk.domain.bounds import check_bounds
from kiosk.domain.entry import Entry, canonical
from kiosk.domain.times import from_wire, is_in_calendar
from kiosk.domain.wire import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from _typeshed import DataclassInstance

    R = TypeVar("R", bound=DataclassInstance)
else:
    R = TypeVar("R")

Said = tuple[Entry, "Mapping[str, Any]"]
"""An entry, and its body as it was read once."""

_COLDEST_CC: Final = -27_315  # absolute zero
_HOTTEST_CC: Final = 100_000  # thermometers that measure from afar end below it; what is no face's is recorded too


def has_a_day(entry: Entry) -> bool:
    """Tell whether an entry's times are such that every zone has a day for them."""
    return is_in_calendar(entry.happened_at) and is_in_calendar(entry.recorded_at)


def body_of(entry: Entry) -> Mapping[str, Any]:
    """Return an entry's body: an object of what JSON and UTF-8 can spell."""
    body: object = json.loads(entry.body or "{}")
    if not isinstance(body, dict):
        raise TypeError("no object")
    found = cast("dict[str, Any]", body)
    canonical(found).encode()  # stumbles over half a sign, and over what is no number
    return found


def record_of(kind: type[R], data: object) -> R:
    """Return the record that `data` holds, its values within their bounds."""
    record = from_json(kind, data)
    check_bounds(asdict(record))
    return record


def moment_of(data: object) -> datetime:
    """Return the time that a text holds."""
    moment = from_wire(text_of(data))
    check_bounds(moment)
    return moment


def text_of(data: object) -> str:
    """Return a text, as it is."""
    if not isinstance(data, str):
        raise TypeError("no text")
    return data


def texts_of(data: object) -> tuple[str, ...]:
    """Return a list's texts."""
    if not isinstance(data, list):
        raise TypeError("no list")
    return tuple(text_of(item) for item in cast("list[object]", data))


def value_of(data: object) -> int | None:
    """Return a measured value in hundredths of a degree Celsius; None for that of a fault."""
    if data is None:
        return None
    if not isinstance(data, int) or isinstance(data, bool) or not _COLDEST_CC <= data <= _HOTTEST_CC:
        raise TypeError("no temperature")
    return data
