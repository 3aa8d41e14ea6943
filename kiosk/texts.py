"""Everything a person reads, by key, in two languages of which one comes first.

The product's own `config/texts.zh.toml` and `config/texts.en.toml` hold the same keys with the same placeholders;
`load` finds every difference at start, so that a screen never meets a missing text while a visitor stands before it.
A site may put texts of its own in their place, as many or as few as it likes.
"""

from __future__ import annotations

import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final, Self

from kiosk.domain.site import Words
from kiosk.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LANGUAGES: Final = ("zh", "en")
PRODUCT: Final = Path(__file__).resolve().parent.parent / "config"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts in both languages. Immutable: `swapped` gives the same texts with the other language first."""

    first: str
    tables: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path, first: str = "zh", required: Iterable[str] = (), product: Path = PRODUCT) -> Self:
        """Read the product's texts, and in their place those that a site has of its own in `folder`.

        A site's text that does not fit is left aside and named in the log: no word may keep a kiosk from its
        visitors, and after an update an older file is no mistake. `required` names keys that code makes up from
        values, such as `refused.too_early.title`. Raises ConfigError that lists every missing key and differing
        placeholder of the product's own files.
        """
        tables = {language: _read(_file(product, language)) for language in LANGUAGES}
        mistakes = [*_differences(tables), *_missing(tables, required)]
        if mistakes:
            raise ConfigError(mistakes)
        own, left_aside = _own(folder, tables)
        for mistake in left_aside:
            logger.warning("%s", mistake)
        return cls(first, {language: {**tables[language], **own[language]} for language in LANGUAGES})

    @property
    def other(self) -> str:
        """The language that stands small beneath."""
        return next(language for language in LANGUAGES if language != self.first)

    def swapped(self) -> Texts:
        """Return the same texts with the other language first."""
        return Texts(self.other, self.tables)

    def t(self, key: str, **values: object) -> str:
        """Return the text in the first language; a value that is `Words` is said in that language."""
        return self._say(self.first, key, values)

    def second(self, key: str, **values: object) -> str:
        """Return the text in the second language."""
        return self._say(self.other, key, values)

    def pick(self, words: Words) -> str:
        """Return what the server or the config names, in the first language."""
        return words.zh if self.first == "zh" else words.en

    def pick_second(self, words: Words) -> str:
        """Return what the server or the config names, in the second language."""
        return words.en if self.first == "zh" else words.zh

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in self.tables[self.first]

    def _say(self, language: str, key: str, values: Mapping[str, object]) -> str:
        template = self.tables[language].get(key)
        if template is None:
            # Known at start for every fixed key; a made-up one must not take the screen away from a visitor.
            logger.error("no text for %s", key)
            return key
        said = {name: _worded(value, language) for name, value in values.items()}
        return template.format_map(said) if "{" in template else template


def _worded(value: object, language: str) -> object:
    if isinstance(value, Words):
        return value.zh if language == "zh" else value.en
    return value


def check_own(folder: Path) -> tuple[int, list[str]]:
    """Return how many texts in `folder` are the site's own, and which are left aside and why, one line each."""
    tables = {language: _read(_file(PRODUCT, language)) for language in LANGUAGES}
    own, left_aside = _own(folder, tables)
    return sum(own[language][key] != tables[language][key] for language in own for key in own[language]), left_aside


def _own(folder: Path, product: Mapping[str, Mapping[str, str]]) -> tuple[Mapping[str, Mapping[str, str]], list[str]]:
    """Return a site's texts that can stand in the place of the product's, and what is wrong with the others."""
    fitting: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    mistakes: list[str] = []
    for language in LANGUAGES:
        file = _file(folder, language)
        try:
            table = _read(file) if file.exists() and folder.resolve() != PRODUCT else {}
        except ConfigError as error:
            mistakes += [f"{mistake}; the product's own texts are shown" for mistake in error.mistakes]
            continue
        for key, text in table.items():
            why = _misfit(text, product[language].get(key))
            if why:
                mistakes.append(f"{file.name}: {key}: {why}; left aside")
            else:
                fitting[language][key] = text
    return fitting, mistakes


def _misfit(text: str, replaced: str | None) -> str:
    """Return why a site's text cannot stand in the place of the product's, or "" when it can."""
    if replaced is None:
        return "no such text in this version"
    try:
        is_fit = _fields(text) == _fields(replaced)
    except ValueError as error:
        return str(error)
    wanted = ", ".join(f"{{{name}}}" for name in sorted(placeholders(replaced)))
    return "" if is_fit else f"its placeholders must be: {wanted or 'none'}"


def _file(folder: Path, language: str) -> Path:
    return folder / f"texts.{language}.toml"


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(_flat(tomllib.loads(path.read_text("utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([f"{path.name}: {error}"]) from error


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, str(value)


def placeholders(template: str) -> set[str]:
    """Return the names in braces that `template` expects."""
    return {name for name, _spec, _conversion in _fields(template)}


def _fields(template: str) -> set[tuple[str, str | None, str | None]]:
    """Return name, format and conversion of whatever stands in braces; raises ValueError for a lonely brace."""
    parsed = Formatter().parse(template)
    return {(name, spec, conversion) for _text, name, spec, conversion in parsed if name is not None}


def _differences(tables: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for language in LANGUAGES:
        mine = tables[language]
        for other in LANGUAGES:
            missing = sorted(tables[other].keys() - mine.keys())
            yield from (f"texts.{language}.toml: {key}: missing, stands in texts.{other}.toml" for key in missing)
    zh, en = (tables[language] for language in LANGUAGES)
    for key in sorted(zh.keys() & en.keys()):
        if placeholders(zh[key]) != placeholders(en[key]):
            yield f"texts.en.toml: {key}: other placeholders than in texts.zh.toml"


def _missing(tables: Mapping[str, Mapping[str, str]], required: Iterable[str]) -> list[str]:
    known = tables[LANGUAGES[0]].keys()
    return [f"texts.zh.toml: {key}: missing" for key in sorted(set(required) - known)]
