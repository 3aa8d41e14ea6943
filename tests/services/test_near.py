"""Who was near an open case: a leader's question, a supervisor's consent, for a while, and every look an entry."""

from __future__ import annotations

import pytest

from kiosk.domain.ids import CaseId, GuardId
from kiosk.domain.paper_sheets import PaperRow
from kiosk.services.guard_views import NearView
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, SUPERVISOR, Door

PINS = {GUARD.id: "2468", LEADER.id: "1357", SUPERVISOR.id: "9753"}


def with_case(door: Door) -> CaseId:
    """Let some visitors in around a fever at 10:25 and return its case."""
    door.told(guards=[GUARD, LEADER, SUPERVISOR])
    for minutes in (0, 10, 10):  # 10:05, 10:15, 10:25
        door.clock.go_on(minutes=minutes)
        door.lets_in(door.books())
    fever = door.to_measuring(door.books())
    door.reads(fever, 3800)
    door.guard_reads(fever, 3790)
    door.clock.go_on(minutes=5)
    door.lets_in(door.books())
    case_id = door.visit(fever).case_id
    assert case_id is not None
    return case_id


def near(
    door: Door, case_id: CaseId, who: GuardId = LEADER.id, consent: GuardId = SUPERVISOR.id, pin: str = ""
) -> object:
    """Ask as `who` with the PIN of `consent`, and return what the screen gets."""
    door.desk.guarding.sign_in(who, PINS[who])
    return door.desk.guarding.duty.near(case_id, consent, pin or PINS[consent])


def test_a_leader_sees_who_was_near_with_a_supervisors_consent(door: Door) -> None:
    """At this kiosk, fifteen minutes around it, by number and masked name; not the case itself."""
    case_id = with_case(door)
    shown = near(door, case_id)
    assert isinstance(shown, NearView)
    assert (shown.label, shown.until) == ("CB01", make.at(10, 30, day=11))
    assert shown.lines == (
        (make.at(10, 15), "B002", "张*明"),
        (make.at(10, 25), "B003", "张*明"),
        (make.at(10, 30), "B004", "张*明"),
    )
    (body,) = door.bodies("near_listed")
    assert (body["guard_id"], body["consent_by"], body["count"], body["case_id"]) == ("guard-8", "guard-9", 3, case_id)
    assert [entry["by"] for entry in door.bodies("signed_in")] == ["pin", "consent"]
    assert door.is_proved()


def test_the_list_may_be_looked_at_again_while_the_consent_lasts_and_not_after(door: Door) -> None:
    """Each look is an entry of its own; a wrong PIN is not even compared meanwhile."""
    case_id = with_case(door)
    near(door, case_id)
    door.clock.go_on(minutes=60)
    again = near(door, case_id, pin="0000")
    assert isinstance(again, NearView)
    assert again.until == make.at(10, 30, day=11)
    assert [body["what"] for body in door.bodies("looked_up")] == ["near"]
    door.clock.go_on(minutes=23 * 60)
    door.day.turn()
    assert near(door, case_id, pin="0000") is None
    assert len(door.bodies("near_listed")) == 1


@pytest.mark.parametrize(
    ("who", "consent", "pin", "is_shown"),
    [
        (GUARD.id, SUPERVISOR.id, "", False),
        (LEADER.id, LEADER.id, "", False),
        (LEADER.id, GUARD.id, "", False),
        (LEADER.id, SUPERVISOR.id, "1111", False),
        (LEADER.id, GuardId("nobody"), "1111", False),
        (SUPERVISOR.id, LEADER.id, "", False),
        (SUPERVISOR.id, SUPERVISOR.id, "", True),
    ],
)
def test_the_right_and_the_consent_are_two(
    door: Door, who: GuardId, consent: GuardId, pin: str, is_shown: bool
) -> None:
    """A guard may not ask, a leader may not consent; a supervisor may both."""
    shown = near(door, with_case(door), who, consent, pin)
    assert isinstance(shown, NearView) is is_shown
    assert len(door.bodies("near_listed")) == int(is_shown)


def test_a_wrong_consent_counts_against_that_account(door: Door) -> None:
    """Guessing a supervisor's PIN here waits as at the sign-in."""
    case_id = with_case(door)
    for _ in range(5):
        near(door, case_id, pin="1111")
    assert near(door, case_id) is None
    assert {body["guard_id"] for body in door.bodies("sign_in_failed")} == {"guard-9"}


def test_a_case_that_is_closed_or_of_another_place_has_no_list(door: Door) -> None:
    """Nobody browses."""
    case_id = with_case(door)
    for wanted in ("nonsense", case_id):
        door.desk.guarding.sign_in(LEADER.id, "1357")
        if wanted == case_id:
            door.desk.guarding.case_act(case_id, "disposed", "turned_away")
            door.desk.guarding.case_act(case_id, "reported", "clinic")
            door.desk.guarding.case_act(case_id, "closed")
        assert near(door, CaseId(wanted)) is None
    assert door.bodies("near_listed") == []


def test_who_came_in_on_paper_or_without_a_booking_was_near_as_well(door: Door) -> None:
    """By the time on the paper, whenever it was typed in."""
    case_id = with_case(door)
    door.signs_in()
    door.desk.guarding.duty.walk_in("medical")
    door.signs_in()
    door.desk.guarding.duty.late_entry(PaperRow(make.at(10, 20), "36.5", "02031001", 1, admitted=True))
    door.desk.guarding.duty.late_entry(PaperRow(make.at(10, 9), "36.5", "02031001", 2, admitted=True))
    shown = near(door, case_id)
    assert isinstance(shown, NearView)
    assert [at for at, _, _ in shown.lines] == [make.at(10, minute) for minute in (15, 20, 25, 30, 30)]
    assert {name for _, _, name in shown.lines} == {"张*明", ""}
