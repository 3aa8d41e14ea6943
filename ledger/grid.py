"""A table on paper, drawn line by line: the library's own takes 15 ms a row, half a minute for a full day."""

# fpdf2 leaves the type of some of its parts open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fpdf import FPDF

_PADDING: Final = 0.7  # all lengths in millimetres
_BASE: Final = 0.78  # where letters stand in their line, as a part of its height
_HEAD: Final = (232, 238, 244)


class Grid:
    """Rows under headings that stand on every page. Draws in the font and size that are set when it is made."""

    def __init__(self, paper: FPDF, headings: Sequence[str], parts: Sequence[int], line: float) -> None:
        """Begin where `paper` stands, over its whole width; `parts` are shared out, `line` is a line's height."""
        self._paper = paper
        self._line = line
        self._widths = [paper.epw * part / sum(parts) for part in parts]
        self._signs: dict[str, float] = {}  # how wide each sign is that was met
        self._headings = [self._lines(text, width) for text, width in zip(headings, self._widths, strict=True)]
        self._top = 0.0
        self._begin()

    def row(self, cells: Sequence[str]) -> None:
        """Draw a row, on a new page where this one has no room for it; a row must fit on a page."""
        lines = [self._lines(text, width) for text, width in zip(cells, self._widths, strict=True)]
        if self._paper.will_page_break(self._height(lines)):
            self.close()
            self._paper.add_page()
            self._begin()
        self._draw(lines)

    def close(self) -> None:
        """Draw what stands between the columns on this page; called after the last row."""
        x = self._paper.l_margin
        for width in (0.0, *self._widths):
            x += width
            self._paper.line(x, self._top, x, self._paper.y)

    def _begin(self) -> None:
        self._top = self._paper.y
        self._rule()
        self._paper.set_fill_color(*_HEAD)
        self._paper.rect(self._paper.l_margin, self._top, self._paper.epw, self._height(self._headings), style="F")
        self._draw(self._headings)

    def _draw(self, lines: Sequence[Sequence[str]]) -> None:
        paper, top, x = self._paper, self._paper.y, self._paper.l_margin
        for cell, width in zip(lines, self._widths, strict=True):
            for number, text in enumerate(cell):
                if text:
                    paper.text(x + _PADDING, top + _PADDING + (number + _BASE) * self._line, text)
            x += width
        paper.set_y(top + self._height(lines))
        self._rule()

    def _rule(self) -> None:
        paper = self._paper
        paper.line(paper.l_margin, paper.y, paper.l_margin + paper.epw, paper.y)

    def _height(self, lines: Sequence[Sequence[str]]) -> float:
        return max(len(cell) for cell in lines) * self._line + 2 * _PADDING

    def _lines(self, text: str, width: float) -> list[str]:
        """Return a text in lines that fit; Chinese may be broken anywhere, and so is everything."""
        room, found = width - 2 * _PADDING, [""]
        for place, piece in enumerate(text.split("\n")):
            if place:
                found.append("")
            used = 0.0
            for sign in piece:
                used += self._width(sign)
                if used > room and found[-1]:
                    found.append("")
                    used = self._width(sign)
                found[-1] += sign
        return found

    def _width(self, sign: str) -> float:
        if sign not in self._signs:
            self._signs[sign] = self._paper.get_string_width(sign)
        return self._signs[sign]
