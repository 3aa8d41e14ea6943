"""The small judges: is the camera well, what would help the visitor, is a code new."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.scanning.codes import FoundCode
from kiosk.scanning.hints import Hint, hint_for
from kiosk.scanning.sightings import Sightings
from kiosk.scanning.watch import CameraState, CameraWatch

GRAY = np.full((72, 128, 3), 120, np.uint8)
BLACK = np.zeros((72, 128, 3), np.uint8)
OTHER = np.full((72, 128, 3), 121, np.uint8)


def code(text: str) -> FoundCode:
    """A code somewhere."""
    return FoundCode(text, text.encode(), ((0, 0), (9, 0), (9, 9), (0, 9)))


def square(size: int, dark: int, light: int) -> tuple[np.ndarray, list[tuple[tuple[int, int], ...]]]:
    """A gray frame with a chequered square of that size, and the square's corners."""
    frame = np.full((720, 1280), 128, np.uint8)
    pattern = np.where(np.indices((size, size)).sum(0) // 4 % 2 == 0, dark, light)
    frame[100 : 100 + size, 200 : 200 + size] = pattern
    return frame, [((200, 100), (200 + size, 100), (200 + size, 100 + size), (200, 100 + size))]


def test_a_changing_picture_is_well() -> None:
    """Any noise is life."""
    watch = CameraWatch(black_after=2, frozen_after=3)
    assert {watch.judge((GRAY, OTHER)[at % 2], at) for at in range(20)} == {CameraState.OK}


def test_black_and_frozen_must_last() -> None:
    """A hand over the lens for a moment is no fault; each fault ends with its cause."""
    watch = CameraWatch(black_after=2, frozen_after=3)
    seen = [watch.judge(frame, at).value for at, frame in enumerate([GRAY, BLACK, BLACK, BLACK, BLACK, GRAY])]
    assert seen == ["ok", "ok", "black", "black", "black", "ok"]
    seen = [watch.judge(GRAY, at).value for at in range(6, 11)]
    assert seen == ["ok", "ok", "frozen", "frozen", "frozen"]
    assert watch.judge(OTHER, 11) is CameraState.OK


def test_a_burnt_out_picture_must_last() -> None:
    """A lamp that passes is no fault; a sensor at its end is one, and frozen would send the guard to the cable."""
    watch = CameraWatch(black_after=2, frozen_after=3)
    white = np.full((72, 128, 3), 255, np.uint8)
    seen = [watch.judge(frame, at).value for at, frame in enumerate([GRAY, white, white, white, white, white, GRAY])]
    assert seen == ["ok", "ok", "bright", "bright", "bright", "bright", "ok"]


def test_a_slow_camera_is_told_from_a_single_slow_frame() -> None:
    """Ten frames a second and fewer are named; it reads all the same, and is well when it is quick again."""
    watch = CameraWatch(black_after=2, frozen_after=3)
    frames = (GRAY, OTHER)

    def states(took: float, since: float) -> list[CameraState]:
        return [watch.judge(frames[at % 2], since + at * took, took=took) for at in range(round(5 / took))]

    assert set(states(1 / 30, 0.0)) == {CameraState.OK}
    assert watch.judge(GRAY, 5.4, took=0.4) is CameraState.OK
    slow = states(0.1, 6.0)
    assert slow[0] is CameraState.OK
    assert slow[-1] is CameraState.SLOW
    assert slow[-1].reads
    assert states(1 / 30, 12.0)[-1] is CameraState.OK
    assert not CameraState.BRIGHT.reads


def test_another_size_is_named_after_what_is_worse() -> None:
    """It reads; a camera that is slow as well is slow first. A file may have any size."""
    watch = CameraWatch(black_after=2, frozen_after=3, size=(1280, 720))
    whole = np.full((720, 1280, 3), 120, np.uint8)
    assert [watch.judge(frame, at) for at, frame in enumerate((whole, GRAY, OTHER, whole))] == [
        CameraState.OK,
        CameraState.OTHER_SIZE,
        CameraState.OTHER_SIZE,
        CameraState.OK,
    ]
    assert CameraState.OTHER_SIZE.reads
    assert watch.judge(GRAY, 4, live=False) is CameraState.OK
    assert {watch.judge((GRAY, OTHER)[at % 2], at, took=0.4) for at in range(20, 40)} >= {CameraState.SLOW}


def test_a_file_that_stands_still_is_no_fault() -> None:
    """A single picture as the source never changes."""
    watch = CameraWatch(black_after=2, frozen_after=3)
    assert {watch.judge(GRAY, at, live=False) for at in range(20)} == {CameraState.OK}


@pytest.mark.parametrize(
    ("size", "dark", "light", "hint"),
    [
        (60, 20, 230, Hint.COME_NEARER),
        (300, 20, 230, Hint.HOLD_STILL),
        (300, 60, 80, Hint.BRIGHTER),
        (300, 250, 255, Hint.TOO_BRIGHT),
    ],
)
def test_the_hint_follows_what_is_seen(size: int, dark: int, light: int, hint: Hint) -> None:
    """Small, blurred, dim, burnt out: one word each."""
    assert hint_for(*square(size, dark, light)) is hint


def test_nothing_seen_gives_no_hint() -> None:
    """No code, or one that lies outside the frame."""
    frame = np.full((720, 1280), 128, np.uint8)
    assert hint_for(frame, []) is Hint.NONE
    assert hint_for(frame, [((2000, 900), (2100, 900), (2100, 990), (2000, 990))]) is Hint.NONE


def test_a_code_is_new_once_until_it_was_away() -> None:
    """Seeing it keeps it in sight; two seconds without make it new."""
    sightings = Sightings(2.0)
    assert sightings.new([code("a"), code("a"), code("b")], 0.0) == [code("a"), code("b")]
    assert sightings.new([code("a")], 1.5) == []
    assert sightings.new([code("a"), code("b")], 3.0) == [code("b")]
    assert sightings.new([code("a")], 5.5) == [code("a")]
    sightings.forget()
    assert sightings.new([code("a")], 5.6) == [code("a")]
