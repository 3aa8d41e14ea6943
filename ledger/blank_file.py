"""Blank ledger sheets as PDF, to be written on by hand: A4 across, each with its number, then who is expected."""

# fpdf2 leaves the type of a font's table of signs open.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from kiosk.domain.paper_sheets import ROWS, typed_code
from ledger import words
from ledger.pdf_file import Paper
from ledger.table import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.domain.paper_sheets import BlankSheets, Expected

_FONT: Final = "sc"
_COLUMNS: Final[Sequence[tuple[str, int]]] = (
    ("序号", 8),
    ("到达\n时刻", 14),
    ("姓名", 24),
    ("电话", 28),
    ("车牌号", 24),
    ("业务·\n预约号", 30),
    ("来自区县·\n14天旅居", 26),
    ("症状·接触", 18),
    ("初测°C·\n部位", 18),
    ("复测°C·\n部位", 18),
    ("放行\n(是/否)", 13),
    ("隔离位", 16),
    ("值守人", 18),
    ("备注", 22),
)
"""What is written by hand of the ledger's columns; widths in millimetres, together the width between the margins."""

_HEAD: Final = 9.0  # heights in millimetres
_ROW: Final = 7.4
_HINT: Final = (
    "逐人填写，一行一人；恢复后在“补录纸质台账”中录入：录入号、序号、时刻、初测体温、是否放行。"
    "不得涂改，写错划掉另起一行。"
)
_EXPECTED: Final[Sequence[tuple[str, int]]] = (
    ("预约时段", 50),
    ("预约号", 60),
    ("车牌号（遮盖）", 60),
    ("到达时刻", 40),
)


def write_blank(sheets: BlankSheets) -> bytes:
    """Return the file: the sheets, then the list of the bookings that are expected."""
    title = f"{words.TITLE}（纸质）　{sheets.site_name}　{sheets.day:%Y-%m-%d}　终端 {sheets.kiosk}"
    zone = ZoneInfo(sheets.timezone)
    paper = Paper(title, f"{sheets.numbers[0]} – {sheets.numbers[-1]}　制表 {clock(sheets.made_at, zone)}")
    paper.set_title(title)
    paper.set_creation_date(sheets.made_at)
    paper.set_lang("zh-CN")
    for number in sheets.numbers:
        _sheet(paper, number)
    _expected(paper, sheets.expected, zone)
    return bytes(paper.output())


def _sheet(paper: Paper, number: str) -> None:
    paper.add_page()
    paper.set_font(_FONT, size=11)
    paper.cell(w=0, h=6, text=f"纸页号 {number}　录入号 {typed_code(number)}", align="R", new_x="LMARGIN", new_y="NEXT")
    paper.set_font(_FONT, size=8)
    paper.cell(w=0, h=5, text=_HINT, new_x="LMARGIN", new_y="NEXT")
    _heading(paper, _COLUMNS)
    for row in range(1, ROWS + 1):
        for place, (_, width) in enumerate(_COLUMNS):
            paper.cell(w=width, h=_ROW, text=str(row) if place == 0 else "", border=1, align="C")
        paper.ln(_ROW)


def _heading(paper: Paper, columns: Sequence[tuple[str, int]]) -> None:
    """Draw the headings, each centred in its box, in one or two lines."""
    left, top = paper.l_margin, paper.get_y()
    for text, width in columns:
        lines = text.split("\n")
        paper.rect(left, top, width, _HEAD)
        for place, line in enumerate(lines):
            paper.set_xy(left, top + (_HEAD - 4 * len(lines)) / 2 + 4 * place)
            paper.cell(w=width, h=4, text=line, align="C")
        left += width
    paper.set_xy(paper.l_margin, top + _HEAD)


def _expected(paper: Paper, expected: Sequence[Expected], zone: ZoneInfo) -> None:
    paper.add_page()
    paper.set_font(_FONT, size=11)
    paper.cell(w=0, h=8, text=f"本时段及下一时段预约　{len(expected)} 人", new_x="LMARGIN", new_y="NEXT")
    paper.set_font(_FONT, size=9)
    _heading(paper, _EXPECTED)
    for item in expected:
        slot = f"{clock(item.slot_start, zone)}–{clock(item.slot_end, zone)}"
        if paper.will_page_break(_ROW):
            paper.add_page()
            paper.set_font(_FONT, size=9)
            _heading(paper, _EXPECTED)
        texts = (slot, item.number, paper.shown(item.plate_masked) or words.UNKNOWN, "")
        for (_, width), text in zip(_EXPECTED, texts, strict=True):
            paper.cell(w=width, h=_ROW, text=text, border=1, align="C")
        paper.ln(_ROW)
    if not expected:
        paper.cell(w=0, h=8, text=words.NONE)
