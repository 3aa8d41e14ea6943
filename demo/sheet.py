"""Puts screens side by side into one picture: `python -m demo.sheet OUT.png SCREEN.png …`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEIGHT: Final = 640
_GAP: Final = 14
_COLUMNS: Final = 4
_GROUND: Final = (142, 147, 139)  # BGR, a calm gray behind the paper of the screens


def sheet(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Return `pictures` (height × width × 3, uint8, BGR, all of one shape) in rows of four, made 640 pixels high."""
    part = _HEIGHT / pictures[0].shape[0]
    width = round(pictures[0].shape[1] * part)
    rows = -(-len(pictures) // _COLUMNS)
    columns = min(len(pictures), _COLUMNS)
    ground = np.full((rows * (_HEIGHT + _GAP) + _GAP, columns * (width + _GAP) + _GAP, 3), _GROUND, np.uint8)
    for place, picture in enumerate(pictures):
        top = _GAP + place // _COLUMNS * (_HEIGHT + _GAP)
        left = _GAP + place % _COLUMNS * (width + _GAP)
        ground[top : top + _HEIGHT, left : left + width] = cv2.resize(
            picture, (width, _HEIGHT), interpolation=cv2.INTER_AREA
        )
    return ground


def main(arguments: Sequence[str]) -> int:
    """Write the sheet; 2 when a picture cannot be read."""
    out, *paths = arguments
    pictures = [cv2.imread(path) for path in paths]
    found = [picture for picture in pictures if picture is not None]
    if len(found) != len(paths) or not found:
        print("sheet: not all of these are pictures", file=sys.stderr)
        return 2
    cv2.imwrite(out, sheet(found), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
