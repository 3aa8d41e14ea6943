"""How a demo is counted: the kiosk's log against what the server holds of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo.tally import Tally, compare
from kiosk.domain.entry import EntryKind
from tests.domain.builders import chain

if TYPE_CHECKING:
    from kiosk.domain.entry import Entry

Row = tuple[str, int, int, str]


def counted(folder: Path, entries: list[Entry], rows: list[Row]) -> Tally:
    """Count a log of which everything is acknowledged against a server that holds `rows`."""
    database = folder / "central.db"
    with closing(sqlite3.connect(database)) as made, made:
        made.execute("CREATE TABLE entries (kiosk_id TEXT, epoch INTEGER, seq INTEGER, hash TEXT)")
        made.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)
    tally = Tally()
    compare(tally, entries, len(entries), database)
    return tally


def test_the_servers_own_log_is_none_of_the_kiosks(tmp_path: Path) -> None:
    """It tells the next of the plan of a case whose kiosk fell silent, as one on a slow machine does."""
    entries = chain([(EntryKind.STARTED, {}), (EntryKind.STOPPED, {})])
    rows = [(item.kiosk_id, item.epoch, item.seq, item.hash) for item in entries]
    tally = counted(tmp_path, entries, [*rows, ("office", 1, 1, "abc")])
    assert (tally.log_entries, tally.server_entries, tally.lost, tally.doubled) == (2, 2, 0, 0)
    assert tally.is_sound


@pytest.mark.parametrize(
    ("held", "more", "lost", "doubled"),
    [(1, [], 1, 0), (2, [("B", 1, 2, "other")], 0, 1), (2, [("B", 1, 3, "beyond")], 0, 0)],
)
def test_what_is_missing_twice_or_beyond_the_log_is_not_sound(
    tmp_path: Path, held: int, more: list[Row], lost: int, doubled: int
) -> None:
    """An entry that never came, a number with two bodies, one that the log does not have."""
    entries = chain([(EntryKind.STARTED, {}), (EntryKind.STOPPED, {})])
    rows = [(item.kiosk_id, item.epoch, item.seq, item.hash) for item in entries[:held]]
    tally = counted(tmp_path, entries, [*rows, *more])
    assert (tally.lost, tally.doubled) == (lost, doubled)
    assert not tally.is_sound
