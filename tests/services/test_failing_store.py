"""A disk that is full and a log that cannot be written: nobody is let in, nothing half is kept, and it says so."""

import contextlib

import pytest

from kiosk.domain.entry import EntryKind
from kiosk.domain.visit import Step
from kiosk.errors import StoreFull
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, View
from tests.services.builders import Door


def fill(door: Door) -> None:
    """Let the log's file grow no more: a real SQLITE_FULL comes with the next page that is needed."""
    pages = door.log._database.scalar("PRAGMA page_count")
    door.log._database.scalar(f"PRAGMA max_page_count = {pages}")


def make_room(door: Door) -> None:
    """Give the disk room again."""
    door.log._database.scalar("PRAGMA max_page_count = 1000000")


def until_full(door: Door) -> int:
    """Record the smallest of all entries until not even that fits; return how many were kept."""
    done = 0
    with contextlib.suppress(StoreFull):
        while True:
            with door.log.act() as act:
                act.record(EntryKind.STOPPED, {})
            done += 1
    return done


def test_a_full_disk_takes_the_kiosk_out_of_order_and_keeps_nothing_of_the_act(door: Door) -> None:
    """Every act shown as done is there, the one that failed is not, and the log verifies."""
    visit_id = door.to_measuring(door.books())
    before = len(door.kinds())
    fill(door)
    done = until_full(door)
    kept = door.visit(visit_id)
    shown = door.reads(visit_id, 3650)
    assert (shown.face, shown.facts["code"]) == (Face.OUT_OF_ORDER, "store_full")
    assert (len(door.kinds()), door.visit(visit_id)) == (before + done, kept)
    assert door.counted()["admitted"] == 0
    make_room(door)
    assert door.is_proved()


def test_an_act_on_a_full_disk_raises_and_leaves_no_trace(door: Door) -> None:
    """The error says what to do: free the disk."""
    fill(door)
    until_full(door)
    last = door.log.last()
    with pytest.raises(StoreFull, match="no room on the disk"):
        door.desk.note_device("lamp", "fault")
    assert door.log.last() == last


def test_with_room_again_the_kiosk_comes_back_by_itself(door: Door) -> None:
    """The idle screen tries to write; the visit goes on by scanning again."""
    code = door.books()
    visit_id = door.to_measuring(code)
    fill(door)
    until_full(door)
    assert door.reads(visit_id, 3650).face is Face.OUT_OF_ORDER
    assert door.desk.rest_screen().face is Face.OUT_OF_ORDER
    make_room(door)
    assert door.desk.rest_screen().face is Face.IDLE
    assert door.scan(code).face is Face.MEASURING
    assert door.reads(visit_id, 3650).face is Face.ADMITTED
    assert door.is_proved()


def test_a_guards_act_on_a_full_disk_admits_nobody(door: Door) -> None:
    """Also a named person cannot let in what cannot be recorded; the guard's screen is left for the plain one."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    door.signs_in()
    fill(door)
    until_full(door)
    shown = door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "axilla:36.6")
    assert getattr(shown, "face", None) is Face.OUT_OF_ORDER
    assert door.visit(visit_id).step is Step.GUARD
    assert door.desk.guarding.guard is None


def test_nobody_signs_in_on_a_full_disk_and_the_program_goes_on(door: Door) -> None:
    """A sign-in that cannot be recorded is none."""
    fill(door)
    until_full(door)
    assert door.signs_in() is None
    assert door.desk.health.broken == "store_full"


@pytest.mark.parametrize("what", [GuardAct.WIDEN, GuardAct.REOPEN_TYPING, GuardAct.CLOSE_DAY])
def test_what_a_guard_does_for_the_kiosk_on_a_full_disk_is_not_shown_as_done(door: Door, what: GuardAct) -> None:
    """The kiosk's own screen says whom to call, and the guard's is locked."""
    door.signs_in()
    fill(door)
    until_full(door)
    shown = door.desk.guarding.guard_act(what, None, "30")
    assert getattr(shown, "face", None) is Face.OUT_OF_ORDER
    assert door.desk.guarding.board() is None


def test_a_reading_that_cannot_be_recorded_locks_the_lane(door: Door) -> None:
    """The guard sees it at once; the visitor still waits, and the lane is open to nobody."""
    visit_id = door.to_measuring(door.books())
    door.fault(visit_id)
    door.signs_in()
    door.desk.guarding.lane.give()
    fill(door)
    until_full(door)
    shown = door.desk.guarding.lane.measure(visit_id, "wrist:36.4")
    assert isinstance(shown, View)
    assert shown.face is Face.OUT_OF_ORDER
    assert door.desk.guarding.lane.view() is None
    assert door.visit(visit_id).step is Step.GUARD
