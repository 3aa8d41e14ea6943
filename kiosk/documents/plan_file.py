"""The special-situation plan from `plan.toml`: a broken one is refused with file, key and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kiosk.domain.case import CaseEvent, Disposition, Role
from kiosk.domain.plan import (
    CaseLimits,
    CheckItem,
    Contact,
    Place,
    Plan,
    PlanStep,
    Situation,
    SituationPlan,
    mistakes,
)
from kiosk.domain.site import Words
from kiosk.toml_file import Section, parse

if TYPE_CHECKING:
    from pathlib import Path

_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Seconds = Annotated[int, Field(ge=10, le=86_400)]


class _Limits(Section):
    acknowledge_s: _Seconds
    place_s: _Seconds
    measure_s: _Seconds
    remeasure_s: _Seconds
    report_s: _Seconds
    clean_s: _Seconds
    close_s: _Seconds
    escalate_s: _Seconds
    airing_s: int = Field(ge=0, le=86_400)


class _Near(Section):
    minutes: int = Field(ge=1, le=240)
    hours: int = Field(ge=1, le=168)


class _PlaceSection(Section):
    id: _Id
    name: Words
    holds: int = Field(1, ge=1, le=500)
    overflow: bool = False
    outdoors: bool = False


class _ContactSection(Section):
    id: _Id
    name: Words
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    role: Role | None = None


class _CheckSection(Section):
    id: _Id
    text: Words


class _StepSection(Section):
    id: _Id
    text: Words
    role: Role = Role.GUARD
    within_s: _Seconds
    contact: str = ""
    done_by: CaseEvent | None = None


class _SituationSection(Section):
    name: Words
    step: Annotated[tuple[_StepSection, ...], Field(min_length=1)]


class _PlanFile(Section):
    id: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")]
    version: int = Field(ge=1, le=2**31 - 1)  # a column of the server
    co_signed: tuple[Disposition, ...] = ()
    escalation: Annotated[tuple[str, ...], Field(min_length=1)]
    referral: tuple[str, ...] = ()
    limits: _Limits
    near: _Near
    place: Annotated[tuple[_PlaceSection, ...], Field(min_length=1)]
    contact: Annotated[tuple[_ContactSection, ...], Field(min_length=1)]
    checklist: Annotated[tuple[_CheckSection, ...], Field(min_length=1)]
    situation: dict[Situation, _SituationSection]


def plan_in(text: str, where: Path | str, wrong: list[str]) -> Plan | None:
    """Return the plan of a text, or None after adding everything that is wrong with it: `WHERE: KEY: reason`."""
    file = parse(text, where, _PlanFile, wrong)
    if file is None:
        return None
    plan = _plan(file)
    found = [f"{where}: {mistake}" for mistake in mistakes(plan)]
    wrong += found
    return None if found else plan


def _plan(file: _PlanFile) -> Plan:
    return Plan(
        id=file.id,
        version=file.version,
        limits=CaseLimits(**file.limits.model_dump()),
        places=tuple(Place(item.id, item.name, item.holds, item.overflow, item.outdoors) for item in file.place),
        contacts=tuple(Contact(item.id, item.name, item.phone, item.role) for item in file.contact),
        escalation=file.escalation,
        checklist=tuple(CheckItem(item.id, item.text) for item in file.checklist),
        situations=tuple(
            SituationPlan(
                situation,
                item.name,
                tuple(
                    PlanStep(step.id, step.text, step.role, step.within_s, step.contact, step.done_by)
                    for step in item.step
                ),
            )
            for situation, item in file.situation.items()
        ),
        co_signed=file.co_signed,
        referral=file.referral,
        near_minutes=file.near.minutes,
        near_hours=file.near.hours,
    )
