"""The demo as it stands in the README: every kind of ending, counted once, for seeds that nobody tried before."""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.city import CONFIG

MAIN = CONFIG.parent / "main.py"
KEYS = [
    *("visitors", "admitted", "green_channel", "second_normal", "refused", "with_guard", "abandoned", "waiting"),
    *("cases_open", "log_entries", "acknowledged", "server_entries", "lost", "doubled", "seconds"),
]


def walk(*more: str) -> dict[str, Any]:
    """Run the demo without a display; return its last line."""
    command = [sys.executable, str(MAIN), "demo", "--headless", "--json", *more]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert run.returncode == 0, f"{more}: {run.stdout[-1000:]} {run.stderr[-2000:]}"
    figures = json.loads(run.stdout.splitlines()[-1])
    assert list(figures) == KEYS
    return figures


def is_whole(figures: dict[str, Any]) -> bool:
    """Tell whether every visitor is counted once, and nothing was lost or doubled."""
    refused = sum(figures["refused"].values())
    ends = figures["admitted"] + refused + figures["with_guard"] + figures["abandoned"] + figures["waiting"]
    everywhere = {figures["log_entries"], figures["acknowledged"], figures["server_entries"]}
    return ends == figures["visitors"] and figures["lost"] == figures["doubled"] == 0 and len(everywhere) == 1


def png_size(path: Path) -> tuple[int, int]:
    """Return a PNG's width and height."""
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.timeout(300)
def test_twenty_four_visitors_of_a_new_seed_end_in_every_way(tmp_path: Path) -> None:
    """A seed drawn now: all endings, all pictures, log and server alike."""
    seed = random.SystemRandom().randrange(1_000_000)
    figures = walk("--visitors", "24", "--seed", str(seed), "--out", str(tmp_path))
    assert figures["visitors"] == 24, seed
    assert is_whole(figures), seed
    for ending in ("admitted", "green_channel", "second_normal", "with_guard", "abandoned", "waiting", "cases_open"):
        assert figures[ending] > 0, (seed, ending)
    assert len(figures["refused"]) >= 6, seed
    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) >= 20
    assert {png_size(path) for path in pictures} == {(1080, 1920)}


@pytest.mark.timeout(300)
def test_the_same_seed_gives_the_same_day() -> None:
    """Whenever it runs and however busy the machine is, the day is the same; lying and in English as well."""
    first = walk("--visitors", "9", "--seed", "31")
    again = walk("--visitors", "9", "--seed", "31", "--size", "1280x800", "--language", "en")
    assert is_whole(first)
    assert {**first, "seconds": 0} == {**again, "seconds": 0}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("visitors", [1, 2])
def test_a_short_day_is_counted_as_well(visitors: int) -> None:
    """One visitor is a day too."""
    figures = walk("--visitors", str(visitors), "--seed", "4")
    assert (figures["visitors"], is_whole(figures)) == (visitors, True)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_sixty_visitors_of_a_new_seed_are_all_counted() -> None:
    """Every kind of visitor that the cast knows, and chance beyond."""
    seed = random.SystemRandom().randrange(1_000_000)
    command = [sys.executable, str(MAIN), "demo", "--headless", "--json", "--visitors", "60", "--seed", str(seed)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=800)
    assert run.returncode == 0, f"{seed}: {run.stderr[-2000:]}"
    assert is_whole(json.loads(run.stdout.splitlines()[-1])), seed


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [7757, 6456])
def test_whoever_comes_late_because_the_door_runs_behind_is_in_their_slot(seed: int) -> None:
    """Seeds whose stories once pushed a visitor past the end of the hour that was booked for them."""
    assert is_whole(walk("--visitors", "24", "--seed", str(seed)))


@pytest.mark.parametrize("words", [("--visitors", "0"), ("--size", "big"), ("--by-hand", "--headless")])
def test_what_makes_no_sense_is_said(words: tuple[str, ...]) -> None:
    """2, and a line that says which."""
    run = subprocess.run([sys.executable, str(MAIN), "demo", *words], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "main.py demo: error:" in run.stderr
