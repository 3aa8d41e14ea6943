"""Blank sheets of the ledger for the hours when the machine is away: numbered, with the bookings that are expected.

Their rows are typed in afterwards on keys that have digits alone: a sheet's number is printed in digits as well.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kiosk.domain.ids import SiteId, VisitId

PAPER: Final = "paper"  # by what a visit was found (`Visit.by`)
ROWS: Final = 20  # of one sheet: as many as a page holds that are tall enough for a pen


@dataclass(frozen=True, slots=True)
class Expected:
    """A booking of the hour, as it may lie about: its number, its slot, its masked plate."""

    number: str
    slot_start: datetime
    slot_end: datetime
    plate_masked: str


@dataclass(frozen=True, slots=True)
class BlankSheets:
    """Sheets to be written on by hand. `numbers`: one for each sheet, never given twice on a day."""

    site_name: str
    kiosk: str
    timezone: str
    day: date
    made_at: datetime
    numbers: tuple[str, ...]
    expected: tuple[Expected, ...]


def sheet_numbers(letter: str, day: date, after: int, count: int) -> tuple[str, ...]:
    """Return the numbers of the next `count` sheets of a kiosk's day: B-20200310-01 is the first."""
    return tuple(f"{letter}-{day:%Y%m%d}-{number:02d}" for number in range(after + 1, after + 1 + count))


_NUMBER: Final = re.compile(r"^([0A-Z])-\d{4}(\d{4})-(\d{2,3})$")
_CODE: Final = re.compile(r"^(\d{2})(\d{2})(\d{2})(\d{2,3})$")
_LETTERS: Final = "0ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The kiosk's letter by its two digits; 0: paper that no kiosk printed, numbered by whoever wrote on it."""

_ROWS_OF: Final = uuid.UUID("6f1f2c1e-5c0e-5d0a-9a43-2f0a8f6b7d11")  # drawn once: the name space of rows' visits


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row of the paper ledger as it was typed: `sheet` as printed in digits, `row` 1 to `ROWS`, °C as "36.5"."""

    at: datetime
    celsius: str
    sheet: str
    row: int
    admitted: bool


def typed_code(number: str) -> str:
    """Return a sheet's number in digits: B-20200310-01 is 02 for B, month and day, and 01; "" for what is none."""
    found = _NUMBER.match(number)
    return f"{_LETTERS.index(found[1]):02d}{found[2]}{found[3]}" if found is not None else ""


def sheet_of(code: str, today: date) -> str:
    """Return the number of the sheet that was typed in digits, of `today` or of the year before; "" for what is none.

    Sheets are printed beforehand: the day is that of the printing.
    """
    found = _CODE.match(code)
    if found is None or int(found[1]) >= len(_LETTERS) or int(found[4]) == 0:
        return ""
    for year in (today.year, today.year - 1):
        try:
            day = date(year, int(found[2]), int(found[3]))
        except ValueError:
            continue
        if day <= today:
            return f"{_LETTERS[int(found[1])]}-{day:%Y%m%d}-{int(found[4]):02d}"
    return ""


def visit_of(site_id: SiteId, sheet_no: str, row_no: int) -> VisitId:
    """Return whose visit a row is: the same row is the same visit, whoever types it, wherever, however often."""
    return VisitId(str(uuid.uuid5(_ROWS_OF, f"{site_id}/{sheet_no}/{row_no}")))
