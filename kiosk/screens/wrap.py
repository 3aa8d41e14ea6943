"""Lines of mixed Chinese and Latin: Kivy alone breaks at blanks only, then anywhere, even before a comma."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NOT_FIRST: Final = "，。、；：？！）》”’…·,.;:?!)%"
"""Signs that must not begin a line."""

_NOT_LAST: Final = "（《“‘("
"""Signs that must not end a line."""

_PIECE: Final = re.compile(
    rf"[{re.escape(_NOT_LAST)}]*(?:[!-~À-ž–]+|[^\s])[{re.escape(_NOT_FIRST)}]*\s*",
)

_CLAUSE: Final = re.compile(r"[^，。；！？]+[，。；！？]*|[，。；！？]+")
"""Where a reader pauses: the best place to break."""

_STEPS: Final = 7  # halvings when balancing: finer than one sign


def pieces(text: str) -> list[str]:
    """Return what must stay together: a Latin word or one Chinese sign, with its punctuation and blank."""
    return _PIECE.findall(text)


def _fill(parts: Sequence[str], measure: Callable[[str], float], width: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for part in parts:
        size = measure(part.rstrip())
        if line and used + size > width:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += part
        used += size + measure(" ") * (len(part) - len(part.rstrip()))
    return [*lines, line.rstrip()] if line else lines


def wrapped(text: str, measure: Callable[[str], float], width: float) -> str:
    """Return `text` in as few lines as fit in `width` pixels, all about equally long.

    `measure` gives the width in pixels of a piece of text. Line ends in `text` stay.
    """
    return "\n".join(_paragraph(part, measure, width) for part in text.split("\n"))


def _paragraph(text: str, measure: Callable[[str], float], width: float) -> str:
    parts = pieces(text)
    lines = _fill(parts, measure, width)
    if len(lines) <= 1:
        return text.strip()
    clauses = _CLAUSE.findall(text)
    by_clause = _fill(clauses, measure, width)
    if len(by_clause) == len(lines) and all(measure(line) <= width for line in by_clause):
        return "\n".join(by_clause)
    narrow, wide = width / len(lines) * 0.9, width
    for _step in range(_STEPS):
        middle = (narrow + wide) / 2
        if len(_fill(parts, measure, middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return "\n".join(_fill(parts, measure, wide))
