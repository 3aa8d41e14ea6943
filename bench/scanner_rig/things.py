"""What a visitor holds up, drawn flat: a phone that shows a code, or a sheet of paper that carries one. Gray.

Drawn at about the size at which the camera sees it, so that a screen's pixel grid and the sensor's beat (moiré).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kiosk.scanning.frames import Gray

Real = NDArray[np.float32]

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004 section 9.1)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a thing looks: `phone` or paper; `dark` mode; `brightness` and pixel `grid` of a screen, both 0 to 1.

    `cracked` is a screen's glass; `crumpled`, in modules, how far the folds of a paper move what is printed on it.
    """

    phone: bool = True
    dark: bool = False
    brightness: float = 1.0
    grid: float = 0.0
    cracked: bool = False
    crumpled: float = 0.0


@dataclass(frozen=True, slots=True)
class Thing:
    """The drawn thing: `light` (0 to 255, float), and its code's middle and module size in its own pixels."""

    light: Real
    middle: tuple[float, float]
    unit: int
    modules: int


def draw_thing(text: str, look: Look, unit: int, rng: np.random.Generator) -> Thing:
    """The thing with the code of `text`, `unit` pixels a module."""
    dark = segno.make(text, error="m", micro=False, boost_error=False)
    modules: Any = np.pad(np.array([list(row) for row in dark.matrix], np.uint8), QUIET)
    ink, ground = (235.0, 30.0) if look.dark else (30.0, 245.0)
    code = np.where(np.kron(modules, np.ones((unit, unit), np.uint8)), ink, ground).astype(np.float32)
    size = code.shape[0]
    wide, high = (round(size * 1.16), round(size * 2.1)) if look.phone else (round(size * 1.5), round(size * 1.9))
    light = np.full((high, wide), ground, np.float32)
    left, top = (wide - size) // 2, (high - size) // 3
    _lines(light, ink, ground, top, top + size)
    light[top : top + size, left : left + size] = code
    if look.phone:
        _screen(light, look, rng)
    elif look.crumpled:
        light = _crumpled(light, look.crumpled * unit, unit, rng)
    return Thing(light, (left + size / 2, top + size / 2), unit, modules.shape[0])


def _lines(light: Real, ink: float, ground: float, above: int, below: int) -> None:
    """Bars that stand for lines of text above and below the code."""
    high, wide = light.shape
    thick = max(2, wide // 40)
    for start, end in ((thick * 3, above - thick), (below + thick, high - thick * 2)):
        for row in range(start, end, thick * 3):
            light[row : row + thick, wide // 10 : wide // 10 + wide * (3 + row % 5) // 10] = (ink + ground) / 2


def _screen(light: Real, look: Look, rng: np.random.Generator) -> None:
    """The glass, its cracks, its brightness and its pixel grid, and the bezel around."""
    high, wide = light.shape
    if look.cracked:
        _crack(light, rng)
    light *= look.brightness
    if look.grid:
        light *= 1 - look.grid * (0.5 + 0.5 * np.sin(np.arange(wide, dtype=np.float32) * (2 * np.pi / 2.7)))[None, :]
        light *= 1 - look.grid * (0.5 + 0.5 * np.sin(np.arange(high, dtype=np.float32) * (2 * np.pi / 3.1)))[:, None]
    bezel = max(2, wide // 40)
    for edge in (light[:bezel], light[-bezel:], light[:, :bezel], light[:, -bezel:]):
        edge[:] = 22.0


def _crack(light: Real, rng: np.random.Generator) -> None:
    """Bright and dark lines that run from one point of the glass."""
    high, wide = light.shape
    start = rng.uniform((0.2 * wide, 0.2 * high), (0.8 * wide, 0.6 * high))
    for angle in rng.uniform(0, 2 * np.pi, 9):
        place = start.copy()
        for _ in range(6):
            step = place + rng.uniform(0.04, 0.12) * wide * np.array((np.cos(angle), np.sin(angle)))
            step += rng.normal(0, 0.01 * wide, 2)
            ends = [(round(float(x)), round(float(y))) for x, y in (place, step)]
            cv2.line(light, ends[0], ends[1], float(rng.choice((20.0, 250.0))), 1, cv2.LINE_AA)
            place = step


def _crumpled(light: Real, shift: float, unit: int, rng: np.random.Generator) -> Real:
    """Folds: what is printed moves by up to about `shift` pixels, and each fold has its shade."""
    high, wide = light.shape
    folds = max(2, wide // (unit * 12))
    fields = [
        cv2.resize(
            rng.normal(0, 1, (folds * high // wide + 1, folds)).astype(np.float32), (wide, high), interpolation=2
        )
        for _ in range(3)
    ]
    columns, rows = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    moved = cv2.remap(
        light, columns + shift * fields[0], rows + shift * fields[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return (moved * np.clip(0.88 + 0.08 * fields[2], 0.6, 1.0)).astype(np.float32)


def hall(rng: np.random.Generator, size: tuple[int, int], *, back_lit: bool) -> Real:
    """What lies behind the visitor, out of focus; with a bright door behind, `back_lit`. `size`: width, height."""
    width, height = size
    coarse = rng.uniform(70, 215, (5, 9)).astype(np.float32)
    wall: Real = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)
    for _ in range(14):
        left, top = int(rng.integers(0, width)), int(rng.integers(0, height))
        right, bottom = left + int(rng.integers(20, 300)), top + int(rng.integers(20, 300))
        cv2.rectangle(wall, (left, top), (right, bottom), float(rng.uniform(30, 240)), -1)
    wall = np.asarray(cv2.GaussianBlur(wall, (0, 0), 6), np.float32)
    return np.maximum(wall, 252.0).astype(np.float32) if back_lit else wall


def as_gray(light: Real) -> Gray:
    """Light as a camera's 8 bits."""
    return np.clip(light, 0, 255).astype(np.uint8)
