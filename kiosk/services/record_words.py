"""What an entry says beyond its kind, in one word for a list: a text key, a value, or the plan's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.case_wish import REMARKS
from kiosk.domain.correction import celsius
from kiosk.domain.entry import EntryKind
from kiosk.domain.plan import Situation
from kiosk.services.health import FAULT, state_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.domain.plan import Plan
    from kiosk.domain.site import Words

_KEYS: Final[Mapping[EntryKind, tuple[str, str]]] = {
    EntryKind.HELD: ("guard.cause.", "cause"),
    EntryKind.OVERRIDDEN: ("override.", "why"),
    EntryKind.WALKED_IN: ("walk_in.", "why"),
    EntryKind.CASE_OPENED: ("case.cause.", "cause"),
}
"""Kinds of which one field is a text key's end."""

_PLAIN: Final[Mapping[EntryKind, str]] = {
    EntryKind.ADMITTED: "number",
    EntryKind.LINED_UP: "number",
    EntryKind.COUNTED: "inside",
    EntryKind.EXIT_SENSED: "inside",
    EntryKind.TOLERANCE_WIDENED: "minutes",
    EntryKind.EXPORTED: "form",
    EntryKind.INSTRUMENT_CHOSEN: "serial",
    EntryKind.LATE_ENTRY: "sheet_no",
}
"""Kinds of which one field is shown as it is."""


def detail_of(kind: EntryKind, body: Mapping[str, Any], plan: Plan) -> Words | str:
    """Return what an entry says beyond its kind; "" when that is all, or the body is gone."""
    if kind in _KEYS:
        before, name = _KEYS[kind]
        return f"{before}{body[name]}" if body.get(name) else ""
    if kind in _PLAIN:
        return str(body.get(_PLAIN[kind], ""))
    special = _SPECIAL.get(kind)
    return special(body, plan) if special is not None and body else ""


def _refused(body: Mapping[str, Any], _plan: Plan) -> str:
    return f"guard.cause.{next(iter(body.get('reasons', ())), 'unexpected')}"


def _reading(body: Mapping[str, Any], _plan: Plan) -> str:
    reading: Mapping[str, Any] = body.get("reading") or {}
    value = reading.get("value_cc")
    return f"{celsius(value)} °C" if value is not None else f"guard.outcome.{body['outcome']}"


def _turned_away(body: Mapping[str, Any], _plan: Plan) -> str:
    return f"case.disposition.{body['disposition']}" if body.get("disposition") else ""


def _case_acted(body: Mapping[str, Any], plan: Plan) -> Words | str:
    """Return what tells an act best: the decision, the step, the remark, the place, whom, else what was done."""
    place, contact = plan.place(body.get("place_id", "")), plan.contact(body.get("to", ""))
    step = _step(body, plan) if body.get("item") else ""
    note = body.get("note", "") if body["event"] != "heard" else ""
    told = _turned_away(body, plan) or step or (f"case.note.{note}" if note in REMARKS else note)
    if told:
        return told
    named = place or contact
    return named.name if named is not None else f"case.event.{body['event']}"


def _device(body: Mapping[str, Any], _plan: Plan) -> str:
    return state_key(body["device"], body.get("state", FAULT)) or f"device.{body['device']}"


def _situation(body: Mapping[str, Any], plan: Plan) -> Words | str:
    known = next((item for item in plan.situations if item.situation.value == body["situation"]), None)
    return known.name if known is not None else ""


def _step(body: Mapping[str, Any], plan: Plan) -> Words | str:
    steps = [step for situation in Situation for step in plan.steps(situation) if step.id == body["item"]]
    return steps[0].text if len({step.text for step in steps}) == 1 else ""


_SPECIAL: Final[Mapping[EntryKind, Callable[[Mapping[str, Any], Plan], Words | str]]] = {
    EntryKind.REFUSED: _refused,
    EntryKind.READING: _reading,
    EntryKind.TURNED_AWAY: _turned_away,
    EntryKind.DEVICE: _device,
    EntryKind.CASE_ACTED: _case_acted,
    EntryKind.SITUATION_BEGUN: _situation,
    EntryKind.SITUATION_ENDED: _situation,
    EntryKind.SITUATION_TICKED: _step,
}
