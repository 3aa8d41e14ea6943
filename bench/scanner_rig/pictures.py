"""Pictures to read, fitted to the camera's size, each with its truth: from the file beside it, or agreed on.

A picture without a text file gets its truth from three families of decoders, run plain: zbar (pyzbar), zxing
(zxing-cpp) and OpenCV (both of its detectors), on the fitted picture and, where that gives nothing, on the whole one.
A text counts when two families read it in the picture, or when one family reads it in two pictures of the group (the
folder). Such a picture may show several codes, so a truth is a set of texts. What stays without one is unresolved.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from bench.scanner_rig.peers import FAMILIES, PEERS
from kiosk.scanning.frames import Pixels, as_pixels, read_picture
from kiosk.scanning.sources import PICTURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

CAMERA = (1280, 720)
"""Width and height in pixels that every picture is fitted to; smaller ones stay as they are."""

Readings = frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """The texts that a picture shows, or none when it is `unresolved`. Line ends at a text's end are free."""

    texts: Readings

    @property
    def unresolved(self) -> bool:
        """Nobody can say what the picture shows."""
        return not self.texts


def walk(paths: Iterable[Path]) -> list[Path]:
    """The pictures named, and those in the folders named and in their folders, each once."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found |= dict.fromkeys(file for file in inside if file.suffix.lower() in PICTURES and file.is_file())
    return list(found)


def plain(text: str) -> str:
    """The text as it is compared: without line ends at its end."""
    return text.rstrip("\r\n")


def fitted(picture: Pixels) -> Pixels:
    """The picture within the camera's size."""
    height, width = picture.shape[:2]
    scale = min(1.0, CAMERA[0] / width, CAMERA[1] / height)
    if scale == 1.0:
        return picture
    return as_pixels(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def load(path: Path) -> Pixels | None:
    """The whole picture in BGR; None when it cannot be read."""
    try:
        return read_picture(path)
    except OSError:
        return None


def written(path: Path) -> Truth | None:
    """The truth in the file beside the picture, or None when there is no such file."""
    beside = path.with_suffix(".txt")
    if not beside.is_file():
        return None
    return Truth(frozenset({plain(beside.read_bytes().decode("utf-8", "surrogateescape"))}))


def agreed(groups: Mapping[Path, Path], readings: Mapping[Path, Mapping[str, Readings]]) -> dict[Path, Truth]:
    """The truths by agreement. `groups`: each picture's group; `readings`: by picture and family the texts read."""
    times: defaultdict[tuple[Path, str, str], int] = defaultdict(int)
    for path, by_family in readings.items():
        for family, texts in by_family.items():
            for text in texts:
                times[groups[path], family, text] += 1
    return {
        path: Truth(frozenset(text for text in _all(by_family) if _counts(text, by_family, groups[path], times)))
        for path, by_family in readings.items()
    }


def _all(by_family: Mapping[str, Readings]) -> Readings:
    return frozenset[str]().union(*by_family.values())


def _counts(
    text: str, by_family: Mapping[str, Readings], group: Path, times: Mapping[tuple[Path, str, str], int]
) -> bool:
    """Whether two families read the text here, or one of those that did reads it in another picture of the group."""
    readers = [family for family, texts in by_family.items() if text in texts]
    return len(readers) > 1 or any(times[group, family, text] > 1 for family in readers)


def by_families(paths: Sequence[Path]) -> dict[Path, Truth]:
    """The agreed truths of pictures that have no text file."""
    readings = {path: _families_read(path) for path in paths}
    return agreed({path: path.parent for path in paths}, readings)


def _families_read(path: Path) -> dict[str, Readings]:
    picture = load(path)
    if picture is None:
        return {}
    small = fitted(picture)
    found = {family: _read(members, small) for family, members in FAMILIES.items()}
    if sum(bool(texts) for texts in found.values()) < len(FAMILIES) - 1 and small is not picture:
        found = {family: texts | _read(FAMILIES[family], picture) for family, texts in found.items()}
    return found


def _read(members: Iterable[str], picture: Pixels) -> Readings:
    return frozenset(plain(text) for name in members for text in PEERS[name](picture) if text)


def with_truths(paths: Sequence[Path]) -> Iterator[tuple[Path, Truth]]:
    """Each picture with its truth, those without a text file by agreement."""
    known = {path: written(path) for path in paths}
    found = by_families([path for path, truth in known.items() if truth is None])
    for path, truth in known.items():
        yield path, truth or found[path]
