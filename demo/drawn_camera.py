"""The demo's camera: drawn visitors hold drawn phones and sheets of paper with real codes before it.

It is a `kiosk.scanner.FrameSource`, so the scanner reads its frames like those of a real camera. Everything is drawn
from a seed; there is no real person in it.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np

from demo.drawing_hall import HEIGHT, WIDTH, Picture, draw_hall
from demo.drawing_scene import NOISE_LEVELS, HoldStyle, Scene, draw_scene, empty_scene

if TYPE_CHECKING:
    from collections.abc import Sequence

WIFI_POSTER = "WIFI:T:WPA;S:HALL-GUEST;P:welcome-2020;;"
"""The text of a Wi-Fi poster: a code that is no booking."""
PAYMENT_CODE = "https://pay.example.com/qr/f2f0a8c1?amount=20"
"""The text of a payment code: a code that is no booking."""

POSTER = HoldStyle(thing="poster", module=4.0)
"""The style of a notice that hangs beside the kiosk."""

# Pixels by which a noise field is larger than a frame.
_SPARE = 128


class DrawnCamera:
    """A camera whose pictures are drawn, 1280 × 720, BGR; any thread may change what it shows.

    `read` gives the next frame at once; `interval`, from `fps`, is how long the scanner leaves between two (None:
    not at all, for a demo that runs as fast as it can). Equal seeds and equal calls draw equal scenes.
    """

    live = True

    def __init__(self, seed: int, *, fps: float | None = 30.0) -> None:
        """Begin with an empty hall."""
        self._rng = random.Random(seed)
        self.interval = 1.0 / fps if fps else 0.0
        self._hall = draw_hall(self._rng)
        self._noise = _noise_fields(seed)
        self._frame = 0
        self._lock = threading.Lock()
        self._scene = empty_scene(self._hall)
        self._step = 0

    def show(self, text: str, style: HoldStyle | None = None) -> HoldStyle:
        """Hold `text` up as a code, in `style` or one drawn by chance; the style comes back."""
        style = style or HoldStyle.drawn(self._rng)
        self._set(draw_scene(self._hall, [(text, style)], self._rng))
        return style

    def show_many(self, texts: Sequence[str], styles: Sequence[HoldStyle] | None = None) -> None:
        """Hold several codes up side by side, plain phones unless `styles` says otherwise (one for each text)."""
        styles = styles or [HoldStyle(skin=place % 4) for place in range(len(texts))]
        self._set(draw_scene(self._hall, list(zip(texts, styles, strict=True)), self._rng))

    def hide(self) -> None:
        """Nobody is there any more."""
        self._set(empty_scene(self._hall))

    def read(self) -> Picture:
        """The next frame: the scene as it is now, with the sensor's noise."""
        with self._lock:
            scene, step = self._scene, self._step
            self._step += 1
            self._frame += 1
            frame = self._frame
        picture = scene.coming[step] if step < len(scene.coming) else scene.still
        return self._noisy(picture, scene.noise, frame)

    def close(self) -> None:
        """Nothing is held open."""

    def _set(self, scene: Scene) -> None:
        with self._lock:
            self._scene = scene
            self._step = 0

    def _noisy(self, picture: Picture, level: int, frame: int) -> Picture:
        """The picture with a noise field, shifted by the frame's number so that no two frames are the same."""
        brighter, darker = self._noise[level]
        top, left = frame * 37 % _SPARE, frame * 101 % _SPARE
        rows, columns = slice(top, top + HEIGHT), slice(left, left + WIDTH)
        noisy = cv2.add(picture, brighter[rows, columns])
        return np.asarray(cv2.subtract(noisy, darker[rows, columns]), dtype=np.uint8)


def _noise_fields(seed: int) -> list[tuple[Picture, Picture]]:
    """For each level what the noise adds and what it takes away, larger than a frame by the room to shift it."""
    noise = np.random.default_rng(seed).standard_normal((HEIGHT + _SPARE, WIDTH + _SPARE, 3), dtype=np.float32)
    fields = []
    for sigma in NOISE_LEVELS:
        scaled = np.rint(noise * sigma)
        fields.append((scaled.clip(0, 255).astype(np.uint8), (-scaled).clip(0, 255).astype(np.uint8)))
    return fields
