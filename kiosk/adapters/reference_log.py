"""What the log says of the thermometer's checks against a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.domain.entry import EntryKind
from kiosk.domain.reference import Check
from kiosk.domain.wire import from_json

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.ports import EntrySource


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check as it was recorded: when, on which local day, and what it found."""

    at: datetime
    day: str
    check: Check


def recorded_checks(log: EntrySource, device_id: str, calibration_id: str) -> list[Recorded]:
    """Return the checks of a device under a calibration, oldest first; erased ones are gone."""
    bodies = [(entry, entry.data()) for entry in log.entries() if entry.kind is EntryKind.REFERENCE_CHECKED]
    found = [
        Recorded(entry.happened_at, body["day"], from_json(Check, body["check"])) for entry, body in bodies if body
    ]
    return [item for item in found if (item.check.device_id, item.check.calibration_id) == (device_id, calibration_id)]
