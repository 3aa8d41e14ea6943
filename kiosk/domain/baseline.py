"""The adaptive baseline: what those who were found normal read, by thermometer and site of the body.

Only what a machine found normal enters it, so elevated and low readings never do; it is kept for a day, as a fact of
the state, and an entry that was judged by it holds the values that it was judged by.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain import outdoor
from kiosk.domain.entry import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kiosk.domain.policy import Adaptive
    from kiosk.domain.screening import Reading
    from kiosk.domain.state_keeper import State

_NORMAL: Final = "normal"


def name_for(reading: Reading, day: str) -> str:
    """Return the name of the fact with the baseline of `reading`'s device, site and kind on a local `day`."""
    return f"baseline:{reading.device_id}:{reading.site}:{reading.kind}:{day}"


def values(state: State, name: str, rule: Adaptive, now_ms: int) -> tuple[int, ...]:
    """Return the newest values that `rule` lets count, oldest first; at most `rule.last`."""
    young = [value for at_ms, value in _known(state, name) if 0 <= now_ms - at_ms <= 1000 * rule.max_age_s]
    return tuple(young[-rule.last :])


def threshold(found_normal: Sequence[int], rule: Adaptive) -> tuple[int, int] | None:
    """Return the adaptive limit as a fraction (numerator, denominator) of hundredths of a degree; None: too few.

    A fraction, because a mean that is rounded would decide the hundredth by itself.
    """
    if len(found_normal) < rule.last:
        return None
    kept = sorted(found_normal[-rule.last :])[1:-1]
    return sum(kept) + rule.deviation_cc * len(kept), len(kept)


def is_over(value_cc: int, found_normal: Sequence[int], rule: Adaptive) -> bool:
    """Tell whether `value_cc` reaches the adaptive limit; False while there is none."""
    limit = threshold(found_normal, rule)
    return limit is not None and value_cc * limit[1] >= limit[0]


def note(state: State, body: Mapping[str, Any]) -> None:
    """Let a reading that a machine found normal into the baseline of its entry; keep the air outside as well."""
    outdoor.note(state, body)
    wanted: Mapping[str, Any] | None = body.get("baseline")
    if wanted is None or body["outcome"] != _NORMAL:
        return
    grown = [*_known(state, wanted["name"]), [wanted["at_ms"], body["reading"]["value_cc"]]][-wanted["last"] :]
    state.put_fact(wanted["name"], canonical({"values": grown}))


def _known(state: State, name: str) -> list[list[int]]:
    text = state.fact(name)
    return json.loads(text)["values"] if text is not None else []
