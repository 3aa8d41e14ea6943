"""Where frames come from: a camera, a video file, a folder of pictures, or any object that hands out frames."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import cv2

from kiosk.errors import DeviceUnavailable
from kiosk.scanning.controls import set_controls
from kiosk.scanning.frames import CAMERA_SIZE, as_pixels, quiet_opencv, read_picture, to_bgr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.scanning.frames import Pixels

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".ppm"})
"""Endings, in small letters, of the files that are read as pictures."""
VIDEOS = frozenset({".avi", ".mp4", ".mkv", ".mov", ".webm", ".m4v"})
"""Endings of the files that are read as videos."""

# What is asked of a camera; a driver that has no such mode gives its nearest, and any size is scanned.
_CAMERA_RATE = 30

_DEVICE = "camera"


class CameraBusy(DeviceUnavailable):
    """The camera is there, but another program holds it or this user may not open it."""


class FrameSource(Protocol):
    """A camera, or what stands for one.

    Two attributes are looked for and may be missing. `live` (default True): frames that stay the same mean a fault.
    `interval` (default 0): seconds to leave between reads, for a source that does not wait by itself.
    """

    def read(self) -> Pixels | None:
        """The next frame (BGR), which nobody writes to afterwards, or None when there is none to be had."""
        ...

    def close(self) -> None:
        """Give the device back; `read` is not called again."""
        ...


class CameraSource:
    """A camera by its number, through OpenCV."""

    live = True
    interval = 0.0

    def __init__(self, index: int) -> None:
        """Open it. Raises CameraBusy when it is there but cannot be had, and DeviceUnavailable when it is not there."""
        quiet_opencv()
        linux = sys.platform == "linux"
        self._capture = cv2.VideoCapture(index, cv2.CAP_V4L2 if linux else cv2.CAP_ANY)
        if not self._capture.isOpened():
            self._capture.release()
            if linux and Path(f"/dev/video{index}").exists():
                raise CameraBusy(_DEVICE, f"/dev/video{index} is held by another program or not permitted")
            raise DeviceUnavailable(_DEVICE, f"no camera number {index}")
        # Most USB cameras give 30 frames a second at this size in MJPG only.
        for setting, value in (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
            (cv2.CAP_PROP_FRAME_WIDTH, CAMERA_SIZE[0]),
            (cv2.CAP_PROP_FRAME_HEIGHT, CAMERA_SIZE[1]),
            (cv2.CAP_PROP_FPS, _CAMERA_RATE),
            # The driver's queue would hand out frames that are several frames old.
            (cv2.CAP_PROP_BUFFERSIZE, 1),
        ):
            self._capture.set(setting, value)
        if linux:
            set_controls(f"/dev/video{index}")

    def read(self) -> Pixels | None:
        """The next frame; None when the camera has gone."""
        return _read(self._capture)

    def close(self) -> None:
        """Give the camera back."""
        self._capture.release()


class VideoSource:
    """A video file, frame by frame."""

    live = False

    def __init__(self, path: Path, *, loop: bool) -> None:
        """Open it. Raises DeviceUnavailable when it is no video."""
        quiet_opencv()
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            self._capture.release()
            raise DeviceUnavailable(_DEVICE, f"not a video: {path}")
        self._loop = loop
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.interval = 1.0 / rate if rate > 0 else 1.0 / _CAMERA_RATE

    def read(self) -> Pixels | None:
        """The next frame; at the end the first again when it loops, else None."""
        frame = _read(self._capture)
        if frame is None and self._loop:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            frame = _read(self._capture)
        return frame

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


class PicturesSource:
    """Pictures one after the other, as if a camera saw them."""

    live = False
    interval = 1.0 / _CAMERA_RATE

    def __init__(self, paths: list[Path], *, loop: bool) -> None:
        """Raises DeviceUnavailable when there are none."""
        if not paths:
            raise DeviceUnavailable(_DEVICE, "no pictures")
        self._paths = paths
        self._loop = loop
        self._left: Iterator[Path] = iter(paths)

    def read(self) -> Pixels | None:
        """The next readable picture; after the last the first again when they loop, else None."""
        frame = self._next()
        if frame is None and self._loop:
            self._left = iter(self._paths)
            frame = self._next()
        return frame

    def close(self) -> None:
        """Nothing is held open."""

    def _next(self) -> Pixels | None:
        for path in self._left:
            try:
                frame = read_picture(path)
            except OSError:
                continue
            if frame is not None:
                return frame
        return None


def open_source(spec: int | str, *, loop: bool = True) -> FrameSource:
    """The source that `spec` names: a camera's number, a video file, a picture, or a folder of pictures in order.

    Files begin again at their end when they `loop`. Raises DeviceUnavailable when it is not there (CameraBusy when
    it is there and cannot be had).
    """
    if isinstance(spec, int) or spec.isdecimal():
        return CameraSource(int(spec))
    path = Path(spec)
    if path.is_dir():
        return PicturesSource(pictures_in(path), loop=loop)
    if not path.is_file():
        raise DeviceUnavailable(_DEVICE, f"no such file: {path}")
    if path.suffix.lower() in VIDEOS:
        return VideoSource(path, loop=loop)
    return PicturesSource([path], loop=loop)


def pictures_in(folder: Path) -> list[Path]:
    """The folder's pictures by name, not those of folders in it."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)


def _read(capture: Any) -> Pixels | None:  # noqa: ANN401 - cv2.VideoCapture, or a test's stand-in
    """The capture's next frame in BGR; None when it has none."""
    try:
        good, frame = capture.read()
    except cv2.error:
        return None
    return to_bgr(as_pixels(frame)) if good and frame is not None and frame.size else None
