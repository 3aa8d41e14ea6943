"""Times as they travel, and as the server's clock has them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiosk.domain.times import by_server


@pytest.mark.parametrize("offset_ms", [None, 0, 2**53 - 1, 1 - 2**53])
def test_a_difference_that_is_none_or_no_calendars_changes_no_time(offset_ms: int | None) -> None:
    """Whatever stands in a log, what is old can be told."""
    moment = datetime(2020, 3, 10, 1, tzinfo=UTC)
    assert by_server(moment, offset_ms) == moment
    assert by_server(moment, -90_000) == datetime(2020, 3, 10, 0, 58, 30, tzinfo=UTC)
