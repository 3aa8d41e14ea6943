"""The readings of one frame that the cascade chooses from: a picture made clearer, and who reads it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kiosk.scanning import mesh, zxing
from kiosk.scanning.codes import FoundCode
from kiosk.scanning.frames import as_pixels

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Gray
    from kiosk.scanning.zbar import ZbarProcess, ZbarRead

    Stage = Callable[[Gray], list[FoundCode]]

# Pixels on the longer side above which a frame is not doubled: 4 k × 4 k would take a second.
_LARGEST_TO_DOUBLE = 2000

# Seconds of work on following a still picture's modules: every three finder patterns of a carpet would take minutes.
_MESH_S = 1.0

# The noise's share of the signal that Wiener's filter reckons with.
_WIENER_NOISE = 0.01

# Bytes that mean the same in every character set that zbar may have met: printable ASCII, tab and line ends.
_PLAIN = frozenset(b"\t\r\n") | frozenset(range(0x20, 0x7F))


def halved(gray: Gray) -> Gray:
    """Half the size, averaged: the grid of a phone's screen melts away."""
    return as_pixels(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def doubled(gray: Gray) -> Gray:
    """Twice the size, smoothly, so that small modules have room."""
    return as_pixels(cv2.resize(gray, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


def inverted(gray: Gray) -> Gray:
    """Light for dark: zbar reads no light code on dark ground (dark-mode phones)."""
    return as_pixels(cv2.bitwise_not(gray))


def thresholded(gray: Gray) -> Gray:
    """Black and white by each pixel's neighbourhood: shadow and glare fall away."""
    return as_pixels(cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 31, 5))


def outlined(gray: Gray) -> Gray:
    """Black and white by the nearest pixels only: modules that have run together part again."""
    return as_pixels(cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 15, 3))


def deblurred(gray: Gray, sigma: float) -> Gray:
    """What a lens out of focus by `sigma` pixels may have seen (Wiener's filter); costs two Fourier transforms."""
    height, width = (cv2.getOptimalDFTSize(side) for side in gray.shape)
    reflected = cv2.copyMakeBorder(
        gray, 0, height - gray.shape[0], 0, width - gray.shape[1], cv2.BORDER_REFLECT_101
    ).astype(np.float32)
    waves = np.fft.rfft2(reflected)
    along = np.fft.fftfreq(height)[:, None] ** 2 + np.fft.rfftfreq(width)[None] ** 2
    passed = np.exp(-2 * (np.pi * sigma) ** 2 * along)
    clear = np.fft.irfft2(waves * passed / (passed * passed + _WIENER_NOISE), s=reflected.shape)
    return as_pixels(clear[: gray.shape[0], : gray.shape[1]].clip(0, 255))


def smoothed(gray: Gray) -> Gray:
    """Softened: sensor noise and print dots no longer look like edges."""
    return as_pixels(cv2.GaussianBlur(gray, (0, 0), 1.5))


def sharpened(gray: Gray) -> Gray:
    """Unsharp mask: slight blur is undone."""
    return as_pixels(cv2.addWeighted(gray, 2.5, cv2.GaussianBlur(gray, (0, 0), 3), -1.5, 0))


def equalised(gray: Gray) -> Gray:
    """Contrast stretched in small tiles (CLAHE): a dim screen becomes readable."""
    return as_pixels(cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(gray))


class Stages:
    """The extra readings in the order in which they find most; for one thread."""

    def __init__(self, zbar: ZbarProcess | None) -> None:
        """Without `zbar` its stages are left out."""
        self._zbar = zbar
        self.wait = False
        """Wait for a starting zbar: a still picture does not come again."""
        self.by_name: dict[str, Stage] = {
            "zbar half": self._zbar_half,
            "zxing double": _zxing_double,
            "zbar threshold": lambda gray: self._by_zbar(thresholded(gray)),
            "zxing outlined": lambda gray: zxing.read(outlined(gray)),
            "zbar full": self._by_zbar,
            "zxing sharp": lambda gray: zxing.read(sharpened(gray)),
            "zbar half inverted": lambda gray: self._zbar_half(inverted(gray)),
            "zxing equal": lambda gray: zxing.read(equalised(gray)),
        }
        self.for_stills: dict[str, Stage] = {
            "zxing smooth": lambda gray: zxing.read(smoothed(gray)),
            "zbar smooth": lambda gray: self._by_zbar(smoothed(gray)),
            "mesh": lambda gray: mesh.read_bent(gray, _for(_MESH_S)),
            "zxing deblurred": lambda gray: _zxing_deblurred(gray, 1.5),
            "zxing deblurred more": lambda gray: _zxing_deblurred(gray, 2.5),
        }
        """Those that cost too much for a frame that is followed by another."""
        if zbar is None:
            self.by_name = _without_zbar(self.by_name)
            self.for_stills = _without_zbar(self.for_stills)

    def _zbar_half(self, gray: Gray) -> list[FoundCode]:
        return [code.placed(0.5) for code in self._by_zbar(halved(gray))]

    def _by_zbar(self, gray: Gray) -> list[FoundCode]:
        if self._zbar is None:
            return []
        codes = (_vouched(gray, read) for read in self._zbar.read(gray, wait=self.wait))
        return [code for code in codes if code is not None]


def _for(seconds: float) -> Callable[[], bool]:
    """Whether this thread has not yet worked for so many seconds; waiting on a busy machine does not count."""
    until = time.thread_time() + seconds
    return lambda: time.thread_time() < until


def _without_zbar(stages: dict[str, Stage]) -> dict[str, Stage]:
    return {name: stage for name, stage in stages.items() if not name.startswith("zbar")}


def _zxing_double(gray: Gray) -> list[FoundCode]:
    if max(gray.shape) > _LARGEST_TO_DOUBLE:
        return []
    return [code.placed(2.0) for code in zxing.read(doubled(gray))]


def _zxing_deblurred(gray: Gray, sigma: float) -> list[FoundCode]:
    return zxing.read(deblurred(gray, sigma)) if max(gray.shape) <= _LARGEST_TO_DOUBLE else []


def _vouched(gray: Gray, read: ZbarRead) -> FoundCode | None:
    """What zbar read as a code, or None where zbar cannot know what the bytes mean.

    zbar hands out bytes without saying which character set the code names. ASCII is ASCII in all of them, and
    valid UTF-8 of several bytes is hardly ever anything else. For the rest zxing-cpp must read the same place;
    a code whose text would be a guess is not reported, since a wrong text is worse than none.
    """
    raw, corners = read
    if all(byte in _PLAIN for byte in raw):
        return FoundCode(raw.decode("ascii"), raw, corners)
    for code in _read_at(gray, read):
        return code
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else FoundCode(text, raw, corners)


def _read_at(gray: Gray, read: ZbarRead) -> list[FoundCode]:
    """What zxing-cpp reads where zbar saw the code, at the frame's size and at twice the size."""
    xs, ys = zip(*read[1], strict=True)
    margin = max(max(xs) - min(xs), max(ys) - min(ys)) // 4 + 8
    left, top = max(0, min(xs) - margin), max(0, min(ys) - margin)
    cut = gray[top : max(ys) + margin, left : max(xs) + margin]
    for scale, picture in ((1.0, cut), (2.0, doubled(cut))):
        if codes := [code.placed(scale, left, top) for code in zxing.read(picture)]:
            return codes
    return []
