"""A drawn scene: the held things turned, tilted and lit before the hall, ready to be read as camera frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.drawing_hall import HEIGHT, WIDTH
from demo.drawing_hand import SKINS, Held, Look, code_modules, draw_paper, draw_phone, draw_poster

if TYPE_CHECKING:
    import random

    from demo.drawing_hall import Picture

# Frames from the moment something comes into the picture until the hand holds still.
SETTLING = 6

# The sensor's noise, sigma of 255, by the style's `noise`: a bright hall, an ordinary one, a dim one.
NOISE_LEVELS = (1.0, 3.0, 5.0)


@dataclass(frozen=True, slots=True)
class HoldStyle:
    """How a code is held up; `drawn` draws one by chance.

    `module` in pixels of the frame; `turn`, `yaw` and `pitch` in degrees; `blur` the sigma in pixels; `glare`,
    `brightness` and `grid` from 0 to 1; `noise` a place in NOISE_LEVELS; `thing` "phone", "paper" or "poster".
    """

    thing: str = "phone"
    module: float = 5.0
    turn: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    blur: float = 0.0
    glare: float = 0.0
    dark: bool = False
    brightness: float = 1.0
    grid: float = 0.0
    noise: int = 1
    skin: int = 0
    left_handed: bool = False

    @classmethod
    def drawn(cls, rng: random.Random) -> HoldStyle:
        """A style by chance: two phones in three, a third of those in dark mode; as people hold them, some badly."""
        phone = rng.random() < 2 / 3
        module = rng.uniform(3.2, 8.0)
        style = cls(
            thing="phone" if phone else "paper",
            module=module,
            turn=rng.gauss(0, 9),
            yaw=max(-30.0, min(30.0, rng.gauss(0, 12))),
            pitch=max(-30.0, min(30.0, rng.gauss(0, 10))),
            # A lens out of focus hurts small modules most: at 3 pixels a module a sigma of 1 is already the limit.
            blur=rng.uniform(0, min(1.6, module / 4.5)),
            noise=rng.randrange(len(NOISE_LEVELS)),
            skin=rng.randrange(len(SKINS)),
            left_handed=rng.random() < 0.2,
        )
        if not phone:
            return style
        return replace(
            style,
            dark=rng.random() < 1 / 3,
            glare=rng.choice((0.0, 0.0, rng.uniform(0.1, 0.5))),
            brightness=rng.uniform(0.35, 1.0),
            grid=rng.choice((0.0, rng.uniform(0.1, 0.35))),
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """The frames of one scene without their noise: coming into the picture, then at rest."""

    coming: tuple[Picture, ...]
    still: Picture
    noise: int


def empty_scene(hall: Picture) -> Scene:
    """Nobody stands there."""
    return Scene((), hall, 1)


def draw_scene(hall: Picture, holds: list[tuple[str, HoldStyle]], rng: random.Random) -> Scene:
    """The texts held up side by side, each in its style, before the hall."""
    layer = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    room = WIDTH / len(holds)
    for place, (text, style) in enumerate(holds):
        fitted = _fitted(text, style, room if len(holds) > 1 else HEIGHT)
        held = _draw(text, fitted)
        at = (room * (place + 0.5) + rng.uniform(-0.04, 0.04) * room, HEIGHT * 0.47 + rng.uniform(-30, 30))
        _lay(layer, held, _transform(held, fitted, at))
    style = holds[0][1]
    still = _composed(hall, layer)
    if style.glare:
        _glare(still, layer, style.glare, rng)
    if style.blur > 0.2:
        still = np.asarray(cv2.GaussianBlur(still, (0, 0), style.blur), dtype=np.uint8)
    return Scene(tuple(_coming(hall, layer, step) for step in range(SETTLING)), still, style.noise)


def _fitted(text: str, style: HoldStyle, room: float) -> HoldStyle:
    """Smaller modules where the code would not fit into the room (pixels) that it has."""
    return replace(style, module=min(style.module, room * 0.8 / code_modules(text).shape[0]))


def _draw(text: str, style: HoldStyle) -> Held:
    look = Look(
        # Drawn at nearly the size it is shown at, so that the screen's grid and the sensor's beat (moiré).
        unit=max(3, round(style.module)),
        dark=style.dark,
        brightness=style.brightness,
        grid=style.grid,
        skin=style.skin,
        left_handed=style.left_handed,
    )
    drawers = {"phone": draw_phone, "paper": draw_paper, "poster": draw_poster}
    return drawers[style.thing](text, look)


def _transform(held: Held, style: HoldStyle, at: tuple[float, float]) -> NDArray[np.float64]:
    """The homography that turns and tilts the thing about its code's middle and puts that middle `at` the frame's."""
    turn, yaw, pitch = np.radians((style.turn, style.yaw, style.pitch))
    scale = style.module / max(3, round(style.module))
    around_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    around_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    rotation = around_x @ around_y @ around_z
    # A point (x, y, 0) of the thing, turned, seen by a lens that is twice the frame's width away.
    distance = 2.0 * WIDTH
    middle = np.array([[1, 0, -held.middle[0]], [0, 1, -held.middle[1]], [0, 0, 1]])
    to_lens = np.column_stack((rotation[:, 0] * scale, rotation[:, 1] * scale, (0, 0, distance)))
    lens = np.array([[distance, 0, at[0]], [0, distance, at[1]], [0, 0, 1]])
    return lens @ to_lens @ middle


def _lay(layer: Picture, held: Held, transform: NDArray[np.float64]) -> None:
    """Put the thing into the layer, over what is there."""
    warped = np.asarray(cv2.warpPerspective(held.picture, transform, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR))
    layer[:] = warped + (layer * (255 - warped[:, :, 3:]).astype(np.uint16) // 255).astype(np.uint8)


def _composed(hall: Picture, layer: Picture) -> Picture:
    """The layer over the hall."""
    through = (255 - layer[:, :, 3:]).astype(np.uint16)
    return (layer[:, :, :3] + (hall * through // 255)).astype(np.uint8)


def _coming(hall: Picture, layer: Picture, step: int) -> Picture:
    """The hand on its way up at frame `step`: below its place, smeared along its way, both less each frame."""
    left = (1 - (step + 1) / (SETTLING + 1)) ** 2
    down, smear = round(420 * left), round(60 * left) + 1
    moved = np.zeros_like(layer)
    moved[down:] = layer[: HEIGHT - down]
    return _composed(hall, np.asarray(cv2.blur(moved, (1, smear)), dtype=np.uint8))


def _glare(picture: Picture, layer: Picture, strength: float, rng: random.Random) -> None:
    """A lamp's soft reflection on what is held up, somewhere about the middle."""
    x, y = rng.uniform(480, 800), rng.uniform(200, 480)
    across = np.exp(-(((np.arange(WIDTH) - x) / 130) ** 2))
    along = np.exp(-(((np.arange(HEIGHT) - y) / 70) ** 2))
    light = strength * (along[:, None] * across[None, :])[:, :, None] * (layer[:, :, 3:] / 255)
    picture[:] = (picture + (255 - picture.astype(np.float32)) * light).astype(np.uint8)
