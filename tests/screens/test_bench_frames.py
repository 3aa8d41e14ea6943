"""The benchmark of the window's frames runs and says what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_the_benchmark_prints_one_object() -> None:
    """Both runs in small, in a process of its own: Kivy makes one window in a process. How fast is not judged here."""
    run = subprocess.run(
        [sys.executable, ROOT / "main.py", "bench", "frames", "--seconds", "3", "--size", "540x960", "--json"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    assert len(run.stdout.splitlines()) == 1
    answer = json.loads(run.stdout)
    assert (answer["size"], answer["p99_ratio"] > 0) == ("540x960", True)
    for name in ("decoding", "without"):
        row = answer[name]
        assert row["frames"] > 3
        assert row["fps"] > 0
        assert 0 < row["p50_ms"] <= row["p99_ms"]
        assert 0 < row["cpu_ms"] <= row["p99_ms"]
