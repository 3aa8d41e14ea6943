"""QR codes by zxing-cpp: the first reader of every frame, and the judge of what zbar cannot vouch for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from kiosk.scanning.codes import Corners, FoundCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Gray

# `BarcodeFormat.QRCode` would bring Micro QR and rMQR along, which no booking uses.
_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.QRCodeModel1])

# ISO/IEC 18004 table 2: the mode indicator of a part of a message that is spread over several codes.
_STRUCTURED_APPEND = 0b0011

# ISO/IEC 18004 table 10: which modules (row, column) each mask pattern turns over.
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: (i * j) % 2 + (i * j) % 3 == 0,
    lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2 == 0,
)


def read(gray: Gray) -> list[FoundCode]:
    """Every whole QR code in the frame; a part of a structured-append message is left out."""
    return read_all(gray)[0]


def read_drawn(light: NDArray[np.bool_]) -> list[FoundCode]:
    """What a code says that was drawn anew, upright and flat, with its quiet zone; True is light."""
    picture = light.astype(np.uint8) * 255
    codes = zxingcpp.read_barcodes(
        picture,
        formats=_FORMATS,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=zxingcpp.Binarizer.BoolCast,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    return [FoundCode(code.text, code.bytes, _corners(code.position)) for code in codes if not _is_part(code)]


def read_all(gray: Gray) -> tuple[list[FoundCode], list[Corners]]:
    """The codes that were read, and the places of codes that were seen but could not be read."""
    found: list[FoundCode] = []
    unread: list[Corners] = []
    # Plain, because the default text mode prints control characters as "<SO>". Rejected codes cost no time.
    for code in zxingcpp.read_barcodes(gray, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain, return_errors=True):
        corners = _corners(code.position)
        if not code.valid:
            unread.append(corners)
        elif not _is_part(code):
            found.append(FoundCode(code.text, code.bytes, corners))
    return found, unread


def _corners(position: zxingcpp.Position) -> Corners:
    return tuple(
        (point.x, point.y)
        for point in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    )


def _is_part(code: zxingcpp.Barcode) -> bool:
    """Whether the code is one part of several; zxing-cpp's Python interface does not say, so look at the modules.

    The first four bits of the message lie in the 2 × 2 modules at the lower right corner, upwards and leftwards
    (ISO/IEC 18004 section 7.7.3).
    """
    extra = code.extra
    mask = int(extra.get("DataMask", 0)) if isinstance(extra, dict) else 0
    dark = np.asarray(code.to_image(scale=1, add_quiet_zones=False)) < 128  # noqa: PLR2004 - the middle of 8 bits
    last = dark.shape[0] - 1
    mode = 0
    for row, column in ((last, last), (last, last - 1), (last - 1, last), (last - 1, last - 1)):
        mode = mode << 1 | int(bool(dark[row, column]) != _MASKS[mask](row, column))
    return mode == _STRUCTURED_APPEND
