"""Where codes may stand: finder patterns, joined by threes into the outline of a code.

The decoders give up when they cannot follow a code from its corners inward. Its three finder patterns are often plain
to see even so, and their twelve corners tell how the code lies, in perspective too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.scanning.frames import as_pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.scanning.codes import Corners
    from kiosk.scanning.frames import Gray

Points = NDArray[np.float64]
"""Rows of x, y."""

FINDER = 7
"""Modules on a finder pattern's side (ISO/IEC 18004 section 6.3.3)."""

SMALLEST, LARGEST = 21, 177
"""Modules on the side of the smallest and the largest code."""

# Areas of the pattern's outline and of its core are 49 to 9, of its outline and its hole 49 to 25; blur and threshold
# shift them, so they are taken widely.
_OUTLINE_TO_CORE = (2.4, 14.0)
_OUTLINE_TO_HOLE = (1.15, 4.2)
_LEAST_AREA = 30.0

# Of the ways to black and white this one alone shows the patterns of dim and of blurred codes.
_SIGHTED_BLUR = 2.0
_ALIKE = 1.3

# More patterns than these are texture, and every three of them would be tried.
_MOST_FINDERS = 9
# Pixels within which two finds are the same.
_SAME_PLACE = 2.0
_MOST_OUTLINES = 4

# What perspective may do to a code: sides and finder patterns of unlike size, and a corner that is not square.
_UNLIKE_SIDES = 2.6
_UNLIKE_FINDERS = 2.6
_SQUARE_COSINE = 0.6


@dataclass(frozen=True, slots=True)
class Finder:
    """One finder pattern: its middle, its four corners (in order around it) and its side, in pixels."""

    middle: Points
    corners: Points
    side: float


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a code may lie: `place` takes x, y in modules to pixels; `size` modules a side.

    `known`: the finder patterns that were seen, by their corner of the code, 0 or 1 along x and y.
    """

    place: NDArray[np.float64]
    size: int
    known: tuple[tuple[int, int], ...] = ((0, 0), (1, 0), (0, 1))


def outlines(gray: Gray) -> Iterator[Outline]:
    """The codes that three finder patterns of the frame may belong to, the likeliest first; dark on light only."""
    seen: list[Points] = []
    for ground in grounds(gray):
        for middles, found in _by_threes(find(ground), ground):
            if all(np.abs(middles - other).max() > _SAME_PLACE for other in seen):
                seen.append(middles)
                yield from found


def sighted(gray: Gray) -> Corners | None:
    """Where a code is seen that may be too dim or too blurred to read: the box around finder patterns alike, or None.

    One pattern alone is a mark like others; two of one size are a code's.
    """
    found = find(_cleared(gray, _SIGHTED_BLUR))
    for largest in found:
        alike = [finder.corners for finder in found if 1 <= largest.side / finder.side < _ALIKE]
        if len(alike) > 1:
            box = cv2.boxPoints(cv2.minAreaRect(np.concatenate(alike).astype(np.float32)))
            return tuple((round(float(x)), round(float(y))) for x, y in box)
    return None


def grounds(gray: Gray) -> Iterator[Gray]:
    """Black and white by each pixel's neighbourhood, dark things white: by near and far neighbours, and cleared."""
    soft = cv2.GaussianBlur(gray, (3, 3), 0)
    for block in (25, 75):
        yield _dark(soft, block)
    for blur in (2.0, 4.0):
        yield _cleared(gray, blur)


def _cleared(gray: Gray, blur: float) -> Gray:
    light = cv2.GaussianBlur(gray, (0, 0), blur / 2)
    return _dark(cv2.addWeighted(light, 4.0, cv2.GaussianBlur(light, (0, 0), blur), -3.0, 0), 45)


def _dark(light: Any, block: int) -> Gray:  # noqa: ANN401 - as OpenCV returns it
    return as_pixels(cv2.adaptiveThreshold(light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 4))


def find(ground: Gray) -> list[Finder]:
    """The finder patterns in a frame that is white where it was dark; the largest ones when there are many."""
    contours, tree = cv2.findContours(ground, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    found: list[Finder] = []
    for index, (_, _, hole, _) in enumerate(tree[0]):
        core = tree[0][hole][2] if hole >= 0 else -1
        if core >= 0 and (finder := _finder(contours[index], contours[hole], contours[core])):
            found.append(finder)
    return sorted(found, key=lambda finder: -finder.side)[:_MOST_FINDERS]


def _finder(outline: Any, hole: Any, core: Any) -> Finder | None:  # noqa: ANN401 - contours as OpenCV gives them
    """The pattern that three nested outlines make, or None when they are no finder pattern."""
    inner = cv2.contourArea(core)
    area = cv2.contourArea(outline)
    if inner <= 0 or area < _LEAST_AREA:
        return None
    if not (
        _OUTLINE_TO_CORE[0] < area / inner < _OUTLINE_TO_CORE[1]
        and _OUTLINE_TO_HOLE[0] < area / max(cv2.contourArea(hole), inner) < _OUTLINE_TO_HOLE[1]
    ):
        return None
    middle, inside = _middle(outline), _middle(core)
    side = float(np.sqrt(area))
    if np.abs(middle - inside).max() > side / 5:
        return None
    return Finder(middle, _corners(outline), side)


def _middle(contour: Any) -> Points:  # noqa: ANN401 - as above
    moments = cv2.moments(contour)
    weight = moments["m00"] or 1.0
    return np.array((moments["m10"] / weight, moments["m01"] / weight))


def _corners(contour: Any) -> Points:  # noqa: ANN401 - as above
    """The four corners of what should be a quadrangle."""
    hull = cv2.convexHull(contour)
    for slack in (0.03, 0.05, 0.08, 0.11):
        corners = cv2.approxPolyDP(hull, slack * cv2.arcLength(hull, closed=True), closed=True)
        if len(corners) == 4:  # noqa: PLR2004 - a quadrangle
            return _outer(corners.reshape(4, 2).astype(np.float64))
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(contour)), np.float64)


def _outer(corners: Points) -> Points:
    """The corners half a pixel further out: a contour runs through the middles of the outermost pixels."""
    middle = corners.mean(0)
    away = corners - middle
    return middle + away * (1 + 0.7 / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1.0))


_Found = tuple[float, Points, list[Outline]]


def _by_threes(finders: list[Finder], ground: Gray) -> list[tuple[Points, list[Outline]]]:
    found: list[_Found] = []
    for three in combinations(finders, 3):
        sides = [finder.side for finder in three]
        if max(sides) > _UNLIKE_FINDERS * min(sides):
            continue
        for corner in range(3):
            first, second = (three[place] for place in range(3) if place != corner)
            if joined := _joined(three[corner], first, second, ground):
                found.append(joined)
    found.sort(key=lambda one: one[0])
    return [(middles, places) for _, middles, places in found[:_MOST_OUTLINES]]


def _joined(corner: Finder, first: Finder, second: Finder, ground: Gray) -> _Found | None:
    """The outlines of the code whose upper left pattern is `corner`, by the sizes it may have, the likeliest first.

    With how ill the patterns fit it, in modules; None when they cannot belong together.
    """
    right, down = first.middle - corner.middle, second.middle - corner.middle
    wide, high = float(np.linalg.norm(right)), float(np.linalg.norm(down))
    if max(wide, high) > _UNLIKE_SIDES * min(wide, high):
        return None
    if abs(float(right @ down)) > _SQUARE_COSINE * wide * high:
        return None
    if right[0] * down[1] - right[1] * down[0] < 0:
        first, second, right, down = second, first, down, right
    axes = np.column_stack((right, down))
    three = (corner, first, second)
    if any(not _is_along(finder, axes) for finder in three):
        return None
    fits = [(*_fit(three, axes, size), size) for size in nearest_sizes(_modules(corner, first, second, axes))]
    fits = sorted((misfit, size, place) for place, misfit, size in fits if place is not None)
    if not fits:
        return None
    misfit, size, place = fits[0]
    sizes = dict.fromkeys((*_counted(ground, place, size), size, *(size for _, size, _ in fits[1:2])))
    places = [Outline(place, size) for size in sizes if (place := _fit(three, axes, size)[0]) is not None]
    return misfit, np.concatenate([finder.middle for finder in three]), places


def _counted(ground: Gray, place: NDArray[np.float64], size: int) -> list[int]:
    """The sizes that the timing patterns tell: from finder pattern to finder pattern they change at each module.

    However the paper bends; `place` and `size` need be right near the finder patterns only.
    """
    along = np.linspace(FINDER - 0.5, size - FINDER + 0.5, 8 * size)
    votes: Counter[int] = Counter()
    for across in (6.3, 6.5, 6.7):
        beside = np.full_like(along, across)
        for line in (np.stack((along, beside), -1), np.stack((beside, along), -1)):
            points = cv2.perspectiveTransform(line[None], place)[0] - 0.5
            x, y = points.astype(np.float32).T
            dark = cv2.remap(ground, x, y, cv2.INTER_LINEAR)[:, 0] > 127  # noqa: PLR2004 - the middle of 8 bits
            size_told = int(np.count_nonzero(dark[1:] != dark[:-1])) + 2 * FINDER - 1
            if (size_told - 17) % 4 == 0 and SMALLEST <= size_told <= LARGEST:
                votes[size_told] += 1
    return [size for size, _ in votes.most_common(2)]


def _is_along(finder: Finder, axes: NDArray[np.float64]) -> bool:
    """Whether the pattern's corners lie one in each quarter of the code's axes."""
    return len({(bool(x > 0), bool(y > 0)) for x, y in in_axes(finder, axes)}) == 4  # noqa: PLR2004 - quarters


def in_axes(finder: Finder, axes: NDArray[np.float64]) -> Points:
    """The pattern's corners from its middle, in the code's axes."""
    return np.asarray(np.linalg.solve(axes, (finder.corners - finder.middle).T).T, np.float64)


def _modules(corner: Finder, first: Finder, second: Finder, axes: NDArray[np.float64]) -> float:
    """About how many modules the code has a side, by the patterns' extent along it."""
    guesses = []
    for axis, other in ((0, first), (1, second)):
        extents = [np.abs(in_axes(finder, axes)[:, axis]).mean() * 2 for finder in (corner, other)]
        guesses.append(FINDER / np.mean(extents) + FINDER)
    return float(np.mean(guesses))


def nearest_sizes(guess: float) -> list[int]:
    """The sizes that codes have near the guess, the nearest first."""
    nearest = round((guess - 17) / 4)
    reach = 1 + int(guess > 45)  # noqa: PLR2004 - the guess's own error grows with the size
    sizes = (17 + 4 * version for version in range(nearest - reach, nearest + reach + 1))
    return sorted((size for size in sizes if SMALLEST <= size <= LARGEST), key=lambda size: abs(size - guess))


def _fit(
    finders: tuple[Finder, Finder, Finder], axes: NDArray[np.float64], size: int
) -> tuple[NDArray[np.float64] | None, float]:
    """The homography from modules to pixels for a code of that size, and its misfit in modules."""
    far = size - FINDER
    modules: list[tuple[float, float]] = []
    pixels: list[Points] = []
    for finder, (left, top) in zip(finders, ((0, 0), (far, 0), (0, far)), strict=True):
        for along, corner in zip(in_axes(finder, axes), finder.corners, strict=True):
            modules.append((left + FINDER * float(along[0] > 0), top + FINDER * float(along[1] > 0)))
            pixels.append(corner)
    place, _ = cv2.findHomography(np.array(modules), np.array(pixels), 0)
    if place is None:
        return None, 0.0
    drawn = cv2.perspectiveTransform(np.array(modules)[None], place)[0]
    module = float(np.mean([finder.side for finder in finders])) / FINDER
    return np.asarray(place, np.float64), float(np.abs(drawn - np.array(pixels)).mean()) / module
