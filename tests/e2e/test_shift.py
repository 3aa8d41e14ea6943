"""A guard's whole shift through the real window, led by `demo/shift.py` for a seed that nobody tried before."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.city import CONFIG

MAIN = CONFIG.parent / "main.py"
NEVER = ("open_at_end", "closed_without_disposition", "closed_without_guard", "released_without_normal_reading")
DISPOSITIONS = 6
"""Released, turned away, referred, escorted, left against advice, opened in error: each ends one case."""


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("size", ["1080x1920", "1280x800"])
def test_a_whole_shift_of_a_new_seed_leaves_no_case_behind(tmp_path: Path, size: str) -> None:
    """Two fevers at once, a refusal, a full area, no server for a while, a change of shift: counted from the log."""
    seed = random.SystemRandom().randrange(1_000_000)
    words = ["--headless", "--story", "shift", "--seed", str(seed), "--size", size, "--out", str(tmp_path), "--json"]
    run = subprocess.run(
        [sys.executable, str(MAIN), "demo", *words], capture_output=True, text=True, check=False, timeout=800
    )
    assert run.returncode == 0, f"{seed}: {run.stderr[-2000:]}"
    figures = json.loads(run.stdout.splitlines()[-1])
    assert {key: figures[key] for key in NEVER} == dict.fromkeys(NEVER, 0), seed
    assert figures["cases"] == figures["closed"] == DISPOSITIONS, seed
    assert figures["overdue_escalated"] > 0, seed
    assert figures["overrides"] == 1, seed
    assert figures["audit_entries"] > figures["cases"], seed
    assert figures["server_agrees"] is True, seed
    shown = {path.stem for path in tmp_path.glob("*.png")}
    assert len(shown) >= 20
