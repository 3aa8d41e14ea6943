"""What the scanner's tests share: drawn codes, a running zbar, and waiting for a condition."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import segno

from kiosk.scanning.cascade import Cascade
from kiosk.scanning.zbar import ZbarProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.scanning.frames import Gray


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
