"""The ledger as CSV: RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read the Chinese as it is."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from ledger.foot import foot, title
from ledger.table import cells, headings, safe

if TYPE_CHECKING:
    from kiosk.domain.ledger import Ledger
    from ledger.table import Cell

_MARK: Final = b"\xef\xbb\xbf"


def write_csv(ledger: Ledger) -> bytes:
    """Return the file: headings, rows, then the foot; every record has the same number of fields."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    top = headings(ledger)
    writer.writerow(top)
    writer.writerows([_plain(cell) for cell in row] for row in cells(ledger))
    for what, text in (("", ""), ("台账", title(ledger)), *foot(ledger)):
        writer.writerow([safe(what), safe(text)] + [""] * (len(top) - 2))
    return _MARK + out.getvalue().encode()


def _plain(cell: Cell) -> str:
    return safe(cell) if isinstance(cell, str) else str(cell)
