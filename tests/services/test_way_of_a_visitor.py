"""The whole way of a visitor, for each ending."""

from dataclasses import replace

import pytest

from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Flag
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, Hint, View
from tests.domain import builders as make
from tests.services.builders import Door


def test_an_ordinary_visitor_is_admitted_with_a_number(door: Door) -> None:
    """Booking, questions, temperature, welcome; each act is an entry."""
    code = door.books()
    shown = door.scan(code)
    assert (shown.face, shown.card and shown.card.name_masked) == (Face.BOOKING, "张*明")
    visit_id = shown.visit_id
    assert visit_id is not None
    assert door.desk.confirm(visit_id).face is Face.DECLARATION
    assert door.desk.declare(visit_id, ()).face is Face.MEASURING
    welcome = door.reads(visit_id, 3650)
    assert (welcome.face, welcome.number) == (Face.ADMITTED, "B001")
    assert door.kinds() == ["identified", "arrived", "declared", "reading", "admitted"]
    assert door.is_proved()


def test_arrived_and_admitted_are_two_facts_and_a_fever_has_arrived(door: Door) -> None:
    """Someone held with a fever is no no-show."""
    visit_id = door.to_measuring(door.books())
    assert door.reads(visit_id, 3780).face is Face.GUARD
    held = door.visit(visit_id)
    assert (held.step, held.arrived_at, held.admitted_at) == (Step.GUARD, door.clock.now(), None)
    assert (door.counted()["arrived"], door.counted()["admitted"]) == (1, 0)


def test_each_entry_names_policy_declaration_and_notice_by_version(door: Door) -> None:
    """A verdict can be traced to the numbers and the words that gave it."""
    door.lets_in(door.books())
    reading, declared, identified = (door.bodies(kind)[0] for kind in ("reading", "declared", "identified"))
    assert (reading["policy_id"], reading["policy_version"]) == ("test", 1)
    assert (declared["declaration_version"], declared["notice_version"]) == (7, 3)
    assert (identified["policy_id"], identified["source"]) == ("test", "copy")


def test_a_green_channel_visitor_gets_a_number_of_its_own_queue(door: Door) -> None:
    """Counted and called apart, at any hour."""
    door.clock.go_on(minutes=240)
    welcome = door.lets_in(door.books(is_green=True))
    assert (welcome.face, welcome.number) == (Face.ADMITTED, "GB001")
    assert door.bodies("admitted")[0]["green"] is True


def test_not_my_booking_goes_back_to_idle_and_leaves_the_booking_open(door: Door) -> None:
    """A wrong code picked up: nobody has arrived, and whoever holds it is told what to do."""
    code = door.books()
    visit_id = door.scan(code).visit_id
    assert visit_id is not None
    assert door.desk.disown(visit_id) == View(Face.IDLE, hint=Hint.DISOWNED)
    assert door.counted()["arrived"] == 0
    assert door.scan(code).face is Face.BOOKING


def test_who_comes_in_from_the_cold_rests_and_is_admitted_after_it(door: Door) -> None:
    """The screen is free meanwhile; the same code goes on after the rest."""
    code = door.books()
    visit_id = door.to_measuring(code)
    rest = door.reads(visit_id, 3400)
    assert (rest.face, rest.number) == (Face.REST, "RB01")
    door.clock.go_on(seconds=299)
    early = door.scan(code)
    assert (early.face, early.number, early.until) == (Face.REST, "RB01", rest.until)
    assert door.lets_in(door.books()).face is Face.ADMITTED
    door.clock.go_on(seconds=1)
    again = door.scan(code)
    assert (again.face, again.visit_id) == (Face.MEASURING, visit_id)
    assert door.reads(visit_id, 3405).face is Face.REST
    door.clock.go_on(minutes=5)
    door.scan(code)
    assert door.reads(visit_id, 3410).face is Face.GUARD
    assert door.visit(visit_id).cause == "too_cold"


def test_a_reading_during_the_rest_is_not_taken(door: Door) -> None:
    """A late result of the thermometer meets a visit that has moved on."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3400)
    assert door.reads(visit_id, 3650).face is Face.REST
    assert door.counted()["reading"] == 1


def test_who_is_still_warming_up_rests_a_minute_more(door: Door) -> None:
    """A normal number that still rises is no pass."""
    code = door.books()
    visit_id = door.to_measuring(code)
    door.reads(visit_id, 3500)
    door.clock.go_on(minutes=5)
    door.scan(code)
    rising = door.reads(visit_id, 3600)
    assert (rising.face, rising.number) == (Face.REST, "RB01")
    assert rising.until is not None
    assert (rising.until - door.clock.now()).total_seconds() == 60
    assert door.bodies("reading")[1]["reasons"] == ["still_rising"]


def test_a_slot_that_ends_during_an_ordered_rest_makes_nobody_late(door: Door) -> None:
    """The slot is judged at first contact."""
    door.clock.go_on(minutes=65)
    code = door.books()
    visit_id = door.to_measuring(code)
    door.reads(visit_id, 3500)
    door.clock.go_on(minutes=30)
    assert door.scan(code).face is Face.MEASURING
    assert door.reads(visit_id, 3510).face is not Face.REFUSED


def test_three_unsteady_readings_go_to_the_guard(door: Door) -> None:
    """Measured again at once, twice, with a word to hold still."""
    visit_id = door.to_measuring(door.books())
    first, second, third = (door.shaky(visit_id) for _ in range(3))
    assert (first.face, first.hint) == (Face.MEASURING, Hint.HOLD_STILL)
    assert second.face is Face.MEASURING
    assert third.face is Face.GUARD
    assert door.visit(visit_id).cause == "unstable"


def test_a_thermometer_that_does_not_answer_goes_to_the_guard(door: Door) -> None:
    """A fault is never a normal temperature; the reading is still an entry."""
    visit_id = door.to_measuring(door.books())
    assert door.fault(visit_id).face is Face.GUARD
    known = door.visit(visit_id)
    assert (known.cause, known.readings[0].value_cc) == ("device_fault", None)
    assert door.counted()["admitted"] == 0


def test_a_reading_that_no_machine_may_judge_goes_to_the_guard(door: Door) -> None:
    """Close below the limit, or with a calibration overdue."""
    visit_id = door.to_measuring(door.books())
    assert door.reads(visit_id, 3729).face is Face.GUARD
    assert door.visit(visit_id).cause == "manual_required"
    other = door.to_measuring(door.books())
    assert door.reads(other, 3650, flags=(Flag.CALIBRATION_OVERDUE,)).face is Face.GUARD


@pytest.mark.parametrize("value_cc", [3650, 3720, 3780])
def test_a_positive_declaration_is_measured_and_then_goes_to_the_guard_whatever_the_reading(
    door: Door, value_cc: int
) -> None:
    """Nobody in the queue sees a difference, and no machine passes it."""
    visit_id = door.to_measuring(door.books(), yes=("contact",))
    assert door.visit(visit_id).step is Step.MEASURING
    assert door.reads(visit_id, value_cc).face is Face.GUARD
    assert door.counted()["case_opened"] == 0


def test_a_guard_may_admit_a_positive_declaration_with_a_normal_reading(door: Door) -> None:
    """Assessed by a named person: a harmless yes."""
    visit_id = door.to_measuring(door.books(), yes=("contact",))
    door.reads(visit_id, 3650)
    assert door.guard(GuardAct.CLEAR, visit_id, why="known_cause").face is Face.ADMITTED
    assert door.bodies("admitted")[0]["guard_id"] == "guard-7"


def test_policy_may_open_the_case_at_a_positive_declaration(door: Door) -> None:
    """At once, before the reading; the visitor is measured all the same."""
    door.told(by=make.policy(case_on_declaration=True))
    visit_id = door.to_measuring(door.books(), yes=("symptoms",))
    assert door.visit(visit_id).step is Step.MEASURING
    assert [case.opening and case.opening.cause for case in door.log.state.open_cases()] == ["declaration"]
    assert door.reads(visit_id, 3650).face is Face.GUARD
    assert door.guard(GuardAct.ADMIT, visit_id).face is Face.GUARD


def test_elevated_once_and_normal_by_the_guards_thermometer_is_admitted(door: Door) -> None:
    """One elevated reading is provisional."""
    visit_id = door.to_measuring(door.books())
    assert door.reads(visit_id, 3745).face is Face.GUARD
    welcome = door.guard_reads(visit_id, 3650)
    assert (welcome.face, welcome.number) == (Face.ADMITTED, "B001")
    assert door.counted()["case_opened"] == 0
    assert door.bodies("reading")[1]["reading"]["operator_id"] == "guard-7"


def test_elevated_twice_opens_an_isolation_case(door: Door) -> None:
    """Owned by a guard, with a number, on the list."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    assert door.guard_reads(visit_id, 3740, BodySite.FOREHEAD).face is Face.GUARD
    case = door.log.state.open_cases()[0]
    assert case.opening is not None
    assert (case.label, case.visit_id) == ("CB01", visit_id)
    assert (case.opening.cause, case.opening.guard_id) == ("elevated", "guard-7")
    assert door.visit(visit_id).case_id == case.id


def test_a_case_is_released_by_a_normal_clinical_reading_of_a_named_guard(door: Door) -> None:
    """Admitted by name, and the case closed with its disposition."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    door.guard_reads(visit_id, 3740, BodySite.FOREHEAD)
    assert door.guard_reads(visit_id, 3660).face is Face.GUARD
    assert door.guard(GuardAct.ADMIT, visit_id).face is Face.ADMITTED
    assert door.log.state.open_cases() == []
    acts = [(act["event"], act["guard_id"], act.get("disposition")) for act in door.bodies("case_acted")]
    assert acts == [
        ("acknowledged", "guard-7", None),
        ("disposed", "guard-7", "released"),
        ("closed", "guard-7", None),
    ]


def test_a_case_is_not_released_by_another_forehead_reading(door: Door) -> None:
    """What opened the case cannot close it: the clinical thermometer is the last word."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    door.guard_reads(visit_id, 3740, BodySite.FOREHEAD)
    door.guard_reads(visit_id, 3640, BodySite.FOREHEAD)
    assert door.guard(GuardAct.ADMIT, visit_id).face is Face.GUARD
    assert len(door.log.state.open_cases()) == 1


def test_who_has_an_open_case_is_not_sent_away(door: Door) -> None:
    """Admit or keep the case open: a case without its visitor could never be closed."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, 3745)
    door.guard_reads(visit_id, 3745)
    door.guard(GuardAct.TURN_AWAY, visit_id)
    assert door.visit(visit_id).step is Step.GUARD
    assert door.board.rows(door.log.state)[0].id == visit_id


def test_a_guard_keeps_a_visitor_before_the_questions_and_no_machine_passes_them_then(door: Door) -> None:
    """The case stays a guard's, also when the visitor goes on to the questions."""
    visit_id = door.to_questions(door.books())
    door.desk.ask_person(visit_id)
    door.guard(GuardAct.KEEP, visit_id)
    door.guard(GuardAct.GO_ON, visit_id)
    door.desk.declare(visit_id, ())
    assert door.reads(visit_id, 3650).face is Face.GUARD
    assert door.visit(visit_id).step is Step.GUARD


def test_who_asks_to_be_measured_by_hand_is(door: Door) -> None:
    """Nobody must look into a machine."""
    visit_id = door.to_measuring(door.books())
    assert door.desk.measure_by_hand(visit_id).face is Face.GUARD
    assert door.guard_reads(visit_id, 3650).face is Face.ADMITTED


def test_a_visit_left_alone_is_abandoned_and_scanning_takes_it_up(door: Door) -> None:
    """What was answered stays answered; nothing personal stays on the screen."""
    code = door.books()
    visit_id = door.to_measuring(code)
    idle = door.desk.time_out(visit_id)
    assert (idle.face, idle.visit_id, idle.card) == (Face.IDLE, None, None)
    assert door.visit(visit_id).step is Step.ABANDONED
    again = door.scan(code)
    assert (again.face, again.visit_id) == (Face.MEASURING, visit_id)


def test_abandoned_before_the_questions_begins_with_them_again(door: Door) -> None:
    """Nobody is measured unasked."""
    code = door.books()
    visit_id = door.to_questions(code)
    door.desk.time_out(visit_id)
    assert (door.scan(code).face, door.visit(visit_id).step) == (Face.DECLARATION, Step.DECLARATION)


def test_abandoned_before_saying_yes_has_not_arrived(door: Door) -> None:
    """A code held up and a visitor gone: the next scan shows the booking again."""
    code = door.books()
    visit_id = door.scan(code).visit_id
    assert visit_id is not None
    door.desk.time_out(visit_id)
    assert door.visit(visit_id).arrived_at is None
    assert door.scan(code).face is Face.BOOKING


@pytest.mark.parametrize("step", [Step.RESTING, Step.GUARD, Step.ADMITTED])
def test_a_wait_does_not_time_out(door: Door, step: Step) -> None:
    """Who rests, waits for a guard or is in has not walked away."""
    visit_id = door.to_measuring(door.books())
    door.reads(visit_id, {Step.RESTING: 3400, Step.GUARD: 3800, Step.ADMITTED: 3650}[step])
    door.desk.time_out(visit_id)
    assert door.visit(visit_id).step is step


def test_a_doubled_touch_changes_nothing(door: Door) -> None:
    """Gloves bounce: the second touch meets a visit that has moved on."""
    visit_id = door.to_questions(door.books())
    before = len(door.kinds())
    assert door.desk.confirm(visit_id).face is Face.DECLARATION
    assert door.desk.disown(visit_id).face is Face.IDLE
    assert door.reads(visit_id, 3650).face is Face.DECLARATION
    assert len(door.kinds()) == before
    assert door.visit(visit_id).step is Step.DECLARATION


def test_incomplete_answers_leave_the_questions_on_the_screen(door: Door) -> None:
    """Nobody is admitted undeclared."""
    visit_id = door.to_questions(door.books())
    for yes in (None, ("nonsense",)):
        assert door.desk.declare(visit_id, yes).face is Face.DECLARATION
    assert door.counted()["declared"] == 0


def test_the_seconds_since_first_contact_are_in_the_reading(door: Door) -> None:
    """Measure last, clock the wait."""
    visit_id = door.to_measuring(door.books())
    door.clock.go_on(seconds=47)
    door.reads(visit_id, 3650)
    assert door.bodies("reading")[0]["reading"]["dwell_s"] == 47


def test_several_visits_are_open_at_once(door: Door) -> None:
    """Waiting never blocks the door."""
    codes = [door.books() for _ in range(4)]
    resting, waiting = door.to_measuring(codes[0]), door.to_measuring(codes[1])
    door.reads(resting, 3400)
    door.reads(waiting, 3800)
    asked = door.to_questions(codes[2])
    assert door.lets_in(codes[3]).face is Face.ADMITTED
    assert [door.visit(item).step for item in (resting, waiting, asked)] == [
        Step.RESTING,
        Step.GUARD,
        Step.DECLARATION,
    ]


def test_every_wait_for_the_guard_looks_the_same(door: Door) -> None:
    """No outcome shames: the view is equal but for the visit."""
    fever, fault, asks, forged = (door.to_measuring(door.books()) for _ in range(4))
    views = [
        door.reads(fever, 3900),
        door.fault(fault),
        door.desk.measure_by_hand(asks),
        door.desk.unexpected(forged),
    ]
    assert len({replace(view, visit_id=None, number=None, facts={}).__repr__() for view in views}) == 1
    assert [view.number for view in views] == [door.visit(view.visit_id).label for view in views]


def test_an_unexpected_failure_hands_the_visit_to_the_guard(door: Door) -> None:
    """Also without a visit the screen says "please wait"."""
    visit_id = door.to_measuring(door.books())
    assert door.desk.unexpected(visit_id).face is Face.GUARD
    assert door.visit(visit_id).cause == "unexpected"
    assert door.desk.unexpected(None).face is Face.GUARD


@pytest.mark.parametrize("where", [Step.BOOKING, Step.DECLARATION, Step.MEASURING, Step.RESTING, Step.REFUSED])
def test_a_call_for_a_person_reaches_the_guards_list_from_every_screen(door: Door, where: Step) -> None:
    """Who is told that somebody is coming is on the list as something to do."""
    code = door.books(site="branch-2") if where is Step.REFUSED else door.books()
    visit_id = door.scan(code).visit_id
    assert visit_id is not None
    if where in {Step.DECLARATION, Step.MEASURING, Step.RESTING}:
        door.desk.confirm(visit_id)
    if where in {Step.MEASURING, Step.RESTING}:
        door.desk.declare(visit_id, ())
    if where is Step.RESTING:
        door.reads(visit_id, 3400)
    assert door.visit(visit_id).step is where
    assert door.desk.ask_person(visit_id).face is Face.GUARD
    assert door.desk.idle_facts().waiting_for_guard == 1


def test_a_call_from_the_idle_screen_reaches_the_guards_list(door: Door) -> None:
    """Somebody stands there without a code."""
    assert door.desk.ask_person(None).face is Face.GUARD
    assert door.desk.idle_facts().waiting_for_guard == 1


def test_a_visit_goes_on_after_a_restart_by_scanning_again(door: Door) -> None:
    """A power cut between two acts costs one scan."""
    code = door.books()
    visit_id = door.to_measuring(code)
    reopened = door.restarted()
    assert reopened.scan(code).face is Face.MEASURING
    assert reopened.reads(visit_id, 3650).number == "B001"
    assert reopened.is_proved()
    reopened.close()
