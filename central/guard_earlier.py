"""What was done for a case earlier, written down on the guard's page with the time at which it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from central.staff_html import Html, joined
from kiosk.domain.case import CaseEvent, CaseStep, Role
from kiosk.domain.case_wish import MINUTES_AGO
from kiosk.domain.plan import free_places
from kiosk.domain.plan_steps import done

if TYPE_CHECKING:
    from collections.abc import Iterable

    from central.guard_case import CasePage
    from kiosk.domain.plan import PlanStep

AGO: Final = tuple(str(minutes) for minutes in MINUTES_AGO)
"""How many minutes ago something may be said to have been done, as a form has it."""


def earlier(page: CasePage, steps: Iterable[PlanStep]) -> Html:
    """Return the form by which a step, a place or a report is written down late; nothing where there is none."""
    words, acts = page.reader.words, [*_steps(page, steps), *_acts(page)]
    if not acts:
        return Html("")
    times = [(ago, words.t(f"minutes_ago.{ago}")) for ago in AGO]
    what = _select(page, "act", words.t("what_earlier"), acts)
    when = _select(page, "ago", words.t("when_earlier"), times)
    save = words.fill("guard_save", words=words.t("keep_earlier"))
    return words.fill(
        "guard_choice", id="earlier", words=words.t("earlier"), form=page.form(joined([what, when, save]))
    )


def _select(page: CasePage, name: str, label: str, options: Iterable[tuple[str, str]]) -> Html:
    words = page.reader.words
    # Nothing is chosen beforehand: when something was done must be somebody's word.
    lines = [words.fill("guard_option", value="", words="—", chosen=" selected")]
    lines += [words.fill("guard_option", value=value, words=said, chosen="") for value, said in options]
    return words.fill("guard_select", label=label, name=name, options=joined(lines))


def _steps(page: CasePage, steps: Iterable[PlanStep]) -> list[tuple[str, str]]:
    role, steps = Role(page.reader.guard.role), tuple(steps)
    behind = done(page.item.case, steps)
    able = [step for step in steps if step.id not in behind and role.may_act_as(step.role)]
    return [(f"{CaseEvent.TICKED}:{step.id}", getattr(step.text, page.reader.words.language)) for step in able]


def _acts(page: CasePage) -> list[tuple[str, str]]:
    """Return the places and the contacts that may be named as the case stands."""
    words, standing = page.reader.words, page.item.standing
    found: list[tuple[str, str]] = []
    if standing.disposition is None:
        there = [place for place in free_places(page.scene.places) if place.id != standing.place_id]
        found += [
            (f"{CaseEvent.PLACED}:{item.id}", f"{words.t('put_in')} · {getattr(item.name, words.language)}")
            for item in there
        ]
    if standing.step is not CaseStep.CLOSED:
        found += [
            (f"{CaseEvent.REPORTED}:{item.id}", f"{words.t('reported_to')} · {getattr(item.name, words.language)}")
            for item in page.scene.plan.contacts
        ]
    return found
