"""The guard: signing in, the list of what needs doing, and acts that name who did them."""

from typing import Any

import pytest

from kiosk.domain.by_hand import Typed, read_typed
from kiosk.domain.ids import VisitId
from kiosk.domain.policy import BodySite
from kiosk.domain.visit import Step
from kiosk.services.guard_views import CaseView
from kiosk.services.guards import GuardAct
from kiosk.services.sign_in import delay_s
from kiosk.services.views import Face, GuardBoard, GuardDetail, View
from tests.domain import builders as make
from tests.services.builders import GUARD, LEADER, STRANGER, Door, code_of, new_booking


def board_of(door: Door) -> GuardBoard:
    """Sign in and return the overview."""
    board = door.signs_in()
    assert board is not None
    return board


def test_a_guard_signs_in_by_pin_and_is_named_masked(door: Door) -> None:
    """In the log by id, on the screen by half a name."""
    assert board_of(door).guard_name == "王*国"
    assert door.bodies("signed_in")[0]["guard_id"] == "guard-7"
    door.desk.guarding.sign_out()
    assert door.bodies("signed_out") == [{"guard_id": "guard-7"}]


def test_a_wrong_pin_opens_nothing_and_is_recorded_without_the_pin(door: Door) -> None:
    """Who tried is not known, that somebody tried is."""
    assert door.signs_in("1234") is None
    assert door.desk.guarding.board() is None
    assert "1234" not in (door.entries()[0].body or "")
    assert door.kinds() == ["sign_in_failed"]


def test_wrong_pins_make_the_next_try_wait_longer_and_longer(door: Door) -> None:
    """The right one waits as well; a success clears the count."""
    assert [delay_s(wrong) for wrong in (0, 1, 2, 3, 4, 5, 6, 20)] == [0, 0, 0, 0, 2, 4, 8, 300]
    for _ in range(4):
        door.signs_in("1234")
    assert door.signs_in() is None
    door.clock.go_on(seconds=1.9)
    assert door.signs_in() is None
    door.clock.go_on(seconds=0.1)
    assert door.signs_in() is not None
    assert door.signs_in("1234") is None
    assert door.signs_in() is not None


def test_a_try_during_the_wait_is_not_even_compared(door: Door) -> None:
    """Guessing costs time, not processor."""
    for _ in range(4):
        door.signs_in("1234")
    before = len(door.kinds())
    door.signs_in()
    assert len(door.kinds()) == before


def test_nobody_acts_without_signing_in(door: Door) -> None:
    """Every guard's screen is behind the PIN."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3800)
    acts = [door.desk.guarding.guard_act(act, visit_id) for act in GuardAct]
    assert acts == [None] * len(GuardAct)
    assert door.desk.guarding.detail(visit_id) is None
    assert door.visit(visit_id).step is Step.GUARD


def test_the_list_holds_what_needs_doing_first_and_oldest_first(door: Door) -> None:
    """Then who rests; nobody who is in."""
    resting = door.to_measuring(door.books())
    door.reads(resting, 3400)
    door.clock.go_on(seconds=10)
    fever = door.to_measuring(door.books())
    door.reads(fever, 3800)
    door.clock.go_on(seconds=10)
    late = door.scan(door.books(slot_start=make.at(8, 30), slot_end=make.at(9))).visit_id
    door.lets_in(door.books())
    rows = board_of(door).rows
    assert [row.visit_id for row in rows] == [fever, late, resting]
    assert [row.state_key for row in rows] == ["waiting", "refused", "resting"]
    assert [row.cause_key for row in rows] == ["elevated", "too_late", ""]  # why somebody has to come


def test_a_row_says_number_state_and_due_and_never_a_name(door: Door) -> None:
    """Numbers, unless opened by right."""
    visit_id = door.to_measuring(door.books())
    until = door.reads(visit_id, 3400).until
    row = board_of(door).rows[0]
    assert (row.label, row.due, row.needs) == ("RB01", until, ("keep",))
    assert "张" not in repr(board_of(door))
    door.clock.go_on(minutes=5)
    assert board_of(door).rows[0].state_key == "rest_over"


def test_the_figures_of_the_overview(door: Door) -> None:
    """Inside, resting, cases, unsent."""
    door.lets_in(door.books())
    door.reads(door.to_measuring(door.books()), 3400)
    case = door.to_measuring(door.books())
    door.reads(case, 3800)
    door.guard_reads(case, 3800)
    board = board_of(door)
    assert (board.inside, board.cap, board.resting, board.cases_open) == (1, None, 1, 1)
    assert (board.unsent, board.oldest_unsent_s) == (len(door.kinds()), 0)
    assert (board.view_age_s, board.is_online) == (None, False)
    assert (board.typing_closed, board.extra_late_min, board.booking_data_of_today) == (False, 0, True)
    assert dict(board.devices) == {"log": True}


def test_a_temperature_that_is_open_comes_before_a_booking_that_is(door: Door) -> None:
    """However long somebody waits who came too late: a child with a fever two minutes ago is looked at first."""
    door.scan(door.books(slot_start=make.at(8), slot_end=make.at(9)))
    door.clock.go_on(minutes=33)
    feverish = door.to_measuring(door.books())
    door.reads(feverish, 3745)
    assert [row.cause_key for row in board_of(door).rows] == ["elevated", "too_late"]


def test_one_visit_shows_its_readings_answers_and_cause(door: Door) -> None:
    """What a guard needs to decide; the card stays masked."""
    visit_id = door.to_measuring(door.books(), yes=("contact",))
    door.reads(visit_id, 3745)
    board_of(door)
    detail = door.desk.guarding.detail(visit_id)
    assert detail is not None
    assert (detail.cause_key, detail.declared_keys, detail.reason) == ("elevated", ("contact",), None)
    assert [(value, outcome) for _at, value, outcome in detail.readings] == [("37.45", "elevated")]
    assert detail.card is not None
    assert detail.card.name_masked == "张*明"


@pytest.mark.parametrize(("value_cc", "shown"), [(3729, "37.29"), (3730, "37.3"), (3725, "37.25")])
def test_a_reading_never_looks_like_the_other_side_of_the_limit(door: Door, value_cc: int, shown: str) -> None:
    """37.29 shown as 37.3 would contradict its outcome."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, value_cc)
    board_of(door)
    detail = door.desk.guarding.detail(visit_id)
    assert detail is not None
    assert detail.readings[0][1] == shown


def test_there_is_no_detail_of_nobody(door: Door) -> None:
    """An old row that was touched."""
    board_of(door)
    assert door.desk.guarding.detail(make.VisitId("gone")) is None


def test_a_measuring_act_goes_on_with_the_guard_until_the_visitor_is_in(door: Door) -> None:
    """Elevated: the page of the case; normal: the visitor's welcome, and the guard is signed out."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    board_of(door)
    again = door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "forehead:37.4")
    assert isinstance(again, CaseView)
    assert again.label == "CB01"
    assert isinstance(door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "axilla:36.6"), CaseView)
    welcome = door.desk.guarding.guard_act(GuardAct.ADMIT, visit_id)
    assert isinstance(welcome, View)
    assert welcome.face is Face.ADMITTED
    assert door.desk.guarding.guard is None


@pytest.mark.parametrize(
    ("what", "needs"),
    [(GuardAct.TURN_AWAY, GuardBoard), (GuardAct.KEEP, CaseView), (GuardAct.ADMIT, GuardBoard)],
)
def test_after_an_act_that_lets_nobody_on_the_guard_sees_what_comes_next(
    door: Door, what: GuardAct, needs: type
) -> None:
    """The overview; of somebody who has a case, its page."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    board_of(door)
    assert isinstance(door.desk.guarding.guard_act(what, visit_id), needs)


def test_an_act_for_somebody_who_became_a_case_meanwhile_shows_the_case(door: Door) -> None:
    """The page was still open when a colleague opened the case: the overview alone would not say what happened."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    board_of(door)
    door.guard(GuardAct.KEEP, visit_id)
    stale = door.desk.guarding.guard_act(GuardAct.TURN_AWAY, visit_id)
    assert isinstance(stale, CaseView)
    assert stale.visit_id == visit_id
    assert door.counted()["turned_away"] == 0


def test_every_act_names_its_guard(door: Door) -> None:
    """Who did what, when."""
    fever, kept = door.to_measuring(door.books()), door.to_measuring(door.books())
    door.reads(fever, 3745)
    door.reads(kept, 3745)
    refused = door.scan(door.books(slot_start=make.at(8, 30), slot_end=make.at(9))).visit_id
    assert refused is not None
    door.guard_reads(fever, 3650)
    door.guard(GuardAct.KEEP, kept)
    door.guard(GuardAct.OVERRIDE, refused)
    other = door.scan(door.books(is_blacklisted=True)).visit_id
    assert other is not None
    door.guard(GuardAct.TURN_AWAY, other)
    named = {"case_opened", "overridden", "turned_away"}
    bodies = [body for kind in named for body in door.bodies(kind)]
    assert len(bodies) == 3
    assert all(body["guard_id"] == "guard-7" for body in bodies)


@pytest.mark.parametrize("text", ["forged", "unknown_number"])
def test_no_guard_overrides_what_no_booking_stands_behind(door: Door, text: str) -> None:
    """A forged code or an unknown number is never a way in."""
    code = code_of(new_booking(), key=STRANGER) if text == "forged" else "0000000FP"
    visit_id = door.scan(code).visit_id
    if visit_id is None:
        visit_id = door.scan("VB1:NONSENSE").visit_id
    assert visit_id is not None
    assert door.guard(GuardAct.OVERRIDE, visit_id).face is Face.REFUSED
    assert door.counted()["overridden"] == 0


def test_an_override_says_who_in_what_role_and_why(door: Door) -> None:
    """A closed list of reasons: without one of them nothing is overridden."""
    refused = door.scan(door.books(slot_start=make.at(8, 30), slot_end=make.at(9))).visit_id
    assert refused is not None
    for why in ("", "because"):
        assert door.guard(GuardAct.OVERRIDE, refused, why=why).face is Face.REFUSED
    assert door.guard(GuardAct.OVERRIDE, refused, why="slot_missed").face is Face.DECLARATION
    (body,) = door.bodies("overridden")
    assert (body["guard_id"], body["role"], body["why"]) == ("guard-7", "guard", "slot_missed")


def test_policy_says_which_role_overrides_what(door: Door) -> None:
    """Another day is a leader's matter; the guard's page says whose."""
    refused = door.scan(door.books(slot_start=make.at(10, day=11), slot_end=make.at(11, day=11))).visit_id
    assert refused is not None
    board_of(door)
    detail = door.desk.guarding.detail(refused)
    assert isinstance(detail, GuardDetail)
    assert (detail.override_by, detail.row.needs) == ("leader", ("turn_away",))
    door.guard(GuardAct.OVERRIDE, refused)
    assert door.visit(refused).step is Step.REFUSED
    assert door.guard(GuardAct.OVERRIDE, refused, LEADER).face is Face.DECLARATION
    assert door.bodies("overridden")[0]["role"] == "leader"


def test_what_is_not_allowed_now_changes_nothing(door: Door) -> None:
    """Every act at every step where it is not offered."""
    measuring, resting, admitted = (door.to_measuring(door.books()) for _ in range(3))
    door.reads(resting, 3400)
    door.reads(admitted, 3650)
    for visit_id in (measuring, resting, admitted):
        for act in GuardAct:
            if act.value not in {item.value for item in door.guards.allowed(door.visit(visit_id), door.log.state)}:
                before = door.visit(visit_id), len(door.kinds())
                door.guard(act, visit_id)
                assert (door.visit(visit_id), len(door.kinds())) == before


def test_a_guard_admits_nobody_undeclared_or_unmeasured(door: Door) -> None:
    """The questions first, then a reading."""
    visit_id = door.to_questions(door.books())
    door.desk.ask_person(visit_id)
    door.guard(GuardAct.ADMIT, visit_id)
    assert door.visit(visit_id).step is Step.GUARD
    door.guard(GuardAct.GO_ON, visit_id)
    door.desk.declare(visit_id, ())
    door.desk.measure_by_hand(visit_id)
    door.guard(GuardAct.ADMIT, visit_id)
    assert door.visit(visit_id).step is Step.GUARD


def test_after_an_elevated_reading_no_kiosk_reading_is_enough(door: Door) -> None:
    """In doubt, the guard's own thermometer decides."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    assert not door.guards.may_admit(door.visit(visit_id), door.log.state)


@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [
        (Typed(3500, BodySite.AXILLA), True),
        (Typed(3900, BodySite.AXILLA), True),
        (Typed(3499, BodySite.AXILLA), False),
        (Typed(3901, BodySite.AXILLA), False),
        (Typed(3960, BodySite.AXILLA, 3960), True),
        (Typed(3960, BodySite.AXILLA, 3690), False),
        (Typed(3690, BodySite.AXILLA, 3960), False),
    ],
)
def test_an_unusual_temperature_is_typed_twice_alike(door: Door, typed: Typed, is_taken: bool) -> None:
    """39.6 or 36.9? Outside 35.0 to 39.0 it is asked again, and two different answers are none."""
    visit_id = door.to_measuring(door.books())
    door.desk.measure_by_hand(visit_id)
    door.guards.act(GUARD, GuardAct.MEASURE, visit_id, typed)
    assert bool(door.visit(visit_id).readings) is is_taken


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("axilla:37.4", (3740, None)),
        ("ear:36.75", (3675, None)),
        ("axilla:39.6:39.6", (3960, 3960)),
        ("forehead:9.5", (950, None)),
    ],
)
def test_a_typed_temperature_is_read_in_hundredths(value: str, expected: tuple[int, int | None]) -> None:
    """Once or twice, with the place where it was measured."""
    typed = read_typed(value)
    assert typed is not None
    assert (typed.value_cc, typed.again_cc) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "axilla",
        "axilla:",
        "axilla:37",
        "axilla:37,4",
        "axilla:-7.4",
        "axilla:374.0",
        "axilla:37.415",
        "axilla:³7.4",
        "nose:37.4",
        "axilla:37.4:",
        "axilla:37.4:37.4:37.4",
        "canthus:37.4",
        "face_max:37.4",
    ],
)
def test_anything_else_is_no_temperature(value: str) -> None:
    """A comma is refused, never misread; no hand holds a thermometer to a canthus."""
    assert read_typed(value) is None


def test_nonsense_typed_by_a_guard_changes_nothing(door: Door) -> None:
    """The page stays."""
    visit_id = door.to_measuring(door.books())
    door.desk.measure_by_hand(visit_id)
    board_of(door)
    assert isinstance(door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "axilla:9"), GuardDetail)
    assert door.visit(visit_id).readings == ()


def test_a_clinical_reading_in_the_guard_band_of_a_forehead_is_normal(door: Door) -> None:
    """37.29 in the armpit is below the limit, and 37.30 is not."""
    below, at_limit = door.to_measuring(door.books()), door.to_measuring(door.books())
    for visit_id in (below, at_limit):
        door.desk.measure_by_hand(visit_id)
    assert door.guard_reads(below, 3729).face is Face.ADMITTED
    assert door.guard_reads(at_limit, 3730).face is Face.GUARD


def test_a_guard_says_that_visitors_come_in_from_the_cold(door: Door) -> None:
    """From then on bare skin does not pass, whatever the policy thinks of the weather; the board says so all day."""
    board_of(door)
    first = door.to_measuring(door.books())
    assert door.reads(first, 3650).face is Face.ADMITTED
    board_of(door)
    on = door.desk.guarding.guard_act(GuardAct.COLD, None)
    assert isinstance(on, GuardBoard)
    assert on.is_cold_by_hand
    second = door.to_measuring(door.books())
    assert door.reads(second, 3650).face is not Face.ADMITTED
    board_of(door)
    off = door.desk.guarding.guard_act(GuardAct.COLD, None)
    assert isinstance(off, GuardBoard)
    assert not off.is_cold_by_hand
    third = door.to_measuring(door.books())
    assert door.reads(third, 3650).face is Face.ADMITTED
    assert [body["is_on"] for body in door.bodies("cold_mode_set")] == [True, False]
    assert door.is_proved()


def test_the_guard_widens_the_tolerance_within_the_policys_bound(door: Door) -> None:
    """By the length of the queue; zero takes it back, and a new day as well."""
    code = door.books(slot_start=make.at(8, 45), slot_end=make.at(9, 45))
    door.clock.go_on(minutes=20)
    assert door.scan(code).face is Face.REFUSED
    board_of(door)
    widened = door.desk.guarding.guard_act(GuardAct.WIDEN, None, "30")
    assert isinstance(widened, GuardBoard)
    assert widened.extra_late_min == 30
    assert door.scan(code).face is Face.BOOKING
    bounded = door.desk.guarding.guard_act(GuardAct.WIDEN, None, "9999")
    assert isinstance(bounded, GuardBoard)
    assert bounded.extra_late_min == 120
    back = door.desk.guarding.guard_act(GuardAct.WIDEN, None, "soon")
    assert isinstance(back, GuardBoard)
    assert back.extra_late_min == 0


@pytest.mark.parametrize("end", ["turned_away", "left", "abandoned", "disowned"])
def test_the_page_of_a_visit_that_is_over_says_how_it_ended(door: Door, end: str) -> None:
    """Opened from the records; nobody is sent to look for who left."""
    code = door.books()
    if end == "turned_away":
        door.guard(GuardAct.TURN_AWAY, door.reads(door.to_measuring(code), 3800).visit_id or VisitId(""))
    elif end == "left":
        door.lets_in(code)
        door.identifying.let_next_go_out(GUARD.id)
        door.scan(code)
    else:
        visit_id = door.scan(code).visit_id or VisitId("")
        _ = door.desk.time_out(visit_id) if end == "abandoned" else door.desk.disown(visit_id)
    board_of(door)
    visit_id = VisitId(door.bodies("identified")[0]["visit_id"])
    page = door.desk.guarding.detail(visit_id)
    assert page is not None
    assert (door.visit(visit_id).step, page.row.state_key, page.row.needs) == (end, end, ())


def test_yesterdays_calls_are_gone_and_yesterdays_case_is_not(door: Door) -> None:
    """A case stays on the list until it has an end."""
    door.desk.ask_person(None)
    case = door.to_measuring(door.books())
    door.reads(case, 3800)
    door.guard_reads(case, 3800)
    door.clock.go_on(minutes=24 * 60)
    assert [row.visit_id for row in board_of(door).rows] == [case]


def test_a_guard_takes_a_code_out_at_an_entry_kiosk(door: Door) -> None:
    """For the next code and for half a minute only; by name."""
    code, other = door.books(), door.books()
    door.lets_in(code)
    board_of(door)
    door.desk.guarding.guard_act(GuardAct.EXIT, None)
    assert door.scan(code).face is Face.GOODBYE
    assert door.bodies("went_out")[0]["guard_id"] == "guard-7"
    assert door.scan(other).face is Face.BOOKING
    board_of(door)
    door.desk.guarding.guard_act(GuardAct.EXIT, None)
    door.clock.go_on(seconds=31)
    assert door.scan(other).face is not Face.GOODBYE


def test_a_visit_at_a_site_without_its_service_still_has_a_page(door: Door) -> None:
    """The catalogue forgot it: the card shows the id."""
    known: dict[str, Any] = {"service": "nobody-knows"}
    visit_id = door.scan(door.books(**known)).visit_id
    assert visit_id is not None
    board_of(door)
    detail = door.desk.guarding.detail(visit_id)
    assert detail is not None
    assert detail.card is not None
    assert detail.card.service == make.words("nobody-knows")
    assert detail.reason == "suspended_service"
