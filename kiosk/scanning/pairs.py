"""Outlines of codes of which only two finder patterns can be seen: the third is torn, stained, or lost in a glare.

Two patterns lie along one side of the code or across it. Each way that a code may lie then is an outline to try.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.scanning.finders import FINDER, Finder, Outline, Points, find, grounds, in_axes, nearest_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.scanning.frames import Gray

# What perspective and a bent sheet may do to two patterns of one code.
_UNLIKE_FINDERS = 1.7
# How far off the side two patterns along it may stand, and how unlike the two ways along a diagonal may be.
_ASIDE = 0.25
_UNLIKE_WAYS = 1.5
_MOST_FINDERS = 5
# Pixels on the side of a pattern from which its corners are sure enough to tell a perspective.
_LARGE = 40.0

_TOP, _LEFT, _ACROSS = ((0, 0), (1, 0)), ((0, 0), (0, 1)), ((1, 0), (0, 1))


def outlines_by_twos(gray: Gray) -> Iterator[Outline]:
    """The codes that two finder patterns of the frame may belong to; dark on light only."""
    for ground in list(grounds(gray))[:2]:
        for first, second in combinations(find(ground)[:_MOST_FINDERS], 2):
            if max(first.side, second.side) <= _UNLIKE_FINDERS * min(first.side, second.side):
                yield from _outlines(first, second)


def _outlines(first: Finder, second: Finder) -> Iterator[Outline]:
    one, other = _edges(first)
    apart = second.middle - first.middle
    along, aside = np.linalg.solve(np.column_stack((one, other)), apart) * FINDER
    if abs(aside) > abs(along):
        one, other, along, aside = other, one, aside, along
    if abs(aside) < _ASIDE * abs(along):
        yield from _on_a_side(first, second, other * np.sign(along), abs(along))
    elif abs(along) < _UNLIKE_WAYS * abs(aside):
        yield from _across(first, second, (one * along, other * aside), (abs(along) + abs(aside)) / 2)


def _edges(finder: Finder) -> tuple[Points, Points]:
    """The pattern's two directions, each as long as it is."""
    a, b, c, d = finder.corners
    return (b - a + c - d) / 2, (d - a + c - b) / 2


def _on_a_side(first: Finder, second: Finder, beside: Points, modules: float) -> Iterator[Outline]:
    """The code lies on one side of them or on the other, and either of them may be its upper left one."""
    for down in (beside, -beside):
        left, right = (first, second) if _turn(second.middle - first.middle, down) > 0 else (second, first)
        axes = np.column_stack((right.middle - left.middle, down))
        for size in nearest_sizes(modules + FINDER)[:2]:
            far = size - FINDER
            place = _fit(((left, (0, 0)), (right, (far, 0))), axes)
            if place is not None:
                yield Outline(place, size, _TOP)
                # Upper left pattern on the right: the code is turned by a quarter.
                yield Outline(place @ np.array(((0, -1, size), (1, 0, 0), (0, 0, 1))), size, _LEFT)


def _across(first: Finder, second: Finder, ways: tuple[Points, Points], modules: float) -> Iterator[Outline]:
    """They are the upper right one and the lower left one, one way round or the other."""
    right, down = (-ways[0], ways[1]) if _turn(-ways[0], ways[1]) > 0 else (-ways[1], ways[0])
    for upper, lower, sign in ((first, second, 1.0), (second, first, -1.0)):
        axes = np.column_stack((right, down)) * sign
        for size in nearest_sizes(modules + FINDER)[:2]:
            far = size - FINDER
            place = _fit(((upper, (far, 0)), (lower, (0, far))), axes)
            if place is not None:
                yield Outline(place, size, _ACROSS)


def _turn(right: Points, down: Points) -> float:
    """Above 0 when `down` lies clockwise of `right`, as it does in a code that is not mirrored."""
    return float(right[0] * down[1] - right[1] * down[0])


def _fit(finders: tuple[tuple[Finder, tuple[int, int]], ...], axes: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The homography from modules to pixels; without perspective where the patterns are too small to tell one."""
    modules: list[tuple[float, float]] = []
    for finder, (left, top) in finders:
        modules += [(left + FINDER * float(x > 0), top + FINDER * float(y > 0)) for x, y in in_axes(finder, axes)]
    if len(set(modules)) < len(modules):
        return None
    pixels = np.concatenate([finder.corners for finder, _ in finders])
    if min(finder.side for finder, _ in finders) >= _LARGE:
        place, _ = cv2.findHomography(np.array(modules), pixels, 0)
        return None if place is None else np.asarray(place, np.float64)
    flat, _ = cv2.estimateAffine2D(np.array(modules), pixels)
    return None if flat is None else np.vstack((flat, (0, 0, 1))).astype(np.float64)
