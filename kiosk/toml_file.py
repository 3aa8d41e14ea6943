"""Reading one settings file, or a text of one: checked whole, every mistake at once, each with its file and key."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_UNKNOWN: Final = {"extra_forbidden", "unexpected_keyword_argument"}  # what pydantic says of a key it does not know
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
        for item in error.errors():
            key = ".".join(str(part) for part in item["loc"]) or "(file)"
            message = "is not a known key" if item["type"] in _UNKNOWN else item["msg"].removeprefix("Value error, ")
            mistakes.append(f"{where}: {key}: {message}")
    return None
