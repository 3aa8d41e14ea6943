"""What kiosks of one site know of each other, and what the server finds between them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from central.fleet import Principal
from kiosk.domain.entry import EntryKind
from kiosk.domain.record import Visit
from kiosk.domain.visit import Step
from kiosk.domain.wire import from_json, to_json
from kiosk.protocol.messages import SiteView
from tests.central.builders import HERE, NAME, THERE, until

if TYPE_CHECKING:
    from tests.central.builders import Caller, City


def _view(caller: Caller, version: int = 0, **query: int) -> SiteView:
    answer = caller.get("/v1/site", version=version, **query)
    assert answer.status_code == 200, answer.text
    return SiteView.model_validate(answer.json())


def test_a_visit_on_one_kiosk_is_known_to_the_other(city: City) -> None:
    """The same code at the next door is taken up there, not judged anew; a kiosk is not told its own."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    booking = city.booking(city.book())
    one.log.arrived("visit-1", booking)
    one.ship()
    (visit,) = _view(two).visits
    assert (visit.id, visit.kiosk_id, visit.step, visit.booking) == ("visit-1", "door-1", Step.DECLARATION, booking)
    assert _view(one).visits == []


def test_another_site_is_told_nothing(city: City) -> None:
    """Case 15: one site's visits are nobody else's business."""
    one, other = city.kiosk(), city.kiosk(site=THERE)
    one.log.admitted("visit-1", city.booking(city.book()))
    one.ship()
    view = _view(other)
    assert (view.visits, view.inside_elsewhere) == ([], 0)


def test_a_visit_taken_over_belongs_to_the_kiosk_that_took_it(city: City) -> None:
    """Case 16: of two rows of a visit the one touched last counts, by corrected time, not by arrival."""
    one, two, three = city.kiosk("door-1", "A"), city.kiosk("door-2", "B"), city.kiosk("door-3", "C")
    one.log.arrived("visit-1", city.booking(city.book()))
    one.ship()
    (visit,) = _view(two).visits
    city.clock.advance(minutes=1)
    two.log.add("adopted", {"visit_id": "visit-1", "visit": to_json(visit), "from": "door-1"})
    two.log.add("declared", {"visit_id": "visit-1", "asked": ["fever"], "yes": [], "version": 1})
    two.log.add("admitted", {"visit_id": "visit-1", "number": "B001"})
    two.ship()
    for caller in (one, three):
        assert [(item.kiosk_id, item.step) for item in _view(caller).visits] == [("door-2", Step.ADMITTED)]
    assert _view(two).visits == []
    # A late word of the first kiosk, whose clock is two minutes ahead, does not take the visit back.
    one.log.add("timed_out", {"visit_id": "visit-1", "at": "declaration"}, clock_offset_ms=-120_000)
    one.ship()
    assert [item.step for item in _view(three).visits] == [Step.ADMITTED]


def test_the_number_inside_is_right_with_an_exit_of_its_own(city: City) -> None:
    """Who leaves through another kiosk makes room; who came in yesterday does not count."""
    one, two, out = city.kiosk("door-1", "A"), city.kiosk("door-2", "B"), city.kiosk("way-out", "X", is_entry=False)
    one.log.add("day_opened", {"day": "2020-03-10"})
    visits: list[Visit] = []
    for number in range(3):
        one.log.admitted(f"visit-{number}", city.booking(city.book()))
    one.ship()
    assert _view(two).inside_elsewhere == 3
    visits = _view(out).visits
    out.log.add("adopted", {"visit_id": "visit-0", "visit": to_json(visits[0]), "from": "door-1"})
    out.log.add("went_out", {"visit_id": "visit-0"})
    out.ship()
    assert _view(two).inside_elsewhere == 2
    assert _view(one).inside_elsewhere == -1
    out.log.add("exit_sensed", {"counts": True, "inside": 1})
    out.log.add("exit_sensed", {"counts": False, "inside": 0})
    out.ship()
    assert (_view(one).inside_elsewhere, _view(two).inside_elsewhere) == (-2, 1)
    one.log.add("day_closed", {"inside": 3, "guard_id": ""})
    one.ship()
    assert _view(two).inside_elsewhere == 1
    one.log.add("day_closed", {"inside": 3, "guard_id": "guard-li"})
    one.ship()
    assert _view(two).inside_elsewhere == -2
    city.clock.advance(days=1)
    assert _view(two).inside_elsewhere == 0


def test_an_unchanged_view_says_so(city: City) -> None:
    """A kiosk asks every two seconds; only a change of others costs more than a line."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    first = _view(two)
    assert not first.unchanged
    two.log.arrived("own", city.booking(city.book()))
    two.ship()
    one.log.devices(1)
    one.ship()
    second = _view(two, first.version)
    assert (second.unchanged, second.version, second.visits) == (True, first.version, [])
    one.log.arrived("visit-1", city.booking(city.book()))
    one.ship()
    third = _view(two, first.version)
    assert not third.unchanged
    assert [visit.id for visit in third.visits] == ["visit-1"]


def test_a_new_day_forgets_what_is_decided_and_keeps_what_is_open(city: City) -> None:
    """Case 23: the view is of the site's local day; an open visit stays until someone decides it."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    one.log.arrived("open", city.booking(city.book()))
    one.log.admitted("done", city.booking(city.book()))
    one.ship()
    view = _view(two)
    assert {visit.id for visit in view.visits} == {"open", "done"}
    city.clock.advance(hours=14, minutes=59)  # 23:59 at the site
    assert _view(two, view.version).unchanged
    city.clock.advance(minutes=1)
    assert [visit.id for visit in _view(two, view.version).visits] == ["open"]
    city.clock.advance(days=8)
    assert _view(two).visits == []


def test_a_waiting_call_is_answered_when_something_changes(city: City) -> None:
    """With `wait` the other doors know within a breath, and a stopping server lets go."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    version = _view(two).version
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(_view, two, version, wait=25)
        one.log.arrived("visit-1", city.booking(city.book()))
        one.ship()
        view = waiting.result(timeout=20)
        assert [visit.id for visit in view.visits] == ["visit-1"]
        last = pool.submit(_view, two, view.version, wait=25)
        until(last.running)
        began = time.monotonic()
        city.server._app.state.is_stopping.set()
        assert last.result(timeout=20).unchanged
        assert time.monotonic() - began < 10
    assert two.get("/v1/site", wait=26).status_code == 400


def test_one_booking_at_two_doors_that_did_not_know_is_a_conflict(city: City) -> None:
    """Case 64: both were offline; one finding, both facts kept, and a person closes it with a note."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    issued = city.book()
    booking = city.booking(issued)
    one.log.admitted("visit-1", booking)
    two.log.admitted("visit-2", booking)
    one.ship()
    two.ship()
    one.ship()
    two.ship()
    (finding,) = city.desk.findings.of_site(HERE)
    assert (finding.kind, finding.finding_id, finding.times) == ("conflict", f"conflict:{issued.id}", 1)
    assert "door-1 and door-2" in finding.detail
    assert city.verdicts("door-1") == []
    assert city.verdicts("door-2") == [(2, "conflict")]
    # Both kiosks are told, and told anew when it is closed.
    views = [_view(caller) for caller in (one, two)]
    for caller, view in zip((one, two), views, strict=True):
        (conflict,) = view.conflicts
        assert conflict.booking_id == issued.id
        assert [(item.kiosk_id, item.visit_id) for item in conflict.arrivals] == [
            ("door-1", "visit-1"),
            ("door-2", "visit-2"),
        ]
        assert _view(caller, view.version).unchanged
        assert NAME not in caller.get("/v1/site").text
    path = f"/sites/{HERE}/findings/{finding.finding_id}/close"
    assert city.office("POST", path, {"by": "guard-li", "note": "same person, two doors"}).status_code == 200
    assert city.findings() == []
    for caller, view in zip((one, two), views, strict=True):
        after = _view(caller, view.version)
        assert (after.unchanged, after.conflicts) == (False, [])
    (closed,) = city.desk.findings.of_site(HERE, is_open=False)
    assert (closed.closed_by, closed.note) == ("guard-li", "same person, two doors")
    # Making the state anew finds nothing new.
    city.desk.intake.rebuild(Principal(two.log.site_id, two.log.kiosk_id, 1))
    assert city.findings() == []


@pytest.mark.parametrize("knower_first", [True, False])
def test_a_repeat_that_a_guard_let_pass_is_no_conflict(city: City, knower_first: bool) -> None:
    """Case 20: the second door knew, and a guard decided; the order of arrival does not matter."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    booking = city.booking(city.book())
    one.log.arrived("visit-1", booking)
    two.log.identified("visit-2", booking, reasons=["already_arrived"])
    two.log.add("overridden", {"visit_id": "visit-2", "guard_id": "guard-li", "reasons": ["already_arrived"]})
    two.log.add("arrived", {"visit_id": "visit-2", "guard_id": "guard-li"})
    for caller in (two, one) if knower_first else (one, two):
        caller.ship()
    assert city.findings() == []


def test_a_booking_cancelled_meanwhile_stays_a_fact(city: City) -> None:
    """Cases 18 and 19: the person went in; the server says what it thinks beside it."""
    caller = city.kiosk()
    issued = city.book()
    caller.log.arrived("visit-1", city.booking(issued))
    city.desk.bookings.cancel(HERE, issued.id)
    caller.ship()
    assert city.verdicts() == [(2, "cancelled_meanwhile")]
    (arrival,) = city.desk.views.arrivals(HERE, city.clock.now().date())
    assert (arrival.booking_id, arrival.number, arrival.step) == (issued.id, issued.number, "declaration")


def test_an_arrival_without_a_booking_here_is_marked(city: City) -> None:
    """A code signed with a stolen key, or a booking of a lost database: kept, and seen."""
    caller = city.kiosk()
    booking = city.booking(city.book(site=THERE), site=THERE)
    caller.log.arrived("visit-1", booking)
    caller.log.add("identified", {"visit_id": "walk-in", "first_contact": "2020-03-10T01:00:00.000Z"})
    caller.log.add("arrived", {"visit_id": "walk-in"})
    caller.log.add("arrived", {"visit_id": "nobody"})
    caller.ship()
    assert city.verdicts() == [(2, "unknown_booking")]


def test_refused_scans_are_kept_once(city: City) -> None:
    """Cases 39 and 40: a refusal is an entry like any other, and a resend of it no second one."""
    caller = city.kiosk()
    caller.log.add(
        "refused",
        {
            "visit_id": "visit-1",
            "first_contact": "2020-03-10T01:00:00.000Z",
            "reasons": ["too_early"],
            "code": "VB1:AB",
        },
    )
    caller.ship()
    caller.ship()
    (entry,) = city.stored(caller)
    assert (entry.kind, entry.data()["reasons"]) == (EntryKind.REFUSED, ["too_early"])
    (visit,) = _view(city.kiosk("door-2", "B")).visits
    assert visit.step is Step.REFUSED


def test_cases_and_counters_are_kept_and_made_anew(city: City) -> None:
    """State can be thrown away: the entries make the same again."""
    from central.chain_state import ChainState

    caller = city.kiosk()
    booking = city.booking(city.book())
    caller.log.admitted("visit-1", booking)
    caller.log.add(
        "case_opened",
        {
            "case_id": "case-1",
            "number": "C01",
            "visit_id": "visit-1",
            "cause": "elevated",
            "counter": "cases:2020",
            "count": 1,
        },
    )
    caller.log.add("case_opened", {"case_id": "case-2", "number": "C02", "visit_id": "visit-1", "cause": "guard"})
    caller.log.case_ended("case-2", "visit-1")
    caller.log.arrived("visit-2", booking)
    caller.ship()
    who = Principal(caller.log.site_id, caller.log.kiosk_id, 1)

    def state() -> tuple[object, ...]:
        with city.desk._database.read() as tx:
            held = ChainState(tx, who)
            return (
                [case.id for case in held.open_cases()],
                [visit.id for visit in held.visits_of(booking.id)],
                [visit.id for visit in held.open_visits()],
                held.count("cases:2020"),
                held.count("inside"),
                held.visit(from_json(Visit, to_json(held.visits_of(booking.id)[0])).id),
            )

    before = state()
    assert before[:5] == (["case-1"], ["visit-1", "visit-2"], ["visit-2"], 1, 1)
    city.desk.intake.rebuild(who)
    assert state() == before


def test_a_kiosk_set_up_anew_counts_from_its_own_log(city: City) -> None:
    """A new disk begins empty, and the visits of the old one stay known to the others."""
    old, other = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    old.log.admitted("visit-1", city.booking(city.book()))
    old.ship()
    new = city.kiosk("door-1", "A")
    new.log.arrived("visit-2", city.booking(city.book()))
    assert new.ship()["high_seq"] == 2
    assert {visit.id for visit in _view(other).visits} == {"visit-1", "visit-2"}
    progress = city.desk.views.progress(HERE)
    assert [(item.kiosk_id, item.epoch, item.high_seq) for item in progress] == [("door-1", 1, 4), ("door-1", 2, 2)]


def test_a_kiosk_set_up_anew_knows_who_came_in_before(city: City) -> None:
    """Its own log begins empty: unless the server tells, the morning's codes would open the door a second time."""
    old = city.kiosk("door-1", "A")
    old.log.add("day_opened", {"day": "2020-03-10"})
    old.log.admitted("visit-1", city.booking(city.book()))
    old.ship()
    assert (_view(old).visits, _view(old).inside_elsewhere) == ([], 0)
    new = city.kiosk("door-1", "A")
    view = _view(new)
    assert ([visit.id for visit in view.visits], view.inside_elsewhere) == (["visit-1"], 1)
    new.log.add("adopted", {"visit_id": "visit-1", "visit": to_json(view.visits[0]), "from": "door-1"})
    new.log.add("went_out", {"visit_id": "visit-1"})
    new.ship()
    assert _view(new).visits == []
    assert _view(new, view.version).unchanged  # its own entries wake nobody but the others


def test_a_call_that_was_answered_at_one_kiosk_is_answered_at_the_others(city: City) -> None:
    """Somebody called at a door and was helped from the station: nobody goes there a second time."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("station", "B")
    one.log.add("called", {"visit_id": "visit-1", "again": False})
    one.ship()
    (called,) = _view(two).visits
    assert (called.step, called.cause, called.is_listed) == (Step.GUARD, "asked_person", True)
    city.clock.advance(seconds=30)
    two.log.add("adopted", {"visit_id": "visit-1", "visit": to_json(called), "from": "door-1"})
    two.log.add("helped", {"visit_id": "visit-1", "guard_id": "guard-li", "ends": True})
    two.ship()
    assert [(item.step, item.is_listed) for item in _view(one).visits] == [(Step.HELPED, False)]
    assert city.findings() == []
