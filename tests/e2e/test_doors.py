"""Several kiosks of one site, through a real server: a visit is known at every door, and nothing counts twice."""

from __future__ import annotations

from pathlib import Path

from demo.world import GUARD_ID, PIN
from kiosk.domain.policy import BodySite
from kiosk.services.guard_views import CaseView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, Hint
from tests.e2e.city import City, let_in, measure, scan, to_measuring


def test_a_rest_begun_at_one_door_goes_on_at_another(city: City) -> None:
    """Waiting never binds a visitor to a door."""
    a, b = city.kiosk("A"), city.kiosk("C")
    code = city.book().code_text
    city.tell("A", "C")
    assert measure(a, to_measuring(a, code), 3390).face is Face.REST
    city.tell("A", "C")
    assert scan(b, code).face is Face.REST
    city.clock.advance(301)
    shown = scan(b, code)
    assert shown.face is Face.MEASURING
    assert shown.measured_at is BodySite.FOREHEAD  # of this door's thermometer: the screen shows what to bare
    assert shown.visit_id is not None
    assert measure(b, shown.visit_id, 3600).face is Face.REST  # still rising
    city.clock.advance(61)
    assert scan(b, code).face is Face.MEASURING
    assert measure(b, shown.visit_id, 3605).face is Face.ADMITTED


def test_who_is_held_at_one_door_is_held_at_the_other(city: City) -> None:
    """An elevated reading is not shaken off by walking ten steps."""
    a, b = city.kiosk("A"), city.kiosk("C")
    code = city.book().code_text
    city.tell("A", "C")
    measure(a, to_measuring(a, code), 3780)
    city.tell("A", "C")
    assert scan(b, code).face is Face.GUARD
    city.tell("C", "A")
    assert b.call(b.log.state.open_visits)[0].cause == "elevated"


def test_a_code_that_came_in_at_one_door_is_used_at_the_other(city: City) -> None:
    """A photographed code does not let a second person in."""
    a, b = city.kiosk("A"), city.kiosk("C")
    code = city.book().code_text
    city.tell("A", "C")
    assert let_in(a, code).face is Face.ADMITTED
    city.tell("A", "C")
    refusal = scan(b, code).refusal
    assert refusal is not None
    assert refusal.reason.value == "already_arrived"


def test_a_code_at_another_doors_screen_right_now_goes_to_the_guard(city: City) -> None:
    """Two phones with one code at two doors: the second is not taken over while the first is being used."""
    a, b = city.kiosk("A"), city.kiosk("C")
    code = city.book().code_text
    city.tell("A", "C")
    to_measuring(a, code)
    city.tell("A", "C")
    refusal = scan(b, code).refusal
    assert refusal is not None
    assert refusal.reason.value == "already_arrived"
    city.clock.advance(90)
    city.tell("A", "C")
    assert scan(b, code).face is Face.MEASURING


def test_the_number_inside_is_the_sites_and_the_exit_lowers_it(city: City) -> None:
    """Whoever lets in or out, every door shows the same number."""
    a, b, way_out = city.kiosk("A"), city.kiosk("C"), city.kiosk("X", direction="exit")
    codes = [city.book(f"访客{number}").code_text for number in range(3)]
    city.tell()
    for kiosk, code in zip((a, a, b), codes, strict=True):
        let_in(kiosk, code)
    city.tell()
    city.tell()
    assert [_inside(kiosk) for kiosk in (a, b, way_out)] == [3, 3, 3]
    assert scan(way_out, codes[0]).face is Face.GOODBYE
    assert scan(way_out, codes[0]).face is Face.GOODBYE
    city.tell()
    city.tell()
    assert [_inside(kiosk) for kiosk in (a, b, way_out)] == [2, 2, 2]
    assert scan(way_out, city.book("没来").code_text).hint is Hint.NOT_INSIDE


def _inside(kiosk):  # noqa: ANN001, ANN202 - a kiosk's figure
    """Return how many are inside, as this kiosk shows it."""
    return kiosk.call(kiosk.desk.idle_facts).inside


def test_without_the_server_a_door_gives_out_its_share_of_the_hall(tmp_path: Path) -> None:
    """All doors together never let in more than the hall holds."""
    city = City(tmp_path, cap=4)
    a, b = city.kiosk("A"), city.kiosk("C")
    codes = [city.book(f"访客{number}").code_text for number in range(6)]
    city.tell()
    share = a.copy.documents()
    assert share is not None
    city.server_goes_away()
    city.clock.advance(120)
    shown = [let_in(kiosk, code).face for kiosk, code in zip((a, a, b, b, a, b), codes, strict=True)]
    admitted = shown.count(Face.ADMITTED)
    assert admitted <= 4
    assert admitted == 2 * share.cap_share
    assert shown.count(Face.HALL_LINE) == 6 - admitted
    city.server_comes_back()
    city.stop()


def test_a_day_without_the_server_is_a_normal_day(city: City) -> None:
    """Everything is decided, marked as decided alone, and arrives afterwards in order and once."""
    kiosk = city.kiosk("A")
    codes = [city.book(f"访客{number}").code_text for number in range(12)]
    city.tell()
    city.server_goes_away()
    city.clock.advance(120)
    assert all(let_in(kiosk, code).face is Face.ADMITTED for code in codes)
    assert kiosk.drain() > 0
    city.server_comes_back()
    assert kiosk.drain() == 0
    ours, theirs = list(kiosk.reader.entries()), city.stored("A")
    assert [entry.hash for entry in ours] == [entry.hash for entry in theirs]
    alone = [entry.data()["offline"] for entry in ours if entry.kind.value == "identified"]
    assert alone == [True] * 12


def test_a_booking_newer_than_the_copy_is_taken_on_its_signature(city: City) -> None:
    """Booked while the link was down: the code itself is enough, and the entry says so."""
    kiosk = city.kiosk("A")
    code = city.book("刚预约").code_text
    shown = scan(kiosk, code)
    assert shown.face is Face.BOOKING
    assert shown.card is not None
    assert shown.card.name_masked is None
    entry = next(item for item in kiosk.reader.entries() if item.kind.value == "identified")
    assert entry.data()["source"] == "signature"


def test_a_case_of_one_door_is_not_left_by_an_easier_reading_at_another(city: City) -> None:
    """Whoever has an open case is admitted on a clinical reading only, at whichever door the guard stands."""
    a, b = city.kiosk("A"), city.kiosk("C")
    code = city.book().code_text
    city.tell("A", "C")
    visit_id = to_measuring(a, code)
    measure(a, visit_id, 3780)
    assert a.call(lambda: a.desk.guarding.sign_in(GUARD_ID, PIN)) is not None
    a.call(lambda: a.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "ear:37.9"))
    assert a.call(lambda: len(a.log.state.open_cases())) == 1
    city.tell("A", "C")
    assert scan(b, code).face is Face.GUARD
    assert b.call(lambda: b.desk.guarding.sign_in(GUARD_ID, PIN)) is not None

    def may_after(value: str) -> tuple[str, ...]:
        page = b.call(lambda: b.desk.guarding.guard_act(GuardAct.MEASURE, visit_id, value))
        assert isinstance(page, CaseView)
        detail = b.call(lambda: b.desk.guarding.detail(visit_id))
        assert detail is not None
        return detail.row.needs

    assert "admit" not in may_after("forehead:36.5")
    may = may_after("axilla:36.6")
    assert "admit" in may
    assert "turn_away" not in may
