"""Power losses and kill -9 at the log: what was acknowledged is there, and an act is there whole or not at all.

The processes to lose are started as programs: they fork, which a test process with open databases should not.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import apsw
import pytest

from bench.powerloss_rig.disk import Cut, Disk, Platter, Write
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.database import Database
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.domain.entry import EntryKind
from kiosk.errors import StoreDamaged, StoreError
from tests.services.builders import DISK_KEY, identity

ROOT = Path(__file__).parents[2]
PLAIN = b"SQLite format 3\x00"
KINDS = {"reading": ["reading"], "admission": ["reading", "admitted"]}


def _program(*arguments: str) -> dict[str, Any]:
    """Run a program of this project and return the JSON object that it printed last."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=550
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _lose(losses: int) -> dict[str, Any]:
    return _program("main.py", "bench", "powerloss", "--losses", str(losses), "--json")


def test_what_was_acknowledged_survives_a_power_loss() -> None:
    """Nothing that a screen showed as done is lost; with commits that are not synced, the same run loses acts."""
    answer = _lose(8)
    assert set(answer) == {"losses", "acknowledged", "lost", "unreadable", "control_lost"}
    assert answer["acknowledged"] > 8
    assert (answer["losses"], answer["lost"], answer["unreadable"]) == (8, 0, 0)
    assert answer["control_lost"] > 0


@pytest.mark.long
@pytest.mark.timeout(600)
def test_what_was_acknowledged_survives_two_hundred_power_losses() -> None:
    """As above, at enough moments to fall into every part of a commit and of a checkpoint."""
    answer = _lose(200)
    assert (answer["losses"], answer["lost"], answer["unreadable"]) == (200, 0, 0)


@pytest.mark.parametrize("act", list(KINDS))
@pytest.mark.parametrize("end", ["kill", "loss"])
def test_case_59_an_act_is_there_whole_or_not_at_all(act: str, end: str) -> None:
    """Case 59: ended at each of its writes and syncs: entries, state and counters are all there, or none of them is."""
    _is_whole_or_nothing(act, end)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("act", list(KINDS))
@pytest.mark.parametrize("pages", ["1", "1000"])
def test_case_59_an_act_is_there_whole_or_not_at_all_whatever_the_disk_keeps(act: str, pages: str) -> None:
    """As above, each moment with eight draws of what survives, with a checkpoint after the commit and without."""
    _is_whole_or_nothing(act, "loss", "--seeds", "8", "--checkpoint-pages", pages)


def _is_whole_or_nothing(act: str, end: str, *more: str) -> None:
    answer = _program("-m", "bench.powerloss_rig.each_write", act, end, *more)
    assert answer["kinds"] == KINDS[act]
    assert answer["broken"] == []
    assert answer["nothing"] > 0
    assert answer["whole"] > 0


# what the disk does


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Disk:
    """A disk that keeps its power; one for all tests, since its name is good for one in a process.

    Of the session, not of the module: a worker may take up a test of this module again after others.
    """
    return Disk("kept", tmp_path_factory.mktemp("shadow"), 1)


def _log(path: Path, vfs: str) -> LogStore:
    store = LogStore(path, DISK_KEY, SystemClock(), lambda: None, vfs=vfs)
    store.enrol(identity("B"))
    with store.act() as act:
        act.record(EntryKind.DEVICE, {"device": "无人知晓", "state": "ok"})
    return store


def test_a_log_on_the_disk_is_encrypted(disk: Disk, tmp_path: Path) -> None:
    """What the rig writes is what the product writes: neither file holds SQLite's header or a word of an entry."""
    store = _log(tmp_path / "log.db", disk.vfs)
    written = [path.read_bytes() for path in (tmp_path / "log.db", tmp_path / "log.db-wal")]
    store.close()
    for content in (*written, (tmp_path / "log.db").read_bytes()):
        assert len(content) >= 4096
        assert PLAIN not in content
        assert "无人知晓".encode() not in content
    reader = LogReader(tmp_path / "log.db", DISK_KEY)
    assert [entry.kind for entry in reader.entries()] == [EntryKind.DEVICE]
    reader.close()


def test_a_file_system_without_encryption_is_refused(disk: Disk, tmp_path: Path) -> None:
    """By its plain name the VFS would write in the clear: nothing is written and the caller hears of it."""
    plain = disk.vfs.removeprefix("multipleciphers-")
    with pytest.raises(StoreError):
        Database(tmp_path / "log.db", DISK_KEY, "schema.sql", vfs=plain)
    assert PLAIN not in (tmp_path / "log.db").read_bytes()


def test_a_file_in_the_clear_is_damaged(disk: Disk, tmp_path: Path) -> None:
    """The control of the two above: a real plain file, written through the disk's plain name, is told apart."""
    connection = apsw.Connection(str(tmp_path / "log.db"), vfs=disk.vfs.removeprefix("multipleciphers-"))
    connection.execute("CREATE TABLE entry (seq)")
    connection.close()
    assert (tmp_path / "log.db").read_bytes().startswith(PLAIN)
    with pytest.raises(StoreDamaged):
        Database(tmp_path / "log.db", DISK_KEY, "schema.sql", vfs=disk.vfs)


def test_a_second_disk_of_one_name_is_refused(disk: Disk, tmp_path: Path) -> None:
    """SQLite would go on using the first, also when that has gone: a crash of the whole process."""
    log = _log(tmp_path / "log.db", disk.vfs)
    log.close()
    with pytest.raises(ValueError, match="already"):
        Disk("kept", tmp_path, 1)


def test_nothing_is_sure_before_the_sync() -> None:
    """What survives is the synced image and some of the later changes; over many draws none, some and all of them."""
    platter = Platter(None, [Write(0, b"a" * 1024)])
    assert {platter.survivor(random.Random(seed)) for seed in range(9)} >= {None, b"", b"a" * 1024}
    platter.sync()
    assert {platter.survivor(random.Random(seed)) for seed in range(9)} == {b"a" * 1024}
    platter.changes += [Write(0, b"b" * 1024), Write(1024, b"c" * 512)]
    drawn = {platter.survivor(random.Random(seed)) for seed in range(200)}
    assert {b"a" * 1024, b"b" * 1024 + b"c" * 512} <= drawn  # none of them, all of them
    assert b"a" * 1024 + b"c" * 512 in drawn  # a later write without the earlier one
    assert b"a" * 512 + b"b" * 512 in drawn  # a torn write


def test_a_write_is_torn_at_sectors() -> None:
    """The parts of a write join to the whole, and each but the first begins at a sector."""
    write = Write(500, bytes(range(256)) * 5)
    parts = write.sectors()
    assert b"".join(part.data for part in parts) == write.data
    assert [part.offset for part in parts] == [500, 512, 1024, 1536]
    assert [part.offset for part in Write(512, b"x" * 512).sectors()] == [512]


def test_a_cut_file_has_its_new_length() -> None:
    """A file can be cut shorter and made longer; what is new is zeros."""
    image = bytearray(b"abcdef")
    Cut(2).apply(image)
    Cut(4).apply(image)
    assert image == b"ab\0\0"
