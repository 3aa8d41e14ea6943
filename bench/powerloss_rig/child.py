"""Processes to lose, and the judge of what they leave. Each is a fork of a parent that has no file of SQLite open."""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bench.powerloss_rig.disk import Disk
from bench.powerloss_rig.door import Crowd, Door, furnish_door, furnished_door
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.enrolment import LOG_FILE
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.bootstrap import Kiosk

Tell = Callable[[object], None]

_CHECKPOINTS: Final = (1000, 60, 15)  # pages; small ones make the loss fall into checkpoints too
_MOST_OPERATIONS: Final = 2500
_FAILED: Final = 1


def in_child(work: Callable[[Tell], None]) -> list[Any]:
    """Run `work` in a fork and return what it told, however it ended; raises RuntimeError when it failed by itself."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _live(work, reading, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = pipe.read().splitlines()
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _FAILED:
        message = "a child failed by itself; what it says stands above"
        raise RuntimeError(message)
    return [json.loads(line) for line in lines]


def _live(work: Callable[[Tell], None], reading: int, writing: int) -> None:
    """Be the child: do the work, tell into the pipe, and never return."""
    code = _FAILED
    try:
        os.close(reading)
        logging.disable(logging.WARNING)  # that no server answers is known
        work(lambda fact: _write(writing, fact))
        code = 0
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's code
        traceback.print_exc()
    finally:
        os._exit(code)


def _write(pipe: int, fact: object) -> None:
    os.write(pipe, json.dumps(fact).encode() + b"\n")


def furnish_in_child(folder: Path, visitors: int) -> Door:
    """Furnish a door without leaving a server's threads or an open database in this process."""
    (codes,) = in_child(lambda tell: tell(furnish_door(folder, visitors)))
    return furnished_door(folder, tuple(codes))


@dataclass(frozen=True, slots=True)
class Loss:
    """One power loss: which door is lost, where its disk lies, and the seed of everything drawn."""

    door: Door
    shadow: Path
    seed: int
    is_full: bool = True

    def happen(self) -> list[tuple[int, str]]:
        """Lose the power of a busy door; return number and hash of the last entry after each act that returned."""
        return [(seq, own) for seq, own in in_child(self._live)]

    def _live(self, tell: Tell) -> None:
        rng = random.Random(self.seed)
        disk = Disk("disk", self.shadow, self.seed)
        kiosk = self.door.open(disk.vfs, rng.choice(_CHECKPOINTS), is_full=self.is_full)
        disk.arm(rng.randint(1, _MOST_OPERATIONS))
        Crowd(kiosk, teller(kiosk, tell)).come(self.door.codes, rng)
        disk.lose_power()


def teller(kiosk: Kiosk, tell: Tell) -> Callable[[], None]:
    """Return what tells number and hash of the log's last entry."""
    return lambda: tell(kiosk.call(kiosk.log.last))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a log is worth after its process is gone."""

    is_readable: bool  # it opens, its chain verifies, and its state is what its entries say
    hashes: dict[int, str]
    why: str = ""

    def lost(self, acknowledged: list[tuple[int, str]]) -> int:
        """Return how many of the acknowledged acts are not there as they were."""
        return sum(self.hashes.get(seq) != own for seq, own in acknowledged)


def judge(folder: Path, key: bytes) -> Verdict:
    """Open the log in `folder` as after a restart and look at all of it."""
    told = in_child(lambda tell: _judge(folder / LOG_FILE, key, tell))
    return Verdict(told[-1][0], dict(told[:-1]), told[-1][1])


def _judge(path: Path, key: bytes, tell: Tell) -> None:
    try:
        store = LogStore(path, key, SystemClock(), lambda: None)
        reader = LogReader(path, key)
        _held, _hash, flaw = reader.verify()
        for entry in reader.entries():
            tell((entry.seq, entry.hash))
        is_same = store.rebuild()
    except StoreError as error:
        tell((False, str(error)))
        return
    tell((flaw is None and is_same, f"flaw {flaw}, state as rebuilt: {is_same}"))
