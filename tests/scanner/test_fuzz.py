"""Random and mutated codes and frames: nothing falls, and nothing is read that was not drawn.

A short run each time; the whole 20,000 with the long tests (issue 4).
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
import segno

from kiosk.scanning import finders, mesh

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.cascade import Cascade
    from kiosk.scanning.codes import FoundCode
    from kiosk.scanning.frames import Gray

PARTS, IN_A_PART = 20, 1000
SHORT = 60

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def random_bytes(rng: random.Random) -> tuple[bytes, dict[str, Any]]:
    """Bytes of no character set."""
    return rng.randbytes(rng.randrange(1, 120)), {"mode": "byte"}


def booking_like(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """What a booking code looks like."""
    return "VB1:" + "".join(rng.choices(_SIGNS, k=rng.randrange(5, 150))), {}


def digits(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A number."""
    return "".join(rng.choices("0123456789", k=rng.randrange(1, 200))), {}


def letters(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """Letters of three scripts, with and without ECI."""
    content = "".join(rng.choices("éü张三abc 李", k=rng.randrange(1, 60)))
    # Left to itself segno writes bytes that happen to be Shift JIS in Kanji mode, and the code then says that.
    return content, {"encoding": "utf-8", "mode": "byte", "eci": rng.choice((True, False))}


CONTENTS: tuple[Callable[[random.Random], tuple[str | bytes, dict[str, Any]]], ...] = (
    random_bytes,
    booking_like,
    digits,
    letters,
)


def drawn_code(rng: random.Random) -> tuple[Gray, str | bytes]:
    """A code of random content, and that content."""
    content, how = rng.choice(CONTENTS)(rng)
    code = segno.make(content, error=rng.choice("lmqh"), micro=False, boost_error=False, **how)
    modules = np.pad(np.array([list(row) for row in code.matrix], np.uint8), 4)
    unit = rng.choice((2, 3, 4, 5))
    return np.kron(255 - 255 * modules, np.ones((unit, unit), np.uint8)).astype(np.uint8), content


def is_true(code: FoundCode, content: str | bytes) -> bool:
    """Whether the code is the one that was drawn; bytes of no character set have no text to compare."""
    return code.raw == content if isinstance(content, bytes) else code.text == content


def unchanged(picture: Gray, _rng: random.Random) -> Gray:
    """As it was drawn."""
    return picture


def flipped(picture: Gray, rng: random.Random) -> Gray:
    """Blocks of it turned over, as ink and dirt do."""
    spoilt = picture.copy()
    for _ in range(rng.randrange(1, 30)):
        top, left = rng.randrange(picture.shape[0]), rng.randrange(picture.shape[1])
        block = spoilt[top : top + rng.randrange(1, 14), left : left + rng.randrange(1, 14)]
        block[:] = 255 - block
    return spoilt


def shuffled(picture: Gray, rng: random.Random) -> Gray:
    """Strips of it in another order: finder patterns without the code between them."""
    axis = rng.randrange(2)
    strips = np.array_split(picture, rng.randrange(2, 9), axis=axis)
    rng.shuffle(strips)
    return np.ascontiguousarray(np.concatenate(strips, axis=axis))


def noisy(picture: Gray, rng: random.Random) -> Gray:
    """With noise and blur."""
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(0, 90), picture.shape)
    return (cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 3.0)) + noise).clip(0, 255).astype(np.uint8)


def cut(picture: Gray, rng: random.Random) -> Gray:
    """A part of it only."""
    height, width = picture.shape
    top, left = rng.randrange(max(1, height // 2)), rng.randrange(max(1, width // 2))
    down, right = rng.randrange(1, height + 1), rng.randrange(1, width + 1)
    return np.ascontiguousarray(picture[top : top + down, left : left + right])


def half_covered(picture: Gray, rng: random.Random) -> Gray:
    """Its lower half random modules."""
    spoilt = picture.copy()
    modules = np.random.default_rng(rng.getrandbits(32)).integers(0, 2, (40, 40), dtype=np.uint8) * 255
    half = picture.shape[0] // 2
    spoilt[half:] = cv2.resize(modules, picture.shape[::-1], interpolation=cv2.INTER_NEAREST)[half:]
    return spoilt


def only_noise(_picture: Gray, rng: random.Random) -> Gray:
    """No code at all: random modules or levels of any size."""
    side, levels = rng.randrange(4, 120), rng.choice((2, 256))
    modules = np.random.default_rng(rng.getrandbits(32)).integers(0, levels, (side, side))
    picture = (modules * (255 // (levels - 1))).astype(np.uint8)
    return np.asarray(cv2.resize(picture, (240, 240), interpolation=rng.choice((0, 1))), np.uint8)


MUTATIONS = (unchanged, flipped, shuffled, noisy, cut, half_covered, only_noise)


def wrongly_read(cascade: Cascade, seed: int, count: int) -> list[tuple[int, str]]:
    """What was read of `count` pictures and not drawn: which picture, and the text."""
    wrong: list[tuple[int, str]] = []
    cascade.stages.wait = True
    for number in range(count):
        rng = random.Random(seed * 100_000 + number)
        picture, content = drawn_code(rng)
        for _ in range(rng.randrange(1, 3)):
            picture = rng.choice(MUTATIONS)(picture, rng)
        read = cascade.decode_still(picture) if number % 2 else cascade.decode(picture)
        wrong += [(number, code.text) for code in read if not is_true(code, content)]
    return wrong


def test_some_spoilt_codes_are_read_rightly_or_not_at_all(cascade: Cascade) -> None:
    """A few on every run."""
    assert wrongly_read(cascade, 1, SHORT) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_twenty_thousand_spoilt_codes_are_read_rightly_or_not_at_all(cascade: Cascade, part: int) -> None:
    """Issue 4: no crash, and no wrong read in 20,000 random and mutated codes and frames."""
    assert wrongly_read(cascade, 1000 + part, IN_A_PART) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 3), (20, 20), (8, 1280)])
def test_frames_of_odd_shapes_are_survived(cascade: Cascade, shape: tuple[int, int]) -> None:
    """A driver that gives half a frame must not end scanning."""
    frame = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    assert cascade.decode_still(frame) == []
    assert cascade.decode(frame) == []
    assert mesh.read_bent(frame) == []
    assert list(finders.outlines(frame)) == []
