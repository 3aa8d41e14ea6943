"""The guards' steps of a story: signing in, handling cases, two doors with a link that can be cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.domain.case import Case, CaseEvent, CaseStep, Disposition, Hindrance
from kiosk.domain.policy import BodySite
from kiosk.services.guard_views import CaseView, ShiftView
from kiosk.services.guards import GuardAct
from tests.flows.story import guard_reads, read, scan, through
from tests.services.builders import GUARD, LEADER, SUPERVISOR

if TYPE_CHECKING:
    from kiosk.domain.due import Need
    from kiosk.domain.ids import CaseId
    from kiosk.domain.plan import Situation
    from kiosk.services.views import GuardRow
    from tests.flows.story import Act, Scene
    from tests.services.builders import Door

GUARDS = {"guard": (GUARD, "2468"), "leader": (LEADER, "1357"), "supervisor": (SUPERVISOR, "9753")}
CHECKED = {"mask": True, "area": True}


def case_of(scene: Scene, who: str) -> Case:
    """Return the newest case of somebody."""
    found = scene.door.cases.of_visit(scene.door.log.state, scene.visits[who])
    assert found is not None, f"{who} has no case"
    return found


def elevated(who: str) -> list[Act]:
    """Let somebody be measured elevated by the kiosk and again by a guard at the forehead, who has their case by that.

    A clinical reading is still to come: the case is not confirmed.
    """
    return [scan(who), *through(), read(37.9), guard_reads(38.1, BodySite.FOREHEAD)]


def signs_in(role: str) -> Act:
    """Sign in: "guard", "leader" or "supervisor"."""

    def act(scene: Scene) -> None:
        scene.door.told(guards=[who for who, _ in GUARDS.values()])
        who, pin = GUARDS[role]
        assert scene.door.desk.guarding.sign_in(who.id, pin) is not None

    return act


def signs_out() -> Act:
    """Lock the guard's screens."""

    def act(scene: Scene) -> None:
        scene.door.desk.guarding.sign_out()

    return act


def begins_shift() -> Act:
    """Answer the checklist."""

    def act(scene: Scene) -> None:
        shown = scene.door.desk.guarding.duty.begin_shift(CHECKED)
        assert isinstance(shown, ShiftView)
        assert shown.begun_at is not None

    return act


def hands_over(to: str, remark: str, *open_cases: str) -> Act:
    """End the shift; the hand-over names who has an open case."""

    def act(scene: Scene) -> None:
        duty = scene.door.desk.guarding.duty
        shown = duty.shift()
        assert isinstance(shown, ShiftView)
        assert {case_id for case_id, _ in shown.open_cases} == {case_of(scene, who).id for who in open_cases}
        assert duty.end_shift(GUARDS[to][0].id, remark) is not None
        assert scene.door.counted()["shift_ended"] == 1

    return act


def handles(who: str, event: str, value: str = "") -> Act:
    """Do one thing for somebody's case; it must have been done."""

    def act(scene: Scene) -> None:
        case_id = case_of(scene, who).id
        before = _acts(scene.door, case_id)
        scene.door.desk.guarding.case_act(case_id, event, value)
        assert _acts(scene.door, case_id) > before, f"{event} {value} was not done"

    return act


def measures(who: str, celsius: float) -> Act:
    """Type a clinical reading of somebody twice."""

    def act(scene: Scene) -> None:
        value = f"axilla:{celsius}:{celsius}"
        scene.view = scene.door.desk.guarding.guard_act(  # pyright: ignore[reportAttributeAccessIssue] - not looked at
            GuardAct.MEASURE, scene.visits[who], value
        )

    return act


def refuses_to_be_measured(who: str) -> Act:
    """Record that somebody does not let themselves be measured."""

    def act(scene: Scene) -> None:
        scene.door.desk.guarding.guard_act(GuardAct.REFUSES_MEASURING, scene.visits[who])

    return act


def offers(who: str, *acts: GuardAct) -> Act:
    """Expect that just this may be done for somebody's visit."""

    def act(scene: Scene) -> None:
        visit = scene.door.visit(scene.visits[who])
        assert set(scene.door.guards.allowed(visit, scene.door.log.state)) == set(acts)

    return act


def decides(who: str, what: GuardAct) -> Act:
    """Do one of the acts for somebody's visit."""

    def act(scene: Scene) -> None:
        scene.door.desk.guarding.guard_act(what, scene.visits[who])

    return act


def page(scene: Scene, who: str) -> CaseView:
    """Return the page of somebody's case."""
    shown = scene.door.desk.guarding.case(case_of(scene, who).id)
    assert shown is not None
    return shown


def case_is(who: str, step: CaseStep, need: Need | None = None) -> Act:
    """Expect somebody's case at this step, and where it is given, this next need."""

    def act(scene: Scene) -> None:
        shown = page(scene, who)
        assert (shown.step, shown.need if need is not None else None) == (step, need)

    return act


def led_by(who: str, situation: Situation) -> Act:
    """Expect this situation of the plan to lead through somebody's case."""

    def act(scene: Scene) -> None:
        run = page(scene, who).run
        assert run is not None
        assert run.situation is situation

    return act


def beside(who: str, situation: Situation) -> Act:
    """Expect that the hall is in this situation besides, by the page of somebody's case."""

    def act(scene: Scene) -> None:
        assert situation in {item for item, _, _ in page(scene, who).beside}

    return act


def hindered(who: str, disposition: Disposition, why: Hindrance) -> Act:
    """Expect that somebody's case cannot end so, and why; trying changes nothing."""

    def act(scene: Scene) -> None:
        shown = page(scene, who)
        assert {item.disposition: item.hindrance for item in shown.dispositions}[disposition] is why
        before = scene.door.kinds()
        scene.door.desk.guarding.case_act(shown.case_id, "disposed", f"{disposition}:clinic")
        assert scene.door.kinds() == before

    return act


def no_room(who: str) -> Act:
    """Expect that there is no place left for somebody."""

    def act(scene: Scene) -> None:
        shown = page(scene, who)
        assert shown.free_places == ()
        assert {item.event: item.hindrance for item in shown.choices}[CaseEvent.PLACED] is Hindrance.NO_PLACE

    return act


def board_shows(*rows: tuple[str, str]) -> Act:
    """Expect the board's rows to be these: who, and at what state."""

    def act(scene: Scene) -> None:
        board = scene.door.desk.guarding.board()
        assert board is not None
        names = {visit_id: who for who, visit_id in scene.visits.items()}

        def told(row: GuardRow) -> tuple[str, str]:
            return (names[row.visit_id], row.state_key)

        assert sorted(map(told, board.rows)) == sorted(rows)

    return act


def at(letter: str) -> Act:
    """Go to another door of the site; the first time it is switched on there."""

    def act(scene: Scene) -> None:
        doors = _doors(scene)
        if letter not in doors:
            doors[letter] = type(scene.door)(scene.door.folder, letter=letter, clock=scene.door.clock)
        scene.door = doors[letter]

    return act


def link_works() -> Act:
    """Let every door hear what the others have: visits and cases, as the server would tell them."""

    def act(scene: Scene) -> None:
        doors = _doors(scene)
        for one in doors.values():
            others = [door for door in doors.values() if door is not one]
            visits = [door.log.state.visit(visit_id) for door in others for visit_id in scene.visits.values()]
            cases = [case for door in others for case in _own_cases(door)]
            newest: dict[str, Any] = {}
            for visit in sorted((item for item in visits if item is not None), key=lambda item: item.touched_at):
                newest[visit.id] = visit
            one.hears_site(*newest.values(), cases=cases)

    return act


def all_agree(who: str) -> Act:
    """Expect every door to see the same standing of somebody's case, with every act that any of them did."""

    def act(scene: Scene) -> None:
        doors = _doors(scene)
        case_id = case_of(scene, who).id
        known = [door.cases.case(door.log.state, case_id) for door in doors.values()]
        done = {act.entry for door in doors.values() for case in _own_cases(door) for act in case.acts}
        for case in known:
            assert case is not None
            assert {act.entry for act in case.acts} == done
            assert known[0] is not None
            assert case.standing() == known[0].standing()

    return act


def _doors(scene: Scene) -> dict[str, Door]:
    if not scene.doors:
        scene.doors[scene.door.letter] = scene.door
    return scene.doors


def _own_cases(door: Door) -> list[Case]:
    ids = {body["case_id"] for entry in door.entries() for body in [entry.data()] if "case_id" in body}
    return [case for case_id in sorted(ids) if (case := door.log.state.case(case_id)) is not None]


def _acts(door: Door, case_id: CaseId) -> int:
    case = door.cases.case(door.log.state, case_id)
    return len(case.acts) if case is not None else 0
