"""Codes on the two threads: the newest frame only, each code once, and a hint for what is not read."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kiosk.scanner import FoundCode, Frame, Hint, ScannerSettings
from kiosk.scanning.cascade import Cascade
from tests.scanner.running import FakeCamera, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Pixels


def test_a_code_is_reported_once_while_it_is_in_sight(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """One phone held up is one visit, however many frames show it."""
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: one.heard.codes)
    seen = one.scanner.latest()
    assert seen is not None
    wait_for(lambda: (one.scanner.latest() or seen).number > seen.number + 30)
    assert one.heard.codes == [["VB1:ONE"]]
    assert [code.text for code in one.scanner.in_sight] == ["VB1:ONE"]


def test_a_code_is_reported_again_after_it_was_out_of_sight(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """Scanning again takes the visit up again; a moment's blur does not."""
    with_code, without = showing("VB1:ONE"), camera.picture
    camera.picture = with_code
    one = run(camera)
    wait_for(lambda: one.heard.codes)
    for away, reports in ((1.0, 1), (3.0, 2)):
        camera.picture = without
        wait_for(lambda: not one.scanner.in_sight)
        one.clock.now += away
        camera.picture = with_code
        wait_for(lambda: one.scanner.in_sight)
        wait_for(lambda reports=reports: len(one.heard.codes) >= reports)
    assert one.heard.codes == [["VB1:ONE"]] * 2


def test_a_forgotten_code_is_reported_again(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """The caller may ask for what is still held up."""
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: len(one.heard.codes) == 1)
    one.scanner.forget()
    wait_for(lambda: len(one.heard.codes) == 2)


def test_several_codes_in_a_frame_come_in_one_call(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """The caller decides which is the booking, and whether it is ambiguous."""
    camera.picture = showing("VB1:ONE", "VB1:TWO", "WIFI:S:HALL;;")
    one = run(camera)
    wait_for(lambda: one.heard.codes)
    assert sorted(one.heard.codes[0]) == ["VB1:ONE", "VB1:TWO", "WIFI:S:HALL;;"]


def test_only_the_newest_frame_is_decoded(
    run: Callable[..., Run], camera: FakeCamera, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    """A slow reading skips frames instead of falling behind."""
    release = threading.Event()
    decoded: list[int] = []

    def slow(cascade: Cascade, pixels: Pixels) -> list[FoundCode]:
        decoded.append(int(pixels[0, 0, 0]))
        release.wait()
        return []

    monkeypatch.setattr(Cascade, "decode", slow)
    one = run(camera)
    wait_for(lambda: decoded)
    wait_for(lambda: (one.scanner.latest() or Frame(0, camera.picture, 0)).number >= decoded[0] + 20)
    release.set()
    wait_for(lambda: len(decoded) > 1)
    assert decoded[1] >= decoded[0] + 20


def test_a_code_that_is_no_booking_gives_a_hint(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """A health code held up by mistake: the visitor is told; a booking beside it takes the hint away."""
    camera.picture = showing("HEALTH:GREEN")
    one = run(camera, is_ours=lambda text: text.startswith("VB1:"))
    wait_for(lambda: one.scanner.hint is Hint.NOT_A_BOOKING_CODE)
    camera.picture = showing("HEALTH:GREEN", "VB1:ONE")
    wait_for(lambda: one.scanner.hint is Hint.NONE)
    wait_for(lambda: any("VB1:ONE" in texts for texts in one.heard.codes))


def test_an_unread_code_gives_a_hint_for_a_while(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """The visitor is told what would help, and no longer than it does."""
    camera.picture = showing("VB1:ONE")
    # The finder patterns stay; the message is torn beyond what the code's own correction can mend.
    camera.picture[250:320, 160:240] = camera.picture[250:320, 160:240][::-1, ::-1].copy()
    one = run(camera, ScannerSettings(hint_lasts=0.3))
    wait_for(lambda: one.scanner.hint is not Hint.NONE)
    camera.picture = np.full_like(camera.picture, 180)
    wait_for(lambda: one.scanner.hint is Hint.NONE)
    assert one.heard.codes == []


def test_a_frame_that_a_decoder_chokes_on_is_passed_over(
    run: Callable[..., Run],
    camera: FakeCamera,
    showing: Callable[..., Pixels],
    monkeypatch: pytest.MonkeyPatch,
    wait_for: Callable[..., None],
) -> None:
    """One bad frame never ends scanning."""
    decode, calls = Cascade.decode, []

    def choke_once(cascade: Cascade, pixels: Pixels) -> list[FoundCode]:
        calls.append(1)
        if len(calls) == 1:
            raise cv2.error("made up")
        return decode(cascade, pixels)

    monkeypatch.setattr(Cascade, "decode", choke_once)
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: one.heard.codes == [["VB1:ONE"]])
