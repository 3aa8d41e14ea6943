"""A temperature that a guard typed or touched: where it was measured, what it means, and when it is asked for twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.policy import BodySite, ReadingKind

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND_OF_SITE: Final[Mapping[BodySite, ReadingKind]] = {
    BodySite.AXILLA: ReadingKind.CLINICAL,
    BodySite.ORAL: ReadingKind.CLINICAL,
    BodySite.EAR: ReadingKind.CLINICAL,
    BodySite.FOREHEAD: ReadingKind.BODY_ESTIMATE,
    BodySite.WRIST: ReadingKind.BODY_ESTIMATE,
    BodySite.NECK: ReadingKind.BODY_ESTIMATE,
}
"""What a hand-held thermometer's number means, by where it is held."""

TWICE_BELOW_CC: Final = 3500  # temperature-facts.md section 1: entered twice outside 35.0 to 39.0 °C
TWICE_ABOVE_CC: Final = 3900


@dataclass(frozen=True, slots=True)
class Typed:
    """A temperature that a guard typed, in hundredths of a degree Celsius. `again_cc`: typed a second time."""

    value_cc: int
    site: BodySite
    device: str
    again_cc: int | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it is within the usual or was typed a second time, and then alike."""
        if self.again_cc is None:
            return TWICE_BELOW_CC <= self.value_cc <= TWICE_ABOVE_CC
        return self.again_cc == self.value_cc


def read_typed(value: str) -> Typed | None:
    """Return the temperature that a guard typed ("axilla:37.4", or twice "axilla:39.6:39.6"), or None for nonsense."""
    site, _, rest = value.partition(":")
    numbers = rest.split(":")
    try:
        values = [_centi(number) for number in numbers]
        place = BodySite(site)
    except ValueError:
        return None
    if place not in KIND_OF_SITE or len(values) > 2:  # noqa: PLR2004 - once or twice
        return None
    return Typed(values[0], place, "guard", values[1] if len(values) > 1 else None)


def _centi(text: str) -> int:
    """Return "37.4" as 3740; raises ValueError for anything but one or two digits, a point and a digit or two."""
    whole, _, part = text.partition(".")
    if not (whole.isdecimal() and part.isdecimal() and len(whole) <= 2 and len(part) <= 2):  # noqa: PLR2004 - see above
        message = f"{text!r} is no temperature"
        raise ValueError(message)
    return int(whole) * 100 + int(part.ljust(2, "0"))
