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
    rf"[{re.escape(_NOT_LAST)}]*(?:[!-~À-ž–±°]+(?: °C)?|[^\s])[{re.escape(_NOT_FIRST)}]*\s*",
)

_CLAUSE: Final = re.compile(r"[^，。；！？,.;·]+(?:[，。；！？]+|[,.;](?!\s)|[,.;·]\s+|$)|.")
"""Where a reader pauses: a good place to break."""

_ITEM: Final = re.compile(r".+?(?: · |$)")
"""What stands between two dots: the best place of all."""

_STEPS: Final = 7  # halvings when balancing: finer than one sign


def pieces(text: str) -> list[str]:
    """Return what stays together: a Latin word, a temperature or one Chinese sign, with its punctuation and blank."""
    return _PIECE.findall(text)


def _fill(parts: Sequence[str], measure: Callable[[str], float], width: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for part in parts:
        bare = part.rstrip(_NEEDLESS_LAST)
        size = measure(bare)
        if line and used + size > width:
            lines.append(line.rstrip(_NEEDLESS_LAST))
            line, used = "", 0.0
        line += part
        used += size + measure(part[len(bare) :])
    return [*lines, line.rstrip(_NEEDLESS_LAST)] if line else lines


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
    text = "".join(parts)
    for larger in (_ITEM.findall(text), _CLAUSE.findall(text)):
        if len(_fill(larger, measure, width)) == len(lines) and all(_fits(part, measure, width) for part in larger):
            return _evenly(larger, measure, width)
    return _evenly(parts, measure, width)


def _fits(part: str, measure: Callable[[str], float], width: float) -> bool:
    return measure(part.rstrip(_NEEDLESS_LAST)) <= width


def _evenly(parts: Sequence[str], measure: Callable[[str], float], width: float) -> list[str]:
    """Return `parts` in as few lines as in `width`, but in the narrowest that gives so few."""
    lines = _fill(parts, measure, width)
    narrow, wide = width / len(lines) * 0.9, width
    for _step in range(_STEPS):
        middle = (narrow + wide) / 2
        if len(_fill(parts, measure, middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return _fill(parts, measure, wide)
