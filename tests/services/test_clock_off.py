"""A clock that the server says is wrong lets nobody in and sends nobody away: a guard looks, and knows why."""

from __future__ import annotations

import pytest

from kiosk.domain.booking import BookingStatus
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face
from tests.domain import builders as make
from tests.services.builders import Door

HOUR_MS = 3_600_000


def set_off(door: Door, offset_ms: int | None) -> None:
    """Measure the server's clock minus ours."""
    door.identifying.offset_ms = lambda: offset_ms
    door.desk.clock_is(offset_ms)


@pytest.mark.parametrize("offset_ms", [3 * HOUR_MS, -3 * HOUR_MS, 366 * 24 * HOUR_MS])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"slot_start": make.at(14), "slot_end": make.at(15)},
        {"slot_start": make.at(8), "slot_end": make.at(9)},
        {"slot_start": make.at(10, day=3), "slot_end": make.at(11, day=3)},
    ],
)
def test_what_the_clock_alone_decides_a_guard_decides(door: Door, changes: dict[str, object], offset_ms: int) -> None:
    """Today's visitors are not sent home, tomorrow's do not come in, and the guard reads that the clock is off."""
    set_off(door, offset_ms)
    shown = door.scan(door.books(**changes))
    assert (shown.face, shown.refusal) == (Face.GUARD, None)
    assert shown.visit_id is not None
    assert door.visit(shown.visit_id).cause == "clock_off"
    assert door.bodies("refused") == []
    assert ("clock", False) in door.desk.health.all_devices()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"site": "branch-2"}, "wrong_site"), ({"status": BookingStatus.CANCELLED}, "cancelled")],
)
def test_what_no_clock_decides_is_told_as_ever(door: Door, changes: dict[str, object], expected: str) -> None:
    """Nobody waits for a guard who could only say the same."""
    set_off(door, 3 * HOUR_MS)
    shown = door.scan(door.books(**changes))
    assert shown.refusal is not None
    assert shown.refusal.reason == expected


@pytest.mark.parametrize("offset_ms", [None, 0, 14 * 60_000, -14 * 60_000])
def test_a_clock_that_is_about_right_or_was_never_compared_decides_by_itself(door: Door, offset_ms: int | None) -> None:
    """The kiosk works alone; the tolerance around a slot covers some minutes."""
    set_off(door, offset_ms)
    assert door.scan(door.books()).face is Face.BOOKING
    early = door.scan(door.books(slot_start=make.at(14), slot_end=make.at(15)))
    assert early.refusal is not None
    assert early.refusal.reason == "too_early"


def test_the_guard_can_let_such_a_visitor_go_on(door: Door) -> None:
    """Whoever has compared paper and watch: the way is that of every visitor whom a guard looks at."""
    set_off(door, 3 * HOUR_MS)
    visit_id = door.scan(door.books()).visit_id
    assert visit_id is not None
    door.signs_in()
    detail = door.desk.guarding.detail(visit_id)
    assert detail is not None
    assert detail.cause_key == "clock_off"
    door.guard(GuardAct.GO_ON, visit_id)
    assert door.visit(visit_id).step is Step.DECLARATION


def test_the_log_says_once_that_the_clock_is_off_and_once_that_it_is_right(door: Door) -> None:
    """Not each second; of a clock that was never off nothing is said."""
    for offset_ms in (None, 1000, 121_000, 130_000, 119_000, 5):
        door.desk.clock_is(offset_ms)
    assert [(body["device"], body["state"]) for body in door.bodies("device")] == [("clock", "fault"), ("clock", "ok")]
