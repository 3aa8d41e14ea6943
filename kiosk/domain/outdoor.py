"""How cold it is outside, as the kiosk's own readings said last: a guard's hand-held thermometer does not know it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.entry import canonical
from kiosk.domain.times import local_day, to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.screening import Reading
    from kiosk.domain.state_keeper import State

HOLDS_MS: Final = 3_600_000  # an hour; the air outside changes by a degree or two
FRESH_MS: Final = 600_000  # so long a new value is not written again, unless it differs
DIFFERS_CC: Final = 50


def _name(reading: Reading, timezone: str) -> str:
    return f"outdoor:{local_day(reading.taken_at, timezone).isoformat()}"


def outdoor_cc(state: State, reading: Reading, timezone: str) -> int | None:
    """Return the temperature outside: the reading's own, or what was known within the hour, or None."""
    if reading.outdoor_cc is not None:
        return reading.outdoor_cc
    known = json.loads(state.fact(_name(reading, timezone)) or "null")
    if known is None or not 0 <= to_ms(reading.taken_at) - known["at_ms"] <= HOLDS_MS:
        return None
    return int(known["value_cc"])


def to_note(state: State, reading: Reading, timezone: str) -> dict[str, Any]:
    """Return what an entry says so that the next reading knows of the air outside; nothing when that is known."""
    if reading.outdoor_cc is None:
        return {}
    name, at_ms = _name(reading, timezone), to_ms(reading.taken_at)
    known = json.loads(state.fact(name) or "null")
    if (
        known is not None
        and 0 <= at_ms - known["at_ms"] < FRESH_MS
        and abs(known["value_cc"] - reading.outdoor_cc) < DIFFERS_CC
    ):
        return {}
    return {"outdoor": {"name": name, "at_ms": at_ms, "value_cc": reading.outdoor_cc}}


def note(state: State, body: Mapping[str, Any]) -> None:
    """Keep what an entry says of the air outside."""
    said: Mapping[str, Any] | None = body.get("outdoor")
    if said is not None:
        state.put_fact(said["name"], canonical({"at_ms": said["at_ms"], "value_cc": said["value_cc"]}))
