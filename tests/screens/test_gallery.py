"""Every screen, looked at: both windows, both languages, both sizes of text (`gallery.py`), and touched (`taps.py`).

Each window has a process of its own, since Kivy's window is one for each process and keeps its first size.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    """Run a module of the tests in a process of its own; return what it says when it fails, "" when it does not."""
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}\n{done.stderr[-4000:]}"


LONG = pytest.param((), marks=pytest.mark.long, id="all")
QUICK = pytest.param(("--quick",), id="quick")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("size", ["1080x1920", "1280x800"])
def test_no_visitors_screen_is_too_full_with_the_banner(size: str) -> None:
    """As the demo and the training have it."""
    assert not (said := run("tests.screens.gallery", "--size", size, "--skip", "guard-", "--banner", "--quick")), said


@pytest.mark.timeout(900)
@pytest.mark.parametrize("size", ["1080x1920", "1280x800"])
@pytest.mark.parametrize("side", ["--only", "--skip"], ids=["guards", "visitors"])
@pytest.mark.parametrize("variants", [QUICK, LONG])
def test_every_screen_is_whole_and_looks_as_before(size: str, side: str, variants: tuple[str, ...]) -> None:
    """No word cut or too small, nothing overlaps, every target large enough, no sign missing, no red, all as drawn."""
    assert not (said := run("tests.screens.gallery", "--size", size, side, "guard-", *variants)), said
