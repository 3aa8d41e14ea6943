"""A record with some of its fields changed: `dataclasses.replace` in half the time, since every act does it twice."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def replace(record: T, /, **changes: Any) -> T:
    """Return a copy of a dataclass with two fields or more, these fields changed; raises KeyError for another name."""
    kind = type(record)
    values_of, place = _plan(kind)
    values = list(values_of(record))
    for name, value in changes.items():
        values[place[name]] = value
    return kind(*values)


@cache
def _plan(kind: type[Any]) -> tuple[Callable[[Any], tuple[Any, ...]], Mapping[str, int]]:
    """Return what reads all fields of a kind of record, and the place of each."""
    names = [field.name for field in fields(kind)]
    return attrgetter(*names), {name: place for place, name in enumerate(names)}
