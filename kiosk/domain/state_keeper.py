"""What keeps the derived state: SQLite tables on the kiosk, tables on the server, plain dictionaries in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from kiosk.domain.case import Case
    from kiosk.domain.ids import BookingId, CaseId, VisitId
    from kiosk.domain.record import Hold, Visit


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

    def case_of(self, visit_id: VisitId) -> Case | None:
        """Return the case of a visit, the last one opened, or None."""
        ...

    def put_case(self, case: Case) -> None:
        """Keep a case, replacing what was known of it."""
        ...

    def open_cases(self) -> Sequence[Case]:
        """Return the cases that are not closed, as far as this log knows, oldest first."""
        ...

    def cases_since(self, moment: datetime) -> Sequence[Case]:
        """Return the cases that were opened at `moment` or later, and those that are not closed, oldest first."""
        ...

    def count(self, name: str) -> int:
        """Return a counter; 0 when it was never set."""
        ...

    def set_count(self, name: str, value: int) -> None:
        """Set a counter."""
        ...

    def fact(self, name: str) -> str | None:
        """Return a small thing that holds for a day, as JSON text, or None."""
        ...

    def put_fact(self, name: str, data: str | None) -> None:
        """Keep a small thing under a name that ends with its day (`shift:guard-li:2020-03-10`); None forgets it."""
        ...

    def facts(self, prefix: str) -> Mapping[str, str]:
        """Return all whose names begin so, by name."""
        ...

    def drop_days(self, before: date) -> None:
        """Forget the counters and facts of days before `before`; their names end with the day (`queue:2020-03-10`)."""
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
