"""What is said of a mistake in a settings file, to somebody who knows the file and no program."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import Field

from kiosk.toml_file import Section, parse


class _Tone(StrEnum):
    LOW = "low"
    HIGH = "high"


class _Limits(Section):
    low: float = 1.0


class _File(Section):
    limits: _Limits = _Limits()
    since: date = date(2026, 10, 1)
    code: Annotated[str, Field(pattern="^[0-9]$")] = "1"
    name: Annotated[str, Field(min_length=2, max_length=4)] = "door"
    count: Annotated[int, Field(ge=1, le=9)] = 1
    part: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    is_open: bool = False
    sides: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ("left",)
    tone: _Tone = _Tone.LOW
    way: Literal["in", "out"] = "in"


class _Needy(Section):
    name: str


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name = 7", "name: must be a text, in quotation marks"),
        ('name = "a"', "name: must be longer: 2 or more signs"),
        ('name = "abcde"', "name: must be shorter: 4 or fewer signs"),
        ('count = "many"', "count: must be a whole number"),
        ("count = 1.5", "count: must be a whole number"),
        ("count = []", "count: must be a whole number"),
        ("count = 0", "count: must be 1 or more"),
        ("count = 10", "count: must be 9 or less"),
        ("part = 0", "part: must be more than 0.0"),
        ("part = 1", "part: must be less than 1.0"),
        ("part = nan", "part: must be a number"),
        ("part = 'half'", "part: must be a number"),
        ("part = []", "part: must be a number"),
        ("is_open = 'perhaps'", "is_open: must be true or false"),
        ("is_open = []", "is_open: must be true or false"),
        ("sides = []", "sides: must hold more: 1 or more"),
        ("sides = ['a', 'b', 'c']", "sides: must hold fewer: 2 or fewer"),
        ("sides = 'left'", "sides: must be a list"),
        ("limits = 3", "limits: must be a table of keys"),
        ("since = 'yesterday'", "since: must be a date, as 2026-10-01"),
        ("code = 'a'", "code: must have the form ^[0-9]$"),
        ("tone = 'loud'", "tone: must be one of 'low' or 'high'"),
        ("way = 'up'", "way: must be one of 'in' or 'out'"),
        ("colour = 1", "colour: is not a known key"),
        ("name = ", "is not TOML: Invalid value (at end of document)"),
    ],
)
def test_each_mistake_is_said_in_plain_words(line: str, said: str) -> None:
    """The key, and what must stand there."""
    mistakes: list[str] = []
    assert parse(line, "kiosk.toml", _File, mistakes) is None
    assert mistakes == [f"kiosk.toml: {said}"]


def test_what_is_missing_is_named_and_all_mistakes_are_told() -> None:
    """One look at the file mends it."""
    mistakes: list[str] = []
    assert parse("count = 1\ncolor = 2\n", "kiosk.toml", _Needy, mistakes) is None
    assert mistakes == [
        "kiosk.toml: name: is missing",
        "kiosk.toml: count: is not a known key",
        "kiosk.toml: color: is not a known key",
    ]
