"""Reading one settings file: checked whole, every mistake at once, each with its file and key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

_UNKNOWN: Final = {"extra_forbidden", "unexpected_keyword_argument"}  # what pydantic says of a key it does not know
_Model = TypeVar("_Model", bound=BaseModel)


class Section(BaseModel):
    """A part of a settings file. A key that nobody knows is a mistake: a misspelt one would pass unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read(path: Path, model: type[_Model], mistakes: list[str]) -> _Model | None:
    """Return the checked content of `path`, or None after adding what is wrong to `mistakes`."""
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        mistakes.append(f"{path}: cannot be read: {error.strerror}")
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mistakes.append(f"{path}: is not TOML: {error}")
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for item in error.errors():
            key = ".".join(str(part) for part in item["loc"]) or "(file)"
            message = "is not a known key" if item["type"] in _UNKNOWN else item["msg"].removeprefix("Value error, ")
            mistakes.append(f"{path}: {key}: {message}")
        return None
