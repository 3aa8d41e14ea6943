"""Frames without a code: what they cost beside plain pyzbar in the same run, and what an unchanged picture costs."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np
from pyzbar import pyzbar

from bench.scanner_rig.reading import percentile
from kiosk.scanner import Cascade, ZbarProcess
from kiosk.scanning import zxing
from kiosk.scanning.frames import Gray, as_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FRAME_S = 1 / 30
"""Seconds between two frames of the camera."""

_WIDTH, _HEIGHT = 1280, 720


class CameraTime:
    """A clock that goes on by a frame when it is told, however fast the machine is."""

    def __init__(self) -> None:
        """Begin at nought."""
        self.now = 0.0

    def __call__(self) -> float:
        """The time of the frame in hand."""
        return self.now


def blank_frames(count: int) -> list[Gray]:
    """Flat, textured and noisy frames, a third each, from a fixed seed."""
    rng = np.random.default_rng(20200316)
    kinds: tuple[Callable[[], Gray], ...] = (
        lambda: np.full((_HEIGHT, _WIDTH), rng.integers(40, 220), np.uint8),
        lambda: as_pixels(cv2.resize(rng.integers(0, 256, (45, 80), dtype=np.uint8), (_WIDTH, _HEIGHT))),
        lambda: as_pixels(rng.normal(128, 25, (_HEIGHT, _WIDTH)).clip(0, 255)),
    )
    return [kinds[number % 3]() for number in range(count)]


def resting_frames(count: int) -> list[Gray]:
    """The same hall again and again: nothing but the sensor's noise differs."""
    rng = np.random.default_rng(20200317)
    hall = cv2.resize(rng.integers(40, 220, (9, 16), dtype=np.uint8), (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
    noise = rng.normal(0, 3, (_HEIGHT + count, _WIDTH)).round()
    return [as_pixels((hall + noise[step : step + _HEIGHT]).clip(0, 255)) for step in range(count)]


def plain_pyzbar(gray: Gray) -> list[object]:
    """The peer as most programs use it, QR codes only."""
    return list(pyzbar.decode(gray, symbols=[pyzbar.ZBarSymbol.QRCODE]))


def timed(read: Callable[[Gray], Sequence[object]], frames: Sequence[Gray]) -> tuple[list[float], int]:
    """Milliseconds for each frame, and how many codes were read in all."""
    times, found = [], 0
    for frame in frames:
        start = time.perf_counter()
        found += len(read(frame))
        times.append((time.perf_counter() - start) * 1000)
    return times, found


def measure_blank(count: int) -> dict[str, float]:
    """Frames that all differ, scanner and pyzbar in turns; then a hall in which nothing changes for three seconds."""
    frames = blank_frames(count)
    cascade = _started()
    live: list[float] = []
    peer: list[float] = []
    found = 0
    try:
        for frame in frames:
            times, read = timed(cascade.decode, [frame])
            live += times
            found += read
            peer += timed(plain_pyzbar, [frame])[0]
    finally:
        cascade.close()
    resting, resting_peer, resting_found = _measure_resting()
    return {
        "mean_ms": round(statistics.mean(live), 2),
        "p95_ms": percentile(live, 0.95),
        "read": found + resting_found,
        "frames": len(frames),
        "pyzbar_mean_ms": round(statistics.mean(peer), 2),
        "ratio": round(statistics.mean(live) / statistics.mean(peer), 3),
        "unchanged_mean_ms": round(resting, 2),
        "unchanged_pyzbar_mean_ms": round(resting_peer, 2),
        "unchanged_ratio": round(resting / resting_peer, 3),
    }


def _measure_resting() -> tuple[float, float, int]:
    """Mean milliseconds of scanner and pyzbar in a hall at rest, after its first second, and what was read in it."""
    frames = resting_frames(30)
    camera_time = CameraTime()
    cascade = _started(camera_time)
    live: list[float] = []
    found = 0
    try:
        for step in range(4 * len(frames)):
            camera_time.now += FRAME_S
            times, read = timed(cascade.decode, [frames[step % len(frames)]])
            live += times
            found += read
    finally:
        cascade.close()
    peer = timed(plain_pyzbar, frames[:10])[0]
    return statistics.mean(live[len(frames) :]), statistics.mean(peer), found


def _started(clock: Callable[[], float] | None = None) -> Cascade:
    """A cascade whose zbar is running."""
    zbar = ZbarProcess()
    zbar.read(np.full((40, 40), 200, np.uint8), wait=True)
    return Cascade(zbar, clock=clock) if clock else Cascade(zbar)


def measure_stages(count: int) -> dict[str, float]:
    """What each stage costs on a frame without a code, mean milliseconds."""
    frames = blank_frames(count)
    cascade = _started()
    cascade.stages.wait = True
    stages = {"zxing": zxing.read, **cascade.stages.by_name}
    try:
        return {name: round(statistics.mean(timed(stage, frames)[0]), 2) for name, stage in stages.items()}
    finally:
        cascade.close()
