"""Samples of isolation cases, and of what the plan says about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.documents.plan_file import plan_in
from kiosk.domain.case import CaseEvent, CaseStep, Cause, Disposition, Hindrance
from kiosk.domain.due import Need
from kiosk.domain.ids import CaseId
from kiosk.domain.plan import PlaceState, Situation
from kiosk.domain.site import Words
from kiosk.services.guard_views import (
    CaseChoice,
    CaseView,
    ContactView,
    DispositionChoice,
    EarlierView,
    HistoryLine,
    PlanStepView,
    RunView,
)
from kiosk.toml_file import read
from tests.screens.samples_base import CONFIG, NOW, VISIT, at

if TYPE_CHECKING:
    from kiosk.domain.plan import Plan

CASE: Final = CaseId("01900000-0000-7000-8000-0000000000c1")
OTHER_CASE: Final = CaseId("01900000-0000-7000-8000-0000000000c2")
ROOM: Final = Words("留观室 1", "Room 1")


def _plan() -> Plan:
    mistakes: list[str] = []
    plan = read(CONFIG / "plan.toml", plan_in, mistakes)
    if plan is None:
        raise AssertionError(mistakes)
    return plan


PLAN: Final = _plan()
CONTACTS: Final = tuple(ContactView(item.id, item.name, item.phone) for item in PLAN.contacts)


def run_of(situation: Situation, run_id: str, *, ticked: int, case: CaseId | None = None, label: str = "") -> RunView:
    """Return a situation of the plan with its first steps ticked, begun eight minutes ago."""
    begun = NOW - timedelta(minutes=8)
    steps = tuple(
        PlanStepView(
            step.id,
            step.text,
            begun + timedelta(seconds=step.within_s),
            next((item for item in CONTACTS if item.contact_id == step.contact), None),
            begun + timedelta(seconds=40 * (place + 1)) if place < ticked else None,
            may_tick=step.role == "guard",
        )
        for place, step in enumerate(PLAN.steps(situation))
    )
    name = next(item.name for item in PLAN.situations if item.situation is situation)
    return RunView(situation, name, run_id, case, label, begun, steps)


def _ending(**hindered: Hindrance) -> tuple[DispositionChoice, ...]:
    return tuple(
        DispositionChoice(item, hindered.get(item), needs_contact=item is Disposition.REFERRED) for item in Disposition
    )


PLACED: Final = CaseView(
    case_id=CASE,
    visit_id=VISIT,
    has_visit=True,
    label="C02",
    cause=Cause.ELEVATED,
    step=CaseStep.PLACED,
    opened_at=at(10, 2),
    kiosk="",
    guard="李*国",
    need=Need.MEASURE_AGAIN,
    due_at=at(10, 37),
    level=0,
    place=ROOM,
    dirty=(),
    disposition=None,
    disposed_to="",
    readings=(
        (at(10, 1), "37.4", "elevated", "forehead"),
        (at(10, 2), "", "device_fault", ""),
        (at(10, 7), "37.8", "elevated", "axilla"),
    ),
    declared_keys=("symptoms",),
    reported=((CONTACTS[3].name, at(10, 9)),),
    choices=(
        CaseChoice(CaseEvent.PLACED),
        CaseChoice(CaseEvent.MEASURED),
        CaseChoice(CaseEvent.REPORTED),
        CaseChoice(CaseEvent.DISPOSED),
        CaseChoice(CaseEvent.CLEANED, Hindrance.NO_PLACE),
        CaseChoice(CaseEvent.REMARKED),
    ),
    dispositions=_ending(released=Hindrance.NOT_NORMAL, opened_in_error=Hindrance.ROLE),
    free_places=((PLAN.places[2].id, PLAN.places[2].name),),
    other_places=(
        (PLAN.places[0].id, PLAN.places[0].name, PlaceState.TAKEN),
        (PLAN.places[1].id, PLAN.places[1].name, PlaceState.AIRING),
    ),
    contacts=CONTACTS,
    receivers=tuple(ContactView(item.id, item.name, item.phone) for item in PLAN.receivers()),
    run=run_of(Situation.ELEVATED, CASE, ticked=2, case=CASE, label="C02"),
    beside=((Situation.SEVERAL_ELEVATED, Words("同时多人体温异常", "Several elevated at once"), False),),
    room_from=None,
    undone=3,
    history=(
        HistoryLine(at(10, 2), "opened", "", "case.cause.elevated"),
        HistoryLine(at(10, 2), "seen", ""),
        HistoryLine(at(10, 3), "acknowledged", "李*国"),
        HistoryLine(at(10, 3), "acknowledged", "王*", is_void=True),
        HistoryLine(at(10, 5), "placed", "李*国", ROOM),
        HistoryLine(at(10, 7), "measured", "李*国", "37.8"),
        HistoryLine(at(10, 9), "reported", "李*国", CONTACTS[3].name),
    ),
    others_age_s=1260,
)
EARLIER: Final = EarlierView(
    CASE,
    "C02",
    tuple((step.id, step.text) for step in PLAN.steps(Situation.ELEVATED)[2:]),
    PLACED.free_places,
    CONTACTS,
    (*tuple((minutes, NOW - timedelta(minutes=minutes)) for minutes in (5, 10, 20)), (25, NOW - timedelta(minutes=25))),
)
FLAGGED: Final = replace(
    PLACED,
    label="C03",
    step=CaseStep.FLAGGED,
    opened_at=at(10, 6),
    kiosk="sjz-b2-e2-k1",
    guard="",
    need=Need.ACKNOWLEDGE,
    due_at=at(10, 7),
    level=3,
    place=None,
    readings=((at(10, 6), "37.9", "elevated", "canthus"),),
    declared_keys=(),
    reported=(),
    choices=(
        CaseChoice(CaseEvent.ACKNOWLEDGED),
        CaseChoice(CaseEvent.PLACED, Hindrance.NO_PLACE),
        CaseChoice(CaseEvent.MEASURED),
        CaseChoice(CaseEvent.DISPOSED),
        CaseChoice(CaseEvent.REMARKED),
    ),
    free_places=(),
    run=run_of(Situation.AREA_FULL, CASE, ticked=0, case=CASE, label="C03"),
    history=(HistoryLine(at(10, 6), "opened", "", "case.cause.elevated"), HistoryLine(at(10, 8), "escalated", "")),
    others_age_s=12,
)
ENDED: Final = replace(
    PLACED,
    beside=(),
    step=CaseStep.DISPOSED,
    need=Need.CLEAN,
    due_at=at(10, 40),
    place=None,
    dirty=(("room_1", ROOM), ("room_2", Words("留观室 2", "Room 2"))),
    disposition=Disposition.REFERRED,
    disposed_to=CONTACTS[4].name,
    choices=(
        CaseChoice(CaseEvent.REPORTED),
        CaseChoice(CaseEvent.DISPOSED),
        CaseChoice(CaseEvent.CLEANED),
        CaseChoice(CaseEvent.CO_SIGNED, Hindrance.NOT_SIGNED),
        CaseChoice(CaseEvent.CLOSED, Hindrance.NOT_CLEAN),
        CaseChoice(CaseEvent.REMARKED),
    ),
    run=None,
    history=(
        *PLACED.history,
        HistoryLine(at(10, 10), "disposed", "李*国", "case.disposition.referred", to=CONTACTS[4].name),
    ),
    others_age_s=None,
)
CLEANED: Final = replace(
    ENDED,
    step=CaseStep.CLEANED,
    need=Need.CLOSE,
    due_at=at(11, 2),
    dirty=(),
    readings=(),
    choices=(CaseChoice(CaseEvent.CLOSED), CaseChoice(CaseEvent.REMARKED)),
)
CLOSED: Final = replace(
    CLEANED,
    step=CaseStep.CLOSED,
    need=None,
    due_at=None,
    readings=PLACED.readings,
    choices=(),
    run=run_of(Situation.ELEVATED, CASE, ticked=3, case=CASE, label="C02"),
    undone=2,
)
