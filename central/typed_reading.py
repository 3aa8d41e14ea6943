"""A clinical reading that a guard types at the server's page: what was typed, and the entry that it becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain import by_hand
from kiosk.domain.course import judged_by
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Before, assess
from kiosk.domain.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kiosk.domain.case import Case
    from kiosk.domain.policy import Instrument, Policy
    from kiosk.domain.record import Visit

SITES: Final = (BodySite.AXILLA, BodySite.EAR, BodySite.ORAL)
"""Where a clinical thermometer is held; what a case needs is a clinical reading."""

_NUMBER: Final = re.compile(r"([0-9]{2})(?:[.,。．]([0-9]{1,2})|([0-9]))", re.ASCII)  # whatever point the keyboard has


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: where it was measured, the number, the number again or "", the serial of the thermometer."""

    site: str
    value: str
    again: str = ""
    serial: str = ""


def clinical(listed: Sequence[Instrument]) -> tuple[Instrument, ...]:
    """Return those of the guards' thermometers that give clinical readings."""
    return tuple(item for item in listed if set(item.sites) & set(SITES))


def wrong_with(typed: Typed, listed: Sequence[Instrument] = ()) -> str:
    """Return what is wrong with it (words: `hindrance.<...>`), or "" when it can be judged.

    `listed`: the guards' thermometers; where there are any, it says with which one, and that one measures there.
    """
    value_cc = _hundredths(typed.value)
    if typed.site not in {site.value for site in SITES} or value_cc is None:
        return "no_number"
    if listed:
        instrument = by_hand.find(listed, typed.serial)
        if instrument is None:
            return "no_instrument"
        if typed.site not in instrument.sites:
            return "not_measured_there"
    if typed.again:
        return "" if _hundredths(typed.again) == value_cc else "typed_differently"
    return "" if by_hand.is_usual(value_cc) else "type_again"


def body_of(
    case: Case, visit: Visit | None, guard_id: str, typed: Typed, policy: Policy, at: tuple[datetime, str]
) -> dict[str, Any]:
    """Return the body of the reading's entry, judged by `policy`; what was typed must not be wrong.

    `at`: when, and the site's time zone.
    """
    now, timezone = at
    reading = by_hand.reading_of(
        by_hand.Typed(_hundredths(typed.value) or 0, BodySite(typed.site)),
        guard_id,
        by_hand.find(policy.instruments, typed.serial),
        now,
        timezone,
    )
    # A clinical reading stands for itself: what was measured before it does not change what it says.
    assessment = assess(reading, policy.screening)
    before = {item.at for item in (*case.standing().readings, *(visit.readings if visit is not None else ()))}
    return {
        "visit_id": case.visit_id,
        "reading": to_json(reading),
        "reading_no": len(before) + 1,
        "outcome": assessment.outcome.value,
        "reasons": list(assessment.reasons),
        "policy_id": policy.id,
        "policy_version": policy.version,
        "case_id": case.id,
        "turn": case.next_turn,
        **judged_by(reading, policy.screening, Before(), timezone),
    }


def _hundredths(text: str) -> int | None:
    """Return "37.4" as 3740, and "374" as on a kiosk's keys; None for anything else than that or "37.45"."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) * 100 + int((found[2] or found[3]).ljust(2, "0")) if found else None
