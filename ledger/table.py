"""From a ledger to cells: the same columns and the same foot for every form."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from kiosk.domain.correction import celsius
from ledger import words
from ledger.remarks import remarks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from kiosk.domain.ledger import Ledger
    from kiosk.domain.ledger_row import LedgerReading, Row

Cell = str | int | Decimal

_BREAKS: Final = frozenset("\t\r\n")
_SIGNS: Final = frozenset("=+-@＝＋－＠")
"""With what a spreadsheet may take a text for a formula, full-width forms included (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its width in signs of a Chinese font, and its cell of a row."""

    heading: str
    width: int
    cell: Callable[[Row, ZoneInfo], Cell]


def headings(ledger: Ledger) -> list[str]:
    """Return the headings; those of masked columns say that they are."""
    mark = "" if ledger.full else f"（{words.MASKED}）"
    return [column.heading.replace("*", mark) for column in COLUMNS]


def cells(ledger: Ledger) -> list[list[Cell]]:
    """Return one list of cells for each row."""
    zone = ZoneInfo(ledger.timezone)
    return [[column.cell(row, zone) for column in COLUMNS] for row in ledger.rows]


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also when it is saved and opened again."""
    text = spelt(text)
    blanks = "".join(takewhile(_is_unseen, text))
    return f"'{text}" if text[len(blanks) : len(blanks) + 1] in _SIGNS or not _BREAKS.isdisjoint(blanks) else text


def _is_unseen(sign: str) -> bool:
    """Tell whether a sign draws nothing: a blank, a control or format sign. Some programs drop them as they read."""
    return sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf"}


def spelt(text: str) -> str:
    """Return a text that UTF-8 can spell; what is half a sign (a byte of a command line that is none) becomes `?`."""
    return text.encode("utf-8", "replace").decode()


def clock(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a time of the site's day, `09:05`."""
    return moment.astimezone(zone).strftime("%H:%M") if moment is not None else words.UNKNOWN


def span(first: datetime | None, last: datetime | None, zone: ZoneInfo) -> str:
    """Return from when to when; one that has not ended has no end."""
    return words.UNKNOWN if first is None else f"{clock(first, zone)}–{clock(last, zone) if last is not None else ''}"


def told(text: str) -> str:
    """Return a text, or the sign for what the log does not say."""
    return text or words.UNKNOWN


def answer(row: Row, question: str) -> str:
    """Return what was answered to a question of the declaration; unknown when it was not asked."""
    if row.asked is None or question not in row.asked:
        return words.UNKNOWN
    return words.YES if question in row.yes else words.NO


def value(readings: Sequence[LedgerReading]) -> Cell:
    """Return the last measured value in °C, as a number."""
    values = [reading.value_cc for reading in readings if reading.value_cc is not None]
    return Decimal(celsius(values[-1])) if values else words.UNKNOWN


def described(readings: Sequence[LedgerReading], zone: ZoneInfo) -> str:
    """Return where, by what and when was measured; of several readings each with its value."""
    with_value = len(readings) > 1
    lines = (" ".join(parts(reading, zone, with_value=with_value)) for reading in readings)
    return "；".join(lines) or words.UNKNOWN


def parts(reading: LedgerReading, zone: ZoneInfo, *, with_value: bool = True) -> list[str]:
    """Return what was measured and where, the code of a fault, by what and when."""
    shown = celsius(reading.value_cc) if reading.value_cc is not None and with_value else ""
    was = f"(原{celsius(reading.was_cc)})" if reading.was_cc is not None else ""
    site = words.SITES.get(reading.site, reading.site)
    what = " ".join(filter(None, (shown + was, words.OUTCOMES[reading.outcome], site)))
    code = reading.code if reading.value_cc is None else ""
    return [part for part in (what, code, f"{reading.device_id} {clock(reading.at, zone)}") if part]


def first(row: Row) -> tuple[LedgerReading, ...]:
    """Return the first reading, if there is one."""
    return (row.first,) if row.first is not None else ()


def area_place(row: Row) -> str:
    """Return the case's number and where in the isolation area it was."""
    return " ".join(filter(None, (row.case_label, "→".join(row.places)))) or words.UNKNOWN


def reported(row: Row, zone: ZoneInfo) -> str:
    """Return to whom a case was reported, and when."""
    return f"{row.reported_to} {clock(row.reported_at, zone)}" if row.reported_to else words.UNKNOWN


def slot(row: Row, zone: ZoneInfo) -> str:
    """Return the booked time."""
    return span(*row.slot, zone) if row.slot is not None else words.UNKNOWN


COLUMNS: Final[Sequence[Column]] = (
    Column("序号", 5, lambda row, _: row.no),
    Column("日期", 11, lambda row, zone: row.began_at.astimezone(zone).strftime("%Y-%m-%d")),
    Column("到达时间", 9, lambda row, zone: clock(row.arrived_at or row.began_at, zone)),
    Column("姓名*", 10, lambda row, _: told(row.name)),
    Column("证件号*", 12, lambda _row, _: words.UNKNOWN),  # only its keyed hash is kept, and that is no number
    Column("电话*", 13, lambda row, _: told(row.phone)),
    Column("车牌号*", 11, lambda row, _: told(row.plate)),
    Column("业务", 14, lambda row, _: told(row.service)),
    Column("预约号", 12, lambda row, _: told(row.number)),
    Column("预约时段", 12, slot),
    Column("通道", 6, lambda row, _: words.LANES[row.lane] if row.lane is not None else words.UNKNOWN),
    Column("来自区县", 10, lambda row, _: told(row.district)),
    Column("14天旅居", 9, lambda row, _: answer(row, words.TRAVELLED)),
    Column("症状", 6, lambda row, _: answer(row, words.SYMPTOMS)),
    Column("接触", 6, lambda row, _: answer(row, words.CONTACT)),
    Column("口罩", 6, lambda row, _: told(row.mask)),
    Column("初测(°C)", 9, lambda row, _: value(first(row))),
    Column("初测部位·设备·时刻", 24, lambda row, zone: described(first(row), zone)),
    Column("复测(°C)", 9, lambda row, _: value(row.again)),
    Column("复测部位·设备·时刻", 24, lambda row, zone: described(row.again, zone)),
    Column("医用体温计(°C)", 9, lambda row, _: value(row.clinical)),
    Column("医用体温计部位·设备·时刻", 24, lambda row, zone: described(row.clinical, zone)),
    Column("结论", 9, lambda row, _: words.VERDICTS[row.verdict]),
    Column("处置", 10, lambda row, _: words.ENDINGS[row.ending]),
    Column("隔离位", 12, lambda row, _: area_place(row)),
    Column("隔离起止", 12, lambda row, zone: span(row.case_from, row.case_until, zone)),
    Column("报告对象·时刻", 14, reported),
    Column("测量/值守人", 12, lambda row, _: told("、".join(row.staff))),
    Column("离开时间", 9, lambda row, zone: clock(row.left_at, zone)),
    Column("备注", 40, lambda row, zone: told("；".join(remarks(row, zone)))),
)
