"""Pictures of screens: made small, kept as references, compared with some tolerance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPECTED: Final = Path(__file__).parent / "expected"

_COLOURS: Final = 48
"""A reference keeps so many colours: a third of the size. No colour is then further off than `_FAR` (tried)."""

_FAR: Final = 40
"""A pixel differs when a channel does by more than this, of 255: edges are drawn a little otherwise elsewhere."""

_MOST: Final = 0.00006
"""This part of the pixels may differ: less than one sign of a small button makes, in one of four panels."""


def small(picture: np.ndarray, width_px: int) -> Image.Image:
    """Return `picture` (height × width × 3, uint8, RGB) made `width_px` wide."""
    image = Image.fromarray(picture)
    return image.resize((width_px, round(image.height * width_px / image.width)), Image.Resampling.BOX)


def sheet(panels: Sequence[Image.Image]) -> Image.Image:
    """Return the panels side by side."""
    joined = Image.new("RGB", (sum(panel.width for panel in panels), max(panel.height for panel in panels)))
    left = 0
    for panel in panels:
        joined.paste(panel, (left, 0))
        left += panel.width
    return joined


def record(picture: Image.Image, path: Path) -> None:
    """Keep `picture` as the reference at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    reduced = picture.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)


def difference(actual: Image.Image, path: Path, out: Path, chosen: Sequence[int], of: int) -> str:
    """Return "" when `actual` looks as the reference at `path`, else what differs; the proof is written into `out`.

    The reference has `of` panels of one width; `actual` has those of the numbers `chosen`, in order.
    """
    if not path.is_file():
        return f"no reference yet; what was drawn: {_kept(actual, out / path.name)}"
    expected = _panels(Image.open(path).convert("RGB"), chosen, of)
    if expected.size != actual.size:
        sizes = f"{actual.size} instead of {expected.size} pixels"
        return f"{sizes}; what was drawn: {_kept(actual, out / path.name)}"
    apart = np.abs(np.asarray(actual, np.int16) - np.asarray(expected, np.int16)).max(axis=2)
    part = float((apart > _FAR).mean())
    if part <= _MOST * of / len(chosen):
        return ""
    shown = Image.fromarray((255 - np.clip(apart * 3, 0, 255)).astype(np.uint8)).convert("RGB")
    stack = Image.new("RGB", (actual.width, 3 * actual.height))
    for row, image in enumerate((actual, expected, shown)):
        stack.paste(image, (0, row * actual.height))
    proof = _kept(stack, out / path.name)
    return f"{part:.2%} of the pixels differ; actual, expected, difference one above the other: {proof}"


def _panels(joined: Image.Image, chosen: Sequence[int], of: int) -> Image.Image:
    width = joined.width // of
    return sheet([joined.crop((width * number, 0, width * (number + 1), joined.height)) for number in chosen])


def _kept(picture: Image.Image, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return path
