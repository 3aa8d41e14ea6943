"""What came over the network has bounds beyond its types, so that whoever shows it need not ask."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone

import pytest

from kiosk.domain.bounds import MAX_NUMBER, check_bounds
from kiosk.domain.ids import is_name
from kiosk.domain.times import is_in_calendar, local_day
from tests.domain.builders import at, booking, visit


def test_an_ordinary_record_is_within_them() -> None:
    """Texts of any script, times with a zone, numbers, lists, nothing."""
    check_bounds([asdict(visit()), asdict(booking(district="裕华区")), None, 1.5, MAX_NUMBER])


@pytest.mark.parametrize("value", ["\ud800", MAX_NUMBER + 1, -(10**400), datetime(2020, 3, 10)])  # noqa: DTZ001 - that is the matter
def test_what_nobody_could_show_is_found_however_deep(value: object) -> None:
    """In a record, in a list of it."""
    with pytest.raises(ValueError, match=r"surrogates|number|time"):
        check_bounds({"readings": ({"at": at(9)}, {"value": value})})


@pytest.mark.parametrize("hours", [-23, 0, 23])
@pytest.mark.parametrize(("year", "is_in"), [(1, False), (2, True), (9998, True), (9999, False)])
def test_every_zone_has_a_day_for_a_time_of_the_calendar(year: int, is_in: bool, hours: int) -> None:
    """At both ends of the year."""
    zone = timezone(timedelta(hours=hours))
    for moment in (datetime(year, 1, 1, tzinfo=zone), datetime(year, 12, 31, 23, 59, tzinfo=zone)):
        assert is_in_calendar(moment) is is_in
        if is_in:
            assert [local_day(moment, name) for name in ("Etc/GMT+12", "Etc/GMT-14")]
            assert moment.astimezone(UTC)


@pytest.mark.parametrize(
    ("one", "is_one"),
    [("v1", True), ("x" * 64, True), ("x" * 65, False), ("", False), ("é", False), ("a\n", False), (7, False)],
)
def test_a_name_fits_a_key_of_every_database(one: object, is_one: bool) -> None:
    """Whoever made it."""
    assert is_name(one) is is_one
