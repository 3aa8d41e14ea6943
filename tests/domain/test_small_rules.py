"""Masking, times, ids and the JSON codec."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.ids import uuid7
from kiosk.domain.masking import mask_name, mask_phone, mask_plate
from kiosk.domain.record import Visit
from kiosk.domain.times import from_wire, local_day, local_midnight, to_ms, to_wire
from kiosk.domain.visit import Step
from kiosk.domain.wire import from_json, to_json
from tests.domain.builders import ZONE, at, booking, visit

_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by `timezones`


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张小明", "张*明"),
        ("李雷", "李*"),
        ("欧阳小明", "欧*明"),
        ("李", "李*"),
        ("Ann Lee", "A*e"),
        ("  张 小明 ", "张*明"),
        ("", "*"),
    ],
)
def test_a_name_is_masked(name: str, masked: str) -> None:
    """Its owner knows it, a bystander does not."""
    assert mask_name(name) == masked


@given(name=st.text(min_size=1, max_size=20))
def test_a_masked_name_never_shows_more_than_two_signs(name: str) -> None:
    """However long the name is."""
    assert len(mask_name(name).replace("*", "")) <= 2


@pytest.mark.parametrize(
    ("plate", "masked"),
    [("冀A12345", "冀A***45"), ("冀AD12345", "冀A****45"), ("冀A1", "***"), ("", ""), ("冀A12", "****")],
)
def test_a_plate_is_masked(plate: str, masked: str) -> None:
    """Province and letter say the district, not the car; a short one shows nothing."""
    assert mask_plate(plate) == masked


@pytest.mark.parametrize(("phone", "masked"), [("13912345678", "139****5678"), ("0311-86", "*******"), (" ", "")])
def test_a_telephone_number_is_masked(phone: str, masked: str) -> None:
    """Head and tail are enough to find its owner in a list; a short one shows nothing."""
    assert mask_phone(phone) == masked


@given(moment=_MOMENTS)
def test_a_time_travels_with_milliseconds_and_comes_back(moment: datetime) -> None:
    """What is written is what is read, cut to milliseconds."""
    text = to_wire(moment)
    assert text.endswith("Z")
    assert timedelta(0) <= moment - from_wire(text) < timedelta(milliseconds=1)
    assert to_wire(from_wire(text)) == text


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    """The wire knows one zone."""
    local = datetime(2020, 3, 10, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert to_wire(local) == "2020-03-10T00:30:00.000Z"
    assert from_wire("2020-03-10T08:30:00+08:00") == datetime(2020, 3, 10, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2020-03-10T00:30:00.000", "soon", ""])
def test_a_time_without_a_zone_is_none(text: str) -> None:
    """A time that could mean two moments is refused."""
    with pytest.raises(ValueError, match=r"zone|isoformat"):
        from_wire(text)


def test_milliseconds_are_whole() -> None:
    """No float ever rounds an id's time."""
    assert to_ms(datetime(2020, 3, 10, 0, 30, 0, 999_999, tzinfo=UTC)) == 1583800200999


def test_the_local_day_turns_at_local_midnight() -> None:
    """16:00 in UTC is midnight in Shanghai."""
    before = datetime(2020, 3, 9, 15, 59, 59, tzinfo=UTC)
    assert local_day(before, ZONE).isoformat() == "2020-03-09"
    assert local_day(before + timedelta(seconds=1), ZONE).isoformat() == "2020-03-10"
    assert local_midnight(at(23, 59), ZONE) == datetime(2020, 3, 9, 16, tzinfo=UTC)


@given(first=st.integers(0, 2**48 - 2), later=st.integers(1, 10**9), one=st.integers(0), other=st.integers(0))
def test_an_id_made_later_sorts_later(first: int, later: int, one: int, other: int) -> None:
    """RFC 9562: version 7 sorts by time."""
    then = min(2**48 - 1, first + later)
    assert uuid7(first, one) < uuid7(then, other)


def test_an_id_is_a_uuid_of_version_7() -> None:
    """The example of RFC 9562, appendix A.6."""
    randomness = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert uuid7(0x017F22E279B0, randomness) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_records_survive_json() -> None:
    """One codec for bodies, state tables and messages."""
    known = visit(Step.RESTING, rest_until=at(10, 5))
    data = to_json(known)
    assert data["first_contact"].endswith("Z")
    assert from_json(Visit, data) == known
    assert from_json(type(booking()), to_json(booking())) == booking()


def test_json_of_another_form_is_refused() -> None:
    """A record is whole or it is none."""
    with pytest.raises(ValueError, match="step"):
        from_json(Visit, {**to_json(visit()), "step": "flying"})
