"""The demo's drawn camera: what it shows is read, quickly, and it is cheap."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from demo.drawing_scene import HoldStyle
from demo.drawn_camera import PAYMENT_CODE, POSTER, WIFI_POSTER, DrawnCamera
from kiosk.scanner import CameraState, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.cascade import Cascade

# As long as a signed booking code is: version 9, alphanumeric.
BOOKING = (
    "VB1:" + "6BF+70790T9WJWG.FKY*4GO0.O1CV2O5N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90KECTHGWJC0FDC:5AIA%G7X+AQB" * 2
)
FRAMES = 10


def frames_until_read(cascade: Cascade, camera: DrawnCamera, texts: set[str]) -> int:
    """How many frames it takes until all the texts were read; nothing else may be read on the way."""
    seen: set[str] = set()
    for frame in range(1, FRAMES + 1):
        seen |= {code.text for code in cascade.decode(camera.read())}
        assert seen <= texts
        if seen == texts:
            return frame
    pytest.fail(f"not read in {FRAMES} frames: {texts - seen}")


def check_seed(cascade: Cascade, seed: int) -> None:
    """The style that the seed draws is read in time."""
    camera = DrawnCamera(seed)
    style = camera.show(BOOKING[:220])
    assert frames_until_read(cascade, camera, {BOOKING[:220]}) <= FRAMES, style


@pytest.mark.parametrize("seed", range(12))
def test_what_a_visitor_holds_up_is_read_within_ten_frames(cascade: Cascade, seed: int) -> None:
    """A third of a second after the hand comes into the picture, whatever style is drawn."""
    check_seed(cascade, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_sixty_more_visitors_are_read_within_ten_frames(cascade: Cascade, seed: int) -> None:
    """The same for many more."""
    check_seed(cascade, seed)


@pytest.mark.parametrize(
    "style",
    [
        HoldStyle(thing="phone", module=3.2, dark=True, brightness=0.35, grid=0.35, noise=2),
        HoldStyle(thing="phone", module=8.0, turn=28, yaw=30, pitch=-20, left_handed=True),
        HoldStyle(thing="paper", module=4.0, turn=-25, pitch=30, blur=0.9, skin=3),
        HoldStyle(thing="phone", module=6.0, glare=0.5, blur=1.3, brightness=0.5),
        POSTER,
    ],
    ids=["dim dark small", "tilted", "paper", "glare", "poster"],
)
def test_the_ends_of_what_is_drawn_are_read(cascade: Cascade, style: HoldStyle) -> None:
    """Each trouble at its worst."""
    camera = DrawnCamera(5)
    camera.show(BOOKING[:220], style)
    assert frames_until_read(cascade, camera, {BOOKING[:220]}) <= FRAMES


def test_foreign_codes_are_shown_beside_a_booking(cascade: Cascade) -> None:
    """A Wi-Fi poster and a payment code stand in view at many doors."""
    camera = DrawnCamera(3)
    camera.show_many([BOOKING[:120], WIFI_POSTER, PAYMENT_CODE], [HoldStyle(), POSTER, HoldStyle(dark=True)])
    assert frames_until_read(cascade, camera, {BOOKING[:120], WIFI_POSTER, PAYMENT_CODE}) <= FRAMES


def test_two_phones_in_view_are_both_read(cascade: Cascade) -> None:
    """What the kiosk must call ambiguous."""
    camera = DrawnCamera(4)
    camera.show_many(["VB1:ONE", "VB1:TWO"])
    assert frames_until_read(cascade, camera, {"VB1:ONE", "VB1:TWO"}) <= FRAMES


def test_an_empty_hall_gives_no_read(cascade: Cascade) -> None:
    """Nobody there, before and after a visitor."""
    camera = DrawnCamera(6)
    assert [cascade.decode(camera.read()) for _ in range(10)] == [[]] * 10
    camera.show("x")
    camera.hide()
    assert [cascade.decode(camera.read()) for _ in range(10)] == [[]] * 10


def test_equal_seeds_draw_equal_frames_and_no_two_frames_are_the_same() -> None:
    """A demo can be told again; a live sensor never stands still."""
    frames = []
    for _ in range(2):
        camera = DrawnCamera(7)
        camera.show("again")
        frames.append([camera.read() for _ in range(12)])
    assert all(np.array_equal(first, second) for first, second in zip(*frames, strict=True))
    assert not np.array_equal(frames[0][10], frames[0][11])
    assert frames[0][0].shape == (720, 1280, 3)


def test_it_is_a_source_for_the_scanner(wait_for: Callable[..., None]) -> None:
    """Shown, hidden and shown again from another thread, as the demo does."""
    camera = DrawnCamera(8, fps=60)
    heard: list[str] = []
    states: list[CameraState] = []
    scanner = Scanner(camera, lambda codes: heard.extend(code.text for code in codes), states.append)
    scanner.start()
    try:
        camera.show("VB1:FIRST")
        wait_for(lambda: heard == ["VB1:FIRST"])
        camera.hide()
        shower = threading.Thread(target=camera.show, args=("VB1:SECOND",))
        shower.start()
        shower.join()
        wait_for(lambda: heard == ["VB1:FIRST", "VB1:SECOND"])
    finally:
        scanner.stop()
    assert states == [CameraState.OK]
