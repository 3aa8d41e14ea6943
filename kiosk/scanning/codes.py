"""What a decoder hands on: one QR code's text, its bytes and where it stands in the frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

Corners = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FoundCode:
    """One QR code read in a frame.

    `text` is what the code says. Where the code names its character set (ECI, Kanji mode) that set is used;
    otherwise the bytes are UTF-8 if they are valid UTF-8, and else what zxing-cpp makes of them (Latin-1, the
    default of ISO/IEC 18004, unless they look like a Japanese or Chinese set). `raw` holds the bytes as they
    stand in the code. `corners` are x, y in pixels of the frame, in the order of the code's own corners.
    """

    text: str
    raw: bytes
    corners: Corners

    def placed(self, scale: float, left: int = 0, top: int = 0) -> FoundCode:
        """The same code with its corners taken from a frame scaled by `scale` and cut out at `left`, `top`."""
        return replace(self, corners=tuple((round(x / scale) + left, round(y / scale) + top) for x, y in self.corners))
