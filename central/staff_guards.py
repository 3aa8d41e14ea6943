"""The staff's part of a site's page about guards: their badges, and the cases that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from central.staff_html import Html, Words, joined
from kiosk.domain.masking import mask_name

if TYPE_CHECKING:
    from central.core import Desk
    from central.guard_scene import CaseNow

LOUDEST = 3


def figures(desk: Desk, words: Words, site_id: str) -> Html:
    """Return the day in figures."""
    counted = desk.day_figures.of(site_id)
    shown = {
        "cases_today": counted.cases,
        "overrides_today": counted.overrides,
        "walk_ins_today": counted.walk_ins,
        "refused_today": counted.refused_measuring,
    }
    return joined([words.fill("figure", value=value, words=words.t(key)) for key, value in shown.items()])


def open_cases(desk: Desk, words: Words, site_id: str) -> Html:
    """Return the open cases, the most pressing first: numbers, never names."""
    guards = Words(words.language, "guard")
    found = desk.scenes.of(site_id).open_cases
    return joined([_case(words, guards, item) for item in found])


def _case(words: Words, guards: Words, item: CaseNow) -> Html:
    need = guards.t(f"need.{item.due.need}") if item.due is not None else ""
    late = words.t("late", level=item.loud) if item.loud else words.t("in_time")
    step = guards.t(f"step.{item.standing.step}")
    loud = min(item.loud, LOUDEST)
    return words.fill("open_case", label=item.case.label, step=step, need=need, late=late, tone="look" if loud else "")


def guard_rows(desk: Desk, words: Words, site_id: str, csrf: str) -> Html:
    """Return the guards of a site, masked, each with the way to a badge."""
    guards = Words(words.language, "guard")
    return joined(
        [
            words.fill(
                "guard_account",
                site=site_id,
                guard=guard.id,
                name=mask_name(guard.name),
                role=guards.t(f"role.{guard.role}"),
                badge=words.t("has_badge" if guard.badge_hash else "no_badge"),
                remove=words.fill("badge_remove", site=site_id, guard=guard.id, csrf=csrf) if guard.badge_hash else "",
                csrf=csrf,
            )
            for guard in desk.roster.of_site(site_id)
        ]
    )
