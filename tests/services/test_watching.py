"""The watch: unanswered alarms go on, once each; visits follow their case wherever it was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiosk.adapters.clock import SiteClock
from kiosk.domain.case import Case, CaseAct, CaseEvent, CaseStep, Disposition, Role
from kiosk.domain.ids import CaseId, GuardId, KioskId, VisitId
from kiosk.domain.policy import BodySite
from kiosk.domain.visit import Step
from kiosk.services.guard_views import CaseView
from kiosk.services.views import Face
from kiosk.services.watching import Calling, Watch

if TYPE_CHECKING:
    from tests.services.builders import Door

ELSEWHERE = KioskId("office")


def fever(door: Door, code: str) -> VisitId:
    """Measure somebody elevated twice: a case stands, and nobody has taken it."""
    visit_id = door.to_measuring(code)
    door.reads(visit_id, 3780)
    with door.log.act() as act:
        door.cases.begin(act, visit_id, "elevated")
    return visit_id


def case_of(door: Door, visit_id: VisitId) -> Case:
    """Return the case of a visit with what every log says of it."""
    case = door.cases.of_visit(door.log.state, visit_id)
    assert case is not None
    return case


def acts_elsewhere(case: Case, *acts: CaseAct) -> Case:
    """Return a case as the server tells of it after these acts at another place."""
    return replace(case, acts=(*case.acts, *acts))


def done(turn: int, door: Door, event: CaseEvent, disposition: Disposition | None = None) -> CaseAct:
    """Return an act of a guard on the server's page."""
    now = door.clock.now()
    return CaseAct(turn, now, ELSEWHERE, 1, turn, event, GuardId("guard-9"), Role.GUARD, disposition=disposition)


def test_an_alarm_that_nobody_takes_goes_on_to_the_next_once_each(door: Door) -> None:
    """After 60 s to the first of the plan, every 120 s to the next, and no further than the last."""
    fever(door, door.books())
    watch = Watch(door.visits)
    assert watch.step() == 0
    told: list[list[str]] = []
    for seconds in (61, 0, 118, 3, 120, 600):
        door.clock.go_on(seconds=seconds)
        watch.step()
        told.append([body["to"] for body in door.bodies("case_acted")])
    first, second, third = ["guard_room"], ["guard_room", "leader"], ["guard_room", "leader", "supervisor"]
    assert told == [first, first, first, second, third, third]
    assert {body["guard_id"] for body in door.bodies("case_acted")} == {""}


def test_a_restart_does_not_tell_anyone_twice(door: Door) -> None:
    """What was told is in the log."""
    fever(door, door.books())
    door.clock.go_on(seconds=61)
    assert Watch(door.visits).step() == 1
    again = door.restarted()
    assert Watch(again.visits).step() == 0
    again.close()


def test_a_case_that_was_taken_in_time_escalates_for_its_next_step_only(door: Door) -> None:
    """Each need has a time of its own."""
    visit_id = fever(door, door.books())
    door.signs_in()
    door.desk.guarding.case_act(case_of(door, visit_id).id, "acknowledged")
    door.clock.go_on(seconds=299)
    assert Watch(door.visits).step() == 0
    door.clock.go_on(seconds=2)
    assert Watch(door.visits).step() == 1
    assert door.bodies("case_acted")[-1]["item"] == "place"


def test_seen_gives_the_guard_who_is_on_the_way_the_time_once_more(door: Door) -> None:
    """Without a name; the alarm is quiet, and not for ever."""
    fever(door, door.books())
    door.clock.go_on(seconds=50)
    assert door.desk.guarding.alarm().is_seen is False
    door.desk.guarding.seen()
    assert door.desk.guarding.alarm().is_seen is True
    door.clock.go_on(seconds=59)
    assert Watch(door.visits).step() == 0
    door.clock.go_on(seconds=2)
    assert Watch(door.visits).step() == 1
    assert door.desk.guarding.alarm().level > 1


def test_seen_quiets_what_is_overdue_until_it_is_overdue_by_one_contact_more(door: Door) -> None:
    """A touch that did nothing would teach nobody to look; a second one at the same level adds nothing to the log."""
    case = case_of(door, fever(door, door.books()))
    door.signs_in()
    guarding = door.desk.guarding
    guarding.case_act(case.id, "acknowledged")
    door.clock.go_on(seconds=301)  # it should have been placed
    assert (guarding.alarm().level, guarding.alarm().is_seen) == (2, False)
    for _ in range(2):
        guarding.seen()
    assert (guarding.alarm().level, guarding.alarm().is_seen) == (2, True)
    assert [body["event"] for body in door.bodies("case_acted")].count("seen") == 1
    door.clock.go_on(seconds=120)
    assert (guarding.alarm().level, guarding.alarm().is_seen) == (3, False)
    guarding.seen()
    assert guarding.alarm().is_seen


def test_what_is_overdue_next_calls_although_the_thing_before_was_seen(door: Door) -> None:
    """Seen is said of one thing that a case waits for, not of the case."""
    case = case_of(door, fever(door, door.books()))
    guarding = door.desk.guarding
    door.clock.go_on(seconds=61)
    guarding.seen()
    door.signs_in()
    guarding.case_act(case.id, "acknowledged")
    assert guarding.alarm().level == 0
    door.clock.go_on(seconds=301)
    assert (guarding.alarm().level, guarding.alarm().is_seen) == (2, False)


def test_what_was_seen_is_not_named_while_something_else_calls(door: Door) -> None:
    """The strip says what is news, as loud as that is."""
    fever(door, door.books())
    door.clock.go_on(seconds=200)
    guarding = door.desk.guarding
    guarding.seen()
    assert guarding.alarm().is_seen
    new = case_of(door, fever(door, door.books()))
    assert (guarding.alarm().labels, guarding.alarm().level, guarding.alarm().is_seen) == ((new.label,), 1, False)


def test_a_visit_leaves_when_its_case_was_ended_elsewhere(door: Door) -> None:
    """The kiosk that has the visit moves it, in the name of who decided."""
    visit_id = fever(door, door.books())
    case = case_of(door, visit_id)
    end = done(2, door, CaseEvent.DISPOSED, Disposition.TURNED_AWAY)
    door.hears_site(cases=[acts_elsewhere(case, done(1, door, CaseEvent.ACKNOWLEDGED), end)])
    assert Watch(door.visits).step() == 1
    assert door.visit(visit_id).step is Step.TURNED_AWAY
    assert door.bodies("turned_away")[0]["guard_id"] == "guard-9"
    assert Watch(door.visits).step() == 0


def test_who_was_released_elsewhere_goes_in_by_scanning_again(door: Door) -> None:
    """Nobody gets a number while they are not there to read it."""
    code = door.books()
    visit_id = fever(door, code)
    door.guard_reads(visit_id, 3650, BodySite.AXILLA)
    case = case_of(door, visit_id)
    acts = [done(case.next_turn, door, CaseEvent.ACKNOWLEDGED)]
    acts.append(done(case.next_turn + 1, door, CaseEvent.DISPOSED, Disposition.RELEASED))
    door.hears_site(cases=[acts_elsewhere(case, *acts)])
    assert Watch(door.visits).step() == 0
    assert door.scan(code).face is Face.ADMITTED
    assert door.is_proved()


def test_a_case_opened_in_error_elsewhere_sends_the_visitor_back_to_the_thermometer(door: Door) -> None:
    """Never straight in."""
    visit_id = fever(door, door.books())
    case = case_of(door, visit_id)
    error = replace(done(2, door, CaseEvent.DISPOSED, Disposition.OPENED_IN_ERROR), role=Role.LEADER)
    door.hears_site(cases=[acts_elsewhere(case, done(1, door, CaseEvent.ACKNOWLEDGED), error)])
    assert Watch(door.visits).step() == 1
    assert door.visit(visit_id).step is Step.MEASURING


def test_another_kiosks_case_is_escalated_there(door: Door) -> None:
    """One alarm is not told twice because two kiosks know of it."""
    visit_id = fever(door, door.books())
    case = case_of(door, visit_id)
    assert case.opening is not None
    theirs = replace(case, id="other", opening=replace(case.opening, kiosk_id=KioskId("kiosk-C")))
    door.hears_site(cases=[theirs])
    door.clock.go_on(seconds=61)
    assert Watch(door.visits).step() == 1


class Lamp:
    """A lamp that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def signal(self, name: str) -> None:
        """Take it down."""
        self.told.append(name)

    def close(self) -> None:
        """Do nothing."""


def test_lamp_and_sounder_grow_louder_and_are_quiet_for_who_is_on_the_way(door: Door) -> None:
    """Dark, a short sound now and then, more, without end; light alone once somebody touched "seen"."""
    lamp = Lamp()
    calling = Calling(door.board, lamp)
    calling.step()
    visit_id = fever(door, door.books())
    for seconds in (1, 61, 120, 600):
        calling.step()
        door.clock.go_on(seconds=seconds)
    calling.step()
    door.signs_in()
    door.desk.guarding.case_act(case_of(door, visit_id).id, "acknowledged")
    calling.step()
    assert lamp.told == ["off", "waits", "waits", "overdue", "urgent", "urgent", "off"]


def test_seen_is_light_without_a_sound_until_it_is_overdue_again(door: Door) -> None:
    """A touch is no taking: after its time the alarm is loud as before."""
    lamp = Lamp()
    calling = Calling(door.board, lamp)
    fever(door, door.books())
    door.desk.guarding.seen()
    calling.step()
    door.clock.go_on(seconds=61)
    calling.step()
    assert lamp.told == ["seen", "overdue"]


def test_a_case_is_timed_by_the_clock_that_all_kiosks_share(door: Door) -> None:
    """A kiosk whose own clock is ten minutes slow lets no alarm wait ten minutes longer."""
    shared = SiteClock(door.clock, lambda: 600_000)
    assert shared.now() - door.clock.now() == timedelta(minutes=10)
    assert shared.monotonic() == door.clock.monotonic()
    assert SiteClock(door.clock, lambda: None).now() == door.clock.now()
    fever(door, door.books())
    slow = Watch(replace(door.visits, cases=replace(door.cases, clock=shared)))
    assert slow.step() == 1


def test_a_case_that_was_closed_elsewhere_stays_closed_here(door: Door) -> None:
    """Once noted, also on the days on which nobody tells of it any more; the lamp stays dark."""
    visit_id = fever(door, door.books())
    case = case_of(door, visit_id)
    acts = [
        done(1, door, CaseEvent.ACKNOWLEDGED),
        done(2, door, CaseEvent.DISPOSED, Disposition.TURNED_AWAY),
        done(3, door, CaseEvent.CLOSED),
    ]
    watch = Watch(door.visits)
    door.hears_site(cases=[acts_elsewhere(case, *acts)])
    assert watch.step() == 2
    assert [body["event"] for body in door.bodies("case_acted")] == ["heard"]
    assert watch.step() == 0
    door.hears_site()
    door.clock.go_on(minutes=2 * 24 * 60)
    assert watch.step() == 0
    assert door.cases.open(door.log.state) == []
    assert door.desk.guarding.alarm().level == 0
    assert door.is_proved()


@pytest.mark.parametrize("is_opened_here", [True, False])
def test_a_case_that_was_closed_here_with_acts_of_elsewhere_is_noted_once(door: Door, is_opened_here: bool) -> None:
    """This log has the end of it and not the beginning, or not the middle: by itself it is open for ever."""
    visit_id = fever(door, door.books())
    case = case_of(door, visit_id)
    assert case.opening is not None
    if not is_opened_here:
        case = replace(case, id=CaseId("theirs"), opening=replace(case.opening, kiosk_id=KioskId("kiosk-C")), acts=())
    place = replace(done(2, door, CaseEvent.PLACED), place_id="tent")
    door.hears_site(cases=[acts_elsewhere(case, done(1, door, CaseEvent.ACKNOWLEDGED), place)])
    door.signs_in()
    for event, value in (("disposed", "turned_away"), ("cleaned", "tent")):
        page = door.desk.guarding.case_act(case.id, event, value)
    assert isinstance(page, CaseView)
    assert page.step is CaseStep.CLOSED
    watch = Watch(door.visits)
    watch.step()
    for _ in range(3):
        assert watch.step() == 0
    assert [found.id for found in door.log.state.open_cases() if found.id == case.id] == []
    assert sum(body["event"] == "heard" for body in door.bodies("case_acted")) == 1
    assert door.is_proved()


def test_a_case_that_opens_again_elsewhere_is_open_here_as_well(door: Door) -> None:
    """A place was used that nobody had known of."""
    case = case_of(door, fever(door, door.books()))
    acts = [
        done(1, door, CaseEvent.ACKNOWLEDGED),
        done(2, door, CaseEvent.DISPOSED, Disposition.TURNED_AWAY),
        done(3, door, CaseEvent.CLOSED),
    ]
    late = replace(done(9, door, CaseEvent.PLACED), place_id="tent", kiosk_id=KioskId("kiosk-C"))
    door.hears_site(cases=[acts_elsewhere(case, *acts)])
    Watch(door.visits).step()
    door.hears_site(cases=[acts_elsewhere(case, *acts, late)])
    assert [found.id for found in door.cases.open(door.log.state)] == [case.id]


def _collapse(door: Door) -> Case:
    """Open a case here for somebody who collapsed; return it."""
    door.signs_in()
    page = door.desk.guarding.open_case(None, "collapse")
    assert isinstance(page, CaseView)
    case = door.cases.case(door.log.state, page.case_id)
    assert case is not None
    return case


def test_a_collapse_calls_at_every_place_but_the_screen_at_which_it_was_opened(door: Door) -> None:
    """Its guard stands there already, and must not quiet it for the others; the lamp calls who can hear it."""
    case = _collapse(door)
    guarding = door.desk.guarding
    assert guarding.alarm().level == 0
    assert guarding.board_maker.alarm(is_for_lamp=True).labels == (case.label,)
    guarding.seen()
    assert [body["event"] for body in door.bodies("case_acted")] == ["acknowledged"]
    door.clock.go_on(seconds=301)
    guarding.seen()  # the help that was not called yet: quiet on this screen, and not for whoever hears the lamp
    assert (guarding.alarm().is_seen, guarding.board_maker.alarm(is_for_lamp=True).is_seen) == (True, False)
    guarding.case_act(case.id, "reported", "clinic")  # help is called
    assert guarding.board_maker.alarm(is_for_lamp=True).level == 0


def test_a_collapse_at_another_place_calls_here_until_somebody_has_seen_it(door: Door) -> None:
    """It has a guard, and that guard needs a second pair of hands."""
    own = _collapse(door)
    assert own.opening is not None
    opening = replace(own.opening, kiosk_id=ELSEWHERE, label="C001")
    theirs = Case(CaseId("case-there"), VisitId("visit-there"), opening, (done(1, door, CaseEvent.ACKNOWLEDGED),))
    door.hears_site(cases=[theirs])
    guarding = door.desk.guarding
    assert (guarding.alarm().labels, guarding.alarm().is_seen) == (("C001",), False)
    guarding.seen()
    assert guarding.alarm().level == 0
    seen = [body["case_id"] for body in door.bodies("case_acted") if body["event"] == "seen"]
    assert seen == [theirs.id]
