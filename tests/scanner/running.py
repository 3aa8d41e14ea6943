"""A running scanner for tests: a camera that shows what it is told, and what was heard."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from kiosk.scanner import CameraState, FoundCode, Scanner, ScannerSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Pixels

# Long enough that a busy machine is not taken for a frozen camera.
QUICK = ScannerSettings(black_after=0.2, frozen_after=1.0, reopen_first=0.02, reopen_last=0.05)


class FakeCamera:
    """A live camera that shows what it is told; `gone`, `stuck` and `still` are its faults."""

    interval = 0.002

    def __init__(self) -> None:
        self.picture: Pixels = np.full((720, 1280, 3), 180, np.uint8)
        self.gone = False
        self.still = False
        self.stuck = threading.Event()
        self.stuck.set()
        self.closed = 0
        self._count = 0

    def read(self) -> Pixels | None:
        """The picture, with a speck of noise unless the sensor stands still."""
        self.stuck.wait()
        if self.gone:
            return None
        frame = self.picture.copy()
        if not self.still:
            self._count += 1
            frame[0, 0] = self._count % 200
        return frame

    def close(self) -> None:
        """Counted."""
        self.closed += 1


class Heard:
    """What a scanner reported."""

    def __init__(self) -> None:
        self.codes: list[list[str]] = []
        self.states: list[CameraState] = []

    def on_codes(self, codes: list[FoundCode]) -> None:
        """Keep the texts."""
        self.codes.append([code.text for code in codes])


class SetClock:
    """A clock that is told the time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time it was told."""
        return self.now


class Run:
    """A running scanner with what it hears."""

    def __init__(
        self, source: object, settings: ScannerSettings, is_ours: Callable[[str], bool] = lambda _text: True
    ) -> None:
        self.heard = Heard()
        self.clock = SetClock()
        self.scanner = Scanner(
            source,  # pyright: ignore[reportArgumentType] - tests hand in what they like
            self.heard.on_codes,
            self.heard.states.append,
            clock=self.clock,
            settings=settings,
            is_ours=is_ours,
        )
