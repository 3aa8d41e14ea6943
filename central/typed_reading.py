"""A clinical reading that a guard types at the server's page: what was typed, and the entry that it becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.course import judged_by
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import Before, Flag, Reading, assess
from kiosk.domain.wire import to_json

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.case import Case
    from kiosk.domain.policy import Policy
    from kiosk.domain.record import Visit

SITES: Final = (BodySite.AXILLA, BodySite.EAR, BodySite.ORAL)
"""Where a clinical thermometer is held; what a case needs is a clinical reading."""

_TWICE_BELOW_CC: Final = 3500  # temperature-facts.md section 1: entered twice outside 35.0 to 39.0 °C
_TWICE_ABOVE_CC: Final = 3900
_NUMBER: Final = re.compile(r"([0-9]{2})[.,。．]([0-9]{1,2})", re.ASCII)  # whatever point the keyboard has


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: where it was measured, the number, and the number again, "" when it was typed once."""

    site: str
    value: str
    again: str = ""


def wrong_with(typed: Typed) -> str:
    """Return what is wrong with it (words: `hindrance.<...>`), or "" when it can be judged."""
    value_cc = _hundredths(typed.value)
    if typed.site not in {site.value for site in SITES} or value_cc is None:
        return "no_number"
    if typed.again:
        return "" if _hundredths(typed.again) == value_cc else "typed_differently"
    return "" if _TWICE_BELOW_CC <= value_cc <= _TWICE_ABOVE_CC else "type_again"


def body_of(
    case: Case, visit: Visit | None, guard_id: str, typed: Typed, policy: Policy, at: tuple[datetime, str]
) -> dict[str, Any]:
    """Return the body of the reading's entry, judged by `policy`; what was typed must not be wrong.

    `at`: when, and the site's time zone.
    """
    now, timezone = at
    reading = Reading(
        value_cc=_hundredths(typed.value) or 0,
        kind=ReadingKind.CLINICAL,
        site=BodySite(typed.site),
        device_id="manual:guard",
        taken_at=now,
        flags=(Flag.MANUAL,),
        operator_id=guard_id,
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
    """Return "37.4" as 3740; None for anything but two digits, a point and a digit or two."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) * 100 + int(found[2].ljust(2, "0")) if found else None
