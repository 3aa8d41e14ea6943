"""Codes that do not lie flat are followed from their finder patterns; what is no code is not made one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.scanning import finders, mesh

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Gray

TEXT = "VB1:" + "6BF+70790T9WJWG.FKY*4GO0" * 5


def framed(code: Gray) -> Gray:
    """The code in the middle of a gray frame of 1280 × 720."""
    frame = np.full((720, 1280), 150, np.uint8)
    top, left = (720 - code.shape[0]) // 2, (1280 - code.shape[1]) // 2
    frame[top : top + code.shape[0], left : left + code.shape[1]] = code
    return frame


def moved(code: Gray, right: NDArray[Any], down: NDArray[Any]) -> Gray:
    """The code with each pixel taken from so far away."""
    height, width = code.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(
            code, (x + right).astype(np.float32), (y + down).astype(np.float32), cv2.INTER_LINEAR, borderValue=255
        ),
        np.uint8,
    )


def crumpled(code: Gray, by: float, seed: int = 1) -> Gray:
    """Paper whose folds move what is printed by about `by` pixels."""
    rng = np.random.default_rng(seed)
    right, down = (
        cv2.resize(rng.normal(0, by, (5, 5)).astype(np.float32), code.shape[::-1], interpolation=cv2.INTER_CUBIC)
        for _ in range(2)
    )
    return moved(code, right, down)


def rolled(code: Gray, angle: float) -> Gray:
    """A label around a bottle, seen over `angle` radians to each side."""
    height, width = code.shape
    radius = width / 2 / np.sin(angle)
    x = np.arange(width, dtype=np.float32) - width / 2
    return moved(code, (radius * np.arcsin(x / radius) * np.sin(angle) / angle - x)[None, :], np.zeros((height, 1)))


def tilted(code: Gray, share: float) -> Gray:
    """A sheet whose far edge is shorter by `share` of its width on both sides."""
    side = code.shape[0]
    corners = np.array(((0, 0), (side, 0), (side, side), (0, side)), np.float32)
    seen = np.array(((side * share, 0), (side * (1 - share), 0), (side, side * 0.8), (0, side * 0.8)), np.float32)
    return np.asarray(
        cv2.warpPerspective(code, cv2.getPerspectiveTransform(corners, seen), (side, side), borderValue=255), np.uint8
    )


BENT: dict[str, Callable[[Gray], Gray]] = {
    "flat": lambda code: code,
    "crumpled": lambda code: crumpled(code, 4.0),
    "crumpled otherwise": lambda code: crumpled(code, 4.0, seed=5),
    "on a bottle": lambda code: rolled(code, 0.75),
    "tilted": lambda code: tilted(code, 0.2),
    "light on dark": lambda code: (255 - crumpled(code, 4.0)).astype(np.uint8),
    "turned": lambda code: np.rot90(crumpled(code, 4.0)).copy(),
    "soft": lambda code: np.asarray(cv2.GaussianBlur(crumpled(code, 3.0), (0, 0), 2.2), np.uint8),
}


@pytest.mark.parametrize("how", BENT)
def test_bent_codes_are_read(draw_qr: Callable[..., Gray], how: str) -> None:
    """A sheet out of a pocket is read like a new one."""
    (code,) = mesh.read_bent(framed(BENT[how](draw_qr(TEXT, 8, error="m", boost_error=False))))
    assert code.text == TEXT
    assert code.raw == TEXT.encode()


def test_the_corners_lie_on_the_code(draw_qr: Callable[..., Gray]) -> None:
    """The frame on the screen follows a bent code as well."""
    picture = draw_qr(TEXT, 8)
    (code,) = mesh.read_bent(framed(picture))
    side = picture.shape[0] - 2 * 4 * 8
    left, top = (1280 - side) // 2, (720 - side) // 2
    expected = ((left, top), (left + side, top), (left + side, top + side), (left, top + side))
    assert np.abs(np.array(code.corners) - np.array(expected)).max() <= 4


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("lost", [(0, 0), (1, 0), (0, 1)], ids=["upper left", "upper right", "lower left"])
def test_a_code_with_one_finder_pattern_lost_is_read(
    draw_qr: Callable[..., Gray], lost: tuple[int, int], turns: int
) -> None:
    """A thumb, a stain or a lamp on one corner: the other two tell where the code lies, however it is turned."""
    picture = draw_qr(TEXT, 8, error="h", boost_error=False)
    side, inner = picture.shape[0], 4 * 8
    left, top = (side - inner - 56 if end else inner for end in lost)
    picture[top : top + 56, left : left + 56] = 110
    (code,) = mesh.read_bent(framed(np.ascontiguousarray(np.rot90(picture, turns))))
    assert code.text == TEXT


@pytest.mark.parametrize("seed", range(6))
def test_finder_patterns_around_noise_are_no_code(draw_qr: Callable[..., Gray], seed: int) -> None:
    """Three finder patterns and modules by chance: the error correction says no."""
    picture = draw_qr(TEXT, 8)
    side = picture.shape[0] // 8 - 8
    modules = np.random.default_rng(seed).integers(0, 2, (side, side)).astype(np.uint8) * 255
    noise = np.kron(modules, np.ones((8, 8), np.uint8))
    kept = picture[32:-32, 32:-32]
    for rows, columns in ((slice(72), slice(72)), (slice(72), slice(-72, None)), (slice(-72, None), slice(72))):
        noise[rows, columns] = kept[rows, columns]
    picture[32:-32, 32:-32] = noise
    frame = framed(picture)
    assert list(finders.outlines(frame))
    assert mesh.read_bent(frame) == []


def test_nothing_is_followed_where_nothing_is() -> None:
    """A wall has no finder patterns, and three squares have no modules between them."""
    frame = np.full((720, 1280), 150, np.uint8)
    assert list(finders.outlines(frame)) == []
    for left, top in ((300, 100), (700, 100), (300, 500)):
        for inset, light in ((0, 0), (10, 255), (20, 0)):
            frame[top + inset : top + 70 - inset, left + inset : left + 70 - inset] = light
    assert list(finders.outlines(frame))
    assert mesh.read_bent(frame) == []


def test_it_stops_when_it_is_told(draw_qr: Callable[..., Gray]) -> None:
    """A live frame has no time to lose."""
    assert mesh.read_bent(framed(draw_qr(TEXT, 8)), lambda: False) == []
