"""Records to JSON values and back, checked: one codec for bodies, state tables, messages and settings."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def to_json(record: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a dataclass as JSON values: dicts, lists, text, numbers; times in ISO 8601 with `Z`."""
    return _adapter(type(record)).dump_python(record, mode="json")


def from_json(kind: type[T], data: Any) -> T:  # noqa: ANN401 - whatever JSON held
    """Return the `kind` of record that `data` holds; raises ValueError (pydantic's, with every mistake) if none."""
    return _adapter(kind).validate_python(data)


def to_text(record: object) -> str:
    """Return a dataclass as JSON text, without blanks and without the fields that have their default.

    For what the kiosk keeps for itself and reads by `from_text`: half as long, so that a row fits into fewer pages.
    """
    return _adapter(type(record)).serializer.to_json(record, exclude_defaults=True).decode()


def from_text(kind: type[T], text: str) -> T:
    """Return the `kind` of record that JSON text holds; raises ValueError (pydantic's, with every mistake) if none."""
    return _adapter(kind).validate_json(text)
