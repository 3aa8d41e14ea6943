"""What a network thermal terminal pushes (ISAPI), read: JSON, alone or as a part of a multipart message.

`isAbnomalTemperature` is really spelt so. The unit is said beside the number, and both are accepted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email import message_from_bytes
from email.policy import HTTP
from typing import Any, Final, cast

from kiosk.adapters.thermometers.degrees import Unit, parsed, to_cc

_EVENT: Final = "AccessControllerEvent"
_UNITS: Final = {"": Unit.CELSIUS, "celsius": Unit.CELSIUS, "fahrenheit": Unit.FAHRENHEIT, "kelvin": Unit.KELVIN}


@dataclass(frozen=True, slots=True)
class Event:
    """One measurement of a terminal. `key`: by which a repeated push is known."""

    value_cc: int
    key: str
    is_alarm: bool
    raw: str  # the number and its unit, as they were sent


def read_events(content_type: str, body: bytes) -> list[Event]:
    """Return the measurements in a pushed message; raises ValueError for what is no message of a terminal.

    Events without a temperature (a heartbeat, a card) give none.
    """
    found: list[Event] = []
    for text in _json_parts(content_type, body):
        try:
            data: Any = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        event = _event(_object(data) or {})
        if event is not None:
            found.append(event)
    return found


def _json_parts(content_type: str, body: bytes) -> Iterator[bytes]:
    if not content_type.lower().startswith("multipart/"):
        yield body
        return
    message = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body, policy=HTTP)
    for part in message.walk():
        if part.get_content_type() == "application/json":
            content = part.get_payload(decode=True)
            yield content if isinstance(content, bytes) else b""


def _object(data: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 - whatever JSON holds
    return cast("Mapping[str, Any]", data) if isinstance(data, dict) else None


def _event(data: Mapping[str, Any]) -> Event | None:
    said = _object(data.get(_EVENT)) or {}
    number: Any = said.get("currTemperature")
    if number is None or number == "":
        return None
    if not isinstance(number, str | Decimal):
        message = "currTemperature is no number"
        raise ValueError(message)  # noqa: TRY004 - one error for whatever a terminal garbles
    unit = str(said.get("thermometryUnit", "")).lower()
    if unit not in _UNITS:
        raise ValueError(f"thermometryUnit {unit!r} is not known")
    value = parsed(str(number))
    if abs(value) > 1000:  # noqa: PLR2004 - no unit has a face there
        raise ValueError("currTemperature is no temperature")
    serial: Any = said.get("serialNo")
    key = str(serial) if serial is not None else f"{data.get('dateTime', '')}/{number}"
    # Whatever is not a plain "no" is an alarm: an unknown spelling must not pass for health.
    is_alarm = str(said.get("isAbnomalTemperature", False)).lower() not in {"false", "0"}
    return Event(to_cc(value, _UNITS[unit]), key, is_alarm, f"{number} {unit}".strip())
