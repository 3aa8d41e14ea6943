"""How a visitor stands to be measured, and what they bare: one entry for each site of the body, drawn with lines.

A new site is an entry in `POSES` and its words in both text files (`measuring.title`, `measuring.bare`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.policy import BodySite
from kiosk.screens.strokes import Stroke, arc, dashes, oval

if TYPE_CHECKING:
    from collections.abc import Mapping

# What is bared: a head from the front, with a mask on (it stays on).
_HEAD: Final[tuple[Stroke, ...]] = (
    oval(0, -0.22, 0.46, 0.58),
    oval(-0.21, -0.08, 0.1, 0.06),
    oval(0.21, -0.08, 0.1, 0.06),
    ((-0.45, -0.27), (-0.24, -0.29), (0.0, -0.22), (0.24, -0.29), (0.45, -0.27)),
    ((-0.2, -0.44), (0.2, -0.44)),
    ((-0.16, -0.58), (0.16, -0.58)),
    ((-0.22, -0.73), (-0.22, -0.84), (-0.56, -0.9), (-0.74, -1.0)),
    ((0.22, -0.73), (0.22, -0.84), (0.56, -0.9), (0.74, -1.0)),
)
_HAIR: Final[tuple[Stroke, ...]] = (oval(0, -0.08, 0.46, 0.24, 8, 172),)
_HAIR_BACK: Final[tuple[Stroke, ...]] = (oval(0, -0.02, 0.42, 0.3, 30, 150),)
_NO_CAP: Final[tuple[Stroke, ...]] = (
    oval(-0.7, 0.6, 0.2, 0.24, 0, 180),
    ((-0.98, 0.6), (-0.36, 0.6)),
    ((-0.98, 0.42), (-0.4, 0.98)),
)
_NO_GLASSES: Final[tuple[Stroke, ...]] = (
    arc(0.48, 0.68, 0.13),
    arc(0.86, 0.68, 0.13),
    ((0.61, 0.7), (0.73, 0.7)),
    ((0.42, 0.4), (0.94, 0.98)),
)


def _pointer(y: float) -> tuple[Stroke, ...]:
    """Return an arrow that comes from above and ends in the middle at this height."""
    return ((0.0, 0.95), (0.0, y)), ((-0.14, y + 0.14), (0.0, y), (0.14, y + 0.14))


# How one stands: from the side, on the line, before the kiosk.
_LENS: Final = (0.68, 0.42)
_SCENE: Final[tuple[Stroke, ...]] = (
    ((-1.0, -0.92), (1.0, -0.92)),
    ((0.82, -0.92), (0.82, -0.11)),
    ((0.7, -0.06), (0.86, -0.1), (0.94, 0.62), (0.78, 0.66), (0.7, -0.06)),
    arc(*_LENS, 0.055),
    arc(-0.5, 0.6, 0.22),
    ((-0.36, 0.64), (-0.35, 0.62)),
    ((-0.5, 0.54), (-0.29, 0.54)),
    (
        (-0.68, 0.08),
        *oval(-0.505, 0.08, 0.175, 0.2, 172, 8),
        (-0.33, 0.08),
        (-0.34, -0.3),
        (-0.38, -0.8),
        (-0.24, -0.84),
        (-0.24, -0.88),
        (-0.62, -0.88),
        (-0.66, -0.3),
        (-0.68, 0.08),
    ),
)
_ARM_DOWN: Final[tuple[Stroke, ...]] = (((-0.51, 0.1), (-0.52, -0.16), (-0.46, -0.36)),)
_ARM_OUT: Final[tuple[Stroke, ...]] = (
    ((-0.5, 0.06), (-0.22, -0.06), (0.1, 0.16)),
    ((0.1, 0.16), (0.3, 0.3), (0.38, 0.28), (0.34, 0.2), (0.14, 0.08)),
)
_ON_THE_LINE: Final[tuple[Stroke, ...]] = (
    ((-0.74, -0.99), (-0.14, -0.99)),
    ((-0.06, -0.76), (0.7, -0.76)),
    ((0.06, -0.68), (-0.06, -0.76), (0.06, -0.84)),
    ((0.58, -0.68), (0.7, -0.76), (0.58, -0.84)),
)


def _towards_lens(x: float, y: float) -> tuple[Stroke, ...]:
    """Return a broken line from a point of the body to the lens."""
    return dashes((x, y), (_LENS[0] - 0.12, _LENS[1]), 5)


STANCES: Final[Mapping[str, tuple[tuple[Stroke, ...], tuple[Stroke, ...]]]] = {
    "look": ((*_SCENE, *_ARM_DOWN), (*_ON_THE_LINE, *_towards_lens(-0.18, 0.62))),
    "wrist": ((*_SCENE, *_ARM_OUT), (*_ON_THE_LINE, *dashes((0.4, 0.33), (0.56, 0.41), 2))),
    "neck": ((*_SCENE, *_ARM_DOWN), (*_ON_THE_LINE, *_towards_lens(-0.28, 0.36))),
}
"""Ways to stand: what is drawn, and what of it is shown by colour."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How one stands, by its name in `STANCES`, and what is bared: drawn, and pointed at."""

    stance: str
    lines: tuple[Stroke, ...]
    spots: tuple[Stroke, ...]


POSES: Final[Mapping[BodySite, Pose]] = {
    BodySite.FOREHEAD: Pose("look", (*_HEAD, *_HAIR_BACK, *_NO_CAP), (oval(0, 0.1, 0.2, 0.11), *_pointer(0.25))),
    BodySite.CANTHUS: Pose(
        "look",
        (*_HEAD, *_HAIR, *_NO_CAP, *_NO_GLASSES),
        (oval(0, -0.08, 0.15, 0.1), *_pointer(0.06)),
    ),
    BodySite.FACE_MAX: Pose(
        "look", (*_HEAD, *_HAIR, *_NO_CAP, *_NO_GLASSES), (oval(0, -0.2, 0.58, 0.7), *_pointer(0.54))
    ),
    # A hand whose sleeve is rolled up, a neck over an open collar.
    BodySite.WRIST: Pose(
        "wrist",
        (
            ((1.0, 0.55), (0.5, 0.55), (0.5, -0.55), (1.0, -0.55)),
            ((0.66, 0.55), (0.66, -0.55)),
            ((0.5, 0.36), (-0.2, 0.3), (-0.36, 0.42), (-0.5, 0.66), (-0.68, 0.72), (-0.72, 0.58), (-0.58, 0.36)),
            ((-0.58, 0.36), (-0.94, 0.32), (-1.0, 0.22), (-1.0, -0.2), (-0.92, -0.3), (-0.5, -0.36), (-0.2, -0.3)),
            ((-0.2, -0.3), (0.5, -0.36)),
            ((-1.0, 0.1), (-0.62, 0.1)),
            ((-1.0, -0.08), (-0.62, -0.08)),
        ),
        (arc(0.14, 0, 0.17), ((0.14, 0.95), (0.14, 0.3)), ((0.0, 0.46), (0.14, 0.28), (0.28, 0.46))),
    ),
    BodySite.NECK: Pose(
        "neck",
        (
            arc(0, 0.5, 0.42, -62, 242),
            ((-0.2, 0.13), (-0.2, -0.18), (-0.5, -0.34), (-0.86, -0.52), (-0.96, -0.95)),
            ((0.2, 0.13), (0.2, -0.18), (0.5, -0.34), (0.86, -0.52), (0.96, -0.95)),
            ((-0.42, -0.3), (0.0, -0.78), (0.42, -0.3)),
        ),
        (arc(0.12, -0.04, 0.15), ((0.98, -0.04), (0.4, -0.04)), ((0.54, 0.1), (0.38, -0.04), (0.54, -0.18))),
    ),
}
"""By where it is measured. The manual lane shows what is bared too."""


def pose_at(site: BodySite | None) -> BodySite:
    """Return the site whose pose is shown: `site` itself, or for one that no machine measures a free face."""
    return site if site is not None and site in POSES else BodySite.FACE_MAX
