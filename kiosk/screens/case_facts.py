"""What the page of a case says, as rows: label, value and mood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.screens.visit_facts import declared

if TYPE_CHECKING:
    from kiosk.screens.stage import Stage
    from kiosk.services.guard_views import CaseView

Row = tuple[str, ...]


def facts(case: CaseView, stage: Stage) -> list[Row]:
    """Return what is known of a case, in the first language."""
    texts = stage.texts
    opened = " · ".join([stage.clock(case.opened_at), *([case.kiosk] if case.kiosk else [])])
    rows: list[Row] = [
        (texts.t("case.why"), texts.t(f"case.cause.{case.cause}")),
        (texts.t("case.guard"), case.guard or texts.t("case.nobody"), "" if case.guard else "look"),
        (texts.t("case.opened"), opened),
    ]
    if case.declared_keys:
        said = [declared(key, stage) for key in case.declared_keys]
        rows.append((texts.t("guard.answered_yes"), " · ".join(said)))
    for name, at in case.reported:
        rows.append((texts.t("case.reported"), f"{stage.say(name)} · {stage.clock(at)}"))
    if case.disposition is not None:
        to = stage.say(case.disposed_to)
        rows.append((texts.t("case.ended_as"), _joined(texts.t(f"case.disposition.{case.disposition}"), to)))
    if case.dirty:
        rows.append((texts.t("case.dirty"), " · ".join(stage.say(name) for _id, name in case.dirty), "look"))
    known = case.others_age_s is not None
    age = texts.t("case.others_age", age=stage.age(case.others_age_s or 0)) if known else texts.t("case.others_never")
    return [*rows, (texts.t("case.others"), age)]


def readings(case: CaseView, stage: Stage) -> list[Row]:
    """Return the readings, the oldest first."""
    texts = stage.texts
    rows: list[Row] = []
    for at, celsius, outcome, site in case.readings:
        mood = "well" if outcome == "normal" else "look"
        said = [texts.t("guard.reading", celsius=celsius)] if celsius else []
        said += [texts.t(f"guard.site.{site}")] if texts.has(f"guard.site.{site}") else []
        rows.append((stage.clock(at), " · ".join([*said, texts.t(f"guard.outcome.{outcome}")]), mood))
    return rows


def history(case: CaseView, stage: Stage) -> list[Row]:
    """Return what was done, the newest first: when and by whom, then what."""
    texts = stage.texts
    rows: list[Row] = []
    for line in reversed(case.history):
        event = texts.t(f"case.event.{line.event}")
        void = texts.t("case.void") if line.is_void else ""
        said = _joined(event, stage.say(line.detail), stage.say(line.to), void)
        rows.append((f"{stage.clock(line.at)} · {line.who or texts.t('case.program')}", said))
    return rows


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
