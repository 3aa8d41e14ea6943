"""The scanner's benchmark runs and says what it measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.scanner import run

if TYPE_CHECKING:
    import pytest


def test_the_benchmark_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures for every stage, and blank frames beside plain pyzbar; how fast is not judged on a shared machine."""
    assert run(["--blank", "6"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"zxing", "zbar half", "zbar full"} <= set(answer["stages_ms"])
    assert answer["blank"]["frames"] == 6
    assert answer["blank"]["read"] == 0
    assert answer["blank"]["ratio"] > 0
