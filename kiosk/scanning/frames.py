"""Frames: their type, reading pictures from files, and making them gray or BGR."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

Pixels: TypeAlias = NDArray[np.uint8]
"""Height × width × 3, BGR."""
Gray: TypeAlias = NDArray[np.uint8]
"""Height × width."""

CAMERA_SIZE = (1280, 720)
"""Width and height in pixels that a camera is asked for, and for which the readings are made."""

_GRAY_DIMENSIONS = 2
_WITH_ALPHA = 4


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One camera frame; `pixels` (BGR) is shared between threads, so nobody writes to it.

    `number` counts from 1 since the scanner's start. `at` is seconds of the monotonic clock.
    """

    number: int
    pixels: Pixels
    at: float


def quiet_opencv() -> None:
    """Keep OpenCV and its FFmpeg from writing on standard error: a missing camera is a state, not noise."""
    # FFmpeg reads its level from the environment when OpenCV first uses it; -8 is "quiet".
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    logging: Any = cv2.utils.logging
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)


def to_gray(frame: Pixels | Gray) -> Gray:
    """The frame in gray, contiguous; a gray frame is passed through."""
    if frame.ndim == _GRAY_DIMENSIONS:
        return np.ascontiguousarray(frame)
    if frame.shape[2] == 1:
        return np.ascontiguousarray(frame[:, :, 0])
    return as_pixels(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))


def to_bgr(frame: Pixels | Gray) -> Pixels:
    """The frame in BGR; a BGR frame is passed through."""
    if frame.ndim == _GRAY_DIMENSIONS or frame.shape[2] == 1:
        return as_pixels(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    return frame


def as_pixels(array: Any) -> Pixels:  # noqa: ANN401 - OpenCV's own types are wider than what it returns here
    """The array as 8-bit pixels, copied only when it is of another type."""
    return np.asarray(array, dtype=np.uint8)


def read_picture(path: Path) -> Pixels | None:
    """The picture in BGR, transparent parts on white, or None when the file is no picture.

    Raises OSError when the file cannot be read.
    """
    # Decoded from memory, since OpenCV's own file reading prints a warning for each file it does not like.
    data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    if data.size == 0:
        return None
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if picture is None:
            return None
        if path.suffix.lower() in {".png", ".webp"}:
            whole = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
            if whole is not None and whole.dtype == np.uint8 and whole.ndim > 2 and whole.shape[2] == _WITH_ALPHA:  # noqa: PLR2004
                return _on_white(whole)
    except cv2.error:
        return None
    return as_pixels(picture)


def _on_white(picture: Any) -> Pixels:  # noqa: ANN401 - as OpenCV returns it
    """A BGRA picture laid on white paper, as a person would see it."""
    alpha = picture[:, :, 3:].astype(np.uint16)
    return as_pixels((picture[:, :, :3] * alpha + 255 * (255 - alpha)) // 255)
