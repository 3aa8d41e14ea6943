"""The records of today, the day's figures, and the number inside by a guard's count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiosk.domain.case import Cause
from kiosk.domain.entry import EntryKind
from kiosk.domain.paper_sheets import PaperRow
from kiosk.domain.policy import BodySite
from kiosk.domain.site import Words
from kiosk.domain.visit import Step
from kiosk.services.guard_views import CaseView, RecordLine, RecordsView, TodayView
from kiosk.services.guards import GuardAct
from kiosk.services.record_words import detail_of
from kiosk.services.records import FILTERS, PAGE
from kiosk.services.views import GuardBoard, View
from tests.domain import builders as make
from tests.services.builders import Door, code_of, new_booking

if TYPE_CHECKING:
    from collections.abc import Sequence


def page(door: Door, which: str = "all", number: int = 0, wanted: str = "") -> RecordsView:
    """Sign the guard in where nobody is, and return a page of the records."""
    if door.desk.guarding.guard is None:
        door.signs_in()
    shown = door.desk.guarding.duty.records(which, number, wanted)
    assert isinstance(shown, RecordsView)
    return shown


def kinds(lines: Sequence[RecordLine]) -> list[str]:
    """Return the kinds of lines, as shown."""
    return [line.kind for line in lines]


def figures(door: Door) -> TodayView:
    """Sign the guard in and return the day on one screen."""
    door.signs_in()
    shown = door.desk.guarding.duty.today()
    assert isinstance(shown, TodayView)
    return shown


def test_the_newest_stands_first_and_twelve_on_a_page(door: Door) -> None:
    """A page out of range is the nearest there is."""
    for _ in range(4):
        door.lets_in(door.books())
    shown = page(door)
    assert (len(shown.lines), shown.filter, shown.page, shown.pages) == (PAGE, "all", 0, 2)
    assert kinds(shown.lines)[0] == "signed_in"
    seqs = [line.seq for number in range(2) for line in page(door, number=number).lines]
    assert seqs == sorted(seqs, reverse=True)
    assert (page(door, number=99).page, page(door, number=-1).page) == (1, 0)


def test_each_filter_shows_its_kinds_and_names_the_guard_masked(door: Door) -> None:
    """Who did what; failed sign-ins and exports beside who looked."""
    door.signs_in("1111")
    door.signs_in()
    fever = door.to_measuring(door.books())
    door.reads(fever, 3800)
    door.guard_reads(fever, 3790)
    refused = door.scan(door.books(slot_start=make.at(8, 30), slot_end=make.at(9))).visit_id
    assert refused is not None
    door.guard(GuardAct.OVERRIDE, refused, why="frail")
    assert kinds(page(door, "cases").lines) == ["case_acted", "case_opened"]
    assert [(line.kind, line.detail) for line in page(door, "refusals").lines] == [
        ("overridden", "override.frail"),
        ("refused", "guard.cause.too_late"),
    ]
    assert [line.detail for line in page(door, "readings").lines] == ["37.9 °C", "38.0 °C"]
    assert kinds(page(door, "exports").lines) == ["looked_up", "sign_in_failed"]
    guards = page(door, "guards").lines
    assert {line.who for line in guards} == {"王*国"}
    assert {"overridden", "reading", "signed_in", "sign_in_failed", "looked_up"} <= set(kinds(guards))
    assert page(door, "nonsense").filter == "all"
    assert {line.label for line in page(door, "cases").lines} == {"CB01"}


def test_new_entries_come_in_without_reading_the_old_ones_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy day has tens of thousands."""
    door.lets_in(door.books())
    page(door)
    figures(door)
    asked: list[int] = []
    read = door.desk.guarding.duty.outside.log.entries

    def noted(after: int = 0) -> object:
        asked.append(after)
        return read(after)

    monkeypatch.setattr(door.desk.guarding.duty.outside.log, "entries", noted)
    last = len(door.kinds())
    door.lets_in(door.books())
    assert kinds(page(door).lines)[0] == "admitted"
    assert figures(door).histogram == (("36.5", 2),)
    assert min(asked) >= last - 2


@pytest.mark.parametrize("typed", ["B001", "b001", "number", "end", "AB3D45", "45", "10:06", "1006"])
def test_a_visit_is_found_by_number_plate_or_time_and_the_search_is_an_entry(door: Door, typed: str) -> None:
    """What a visitor holds in their hand, or a guard remembers."""
    booking = new_booking(plate_masked="冀A***45")
    door.learns(booking)
    other = new_booking(plate_masked="冀B***77")
    door.learns(other)
    door.clock.go_on(minutes=1)

    door.lets_in(code_of(booking))
    door.clock.go_on(minutes=7)
    door.lets_in(code_of(other))
    wanted = {"number": booking.number, "end": booking.number[-4:]}.get(typed, typed)
    shown = page(door, wanted=wanted)
    assert {line.label for line in shown.lines} == {"B001"}
    assert (shown.filter, {line.visit_id for line in shown.lines} & {None}) == (wanted, set())
    assert kinds(shown.lines)[0] == "admitted"
    (looked,) = door.bodies("looked_up")
    assert looked == {"guard_id": "guard-7", "role": "guard", "what": "search"}


@pytest.mark.parametrize("typed", ["9", "冀C99", "99", "24:71", "ZZZZ", "45A", "   "])
def test_what_is_nowhere_is_not_found(door: Door, typed: str) -> None:
    """And blanks are no search."""
    door.lets_in(door.books())
    door.signs_in()
    shown = page(door, wanted=typed)
    assert (shown.lines == ()) is bool(typed.strip())


def test_a_case_is_found_by_its_number(door: Door) -> None:
    """With everything of its visit."""
    fever = door.to_measuring(door.books())
    door.reads(fever, 3800)
    door.guard_reads(fever, 3790)
    assert {"case_opened", "reading", "declared"} <= set(kinds(page(door, wanted="CB01").lines))


def test_a_case_without_a_visit_at_a_kiosk_is_found_by_its_number(door: Door) -> None:
    """Somebody who fainted in the queue."""
    door.signs_in()
    door.desk.guarding.open_case(None, Cause.COLLAPSE)
    lines = page(door, wanted="CB01").lines
    assert set(kinds(lines)) == {"case_opened", "case_acted"}
    assert {line.visit_id for line in lines} == {None}


def test_opening_a_visit_that_waits_for_nobody_is_an_entry_once(door: Door) -> None:
    """Who looked at whom; a visit on the list is looked at by duty."""
    inside = door.to_measuring(door.books())
    door.reads(inside, 3650)
    waiting = door.to_measuring(door.books())
    door.reads(waiting, 3800)
    door.signs_in()
    for visit_id in (waiting, inside, inside):
        assert door.desk.guarding.detail(visit_id) is not None
    assert [body["looked_at"] for body in door.bodies("looked_up")] == [inside]


def test_the_records_of_yesterday_are_gone_from_the_screen(door: Door) -> None:
    """Today's are shown."""
    door.lets_in(door.books())
    page(door)
    door.clock.go_on(minutes=24 * 60)
    door.day.turn()
    door.desk.guarding.sign_out()
    assert kinds(page(door).lines) == ["signed_in", "signed_out", "day_opened"]
    assert figures(door).hours == ()


@pytest.mark.parametrize("kind", list(EntryKind))
def test_an_entry_whose_body_is_gone_says_its_kind_alone(kind: EntryKind) -> None:
    """Erased, or of an earlier version."""
    assert detail_of(kind, {}, make.plan()) == ""


def test_situations_and_their_steps_are_told_in_the_plans_words() -> None:
    """One that two situations word differently, or that a newer plan dropped, is left out."""
    plan = make.plan()
    assert detail_of(EntryKind.SITUATION_BEGUN, {"situation": "crowd"}, plan) == Words("crowd", "crowd")
    assert detail_of(EntryKind.SITUATION_ENDED, {"situation": "flood"}, plan) == ""
    assert detail_of(EntryKind.SITUATION_TICKED, {"item": "take"}, plan) == plan.situations[0].steps[0].text
    assert detail_of(EntryKind.SITUATION_TICKED, {"item": "gone"}, plan) == ""


def test_what_else_a_line_says() -> None:
    """Faults by their outcome, devices by name, the camera by its state, a disposition by its words."""
    plan = make.plan()
    fault = {"reading": {"code": "device_timeout"}, "outcome": "device_fault"}
    assert detail_of(EntryKind.READING, fault, plan) == "guard.outcome.device_fault"
    assert detail_of(EntryKind.DEVICE, {"device": "log", "state": "ok"}, plan) == "device.log"
    assert detail_of(EntryKind.DEVICE, {"device": "camera", "state": "black"}, plan) == "camera.black"
    assert detail_of(EntryKind.DEVICE, {"device": "camera"}, plan) == "camera.fault"
    assert detail_of(EntryKind.TURNED_AWAY, {"disposition": "referred"}, plan) == "case.disposition.referred"
    assert detail_of(EntryKind.TURNED_AWAY, {"guard_id": "g"}, plan) == ""
    assert detail_of(EntryKind.COUNTED, {"inside": 7}, plan) == "7"


def test_the_filters_leave_no_export_out() -> None:
    """An audit reads this one."""
    assert FILTERS["exports"] is not None
    assert {EntryKind.EXPORTED, EntryKind.LOOKED_UP, EntryKind.SIGN_IN_FAILED} <= FILTERS["exports"]


# the day on one screen


def test_the_day_is_counted_from_the_log(door: Door) -> None:
    """Arrivals by hour beside the bookings, refusals by reason, readings, green channel, overrides, cases."""
    door.learns(new_booking(slot_start=make.at(12), slot_end=make.at(13)))
    door.lets_in(door.books(is_green=True))
    fever = door.to_measuring(door.books())
    door.reads(fever, 3800)
    door.guard_reads(fever, 3790)
    late = door.scan(door.books(slot_start=make.at(8, 30), slot_end=make.at(9))).visit_id
    assert late is not None
    door.guard(GuardAct.OVERRIDE, late)
    door.signs_in()
    walked = door.desk.guarding.duty.walk_in("medical")
    assert isinstance(walked, View)
    assert walked.visit_id is not None
    door.desk.declare(walked.visit_id, ())
    door.reads(walked.visit_id, 3620)
    shown = figures(door)
    assert shown.hours == ((8, 0, 1), (9, 0, 0), (10, 4, 2), (11, 0, 0), (12, 0, 1))
    assert shown.refusals == (("too_late", 1),)
    assert shown.histogram[0] == ("36.2", 1)
    assert shown.histogram[-1] == ("38.0", 1)
    assert sum(count for _, count in shown.histogram) == 4
    assert (shown.cases_opened, shown.cases_open, shown.overrides) == (1, 1, 1)
    assert sorted(shown.green) == [("booking", 1), ("medical", 1)]
    assert shown.walk_ins == (("medical", 1),)
    assert (shown.inside, shown.last_seq) == (2, len(door.kinds()))
    assert shown.last_hash == door.entries()[-1].hash


def test_a_day_without_anybody_has_no_bars(door: Door) -> None:
    """And is shown all the same."""
    shown = figures(door)
    assert (shown.hours, shown.histogram, shown.refusals, shown.green) == ((), (), (), ())


# the number inside


@pytest.mark.parametrize(("elsewhere", "counted", "here"), [(0, 7, 7), (5, 7, 2), (9, 7, -2)])
def test_a_count_corrects_the_sum_and_says_what_it_was(door: Door, elsewhere: int, counted: int, here: int) -> None:
    """This kiosk's part takes the difference up."""
    door.lets_in(door.books())
    if elsewhere:
        door.hears_site(inside_elsewhere=elsewhere)
    door.signs_in()
    board = door.desk.guarding.duty.count(counted)
    assert isinstance(board, GuardBoard)
    assert board.inside == counted
    (body,) = door.bodies("counted")
    assert (body["inside"], body["here"], body["was"], body["guard_id"]) == (counted, here, 1 + elsewhere, "guard-7")
    assert door.is_proved()


def test_a_sensor_at_the_way_out_counts_down_to_an_empty_hall(door: Door) -> None:
    """Each pulse is an entry; one more than there are people was a member of staff, and counts for nobody later."""
    door.lets_in(door.books())
    door.desk.exit_sensed()
    door.desk.exit_sensed()
    assert [(body["counts"], body["inside"]) for body in door.bodies("exit_sensed")] == [(True, 0), (False, 0)]
    door.lets_in(door.books())
    assert door.desk.idle_facts().inside == 1
    assert door.is_proved()


@pytest.mark.parametrize("nonsense", [-1, 100_000])
def test_a_count_that_makes_no_sense_changes_nothing(door: Door, nonsense: int) -> None:
    """Nobody counts below zero, or a hundred thousand."""
    door.signs_in()
    assert isinstance(door.desk.guarding.duty.count(nonsense), GuardBoard)
    assert door.counted()["counted"] == 0


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"event": "acknowledged"}, "case.event.acknowledged"),
        ({"event": "disposed", "disposition": "referred", "to": "clinic"}, "case.disposition.referred"),
        ({"event": "placed", "place_id": "room_1"}, make.plan().places[0].name),
        ({"event": "placed", "place_id": "gone"}, "case.event.placed"),
        ({"event": "reported", "to": "clinic"}, make.plan().contacts[3].name),
        ({"event": "ticked", "item": "take"}, make.plan().situations[0].steps[0].text),
        ({"event": "ticked", "item": "nothing"}, "case.event.ticked"),
        ({"event": "remarked", "note": "情绪平稳"}, "情绪平稳"),
        ({"event": "heard", "note": "kiosk-C/1/7"}, "case.event.heard"),
    ],
)
def test_an_act_of_a_case_says_which_it_was(body: dict[str, str], detail: object) -> None:
    """That it was decided tells nobody how; what a newer plan no longer knows is told by what was done."""
    assert detail_of(EntryKind.CASE_ACTED, body, make.plan()) == detail


# what was typed wrongly


def readings(door: Door) -> tuple[RecordLine, ...]:
    """Return the day's readings as the guard's screen lists them."""
    shown = door.desk.guarding.duty.records("readings", 0, "")
    assert isinstance(shown, RecordsView)
    return shown.lines


def test_only_a_reading_that_was_typed_can_be_corrected(door: Door) -> None:
    """What a thermometer said by itself nobody typed wrongly."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    door.guard_reads(visit_id, 3650)
    door.signs_in()
    by_hand, by_itself = readings(door)
    assert (by_hand.can_correct, by_itself.can_correct) == (True, False)
    for seq in (by_itself.seq, 10**6):
        assert isinstance(door.desk.guarding.duty.correct_reading(seq, "36.5", "slip"), RecordsView)
    assert door.counted()["corrected"] == 0
    door.desk.guarding.sign_out()
    assert door.desk.guarding.duty.correct_reading(by_hand.seq, "36.6", "slip") is None


def test_a_case_goes_by_the_corrected_figure(door: Door) -> None:
    """36.5 typed for 38.5 in the armpit: nobody is released by it any more; both figures stay in the log."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3780)
    door.guard_reads(visit_id, 3810, BodySite.FOREHEAD)
    door.guard_reads(visit_id, 3650)
    case = door.cases.undecided(door.log.state, visit_id)
    assert case is not None
    assert case.standing().is_found_normal
    door.signs_in()
    wrong = readings(door)[0]
    door.desk.guarding.duty.correct_reading(wrong.seq, "38.5", "slip")
    (body,) = door.bodies("corrected")
    assert (body["of_seq"], body["value"], body["guard_id"]) == (wrong.seq, "38.5", "guard-7")
    again = door.cases.undecided(door.log.state, visit_id)
    assert again is not None
    assert not again.standing().is_found_normal
    assert door.bodies("reading")[-1]["reading"]["site"] == "axilla"
    page = door.desk.guarding.case_act(case.id, "disposed", "released")
    assert isinstance(page, CaseView)
    assert page.disposition is None
    assert door.is_proved()


def test_who_waits_for_a_guard_is_judged_by_the_corrected_figure_and_who_is_inside_called_back(door: Door) -> None:
    """A slip at the forehead is no pass by itself: the armpit then is, as after any elevated reading."""
    waits, inside = door.to_measuring(door.books()), door.to_measuring(door.books())
    door.desk.measure_by_hand(waits)
    door.guard_reads(waits, 3750, BodySite.FOREHEAD)
    door.desk.measure_by_hand(inside)
    door.guard_reads(inside, 3650)
    assert (door.visit(waits).step, door.visit(inside).step) == (Step.GUARD, Step.ADMITTED)
    door.signs_in()
    let_in, held = readings(door)
    door.desk.guarding.duty.correct_reading(held.seq, "36.5", "slip")
    assert [item.value_cc for item in door.visit(waits).readings][-2:] == [3750, 3650]
    door.guard_reads(waits, 3650)
    assert door.visit(waits).step is Step.ADMITTED
    door.desk.guarding.duty.correct_reading(let_in.seq, "38.5", "slip")
    assert door.cases.undecided(door.log.state, inside) is not None
    assert door.is_proved()


def test_a_row_of_the_paper_ledger_that_was_elevated_after_all_opens_a_case(door: Door) -> None:
    """Also of somebody who was not let in: paper does not show how it ended."""
    door.signs_in()
    door.desk.guarding.duty.late_entry(PaperRow(make.at(9, 41), "36.5", "02031001", 1, admitted=False))
    (row,) = readings(door)
    door.desk.guarding.duty.correct_reading(row.seq, "38.5", "slip")
    (case,) = door.log.state.open_cases()
    assert case.visit_id == door.bodies("late_entry")[0]["visit_id"]
    assert door.is_proved()
