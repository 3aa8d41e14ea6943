"""The log's benchmark runs and says what it measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.log import run

if TYPE_CHECKING:
    import pytest

KEYS = {
    "commits_per_s",
    "raw_fdatasync_per_s",
    "commit_ratio",
    "verify_entries_per_s",
    "bytes_per_entry",
    "drain_entries_per_s",
    "raw_server_entries_per_s",
    "drain_ratio",
    "lookup_p99_us",
    "rss_mb",
    "commit_p50_ms",
    "commit_p99_ms",
    "raw_p50_ms",
    "raw_p99_ms",
}


def test_the_benchmark_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    """A figure for every part, in small; how fast is not judged on a shared machine."""
    assert run(["--quick", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    answer = json.loads(lines[-1])
    assert len(lines) == 1
    assert set(answer) >= KEYS
    assert all(answer[key] > 0 for key in KEYS)
    assert answer["verified_entries"] == 1000
    assert 200 < answer["bytes_per_entry"] < 5000
    assert answer["commit_p50_ms"] <= answer["commit_p99_ms"]
