"""The printed ledger, read back by another library: whole, on every page recognisable, to be signed."""

import io
import logging
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from kiosk.domain.ledger import Ledger
from ledger.foot import foot
from ledger.pdf_file import write_pdf
from tests.ledger.samples import day, merged, sample


def pages(ledger: Ledger) -> list[str]:
    """Return the text of each page, without what sets lines apart."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(write_pdf(ledger))).pages]


def close(text: str) -> str:
    """Return a text without blanks and line ends, and without the NULs that pypdf reads from two-byte fonts."""
    return re.sub(r"[\s\0]", "", text)


def test_every_page_is_numbered_and_has_title_and_headings() -> None:
    """A sheet that falls out of the pile is put back."""
    entries = day(40)
    told = pages(sample(entries))
    assert len(told) > 2
    for number, page in enumerate(told, start=1):
        assert f"第{number}页，共{len(told)}页" in close(page)
        assert "防控排查台账石家庄市车管所一分所2020-03-10" in close(page)
        assert f"B/1{len(entries)}:{entries[-1].hash[:16]}" in close(page)
    for page in told[:-1]:
        assert "姓名（遮盖）证件号（遮盖）电话（遮盖）车牌号（遮盖）" in close(page)


def test_the_paper_lies_across() -> None:
    """A4, 297 by 210 millimetres."""
    box = PdfReader(io.BytesIO(write_pdf(sample()))).pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (297, 210)


def test_every_row_and_the_whole_foot_stand_on_paper() -> None:
    """Nothing is cut away."""
    ledger = sample(day(40), people=True)
    told = close("".join(pages(ledger)))
    assert all(f"{row.no}2020-03-10" in told for row in ledger.rows)
    assert all(close(what + text) in told for what, text in foot(ledger))
    for said in (
        "欧*密",
        "139****4321",
        "冀A***Y6",
        "37.71超限额头",
        "manual:体温计2",
        "38.2(原38.6)",
        "不予受理：过时",
        "CB02",
    ):
        assert said in told
    assert not any(secret in told for secret in ("欧阳绝密", "13987654321", "冀A8X7Y6"))


def test_it_can_be_signed() -> None:
    """By the guard and by who is responsible, with the date, on one page."""
    last = close(pages(sample(day(40)))[-1])
    assert all(name in last for name in ("值守人：", "负责人：", "日期："))


@pytest.mark.parametrize("visitors", [1, 4, 6, 7, 8, 9])
def test_the_signatures_stay_together(visitors: int) -> None:
    """However far down the foot ends."""
    told = [close(page) for page in pages(sample(day(visitors)))]
    assert [
        sum(name in page for name in ("值守人：", "负责人：", "日期：")) for page in told if "负责人：" in page
    ] == [3]


def test_a_merged_ledger_names_files_kiosks_and_what_is_broken() -> None:
    """Each with its last hash."""
    told = close("".join(pages(merged())))
    assert all(close(what + text) in told for what, text in foot(merged()))


def test_a_sign_without_a_glyph_is_seen_to_be_missing(caplog: pytest.LogCaptureFixture) -> None:
    """The printers' mark stands for it; and no name comes into the program's own log."""
    plain = sample()
    odd = replace(plain, rows=(replace(plain.rows[0], name="李🙂\x07明", remark="𠮷"), *plain.rows[1:]))
    with caplog.at_level(logging.WARNING):
        told = close("".join(pages(odd)))
    assert "李〓〓明" in told
    assert caplog.records == []


def test_what_is_too_long_for_a_page_is_cut_visibly() -> None:
    """The whole text is in the spreadsheet."""
    plain = sample()
    long = replace(plain, rows=(replace(plain.rows[0], remark="长" * 5000, name="\n" * 200), *plain.rows[1:]))
    told = close("".join(pages(long)))
    assert "……（全文见电子表）" in told
    assert all(f"{row.no}2020-03-10" in told for row in long.rows)


def test_a_day_without_anybody_is_printed_too() -> None:
    """Nought is an answer."""
    (told,) = pages(sample(day()[-1:]))
    assert "无" in told
    assert "0人次" in close(told)
