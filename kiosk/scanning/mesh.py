"""Reads codes that do not lie flat: paper that bends or is crumpled, a label on a bottle, a screen under a tilt.

The code is laid flat by its outline. Then the edges in it, which in a flat code stand at whole modules, tell at each
place how far the modules are off: the phase of the edges at one turn a module. From the finder patterns, where the
outline is right, the phase is followed inwards, each module from its surest neighbour. The modules are sampled where
they then lie, made black and white in several ways and drawn anew; zxing-cpp reads the drawing and its own error
correction decides whether it is a code. Nothing is guessed beyond that.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.scanning import zxing
from kiosk.scanning.codes import FoundCode
from kiosk.scanning.finders import FINDER, Outline, outlines
from kiosk.scanning.frames import as_pixels
from kiosk.scanning.pairs import outlines_by_twos

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.scanning.frames import Gray

Real = NDArray[np.float32]

# Pixels a module in the flattened code, and modules of ground kept around it.
_UNIT = 8
_RIM = 2

# Modules over which edges are gathered: fewer follow a fold more closely, more are surer.
_GATHERS = (1.6, 1.6, 1.1)

# How sure the edges' places are in the middle: 0.1 in noise, over 0.3 in codes that can be read.
_LEAST_SURE = 0.05

# Strengths of undoing a blur between modules.
_CLEARINGS = (0.0, 0.8, 1.8)
# Modules on the side of the neighbourhoods that dark and light are told apart in.
_NEIGHBOURHOODS = (7, 15)

_DARK = 128


def read_bent(gray: Gray, goes_on: Callable[[], bool] = lambda: True) -> list[FoundCode]:
    """The first code of the frame that can be followed from its finder patterns, dark on light or light on dark.

    `goes_on` is asked before each attempt, which takes some hundredths of a second.
    """
    for places in (outlines, outlines_by_twos):
        for picture in (gray, as_pixels(cv2.bitwise_not(gray))):
            for outline in places(picture):
                if not goes_on():
                    return []
                if codes := read(picture, outline):
                    return codes
    return []


def read(gray: Gray, outline: Outline) -> list[FoundCode]:
    """The code at the outline, or nothing."""
    shifts = np.zeros((outline.size, outline.size, 2))
    for gather in _GATHERS:
        more, sure = _shifts(_flattened(gray, outline, shifts), outline, gather)
        if sure < _LEAST_SURE:
            return []
        shifts = _without_slips(shifts + more)
        if codes := _read_modules(_sampled(gray, outline.place, shifts), outline, shifts):
            return codes
    return []


def _flattened(gray: Gray, outline: Outline, shifts: NDArray[np.float64]) -> Real:
    """The code as if it lay flat, `_UNIT` pixels a module, with its rim."""
    side = (outline.size + 2 * _RIM) * _UNIT
    rims = ((_RIM, _RIM), (_RIM, _RIM), (0, 0))
    off = cv2.resize(np.pad(shifts, rims, mode="edge"), (side, side), interpolation=cv2.INTER_LINEAR)
    along = (np.arange(side) + 0.5) / _UNIT - _RIM
    modules = off + np.stack(np.meshgrid(along, along), -1)
    # OpenCV puts whole numbers at the pixels' middles.
    at = cv2.perspectiveTransform(modules.reshape(1, -1, 2), outline.place).reshape(side, side, 2) - 0.5
    return _looked_up(gray, np.asarray(at, np.float64))


def _looked_up(gray: Gray, at: NDArray[np.float64]) -> Real:
    """The light at places between pixels."""
    places = at.astype(np.float32)
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    seen = cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def _shifts(flat: Real, outline: Outline, gather: float) -> tuple[NDArray[np.float64], float]:
    """How far each module is off, right and down, in modules (size × size × 2), by edges over `gather` modules.

    And how sure that is, 0 to 1: what is no code has its edges anywhere.
    """
    phases, weights = zip(*(_phase(flat, axis, gather * _UNIT) for axis in (0, 1)), strict=True)
    rim = slice(_RIM * _UNIT + _UNIT // 2, (outline.size + _RIM) * _UNIT, _UNIT)
    at_modules = np.stack([phase[rim, rim] for phase in phases], -1)
    sure = np.minimum(weights[0][rim, rim], weights[1][rim, rim])
    return _followed(at_modules, sure, outline.known), float(np.median(sure))


def _phase(flat: Real, axis: int, gather: float) -> tuple[NDArray[np.float64], Real]:
    """The place of the edges between whole modules, -0.5 to 0.5 of a module, and how sure it is (`axis` 0: x)."""
    slope = cv2.Sobel(flat, cv2.CV_32F, 1 - axis, axis, ksize=3)
    strength = np.abs(slope)
    turn = 2 * np.pi * (np.arange(flat.shape[0], dtype=np.float32) + 0.5) / _UNIT
    turns = turn[None, :] if axis == 0 else turn[:, None]
    east = cv2.GaussianBlur(strength * np.cos(turns), (0, 0), gather)
    north = cv2.GaussianBlur(strength * np.sin(turns), (0, 0), gather)
    total = cv2.GaussianBlur(strength, (0, 0), gather)
    return np.arctan2(north, east) / (2 * np.pi), np.asarray(np.hypot(east, north) / (total + 1.0), np.float32)


def _followed(phases: NDArray[np.float64], sure: Real, known: tuple[tuple[int, int], ...]) -> NDArray[np.float64]:
    """The phases without their jumps: each module takes the whole turns that bring it next to its surest neighbour.

    `known`: the finder patterns (in the code's corners, 0 or 1 along x and y) from which they are followed.
    """
    size = phases.shape[0]
    shifts = phases.copy()
    done = np.zeros((size, size), bool)
    ends = (FINDER // 2, size - 1 - FINDER // 2)
    heap: list[tuple[float, int, int, int, int]] = []
    for x, y in known:
        heapq.heappush(heap, (-9.0, ends[y], ends[x], ends[y], ends[x]))
    while heap:
        _, row, column, from_row, from_column = heapq.heappop(heap)
        if done[row, column]:
            continue
        done[row, column] = True
        if (row, column) != (from_row, from_column):
            near = shifts[from_row, from_column]
            shifts[row, column] += np.round(near - shifts[row, column])
        for next_row, next_column in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= next_row < size and 0 <= next_column < size and not done[next_row, next_column]:
                surety = -float(sure[next_row, next_column])
                heapq.heappush(heap, (surety, next_row, next_column, row, column))
    return shifts


def _without_slips(shifts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shifts, each the median of its neighbourhood: paper does not jump by a module."""
    sides = [cv2.medianBlur(np.ascontiguousarray(shifts[..., axis], np.float32), 5) for axis in (0, 1)]
    return np.stack(sides, -1).astype(np.float64)


def _sampled(gray: Gray, place: NDArray[np.float64], shifts: NDArray[np.float64]) -> Real:
    """The light of each module: the mean over its middle."""
    size = shifts.shape[0]
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    middles = np.stack((columns, rows), -1) + shifts
    total = np.zeros((size, size), np.float32)
    steps = (-0.22, 0.0, 0.22)
    for right in steps:
        for down in steps:
            points = cv2.perspectiveTransform((middles + np.array((right, down))).reshape(1, -1, 2), place) - 0.5
            total += _looked_up(gray, points.reshape(size, size, 2))
    return np.asarray(total / len(steps) ** 2, np.float32)


def _read_modules(light: Real, outline: Outline, shifts: NDArray[np.float64]) -> list[FoundCode]:
    tried: set[bytes] = set()
    for dark in _black_and_white(light):
        _draw_fixed(dark)
        key = dark.tobytes()
        if key in tried:
            continue
        tried.add(key)
        codes = zxing.read_drawn(np.kron(np.pad(~dark, 4, constant_values=True), np.ones((3, 3), bool)))
        if codes:
            corners = _corners(outline, shifts)
            return [FoundCode(code.text, code.raw, corners) for code in codes]
    return []


def _black_and_white(light: Real) -> Iterator[NDArray[np.bool_]]:
    """Several judgements which modules are dark."""
    for clearing in _CLEARINGS:
        clear = light + clearing * (light - cv2.blur(light, (3, 3), borderType=cv2.BORDER_REPLICATE))
        for side in _NEIGHBOURHOODS:
            yield clear < cv2.blur(clear, (side, side), borderType=cv2.BORDER_REFLECT_101)
        kernel = np.ones((7, 7), np.uint8)
        yield clear < (cv2.erode(clear, kernel) + cv2.dilate(clear, kernel)) / 2


def _draw_fixed(dark: NDArray[np.bool_]) -> None:
    """Draw what every code has: the finder patterns with their light rim, and the timing patterns."""
    size = dark.shape[0]
    rings = np.maximum(*np.abs(np.mgrid[-4:5, -4:5]))
    finder = np.isin(rings, (0, 1, 3))
    dark[:8, :8] = finder[1:, 1:]
    dark[:8, size - 8 :] = finder[1:, :-1]
    dark[size - 8 :, :8] = finder[:-1, 1:]
    dark[6, 8 : size - 8] = dark[8 : size - 8, 6] = np.arange(8, size - 8) % 2 == 0


def _corners(outline: Outline, shifts: NDArray[np.float64]) -> tuple[tuple[int, int], ...]:
    """The code's corners in pixels."""
    last = outline.size
    modules = [
        np.array(corner, np.float64) + shifts[min(corner[1], last - 1), min(corner[0], last - 1)]
        for corner in ((0, 0), (last, 0), (last, last), (0, last))
    ]
    points = cv2.perspectiveTransform(np.array(modules)[None], outline.place)[0]
    return tuple((round(float(x)), round(float(y))) for x, y in points)
