"""What the scanner costs: each stage, and frames without a code, beside plain pyzbar in the same run."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np
from pyzbar import pyzbar

from kiosk.scanner import Cascade, ZbarProcess
from kiosk.scanning import zxing
from kiosk.scanning.frames import Gray, as_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(argv: Sequence[str]) -> int:
    """Print one JSON object, milliseconds per frame of 1280 × 720; exit code 1 when a blank frame was read, else 0."""
    parser = argparse.ArgumentParser(prog="bench scanner", description=__doc__)
    parser.add_argument("--blank", type=int, default=90, metavar="N", help="frames without a code (default 90)")
    frames = blank_frames(parser.parse_args(argv).blank)
    cascade = Cascade(ZbarProcess())
    try:
        cascade.decode_still(frames[0])
        cascade.stages.wait = True
        stages = {"zxing": zxing.read, **cascade.stages.by_name}
        live = timed(cascade.decode, frames)
        plain = timed(plain_pyzbar, frames)
        answer = {
            "stages_ms": {name: round(statistics.mean(timed(stage, frames)[0]), 2) for name, stage in stages.items()},
            "blank": {
                "frames": len(frames),
                "mean_ms": round(statistics.mean(live[0]), 2),
                "p95_ms": round(sorted(live[0])[int(len(frames) * 0.95)], 2),
                "read": live[1],
                "pyzbar_mean_ms": round(statistics.mean(plain[0]), 2),
                "ratio": round(statistics.mean(live[0]) / statistics.mean(plain[0]), 3),
            },
        }
    finally:
        cascade.close()
    print(json.dumps(answer))
    return 1 if live[1] else 0


def blank_frames(count: int) -> list[Gray]:
    """Flat, textured and noisy frames, a third each, from a fixed seed."""
    rng = np.random.default_rng(20200316)
    kinds: tuple[Callable[[], Gray], ...] = (
        lambda: np.full((720, 1280), rng.integers(40, 220), np.uint8),
        lambda: as_pixels(cv2.resize(rng.integers(0, 256, (45, 80), dtype=np.uint8), (1280, 720))),
        lambda: as_pixels(rng.normal(128, 25, (720, 1280)).clip(0, 255)),
    )
    return [kinds[number % 3]() for number in range(count)]


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
