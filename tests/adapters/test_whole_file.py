"""What is said to be on the disk is on the disk, with its name."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk.adapters.ledger_writer import out_file
from kiosk.adapters.whole_file import make_sure

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers (inodes) of what was synced, in order; everything is synced as ever."""
    numbers: list[int] = []
    sync: Callable[[int], None] = os.fsync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        numbers.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    return numbers


def test_an_export_has_its_name_on_the_disk_before_anybody_pulls_the_stick_out(
    tmp_path: Path, synced: list[int]
) -> None:
    """The folder is synced after the file took its name, and the file before."""
    path = tmp_path / "ledger.csv"
    with out_file(path) as file:
        file.write_text("whole")
    assert synced[0] == path.stat().st_ino
    assert synced[-1] == tmp_path.stat().st_ino
    assert [item.name for item in tmp_path.iterdir()] == ["ledger.csv"]


def test_a_link_where_an_export_goes_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """A stick may bring one that points at the key of the log."""
    key = tmp_path / "log.key"
    key.write_text("secret")
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "ledger.csv").symlink_to(key)
    with out_file(stick / "ledger.csv") as file:
        file.write_text("whole")
    assert key.read_text() == "secret"
    assert not (stick / "ledger.csv").is_symlink()


def test_what_a_killed_export_left_goes_with_the_next_one_of_its_name(tmp_path: Path) -> None:
    """Names stand in it; and one process that got the same number, as after a start, is not kept out."""
    path = tmp_path / "log[1].json"
    leave = (
        "import os, sys, signal; from pathlib import Path; from kiosk.adapters.ledger_writer import out_file\n"
        "with out_file(Path(sys.argv[1])) as file: file.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", leave, str(path)], check=False).returncode == -signal.SIGKILL
        assert len(list(tmp_path.iterdir())) == 1
    (tmp_path / f".log[1].json.{os.getpid()}").write_text("half")
    writing = [tmp_path / f".log[1].json.{os.getppid()}", tmp_path / ".log[1].json.notes"]
    for other in writing:
        other.write_text("somebody's")
    with out_file(path) as file:
        file.write_text("whole")
    assert path.read_text() == "whole"
    assert set(tmp_path.iterdir()) == {path, *writing}


def test_what_nobody_can_write_is_there_already() -> None:
    """A file system that is only read cannot sync: that is no failure."""
    with Path("/proc/self/status").open("rb") as file, pytest.raises(OSError, match="Invalid argument"):
        os.fsync(file.fileno())
    make_sure(Path("/proc/self/status"))


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have lost what was written."""
    path = tmp_path / "export.jsonl"
    path.write_text("{}")

    def fails(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="Input/output error"):
        make_sure(path)
