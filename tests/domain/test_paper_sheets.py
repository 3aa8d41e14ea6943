"""Numbers of blank ledger sheets: they go on where the last ones ended."""

from datetime import date

from kiosk.domain.paper_sheets import sheet_numbers


def test_the_numbers_of_a_day_go_on() -> None:
    """Two sheets never have the same, and each says its kiosk and day."""
    day = date(2020, 3, 10)
    assert sheet_numbers("B", day, 0, 2) == ("B-20200310-01", "B-20200310-02")
    assert sheet_numbers("B", day, 2, 1) == ("B-20200310-03",)
    assert sheet_numbers("C", day, 99, 1) == ("C-20200310-100",)
