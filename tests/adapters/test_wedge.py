"""Hand scanners that type: whole bursts are codes, a person's keys are not."""

from __future__ import annotations

import pytest

from kiosk.adapters.wedge import MAX_LENGTH, PAUSE_S, Wedge

CODE = "VB1:6BF+70790T9WJWG.FKY*4GO0"


def typed(wedge: Wedge, text: str, at: float, apart: float = 0.01) -> list[str]:
    """The codes that come out while the text is typed, sign by sign."""
    codes = (wedge.feed(sign, at + apart * place) for place, sign in enumerate(text))
    return [code for code in codes if code is not None]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_an_end_makes_a_burst_a_code(end: str) -> None:
    """Once, and the next one as well."""
    wedge = Wedge()
    assert typed(wedge, (CODE + end) * 2, 5.0) == [CODE, CODE]
    assert wedge.pause(99.0) is None


def test_a_pause_ends_a_burst_without_an_end() -> None:
    """Some scanners send none."""
    wedge = Wedge()
    assert typed(wedge, CODE, 5.0) == []
    last = 5.0 + 0.01 * (len(CODE) - 1)
    assert wedge.pause(last + PAUSE_S / 2) is None
    assert wedge.pause(last + 2 * PAUSE_S) == CODE


def test_a_persons_keys_are_no_code() -> None:
    """Slow keys never add up, and a short burst is a hand that slipped."""
    wedge = Wedge()
    assert typed(wedge, CODE + "\r", 5.0, apart=2 * PAUSE_S) == []
    assert typed(wedge, "12345\r", 90.0) == []
    assert typed(wedge, "12345", 91.0) == []
    assert wedge.pause(92.0) is None


def test_half_a_code_is_not_glued_to_the_next() -> None:
    """What stopped in the middle is forgotten when the next burst begins."""
    wedge = Wedge()
    assert typed(wedge, CODE[:12], 5.0) == []
    assert typed(wedge, CODE + "\r", 8.0) == [CODE]


def test_garbage_does_not_grow_without_end() -> None:
    """A stuck key."""
    wedge = Wedge()
    wedge.feed("A" * (3 * MAX_LENGTH), 5.0)
    assert len(wedge._text) == MAX_LENGTH
