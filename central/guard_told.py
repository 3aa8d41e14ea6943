"""What the page of a case tells: what is known of it, the plan's steps, its readings and everything that was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from central.guard_board import clock_time, contact_name, kiosk_name, place_name
from central.guard_earlier import earlier
from central.staff_html import Html, Words, joined
from kiosk.domain.case import CaseEvent, CaseStep, Role
from kiosk.domain.correction import celsius
from kiosk.domain.plan import OF_CAUSE
from kiosk.domain.plan_steps import done_at

if TYPE_CHECKING:
    from central.guard_case import CasePage
    from kiosk.domain.case import CaseAct
    from kiosk.domain.plan import PlanStep
    from kiosk.domain.record import Measured


def facts_of(page: CasePage) -> Html:
    """Return what is known of a case: who has it, where the visitor is, why and when it began."""
    words, standing, opening = page.reader.words, page.item.standing, page.item.case.opening
    facts = [("has", _name(page, standing.guard_id) if standing.guard_id else words.t("nobody"))]
    if standing.is_in_place:
        since = f" · {words.t('since', time=clock_time(page.scene, standing.placed_at))}" if standing.placed_at else ""
        facts.append(("place", place_name(page.scene, standing.place_id, words) + since))
    if opening is not None:
        facts.append(("cause_of", words.t(f"cause.{opening.cause}")))
        facts.append(("opened", f"{clock_time(page.scene, opening.at)} · {kiosk_name(opening.kiosk_id, words)}"))
    if standing.disposition is not None:
        to = f" · {contact_name(page.scene, standing.disposed_to, words)}" if standing.disposed_to else ""
        facts.append(("disposed", words.t(f"disposition.{standing.disposition}") + to))
    if page.visit is not None and page.visit.declared_yes:
        facts.append(("declared", " · ".join(_question(page, item) for item in page.visit.declared_yes)))
    return _facts(words, [(words.t(key), value) for key, value in facts])


def told(page: CasePage) -> Html:
    """Return the right half of the page."""
    words = page.reader.words
    parts = [("steps", _steps(page)), ("readings", _readings(page)), ("remark", _remark(page))]
    parts += [("history", _history(page)), ("person", _person(page))]
    return joined([page.part(words.t(title), inner) for title, inner in parts if inner])


def _question(page: CasePage, question_id: str) -> str:
    """Return what was asked: by the site's own words, else by ours, else by its id."""
    words, asked = page.reader.words, page.scene.questions.get(question_id)
    if asked is not None:
        return getattr(asked, words.language)
    key = f"question.{question_id}"
    return words.t(key) if words.has(key) else question_id


def _name(page: CasePage, guard_id: str) -> str:
    return page.scene.names.get(guard_id, guard_id)


def _facts(words: Words, facts: list[tuple[str, str]]) -> Html:
    return joined([words.fill("guard_fact", name=name, value=value) for name, value in facts])


def _steps(page: CasePage) -> Html:
    opening = page.item.case.opening
    steps = page.scene.plan.steps(OF_CAUSE[opening.cause]) if opening is not None else ()
    lines = joined([_step(page, item) for item in steps])
    shown = page.reader.words.fill("guard_list", tone="steps", inner=lines) if lines else lines
    return joined([shown, earlier(page, steps)])


def _step(page: CasePage, step: PlanStep) -> Html:
    words = page.reader.words
    contact = page.scene.plan.contact(step.contact)
    call = Html("")
    if contact is not None:
        call = words.fill("guard_call", phone=contact.phone, name=getattr(contact.name, words.language))
    is_done = done_at(page.item.case, step) is not None
    tick: Html | str
    if is_done:
        tick = "✓ " + words.t("done_already")
    elif Role(page.reader.guard.role).may_act_as(step.role):
        tick = page.form(page.button(f"ticked:{step.id}", words.t("tick"), "second"))
    else:
        tick = words.t(f"role.{step.role}")
    text = getattr(step.text, words.language)
    return words.fill("guard_step", tone="done" if is_done else "", words=text, contact=call, tick=tick)


def _readings(page: CasePage) -> Html:
    words = page.reader.words
    own = page.visit.readings if page.visit is not None else ()
    # One that was taken within the case is known from both sides.
    taken = {(item.at, item.device_id, item.value_cc): item for item in (*own, *page.item.standing.readings)}
    if not taken:
        return words.fill("guard_why_not", words=words.t("no_readings"), why="")
    lines = [
        words.fill(
            "guard_line",
            tone="",
            left=_reading(item, words),
            since="",
            right=clock_time(page.scene, item.at),
        )
        for item in sorted(taken.values(), key=lambda item: item.at)
    ]
    return words.fill("guard_list", tone="plain", inner=joined(lines))


def _reading(item: Measured, words: Words) -> str:
    said = f"{celsius(item.value_cc)} °C" if item.value_cc is not None else "—"
    site = f" · {words.t(f'site.{item.site}')}" if words.has(f"site.{item.site}") else ""
    return f"{said} · {words.t(f'outcome.{item.outcome_key}')}{site}"


def _remark(page: CasePage) -> Html:
    words = page.reader.words
    values = {"label": words.t("remark_how"), "act": "remarked", "button": words.t("keep_remark")}
    return page.form(words.fill("guard_words", **values))


def _history(page: CasePage) -> Html:
    words, case = page.reader.words, page.item.case
    void = {act.entry for act in page.item.standing.void}
    lines: list[Html] = []
    if case.opening is not None:
        who = _name(page, case.opening.guard_id) if case.opening.guard_id else words.t("program")
        said = f"{words.t('event.opened')} · {who} · {kiosk_name(case.opening.kiosk_id, words)}"
        at = clock_time(page.scene, case.opening.at)
        lines.append(words.fill("guard_line", tone="", left=said, since="", right=at))
    for act in sorted(case.acts, key=lambda act: act.order):
        said = _done(page, act)
        if act.entry in void:
            said += f" · {words.t('void')}"
        tone, at = ("void" if act.entry in void else ""), clock_time(page.scene, act.at)
        lines.append(words.fill("guard_line", tone=tone, left=said, since="", right=at))
    return words.fill("guard_list", tone="plain", inner=joined(lines))


def _done(page: CasePage, act: CaseAct) -> str:
    """Return one thing that was done, in words: what, by whom, where."""
    words = page.reader.words
    who = (
        _name(page, act.guard_id)
        if act.guard_id
        else words.t("program" if act.event is CaseEvent.ESCALATED else "nobody_named")
    )
    parts = [words.t(f"event.{act.event}"), _detail(page, act), who, kiosk_name(act.kiosk_id, words)]
    return " · ".join(part for part in parts if part)


def _detail(page: CasePage, act: CaseAct) -> str:
    words = page.reader.words
    if act.place_id:
        return place_name(page.scene, act.place_id, words)
    if act.reading is not None:
        return _reading(act.reading, words)
    to = contact_name(page.scene, act.to, words) if act.to else ""
    if act.disposition is not None:
        return " → ".join(part for part in (words.t(f"disposition.{act.disposition}"), to) if part)
    if act.event is CaseEvent.TICKED:
        opening = page.item.case.opening
        steps = page.scene.plan.steps(OF_CAUSE[opening.cause]) if opening is not None else ()
        found = next((step for step in steps if step.id == act.item), None)
        return getattr(found.text, words.language) if found is not None else act.item
    note = f"note.{act.note}"
    return to or (words.t(note) if words.has(note) else act.note)


def _person(page: CasePage) -> Html:
    """Return who it is, once the look was recorded, or the form that asks for it; leaders and above only."""
    words = page.reader.words
    if not Role(page.reader.guard.role).may_act_as(Role.LEADER):
        return Html("")
    if page.was_looked_up:
        person = page.person
        facts = [("name", person.name), ("phone", person.phone), ("plate", person.plate)] if person is not None else []
        shown = _facts(words, [(words.t(key), value) for key, value in facts if value])
        return words.fill("guard_person", facts=shown, none="" if shown else words.t("no_booking"))
    if page.item.standing.step is CaseStep.CLOSED:
        return Html("")
    values = {"label": words.t("person_how"), "act": "look_up", "button": words.t("look_up")}
    return page.form(words.fill("guard_words", **values), under="/person")
