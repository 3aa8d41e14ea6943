"""The ledger as XLSX: numbers stay numbers, texts stay texts, the first sheet prints as it stands."""

# XlsxWriter brings its types in the code, and leaves some arguments open.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import io
from datetime import UTC
from typing import TYPE_CHECKING, Final

from xlsxwriter import Workbook

from ledger import words
from ledger.foot import foot, title
from ledger.table import COLUMNS, cells, headings, safe

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from kiosk.domain.ledger import Ledger
    from ledger.table import Cell

_A4: Final = 9  # paper sizes of the format
_LONGEST: Final = 32_000  # signs of a cell; Excel takes 32,767
_CUT: Final = "……（过长，已截断）"


def write_xlsx(ledger: Ledger) -> bytes:
    """Return the file: the rows on one sheet, the foot on another."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": title(ledger), "created": ledger.made_at.astimezone(UTC).replace(tzinfo=None)})
        text = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        number = book.add_format({"num_format": "0.0#", "valign": "top", "border": 1})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#E8EEF4"}
        )
        _rows(book.add_worksheet(words.TITLE), ledger, text, number, head)
        _foot(book.add_worksheet("合计与缺失"), ledger, text, head)
    return out.getvalue()


def _rows(sheet: Worksheet, ledger: Ledger, text: Format, number: Format, head: Format) -> None:
    for place, (column, heading) in enumerate(zip(COLUMNS, headings(ledger), strict=True)):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, heading, head)
    for line, row in enumerate(cells(ledger), start=1):
        for place, cell in enumerate(row):
            _write(sheet, line, place, cell, text if isinstance(cell, (str, int)) else number)
    sheet.freeze_panes(1, 4)
    sheet.autofilter(0, 0, len(ledger.rows), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    # An ampersand begins a code of Excel's page headers.
    sheet.set_header("&C" + title(ledger).replace("&", "&&"))
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _foot(sheet: Worksheet, ledger: Ledger, text: Format, head: Format) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 110)
    for line, (what, said) in enumerate([("台账", title(ledger)), *foot(ledger)]):
        _write(sheet, line, 0, what, head)
        _write(sheet, line, 1, said, text)


def _write(sheet: Worksheet, line: int, place: int, cell: Cell, form: Format) -> None:
    if not isinstance(cell, str):
        sheet.write_number(line, place, float(cell), form)
        return
    # Never `write`, which takes some texts for formulas, numbers and links.
    said = safe(cell)
    sheet.write_string(line, place, said if len(said) <= _LONGEST else said[:_LONGEST] + _CUT, form)
