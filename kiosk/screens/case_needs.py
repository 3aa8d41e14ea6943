"""What is done about each thing that a case waits for, and which of its acts stands first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.domain.case import CaseEvent
from kiosk.domain.due import Need

if TYPE_CHECKING:
    from kiosk.services.guard_views import CaseChoice, CaseView

EVENT_OF: Final = {
    Need.ACKNOWLEDGE: CaseEvent.ACKNOWLEDGED,
    Need.PLACE: CaseEvent.PLACED,
    Need.MEASURE: CaseEvent.MEASURED,
    Need.MEASURE_AGAIN: CaseEvent.MEASURED,
    Need.DECIDE: CaseEvent.DISPOSED,
    Need.STAY: CaseEvent.DISPOSED,
    Need.REPORT: CaseEvent.REPORTED,
    Need.CLEAN: CaseEvent.CLEANED,
    Need.SIGN: CaseEvent.CO_SIGNED,
    Need.CLOSE: CaseEvent.CLOSED,
}
"""What is done about each need."""

HARD: Final = frozenset({CaseEvent.CLOSED, CaseEvent.CO_SIGNED})
"""Asked for twice: nobody can take it back."""


def main_choice(case: CaseView) -> CaseChoice | None:
    """Return what to offer first: what the case waits for, else the first that may be done."""
    able = [choice for choice in case.choices if choice.hindrance is None]
    wanted = EVENT_OF[case.need] if case.need is not None else None
    return next((choice for choice in able if choice.event is wanted), able[0] if able else None)
