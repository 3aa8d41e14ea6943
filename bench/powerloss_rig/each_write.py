"""One act, ended at each of its operations on the disk in turn: afterwards it is there whole, or not at all.

    python -m bench.powerloss_rig.each_write reading kill

Prints one JSON object; exit code 1 when an act was there in part, or one that had returned was not there.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.powerloss_rig.child import Tell, furnish_in_child, in_child
from bench.powerloss_rig.disk import Disk, End
from bench.powerloss_rig.door import Crowd, Door
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.adapters.thermometers.simulated import SimulatedThermometer
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.domain.ids import VisitId

ACTS: Final[dict[str, int | str]] = {"reading": "unsteady", "admission": 3650}
"""What the thermometer says: once a reading alone, once a reading, an admission, and the counters of both."""
_NEVER: Final = 0


@dataclass(frozen=True, slots=True)
class Patient:
    """A door with one visitor before the thermometer, and what is done to it."""

    door: Door
    visit_id: VisitId
    says: int | str
    checkpoint_pages: int
    end: End

    def end_at(self, folder: Path, operation: int, seed: int) -> tuple[bool, dict[str, Any]]:
        """Do the act, ended at `operation` (0: it never begins); return whether it returned, and what is left."""
        with tempfile.TemporaryDirectory(dir=folder) as place:
            shadow = Path(place, "shadow")
            shadow.mkdir()
            copied = replace(self, door=self.door.copy_to(Path(place, "data")))
            told = in_child(lambda tell: copied.act(Disk("disk", shadow, seed), operation, tell))
            left = copied.door.log() if self.end is End.KILL else shadow / copied.door.log().name
            (facts,) = in_child(lambda tell: tell(_left(left, self.door.key())))
        return bool(told), facts

    def act(self, disk: Disk, operation: int, tell: Tell) -> None:
        """Be the process that does the act and is ended."""
        kiosk = self.door.open(disk.vfs, self.checkpoint_pages)
        if operation != _NEVER:
            disk.arm(operation, self.end)
            kiosk.call(lambda: kiosk.desk.measured(self.visit_id, _reading(kiosk, self.says)))
            tell("returned")
        if self.end is End.POWER_LOSS:
            disk.lose_power()


def _reading(kiosk: Kiosk, says: int | str) -> Any:  # noqa: ANN401 - whatever the thermometer gives
    thermometer = kiosk.thermometer
    if isinstance(thermometer, SimulatedThermometer):
        thermometer.will_read(says)
    return thermometer.measure(lambda _part: None)


def _left(path: Path, key: bytes) -> dict[str, Any]:
    """Return all that the act could have changed: the entries' kinds, visits' steps, counters, and whether it holds."""
    try:
        reader = LogReader(path, key)
        store = LogStore(path, key, SystemClock(), lambda: None)
        dump = reader.state_dump()
        return {
            "kinds": [entry.kind.value for entry in reader.entries()],
            "steps": [row[3] for row in dump["visit"]],
            "counters": sorted(map(list, dump["counter"])),
            "is_proved": reader.verify()[2] is None and store.rebuild(),
        }
    except StoreError as error:
        return {"error": str(error)}


def before_the_thermometer(folder: Path) -> tuple[Door, VisitId]:
    """Return a door at which one visitor has declared and is measured next."""
    door = furnish_in_child(folder, 1)

    def come(tell: Tell) -> None:
        kiosk = door.open("", 1000)
        crowd = Crowd(kiosk, lambda: None)
        visit_id = crowd.do(lambda: kiosk.desk.scan(door.codes)).visit_id
        if visit_id is not None:
            crowd.do(lambda: kiosk.desk.confirm(visit_id))
            crowd.do(lambda: kiosk.desk.declare(visit_id, ()))
        kiosk.stop()
        tell(visit_id)

    (visit_id,) = in_child(come)
    return door, visit_id


def examine(patient: Patient, folder: Path, seeds: int) -> dict[str, Any]:
    """End the act at every operation until it returns; return how often it was whole, not there, or in part."""
    _returned, nothing = patient.end_at(folder, _NEVER, 0)
    returned, whole = patient.end_at(folder, 1_000_000, 0)
    outcomes = Counter[str]()
    broken: list[dict[str, Any]] = []
    operation, is_over = 0, not returned
    while not is_over:
        operation += 1
        for seed in range(1, seeds + 1):
            returned, left = patient.end_at(folder, operation, seed)
            is_over = is_over or returned
            outcome = "whole" if left == whole else "nothing" if left == nothing and not returned else "broken"
            outcomes[outcome] += 1
            if outcome == "broken":
                broken.append({"operation": operation, "seed": seed, **left})
    kinds = whole["kinds"][len(nothing["kinds"]) :]
    is_sound = bool(nothing.get("is_proved") and whole.get("is_proved") and kinds)
    return {"operations": operation - 1, "kinds": kinds, **outcomes, "broken": broken, "is_sound": is_sound}


def main() -> int:
    """Examine one act; return the exit code."""
    parser = argparse.ArgumentParser(prog="each_write", description=__doc__)
    parser.add_argument("act", choices=list(ACTS))
    parser.add_argument("end", choices=list(End))
    parser.add_argument("--seeds", type=int, default=1, help="power losses at each operation")
    parser.add_argument(
        "--checkpoint-pages", type=int, default=1, help="1: each act ends with a checkpoint; 1000: none"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="each-write-") as place:
        folder = Path(place)
        door, visit_id = before_the_thermometer(folder)
        patient = Patient(door, visit_id, ACTS[options.act], options.checkpoint_pages, End(options.end))
        answer = examine(patient, folder, options.seeds)
    print(json.dumps(answer))
    return 1 if answer["broken"] or not answer["is_sound"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
