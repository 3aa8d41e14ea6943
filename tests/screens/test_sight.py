"""What the scanner sees, on the screen: a frame that follows the code, hints, a read that shows and sounds at once."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from kiosk.domain.booking_number import from_value
from kiosk.scanner import CameraState, Scanner, Sight
from kiosk.scanner import Hint as Seen
from kiosk.screens.frame_corners import _within
from kiosk.screens.live_picture import LivePicture
from kiosk.screens.tone import LASTS_S, RATE_HZ, Tone, write_tone
from kiosk.services.link import LinkTrouble
from kiosk.services.views import Face, Hint, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import FACTS, frame
from tests.screens.showing import BUSY, view_of

CORNERS = ((280, 200), (360, 200), (360, 280), (280, 280))
NUMBER = from_value(0xBEEF_CAFE_42)


class ToldScanner:
    """A scanner that sees what a test says."""

    def __init__(self) -> None:
        self.seen = Sight(frame())

    def sight(self) -> Sight:
        """What it sees."""
        return self.seen

    def forget(self) -> None:
        """Nothing is held up."""


class CountedTone(Tone):
    """A tone that counts how often it sounds."""

    def __init__(self) -> None:
        super().__init__()
        self.played = 0

    def play(self) -> None:
        """Counted."""
        self.played += 1


@pytest.fixture
def scanner(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> ToldScanner:
    """A scanner and a loudspeaker for the window."""
    told = ToldScanner()
    monkeypatch.setattr(bench.app, "scanner", cast("Scanner", told))
    monkeypatch.setattr(bench.app, "tone", CountedTone())
    bench.app._draw_frame(0)
    return told


def look(bench: Bench, scanner: ToldScanner, sight: Sight) -> Any:  # noqa: ANN401 - the app says no more
    """Show what is seen, and return the screen."""
    scanner.seen = sight
    bench.app._draw_frame(0)
    return bench.app.screen


# the frame


@pytest.mark.parametrize(
    ("size", "is_mirrored", "points"),
    [
        ((640, 480), False, [(290, 300), (370, 300), (370, 220), (290, 220)]),
        ((640, 480), True, [(370, 300), (290, 300), (290, 220), (370, 220)]),
        ((320, 480), False, [(130, 300), (210, 300), (210, 220), (130, 220)]),  # cut at the sides
        ((1280, 480), False, [(570, 340), (730, 340), (730, 180), (570, 180)]),  # twice as large, cut above and below
    ],
)
@pytest.mark.usefixtures("bench")
def test_the_frame_lies_around_the_code_as_it_is_seen(
    size: tuple[int, int], points: list[tuple[int, int]], *, is_mirrored: bool
) -> None:
    """However the picture is cut to the screen, and mirrored: the frame is where the code is."""
    picture = LivePicture(size=size, pos=(10, 20), is_mirrored=is_mirrored)
    picture.show_frame(frame())
    picture.show_code(CORNERS, is_read=True)
    assert [tuple(point) for point in picture.code] == points
    assert picture.is_read
    picture.pos = (0, 0)
    assert [tuple(point) for point in picture.code] == [(x - 10, y - 20) for x, y in points]
    picture.show_code(None, is_read=False)
    assert (picture.code, picture.is_read) == ([], False)


@pytest.mark.usefixtures("bench")
def test_without_a_picture_no_code_is_framed() -> None:
    """What was seen of a camera that has gone is not shown as if it were there."""
    picture = LivePicture(size=(640, 480))
    picture.show_code(CORNERS, is_read=True)
    assert (picture.code, picture.is_read) == ([], False)


def test_the_corners_of_a_frame_follow_a_tilted_code() -> None:
    """A square laid on four corners has its own corners on them, and its middle between."""
    tilted = [(0.0, 0.0), (10.0, 2.0), (12.0, 14.0), (2.0, 8.0)]
    assert [_within(tilted, *at) for at in ((-1, -1), (1, -1), (1, 1), (-1, 1))] == tilted
    assert _within(tilted, 0, 0) == (6.0, 6.0)


# hints


@pytest.mark.parametrize("seen", [hint for hint in Seen if hint is not Seen.NONE])
def test_what_is_seen_is_said_in_both_languages(bench: Bench, scanner: ToldScanner, seen: Seen) -> None:
    """Nobody must find the button of the language to be helped."""
    screen = look(bench, scanner, Sight(frame(), CORNERS, hint=seen))
    texts = bench.app.texts
    assert (screen.hint, screen.hint_second) == (texts.t(f"sight.{seen.value}"), texts.second(f"sight.{seen.value}"))
    bench.app.switch_language()
    assert (screen.hint, screen.hint_second) == (texts.second(f"sight.{seen.value}"), texts.t(f"sight.{seen.value}"))
    bench.app.switch_language()
    look(bench, scanner, Sight(frame()))
    assert (screen.hint, screen.hint_second) == ("", "")


def test_what_became_of_a_read_code_is_said_before_that_it_was_read(bench: Bench, scanner: ToldScanner) -> None:
    """The answer weighs more; it is never green. What is seen of the next code, unread, weighs more again."""
    bench.show(View(Face.IDLE, hint=Hint.NOT_INSIDE))
    screen = look(bench, scanner, Sight(frame(), CORNERS, is_read=True, hint=Seen.READ))
    assert screen.hint == bench.app.texts.t("hint.not_inside")
    assert not screen.ids.picture.is_read
    look(bench, scanner, Sight(frame(), CORNERS, hint=Seen.COME_NEARER))
    assert screen.hint == bench.app.texts.t("sight.come_nearer")
    look(bench, scanner, Sight(frame()))
    assert screen.hint == bench.app.texts.t("hint.not_inside")
    bench.wait(6.1)
    assert screen.hint == ""


# a read


def test_a_read_shows_and_sounds_before_the_act_is_done(bench: Bench, scanner: ToldScanner) -> None:
    """The visitor knows at once that the phone may go down, however long the log's disk takes."""
    scanner.seen = Sight(frame(), CORNERS, is_read=True, hint=Seen.READ)
    bench.app.codes._held_up(["VB1:A"])
    assert bench.desk.asked("scan") == []
    assert bench.app.screen.ids.picture.is_read
    assert bench.app.screen.hint == bench.app.texts.t("sight.read")
    assert cast("CountedTone", bench.app.tone).played == 1
    bench.kiosk.work()
    assert bench.desk.asked("scan") == [("scan", ["VB1:A"])]


@pytest.mark.parametrize(("text", "sounds"), [("VB1:A", 1), (NUMBER, 1), ("https://example.org", 0)])
@pytest.mark.usefixtures("scanner")
def test_only_a_code_that_is_ours_sounds(bench: Bench, text: str, sounds: int) -> None:
    """A payment code that sounds like a booking would send the phone down too soon."""
    bench.app.codes._held_up([text])
    assert cast("CountedTone", bench.app.tone).played == sounds


@pytest.mark.parametrize("face", BUSY)
@pytest.mark.usefixtures("scanner")
def test_a_code_that_is_not_taken_makes_no_sound(bench: Bench, face: Face) -> None:
    """Somebody in the queue who holds up a code does not startle the one at the screen."""
    bench.show(view_of(face))
    bench.app.codes._held_up(["VB1:A"])
    assert cast("CountedTone", bench.app.tone).played == 0


# the camera


@pytest.mark.parametrize("state", list(CameraState))
def test_staff_read_what_a_blind_camera_has(bench: Bench, scanner: ToldScanner, state: CameraState) -> None:
    """The visitor's line is the same for every fault; staff need the one that tells where to look."""
    screen = look(bench, scanner, Sight(frame() if state.reads else None, state=state))
    named = bench.app.texts.t(f"camera.{state.value}")
    assert (named in screen.staff_text) is not state.reads
    assert (screen.ids.picture.region is None) is not state.reads
    screen.show_facts(replace(FACTS, link=LinkTrouble.REVOKED))
    assert (named in screen.staff_text) is not state.reads
    assert bench.app.texts.t("link.revoked") in screen.staff_text
    screen.show_facts(FACTS)
    look(bench, scanner, Sight(frame()))
    assert screen.staff_text == ""


# the tone


def test_the_tone_is_short_soft_and_begins_and_ends_in_silence(tmp_path: Path) -> None:
    """A tone that is cut off cracks in a loudspeaker, and a loud one shames."""
    write_tone(tmp_path / "tone.wav")
    with wave.open(str(tmp_path / "tone.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert len(heard) == round(RATE_HZ * LASTS_S)
    assert 3000 < np.abs(heard).max() < 10_000
    assert max(abs(int(heard[0])), abs(int(heard[-1]))) < 100
    spectrum = np.abs(np.fft.rfft(heard))
    assert 850 < np.argmax(spectrum) * RATE_HZ / len(heard) < 910


def test_without_a_loudspeaker_nothing_is_opened_and_nothing_sounds(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A kiosk without sound is a kiosk, and not one with noise on standard error."""
    tone = Tone()
    tone.load(tmp_path)
    tone.play()
    assert tone._sound is None
    assert capfd.readouterr().err == ""


def test_a_loudspeaker_gets_the_tone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SDL's own driver for no device takes the file that we write."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    (tmp_path / "pcmC0D0p").touch()
    tone = Tone()
    tone.load(tmp_path)
    assert tone._sound.length == pytest.approx(LASTS_S, abs=0.01)
    tone.play()
    assert tone._sound.state == "play"
