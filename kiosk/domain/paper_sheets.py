"""Blank sheets of the ledger for the hours when the machine is away: numbered, with the bookings that are expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

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
