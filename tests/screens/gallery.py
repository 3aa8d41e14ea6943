"""Draws every screen in both languages and both sizes of text, looks for faults, and compares with the references.

python -m tests.screens.gallery                         both windows, each in a process of its own
python -m tests.screens.gallery --record                take what is drawn now as the references
python -m tests.screens.gallery --size 1280x800 --only booking --out DIR      look at one, in full size
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from tests.screens.samples import Sample
    from tests.screens.stand import Stand

SIZES: Final = ("1080x1920", "1280x800")
PANEL_WIDTHS: Final = {"1080x1920": 270, "1280x800": 400}
VARIANTS: Final = (("zh", False), ("en", False), ("zh", True), ("en", True))
"""Language that comes first, and whether the text is large."""
QUICK: Final = {"1080x1920": (1, 2), "1280x800": (0, 3)}
"""Which variants are drawn with `--quick`: each once, the longest words in the window with the least room."""

_RED_ALLOWED: Final = 0.0002


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gallery; return 0 when everything is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.screens.gallery", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--size", choices=SIZES, help="one window only, in this process")
    parser.add_argument("--record", action="store_true", help="take what is drawn now as the references")
    parser.add_argument("--only", default="", help="only samples whose name begins so")
    parser.add_argument("--skip", default="-", help="no samples whose name begins so")
    parser.add_argument("--banner", action="store_true", help="the banner on each; only faults are looked for")
    parser.add_argument("--quick", action="store_true", help="two of the four variants in each window")
    parser.add_argument("--out", type=Path, help="write every picture in full size into this folder")
    chosen = parser.parse_args(arguments)
    if chosen.size is None:
        given = sys.argv[1:] if arguments is None else list(arguments)
        runs = [[sys.executable, "-m", "tests.screens.gallery", "--size", size, *given] for size in SIZES]
        return max(subprocess.run(run, check=False).returncode for run in runs)
    if chosen.record and (chosen.quick or chosen.banner):
        parser.error("--record: a reference has all variants, and no banner that its sample has not")
    variants = QUICK[chosen.size] if chosen.quick else tuple(range(len(VARIANTS)))
    if chosen.banner and chosen.quick:
        variants = variants[-1:]  # the larger words
    return _one_window(chosen, variants)


def _one_window(asked: argparse.Namespace, variants: Sequence[int]) -> int:
    size, out = str(asked.size), asked.out
    width, height = (int(part) for part in size.split("x"))
    from tests.screens.window import open_window

    open_window(width, height)
    # Kivy must not be imported before the window is set up.
    from kiosk.screens.fonts import font_path
    from tests.screens import pictures
    from tests.screens.glyphs import missing
    from tests.screens.samples import SAMPLES
    from tests.screens.stand import Stand

    stand = Stand(width, height)
    proofs = Path(tempfile.gettempdir()) / f"gallery-{os.getpid()}"  # made when there is something to prove
    mistakes: list[str] = []
    chosen = [item for item in SAMPLES if item.name.startswith(asked.only) and not item.name.startswith(asked.skip)]
    if asked.banner:
        chosen = [replace(item, is_simulated=True) for item in chosen]
    panels: dict[str, list[Image.Image]] = {sample.name: [] for sample in chosen}
    # One language and size after the other, not one sample: a change of either says and lays out everything anew.
    for number in variants:
        for sample in chosen:
            panels[sample.name].append(_one_panel(stand, sample, VARIANTS[number], size, out, mistakes))
    for name, drawn in panels.items():
        if asked.record:
            pictures.record(pictures.sheet(drawn), pictures.EXPECTED / size / f"{name}.png")
        elif not asked.banner:
            mistakes += _compared(drawn, variants, name, size, proofs)
    lacking = missing(font_path(), stand.signs)
    mistakes += [f"the font lacks {sign!r}" for sign in sorted(lacking)]
    for mistake in mistakes:
        print(mistake)  # noqa: T201 - a command that answers on standard output
    return 1 if mistakes else 0


def _one_panel(
    stand: Stand, sample: Sample, variant: tuple[str, bool], size: str, out: Path | None, mistakes: list[str]
) -> Image.Image:
    """Draw a sample in one language and size of text, and return it made small; its faults go into `mistakes`."""
    from tests.screens import looks, pictures
    from tests.screens.window import pixels, save

    language, is_large = variant
    name = f"{sample.name} {size} {language}{' large' if is_large else ''}"
    screen = stand.show(sample, language, is_large=is_large)
    picture = pixels()
    mistakes += [f"{name}: {fault}" for fault in looks.faults(screen, stand.width, stand.height)]
    if not stand.is_guards and looks.reddish_part(stand.without_camera(picture)) > _RED_ALLOWED:
        mistakes.append(f"{name}: red on a visitor's screen")
    if out is not None:
        save(picture, out / f"{name.replace(' ', '_')}.png")
    return pictures.small(picture, PANEL_WIDTHS[size])


def _compared(panels: list[Image.Image], variants: Sequence[int], name: str, size: str, proofs: Path) -> list[str]:
    from tests.screens import pictures

    path = pictures.EXPECTED / size / f"{name}.png"
    apart = pictures.difference(pictures.sheet(panels), path, proofs / size, variants, len(VARIANTS))
    return [f"{name} {size}: {apart}"] if apart else []


if __name__ == "__main__":
    sys.exit(main())
