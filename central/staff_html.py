"""The pages of staff and guards as text: templates filled with words in one language, everything else escaped."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from string import Template
from typing import Any, Final, cast

import segno

LANGUAGES: Final = ("zh", "en")
_QR_BORDER: Final = 4  # modules of quiet zone: ISO/IEC 18004, 5.3.8


class Html(str):
    """Text that is HTML already; whatever else is filled in is escaped."""

    __slots__ = ()


class _Page(Template):
    braceidpattern = r"[a-z][a-z_.]*"


class Words:
    """The words of the pages in one language."""

    def __init__(self, language: str, of: str = "staff") -> None:
        """`language` is one of `LANGUAGES`; anything else is the first of them. `of`: whose pages."""
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._words = _words(self.language, of)

    @property
    def other(self) -> str:
        """The other language."""
        return next(name for name in LANGUAGES if name != self.language)

    def t(self, key: str, **values: object) -> str:
        """Return the words of `key`, with `values` in their places."""
        return self._words[key].format_map(values)

    def has(self, key: str) -> bool:
        """Tell whether there are such words."""
        return key in self._words

    def fill(self, template: str, **values: object) -> Html:
        """Return the template `template.html` filled: `t.…` by the words, everything else by `values`."""
        said = {f"t.{key}": words for key, words in self._words.items()}
        given = {**said, "lang": self.language, "other": self.other, **values}
        return Html(_Page(file(f"{template}.html")).substitute({key: _escaped(value) for key, value in given.items()}))


def joined(parts: list[Html]) -> Html:
    """Return pieces of HTML one after the other."""
    return Html("".join(parts))


def qr(text: str) -> Html:
    """Return `text` as a QR code for a page, without a script, a style or an address."""
    return Html(segno.make(text, error="m").svg_inline(border=_QR_BORDER, svgclass=None, lineclass=None, omitsize=True))


@lru_cache
def file(name: str) -> str:
    """Return a file of `templates`."""
    return resources.files("central").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache
def _words(language: str, of: str) -> Mapping[str, str]:
    """Return the words by key; those of a table by `table.key`."""
    found: dict[str, str] = {}
    table: dict[str, Any] = tomllib.loads(file(f"{of}.{language}.toml"))
    for key, value in table.items():
        if isinstance(value, dict):
            found |= {f"{key}.{name}": words for name, words in cast("dict[str, str]", value).items()}
        else:
            found[key] = value
    return found


def _escaped(value: object) -> str:
    return value if isinstance(value, Html) else html.escape(str(value))
