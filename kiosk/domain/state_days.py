"""What entries about the kiosk, its day and its guards do to the state; part of `state.py: apply`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain import by_hand, reference
from kiosk.domain.entry import Entry, EntryKind, canonical
from kiosk.domain.record import Hold
from kiosk.domain.state_keeper import State
from kiosk.domain.times import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

INSIDE: Final = "inside"
DAY_OPENED: Final = "day_opened"
TYPED_WRONG: Final = "typed_wrong"
EXTRA_LATE: Final = "extra_late_min"
COLD_BY_HAND: Final = "cold_by_hand"  # 1 while a guard says that visitors come in from the cold

_OF_TODAY: Final = (INSIDE, TYPED_WRONG, EXTRA_LATE, COLD_BY_HAND)


def empties_hall(kind: EntryKind, body: Mapping[str, Any]) -> bool:
    """Tell whether nobody counts as inside from here on: a new day begins, or a guard closed the day by name.

    The hour at which the doors close empties no hall: who is still inside then is counted until they leave.
    """
    return kind is EntryKind.DAY_OPENED or (kind is EntryKind.DAY_CLOSED and bool(body.get("guard_id")))


def _day_turned(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    before = state.count(DAY_OPENED)
    if "counter" in body:
        state.set_count(body["counter"], body["count"])
    is_emptied = empties_hall(entry.kind, body)
    for name in _OF_TODAY:
        if is_emptied or name != INSIDE:
            state.set_count(name, 0)
    if entry.kind is EntryKind.DAY_OPENED:
        # Those of the day before stay, and so do those of the day that was opened last, however long ago the clock
        # says that was: once it is set back it must not give a number twice.
        day = date.fromisoformat(body["day"]).toordinal()
        state.drop_days(date.fromordinal(max(1, min(day - 1, before or day))))


def _erased(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    """Forget what only erased entries counted, on a kiosk that has opened no day since as well."""
    if "before" not in body:
        return
    before = date.fromisoformat(body["before"])
    state.drop_days(before)
    if state.count(DAY_OPENED) < before.toordinal():
        for name in _OF_TODAY:
            state.set_count(name, 0)


def _hold_placed(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    from_day, until_day = date.fromisoformat(body["from"]), date.fromisoformat(body["until"])
    state.put_hold(Hold(body["hold_id"], from_day, until_day, entry.happened_at))


def _hold_lifted(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    hold = state.hold(body["hold_id"])
    if hold is not None:
        state.put_hold(replace(hold, lifted_at=entry.happened_at))


def _typed_wrong(state: State, _entry: Entry, _body: Mapping[str, Any]) -> None:
    state.set_count(TYPED_WRONG, state.count(TYPED_WRONG) + 1)


def _typing_reopened(state: State, _entry: Entry, _body: Mapping[str, Any]) -> None:
    state.set_count(TYPED_WRONG, 0)


def _widened(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    state.set_count(EXTRA_LATE, body["minutes"])


def _cold_set(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    state.set_count(COLD_BY_HAND, int(body["is_on"]))


def is_cold_by_hand(state: State) -> bool:
    """Tell whether a guard said today that visitors come in from the cold."""
    return state.count(COLD_BY_HAND) > 0


def _shift_name(body: Mapping[str, Any]) -> str:
    return f"shift:{body['guard_id']}:{body['day']}"


def _shift_begun(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    known = {"begun_at": to_wire(entry.happened_at), "role": body["role"], "checks": body["checks"]}
    state.put_fact(_shift_name(body), canonical(known))


def _shift_ended(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    state.put_fact(_shift_name(body), None)


def _situation_name(body: Mapping[str, Any]) -> str:
    return f"situation:{body['run_id']}:{body['day']}"


def _situation_begun(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    known: dict[str, Any] = {"situation": body["situation"], "begun_at": to_wire(entry.happened_at), "ticked": {}}
    state.put_fact(_situation_name(body), canonical(known))


def _situation_ticked(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    known = json.loads(state.fact(_situation_name(body)) or "null")
    if known is not None:
        known["ticked"][body["item"]] = to_wire(entry.happened_at)
        state.put_fact(_situation_name(body), canonical(known))


def _situation_ended(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    state.put_fact(_situation_name(body), None)


def _counted(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    """The guard counted the hall; this kiosk's part of the sum takes up the difference."""
    state.set_count(INSIDE, body["here"])


def _exit_sensed(state: State, _entry: Entry, body: Mapping[str, Any]) -> None:
    state.set_count(INSIDE, state.count(INSIDE) - bool(body["counts"]))


def _signed(state: State, entry: Entry, body: Mapping[str, Any]) -> None:
    """A wrong PIN makes that account wait; the right one, or a badge, ends the wait."""
    name = f"lockout:{body['guard_id']}:{body['day']}"
    is_wrong = entry.kind is EntryKind.SIGN_IN_FAILED
    state.put_fact(name, canonical({"wrong": body["wrong"], "until": body["until"]}) if is_wrong else None)


HANDLERS: Final[Mapping[EntryKind, Callable[[State, Entry, Mapping[str, Any]], None]]] = {
    EntryKind.DAY_OPENED: _day_turned,
    EntryKind.DAY_CLOSED: _day_turned,
    EntryKind.ERASED: _erased,
    EntryKind.HOLD_PLACED: _hold_placed,
    EntryKind.HOLD_LIFTED: _hold_lifted,
    EntryKind.TYPED_WRONG: _typed_wrong,
    EntryKind.TYPING_REOPENED: _typing_reopened,
    EntryKind.TOLERANCE_WIDENED: _widened,
    EntryKind.COLD_MODE_SET: _cold_set,
    EntryKind.SHIFT_BEGUN: _shift_begun,
    EntryKind.SHIFT_ENDED: _shift_ended,
    EntryKind.SITUATION_BEGUN: _situation_begun,
    EntryKind.SITUATION_TICKED: _situation_ticked,
    EntryKind.SITUATION_ENDED: _situation_ended,
    EntryKind.COUNTED: _counted,
    EntryKind.EXIT_SENSED: _exit_sensed,
    EntryKind.SIGNED_IN: _signed,
    EntryKind.SIGN_IN_FAILED: _signed,
    EntryKind.REFERENCE_CHECKED: reference.note,
    EntryKind.INSTRUMENT_CHOSEN: by_hand.note,
}
