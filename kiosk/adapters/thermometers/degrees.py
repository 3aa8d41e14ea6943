"""From what devices and files say to whole hundredths of a degree Celsius: exactly, and rounded once."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

_HUNDRED: Final = 100


class Unit(StrEnum):
    """What a number counts."""

    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"
    KELVIN = "kelvin"


def to_cc(value: Decimal, unit: Unit) -> int:
    """Return `value` in whole hundredths of a degree Celsius, rounded once, to even at a half."""
    match unit:
        case Unit.CELSIUS:
            celsius = value
        case Unit.FAHRENHEIT:
            celsius = (value - 32) * 5 / 9
        case Unit.KELVIN:
            celsius = value - Decimal("273.15")
    return int((celsius * _HUNDRED).to_integral_value(ROUND_HALF_EVEN))


def parsed(text: str) -> Decimal:
    """Return the number that `text` says; raises ValueError for a comma, a blank, or what is no number."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        message = f"{text!r} is no temperature"
        raise ValueError(message) from error
    if not value.is_finite() or text != text.strip() or "_" in text:
        message = f"{text!r} is no temperature"
        raise ValueError(message)
    return value


def centi(text: str) -> int:
    """Return `text` (degrees Celsius) in whole hundredths, exactly; raises ValueError for a comma or third decimal."""
    value = parsed(text) * _HUNDRED
    if value != value.to_integral_value():
        message = f"{text!r} has more than two decimals"
        raise ValueError(message)
    return int(value)
