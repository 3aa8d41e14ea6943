"""What the scanner's tests share: drawn codes, a running zbar, and waiting for a condition."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
import segno

from kiosk.scanning.cascade import Cascade
from kiosk.scanning.zbar import ZbarProcess
from tests.scanner.running import QUICK, FakeCamera, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.scanner import ScannerSettings
    from kiosk.scanning.frames import Gray, Pixels


def draw_qr(content: str | bytes, unit: int = 4, **how: Any) -> Gray:
    """The code of `content` in gray, `unit` pixels a module, with its quiet zone."""
    return draw_symbol(segno.make(content, micro=False, **how), unit)


def draw_symbol(code: segno.QRCode, unit: int = 4) -> Gray:
    """The segno code in gray."""
    rows = [list(row) for row in code.matrix_iter(scale=unit, border=4)]
    return (255 * (1 - np.array(rows, dtype=np.uint8))).astype(np.uint8)


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return once the condition holds; fail when it does not within `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"waited {seconds} s for a condition that did not come")
        time.sleep(0.005)


@pytest.fixture(name="draw_qr")
def draw_qr_fixture() -> Callable[..., Gray]:
    """Draws a code: see `draw_qr`."""
    return draw_qr


@pytest.fixture(name="draw_symbol")
def draw_symbol_fixture() -> Callable[..., Gray]:
    """Draws a segno code: see `draw_symbol`."""
    return draw_symbol


@pytest.fixture(name="wait_for")
def wait_for_fixture() -> Callable[..., None]:
    """Waits for a condition: see `wait_for`."""
    return wait_for


@pytest.fixture(scope="module")
def cascade() -> Iterator[Cascade]:
    """A cascade with zbar running, shared by a test file."""
    shared = Cascade(ZbarProcess())
    shared.decode_still(np.full((40, 40), 200, np.uint8))
    yield shared
    shared.close()


@pytest.fixture
def run() -> Iterator[Callable[..., Run]]:
    """Starts scanners that are stopped with the test."""
    runs: list[Run] = []

    def start(source: object, settings: ScannerSettings = QUICK, **how: Callable[[str], bool]) -> Run:
        runs.append(Run(source, settings, **how))
        runs[-1].scanner.start()
        return runs[-1]

    yield start
    for one in runs:
        one.scanner.stop()


@pytest.fixture
def camera() -> Iterator[FakeCamera]:
    """A camera that is freed at the end, so that the scanner can stop."""
    fake = FakeCamera()
    yield fake
    fake.stuck.set()


@pytest.fixture
def showing(draw_qr: Callable[..., Gray]) -> Callable[..., Pixels]:
    """Draws a colour frame with codes side by side."""

    def draw(*texts: str) -> Pixels:
        frame = np.full((720, 1280), 180, np.uint8)
        for place, text in enumerate(texts):
            code = draw_qr(text, 5)
            frame[200 : 200 + code.shape[0], 100 + 400 * place : 100 + 400 * place + code.shape[1]] = code
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), dtype=np.uint8)

    return draw
