"""The shift: a checklist at its beginning, a hand-over at its end, and no case lost between."""

from __future__ import annotations

import pytest

from kiosk.domain.case import CaseStep
from kiosk.domain.ids import CaseId, GuardId
from kiosk.domain.plan import CheckItem
from kiosk.errors import StoreFull
from kiosk.services.guard_views import CaseView, ShiftView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard, View
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, Door

ALL_WELL = {"mask": True, "area": True}


def on_duty(door: Door, **checks: bool) -> ShiftView:
    """Sign the guard in and begin the shift; return its screen."""
    door.signs_in()
    shown = door.desk.guarding.duty.begin_shift({**ALL_WELL, **checks})
    assert isinstance(shown, ShiftView)
    return shown


def test_nobody_sees_or_begins_a_shift_without_signing_in(door: Door) -> None:
    """The duty's side is behind the PIN as all of the guard's is."""
    duty = door.desk.guarding.duty
    assert (duty.shift(), duty.begin_shift(ALL_WELL), duty.end_shift("", ""), duty.plan(), duty.today()) == (None,) * 5
    assert duty.walk_in("medical") is None
    assert door.kinds() == []


def test_a_shift_begins_when_every_item_is_answered_and_is_an_entry(door: Door) -> None:
    """Who, in what role, which day, and what was answered."""
    door.signs_in()
    duty = door.desk.guarding.duty
    before = duty.shift()
    assert isinstance(before, ShiftView)
    assert (before.begun_at, [item[::2] for item in before.items]) == (None, [("mask", None), ("area", None)])
    half = duty.begin_shift({"mask": True})
    assert isinstance(half, ShiftView)
    assert (half.begun_at, door.counted()["shift_begun"]) == (None, 0)
    begun = on_duty(door, mask=False)
    assert begun.begun_at == door.clock.now()
    assert [item[::2] for item in begun.items] == [("mask", False), ("area", True)]
    (body,) = door.bodies("shift_begun")
    assert body == {
        "guard_id": "guard-7",
        "role": "guard",
        "day": "2020-03-10",
        "checks": {"mask": False, "area": True},
    }
    board = door.desk.guarding.board()
    assert board is not None
    assert board.on_duty


def test_a_shift_that_has_begun_is_not_begun_again(door: Door) -> None:
    """The first answers stand."""
    on_duty(door)
    door.clock.go_on(minutes=5)
    again = on_duty(door, mask=False)
    assert again.begun_at == make.at(10, 5)
    assert door.counted()["shift_begun"] == 1


def test_an_isolation_area_or_a_thermometer_that_is_not_ready_is_warned_of(door: Door) -> None:
    """Allowed, since the guard must be able to begin, and never silent."""
    items = tuple(CheckItem(name, make.words(name)) for name in ("mask", "thermometer", "area"))
    door.told(plan=make.plan(checklist=items))
    assert on_duty(door, mask=False, area=False, thermometer=False).warnings == ("area", "thermometer")


def test_a_shift_survives_a_restart(door: Door) -> None:
    """Who is on duty is in the log."""
    on_duty(door)
    again = door.restarted()
    again.signs_in()
    shown = again.desk.guarding.duty.shift()
    assert isinstance(shown, ShiftView)
    assert shown.begun_at == make.at(10, 5)
    again.close()


def test_a_hand_over_names_the_open_cases_and_the_figures_and_loses_no_case(door: Door) -> None:
    """The case waits for the next guard as it was."""
    door.told(guards=[GUARD, LEADER])
    door.lets_in(door.books())
    door.clock.go_on(minutes=1)
    on_duty(door)
    door.clock.go_on(minutes=1)
    door.lets_in(door.books())
    fever = door.to_measuring(door.books())
    door.reads(fever, 3800)
    door.guard_reads(fever, 3790)
    case_id = door.visit(fever).case_id
    assert case_id is not None
    door.desk.guarding.case_act(case_id, "placed", "room_1")
    door.desk.guarding.sign_in(LEADER.id, "1357")
    leader = door.desk.guarding.duty.begin_shift(ALL_WELL)
    assert isinstance(leader, ShiftView)
    assert leader.others == ("王*国",)
    door.signs_in()
    own = door.desk.guarding.duty.shift()
    assert isinstance(own, ShiftView)
    assert (own.others, [label for _, label in own.open_cases]) == (("李*长",), ["CB01"])
    assert [(label, [step.zh for step in steps]) for _, label, steps in own.undone] == [("CB01", ["到访客身边"])]
    board = door.desk.guarding.duty.end_shift("李*长", " 看好  一室 ")
    assert isinstance(board, GuardBoard)
    assert not board.on_duty
    (body,) = door.bodies("shift_ended")
    assert (body["guard_id"], body["to"], body["open_cases"], body["remark"]) == (
        "guard-7",
        "guard-8",
        ["CB01"],
        "看好 一室",
    )
    assert body["figures"] == dict(own.figures) | {"readings": 3}
    assert body["undone"] == {"CB01": ["take"]}
    assert body["figures"]["admitted"] == 1  # the one before the shift is not its own
    case = door.cases.case(door.log.state, case_id)
    assert case is not None
    assert (case.standing().step, case.standing().place_id) == (CaseStep.PLACED, "room_1")
    assert door.is_proved()


def test_a_hand_over_names_the_steps_that_nobody_ticked_of_closed_cases_as_well(door: Door) -> None:
    """Those of this shift; what never was a case had nothing to be done, and what was ticked is done."""
    door.told(guards=[GUARD, LEADER])
    door.desk.guarding.sign_in(LEADER.id, "1357")
    _closed(door, "escorted")
    door.clock.go_on(minutes=1)
    duty = door.desk.guarding.duty
    duty.begin_shift(ALL_WELL)
    left, done = _closed(door, "turned_away"), _closed(door, "turned_away")
    _closed(door, "opened_in_error")
    door.desk.guarding.case_act(done, "ticked", "take")
    shown = duty.shift()
    assert isinstance(shown, ShiftView)
    assert [case_id for case_id, _, _ in shown.undone] == [left]
    duty.end_shift("", "")
    assert door.bodies("shift_ended")[0]["undone"] == {"CB02": ["take"]}


def _closed(door: Door, disposition: str) -> CaseId:
    """Open a case by the guard's word and end it so."""
    page = door.desk.guarding.open_case(None, "guard")
    assert isinstance(page, CaseView)
    door.desk.guarding.case_act(page.case_id, "disposed", disposition)
    door.desk.guarding.case_act(page.case_id, "closed")
    return page.case_id


@pytest.mark.parametrize("to", ["", "下一班", "王*国"])
def test_a_receiver_whom_nobody_here_is_stays_as_it_was_said(door: Door, to: str) -> None:
    """Whoever comes next need not have signed in; nobody hands over to themselves by a name that fits."""
    on_duty(door)
    door.desk.guarding.duty.end_shift(to, "")
    assert door.bodies("shift_ended")[0]["to"] == to


def test_a_shift_that_was_never_begun_is_not_ended(door: Door) -> None:
    """Nothing to hand over."""
    door.signs_in()
    assert isinstance(door.desk.guarding.duty.end_shift("", ""), GuardBoard)
    assert door.counted()["shift_ended"] == 0


def test_a_shift_over_midnight_is_ended_as_the_one_that_it_was(door: Door) -> None:
    """The next day opens with the night guard still on duty."""
    on_duty(door)
    door.clock.go_on(minutes=14 * 60)
    door.day.turn()
    shown = on_duty(door)
    assert shown.begun_at == make.at(10, 5)
    door.desk.guarding.duty.end_shift("", "")
    assert door.bodies("shift_ended")[0]["day"] == "2020-03-10"
    assert door.log.state.facts("shift:") == {}


def test_a_guard_whom_the_server_no_longer_names_is_shown_by_id(door: Door) -> None:
    """On duty all the same."""
    on_duty(door)
    door.told(guards=[LEADER])
    door.desk.guarding.sign_in(LEADER.id, "1357")
    shown = door.desk.guarding.duty.shift()
    assert isinstance(shown, ShiftView)
    assert shown.others == (GuardId("guard-7"),)


def test_a_log_that_cannot_be_written_signs_out_and_takes_the_kiosk_out_of_order(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No shift is shown as begun that is not in the log."""
    door.signs_in()

    def full() -> None:
        message = "full"
        raise StoreFull(message)

    monkeypatch.setattr(door.log, "act", full)
    shown = door.desk.guarding.duty.begin_shift(ALL_WELL)
    assert isinstance(shown, View)
    assert shown.face is Face.OUT_OF_ORDER
    assert door.desk.guarding.guard is None


def test_an_override_counts_in_the_figures_of_shift_and_day(door: Door) -> None:
    """An audit asks for it first."""
    on_duty(door)
    refused = door.scan(door.books(slot_start=make.at(8, 30), slot_end=make.at(9))).visit_id
    assert refused is not None
    door.guard(GuardAct.OVERRIDE, refused)
    own = door.desk.guarding.duty.shift()
    assert isinstance(own, ShiftView)
    assert dict(own.figures)["overrides"] == 1


def test_who_begins_next_is_told_what_was_said_at_the_hand_over(door: Door) -> None:
    """And under which id the server's page knows them; one's own words are no news."""
    door.told(guards=[GUARD, LEADER])
    on_duty(door)
    door.desk.guarding.duty.end_shift("", "口罩不够")
    own = door.desk.guarding.duty.shift()
    assert isinstance(own, ShiftView)
    assert (own.account, own.handed_over) == (GUARD.id, None)
    said_at = door.clock.now()
    door.clock.go_on(minutes=1)
    door.desk.guarding.sign_in(LEADER.id, "1357")
    told = door.desk.guarding.duty.shift()
    assert isinstance(told, ShiftView)
    assert told.handed_over == (said_at, "王*国", "口罩不够")
    door.desk.guarding.duty.begin_shift(ALL_WELL)
    door.desk.guarding.duty.end_shift("", "")
    door.signs_in()
    later = door.desk.guarding.duty.shift()
    assert isinstance(later, ShiftView)
    assert later.handed_over is None  # the last hand-over had nothing to add
