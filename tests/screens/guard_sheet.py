"""Draws docs/pictures/guard-work.png, the picture of the guard's page: python -m tests.screens.guard_sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

SIZE: Final = (1080, 1920)
SHOWN: Final = (
    *("guard-board-busy", "guard-case-flagged", "guard-choice-place", "guard-case"),
    *("guard-choice-report", "guard-choice-end", "guard-shift", "guard-menu"),
)
"""In the order in which docs/guard.md tells of them."""

COLUMNS: Final = 4
PART: Final = (360, 640)
GAP: Final = 14
PLACE: Final = Path(__file__).parents[2] / "docs" / "pictures" / "guard-work.png"


def main() -> None:
    """Draw each screen in Chinese, side by side."""
    from tests.screens.window import open_window, pixels

    open_window(*SIZE)
    from tests.screens.samples import SAMPLES
    from tests.screens.stand import Stand

    stand, known = Stand(*SIZE), {sample.name: sample for sample in SAMPLES}
    rows = -(-len(SHOWN) // COLUMNS)
    width, height = (COLUMNS * (PART[0] + GAP) + GAP, rows * (PART[1] + GAP) + GAP)
    sheet = Image.new("RGB", (width, height), (139, 146, 140))
    for place, name in enumerate(SHOWN):
        stand.show(known[name])
        row, column = divmod(place, COLUMNS)
        drawn = Image.fromarray(pixels()).resize(PART, Image.Resampling.LANCZOS)
        sheet.paste(drawn, (GAP + column * (PART[0] + GAP), GAP + row * (PART[1] + GAP)))
    sheet.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(PLACE, optimize=True)


if __name__ == "__main__":
    main()
