"""The situations that were begun here and are being handled, as the log's facts tell them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.domain.plan import Situation
from kiosk.domain.times import from_wire

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.state_keeper import State


@dataclass(frozen=True, slots=True)
class Run:
    """A situation that was begun and has not ended. `day`: on which it began, by which the log keeps it."""

    run_id: str
    day: str
    situation: Situation
    begun_at: datetime
    ticked: dict[str, datetime]


def running(state: State) -> tuple[Run, ...]:
    """Return the situations that were begun here and have not ended, the oldest first."""
    found = [_run(name, data) for name, data in state.facts("situation:").items()]
    return tuple(sorted(found, key=lambda run: (run.begun_at, run.run_id)))


def _run(name: str, data: str) -> Run:
    _, run_id, day = name.split(":")
    known = json.loads(data)
    ticked = {item: from_wire(at) for item, at in known["ticked"].items()}
    return Run(run_id, day, Situation(known["situation"]), from_wire(known["begun_at"]), ticked)
