"""Logs that were put aside by setting a kiosk up anew: deleted when all of them is past its time, and never before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kiosk.adapters.aside_logs import AsideLogs
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import Keeping
from kiosk.domain.record import Hold
from kiosk.errors import StoreError
from kiosk.services.retention import STEP_S, Retention
from tests.domain import builders as make
from tests.services.builders import DISK_KEY, Door, identity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiosk.domain.retention import AsideLog

KEEPING = Keeping(3, 6, 9)
DAY_MIN = 24 * 60
NAME = "log-epoch-1.db"
PLACED = {"hold_id": "h1", "from": "2020-03-10", "until": "2020-03-10", "by": "court", "reason": "case 7"}
OPENED = {"visit_id": "v1", "case_id": "c1", "cause": "elevated", "guard_id": "", "number": "CB01"}


class Stuck(AsideLogs):
    """A folder in which nothing can be deleted."""

    def delete(self, log: AsideLog) -> None:
        """Fail as a disk does that can only be read."""
        raise StoreError(log.name)


class Keeper:
    """A door with a log put aside beside its own; everything is kept nine days at most."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.door = Door(folder, by=make.policy(keeping=KEEPING))
        self.reader = LogReader(folder / "log-B.db", DISK_KEY)
        self.door.day.turn()

    def put_aside(self, *bodies: tuple[EntryKind, dict[str, str]], unsent: int = 0) -> None:
        """Leave a log of an earlier life, made now."""
        old = LogStore(self.folder / NAME, DISK_KEY, self.door.clock, lambda: None)
        old.enrol(identity("B"))
        with old.act() as act:
            act.record(EntryKind.STARTED, {"mode": "test"})
            for kind, body in bodies:
                act.record(kind, body)
        old.acknowledge(old.last()[0] - unsent)
        old.close()

    def sweeps(self, days: float, aside: AsideLogs | None = None) -> float:
        """Let days go by and sweep; return how long the next sweep waits."""
        self.door.clock.go_on(minutes=days * DAY_MIN)
        self.door.day.turn()
        found = aside or AsideLogs(self.folder, DISK_KEY)
        rules = self.door.rules
        return Retention(self.reader, self.door.log, rules, self.door.clock, lambda job: job(), found).step()

    def left(self) -> list[str]:
        """Return the names of what is left of it."""
        return sorted(path.name for path in self.folder.glob("log-epoch-*"))

    def said(self) -> list[object]:
        """Return which logs the live one says were deleted."""
        entries = self.door.entries()
        return [entry.data()["log"] for entry in entries if entry.kind is EntryKind.ERASED and "log" in entry.data()]


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    """Return a door with its day opened."""
    made = Keeper(tmp_path)
    yield made
    made.reader.close()
    made.door.close()


def test_a_log_put_aside_is_deleted_when_its_time_is_over_and_not_a_day_before(keeper: Keeper) -> None:
    """With what lies beside it; the live log says which it was, and still holds."""
    keeper.put_aside()
    (keeper.folder / f"{NAME}-shm").touch()
    (keeper.folder / f"{NAME}-wal").touch()
    last = LogReader(keeper.folder / NAME, DISK_KEY)
    seq, own = last.last()
    last.close()
    (keeper.folder / f"{NAME}-shm").touch()
    keeper.sweeps(8.9)
    assert NAME in keeper.left()
    assert keeper.said() == []
    keeper.sweeps(0.2)
    assert keeper.left() == []
    assert keeper.said() == [{"epoch": 1, "entries": seq, "hash": own}]
    keeper.sweeps(1)
    assert len(keeper.said()) == 1
    assert keeper.door.is_proved()


def test_a_log_with_entries_that_the_server_lacks_stays(keeper: Keeper) -> None:
    """However old: it is the only copy."""
    keeper.put_aside(unsent=1)
    keeper.sweeps(999)
    assert keeper.left() == [NAME]


def test_a_log_with_an_open_case_stays(keeper: Keeper) -> None:
    """However old: nobody has said what became of the person."""
    keeper.put_aside((EntryKind.CASE_OPENED, OPENED))
    keeper.sweeps(999)
    assert keeper.left() == [NAME]


@pytest.mark.parametrize("by", ["itself", "live", "server"])
def test_a_log_under_a_legal_hold_stays(keeper: Keeper, by: str) -> None:
    """Placed in it before it was put aside, in the live log since, or by the server."""
    if by == "itself":
        keeper.put_aside((EntryKind.HOLD_PLACED, PLACED))
    else:
        keeper.put_aside()
    if by == "live":
        with keeper.door.log.act() as act:
            act.record(EntryKind.HOLD_PLACED, PLACED)
    if by == "server":
        day = date(2020, 3, 10)
        keeper.door.told(by=make.policy(keeping=KEEPING), holds=[Hold("h1", day, day, make.at(9))])
    keeper.sweeps(99)
    assert keeper.left() == [NAME]
    assert keeper.said() == []


def test_a_log_that_says_nothing_stays(keeper: Keeper) -> None:
    """Nobody can tell how old it is: one that is damaged, of another key, never enrolled, or empty."""
    (keeper.folder / "log-epoch-2.db").write_bytes(b"nonsense" * 1000)
    for name, key in (("log-epoch-3.db", bytes(32)), ("log-epoch-4.db", DISK_KEY)):
        LogStore(keeper.folder / name, key, keeper.door.clock, lambda: None).close()
    empty = LogStore(keeper.folder / "log-epoch-5.db", DISK_KEY, keeper.door.clock, lambda: None)
    empty.enrol(identity("B"))
    empty.close()
    keeper.put_aside()
    keeper.sweeps(99)
    assert [name for name in keeper.left() if name.endswith(".db")] == [
        f"log-epoch-{epoch}.db" for epoch in range(2, 6)
    ]


def test_a_deletion_that_failed_is_done_later(keeper: Keeper) -> None:
    """It was said, and is said again with the next try."""
    keeper.put_aside()
    assert keeper.sweeps(10, Stuck(keeper.folder, DISK_KEY)) == STEP_S
    assert keeper.left() == [NAME]
    keeper.sweeps(1)
    assert keeper.left() == []
    assert len(keeper.said()) == 2


def test_a_folder_that_can_only_be_read_is_the_stores_error(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sweeps hears of it by our own word."""
    keeper.put_aside()
    aside = AsideLogs(keeper.folder, DISK_KEY)
    (log,) = aside.logs()

    def refused(*_args: object, **_more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(type(keeper.folder), "unlink", refused)
    with pytest.raises(StoreError, match="Read-only"):
        aside.delete(log)
