"""A temperature taken by hand: what a guard typed, with which instrument, and the reading that it makes. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.entry import canonical
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import Flag, Reading
from kiosk.domain.times import local_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kiosk.domain.entry import Entry
    from kiosk.domain.policy import Instrument
    from kiosk.domain.state_keeper import State

KIND_OF_SITE: Final[Mapping[BodySite, ReadingKind]] = {
    BodySite.AXILLA: ReadingKind.CLINICAL,
    BodySite.ORAL: ReadingKind.CLINICAL,
    BodySite.EAR: ReadingKind.CLINICAL,
    BodySite.FOREHEAD: ReadingKind.BODY_ESTIMATE,
    BodySite.WRIST: ReadingKind.BODY_ESTIMATE,
    BodySite.NECK: ReadingKind.BODY_ESTIMATE,
}
"""What a hand-held thermometer's number means, by where it is held."""

UNNAMED: Final = "manual:guard"
"""The device of a reading by hand where the policy lists no instruments."""

TWICE_BELOW_CC: Final = 3500  # temperature-facts.md section 1: entered twice outside 35.0 to 39.0 °C
TWICE_ABOVE_CC: Final = 3900


# what was typed


@dataclass(frozen=True, slots=True)
class Typed:
    """A temperature that a guard typed, in hundredths of a degree Celsius. `again_cc`: typed a second time."""

    value_cc: int
    site: BodySite
    again_cc: int | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it is within the usual or was typed a second time, and then alike."""
        if self.again_cc is None:
            return is_usual(self.value_cc)
        return self.again_cc == self.value_cc


def is_usual(value_cc: int) -> bool:
    """Tell whether a temperature is believed when it was typed once."""
    return TWICE_BELOW_CC <= value_cc <= TWICE_ABOVE_CC


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
    return Typed(values[0], place, values[1] if len(values) > 1 else None)


def _centi(text: str) -> int:
    """Return "37.4" as 3740; raises ValueError for anything but one or two digits, a point and a digit or two."""
    whole, _, part = text.partition(".")
    if not (whole.isdecimal() and part.isdecimal() and len(whole) <= 2 and len(part) <= 2):  # noqa: PLR2004 - see above
        message = f"{text!r} is no temperature"
        raise ValueError(message)
    return int(whole) * 100 + int(part.ljust(2, "0"))


# the instruments of the guards


def is_overdue(instrument: Instrument, now: datetime, timezone: str) -> bool:
    """Tell whether an instrument's calibration has ended."""
    return local_day(now, timezone) > instrument.checked_until


def chosen(
    state: State, guard_id: str, listed: Sequence[Instrument], now: datetime, timezone: str
) -> Instrument | None:
    """Return with which instrument a guard measures today: the one they chose, or the only one that is listed."""
    if len(listed) == 1:
        return listed[0]
    known = state.fact(_fact_name(guard_id, local_day(now, timezone).isoformat()))
    return find(listed, json.loads(known)["serial"]) if known is not None else None


def find(listed: Sequence[Instrument], serial: str) -> Instrument | None:
    """Return the instrument with this serial number, or None."""
    return next((item for item in listed if item.serial == serial), None)


def note(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    """Keep with which instrument a guard measures that day."""
    state.put_fact(_fact_name(body["guard_id"], body["day"]), canonical({"serial": body["serial"]}))


def _fact_name(guard_id: str, day: str) -> str:
    return f"instrument:{guard_id}:{day}"


# the reading


def reading_of(typed: Typed, guard_id: str, instrument: Instrument | None, now: datetime, timezone: str) -> Reading:
    """Return what was typed as a reading taken now. `instrument` None: the policy lists none."""
    overdue = instrument is not None and is_overdue(instrument, now, timezone)
    return Reading(
        value_cc=typed.value_cc,
        kind=KIND_OF_SITE[typed.site],
        site=typed.site,
        device_id=f"manual:{instrument.serial}" if instrument is not None else UNNAMED,
        taken_at=now,
        flags=(Flag.MANUAL, Flag.CALIBRATION_OVERDUE) if overdue else (Flag.MANUAL,),
        operator_id=guard_id,
        calibration_due=instrument.checked_until if instrument is not None else None,
    )
