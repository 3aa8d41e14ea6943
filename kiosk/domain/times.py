"""Times as they travel: aware, UTC, with milliseconds and a `Z`."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAY_MIN: Final = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_wire(moment: datetime) -> str:
    """Return `moment` (aware) as `2020-03-10T00:30:00.000Z`."""
    # Of the ways to spell it the second fastest, and every entry is when it is written and when it is verified.
    return moment.astimezone(UTC).isoformat("T", "milliseconds").removesuffix("+00:00") + "Z"


def from_wire(text: str) -> datetime:
    """Return the moment that `to_wire` wrote; raises ValueError for a time without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = "a time without a zone"
        raise ValueError(message)
    return moment.astimezone(UTC)


def is_in_calendar(moment: datetime) -> bool:
    """Tell whether a time has a zone, and lies so far from the calendar's ends that every zone has a day for it."""
    return moment.tzinfo is not None and MINYEAR < moment.year < MAXYEAR


def by_server(moment: datetime, offset_ms: int | None) -> datetime:
    """Return a moment of a kiosk's clock by the server's; as it is where the difference is unknown or no calendar's."""
    try:
        return moment + timedelta(milliseconds=offset_ms or 0)
    except OverflowError:
        return moment


def to_ms(moment: datetime) -> int:
    """Return whole Unix milliseconds, without the rounding of floats."""
    return (moment - _EPOCH) // _MILLISECOND


def local_day(moment: datetime, timezone: str) -> date:
    """Return the calendar day of `moment` at a site in `timezone` (IANA name)."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def local_hour(moment: datetime, timezone: str) -> int:
    """Return the hour (0 to 23) of `moment` by the clocks of a site in `timezone`."""
    return local_minute(moment, timezone)[0]


def local_minute(moment: datetime, timezone: str) -> tuple[int, int]:
    """Return hour and minute of `moment` by the clocks of a site in `timezone`."""
    local = moment.astimezone(ZoneInfo(timezone))
    return local.hour, local.minute


def local_midnight(moment: datetime, timezone: str) -> datetime:
    """Return the start of that day in UTC."""
    return at_minute(moment, timezone, 0)


def at_minute(moment: datetime, timezone: str, minutes: int) -> datetime:
    """Return when a site's clocks, on the day of `moment`, show so many minutes after midnight; in UTC.

    24 × 60 is the next midnight, also of a day of 23 or 25 hours; of a time that comes twice, the first.
    """
    midnight = datetime.combine(local_day(moment, timezone), time(), ZoneInfo(timezone))
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)  # within one zone its clocks are reckoned with
