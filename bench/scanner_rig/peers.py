"""The scanner's peers, each used as most programs use it, for QR codes only and at its best.

zbar guesses at character sets, so pyzbar's bytes are taken as UTF-8; zxing-cpp's default text mode writes control
characters out, so its plain one is used. A fault of a decoder counts as nothing read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import zxingcpp
from pyzbar import pyzbar

from kiosk.scanning.frames import Pixels, to_gray

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Read = Callable[[Pixels], list[str]]

_QR_ONLY = [pyzbar.ZBarSymbol.QRCODE]
_ZXING_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


def read_pyzbar(picture: Pixels) -> list[str]:
    """Plain pyzbar: the texts in the picture (BGR or gray)."""
    try:
        codes: list[Any] = list(pyzbar.decode(to_gray(picture), symbols=_QR_ONLY))
    except ValueError:  # structured append
        return []
    return [code.data.decode("utf-8", "replace") for code in codes]


def read_zxing(picture: Pixels) -> list[str]:
    """zxing-cpp alone."""
    codes = zxingcpp.read_barcodes(to_gray(picture), formats=_ZXING_QR, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in codes]


def read_cv2(picture: Pixels) -> list[str]:
    """OpenCV's own detector."""
    return _opencv(cv2.QRCodeDetector(), picture)


def read_cv2_aruco(picture: Pixels) -> list[str]:
    """OpenCV's detector by ArUco's corners."""
    return _opencv(cv2.QRCodeDetectorAruco(), picture)


def _opencv(detector: Any, picture: Pixels) -> list[str]:  # noqa: ANN401 - two classes without a common type
    try:
        _, texts, _, _ = detector.detectAndDecodeMulti(to_gray(picture))
    except (cv2.error, UnicodeDecodeError):  # UnicodeDecodeError: a text that is no UTF-8
        return []
    return [text for text in texts if text]


PEERS: Mapping[str, Read] = {
    "pyzbar": read_pyzbar,
    "zxing-cpp": read_zxing,
    "cv2": read_cv2,
    "cv2-aruco": read_cv2_aruco,
}
"""By the names that the issue gives them."""

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "zbar": ("pyzbar",),
    "zxing": ("zxing-cpp",),
    "OpenCV": ("cv2", "cv2-aruco"),
}
"""Decoders that may be wrong together belong to one family."""
