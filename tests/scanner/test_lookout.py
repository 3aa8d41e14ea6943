"""What a visitor is shown of what the scanner sees: one code followed, one hint that stays long enough to be read."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.scanning.codes import Corners, FoundCode
from kiosk.scanning.hints import Hint
from kiosk.scanning.lookout import Lookout, Sight
from kiosk.scanning.watch import CameraState

FRAME = np.full((720, 1280, 3), 128, np.uint8)
FRAME[100:160, 200:260] = np.where(np.indices((60, 60)).sum(0) // 4 % 2 == 0, 20, 230)[:, :, None]
FRAME[300:600, 600:900] = np.where(np.indices((300, 300)).sum(0) // 4 % 2 == 0, 20, 230)[:, :, None]


def square(left: int, top: int, side: int) -> Corners:
    """The corners of a square."""
    return ((left, top), (left + side, top), (left + side, top + side), (left, top + side))


SMALL, LARGE = square(200, 100, 60), square(600, 300, 300)


def code(text: str, corners: Corners = LARGE) -> FoundCode:
    """A code somewhere."""
    return FoundCode(text, text.encode(), corners)


@pytest.fixture
def lookout() -> Lookout:
    """One that takes texts with our prefix, waits half a second for a hint, and keeps it for a second."""
    return Lookout(lambda text: text.startswith("VB1:"), hint_after=0.5, hint_lasts=1.0)


def hint(lookout: Lookout, now: float) -> Hint:
    """What the visitor is told now."""
    return lookout.sight(FRAME, CameraState.OK, now).hint


def unread(lookout: Lookout, corners: Corners, *times: float) -> None:
    """Frames in which a code is seen and not read."""
    for at in times:
        lookout.see([], [corners], FRAME, at, is_new=False)


def test_a_code_that_is_read_soon_gives_no_advice(lookout: Lookout) -> None:
    """Nobody is corrected who is doing well: the first frames of a code that comes are blurred."""
    unread(lookout, LARGE, 0.0, 0.2, 0.4)
    assert hint(lookout, 0.4) is Hint.NONE
    lookout.see([code("VB1:A")], [], FRAME, 0.45, is_new=True)
    assert hint(lookout, 0.45) is Hint.READ


def test_a_code_that_stays_unread_gives_the_hint_that_fits(lookout: Lookout) -> None:
    """A far one is to come nearer, one that is large enough is to be held still."""
    unread(lookout, SMALL, 0.0, 0.3, 0.6)
    assert hint(lookout, 0.6) is Hint.COME_NEARER
    unread(lookout, LARGE, 10.0, 10.3, 10.6)
    assert hint(lookout, 10.6) is Hint.HOLD_STILL


def test_a_hint_does_not_change_before_it_can_be_read(lookout: Lookout) -> None:
    """Frames that say one thing and another in turns leave one line standing for a second."""
    unread(lookout, SMALL, 0.0, 0.5)
    seen = []
    for step in range(1, 30):
        at = 0.5 + step / 30
        unread(lookout, LARGE if step % 2 else SMALL, at)
        seen.append(hint(lookout, at))
    assert seen == [Hint.COME_NEARER] * 29
    unread(lookout, LARGE, 1.55)
    assert hint(lookout, 1.55) is Hint.HOLD_STILL


def test_a_hint_ends_by_itself(lookout: Lookout) -> None:
    """Who has gone leaves nothing on the screen; the next one's first blurred frame brings nothing back."""
    unread(lookout, SMALL, 0.0, 0.6)
    assert hint(lookout, 1.5) is Hint.COME_NEARER
    assert hint(lookout, 1.61) is Hint.NONE
    unread(lookout, SMALL, 5.0)
    assert hint(lookout, 5.0) is Hint.NONE


def test_a_read_code_takes_every_hint_away_at_once(lookout: Lookout) -> None:
    """And says that it was read when it was reported; while it stays in sight it says nothing more."""
    unread(lookout, SMALL, 0.0, 0.6)
    lookout.see([code("VB1:A")], [], FRAME, 0.7, is_new=False)
    assert hint(lookout, 0.7) is Hint.NONE
    lookout.see([code("VB1:A")], [], FRAME, 0.8, is_new=True)
    lookout.see([code("VB1:A")], [], FRAME, 0.9, is_new=False)
    assert hint(lookout, 0.9) is Hint.READ
    lookout.see([code("VB1:A")], [], FRAME, 1.9, is_new=False)
    assert hint(lookout, 1.9) is Hint.NONE


def test_a_foreign_code_is_told_and_never_shown_as_read(lookout: Lookout) -> None:
    """A payment code is legible, and of no use here."""
    lookout.see([code("WIFI:S:HALL;;")], [], FRAME, 0.0, is_new=True)
    assert lookout.sight(FRAME, CameraState.OK, 0.0) == Sight(FRAME, LARGE, False, Hint.NOT_A_BOOKING_CODE)


def test_the_frame_follows_ours_before_a_larger_poster(lookout: Lookout) -> None:
    """Of several codes the booking is followed, of several that are not read the largest."""
    lookout.see([code("WIFI:S:HALL;;", LARGE), code("VB1:A", SMALL)], [], FRAME, 0.0, is_new=True)
    seen = lookout.sight(FRAME, CameraState.OK, 0.0)
    assert (seen.outline, seen.is_read, seen.hint) == (SMALL, True, Hint.READ)
    lookout.see([], [SMALL, LARGE], FRAME, 1.0, is_new=False)
    seen = lookout.sight(FRAME, CameraState.OK, 1.0)
    assert (seen.outline, seen.is_read) == (LARGE, False)


def test_the_frame_bridges_a_blurred_moment_and_then_goes_back(lookout: Lookout) -> None:
    """A frame that jumps to the middle and back ten times a second is no help."""
    lookout.see([code("VB1:A")], [], FRAME, 0.0, is_new=True)
    lookout.see([], [], FRAME, 0.2, is_new=False)
    assert lookout.sight(FRAME, CameraState.OK, 0.2).outline == LARGE
    later = lookout.sight(FRAME, CameraState.OK, 0.6)
    assert (later.outline, later.is_read) == (None, False)


@pytest.mark.parametrize("state", list(CameraState))
def test_a_camera_that_cannot_be_read_shows_no_picture(lookout: Lookout, state: CameraState) -> None:
    """A picture that stands still looks like a live one; a slow or an odd one is shown."""
    lookout.see([code("VB1:A")], [], FRAME, 0.0, is_new=True)
    seen = lookout.sight(FRAME, state, 0.0)
    assert (seen.picture is FRAME, seen.outline is not None, seen.state) == (state.reads, state.reads, state)
    assert lookout.sight(None, state, 0.0) == Sight(state=state)
