"""Thousands of acts in any order, by visitors and guards: what must never happen does not."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Outcome
from kiosk.domain.visit import Step
from kiosk.services.guards import GuardAct
from tests.domain import builders as make
from tests.services.builders import GUARD, Door, code_of, id_hash, new_booking

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.ids import VisitId
    from kiosk.domain.record import Visit

STEPS = 500
IDS = ["11010519491231002X", "440524188001010014"]
VALUES = [3400, 3500, 3560, 3650, 3650, 3650, 3720, 3729, 3730, 3780, 3950, 4400, 100]


class Walk:
    """Does one act after another, each drawn, each at any visit, whether it fits or not."""

    def __init__(self, door: Door, seed: int) -> None:
        self.door = door
        self.draw = random.Random(seed)
        bookings = [new_booking(is_green=self.draw.random() < 0.2) for _ in range(12)]
        bookings += [new_booking(id_hash=id_hash(number)) for number in IDS]
        bookings.append(new_booking(slot_start=make.at(8, 30), slot_end=make.at(9)))
        door.learns(*bookings)
        self.codes = [code_of(booking) for booking in bookings] + ["VB1:NONSENSE"]
        self.numbers = [booking.number for booking in bookings]
        self.ids: list[VisitId] = []
        self.acts: list[Callable[[], object]] = [
            *[self.scans] * 6,
            *[lambda: door.desk.confirm(self.one())] * 4,
            lambda: door.desk.disown(self.one()),
            *[lambda: door.desk.declare(self.one(), self.draw.choice([(), (), (), ("contact",), None, ("x",)]))] * 5,
            *[lambda: door.reads(self.one(), self.value())] * 5,
            lambda: door.shaky(self.one()),
            lambda: door.fault(self.one()),
            lambda: door.desk.time_out(self.one()),
            lambda: door.desk.ask_person(self.one()),
            lambda: door.desk.measure_by_hand(self.one()),
            lambda: door.desk.unexpected(self.one()),
            *[lambda: door.guard(self.draw.choice(list(GuardAct)), self.one())] * 8,
            *[lambda: door.guard_reads(self.one(), self.value(), self.site())] * 5,
            lambda: door.clock.go_on(seconds=self.draw.choice([1, 30, 61, 300])),
            lambda: door.desk.look_up("id", self.draw.choice(IDS)),
            lambda: door.desk.look_up("booking", self.draw.choice(self.numbers)),
            lambda: door.identifying.let_next_go_out(GUARD.id),
        ]

    def one(self) -> VisitId:
        """Return any visit so far, often one of the last."""
        return self.draw.choice(self.ids[-8:] if self.draw.random() < 0.8 else self.ids)

    def value(self) -> int:
        """Return a temperature."""
        return self.draw.choice(VALUES)

    def site(self) -> BodySite:
        """Return where a guard measures."""
        return self.draw.choice([BodySite.AXILLA, BodySite.FOREHEAD])

    def scans(self) -> None:
        """Hold a code up."""
        found = self.door.scan(self.draw.choice(self.codes)).visit_id
        if found is not None and found not in self.ids:
            self.ids.append(found)

    def go(self, steps: int) -> None:
        """Walk."""
        while not self.ids:
            self.scans()
        for _ in range(steps):
            self.fits() if self.draw.random() < 0.4 else self.draw.choice(self.acts)()

    def fits(self) -> None:
        """Do what a visitor or a guard would do next with one of the visits."""
        visit_id, desk = self.one(), self.door.desk
        likely: dict[Step, Callable[[], object]] = {
            Step.BOOKING: lambda: desk.confirm(visit_id),
            Step.CARD_CHECK: lambda: self.door.guard(GuardAct.CARD_SEEN, visit_id),
            Step.DECLARATION: lambda: desk.declare(visit_id, self.draw.choice([(), (), ("contact",)])),
            Step.MEASURING: lambda: self.door.reads(visit_id, self.value()),
            Step.GUARD: lambda: self.door.guard_reads(visit_id, self.value(), self.site()),
            Step.REFUSED: lambda: self.door.guard(GuardAct.OVERRIDE, visit_id),
        }
        likely.get(self.door.visit(visit_id).step, self.scans)()


class Passage:
    """How somebody was let in: what the log says before that moment, and what it says since."""

    def __init__(self, visit: Visit, door: Door) -> None:
        self.visit = visit
        own = [entry for entry in door.entries() if json.loads(entry.body or "{}").get("visit_id") == visit.id]
        self.let_in = [entry for entry in own if entry.kind in {EntryKind.ADMITTED, EntryKind.LINED_UP}]
        since = [entry.kind for entry in own if entry.seq > self.let_in[-1].seq]
        late = since.count(EntryKind.READING)
        self.readings = visit.readings[: len(visit.readings) - late]
        self.late = visit.readings[len(visit.readings) - late :]
        opened = [json.loads(entry.body or "{}")["case_id"] for entry in own if entry.kind is EntryKind.CASE_OPENED]
        cases = [case for case in map(door.log.state.case, opened) if case is not None]
        self.late_cases = cases[len(cases) - since.count(EntryKind.CASE_OPENED) :]
        self.cases = cases[: len(cases) - len(self.late_cases)]

    @property
    def is_right(self) -> bool:
        """Whether everything that admission asks for was there, and a fever found since then has its case."""
        visit, last = self.visit, self.readings[-1] if self.readings else None
        card = visit.by != "id_number" or visit.card_seen
        screened = last is not None and last.outcome is Outcome.NORMAL
        assessed = not visit.declared_yes or any("guard_id" in json.loads(entry.body or "{}") for entry in self.let_in)
        closed = all(not case.is_open and last is not None and last.kind == "clinical" for case in self.cases)
        called_back = bool(self.late_cases) or all(item.outcome is not Outcome.ELEVATED for item in self.late)
        return (
            None not in {visit.arrived_at, visit.declared_at}
            and card
            and screened
            and assessed
            and closed
            and called_back
        )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cap", [0, 3])
def test_whatever_happens_nobody_is_wrongly_in_and_the_log_stays_whole(tmp_path: Path, seed: int, cap: int) -> None:
    """Admitted means arrived, declared, last reading normal, card seen, case closed, a late fever called back.

    The entries make the same state.
    """
    door = Door(tmp_path, at_site=make.site(cap=cap), cap_share=cap)
    walk = Walk(door, seed)
    walk.go(STEPS)
    passed = [visit for visit in map(door.visit, walk.ids) if visit.step in {Step.ADMITTED, Step.HALL_LINE}]
    assert passed
    assert [visit.id for visit in passed if not Passage(visit, door).is_right] == []
    admitted = door.bodies("admitted")
    assert len({body["number"] for body in admitted}) == len(admitted)
    assert door.log.state.count("inside") == len(admitted) - door.counted()["went_out"]
    assert door.is_proved()
    door.close()


@pytest.mark.parametrize("seed", range(2))
def test_no_booking_is_admitted_twice_without_a_guards_override(tmp_path: Path, seed: int) -> None:
    """One code, one entry; the second only by name."""
    door = Door(tmp_path)
    walk = Walk(door, 100 + seed)
    walk.go(STEPS)
    by_booking: dict[str, list[VisitId]] = {}
    for visit in map(door.visit, walk.ids):
        if visit.admitted_at is not None and visit.booking_id is not None:
            by_booking.setdefault(visit.booking_id, []).append(visit.id)
    overridden = {body["visit_id"] for body in door.bodies("overridden")}
    for visits in by_booking.values():
        assert all(visit_id in overridden for visit_id in visits[1:])
    door.close()
