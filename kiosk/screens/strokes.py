"""Lines that signs are drawn with: points in a square from -1 to 1, y upwards."""

from __future__ import annotations

from math import cos, pi, sin

Stroke = tuple[tuple[float, float], ...]


def arc(x: float, y: float, radius: float, start: float = 0.0, end: float = 360.0) -> Stroke:
    """Return points on a circle; degrees run counter-clockwise from the right."""
    return oval(x, y, radius, radius, start, end)


def oval(x: float, y: float, across: float, up: float, start: float = 0.0, end: float = 360.0) -> Stroke:
    """Return points on an ellipse with these two radii; degrees as for `arc`."""
    steps = max(8, round(abs(end - start) / 6))
    angles = [(start + (end - start) * step / steps) * pi / 180 for step in range(steps + 1)]
    return tuple((x + across * cos(angle), y + up * sin(angle)) for angle in angles)


def dashes(begin: tuple[float, float], end: tuple[float, float], count: int) -> tuple[Stroke, ...]:
    """Return a broken line: `count` dashes with gaps of the same length between them, no gap at either end."""
    parts = 2 * count - 1

    def at(part: int) -> tuple[float, float]:
        return tuple(a + (b - a) * part / parts for a, b in zip(begin, end, strict=True))  # pyright: ignore[reportReturnType]

    return tuple((at(2 * number), at(2 * number + 1)) for number in range(count))
