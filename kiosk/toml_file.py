"""Reading one settings file, or a text of one: checked whole, every mistake at once, each with its file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_WHOLE: Final = "must be a whole number"
_NUMBER: Final = "must be a number"
_TRUTH: Final = "must be true or false"
_LIST: Final = "must be a list"
_TABLE: Final = "must be a table of keys"
_DATE: Final = "must be a date, as 2026-10-01"
_MOMENT: Final = "must be a time with its zone, as 2026-12-01T09:00:00+08:00"
_PLAIN: Final[Mapping[str, str]] = {
    "extra_forbidden": "is not a known key",
    "unexpected_keyword_argument": "is not a known key",
    "missing": "is missing",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": "must be a text, in quotation marks",
    "string_too_short": "must be longer: {min_length} or more signs",
    "string_too_long": "must be shorter: {max_length} or fewer signs",
    "string_pattern_mismatch": "must have the form {pattern}",
    "too_short": "must hold more: {min_length} or more",
    "too_long": "must hold fewer: {max_length} or fewer",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dataclass_type": _TABLE,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "timezone_aware": _MOMENT,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "json_invalid": "is no JSON from this sign on: {error}",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
}
"""What pydantic finds, by its name for it, said to somebody who does not know pydantic; the rest it says itself."""

_T = TypeVar("_T")
_Model = TypeVar("_Model", bound=BaseModel)


class Section(BaseModel):
    """A part of a settings file. A key that nobody knows is a mistake: a misspelt one would pass unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read(path: Path, reader: Callable[[str, Path, list[str]], _T | None], mistakes: list[str]) -> _T | None:
    """Return what `reader` makes of the text of `path`, or None after adding what is wrong to `mistakes`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        mistakes.append(f"{path}: cannot be read: {error.strerror}")
        return None
    except UnicodeDecodeError as error:
        mistakes.append(f"{path}: is not TOML: {error}")
        return None
    return reader(text, path, mistakes)


def parse(text: str, where: Path | str, model: type[_Model], mistakes: list[str]) -> _Model | None:
    """Return the checked content of a text, or None after adding what is wrong to `mistakes`: `WHERE: KEY: reason`."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        mistakes.append(f"{where}: is not TOML: {error}")
    except RecursionError:  # thousands of brackets, one in the other
        mistakes.append(f"{where}: is not TOML that a person wrote: nested too deeply")
    except ValidationError as error:
        mistakes += [f"{where}: {key or '(file)'}: {message}" for key, message in mistakes_of(error)]
    return None


def mistakes_of(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield key and reason of each mistake, in plain words."""
    for item in error.errors(include_url=False, include_input=False):
        yield ".".join(str(part) for part in item["loc"]), in_plain_words(item) or item["msg"]


def in_plain_words(item: Mapping[str, Any]) -> str:
    """Return one of pydantic's mistakes in our words, "" where there are none."""
    if item["type"] == "value_error":  # raised by our own rules
        return item["msg"].removeprefix("Value error, ")
    plain = _PLAIN.get(item["type"])
    return plain.format_map(item.get("ctx", {})) if plain is not None else ""
