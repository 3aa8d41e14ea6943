"""Cases 1 to 8 and 21 to 38 of peers.md section 6.5, told at the door, from the code to what the screen says.

Where a case does not apply as pretix has it, it is said here:

* Case 24 ("n per day, minutes since last"): a booking lets in once, so there is no count per day; what stands in its
  place is that a second passage the same day is `already_arrived`, however many minutes later.
* Case 26 ("gate-specific rule"): rules belong to a site, not to one of its entrances; the one thing that differs by
  entrance is its direction, and that is tested.
* Case 32 ("answered before → not asked") holds within a visit; another visit asks anew, because health changes.
* Case 35 ("unless list and guard both allow"): there is no list that allows it; a guard's named override does.
* Case 36 ("awaiting approval") is `not_confirmed` with us: a proposed booking waits for the office.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kiosk.domain.admission import ORDER, Judgement, Reason
from kiosk.domain.booking import BookingStatus
from kiosk.domain.ids import SiteId
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, Hint, View
from kiosk.texts import Texts
from tests.domain import builders as make
from tests.services.builders import LEADER, STRANGER, Door, code_of, new_booking

CONFIG = Path(__file__).parents[2] / "config"


def reason(view: View) -> str | None:
    """Return the reason that a view shows."""
    return view.refusal.reason.value if view.refusal is not None else None


def test_case_1_a_signed_code_lets_its_holder_in(door: Door) -> None:
    """Case 1: by signed code → in."""
    assert door.lets_in(door.books()).face is Face.ADMITTED


def test_case_2_a_code_with_special_characters_is_read(door: Door) -> None:
    """Case 2: base45 uses every sign of the QR's alphanumeric mode; none of them is lost on the way."""
    codes = [door.books() for _ in range(40)]
    assert set("+-./$%*: ") <= set("".join(codes))
    assert {door.scan(code).face for code in codes} == {Face.BOOKING}


def test_case_3_the_internal_id_of_a_booking_is_never_a_code(door: Door) -> None:
    """Case 3: who learns an id from a log cannot come in with it."""
    booking = new_booking()
    door.learns(booking)
    assert door.scan(booking.id).hint is Hint.NOT_A_BOOKING_CODE
    assert door.scan(f"VB1:{booking.id}").face is Face.REFUSED
    assert door.counted()["identified"] == 0


@pytest.mark.parametrize("garbage", ["\r\n{}\r\n", "\ufeff{}", "  {}\t", "{}\x00"])
def test_case_4_garbage_around_the_code_is_cleaned(door: Door, garbage: str) -> None:
    """Case 4: what a hand scanner puts around a code does not spoil it."""
    assert door.scan(garbage.format(door.books())).face is Face.BOOKING


def test_case_5_an_unknown_booking_is_refused_and_nobody_can_force_it(door: Door) -> None:
    """Case 5: unknown → nothing created, even by a guard."""
    shown = door.scan(new_booking().number)
    assert reason(shown) == "unknown_booking"
    assert shown.visit_id is not None
    door.guard(GuardAct.OVERRIDE, shown.visit_id)
    assert door.visit(shown.visit_id).step is Step.REFUSED
    assert door.counted()["arrived"] == door.counted()["overridden"] == 0


def test_case_6_a_revoked_code_is_refused_and_a_forced_one_is_marked(door: Door) -> None:
    """Case 6: the lost phone's code opens nothing; if a guard lets go on all the same, the entry says so."""
    booking = new_booking(code_not_before=make.at(8))
    door.learns(booking)
    shown = door.scan(code_of(booking))
    assert reason(shown) == "revoked"
    assert shown.visit_id is not None
    door.guard(GuardAct.OVERRIDE, shown.visit_id)
    assert door.counted()["overridden"] == 0  # any guard's word is not enough for a code that may be stolen
    door.guard(GuardAct.OVERRIDE, shown.visit_id, LEADER)
    assert door.bodies("overridden")[0]["reasons"] == ["revoked"]
    assert door.scan(code_of(booking, issued_at=make.at(9))).face is Face.DECLARATION


def test_case_7_bad_signature_unknown_service_and_another_sites_code_are_told_apart(door: Door) -> None:
    """Case 7: each has its own reason, and none of them comes in."""
    booking = new_booking()
    assert reason(door.scan(code_of(booking, key=STRANGER))) == "forged_code"
    assert reason(door.scan(code_of(booking, key_id="elsewhere"))) == "unknown_key"
    assert reason(door.scan(code_of(booking, service="nobody-knows"))) == "suspended_service"
    assert reason(door.scan(code_of(booking, site=SiteId("branch-2")))) == "wrong_site"
    assert door.counted()["identified"] == 0


def test_case_8_two_bookings_in_one_frame_are_never_guessed(door: Door) -> None:
    """Case 8: two match → ambiguous."""
    assert reason(door.scan(door.books(), door.books())) == "ambiguous_code"
    one = door.books()
    assert door.scan(one, "https://pay.example.com/1").face is Face.BOOKING


def test_case_21_too_early_and_too_late_hold_for_the_way_in_only(tmp_path: Path) -> None:
    """Case 21: not yet, no longer; but nobody is kept inside because their slot is over."""
    door = Door(tmp_path)
    assert reason(door.scan(door.books(slot_start=make.at(14), slot_end=make.at(15)))) == "too_early"
    assert reason(door.scan(door.books(slot_start=make.at(8), slot_end=make.at(9)))) == "too_late"
    code = door.books()
    door.lets_in(code)
    way_out = Door(tmp_path, letter="X", is_exit=True, clock=door.clock)
    way_out.hears_site(door.log.state.visits_of(new_id(door, code))[0])
    door.clock.go_on(minutes=300)
    way_out.hears_site(door.log.state.visits_of(new_id(door, code))[0])
    assert way_out.scan(code).face is Face.GOODBYE
    way_out.close()
    door.close()


def new_id(door: Door, code: str):  # noqa: ANN201 - a booking's id
    """Return the booking id behind a code."""
    visit = door.visit(door.scan(code).visit_id)
    assert visit.booking_id is not None
    return visit.booking_id


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (make.at(9, 44, 59), "too_early"),
        (make.at(9, 45), None),
        (make.at(11, 14, 59), None),
        (make.at(11, 15), "too_late"),
    ],
)
def test_case_22_the_tolerance_ends_to_the_second(door: Door, moment: object, expected: str | None) -> None:
    """Case 22: a quarter of an hour before and after, half-open."""
    code = door.books()
    door.clock.moment = moment  # pyright: ignore[reportAttributeAccessIssue]
    assert reason(door.scan(code)) == expected


def test_case_23_today_is_the_sites_day_and_not_utc(door: Door) -> None:
    """Case 23: at 07:30 in Shanghai it is still yesterday in UTC."""
    door.told(at_site=make.site(opens=0, closes=24 * 60))
    door.clock.moment = make.at(0, 30)
    code = door.books(slot_start=make.at(0), slot_end=make.at(1))
    assert door.scan(code).face is Face.BOOKING
    tomorrow = door.books(slot_start=make.at(0, day=11), slot_end=make.at(1, day=11))
    assert reason(door.scan(tomorrow)) == "wrong_day"


def test_case_24_a_second_passage_is_never_counted_by_minutes(door: Door) -> None:
    """Case 24: a booking lets in once, however much later the code comes again."""
    code = door.books()
    door.lets_in(code)
    for minutes in (1, 30, 120):
        door.clock.go_on(minutes=minutes)
        assert reason(door.scan(code)) == "already_arrived"


def test_case_25_a_service_that_this_door_does_not_serve_is_refused(door: Door) -> None:
    """Case 25: suspended here, or done online only."""
    door.told(by=make.policy(suspended_services=("vehicle",)))
    assert reason(door.scan(door.books())) == "suspended_service"
    assert reason(door.scan(door.books(service=make.ONLINE))) == "online_only"


def test_case_26_the_same_code_does_what_its_gate_is_for(tmp_path: Path) -> None:
    """Case 26: the way in and the way out are two kiosks with one rule each."""
    door, way_out = Door(tmp_path), Door(tmp_path, letter="X", is_exit=True)
    code = door.books()
    way_out.hears_site()
    assert way_out.scan(code).hint is Hint.NOT_INSIDE
    assert door.scan(code).face is Face.BOOKING
    way_out.close()
    door.close()


def test_case_27_every_refusal_is_explained_in_both_languages() -> None:
    """Case 27: title, text and what to do, for each reason, in the visitor's language."""
    texts = Texts.load(CONFIG)
    values = dict.fromkeys(_placeholders(), "1")
    for each in Reason:
        for part in ("title", "text", "todo"):
            said = {texts.t(f"refused.{each}.{part}", **values), texts.second(f"refused.{each}.{part}", **values)}
            assert len(said) == 2
            assert all(words.strip() for words in said)


def _placeholders() -> set[str]:
    """Return every placeholder that a refusal's words may hold."""
    table = tomllib.loads((CONFIG / "texts.zh.toml").read_text(encoding="utf-8"))["refused"]
    words = [text for value in table.values() if isinstance(value, dict) for text in value.values()]
    return {part.partition("}")[0] for text in words for part in text.split("{")[1:]}


def test_case_28_a_rule_that_crashes_never_admits(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 28: the act leaves no trace, and the caller hands the visit to the guard."""
    visit_id = door.to_measuring(door.books())

    def broken(*_args: object, **_more: object) -> Judgement:
        raise ZeroDivisionError

    monkeypatch.setattr("kiosk.services.visits.assess", broken)
    before = door.counted()
    with pytest.raises(ZeroDivisionError):
        door.reads(visit_id, 3650)
    assert door.counted() == before
    assert door.desk.unexpected(visit_id).face is Face.GUARD
    assert door.visit(visit_id).step is Step.GUARD


def test_case_29_unanswered_questions_admit_nobody(door: Door) -> None:
    """Case 29: the questions stay on the screen."""
    visit_id = door.to_questions(door.books())
    assert door.desk.declare(visit_id, None).face is Face.DECLARATION
    assert door.reads(visit_id, 3650).face is Face.DECLARATION
    assert door.counted()["admitted"] == 0


def test_case_30_none_of_these_is_an_answer_and_silence_is_not(door: Door) -> None:
    """Case 30: the empty answer counts once it was given."""
    visit_id = door.to_questions(door.books())
    assert door.desk.declare(visit_id, ()).face is Face.MEASURING
    assert door.bodies("declared")[0]["asked"] == ["symptoms", "contact"]


def test_case_31_an_answer_that_nobody_asked_for_is_asked_again(door: Door) -> None:
    """Case 31: wrong choice → again."""
    visit_id = door.to_questions(door.books())
    assert door.desk.declare(visit_id, ("made-up",)).face is Face.DECLARATION
    assert door.counted()["declared"] == 0


def test_case_32_what_was_answered_is_not_asked_again_in_this_visit(door: Door) -> None:
    """Case 32: a rest, a restart or another kiosk does not ask a second time."""
    code = door.books()
    visit_id = door.to_measuring(code)
    door.desk.time_out(visit_id)
    assert door.scan(code).face is Face.MEASURING


def test_case_33_a_question_of_another_service_is_not_asked(door: Door) -> None:
    """Case 33: licences have one question more."""
    vehicle = door.to_questions(door.books())
    licence = door.to_questions(door.books(service=make.LICENCE))
    assert [q.id for q in door.desk.form(vehicle).questions] == ["symptoms", "contact"]
    assert [q.id for q in door.desk.form(licence).questions] == ["symptoms", "contact", "abroad"]


def test_case_34_a_question_that_is_switched_off_is_not_asked(door: Door) -> None:
    """Case 34: and answering it is no answer."""
    visit_id = door.to_questions(door.books())
    assert "old" not in {q.id for q in door.desk.form(visit_id).questions}
    assert door.desk.declare(visit_id, ("old",)).face is Face.DECLARATION


def test_case_35_and_36_a_booking_that_waits_for_the_office_is_not_let_in(door: Door) -> None:
    """Case 35: not confirmed → refused, unless a guard says otherwise by name. Case 36: awaiting approval is that."""
    shown = door.scan(door.books(status=BookingStatus.PROPOSED))
    assert reason(shown) == "not_confirmed"
    assert shown.visit_id is not None
    door.guard(GuardAct.OVERRIDE, shown.visit_id)
    assert door.visit(shown.visit_id).step is Step.DECLARATION
    assert door.bodies("overridden")[0]["guard_id"] == "guard-7"


def test_case_37_who_is_blacklisted_waits_for_the_guard_like_anybody(door: Door) -> None:
    """Case 37: refused, and the screen shames nobody."""
    shown = door.scan(door.books(is_blacklisted=True))
    assert (reason(shown), shown.looks_to_guard) == ("blacklisted", True)


def test_case_38_what_needs_attention_stands_on_the_guards_list(door: Door) -> None:
    """Case 38: flag and text reach the person who acts, with what may be done."""
    shown = door.scan(door.books(is_blacklisted=True))
    row = door.board.rows(door.log.state)[0]
    assert row.id == shown.visit_id
    door.signs_in()
    assert shown.visit_id is not None
    detail = door.desk.guarding.detail(shown.visit_id)
    assert detail is not None
    assert (detail.reason, detail.override_by, detail.row.needs) == (Reason.BLACKLISTED, "leader", ("turn_away",))


def test_the_order_of_reasons_holds_each_once() -> None:
    """The documented order is a whole one."""
    assert sorted(ORDER) == sorted(Reason)
