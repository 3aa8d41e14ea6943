"""The order of readings: what is found, what is passed over, and what a blank frame gives."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
import segno
import zxingcpp

from kiosk.scanning import finders
from kiosk.scanning.cascade import Cascade

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.codes import FoundCode
    from kiosk.scanning.frames import Gray

BLANKS = {
    "black": np.zeros((720, 1280), np.uint8),
    "white": np.full((720, 1280), 255, np.uint8),
    "noise": np.random.default_rng(1).integers(0, 256, (720, 1280), dtype=np.uint8),
    "coarse noise": np.asarray(
        cv2.resize(np.random.default_rng(2).integers(0, 256, (90, 160), dtype=np.uint8), (1280, 720)), dtype=np.uint8
    ),
    "stripes": np.tile(np.array([0, 0, 0, 255, 255, 255], np.uint8), (720, 214))[:, :1280],
    "chequers": (np.indices((720, 1280)).sum(0) // 8 % 2 * 255).astype(np.uint8),
}


def placed(code: Gray, left: int, top: int) -> Gray:
    """A gray frame of 1280 × 720 with the code at the place."""
    frame = np.full((720, 1280), 190, np.uint8)
    frame[top : top + code.shape[0], left : left + code.shape[1]] = code
    return frame


@pytest.mark.parametrize("blank", BLANKS)
def test_a_frame_without_a_code_gives_no_read(cascade: Cascade, blank: str) -> None:
    """Nothing is ever read out of a wall, a shirt or noise, by any stage."""
    assert cascade.decode_still(BLANKS[blank]) == []
    assert [cascade.decode(BLANKS[blank]) for _ in cascade.stages.by_name] == [[]] * len(cascade.stages.by_name)


def test_two_codes_in_a_frame_are_both_found(cascade: Cascade, draw_qr: Callable[..., Gray]) -> None:
    """The caller can tell an ambiguous frame only when it gets both."""
    frame = placed(draw_qr("one"), 100, 200)
    frame[300 : 300 + 116, 900 : 900 + 116] = draw_qr("two")
    assert {code.text for code in cascade.decode(frame)} == {"one", "two"}


def test_corners_are_given_in_the_frames_pixels(cascade: Cascade, draw_qr: Callable[..., Gray]) -> None:
    """The frame drawn around the code on the screen must follow the code, whichever stage read it."""
    code = draw_qr("HELLO", 6)
    frame = placed(code, 400, 300)
    cascade.stages.wait = True
    stages = cascade.stages.by_name | cascade.stages.for_stills
    made_for_others = ("inverted", "outlined", "deblurred")
    found = {name: read(frame) for name, read in stages.items() if not any(word in name for word in made_for_others)}
    found["live"] = cascade.decode(frame)
    found["followed"] = cascade.decode(frame)
    found["fitted"] = cascade.decode_still(frame.repeat(3, 0).repeat(3, 1))
    for name, codes in found.items():
        scale = 3 if name == "fitted" else 1
        left, top = codes[0].corners[0]
        assert abs(left - scale * 424) <= 6 * scale, name
        assert abs(top - scale * 324) <= 6 * scale, name


def test_a_followed_code_does_not_hide_a_second_one(cascade: Cascade, draw_qr: Callable[..., Gray]) -> None:
    """Trying the last place first must not make the scanner blind to the rest."""
    frame = placed(draw_qr("one"), 100, 200)
    cascade.decode(frame)
    frame[300 : 300 + 116, 900 : 900 + 116] = draw_qr("two")
    seen = {code.text for _ in range(5) for code in cascade.decode(frame)}
    assert seen == {"one", "two"}


def test_a_code_that_moved_away_is_found_again(cascade: Cascade, draw_qr: Callable[..., Gray]) -> None:
    """The last place is only a guess."""
    cascade.decode(placed(draw_qr("one"), 100, 200))
    assert [code.text for code in cascade.decode(placed(draw_qr("one"), 1000, 500))] == ["one"]


@pytest.mark.parametrize("stages", ["all", "zbar only"])
def test_a_dark_mode_code_is_read(cascade: Cascade, draw_qr: Callable[..., Gray], stages: str) -> None:
    """Phones in dark mode show light codes on dark ground."""
    frame = placed((255 - draw_qr("dark", 6)).astype(np.uint8), 300, 200)
    cascade.stages.wait = True
    read = cascade.decode if stages == "all" else cascade.stages.by_name["zbar half inverted"]
    assert [code.text for code in read(frame)] == ["dark"]


def test_modules_of_two_pixels_are_read(cascade: Cascade, draw_qr: Callable[..., Gray]) -> None:
    """A sharp code far away is read before the visitor comes near."""
    text = "VB1:" + "6BF+70790T9WJWG.FKY*4GO0" * 6
    assert [code.text for code in cascade.decode(placed(draw_qr(text, 2, error="m"), 300, 200))] == [text]


def test_a_colour_frame_is_read_like_a_gray_one(cascade: Cascade, draw_qr: Callable[..., Gray]) -> None:
    """Cameras give BGR."""
    frame = np.asarray(cv2.cvtColor(placed(draw_qr("colour"), 300, 200), cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    assert [code.text for code in cascade.decode(frame)] == ["colour"]


def test_the_largest_code_full_of_random_bytes_comes_through(cascade: Cascade, draw_qr: Callable[..., Gray]) -> None:
    """2,953 bytes are all a QR code can hold; random ones are read as they are and harm nothing."""
    content = random.Random(4).randbytes(2953)
    codes = cascade.decode_still(draw_qr(content, 4, mode="byte", error="l", boost_error=False))
    assert [code.raw for code in codes] == [content]


@pytest.mark.parametrize("together", [False, True], ids=["parts alone", "all parts in a frame"])
def test_structured_append_is_passed_over(
    cascade: Cascade, draw_symbol: Callable[..., Gray], together: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """A part of a message is no booking; pyzbar raises on it, and nothing is printed."""
    parts = [draw_symbol(code) for code in segno.make_sequence("A message in four parts. " * 12, symbol_count=4)]
    frames = [np.hstack(parts)] if together else parts
    cascade.stages.wait = True
    for frame in frames:
        assert cascade.decode(frame) == []
        assert cascade.decode_still(frame) == []
        assert [stage(frame) for stage in cascade.stages.by_name.values()] == [[]] * len(cascade.stages.by_name)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("other", ["MicroQRCode", "RMQRCode", "Aztec", "DataMatrix", "PDF417", "Code128", "EAN13"])
def test_other_symbologies_are_passed_over(cascade: Cascade, other: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Only QR codes carry bookings; the rest is neither read nor printed about."""
    barcode = zxingcpp.create_barcode(
        "5901234123457" if other == "EAN13" else "12345", getattr(zxingcpp.BarcodeFormat, other)
    )
    picture = np.asarray(barcode.to_image(scale=6), dtype=np.uint8)
    assert cascade.decode_still(picture) == []
    assert capfd.readouterr() == ("", "")


def test_nothing_more_is_tried_after_the_deadline() -> None:
    """A busy machine reads the newest frame rather than more of an old one."""
    ticks = iter((0.0, 1.0))
    cascade = Cascade(None, deadline=0.5, clock=lambda: next(ticks))
    tried: list[str] = []
    cascade._order = (lambda gray: tried.append("stage") or [],)
    cascade.decode(BLANKS["noise"])
    assert tried == []


def test_each_frame_without_a_code_gets_the_next_stage() -> None:
    """A code that holds still meets every stage within as many frames as there are stages."""
    cascade = Cascade(None)
    tried: list[int] = []
    cascade._order = tuple(lambda gray, number=number: tried.append(number) or [] for number in range(3))
    for _ in range(4):
        cascade.decode(BLANKS["coarse noise"])
    assert tried == [0, 1, 2, 0]


@pytest.mark.parametrize(("contrast", "blur"), [(30, 0.0), (120, 2.0)])
def test_a_code_that_nobody_can_read_is_seen_once_every_stage_had_its_turn(
    draw_qr: Callable[..., Gray], monkeypatch: pytest.MonkeyPatch, contrast: int, blur: float
) -> None:
    """A dim phone and one that moves: the visitor can only be told what would help when somebody sees the code."""
    code = draw_qr("VB1:" + "6BF+70790T9WJWG.FKY*4GO0" * 4, 4)
    frame = np.full((720, 1280), 60 + contrast, np.uint8)
    frame[200 : 200 + code.shape[0], 500 : 500 + code.shape[1]] = 60 + (code > 0) * contrast
    if blur:
        frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), blur), np.uint8)
    cascade = Cascade(None)
    cascade._order = (lambda _gray: [], lambda _gray: [])

    def nothing(_gray: Gray) -> list[FoundCode]:
        cascade.unread = []
        return []

    monkeypatch.setattr(cascade, "_whole", nothing)
    seen = []
    for _ in range(4):
        assert cascade.decode(frame) == []
        seen.append(list(cascade.unread))
    assert [len(corners) for corners in seen] == [0, 1, 0, 1]
    xs, ys = np.array(seen[1][0]).T
    assert 490 < xs.min() < xs.max() < 510 + code.shape[1]
    assert 190 < ys.min() < ys.max() < 210 + code.shape[0]
    assert max(np.ptp(xs), np.ptp(ys)) > code.shape[0] / 2


@pytest.mark.parametrize("blank", list(BLANKS))
def test_nothing_is_seen_where_there_is_no_code(blank: str) -> None:
    """A visitor who holds nothing up is not told to hold it still."""
    assert finders.sighted(BLANKS[blank]) is None


class FrameTime:
    """A clock that goes on by a frame when it is told."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        """The frame's time."""
        return self.now


def looks(cascade: Cascade, clock: FrameTime, frames: list[Gray], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times at which the frames, thirty a second, were really read."""
    at: list[float] = []
    whole = Cascade._whole

    def noted(self: Cascade, gray: Gray) -> object:
        at.append(clock.now)
        return whole(self, gray)

    with monkeypatch.context() as patched:
        patched.setattr(Cascade, "_whole", noted)
        for frame in frames:
            clock.now += 1 / 30
            cascade.decode(frame)
    return at


def hall(seed: int) -> Gray:
    """The same hall with the sensor's noise of another frame."""
    noise = np.random.default_rng(seed).normal(0, 4, (720, 1280))
    return (BLANKS["coarse noise"] * 0.6 + 40 + noise).clip(0, 255).astype(np.uint8)


def test_a_hall_in_which_nothing_changes_is_looked_at_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stage has its turn, then the kiosk rests; it never rests for a second."""
    clock = FrameTime()
    cascade = Cascade(None, clock=clock)
    halls = [hall(seed) for seed in range(10)]
    stages = len(cascade.stages.by_name)
    at = looks(cascade, clock, halls * 12, monkeypatch)
    assert stages < len(at) <= stages + 1 + 4
    assert max(np.diff(at)) < 1.0


def test_a_code_that_comes_is_read_in_its_first_frame(
    draw_qr: Callable[..., Gray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rest ends with the first change, and a dim phone far away is one."""
    clock = FrameTime()
    cascade = Cascade(None, clock=clock)
    looks(cascade, clock, [hall(seed) for seed in range(30)], monkeypatch)
    frame = hall(99)
    dim = 6 + (draw_qr("FAR AND DIM", 4) < 128).astype(np.uint8) * 41
    frame[300 : 300 + dim.shape[0], 600 : 600 + dim.shape[1]] = dim
    clock.now += 1 / 30
    assert [code.text for code in cascade.decode(frame)] == ["FAR AND DIM"]


def test_a_code_that_is_seen_but_not_read_gets_every_frame(
    draw_qr: Callable[..., Gray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody stands there, however still the phone is held."""
    clock = FrameTime()
    cascade = Cascade(None, clock=clock)
    frame = placed(draw_qr("VB1:ONE", 5), 100, 200)
    # The finder patterns stay; the message is torn beyond what the code's own correction can mend.
    frame[250:320, 160:240] = frame[250:320, 160:240][::-1, ::-1].copy()
    assert len(looks(cascade, clock, [frame] * 40, monkeypatch)) == 40


def test_a_frame_without_any_contrast_costs_no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall, a fogged glass, a lens cap: nothing can be in it."""
    clock = FrameTime()
    assert looks(Cascade(None, clock=clock), clock, [BLANKS["white"], BLANKS["black"]], monkeypatch) == []


def test_a_crumpled_sheet_is_read_live(draw_qr: Callable[..., Gray]) -> None:
    """Where zxing-cpp sees a code that it cannot read, its modules are followed within a few frames."""
    picture = draw_qr("VB1:" + "6BF+70790T9WJWG.FKY*4GO0" * 3, 8)
    rng = np.random.default_rng(8)
    right, down = (
        cv2.resize(rng.normal(0, 4, (5, 5)).astype(np.float32), picture.shape[::-1], interpolation=cv2.INTER_CUBIC)
        for _ in range(2)
    )
    x, y = np.meshgrid(*(np.arange(side, dtype=np.float32) for side in picture.shape))
    bent = np.asarray(cv2.remap(picture, x + right, y + down, cv2.INTER_LINEAR, borderValue=255), np.uint8)
    cascade = Cascade(None, deadline=60.0)
    frame = placed(bent, 300, 100)
    texts = [code.text for _ in range(2) for code in cascade.decode(frame)]
    assert texts
    assert set(texts) == {"VB1:" + "6BF+70790T9WJWG.FKY*4GO0" * 3}
