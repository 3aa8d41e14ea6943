"""The day at a door: opened once, closed once, each as an entry."""

from kiosk.domain.state_days import INSIDE
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face
from tests.domain import builders as make
from tests.services.builders import GUARD, Door


def test_a_day_is_opened_once_with_its_first_glance(door: Door) -> None:
    """And says whether today's bookings are there."""
    for _ in range(3):
        assert door.desk.rest_screen().face is Face.IDLE
    assert door.kinds() == ["day_opened"]
    assert door.bodies("day_opened")[0]["bookings_known"] is True


def test_closing_says_who_is_inside_and_they_stay_counted(door: Door) -> None:
    """As an entry, once, after the site's hours; whoever is at a counter still is not gone."""
    door.day.turn()
    door.lets_in(door.books())
    door.clock.moment = make.at(16, 59, 59)
    door.day.turn()
    assert door.log.state.count(INSIDE) == 1
    door.clock.moment = make.at(17)
    for _ in range(3):
        door.day.turn()
    assert door.kinds()[-1] == "day_closed"
    assert (door.counted()["day_closed"], door.bodies("day_closed")[0]["inside"]) == (1, 1)
    assert door.log.state.count(INSIDE) == door.desk.idle_facts().inside == 1
    assert door.is_proved()


def test_a_guard_closes_the_day_by_name(door: Door) -> None:
    """Earlier than the hours say."""
    door.lets_in(door.books())
    door.signs_in()
    door.desk.guarding.guard_act(GuardAct.CLOSE_DAY, None)
    body = door.bodies("day_closed")[0]
    assert (body["guard_id"], body["inside"]) == ("guard-7", 1)
    assert door.desk.idle_facts().inside == 0


def test_the_next_day_is_opened_at_local_midnight(door: Door) -> None:
    """16:00 in UTC: not before, and with yesterday's leavings gone."""
    door.day.turn()
    door.lets_in(door.books())
    door.clock.moment = make.at(23, 59, 59)
    door.day.turn()
    assert door.counted()["day_opened"] == 1
    door.clock.moment = make.at(0, day=11)
    door.day.turn()
    assert door.counted()["day_opened"] == 2
    assert door.log.state.count(INSIDE) == 0


def test_a_kiosk_switched_on_after_hours_opens_and_closes_its_day(door: Door) -> None:
    """Both facts are there, in order."""
    door.clock.moment = make.at(20)
    door.day.turn()
    door.day.turn()
    assert door.kinds() == ["day_opened", "day_closed"]


def test_who_leaves_after_closing_is_counted_out(door: Door) -> None:
    """One less tonight, zero tomorrow."""
    code = door.books()
    door.day.turn()
    door.lets_in(code)
    door.clock.moment = make.at(17)
    door.day.turn()
    door.identifying.let_next_go_out(GUARD.id)
    door.scan(code)
    assert door.desk.idle_facts().inside == 0
    door.clock.moment = make.at(8, 30, day=11)
    door.day.turn()
    assert door.log.state.count(INSIDE) == 0
