"""Commits beside raw syncs of the same disk, in turns, and the verification of a long chain.

What is known of an act's time, for whoever tries to shorten it (milliseconds of an act of 0.29 with a raw sync of
0.14, by a clock put around each part once): 0.17 the commit, which writes 3 to 4 pages and syncs them, of which 0.02
are SQLite and the cipher; 0.02 the other statements; 0.10 Python, twice what it takes when no wait for the disk has
emptied the processor's caches before: 0.017 the body's JSON, 0.014 the visit's, the rest in forty small steps.

Tried and not taken: pages of 1 or 2 KiB (0.01 at most), carrying the write-ahead log over more or less often
(nothing), a column of its own for the booking (0.01, another version of the file), an encoder of JSON made once
(0.002, and Python's inner parts), msgspec or orjson (0.02, but NaN becomes null and 1e-07 becomes 1e-7: other
digests). The write-ahead log has its full length from the start, since a file that grows takes longer to sync: 0.19
instead of 0.30 for a small act.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bench.log_rig.acts import KEY, VISIT_ENTRIES, cold_reading, fill, new_log, someone
from kiosk.adapters.log_reader import LogReader
from kiosk.domain.entry import EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

_PAGE: Final = 4096
_PAGES: Final = 1000
_TURN: Final = 20  # acts, then as many syncs: short, so that both meet the same load of the machine


def measure_commits(folder: Path, acts: int) -> dict[str, Any]:
    """Return how fast acts commit, how fast the disk syncs 4 KiB, and the ratio of both."""
    store = new_log(folder / "commits.db", someone())
    fill(store, acts + _TURN, is_whole=False)
    sync, close_raw = _raw(folder / "raw")

    # Each body is made just before its act, as at a door, and is not counted: to make it is not the log's work.
    def commit(body: dict[str, Any]) -> None:
        with store.act() as act:
            act.record(EntryKind.READING, body)

    ours: list[float] = []
    raws: list[float] = []
    for number in range(acts, acts + _TURN):  # warm
        _timed(commit, cold_reading(number))
    for first in range(0, acts, _TURN):
        turn = range(first, min(first + _TURN, acts))
        ours += [_timed(commit, cold_reading(number)) for number in turn]
        raws += [_timed(sync, number) for number in turn]
    store.close()
    close_raw()
    return {
        "commits_per_s": round(len(ours) / sum(ours)),
        "raw_fdatasync_per_s": round(len(raws) / sum(raws)),
        "commit_ratio": round(sum(raws) / sum(ours), 3),
        "commit_p50_ms": _ms(ours, 0.5),
        "commit_p99_ms": _ms(ours, 0.99),
        "raw_p50_ms": _ms(raws, 0.5),
        "raw_p99_ms": _ms(raws, 0.99),
    }


def _raw(path: Path) -> tuple[Callable[[int], None], Callable[[], None]]:
    """Return what overwrites a page of a file that has its length already and syncs it, and what closes the file."""
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    page = os.urandom(_PAGE)
    for number in range(_PAGES):
        os.pwrite(file, page, number * _PAGE)
    os.fsync(file)

    def sync(number: int) -> None:
        os.pwrite(file, page, number % _PAGES * _PAGE)
        os.fdatasync(file)

    return sync, lambda: os.close(file)


def measure_verify(folder: Path, entries: int) -> dict[str, Any]:
    """Return how many entries a second `verify` walks, and how large the file is for each entry, visits included."""
    path = folder / "long.db"
    store = new_log(path, someone())
    fill(store, entries // VISIT_ENTRIES)
    store.close()
    reader = LogReader(path, KEY)
    began = time.perf_counter()
    held, _hash, flaw = reader.verify()
    taken = time.perf_counter() - began
    reader.close()
    if flaw is not None:
        raise RuntimeError(f"the chain that was just made is broken: {flaw}")
    return {
        "verified_entries": held,
        "verify_entries_per_s": round(held / taken),
        "verify_s": round(taken, 2),
        "bytes_per_entry": round(path.stat().st_size / held),
    }


def _timed(work: Callable[[T], None], what: T) -> float:
    began = time.perf_counter()
    work(what)
    return time.perf_counter() - began


def percentile(times: list[float], part: float) -> float:
    """Return the time, in seconds, that this part of all stays under."""
    return statistics.quantiles(times, n=1000, method="inclusive")[round(part * 1000) - 1]


def _ms(times: list[float], part: float) -> float:
    return round(percentile(times, part) * 1000, 3)
