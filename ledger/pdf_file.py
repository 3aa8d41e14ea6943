"""The ledger as PDF, to be printed and signed: A4 across, the heading on every page, page x of y."""

# fpdf2 leaves the type of a font's table of signs open.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import WrapMode
from fpdf.fonts import TTFFont

from ledger import words
from ledger.foot import foot, title
from ledger.grid import Grid
from ledger.paper import COLUMNS

if TYPE_CHECKING:
    from kiosk.domain.ledger import Ledger

_FONT: Final = "sc"
_FONT_PACKAGE: Final = "pylopdf_fonts_zh_cn"
_FONT_FILE: Final = "NotoSansSC-Regular.otf"
_NO_GLYPH: Final = "〓"  # what printers set for a sign that they do not have

_MARGIN: Final = 10.0  # all lengths in millimetres
_SMALL: Final = 7.0  # sizes of type in points
_PLAIN: Final = 9.0
_LINE: Final = 3.3
_MOST_LINES: Final = 40  # of one cell; a row must fit on a page
_SIGN_WIDTH: Final = 2.5  # of a Chinese sign at the small size
_SIGNING: Final = 26.0
_MOST_CHECKS: Final = 120  # signs of the line below
_CUT: Final = "……（全文见电子表）"


class Paper(FPDF):
    """A page with the title above and the number below."""

    def __init__(self, top: str, below: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self._top = top
        self._below = below
        self.add_font(_FONT, fname=_font_file())
        font = self.fonts[_FONT]
        self.signs: frozenset[int] = frozenset(font.cmap) if isinstance(font, TTFFont) else frozenset()
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN + 5)

    def header(self) -> None:
        """Draw the title; called by the library on every page."""
        self.set_font(_FONT, size=13 if self.page_no() == 1 else _PLAIN)
        self.cell(w=0, h=8 if self.page_no() == 1 else 6, text=self._top, align="C", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        """Draw the page's number, and what the sheet can be checked by."""
        self.set_y(-_MARGIN - 3)
        self.set_font(_FONT, size=_SMALL)
        self.cell(w=self.epw * 0.8, h=4, text=self._below)
        self.cell(w=0, h=4, text=f"第 {self.page_no()} 页，共 {{nb}} 页", align="R")

    def shown(self, text: str) -> str:
        """Return a text of which every sign can be drawn."""
        return "".join(sign if sign == "\n" or ord(sign) in self.signs else _NO_GLYPH for sign in text)


def write_pdf(ledger: Ledger) -> bytes:
    """Return the file; what is too long for paper is cut visibly."""
    checks = "　".join(f"{chain.kiosk_id}/{chain.epoch} {chain.seq}:{chain.hash[:16]}" for chain in ledger.chains)
    paper = Paper(title(ledger), checks if len(checks) <= _MOST_CHECKS else checks[:_MOST_CHECKS] + "……")
    paper.set_title(title(ledger))
    paper.set_creation_date(ledger.made_at)
    paper.set_lang("zh-CN")
    paper.add_page()
    _rows(paper, ledger)
    _foot(paper, ledger)
    _signatures(paper)
    return bytes(paper.output())


def _rows(paper: Paper, ledger: Ledger) -> None:
    zone = ZoneInfo(ledger.timezone)
    mark = "" if ledger.full else f"（{words.MASKED}）"
    paper.set_font(_FONT, size=_SMALL)
    headings = [column.heading.replace("*", mark) for column in COLUMNS]
    grid = Grid(paper, headings, [column.width for column in COLUMNS], _LINE)
    for row in ledger.rows:
        grid.row([_fitted(paper.shown(column.text(row, zone)), column.width) for column in COLUMNS])
    grid.close()
    if not ledger.rows:
        paper.cell(w=0, h=6, text=words.NONE, align="C", new_x="LMARGIN", new_y="NEXT")


def _fitted(text: str, width: int) -> str:
    """Return a text of at most so many lines that its row fits on a page."""
    signs = int(width / _SIGN_WIDTH) * _MOST_LINES
    lines = text.split("\n")
    if len(lines) <= _MOST_LINES and len(text) <= signs:
        return text
    return "\n".join(lines[:_MOST_LINES])[: signs - len(_CUT)] + _CUT


def _foot(paper: Paper, ledger: Ledger) -> None:
    paper.ln(3)
    paper.set_font(_FONT, size=8)
    with paper.table(
        col_widths=(1, 9),
        width=paper.epw,
        line_height=4.2,
        first_row_as_headings=False,
        text_align="LEFT",
        v_align="TOP",
        padding=0.8,
        wrapmode=WrapMode.CHAR,
    ) as table:
        for what, text in foot(ledger):
            table.row([what, _fitted(paper.shown(text), int(paper.epw * 0.9))])


def _signatures(paper: Paper) -> None:
    """Draw the lines to be signed; never apart from each other."""
    if paper.will_page_break(_SIGNING):
        paper.add_page()
    paper.ln(12)
    paper.set_font(_FONT, size=10)
    part = paper.epw / len(words.SIGNATURES)
    for place, name in enumerate(words.SIGNATURES):
        left, bottom = paper.l_margin + place * part, paper.get_y() + 6
        paper.set_xy(left, paper.get_y())
        paper.cell(w=18, h=6, text=name + "：")
        paper.line(left + 18, bottom, left + part - 12, bottom)


def _font_file() -> Path:
    return Path(str(resources.files(_FONT_PACKAGE))) / _FONT_FILE
