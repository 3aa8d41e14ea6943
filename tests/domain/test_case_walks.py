"""Isolation cases handled at random at several places that hear of each other late, doubled, or not for a long time.

Every walk is one case at three kiosks and the server's page. Each place does what its own view allows, now and then
also what it does not (an act that an older program or a hand wrote), and hears some of the others' acts. Whatever the
order, no act is lost, and no case is closed without its terms; `rules_of` tells the terms again without `case.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from kiosk.domain.case import (
    FACTS,
    TABLE,
    Case,
    CaseAct,
    CaseEvent,
    CaseStep,
    Disposition,
    Role,
    after,
    hindrance,
    merged,
)
from kiosk.domain.case_standing import Standing
from kiosk.domain.ids import GuardId, KioskId
from kiosk.domain.policy import ReadingKind
from kiosk.domain.screening import Outcome
from tests.domain.case_builders import START, case, measured, opening

if TYPE_CHECKING:
    from datetime import datetime

PLACES = ("room_1", "room_2", "tent")
GUARDS = ((GuardId("g-1"), Role.GUARD), (GuardId("g-2"), Role.GUARD), (GuardId("g-3"), Role.LEADER), (None, Role.GUARD))
EVENTS = (*CaseEvent, CaseEvent.PLACED, CaseEvent.DISPOSED, CaseEvent.CLEANED, CaseEvent.CLOSED, CaseEvent.MEASURED)


@dataclass
class Place:
    """One kiosk, or the server's page: its own acts, and those of the others that it heard of."""

    kiosk_id: KioskId
    known: Case
    own: list[CaseAct] = field(default_factory=list[CaseAct])

    def does(self, wanted: CaseAct) -> None:
        """Write an act down."""
        self.own.append(wanted)
        self.known = self.known.with_act(wanted)

    def hears(self, acts: list[CaseAct]) -> None:
        """Take in acts of others, some of them once more."""
        heard = Case(self.known.id, self.known.visit_id, None, tuple(acts))
        self.known = merged([self.known, heard])[self.known.id]


class Walk:
    """One case and the places that handle it, all chances drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        co_signed = tuple(one for one in Disposition if self.chance.random() < 0.2)
        self.begun = opening(was_elevated=self.chance.random() < 0.7, co_signed=co_signed)
        self.places = [Place(KioskId(name), case(opening=self.begun)) for name in ("A", "B", "C", "office")]
        self.now = START

    def steps(self, count: int) -> None:
        """Let places act and hear of each other."""
        for _ in range(count):
            self.now += timedelta(seconds=self.chance.choice((0, 1, 30, 300)))
            place = self.chance.choice(self.places)
            if self.chance.random() < 0.3:
                place.hears([act for act in self.everything() if self.chance.random() < 0.7])
            else:
                self._tries(place)

    def everything(self) -> list[CaseAct]:
        """Return all acts of all places."""
        return [act for place in self.places for act in place.own]

    def _tries(self, place: Place) -> None:
        standing = place.known.standing()
        for _ in range(6):
            wanted = self._some_act(place)
            by_hand = self.chance.random() < 0.05
            if by_hand or hindrance(standing, wanted, self.begun.co_signed) is None:
                place.does(wanted)
                return

    def _some_act(self, place: Place) -> CaseAct:
        pick = self.chance.choice
        guard, role = pick(GUARDS)
        return CaseAct(
            turn=place.known.next_turn,
            at=self.now + timedelta(seconds=pick((0, 0, -20, 20))),  # clocks are never quite alike
            kiosk_id=place.kiosk_id,
            epoch=1,
            seq=len(place.own) + 1,
            event=pick(EVENTS),
            guard_id=guard,
            role=role,
            place_id=pick(PLACES),
            reading=measured(0, pick(list(Outcome)), kind=pick(list(ReadingKind)).value, is_manual=pick((True, False))),
            disposition=pick(list(Disposition)),
            to=pick(("", "clinic")),
            item="take",
        )


def told_of(known: Case) -> Standing:
    """Fold a case act by act, and check that each moved it as it may; return its standing."""
    standing = Standing(was_elevated=known.opening is None or known.opening.was_elevated)
    so_far: list[CaseAct] = []
    for act in sorted(known.acts, key=lambda act: act.order):
        before, standing = standing, after(standing, act, known.co_signed)
        is_void = standing.void != before.void
        if act.event in FACTS:
            assert (standing.step, is_void) == (before.step, False)
        elif is_void:
            reopened = act.event is CaseEvent.PLACED and standing.step is CaseStep.DISPOSED
            assert standing.step is before.step or reopened
        else:
            assert act.guard_id is not None
            assert standing.step in {TABLE[before.step][act.event], CaseStep.DISPOSED}
            rules_of(act, so_far, before, known)
        so_far.append(act)
    return standing


def rules_of(act: CaseAct, so_far: list[CaseAct], before: Standing, known: Case) -> None:
    """Check the terms of an act that counted, from the acts before it."""
    if act.event is CaseEvent.DISPOSED and act.disposition is Disposition.RELEASED:
        readings = sorted(
            (one for one in so_far if one.reading is not None and one.event is CaseEvent.MEASURED), key=by_time
        )
        elevated = [one for one in readings if one.reading and one.reading.outcome is Outcome.ELEVATED]
        normal = [one for one in readings if is_normal_clinical(one)]
        if elevated or (known.opening and known.opening.was_elevated):
            assert normal
            assert not elevated or by_time(elevated[-1]) < by_time(normal[-1])
    if act.event is CaseEvent.CLOSED:
        assert before.disposition is not None
        assert before.disposed_by is not None
        assert all(is_clean(place, so_far, before) for place in PLACES)
        if before.disposition in known.co_signed:
            assert any(signer != before.disposed_by for signer in before.signers)


def by_time(act: CaseAct) -> tuple[datetime, tuple[object, ...]]:
    """Return when something was measured, and which was first of two at once."""
    return (act.at, act.order)


def is_normal_clinical(act: CaseAct) -> bool:
    """Tell whether this is the reading after which somebody may be released."""
    item = act.reading
    return item is not None and item.is_manual and item.kind == "clinical" and item.outcome is Outcome.NORMAL


def is_clean(place: str, acts: list[CaseAct], standing: Standing) -> bool:
    """Tell whether a place was cleaned after the last named guard put somebody into it."""
    void = {act.entry for act in standing.void}
    used = [i for i, act in enumerate(acts) if act.event is CaseEvent.PLACED and act.place_id == place and act.guard_id]
    cleaned = [
        i
        for i, act in enumerate(acts)
        if act.event is CaseEvent.CLEANED and act.place_id == place and act.entry not in void
    ]
    return not used or bool(cleaned and cleaned[-1] > used[-1])


def walk(seed: int) -> Standing:
    """Walk one case; return how it stands once everybody has heard of everything."""
    this = Walk(seed)
    this.steps(40)
    for place in this.places:
        told_of(place.known)  # what each makes of the part that it knows keeps to the rules as well
    everything = this.everything()
    standings: list[Standing] = []
    for place in this.places:
        this.chance.shuffle(everything)
        place.hears(everything)
        standings.append(place.known.standing())
        assert {act.entry for act in place.known.acts} == {act.entry for act in everything}
    assert all(standing == standings[0] for standing in standings)
    assert told_of(this.places[0].known) == standings[0]
    if standings[0].step is CaseStep.CLOSED:
        assert standings[0].disposition is not None
        assert standings[0].closed_by is not None
        assert standings[0].dirty == ()
    else:
        assert this.places[0].known.is_open
    return standings[0]


def test_cases_handled_at_random_keep_to_their_terms() -> None:
    """Three hundred walks; among them are cases that end in every way, and decisions that came too late."""
    ends = [walk(seed) for seed in range(300)]
    assert {end.step for end in ends} == set(CaseStep)
    assert {end.disposition for end in ends} == {None, *Disposition}
    assert any(end.void for end in ends)


@pytest.mark.long
def test_ten_thousand_cases_handled_at_random_keep_to_their_terms() -> None:
    """No case is ever lost, closed without its terms, or open at one place and closed at another."""
    closed = sum(walk(seed).step is CaseStep.CLOSED for seed in range(1_000, 11_000))
    assert closed > 1_000


def test_merging_any_parts_in_any_order_gives_the_same_standing() -> None:
    """Commutative, idempotent, associative: whatever came first, twice, or by way of another place."""
    for seed in range(200):
        this = Walk(seed)
        this.steps(16)
        whole = tuple(this.everything())
        parts = [
            Case(case().id, case().visit_id, opening, tuple(act for act in whole if this.chance.random() < 0.6))
            for opening in (this.begun, None, None)
        ]
        one, two, three = parts
        expected = together(one, two, three).standing()
        this.chance.shuffle(parts)
        assert together(*parts).standing() == expected
        assert together(together(one, two), three).standing() == expected
        assert together(one, together(two, three)).standing() == expected
        assert together(*parts, *parts, together(*parts)).standing() == expected


def together(*parts: Case) -> Case:
    """Return the one case of these parts."""
    return merged(parts)[parts[0].id]
