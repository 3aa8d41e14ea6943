"""Lines of Chinese and Latin: nothing is lost, no line is too long, and punctuation stays where readers expect it."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kiosk.screens.wrap import pieces, wrapped

TEXTS = st.text(alphabet="请稍候工作人员马上就来到厅窗口，。：“”（）·AbcHall 0123456789:–±°C", min_size=1, max_size=60)
WIDTHS = st.integers(min_value=12, max_value=80)


def measure(text: str) -> float:
    """Return a width as a font has it: a Chinese sign is twice as wide as a Latin one."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@given(TEXTS, WIDTHS)
def test_nothing_is_lost_but_blanks_and_dots_at_line_ends(text: str, width: int) -> None:
    """Every sign of the text is on one of its lines, in order."""

    def bare(words: str) -> str:
        return "".join(words.replace("·", "").split())

    assert bare(wrapped(text, measure, width)) == bare(text)


@given(TEXTS, WIDTHS)
def test_no_line_is_wider_than_its_field_unless_a_single_piece_is(text: str, width: int) -> None:
    """Kivy would break such a line again, anywhere."""
    for is_balanced in (True, False):
        for line in wrapped(text, measure, width, is_balanced=is_balanced).split("\n"):
            assert measure(line) <= width or len(pieces(line)) == 1


def test_no_line_begins_with_a_comma() -> None:
    """Chinese punctuation hangs on the sign before it."""
    lines = wrapped("您的预约不受影响，请在此处稍等，谢谢。", measure, 16).split("\n")
    assert all(line[0] not in "，。" for line in lines)


def test_lines_break_at_a_pause_where_that_takes_no_more_lines() -> None:
    """A title breaks after its comma, as a reader would pause, not in the middle of a word."""
    assert wrapped("请稍候，工作人员马上就来", measure, 20) == "请稍候，\n工作人员马上就来"


def test_a_dot_between_two_things_is_dropped_at_a_line_end() -> None:
    """The line end says it already."""
    assert wrapped("The hall is full · You are third", measure, 20) == "The hall is full\nYou are third"


def test_a_number_stays_with_its_latin_word() -> None:
    """A time is never torn."""
    assert "10:00–11:00" in wrapped("今天 10:00–11:00 在 2 号厅", measure, 12)


def test_a_temperature_stays_with_its_unit() -> None:
    """Wherever the line ends: the number is read with it."""
    assert pieces("room 21.49 °C; ±0.5 °C, 36.5°C") == ["room ", "21.49 °C; ", "±0.5 °C, ", "36.5°C"]


def test_line_ends_of_the_text_stay() -> None:
    """A text may say itself where its lines end."""
    assert wrapped("一\n二", measure, 40) == "一\n二"


def test_a_page_fills_its_lines() -> None:
    """Without balance every line but the last is as full as it can be."""
    assert wrapped("aa bb cc dd", measure, 8, is_balanced=False) == "aa bb cc\ndd"
