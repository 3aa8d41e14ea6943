"""Drawn visits of two seconds, and how soon each decoder reads them when it gets the newest frame only.

A phone or a paper comes into the picture from below and nearer, its motion fades, the focus hunts and settles. One
visit in five is in dark mode, screens have a pixel grid, things are turned, tilted up to 40° and lit by a lamp. One
visit in seventeen each is dim (20 % brightness in dark mode), before a bright door, behind cracked glass, seen through
a fogged lens, on crumpled paper, or has a second phone with another code beside it. Modules are 2 to 8 pixels. All of
it is drawn from a seed; nothing here is known to the scanner.

Timing: a camera of 30 frames a second and a decoder that takes what it really takes here. When it is done it gets
the frame that is the newest then. A visit is read when a decoder gives its text; a text that is not shown is wrong.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.scanner_rig.peers import PEERS
from bench.scanner_rig.things import Look, Real, Thing, as_gray, draw_thing, hall
from kiosk.scanner import Cascade, ZbarProcess
from kiosk.scanning.frames import as_pixels

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Gray

SIZE = (1280, 720)
RATE = 30
LASTS_S = 2.0

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_OTHER_CODES = ("https://pay.example.com/qr/f2f0a8c1?amount=20", "WIFI:T:WPA;S:HALL-GUEST;P:welcome-2020;;")
_EXPOSURE_S = 1 / 100
# Sigma of the sensor's noise, of 255: a bright hall to a dim one.
_NOISE = (1.0, 6.0)
_HALL_FRAMES = 20
_TELLS_EVERY = 20
# Pixels by which the noise is larger than a frame, to be shifted by.
_SPARE = 128


@dataclass(frozen=True, slots=True)
class Held:
    """One thing in the picture: where it rests (pixels), turned and tilted (degrees), `module` pixels a module."""

    thing: Thing
    at: tuple[float, float]
    module: float
    turn: float
    yaw: float
    pitch: float


class Visit:
    """One visitor for two seconds; frames are drawn when they are asked for, and kept."""

    def __init__(self, seed: tuple[int, int]) -> None:
        """Drawn from the run's seed and the visit's number."""
        rng = np.random.default_rng(seed)
        self.text = "VB1:" + "".join(rng.choice(list(_SIGNS), int(rng.integers(90, 170))))
        self.shown = {self.text}
        kind = str(
            rng.choice(("plain", "dim", "backlit", "cracked", "fogged", "crumpled", "two"), p=(0.64, *6 * (0.06,)))
        )
        self._fogged = kind == "fogged"
        self._hall = hall(rng, SIZE, back_lit=kind == "backlit")
        glare = float(rng.uniform(0.2, 0.6)) if rng.random() < 0.25 else 0.0
        glare_at = (float(rng.uniform(450, 830)), float(rng.uniform(200, 520)))
        self._lamp = glare * _spot(glare_at) if glare else None
        noise = np.random.default_rng(seed).standard_normal((SIZE[1] + _SPARE, SIZE[0] + _SPARE), dtype=np.float32)
        self._noise = np.rint(noise * float(rng.uniform(*_NOISE))).astype(np.int16)
        self._veil = 25.0 if kind == "backlit" else 0.0
        look = _look(kind, rng)
        self._light = 0.45 if kind == "backlit" and not look.phone else 1.0
        module = float(rng.uniform(2.7, 8.0))
        self._held = [_held(self.text, look, module, rng, beside=0)]
        if kind == "two":
            other = str(rng.choice(_OTHER_CODES))
            self.shown.add(other)
            self._held = [
                _held(self.text, look, min(module, 6.0), rng, beside=-300),
                _held(other, Look(), 5.0, rng, beside=300),
            ]
        self._soft = float(rng.uniform(0.0, 0.26)) * self._held[0].module
        self._hunt = float(rng.uniform(0.0, 0.9)) * self._held[0].module
        self._hunts_for = float(rng.uniform(0.1, 0.35))
        self._slows_in = float(rng.uniform(0.08, 0.2))
        self._tremor = rng.uniform((1.0, 3.0, 0.0), (4.0, 7.0, 6.0))
        self._frames: dict[int, Gray] = {}

    def empty(self, number: int) -> Gray:
        """The hall before the visitor comes, with the sensor's noise."""
        return self._sensed(as_gray(self._hall), number + 64)

    def frame(self, number: int) -> Gray:
        """The frame so many thirtieths of a second after the thing has come into the picture."""
        if number not in self._frames:
            self._frames[number] = self._sensed(self._optics(number / RATE), number)
        return self._frames[number]

    def _optics(self, at: float) -> Gray:
        """The light that reaches the sensor: things before the hall, glare, then the lens."""
        light = self._hall.copy()
        down = 420 * np.exp(-at / self._slows_in)
        speed = down / self._slows_in
        near = 0.75 + 0.25 * min(1.0, at / 0.7)
        wide, rate, phase = self._tremor
        shake = wide * np.sin(rate * 2 * np.pi * at + phase)
        for held in self._held:
            turned = _transform(held, near, (held.at[0] + shake, held.at[1] + down))
            mask = cv2.warpPerspective(np.ones_like(held.thing.light), turned, SIZE)
            seen = cv2.warpPerspective(held.thing.light * self._light + self._veil, turned, SIZE)
            seen -= light
            seen *= mask
            light += seen
        if self._lamp is not None:
            light += (255 - light) * self._lamp
        smear = max(1, round(float(speed * _EXPOSURE_S)))
        return self._lens(as_gray(light), at, smear)

    def _lens(self, light: Gray, at: float, smear: int) -> Gray:
        """What motion, a focus that hunts, and fog on the glass make of the light."""
        seen: Any = cv2.blur(light, (1, smear)) if smear > 1 else light
        sigma = np.hypot(self._soft, self._hunt * np.exp(-at / self._hunts_for) * abs(np.cos(9 * at)))
        if sigma > 0.2:
            seen = cv2.GaussianBlur(seen, (0, 0), float(sigma))
        if self._fogged:
            seen = cv2.addWeighted(seen, 0.45, cv2.GaussianBlur(seen, (0, 0), 14), 0.4, 30)
        return as_pixels(seen)

    def _sensed(self, light: Gray, number: int) -> Gray:
        """The light as the sensor gives it: the noise field shifted, so that no two frames have the same."""
        top, left = number * 37 % _SPARE, number * 101 % _SPARE
        noise = self._noise[top : top + SIZE[1], left : left + SIZE[0]]
        return as_pixels(np.clip(noise + light, 0, 255))


def _look(kind: str, rng: np.random.Generator) -> Look:
    phone = kind != "crumpled" and (kind != "plain" or bool(rng.random() < 0.6))
    if not phone:
        return Look(phone=False, crumpled=0.35 if kind == "crumpled" else 0.0)
    grid = float(rng.uniform(0.1, 0.35)) if rng.random() < 0.5 else 0.0
    if kind == "dim":
        return Look(dark=True, brightness=0.2, grid=grid)
    return Look(
        dark=bool(rng.random() < 0.22), brightness=float(rng.uniform(0.4, 1.0)), grid=grid, cracked=kind == "cracked"
    )


def _held(text: str, look: Look, module: float, rng: np.random.Generator, *, beside: float) -> Held:
    thing = draw_thing(text, look, max(3, round(module)), rng)
    module = min(module, 640 / thing.modules)
    at = (SIZE[0] / 2 + beside + float(rng.uniform(-60, 60)), SIZE[1] / 2 + float(rng.uniform(-30, 30)))
    yaw, pitch = (float(np.clip(rng.normal(0, 14), -40, 40)) for _ in range(2))
    return Held(thing, at, module, float(rng.normal(0, 10)), yaw, pitch)


def _transform(held: Held, near: float, at: tuple[float, float]) -> NDArray[np.float64]:
    """The homography that turns and tilts the thing about its code's middle and puts that middle `at` the frame's."""
    turn, yaw, pitch = np.radians((held.turn, held.yaw, held.pitch))
    around_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    around_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    rotation = around_x @ around_y @ around_z
    scale = held.module * near / held.thing.unit
    distance = 1.6 * SIZE[0]
    middle = np.array([[1, 0, -held.thing.middle[0]], [0, 1, -held.thing.middle[1]], [0, 0, 1]])
    to_lens = np.column_stack((rotation[:, 0] * scale, rotation[:, 1] * scale, (0, 0, distance)))
    lens = np.array([[distance, 0, at[0]], [0, distance, at[1]], [0, 0, 1]])
    return lens @ to_lens @ middle


def _spot(at: tuple[float, float]) -> Real:
    """A lamp's soft reflection."""
    across = np.exp(-(((np.arange(SIZE[0]) - at[0]) / 130) ** 2))
    along = np.exp(-(((np.arange(SIZE[1]) - at[1]) / 80) ** 2))
    return np.outer(along, across).astype(np.float32)


class _VisitTime:
    """The scanner's clock: the visit's time, and what has really passed since the frame was handed over."""

    def __init__(self) -> None:
        self.visit_at = 0.0
        self._base = 0.0
        self._since = time.perf_counter()

    def frame_at(self, at: float) -> None:
        self._base, self._since = at, time.perf_counter()

    def frame_in_visit(self, at: float) -> None:
        self.frame_at(self.visit_at + at)

    def __call__(self) -> float:
        return self._base + time.perf_counter() - self._since


@dataclass(slots=True)
class Score:
    """When the visits were read, in seconds, and in how many something that was not shown was read."""

    times: list[float]
    wrong: int = 0

    def summary(self, visits: int) -> dict[str, float]:
        """The decoder's row."""
        within = {limit: sum(at <= limit for at in self.times) / visits for limit in (0.5, 1.0, 2.0)}
        return {
            "within_0_5_s": round(within[0.5], 4),
            "within_1_s": round(within[1.0], 4),
            "within_2_s": round(within[2.0], 4),
            "wrong": self.wrong,
        }


def watch(
    visit: Visit, decode: Callable[[Gray], list[str]], tell: Callable[[float], None]
) -> tuple[float | None, bool]:
    """When the visit's text was read (None: never), and whether anything was read that it does not show."""
    number, now = 0, 0.0
    while now < LASTS_S:
        frame = visit.frame(number)
        tell(now)
        start = time.perf_counter()
        texts = decode(frame)
        now += time.perf_counter() - start
        if set(texts) - visit.shown:
            return None, True
        if visit.text in texts:
            return (now if now <= LASTS_S else None), False
        # The newest frame there is; when it is the one just read, the next one.
        number = max(number + 1, int(now * RATE))
        now = max(now, number / RATE)
    return None, False


def measure_visits(count: int, seed: int) -> dict[str, dict[str, float]]:
    """The scores of this scanner and of its peers over `count` visits drawn from `seed`."""
    scores = {name: Score([]) for name in ("kiosk", *PEERS)}
    zbar = ZbarProcess()
    zbar.read(np.full((40, 40), 200, np.uint8), wait=True)
    clock = _VisitTime()
    cascade = Cascade(zbar, clock=clock)
    try:
        for number in range(count):
            if number % _TELLS_EVERY == 0:
                print(f"bench scanner: {number} of {count} visits", file=sys.stderr)
            visit = Visit((seed, number))
            began = 10.0 * number + _HALL_FRAMES / RATE
            # The hall before the visitor comes: what the scanner knows of nobody being there is part of it.
            for step in range(_HALL_FRAMES):
                clock.frame_at(began + (step - _HALL_FRAMES) / RATE)
                cascade.decode(visit.empty(step))
            clock.visit_at = began
            _score(
                scores["kiosk"],
                visit,
                lambda frame: [code.text for code in cascade.decode(frame)],
                clock.frame_in_visit,
            )
            for name, read in PEERS.items():
                _score(scores[name], visit, read, lambda _at: None)
    finally:
        cascade.close()
    return {name: score.summary(count) for name, score in scores.items()}


def _score(score: Score, visit: Visit, decode: Callable[[Gray], list[str]], tell: Callable[[float], None]) -> None:
    at, is_wrong = watch(visit, decode, tell)
    score.wrong += is_wrong
    if at is not None:
        score.times.append(at)
