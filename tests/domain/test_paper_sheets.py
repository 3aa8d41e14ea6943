"""Numbers of blank ledger sheets: they go on where the last ones ended."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.ids import SiteId
from kiosk.domain.paper_sheets import sheet_numbers, sheet_of, typed_code, visit_of


def test_the_numbers_of_a_day_go_on() -> None:
    """Two sheets never have the same, and each says its kiosk and day."""
    day = date(2020, 3, 10)
    assert sheet_numbers("B", day, 0, 2) == ("B-20200310-01", "B-20200310-02")
    assert sheet_numbers("B", day, 2, 1) == ("B-20200310-03",)
    assert sheet_numbers("C", day, 99, 1) == ("C-20200310-100",)


@given(
    letter=st.sampled_from(string.ascii_uppercase),
    day=st.dates(date(2019, 3, 11), date(2020, 3, 10)),
    count=st.integers(1, 999),
)
def test_what_is_printed_in_digits_is_read_as_the_same_sheet(letter: str, day: date, count: int) -> None:
    """For every kiosk, any day of the year before, and each sheet."""
    (number,) = sheet_numbers(letter, day, count - 1, 1)
    assert typed_code(number).isdecimal()
    assert sheet_of(typed_code(number), date(2020, 3, 10)) == number


@pytest.mark.parametrize(
    "code", ["", "0203100", "27031001", "02133101", "02023001", "02031000", "0203100100", "B2031001"]
)
def test_what_is_no_sheet_is_none(code: str) -> None:
    """Too short or long, no letter, no month, no day, no sheet, no digits."""
    assert sheet_of(code, date(2020, 3, 10)) == ""


def test_a_leap_day_is_one_of_a_leap_year_only_and_paper_without_a_kiosk_is_numbered_as_well() -> None:
    """29 February 2020 is there in March 2020, not in 2022."""
    assert sheet_of("02022901", date(2020, 3, 10)) == "B-20200229-01"
    assert sheet_of("02022901", date(2022, 3, 10)) == ""
    assert sheet_of("00031001", date(2020, 3, 10)) == "0-20200310-01"
    assert typed_code("张三") == ""


def test_the_same_row_is_the_same_visit_at_its_own_site_only() -> None:
    """Two sites may have a kiosk of the same letter."""
    one = visit_of(SiteId("s1"), "B-20200310-01", 3)
    assert one == visit_of(SiteId("s1"), "B-20200310-01", 3)
    assert len({one, visit_of(SiteId("s2"), "B-20200310-01", 3), visit_of(SiteId("s1"), "B-20200310-01", 4)}) == 3
