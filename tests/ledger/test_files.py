"""A ledger on paper and in spreadsheets: read back by other programs, no formulas, whole, in Chinese."""

import csv
import io
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from openpyxl import load_workbook

from kiosk.domain.admission import Reason
from kiosk.domain.case import Cause
from kiosk.domain.correction import What
from kiosk.domain.ids import KioskId
from kiosk.domain.ledger import Ledger, Place
from kiosk.domain.ledger_row import Ending, Lane, Verdict
from kiosk.domain.overriding import OverrideWhy
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Outcome
from kiosk.domain.walk_in import WalkIn
from ledger import words
from ledger.csv_file import write_csv
from ledger.table import COLUMNS, headings, safe
from ledger.xlsx_file import write_xlsx
from tests.ledger.samples import FORMULA, day, merged, sample


def records(ledger: Ledger) -> list[list[str]]:
    """Return the CSV file as another reader sees it."""
    return list(csv.reader(io.StringIO(write_csv(ledger).decode("utf-8-sig"), newline="")))


def sheets(ledger: Ledger) -> list[list[list[Any]]]:
    """Return the sheets of the XLSX file as another library reads them."""
    book = load_workbook(io.BytesIO(write_xlsx(ledger)))
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]


def test_csv_is_what_rfc_4180_says() -> None:
    """A byte order mark for spreadsheets, CR LF, the same number of fields everywhere."""
    raw = write_csv(sample())
    assert raw.startswith(b"\xef\xbb\xbf\xe5")
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert {len(record) for record in records(sample())} == {len(COLUMNS)}


def test_the_table_has_the_columns_of_the_printed_form() -> None:
    """In its order (peers.md, section 4); masked ones say that they are."""
    top = records(sample())[0]
    assert top[:7] == ["序号", "日期", "到达时间", "姓名（遮盖）", "证件号（遮盖）", "电话（遮盖）", "车牌号（遮盖）"]
    form = (
        "业务 预约号 预约时段 通道 来自区县 14天旅居 症状 接触 口罩 初测 复测 医用体温计 "
        "结论 处置 隔离位 隔离起止 报告对象 测量/值守人 离开时间 备注"
    )
    places = [next(place for place, heading in enumerate(top) if heading.startswith(word)) for word in form.split()]
    assert all(one < next_one for one, next_one in pairwise(places))
    assert headings(sample(full=True))[3] == "姓名"


def test_a_row_says_what_the_log_says_and_no_more() -> None:
    """A sign stands for what it cannot know."""
    rows = [dict(zip(records(sample())[0], record, strict=True)) for record in records(sample())[1:8]]
    first, case = rows[0], rows[3]
    assert (first["序号"], first["日期"], first["到达时间"], first["姓名（遮盖）"]) == (
        "1",
        "2020-03-10",
        "09:00",
        "张*明",
    )
    assert (first["业务"], first["预约号"], first["预约时段"], first["通道"]) == (
        "机动车检验",
        "Z0BSDGDS5",
        "10:00–11:00",
        "普通",
    )
    assert [first[name] for name in ("证件号（遮盖）", "电话（遮盖）", "口罩", "报告对象·时刻", "离开时间")] == [
        "—"
    ] * 5
    assert (first["初测(°C)"], first["初测部位·设备·时刻"]) == ("36.5", "额头 mlx90614:00F3A2 09:00")
    assert (first["结论"], first["处置"], first["症状"], first["接触"]) == ("正常", "放行", "否", "否")
    assert (case["复测(°C)"], case["医用体温计(°C)"], case["医用体温计部位·设备·时刻"]) == (
        "37.71",
        "36.8",
        "腋下 manual:体温计2 09:00",
    )
    assert (case["结论"], case["隔离位"], case["隔离起止"]) == ("复测正常", "CB01 留观室 1", "09:00–09:00")
    assert case["报告对象·时刻"] == "社区防控专班 09:00"
    assert (case["测量/值守人"], case["接触"]) == ("王*国", "是")
    assert "申报：abroad" in case["备注"]
    assert "离线判定" in rows[1]["备注"]
    assert (rows[4]["结论"], rows[5]["处置"]) == ("未测", "未予放行")
    assert "不予受理：过时" in rows[4]["备注"]
    assert (rows[5]["姓名（遮盖）"], rows[5]["通道"]) == ("—", "—")


def test_walk_ins_overrides_and_paper_rows_are_told_apart() -> None:
    """Who came without a booking and with whom, why a refusal was overridden, what was written in from paper."""
    top, *rows = records(sample())
    told = {row[0]: dict(zip(top, row, strict=True))["备注"] for row in rows[:9]}
    assert "人工放行：有正当原因错过时段" in told["5"]
    assert "无预约：儿童，同第 1 行" in told["8"]
    assert "补录（纸页 B-20200310-01）" in told["9"]
    assert dict(zip(top, rows[7], strict=True))["通道"] == "普通"


def test_a_corrected_figure_is_shown_with_the_old_one_beside_it() -> None:
    """更正, both figures, both numbers, by whom and why."""
    row = dict(zip(*[records(sample())[place] for place in (0, 7)], strict=True))
    assert row["初测部位·设备·时刻"] == "设备故障 device_timeout mlx90614:00F3A2 09:00"
    assert (row["复测(°C)"], row["结论"], row["处置"]) == ("38.2", "异常", "隔离")
    assert "(原38.6)" in row["复测部位·设备·时刻"]
    assert f"更正读数：38.6→38.2（条目35→39，王建国：{FORMULA}）" in row["备注"]


def test_the_foot_counts_and_can_be_checked_against_the_log() -> None:
    """Totals, open cases, what is missing, and the last hash as `log verify --against` takes it."""
    entries = day()
    foot = [
        record[:2]
        for record in records(sample(entries))
        if record[0] in {"合计", "测温", "设备", "未结个案", "缺失", "日志链"}
    ]
    told = "\n".join(f"{what}：{text}" for what, text in foot)
    assert "9 人次：正常 3，复测正常 1，异常 1，未判定 0，未测 4" in told
    assert "读数 7 次，超限 3 次，最高 38.2 °C" in told
    assert "manual:体温计2、mlx90614:00F3A2" in told
    assert "CB02（终端B，03-10 09:00起，值守人判断）" in told
    assert "本站其他终端的名称及记录：不详" in told
    assert "无姓名 3 行" in told
    assert f"{len(entries)}:{entries[-1].hash}" in told


def test_what_the_server_knows_to_be_missing_is_said() -> None:
    """By name."""
    told = str(records(sample(silent=("door-2", "door-3"), gaps=(Place(KioskId("B"), 1, 3, 4),))))
    assert "当日无记录的终端：door-2、door-3" in told
    assert "终端 B，纪元 1，第 3–4 条" in told
    assert "当日无记录的终端：无" in str(records(sample(silent=())))


def test_a_broken_file_and_a_fork_stand_on_the_sheet() -> None:
    """Whoever reads it knows what is not in it."""
    told = str(records(merged()))
    assert "door-C.json：终端 C" in told
    assert "自第 4 条起不可信（内容被改），未列入" in told
    assert "终端 B，纪元 1，第 7 条" in told


def test_names_and_numbers_are_whole_only_where_asked_for() -> None:
    """And then the sheet says by whom and what for."""
    for write in (write_csv, lambda ledger: str(sheets(ledger)).encode()):
        masked, full = write(sample(people=True)).decode(), write(sample(people=True, full=True)).decode()
        assert "欧*密" in masked
        assert not any(secret in masked for secret in ("欧阳绝密", "13987654321", "冀A8X7Y6"))
        assert all(secret in full for secret in ("欧阳绝密", "13987654321", "冀A8X7Y6", "李主任：专项检查"))


@pytest.mark.parametrize("sign", list("=+-@\t\r＝＋－＠"))
def test_no_text_is_taken_for_a_formula(sign: str) -> None:
    """Names come from people; also behind blanks, and in full width."""
    plain = sample()
    evil = replace(plain, rows=tuple(replace(row, name=f"{sign}1+1", remark=f" {sign}A1") for row in plain.rows))
    csv_cells = [cell for record in records(evil) for cell in record]
    xlsx_cells = [cell for sheet in sheets(evil) for row in sheet for cell in row if isinstance(cell, str)]
    for cell in csv_cells + xlsx_cells:
        assert not cell.lstrip(" ").startswith(tuple("=+-@\t\r＝＋－＠")), cell
    assert f"'{sign}1+1" in csv_cells
    assert safe(f" {sign}A1").startswith("'")
    assert safe("张*明") == "张*明"


@pytest.mark.parametrize("unseen", ["\0", "\x01", "\x7f", "\u200b", "\ufeff", "\u202e", "\u2066", "\u3000", " \u200b "])
def test_no_formula_hides_behind_signs_that_nobody_sees(unseen: str) -> None:
    """A program that drops them as it reads finds a text all the same; alone they begin none."""
    assert safe(f"{unseen}=1+1") == f"'{unseen}=1+1"
    assert safe(f"{unseen}张") == f"{unseen}张"
    assert safe(unseen) == unseen


def test_xlsx_keeps_numbers_as_numbers_and_the_heading_in_sight() -> None:
    """Read back by another library; no formula, no link in it."""
    rows, foot = sheets(sample())
    assert [row[0] for row in rows] == ["序号", 1, 2, 3, 4, 5, 6, 7, 8, 9]
    place = rows[0].index("复测(°C)")
    assert rows[4][place] == 37.71
    assert rows[1][place] == "—"
    assert foot[0] == ["台账", "防控排查台账　石家庄市车管所一分所　2020-03-10"]
    book = load_workbook(io.BytesIO(write_xlsx(sample())))
    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    first = book.worksheets[0]
    assert (first.freeze_panes, first.print_title_rows, first.page_setup.orientation) == ("E2", "$1:$1", "landscape")


def test_a_text_longer_than_a_cell_is_cut_visibly() -> None:
    """The writer would leave the cell empty without a word."""
    plain = sample()
    rows = sheets(replace(plain, rows=(replace(plain.rows[0], remark="长" * 40_000),)))[0]
    assert rows[1][-1].endswith("已截断）")
    assert len(rows[1][-1]) < 32_767


def test_a_day_without_anybody_is_a_sheet_too() -> None:
    """Nought is an answer."""
    empty = records(sample(day()[:0] or [day()[-1]]))
    assert "0 人次" in str(empty)
    assert "最高 —" in str(empty)


def test_every_word_of_the_closed_lists_is_there() -> None:
    """A new one cannot be forgotten."""
    lists = [
        (words.VERDICTS, Verdict),
        (words.ENDINGS, Ending),
        (words.LANES, Lane),
        (words.SITES, BodySite),
        (words.OUTCOMES, Outcome),
        (words.REASONS, Reason),
        (words.CORRECTED, What),
        (words.CAUSES, Cause),
        (words.WALK_INS, WalkIn),
        (words.OVERRIDES, OverrideWhy),
    ]
    for told, known in lists:
        assert set(told) == set(known)
