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

_NEEDLESS_LAST: Final = " ·"
"""What a line end says as well: a blank, and the dot between two things."""

_PIECE: Final = re.compile(
    rf"[{re.escape(_NOT_LAST)}]*(?:[!-~À-ž–]+|[^\s])[{re.escape(_NOT_FIRST)}]*\s*",
)

_CLAUSE: Final = re.compile(r"[^，。；！？,.;·]+(?:[，。；！？]+|[,.;](?!\s)|[,.;·]\s+|$)|.")
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
            lines.append(line.rstrip(_NEEDLESS_LAST))
            line, used = "", 0.0
        line += part
        used += size + measure(" ") * (len(part) - len(part.rstrip()))
    return [*lines, line.rstrip()] if line else lines


def wrapped(text: str, measure: Callable[[str], float], width: float, *, is_balanced: bool = True) -> str:
    """Return `text` in as few lines as fit in `width` pixels; balanced, they break at a pause or are equally long.

    `measure` gives the width in pixels of a piece of text. Line ends in `text` stay.
    """
    break_up = _balanced if is_balanced else _fill
    return "\n".join("\n".join(break_up(pieces(part), measure, width)) for part in text.split("\n"))


def _balanced(parts: Sequence[str], measure: Callable[[str], float], width: float) -> list[str]:
    lines = _fill(parts, measure, width)
    if len(lines) <= 1:
        return lines
    by_clause = _fill(_CLAUSE.findall("".join(parts)), measure, width)
    if len(by_clause) == len(lines) and all(measure(line) <= width for line in by_clause):
        return by_clause
    narrow, wide = width / len(lines) * 0.9, width
    for _step in range(_STEPS):
        middle = (narrow + wide) / 2
        if len(_fill(parts, measure, middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return _fill(parts, measure, wide)
