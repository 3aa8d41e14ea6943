"""The forms that a ledger can be written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.csv_file import write_csv
from ledger.pdf_file import write_pdf
from ledger.xlsx_file import write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.domain.ledger import Ledger

WRITERS: Final[Mapping[str, Callable[[Ledger], bytes]]] = {"xlsx": write_xlsx, "csv": write_csv, "pdf": write_pdf}
"""What makes a file of a ledger, by the form's name."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
"""What each form is called over HTTP (IANA media types)."""
