"""The hall behind the visitor, drawn: a bright wall, a glass door, a counter and a floor, out of focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import random

Picture = NDArray[np.uint8]
"""Height × width × 3 (BGR), or × 4 with the coverage last and the colours already multiplied by it."""

WIDTH, HEIGHT = 1280, 720

_HORIZON = 430


def draw_hall(rng: random.Random) -> Picture:
    """A hall of its own for each seed, 1280 × 720, BGR."""
    hall = _wall_and_floor(rng)
    door = rng.randrange(80, 820)
    _draw_door(hall, door)
    for place in range(-60, WIDTH, 430):
        cv2.rectangle(hall, (place, 40), (place + 46, _HORIZON + 10), (196, 202, 198), -1)
    _draw_counter(hall, (door + 560) % 1000)
    _draw_plant(hall, (door + 330) % 1180 + 40)
    _draw_lamps(hall)
    # The camera is focused on the hand in front of it.
    return np.asarray(cv2.GaussianBlur(hall, (0, 0), 6), dtype=np.uint8)


def _wall_and_floor(rng: random.Random) -> Picture:
    warm = rng.uniform(-6, 6)
    light = rng.uniform(0.82, 1.0)
    hall = np.empty((HEIGHT, WIDTH, 3), np.float32)
    wall = np.linspace(222, 196, _HORIZON)[:, None, None] * np.ones((1, WIDTH, 1))
    floor = np.linspace(150, 182, HEIGHT - _HORIZON)[:, None, None] * np.ones((1, WIDTH, 1))
    hall[:_HORIZON] = wall + np.array([2 - warm, 3, -2 + warm])
    hall[_HORIZON:] = floor + np.array([-6 - warm, 0, 4 + warm])
    hall *= light
    picture = hall.clip(0, 255).astype(np.uint8)
    # Floor tiles run towards one point, as a camera sees them.
    for x in range(-1600, 2900, 210):
        cv2.line(picture, (x, HEIGHT), (640 + (x - 640) // 6, _HORIZON), (158, 164, 160), 3, cv2.LINE_AA)
    for row in range(1, 7):
        y = _HORIZON + int(290 * (row / 6) ** 2)
        cv2.line(picture, (0, y), (WIDTH, y), (158, 164, 160), 2, cv2.LINE_AA)
    return picture


def _draw_door(hall: Picture, left: int) -> None:
    """Daylight through a double glass door."""
    cv2.rectangle(hall, (left, 110), (left + 300, _HORIZON), (110, 118, 112), -1)
    for half in (left + 12, left + 156):
        cv2.rectangle(hall, (half, 124), (half + 132, _HORIZON - 6), (246, 240, 228), -1)
        cv2.rectangle(hall, (half, 320), (half + 132, _HORIZON - 6), (206, 214, 196), -1)


def _draw_counter(hall: Picture, left: int) -> None:
    cv2.rectangle(hall, (left, 330), (left + 380, _HORIZON + 60), (112, 132, 60), -1)
    cv2.rectangle(hall, (left - 10, 316), (left + 390, 336), (226, 230, 226), -1)
    for window in range(3):
        cv2.rectangle(hall, (left + 30 + window * 120, 215), (left + 110 + window * 120, 300), (214, 206, 190), -1)
        cv2.rectangle(hall, (left + 30 + window * 120, 170), (left + 110 + window * 120, 200), (93, 96, 11), -1)


def _draw_plant(hall: Picture, x: int) -> None:
    cv2.rectangle(hall, (x - 26, 400), (x + 26, 470), (92, 110, 150), -1)
    for angle in range(-70, 71, 20):
        tip = (x + int(120 * np.sin(np.radians(angle))), 400 - int(130 * np.cos(np.radians(angle))))
        cv2.line(hall, (x, 405), tip, (70, 130, 74), 16, cv2.LINE_AA)


def _draw_lamps(hall: Picture) -> None:
    for x in range(120, WIDTH, 360):
        cv2.rectangle(hall, (x, 18), (x + 200, 34), (255, 255, 255), -1)
