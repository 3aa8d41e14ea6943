"""The end of a scanner: nothing left behind, neither after a stop nor after a mistake."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import pytest

from kiosk.scanner import CameraState
from tests.scanner.running import QUICK, FakeCamera, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Gray


def scanner_threads() -> list[str]:
    """Names of the scanner's threads that are alive."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("scanner-")]


def child_processes() -> set[str]:
    """Ids of this process's children that are not yet gone."""
    children: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            children |= set((task / "children").read_text().split())
    return children


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_leaves_a_missing_camera(
    run: Callable[..., Run], camera: FakeCamera, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    """A mistake in the program shows as a fault; it never looks like a scanner that sees nobody."""
    monkeypatch.setattr(camera, "read", lambda: 1 / 0)
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.MISSING])


@pytest.mark.parametrize("source", ["working", "missing", "frozen"])
def test_stop_leaves_no_thread_and_no_process(camera: FakeCamera, wait_for: Callable[..., None], source: str) -> None:
    """A thread left inside OpenCV or zbar aborts the interpreter at its end."""
    before = child_processes()
    camera.gone = source == "missing"
    camera.still = source == "frozen"
    one = Run(camera, QUICK)
    one.scanner.start()
    wait_for(lambda: one.heard.states and one.heard.states[-1].name in {"OK", "MISSING", "FROZEN"})
    one.scanner.stop()
    one.scanner.stop()
    assert scanner_threads() == []
    assert child_processes() <= before
    assert camera.closed == 1


def test_a_scanner_that_was_never_started_can_be_stopped(camera: FakeCamera) -> None:
    """A kiosk that fails while starting stops what it has."""
    Run(camera, QUICK).scanner.stop()


def test_the_interpreter_ends_well_after_a_stop(tmp_path: Path, draw_qr: Callable[..., Gray]) -> None:
    """The whole life in a process of its own: exit code 0, nothing on standard error."""
    picture = tmp_path / "code.png"
    cv2.imwrite(str(picture), draw_qr("life"))
    program = (
        "import sys, threading\n"
        "from kiosk.scanner import Scanner\n"
        "seen = threading.Event()\n"
        "scanner = Scanner(sys.argv[1], lambda codes: seen.set(), lambda state: None)\n"
        "scanner.start(); seen.wait(20); scanner.stop(); print(seen.is_set())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(picture)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert multiprocessing.active_children() == []
