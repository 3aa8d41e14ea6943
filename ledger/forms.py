"""The forms that a ledger can be written in. Each writer's library is imported when it is first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.ledger import Ledger
    from kiosk.domain.paper_sheets import BlankSheets

Form = Literal["xlsx", "csv", "pdf"]
FORMS: Final[tuple[Form, ...]] = ("xlsx", "csv", "pdf")

MEDIA_TYPES: Final[Mapping[Form, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
"""What each form is called over HTTP (IANA media types)."""


def write(ledger: Ledger, form: Form) -> bytes:
    """Return a file of `ledger` in `form`."""
    # The libraries take most of a second, which every other command of the log would wait for.
    if form == "xlsx":
        from ledger.xlsx_file import write_xlsx

        return write_xlsx(ledger)
    if form == "pdf":
        from ledger.pdf_file import write_pdf

        return write_pdf(ledger)
    from ledger.csv_file import write_csv

    return write_csv(ledger)


def blank(sheets: BlankSheets) -> bytes:
    """Return a PDF file of blank sheets."""
    from ledger.blank_file import write_blank

    return write_blank(sheets)
