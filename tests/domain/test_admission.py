"""Who may come in now: every reason, the order in which one is shown, and the edges of time to the second."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.admission import (
    CALLS_GUARD,
    LOOKS_TO_GUARD,
    ORDER,
    Door,
    Judgement,
    Reason,
    closing,
    is_site_open,
    judge,
    opening,
    serves,
    slot_opens,
)
from kiosk.domain.booking import BookingStatus
from kiosk.domain.ids import ServiceId, SiteId
from tests.domain.builders import ONLINE, VEHICLE, at, booking, door, policy, site

SECOND = timedelta(seconds=1)
BERLIN = ZoneInfo("Europe/Berlin")


def reasons(judgement: Judgement) -> list[str]:
    """Return the reasons as text."""
    return [reason.value for reason in judgement.reasons]


def test_a_booking_in_its_slot_at_its_site_has_nothing_against_it() -> None:
    """The ordinary visitor."""
    judgement = judge(booking(), door(), at(10, 30))
    assert reasons(judgement) == []
    assert judgement.shown is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": BookingStatus.CANCELLED}, "cancelled"),
        ({"status": BookingStatus.PROPOSED}, "not_confirmed"),
        ({"is_blacklisted": True}, "blacklisted"),
        ({"service": ONLINE}, "online_only"),
        ({"service": ServiceId("nobody-knows")}, "suspended_service"),
        ({"site": SiteId("branch-2")}, "wrong_site"),
        ({"slot_start": at(14), "slot_end": at(15)}, "too_early"),
        ({"slot_start": at(9), "slot_end": at(10)}, "too_late"),
        ({"slot_start": at(10, day=11), "slot_end": at(11, day=11)}, "wrong_day"),
        ({"slot_start": at(10, day=3), "slot_end": at(11, day=3)}, "wrong_day"),
    ],
)
def test_each_reason_of_the_booking_is_found_alone(changes: dict[str, object], reason: str) -> None:
    """One cause, one reason."""
    assert reasons(judge(booking(**changes), door(), at(10, 30))) == [reason]


def test_a_suspended_service_is_refused_by_policy() -> None:
    """The risk level can stop a service for the day."""
    assert reasons(judge(booking(), door(by=policy(suspended_services=(VEHICLE,))), at(10))) == ["suspended_service"]


@pytest.mark.parametrize("reason", [Reason.REVOKED, Reason.ALREADY_ARRIVED, Reason.FORGED_CODE])
def test_what_the_caller_found_already_counts(reason: Reason) -> None:
    """The code's and the log's facts stand beside the booking's."""
    assert judge(booking(), door(), at(10), frozenset({reason})).reasons == (reason,)


def test_a_booking_of_last_week_is_the_wrong_day_and_says_nothing_of_hours() -> None:
    """The visitor hears of the day; "too late" beside it would be noise."""
    old = booking(slot_start=at(10, day=3), slot_end=at(11, day=3))
    assert reasons(judge(old, door(), at(10))) == ["wrong_day"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(9, 45) - SECOND, ["too_early"]),
        (at(9, 45), []),
        (at(11, 15) - SECOND, []),
        (at(11, 15), ["too_late"]),
    ],
)
def test_the_tolerances_hold_to_the_second(moment: datetime, expected: list[str]) -> None:
    """Half-open: the first second of the tolerance is in, the first second after it is out."""
    assert reasons(judge(booking(), door(), moment)) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(at(10) - SECOND, ["too_early"]), (at(10), []), (at(11) - SECOND, []), (at(11), ["too_late"])],
)
def test_without_tolerance_the_slot_itself_is_the_edge(moment: datetime, expected: list[str]) -> None:
    """A policy of zero minutes is allowed."""
    assert reasons(judge(booking(), door(by=policy(early_min=0, late_min=0)), moment)) == expected


def test_a_guard_widens_lateness_by_the_queue_and_not_earliness() -> None:
    """Those whom the queue made late come in; the hour before the slot stays as it is."""
    wide = door(extra_late_min=30)
    assert reasons(judge(booking(), wide, at(11, 45) - SECOND)) == []
    assert reasons(judge(booking(), wide, at(11, 45))) == ["too_late"]
    assert reasons(judge(booking(), wide, at(9, 44, 59))) == ["too_early"]


def test_today_turns_at_local_midnight_and_not_at_utc_midnight() -> None:
    """08:00 in Shanghai is midnight in UTC: the booking of the day must not change there."""
    early = Door(site(opens=0, closes=1440), door().services, policy(early_min=240))
    first = booking(slot_start=at(1), slot_end=at(2))
    assert reasons(judge(first, early, at(23, 59, 59, day=9))) == ["wrong_day"]
    assert reasons(judge(first, early, at(0, 0, 0))) == []
    assert reasons(judge(booking(slot_start=at(9), slot_end=at(10)), early, at(7, 59, 59))) == []


@pytest.mark.parametrize("hour", [9, 12, 16])
def test_a_green_channel_booking_passes_at_any_hour_of_its_day(hour: int) -> None:
    """An ambulance's plate does not wait for its slot."""
    assert reasons(judge(booking(is_green=True), door(), at(hour))) == []


def test_a_green_channel_booking_of_another_day_is_refused() -> None:
    """Any hour of its day, not any day."""
    assert reasons(judge(booking(is_green=True), door(), at(10, day=11))) == ["wrong_day"]


@given(minutes=st.integers(0, 24 * 60 - 1))
def test_a_green_channel_booking_is_never_early_or_late(minutes: int) -> None:
    """No minute of the day gives a reason of the hour."""
    found = judge(booking(is_green=True), door(), at(0) + timedelta(minutes=minutes)).reasons
    assert not {Reason.TOO_EARLY, Reason.TOO_LATE} & set(found)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(at(8, 29, 59), False), (at(8, 30), True), (at(16, 59, 59), True), (at(17), False)],
)
def test_the_site_is_open_between_its_hours(moment: datetime, is_open: bool) -> None:
    """Half-open as every time: the closing minute is closed."""
    assert is_site_open(site(), moment) is is_open
    assert ("site_closed" in reasons(judge(booking(), door(), moment))) is not is_open


def test_a_closed_day_is_closed_all_day() -> None:
    """A holiday in the calendar closes the door."""
    closed = site(closed_days=("2020-03-10",))
    assert not is_site_open(closed, at(10))
    assert is_site_open(closed, at(10, day=11))


def test_opening_and_closing_are_told_in_utc_for_the_local_day() -> None:
    """08:30 in Shanghai is 00:30 in UTC, there is no summer time."""
    assert opening(site(), at(23)) == datetime(2020, 3, 10, 0, 30, tzinfo=UTC)
    assert closing(site(), at(0)) == datetime(2020, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (datetime(2020, 3, 29, 20, tzinfo=UTC), 6),  # summer time begins at 02:00: 23 hours
        (datetime(2020, 7, 1, tzinfo=UTC), 6),
        (datetime(2020, 10, 25, 0, 30, tzinfo=UTC), 7),  # it ends at 03:00: 25 hours; now is 02:30 for the first time
        (datetime(2020, 10, 25, 1, 30, tzinfo=UTC), 7),  # and for the second
        (datetime(2020, 2, 29, 12, tzinfo=UTC), 7),
        (datetime(2020, 12, 31, 22, 59, tzinfo=UTC), 7),
    ],
)
def test_the_door_opens_and_closes_by_the_clocks_of_the_site_on_every_day_of_the_year(
    day: datetime, opens: int
) -> None:
    """Where summer time is kept, "from 08:30" is said by the clock on the wall, on the day that it is set as well."""
    in_berlin = site(timezone=BERLIN.key, closes=24 * 60)
    assert opening(in_berlin, day) == day.replace(hour=opens, minute=30)
    midnight = day.astimezone(BERLIN).replace(hour=0, minute=0, fold=0) + timedelta(days=1)
    assert closing(in_berlin, day) == midnight


@pytest.mark.parametrize(
    ("at_site", "changes", "is_served"),
    [
        ({}, {"district": "桥西"}, True),
        ({"districts": ("新华", "桥西")}, {"district": "桥西"}, True),
        ({"districts": ("新华", "桥西")}, {"district": "长安"}, False),
        ({"districts": ("新华", "桥西")}, {"district": ""}, True),
        ({"plate_prefixes": ("冀A",)}, {"plate_prefix": "冀A1"}, True),
        ({"plate_prefixes": ("冀A",)}, {"plate_prefix": "冀B1"}, False),
        ({"plate_prefixes": ("冀A",)}, {"plate_prefix": ""}, True),
        ({"districts": ("新华",), "plate_prefixes": ("冀A",)}, {"district": "新华", "plate_prefix": "京A"}, False),
    ],
)
def test_a_site_serves_its_districts_and_plates_and_holds_nothing_unknown_against_anybody(
    at_site: dict[str, object], changes: dict[str, object], is_served: bool
) -> None:
    """A booking known by its code alone has no district: that is no reason to send it away."""
    here = site(**at_site)
    assert serves(here, booking(**changes)) is is_served
    refused = "not_served_here" in reasons(judge(booking(**changes), door(at_site=here), at(10)))
    assert refused is not is_served


def test_every_true_reason_is_recorded_and_the_most_useful_one_is_shown() -> None:
    """Someone at the wrong site who is early as well hears of the site: the hour would have been wasted."""
    both = booking(site=SiteId("branch-2"), slot_start=at(14), slot_end=at(15))
    judgement = judge(both, door(), at(10))
    assert reasons(judgement) == ["wrong_site", "too_early"]
    assert judgement.shown is Reason.WRONG_SITE


def test_a_cancelled_booking_is_told_so_before_anything_that_waiting_could_cure() -> None:
    """Nobody comes back on the right day for a booking that is gone."""
    gone = booking(status=BookingStatus.CANCELLED, slot_start=at(10, day=11), slot_end=at(11, day=11))
    assert judge(gone, door(), at(10)).shown is Reason.CANCELLED


def test_the_order_names_each_reason_once_and_from_hopeless_to_curable() -> None:
    """The documented order: what no waiting cures, then elsewhere, then another day, then another hour."""
    assert len(set(ORDER)) == len(ORDER) == len(Reason)
    stations = ["unreadable_code", "cancelled", "wrong_site", "wrong_day", "site_closed", "too_early"]
    places = [ORDER.index(Reason(reason)) for reason in stations]
    assert places == sorted(places)


@given(known=st.frozensets(st.sampled_from(Reason)), minutes=st.integers(-3 * 1440, 3 * 1440))
def test_reasons_come_in_the_documented_order_without_repeats(known: frozenset[Reason], minutes: int) -> None:
    """Whatever is found, the first is the one to show."""
    found = judge(booking(), door(), at(10) + timedelta(minutes=minutes), known).reasons
    assert [ORDER.index(reason) for reason in found] == sorted({ORDER.index(reason) for reason in found})
    assert known <= set(found)


def test_the_closed_list_of_reasons_is_the_one_of_the_issue() -> None:
    """Server, texts and screens count on exactly these."""
    times = {"too_early", "too_late", "wrong_day", "site_closed"}
    places = {"wrong_site", "not_served_here", "online_only", "suspended_service"}
    bookings = {"already_arrived", "cancelled", "not_confirmed", "revoked", "blacklisted", "unknown_booking"}
    codes = {"unreadable_code", "forged_code", "unknown_key", "ambiguous_code"}
    assert {reason.value for reason in Reason} == times | places | bookings | codes


def test_shaming_reasons_look_like_every_other_wait_and_stand_on_the_guards_list() -> None:
    """No outcome shames: blacklisted, forged and unknown key are not named to the visitor."""
    assert {"blacklisted", "forged_code", "unknown_key"} == {reason.value for reason in LOOKS_TO_GUARD}
    assert LOOKS_TO_GUARD < CALLS_GUARD
    assert Reason.ALREADY_ARRIVED in CALLS_GUARD


def test_the_first_moment_told_to_an_early_visitor_is_the_first_one_that_is_not_refused() -> None:
    """What the screen says ("come back at 09:45") must hold."""
    first = slot_opens(booking(), policy())
    assert reasons(judge(booking(), door(), first)) == []
    assert reasons(judge(booking(), door(), first - SECOND)) == ["too_early"]


@pytest.mark.parametrize("hour", [0, 7, 20, 23])
def test_the_green_channel_passes_when_the_counters_are_closed(hour: int) -> None:
    """An ambulance's papers do not wait for the morning; a day on which nobody is there stays closed."""
    assert reasons(judge(booking(is_green=True), door(), at(hour))) == []
    closed = door(at_site=site(closed_days=("2020-03-10",)))
    assert reasons(judge(booking(is_green=True), closed, at(hour))) == ["site_closed"]
