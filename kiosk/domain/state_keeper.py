"""What keeps the derived state: SQLite tables on the kiosk, tables on the server, plain dictionaries in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kiosk.domain.ids import BookingId, CaseId, VisitId
    from kiosk.domain.record import Case, Hold, Visit


class State(Protocol):
    """Where the derived state lives."""

    def visit(self, visit_id: VisitId) -> Visit | None:
        """Return one visit, or None."""
        ...

    def put_visit(self, visit: Visit) -> None:
        """Keep a visit, replacing what was known of it."""
        ...

    def visits_of(self, booking_id: BookingId) -> Sequence[Visit]:
        """Return the visits of one booking, by first contact."""
        ...

    def open_visits(self) -> Sequence[Visit]:
        """Return the visits that are not decided, and refused ones that a guard may settle, oldest first."""
        ...

    def case(self, case_id: CaseId) -> Case | None:
        """Return one case, or None."""
        ...

    def put_case(self, case: Case) -> None:
        """Keep a case, replacing what was known of it."""
        ...

    def open_cases(self) -> Sequence[Case]:
        """Return the cases without a disposition, oldest first."""
        ...

    def count(self, name: str) -> int:
        """Return a counter; 0 when it was never set."""
        ...

    def set_count(self, name: str, value: int) -> None:
        """Set a counter."""
        ...

    def drop_counts(self, before: date) -> None:
        """Forget the counters of days before `before`; their names end with the day (`queue:2020-03-10`)."""
        ...

    def hold(self, hold_id: str) -> Hold | None:
        """Return one legal hold, or None."""
        ...

    def put_hold(self, hold: Hold) -> None:
        """Keep a legal hold, replacing what was known of it."""
        ...

    def holds(self) -> Sequence[Hold]:
        """Return the legal holds that stand, by id."""
        ...
