"""The hall: its cap, the line before it, and numbers that no two visitors share."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.domain.ids import VisitId
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face
from tests.domain import builders as make
from tests.services.builders import GUARD, Door, code_of, new_booking


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Door]:
    """Return a door before a hall for two, one of which is this kiosk's share while the link is down."""
    opened = Door(tmp_path, at_site=make.site(cap=2), cap_share=1)
    opened.hears_site()
    yield opened
    opened.close()


def test_a_full_hall_holds_a_place_in_line_and_refuses_nobody(small: Door) -> None:
    """With a number and a position; screened already."""
    for _ in range(2):
        assert small.lets_in(small.books()).face is Face.ADMITTED
    first, second = small.lets_in(small.books()), small.lets_in(small.books())
    assert [(view.face, view.number, view.position) for view in (first, second)] == [
        (Face.HALL_LINE, "WB01", 1),
        (Face.HALL_LINE, "WB02", 2),
    ]
    assert small.counted()["refused"] == 0


def _two_wait(door: Door) -> tuple[str, list[str]]:
    """Fill the hall and let two line up; return the code of one inside, and the codes of the two."""
    inside = door.books()
    door.lets_in(inside)
    door.lets_in(door.books())
    codes = [door.books(), door.books()]
    for code in codes:
        door.lets_in(code)
        door.clock.go_on(seconds=5)
    return inside, codes


def test_room_lets_the_first_in_line_in_by_scanning_again(small: Door) -> None:
    """In order: the second waits although they scan first, and a newcomer waits behind both."""
    inside, codes = _two_wait(small)
    assert small.scan(codes[1]).face is Face.HALL_LINE
    _goes_out(small, inside)
    assert small.desk.idle_facts().called == ("WB01",)
    assert (small.scan(codes[1]).face, small.scan(codes[1]).position) == (Face.HALL_LINE, 2)
    assert small.lets_in(small.books()).face is Face.HALL_LINE
    assert small.scan(codes[0]).face is Face.ADMITTED
    assert small.scan(codes[1]).position == 1


def test_the_line_is_one_before_all_doors_while_the_link_is_up(small: Door) -> None:
    """Who waits longer at another door goes in first; while the link is down each door has its own share."""
    code = small.books()
    for _ in range(2):
        small.lets_in(small.books())
    view = small.lets_in(code)
    assert (view.number, view.position) == ("WB01", 1)
    assert view.visit_id is not None
    mine = small.visit(view.visit_id)
    assert mine.lined_up_at is not None
    earlier = replace(
        mine,
        id=make.VisitId("theirs"),
        kiosk_id=make.KioskId("kiosk-C"),
        booking=None,
        booking_id=None,
        line_number="WC07",
        lined_up_at=mine.lined_up_at - timedelta(minutes=3),
    )
    small.hears_site(earlier, inside_elsewhere=-1)  # one went out by the other door
    assert small.desk.idle_facts().called == ("WC07",)
    assert (small.scan(code).face, small.scan(code).position) == (Face.HALL_LINE, 2)
    small.hears_site(replace(earlier, step=Step.ADMITTED), inside_elsewhere=0)
    assert small.scan(code).position == 1
    small.hears_site(earlier, inside_elsewhere=-1)
    small.clock.go_on(minutes=60)
    assert not small.hall.is_site_known()
    assert [visit.line_number for visit in small.hall.line(small.log.state)] == ["WB01"]


def test_nobody_is_called_or_waited_for_who_left_the_day_before(small: Door) -> None:
    """They went home at closing time: their places in line and on the board of rests went with them."""
    for _ in range(2):
        small.lets_in(small.books())
    assert small.lets_in(small.books()).face is Face.HALL_LINE
    small.reads(small.to_measuring(small.books()), 3400)
    small.clock.go_on(minutes=23 * 60)
    small.told(at_site=make.site(cap=1), cap_share=1)
    small.hears_site()
    small.desk.rest_screen()  # the day turns
    facts = small.desk.idle_facts()
    assert (facts.called, facts.resting) == ((), ())
    tomorrow = {"slot_start": small.clock.now(), "slot_end": small.clock.now() + timedelta(hours=1)}
    small.learns(new_booking(**tomorrow), days=("2020-03-10", "2020-03-11"))
    assert small.lets_in(small.books(**tomorrow)).face is Face.ADMITTED


def test_who_was_called_and_did_not_come_holds_up_nobody(small: Door) -> None:
    """The guard sees who was called and says that they are not there; they may come back with their code."""
    inside, codes = _two_wait(small)
    board = small.signs_in()
    assert board is not None
    assert [(row.label, row.state_key, row.needs) for row in board.rows] == [
        ("WB01", "in_line", ()),
        ("WB02", "in_line", ()),
    ]
    _goes_out(small, inside)
    board = small.desk.guarding.board()
    assert board is not None
    first, second = board.rows
    assert (first.label, first.state_key, first.needs) == ("WB01", "line_called", ("gone",))
    assert (second.label, second.state_key, second.needs) == ("WB02", "in_line", ())
    small.guard(GuardAct.GONE, first.visit_id)
    small.guard(GuardAct.GONE, second.visit_id)  # called only now, by that
    (said, _) = small.bodies("timed_out")
    assert (said["guard_id"], said["at"]) == (GUARD.id, "hall_line")
    assert small.lets_in(small.books()).face is Face.ADMITTED
    back = small.scan(codes[0])
    assert back.face is Face.MEASURING  # as from any break: measured anew
    assert small.is_proved()


def _goes_out(door: Door, code: str) -> None:
    """Let a guard take a code out at this door."""
    door.identifying.let_next_go_out(GUARD.id)
    assert door.scan(code).face is Face.GOODBYE


def test_a_place_in_line_is_kept_once_however_often_it_is_scanned(small: Door) -> None:
    """No second number, no later place."""
    for _ in range(2):
        small.lets_in(small.books())
    code = small.books()
    small.lets_in(code)
    small.lets_in(small.books())
    before = small.counted()["lined_up"]
    assert [(small.scan(code).number, small.scan(code).position) for _ in range(2)] == [("WB01", 1)] * 2
    assert small.counted()["lined_up"] == before


def test_asking_a_person_in_the_line_does_not_cost_the_place(small: Door) -> None:
    """A question is no step back."""
    for _ in range(2):
        small.lets_in(small.books())
    codes = [small.books(), small.books()]
    asking = small.lets_in(codes[0]).visit_id
    small.clock.go_on(seconds=5)
    small.lets_in(codes[1])
    small.clock.go_on(seconds=5)
    small.desk.ask_person(asking)
    assert small.scan(codes[0]).position == 1


def test_a_green_channel_visitor_passes_the_line_and_not_the_cap(small: Door) -> None:
    """Priority among those who wait, never more than the hall holds."""
    inside = small.books()
    small.lets_in(inside)
    small.lets_in(small.books())
    small.lets_in(small.books())
    assert small.lets_in(small.books(is_green=True)).face is Face.HALL_LINE
    _goes_out(small, inside)
    assert small.lets_in(small.books(is_green=True)).number == "GB001"


def test_those_whom_the_other_kiosks_let_in_count(small: Door) -> None:
    """One hall behind all doors."""
    small.hears_site(inside_elsewhere=1)
    assert small.lets_in(small.books()).face is Face.ADMITTED
    assert small.desk.idle_facts().inside == 2
    assert small.lets_in(small.books()).face is Face.HALL_LINE


def test_with_a_stale_view_only_this_kiosks_share_is_given_out(small: Door) -> None:
    """All kiosks together never let in more than the hall holds."""
    small.clock.go_on(seconds=61)
    assert not small.hall.is_site_known()
    assert small.lets_in(small.books()).face is Face.ADMITTED
    assert small.lets_in(small.books()).face is Face.HALL_LINE


def test_a_view_is_fresh_for_as_long_as_the_policy_says(small: Door) -> None:
    """To the second."""
    small.clock.go_on(seconds=60)
    assert small.hall.is_site_known()
    small.clock.go_on(seconds=1)
    assert not small.hall.is_site_known()


def test_a_hall_without_a_cap_has_no_line(door: Door) -> None:
    """Zero means no limit."""
    assert door.hall.free(door.log.state) is None
    assert door.desk.idle_facts().cap is None
    assert all(door.lets_in(door.books()).face is Face.ADMITTED for _ in range(5))


def test_numbers_are_unique_across_kinds_and_kiosks_of_a_door(tmp_path: Path) -> None:
    """Each carries the kiosk's letter; a call means one person."""
    numbers: list[str] = []
    for letter in ("A", "B", "G", "R", "W"):
        door = Door(tmp_path, letter=letter)
        for _ in range(2):
            numbers += [door.lets_in(door.books(is_green=is_green)).number or "" for is_green in (False, True)]
            numbers.append(door.reads(door.to_measuring(door.books()), 3400).number or "")
        door.close()
    assert "" not in numbers
    assert len(set(numbers)) == len(numbers)


def test_numbers_begin_anew_each_local_day(door: Door) -> None:
    """At local midnight, not at midnight in UTC."""
    assert door.lets_in(door.books()).number == "B001"
    assert door.lets_in(door.books()).number == "B002"
    door.clock.go_on(minutes=24 * 60)
    later = door.books(slot_start=make.at(10, day=11), slot_end=make.at(11, day=11))
    assert door.lets_in(later).number == "B001"


def test_rests_that_are_over_are_called(door: Door) -> None:
    """The idle screen shows whose turn it is."""
    door.reads(door.to_measuring(door.books()), 3400)
    assert door.desk.idle_facts().called == ()
    door.clock.go_on(minutes=5)
    assert door.desk.idle_facts().called == ("RB01",)


def test_the_board_tells_the_latest_called_first_and_who_is_called_next(door: Door) -> None:
    """Whoever was called just now looks first; the ones that still rest see their time come nearer."""
    for _ in range(3):
        door.reads(door.to_measuring(door.books()), 3400)
        door.clock.go_on(minutes=2)
    facts = door.desk.idle_facts()
    assert facts.called == ("RB01",)
    assert [(row.number, row.until) for row in facts.resting] == [("RB02", make.at(10, 12)), ("RB03", make.at(10, 14))]
    door.clock.go_on(minutes=1)
    assert (door.desk.idle_facts().called, len(door.desk.idle_facts().resting)) == (("RB02", "RB01"), 1)


def test_the_board_does_not_tell_who_was_elevated_from_who_was_cold(door: Door) -> None:
    """Both are a number and a time: a room full of people reads it."""
    screening = replace(make.policy().screening, supervised_devices=("test:1",), recheck_s=300)
    door.told(by=replace(make.policy(), screening=screening))
    for value in (3400, 3780):
        door.reads(door.to_measuring(door.books()), value)
    rows = door.desk.idle_facts().resting
    assert [row.number for row in rows] == ["RB01", "RB02"]
    assert len({row.until for row in rows}) == 1
    door.clock.go_on(minutes=5)
    assert door.desk.idle_facts().called == ("RB02", "RB01")


def test_a_board_tells_the_numbers_of_all_kiosks_a_door_only_its_own(door: Door) -> None:
    """One room, several entrances: nobody has to know at which machine they were."""
    over, later = make.at(10, 1), make.at(10, 20)
    door.hears_site(
        make.visit(Step.RESTING, kiosk_id="kiosk-A", id="a", rest_number="RA01", rest_until=over),
        make.visit(Step.RESTING, kiosk_id="kiosk-A", id="b", rest_number="RA02", rest_until=later),
    )
    assert (door.desk.idle_facts().called, door.desk.idle_facts().resting) == ((), ())
    door.desk.is_board = True
    assert door.desk.idle_facts().called == ("RA01",)
    assert [row.number for row in door.desk.idle_facts().resting] == ["RA02"]


def test_the_line_is_taken_over_with_its_visitor(small: Door) -> None:
    """Who lined up at kiosk A and scans here while there is room goes in here."""
    booking = new_booking()
    waiting = make.visit(Step.HALL_LINE, kiosk_id="kiosk-A", booking=booking, booking_id=booking.id, line_number="WA01")
    small.hears_site(waiting)
    assert small.scan(code_of(booking)).number == "B001"


def test_a_kiosk_that_was_set_up_anew_goes_on_with_its_letters_numbers(door: Door) -> None:
    """Two people of one day never hold the same number; what another letter or another day gave does not count."""
    earlier = [
        make.visit(Step.ADMITTED, id=VisitId("v1"), queue_number="B037", touched_at=make.at(9)),
        make.visit(Step.ADMITTED, id=VisitId("v2"), queue_number="GB004", touched_at=make.at(9)),
        make.visit(Step.RESTING, id=VisitId("v3"), rest_number="RB12", touched_at=make.at(9)),
        make.visit(Step.ADMITTED, id=VisitId("v4"), queue_number="A099", touched_at=make.at(9)),
        make.visit(Step.RESTING, id=VisitId("v5"), rest_number="RB40", touched_at=make.at(9, day=9)),
    ]
    door.hears_site(*earlier)
    assert [door.lets_in(door.books()).number for _ in range(2)] == ["B038", "B039"]
    assert door.lets_in(door.books(is_green=True)).number == "GB005"
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3400)
    assert door.visit(visit_id).rest_number == "RB13"
