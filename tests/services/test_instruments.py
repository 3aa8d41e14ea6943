"""With which thermometer a guard measures by hand: chosen once a day, in every reading, and never a wrong "normal"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kiosk.domain.policy import BodySite, Instrument
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard, GuardDetail, View
from tests.domain import builders as make
from tests.services.builders import GUARD, Door
from tests.services.test_failing_store import fill, until_full

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiosk.domain.ids import VisitId
    from kiosk.services.device_views import InstrumentsView

EAR = Instrument("YT-1", (BodySite.AXILLA, BodySite.EAR), date(2020, 12, 31))
GUN = Instrument("HW-2", (BodySite.FOREHEAD, BodySite.WRIST), date(2020, 12, 31))
ENDED = Instrument("YT-0", (BodySite.AXILLA,), date(2020, 3, 9))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Return kiosk B, whose site lists two thermometers for its guards."""
    opened = Door(tmp_path, by=replace(make.policy(), instruments=(EAR, GUN)))
    yield opened
    opened.close()


def lists(door: Door, *instruments: Instrument) -> None:
    """Hear of another list."""
    door.told(by=replace(make.policy(), instruments=instruments))


def at_guard(door: Door) -> VisitId:
    """Let somebody ask to be measured by hand, and sign the guard in."""
    visit_id = door.to_measuring(door.books())
    door.desk.measure_by_hand(visit_id)
    door.signs_in()
    return visit_id


def types(door: Door, visit_id: VisitId, value: str) -> object:
    """Type a reading."""
    return door.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, value)


def known(door: Door) -> InstrumentsView:
    """Return what the guard's screens know of the thermometers."""
    shown = door.desk.guarding.instruments()
    assert shown is not None
    return shown


def test_of_several_one_is_chosen_first_and_then_stands_in_every_reading(door: Door) -> None:
    """Until then nothing is measured; the choice is an entry of the log."""
    visit_id = at_guard(door)
    assert known(door).must_choose
    assert isinstance(types(door, visit_id, "axilla:36.5"), GuardDetail)
    assert door.visit(visit_id).readings == ()
    assert door.desk.guarding.choose_instrument("YT-1") is None
    assert known(door).chosen == known(door).listed[0]
    assert isinstance(types(door, visit_id, "axilla:36.5"), View)
    assert door.visit(visit_id).step is Step.ADMITTED
    assert door.bodies("instrument_chosen") == [{"guard_id": GUARD.id, "serial": "YT-1", "day": "2020-03-10"}]
    assert door.bodies("reading")[-1]["reading"]["device_id"] == "manual:YT-1"


def test_the_choice_holds_over_signing_in_anew_and_a_restart(door: Door) -> None:
    """Once a shift is enough; the next day it is asked again."""
    at_guard(door)
    door.desk.guarding.choose_instrument("HW-2")
    door.desk.guarding.sign_out()
    assert door.desk.guarding.instruments() is None
    again = door.restarted()
    again.signs_in()
    chosen = known(again).chosen
    assert chosen is not None
    assert chosen.serial == "HW-2"
    again.clock.go_on(minutes=24 * 60)
    assert known(again).must_choose
    again.close()


def test_the_only_one_is_taken_without_a_question(door: Door) -> None:
    """A hall with one thermometer asks nobody."""
    lists(door, EAR)
    visit_id = at_guard(door)
    assert not known(door).must_choose
    types(door, visit_id, "ear:36.6")
    assert door.bodies("reading")[-1]["reading"]["device_id"] == "manual:YT-1"
    assert "instrument_chosen" not in door.kinds()


def test_a_thermometer_measures_only_where_it_is_made_for(door: Door) -> None:
    """A forehead thermometer gives no armpit's reading."""
    visit_id = at_guard(door)
    door.desk.guarding.choose_instrument("HW-2")
    types(door, visit_id, "axilla:36.5")
    assert door.visit(visit_id).readings == ()
    types(door, visit_id, "forehead:36.5")
    assert [item.device_id for item in door.visit(visit_id).readings] == ["manual:HW-2"]


def test_one_that_is_not_listed_is_not_chosen(door: Door) -> None:
    """Nor one that was taken off the list since."""
    at_guard(door)
    door.desk.guarding.choose_instrument("nothing")
    assert known(door).must_choose
    assert "instrument_chosen" not in door.kinds()
    door.desk.guarding.choose_instrument("HW-2")
    lists(door, EAR, ENDED)
    assert known(door).must_choose


def test_by_an_ended_calibration_nobody_gets_in_and_a_fever_is_found_all_the_same(door: Door) -> None:
    """The guard reads why, and that another thermometer is to be taken."""
    lists(door, ENDED)
    normal, warm = at_guard(door), door.to_measuring(door.books())
    door.desk.measure_by_hand(warm)
    shown = types(door, normal, "axilla:36.5")
    assert isinstance(shown, GuardDetail)
    assert (shown.cause_key, shown.readings[-1][2]) == ("calibration_overdue", "calibration_overdue")
    assert door.visit(normal).step is Step.GUARD
    assert GuardAct.ADMIT not in door.guards.allowed(door.visit(normal), door.log.state)
    types(door, warm, "axilla:38.4")
    assert [item.outcome.value for item in door.visit(warm).readings] == ["elevated"]


def test_a_case_is_measured_with_it_as_well(door: Door) -> None:
    """And says in its history that a reading did not count."""
    lists(door, ENDED)
    door.signs_in()
    page = door.desk.guarding.open_case(None, "collapse")
    assert not isinstance(page, View)
    assert page is not None
    types(door, page.visit_id, "axilla:36.5")
    case = door.desk.guarding.case(page.case_id)
    assert case is not None
    assert [item[1:3] for item in case.readings] == [("36.5", "calibration_overdue")]
    assert door.cases.open(door.log.state)[0].standing().measured_at is None  # nothing was settled by it


def test_the_lane_asks_as_well_and_stays_the_guards_while_visitors_have_the_window(door: Door) -> None:
    """The choice may be changed there without signing in anew."""
    visit_id = at_guard(door)
    lane = door.desk.guarding.lane
    shown = lane.view()
    assert shown is not None
    assert shown.instruments.must_choose
    lane.measure(visit_id, "wrist:36.4")
    assert door.visit(visit_id).readings == ()
    lane.give()
    door.desk.guarding.choose_instrument("HW-2")
    lane.measure(visit_id, "forehead:36.4")
    assert [item.device_id for item in door.visit(visit_id).readings] == ["manual:HW-2"]
    assert door.desk.guarding.board() is None


def test_a_choice_that_cannot_be_recorded_takes_the_kiosk_out_of_order(door: Door) -> None:
    """Nobody is signed in then."""
    at_guard(door)
    fill(door)
    until_full(door)
    failed = door.desk.guarding.choose_instrument("YT-1")
    assert isinstance(failed, View)
    assert failed.face is Face.OUT_OF_ORDER
    assert not isinstance(door.desk.guarding.board(), GuardBoard)
