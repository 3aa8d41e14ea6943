"""The columns on paper: those of the spreadsheet, several stacked in one, so that a row can be read across a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger import words
from ledger.remarks import remarks
from ledger.table import answer, area_place, clock, first, parts, reported, slot, span, told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from zoneinfo import ZoneInfo

    from kiosk.domain.ledger_row import LedgerReading, Row


@dataclass(frozen=True, slots=True)
class Stack:
    """A column of stacked lines; `width` in millimetres. A star in the heading stands where "masked" is said."""

    heading: str
    width: int
    text: Callable[[Row, ZoneInfo], str]


def _times(row: Row, zone: ZoneInfo) -> str:
    day = row.began_at.astimezone(zone).strftime("%Y-%m-%d")
    return f"{day}\n到 {clock(row.arrived_at or row.began_at, zone)}\n离 {clock(row.left_at, zone)}"


def _person(row: Row, _zone: ZoneInfo) -> str:
    return "\n".join((told(row.name), words.UNKNOWN, told(row.phone), told(row.plate)))


def _booking(row: Row, zone: ZoneInfo) -> str:
    lane = words.LANES[row.lane] if row.lane is not None else words.UNKNOWN
    return "\n".join((told(row.service), told(row.number), slot(row, zone), lane))


def _answers(row: Row, _zone: ZoneInfo) -> str:
    travelled = f"旅居 {answer(row, words.TRAVELLED)}"
    health = f"症状 {answer(row, words.SYMPTOMS)} 接触 {answer(row, words.CONTACT)}"
    return "\n".join((told(row.district), travelled, health, f"口罩 {told(row.mask)}"))


def _measured(readings: Sequence[LedgerReading], zone: ZoneInfo) -> str:
    lines = [line for reading in readings for line in parts(reading, zone)]
    return told("\n".join(lines))


def _ending(row: Row, _zone: ZoneInfo) -> str:
    return f"{words.VERDICTS[row.verdict]}\n{words.ENDINGS[row.ending]}"


def _case(row: Row, zone: ZoneInfo) -> str:
    return f"{area_place(row)}\n{span(row.case_from, row.case_until, zone)}\n报告 {reported(row, zone)}"


COLUMNS: Final[Sequence[Stack]] = (
    Stack("序号", 8, lambda row, _: str(row.no)),
    Stack("日期\n到达\n离开", 18, _times),
    Stack("姓名*\n证件号*\n电话*\n车牌号*", 25, _person),
    Stack("业务\n预约号\n时段\n通道", 26, _booking),
    Stack("来自区县\n14天旅居\n症状·接触\n口罩", 20, _answers),
    Stack("初测\n值·部位\n设备·时刻", 30, lambda row, zone: _measured(first(row), zone)),
    Stack("复测\n值·部位\n设备·时刻", 30, lambda row, zone: _measured(row.again, zone)),
    Stack("医用体温计\n值·部位\n设备·时刻", 30, lambda row, zone: _measured(row.clinical, zone)),
    Stack("结论\n处置", 16, _ending),
    Stack("隔离位\n起止\n报告对象·时刻", 22, _case),
    Stack("测量/\n值守人", 16, lambda row, _: told("\n".join(row.staff))),
    Stack("备注", 37, lambda row, zone: told("\n".join(remarks(row, zone)))),
)
