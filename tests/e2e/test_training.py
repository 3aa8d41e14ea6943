"""Training: every step at a real kiosk, outside the real log, unmistakably apart, and gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demo.world import GUARD_ID, PIN
from kiosk.domain.case import Case, Cause, Opening
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import CaseId, KioskId, VisitId
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step
from kiosk.protocol.messages import SiteView
from kiosk.services.guard_views import CaseView, PlanView, ShiftView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard
from kiosk.training import VISITORS
from tests.e2e.city import let_in, scan

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.bootstrap import Kiosk
    from kiosk.services.views import View
    from kiosk.training import Training
    from tests.e2e.city import City


@pytest.fixture
def kiosk(city: City) -> Kiosk:
    """Return a kiosk at which a guard has begun to train; one real visitor is inside."""
    opened = city.kiosk("A")
    let_in(opened, city.book().code_text)
    opened.call(lambda: opened.desk.guarding.sign_in(GUARD_ID, PIN))
    opened.call(opened.begin_training)
    return opened


def practice(kiosk: Kiosk) -> Training:
    """Return the training that runs."""
    training = kiosk.room.training
    assert training is not None
    return training


def comes_up(kiosk: Kiosk, which: int) -> VisitId:
    """Bring one of the drawn visitors up to the thermometer, by the number that the idle screen tells."""
    number = practice(kiosk).bookings[which].number
    assert number in str(kiosk.call(kiosk.desk.idle_facts).notices)
    visit_id = kiosk.call(lambda: kiosk.desk.look_up("booking", number)).visit_id
    assert visit_id is not None
    kiosk.call(lambda: kiosk.desk.confirm(visit_id))
    kiosk.call(lambda: kiosk.desk.declare(visit_id, ()))
    return visit_id


def is_measured(kiosk: Kiosk, visit_id: VisitId) -> View:
    """Measure a drawn visitor with the thermometer that draws."""
    return kiosk.measure(visit_id, lambda _part: None).result(timeout=60)


def test_a_new_guard_practises_from_the_alarm_to_the_disposition(kiosk: Kiosk) -> None:
    """Sign-in, shift, plan, a fever with its case: all as at the real desk."""
    guarding = kiosk.desk.guarding
    assert guarding.guard is None  # signed in anew: nobody goes over by accident
    assert isinstance(kiosk.call(lambda: guarding.sign_in(GUARD_ID, PIN)), GuardBoard)
    shift = kiosk.call(lambda: guarding.duty.begin_shift(dict.fromkeys(_checklist(kiosk), True)))
    assert isinstance(shift, ShiftView)
    assert shift.begun_at is not None
    assert isinstance(kiosk.call(lambda: guarding.duty.begin_situation("crowd")), PlanView)
    let_in = is_measured(kiosk, comes_up(kiosk, 0))
    assert (let_in.face, let_in.number) == (Face.ADMITTED, "T001")  # called like nobody of the real day
    fever = comes_up(kiosk, 1)
    assert is_measured(kiosk, fever).face is Face.GUARD
    kiosk.call(lambda: guarding.sign_in(GUARD_ID, PIN))
    kiosk.call(lambda: guarding.guard_act(GuardAct.MEASURE, fever, "axilla:38.1"))
    visit = kiosk.desk.visits.log.state.visit(fever)
    assert visit is not None
    case_id = visit.case_id
    assert case_id is not None
    page = kiosk.call(lambda: guarding.case_act(case_id, "placed", "room_1"))
    assert isinstance(page, CaseView)
    assert kiosk.call(guarding.duty.export) == "export.training"
    kiosk.call(lambda: guarding.case_act(case_id, "disposed", "turned_away"))
    gone = kiosk.desk.visits.log.state.visit(fever)
    assert gone is not None
    assert gone.step is Step.TURNED_AWAY


def _checklist(kiosk: Kiosk) -> list[str]:
    return [item.id for item in kiosk.desk.visits.rules.plan.checklist]


def test_nothing_of_it_is_in_the_real_log_or_at_the_server(city: City, kiosk: Kiosk) -> None:
    """That it began, who went there, and that it ended: nothing else."""
    before = kiosk.call(kiosk.log.last)[0]
    is_measured(kiosk, comes_up(kiosk, 0))
    assert kiosk.call(kiosk.log.last)[0] == before
    kiosk.call(kiosk.end_training)
    city.tell("A")
    stored = [entry.data() for entry in city.stored("A") if entry.kind is EntryKind.DEVICE]
    assert [body["state"] for body in stored if body["device"] == "training"] == ["begun", "ended"]
    gone = [entry.data() for entry in city.stored("A") if entry.kind is EntryKind.SIGNED_OUT]
    assert gone == [{"guard_id": GUARD_ID, "to": "training"}]
    assert sum(entry.kind is EntryKind.ADMITTED for entry in city.stored("A")) == 1
    assert kiosk.call(kiosk.log.rebuild)


def test_it_knows_nothing_of_the_real_day(city: City, kiosk: Kiosk) -> None:
    """The visitor inside, their booking and the real codes are not there."""
    assert kiosk.call(kiosk.desk.idle_facts).inside == 0
    real = city.book("李强")
    city.tell("A")
    shown = scan(kiosk, real.code_text)
    assert shown.refusal is not None
    assert shown.refusal.reason == "unknown_key"  # never a welcome that no record stands behind
    assert kiosk.call(lambda: kiosk.desk.look_up("booking", real.number)).face is Face.IDLE


def real_fever(kiosk: Kiosk) -> str:
    """Let the site tell of a case at another kiosk that calls for somebody; return its number."""
    now = kiosk.clock.now()
    opening = Opening(now, "CC09", KioskId("another"), Cause.ELEVATED)
    case = Case(CaseId("case-there"), VisitId("visit-there"), opening)
    view = SiteView(server_time_ms=0, version=99, inside_elsewhere=0, visits=[], cases=[case])
    kiosk.call(lambda: kiosk.copy.store_site_view(view, now))
    return "CC09"


def test_a_real_alarm_ends_the_training(kiosk: Kiosk) -> None:
    """Who practises sees nothing of what is real; one that somebody has seen elsewhere interrupts nobody."""
    kiosk.call(kiosk.look_after)
    assert kiosk.is_training
    label = real_fever(kiosk)
    kiosk.call(kiosk.look_after)
    assert not kiosk.is_training
    assert kiosk.call(kiosk.desk.guarding.alarm).labels == (label,)


def test_nobody_begins_to_practise_while_a_real_case_is_open(kiosk: Kiosk) -> None:
    """Taken or not: what it waits for next would be overdue unseen."""
    kiosk.call(kiosk.end_training)
    real_fever(kiosk)
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    assert kiosk.call(kiosk.begin_training) == "menu.training_not_now"
    assert not kiosk.is_training
    assert kiosk.desk.guarding.guard is not None  # signed in as before


def test_at_the_end_the_real_desk_is_as_it_was_and_the_folder_is_gone(kiosk: Kiosk) -> None:
    """Also when somebody is being measured just then."""
    folder: Path = practice(kiosk).folder
    assert any(folder.iterdir())
    measuring = kiosk.measure(comes_up(kiosk, 0), lambda _part: None)
    assert kiosk.is_training
    kiosk.call(kiosk.end_training)
    assert measuring.result(timeout=60).face is Face.IDLE
    assert not kiosk.is_training
    assert not folder.exists()
    assert kiosk.call(kiosk.desk.idle_facts).inside == 1
    assert kiosk.desk.guarding.guard is None
    kiosk.call(kiosk.end_training)  # a second touch changes nothing
    assert kiosk.desk is kiosk.real_desk


def test_the_log_of_a_training_is_encrypted(kiosk: Kiosk) -> None:
    """What is left after a power cut can be read by nobody."""
    is_measured(kiosk, comes_up(kiosk, 0))
    files = [path for path in practice(kiosk).folder.iterdir() if path.is_file()]
    assert files
    assert all(b"training" not in path.read_bytes() and b"visit_id" not in path.read_bytes() for path in files)


def test_it_begins_once_and_never_without_a_guard(city: City) -> None:
    """A visitor's touch leads nowhere."""
    kiosk = city.kiosk("A")
    kiosk.call(kiosk.begin_training)
    assert not kiosk.is_training
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    kiosk.call(kiosk.begin_training)
    first = practice(kiosk)
    kiosk.call(kiosk.begin_training)
    assert practice(kiosk) is first


def test_a_kiosk_that_stops_in_training_leaves_nothing_behind(city: City, kiosk: Kiosk) -> None:
    """Switched off at the end of the day."""
    folder = practice(kiosk).folder
    city.switch_off("A")
    assert not folder.exists()


def test_the_round_of_readings_holds_a_fever_and_somebody_cold(kiosk: Kiosk) -> None:
    """A new guard meets both within a few minutes."""
    thermometer, outcomes = practice(kiosk).thermometer, set[Outcome]()
    for which in range(len(VISITORS)):
        visit_id = comes_up(kiosk, which)
        is_measured(kiosk, visit_id)
        visit = kiosk.desk.visits.log.state.visit(visit_id)
        assert visit is not None
        outcomes.add(visit.readings[-1].outcome)
    assert outcomes == {Outcome.NORMAL, Outcome.ELEVATED, Outcome.TOO_COLD_WAIT}
    assert thermometer.is_simulated
