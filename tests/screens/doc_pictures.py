"""Draws the pictures of the README and of the guard's page, docs/pictures: python -m tests.screens.doc_pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

SIZE: Final = (1080, 1920)
SHEETS: Final = {
    "way.png": (
        *("idle-hold-still", "booking", "declaration", "measuring"),
        *("admitted", "refused-too-early", "rest", "guard-board-busy"),
    ),
    "guard-work.png": (
        *("guard-board-busy", "guard-case-flagged", "guard-choice-place", "guard-case"),
        *("guard-choice-report", "guard-choice-end", "guard-shift", "guard-menu"),
    ),
}
"""Which samples each picture shows, in the order in which the README and docs/guard.md tell of them."""

COLUMNS: Final = 4
PART: Final = (360, 640)
GAP: Final = 14
PLACE: Final = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    """Draw the screens of each picture in Chinese, side by side."""
    from tests.screens.window import open_window, pixels

    open_window(*SIZE)
    from tests.screens.samples import SAMPLES
    from tests.screens.stand import Stand

    stand, known = Stand(*SIZE), {sample.name: sample for sample in SAMPLES}
    for picture, shown in SHEETS.items():
        rows = -(-len(shown) // COLUMNS)
        width, height = (COLUMNS * (PART[0] + GAP) + GAP, rows * (PART[1] + GAP) + GAP)
        sheet = Image.new("RGB", (width, height), (139, 146, 140))
        for place, name in enumerate(shown):
            stand.show(known[name])
            row, column = divmod(place, COLUMNS)
            drawn = Image.fromarray(pixels()).resize(PART, Image.Resampling.LANCZOS)
            sheet.paste(drawn, (GAP + column * (PART[0] + GAP), GAP + row * (PART[1] + GAP)))
        reduced = sheet.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        reduced.save(PLACE / picture, optimize=True)


if __name__ == "__main__":
    main()
