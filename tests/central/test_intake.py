"""An upload is a fact: stored once, never refused, judged afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiosk.domain.chain import verify
from kiosk.domain.entry import GENESIS
from kiosk.domain.ids import KioskId, SiteId
from kiosk.protocol.messages import to_wire_entry
from tests.central.builders import HERE, NINE, THERE, LogMaker, settings_for

if TYPE_CHECKING:
    from typing import Any

    from tests.central.builders import City


def _statuses(answer: dict[str, Any]) -> list[str]:
    return [result["status"] for result in answer["results"]]


def test_entries_are_stored_in_order_and_acknowledged(city: City) -> None:
    """The everyday case: one result an entry, and how far the log is here."""
    caller = city.kiosk()
    caller.log.devices(3)
    answer = caller.upload(caller.log.entries).json()
    assert _statuses(answer) == ["stored"] * 3
    assert (answer["high_seq"], answer["high_hash"], answer["epoch"]) == (3, caller.log.entries[-1].hash, 1)
    assert city.stored(caller) == caller.log.entries
    assert verify(city.stored(caller))[2] is None


def test_a_resend_is_answered_as_success_and_changes_nothing(city: City) -> None:
    """Cases 10, 11 and 53: the same entry twice is one record, and each kiosk has numbers of its own."""
    caller, other = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    caller.log.devices(3)
    other.log.devices(3)
    caller.upload(caller.log.entries)
    again = caller.upload(caller.log.entries).json()
    assert _statuses(again) == ["duplicate"] * 3
    assert again["high_seq"] == 3
    assert _statuses(other.upload(other.log.entries).json()) == ["stored"] * 3
    assert len(city.stored(caller)) == len(city.stored(other)) == 3
    assert city.findings() == []


def test_an_entry_twice_in_one_batch_is_stored_once(city: City) -> None:
    """Case 10: a batch may repeat itself."""
    caller = city.kiosk()
    entry = caller.log.devices(1)[0]
    assert _statuses(caller.upload([entry, entry]).json()) == ["stored", "duplicate"]


def test_a_gap_is_found_in_front_of_a_number_in_quarantine_too(city: City) -> None:
    """1 is here, 3 came and could not be read: 2 is missing, on the sheet as well, until it comes."""
    caller = city.kiosk()
    entries = caller.log.devices(2)
    caller.upload([entries[0], {"seq": 3}])
    found = {str(item.kind): item.detail for item in city.desk.findings.of_site(HERE)}
    assert found == {"quarantine": "door-1/1 at 3", "gap": "door-1/1 lacks 2 to 2"}
    sheet = city.office("POST", f"/sites/{HERE}/ledger", {"day": "2020-03-10", "format": "csv"})
    assert [f"第 {number} 条" in sheet.content.decode("utf-8-sig") for number in (2, 3)] == [True, True]
    assert caller.upload(entries[1:]).json()["high_seq"] == 3
    assert city.findings() == ["quarantine"]


def test_an_erased_entry_sent_again_is_the_same_entry(city: City) -> None:
    """What is resent as its digest, after its body's time, does not look like a fork."""
    caller = city.kiosk()
    entry = caller.log.devices(1)[0]
    caller.upload([entry])
    assert _statuses(caller.upload([entry._replace(body=None, salt=None)]).json()) == ["duplicate"]
    assert city.stored(caller) == [entry]


def test_many_uploads_of_the_same_entries_at_once_store_each_once(city: City) -> None:
    """Case 55: whatever the race, the primary key holds and every caller hears success."""
    caller = city.kiosk()
    caller.log.devices(50)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: caller.upload(caller.log.entries), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    stored = [_statuses(answer.json()).count("stored") for answer in answers]
    assert sum(stored) == 50
    assert city.stored(caller) == caller.log.entries


def test_the_same_number_with_another_body_is_kept_aside_as_a_fork(city: City) -> None:
    """Cases 54 and 62: an old disk is seen at once, and neither entry is lost."""
    caller = city.kiosk()
    caller.log.devices(5)
    caller.ship()
    restored = LogMaker(HERE, KioskId("door-1"), 1, city.clock, caller.log.entries[:3])
    restored.add("device", {"device": "camera", "state": "gone"})
    answer = caller.upload(restored.entries[3:]).json()
    assert _statuses(answer) == ["forked"]
    assert answer["high_seq"] == 5
    assert caller.upload(restored.entries[3:]).json()["results"][0]["status"] == "forked"
    assert city.stored(caller) == caller.log.entries
    assert city.findings() == ["fork"]


def test_a_bad_entry_in_the_middle_holds_nobody_up(city: City) -> None:
    """Cases 12, 46 and 57: it is kept as bytes, its number counts as received, and the rest arrives."""
    caller = city.kiosk()
    caller.log.devices(5)
    items = [to_wire_entry(entry) for entry in caller.log.entries]
    items[2]["body"] = '{"forged":true}'
    answer = caller.upload(items).json()
    assert _statuses(answer) == ["stored", "stored", "quarantined", "stored", "stored"]
    assert answer["results"][2] == {"seq": 3, "status": "quarantined", "why": "body"}
    assert answer["high_seq"] == 5
    assert city.findings() == ["quarantine"]
    assert _statuses(caller.upload(items).json())[2] == "quarantined"
    # The good entry is not swallowed by the bad one that had its number.
    assert _statuses(caller.upload(caller.log.entries).json())[2] == "stored"
    assert city.stored(caller) == caller.log.entries
    assert city.verdicts() == []


def test_a_log_that_ends_in_quarantine_has_no_last_hash(city: City) -> None:
    """What could not be read proves nothing, and the number counts all the same."""
    caller = city.kiosk()
    caller.log.devices(2)
    bad = to_wire_entry(caller.log.entries[1]) | {"hash": "0" * 64}
    answer = caller.upload([caller.log.entries[0], bad]).json()
    assert (answer["high_seq"], answer["high_hash"]) == (2, "")


def test_numbers_that_are_missing_are_found_and_settle_when_they_come(city: City) -> None:
    """The server says how far it follows; what lies behind a gap is stored and waits."""
    caller = city.kiosk()
    caller.log.devices(6)
    caller.upload(caller.log.entries[:2])
    answer = caller.upload(caller.log.entries[4:]).json()
    assert answer["high_seq"] == 2
    assert city.findings() == ["gap"]
    answer = caller.upload(caller.log.entries[2:4]).json()
    assert (answer["high_seq"], answer["high_hash"]) == (6, caller.log.entries[-1].hash)
    assert city.findings() == []
    assert city.findings(is_open=False) == ["gap"]


def test_a_chain_that_does_not_follow_is_stored_and_marked(city: City) -> None:
    """Case 13: an entry out of nowhere is a fact with a verdict beside it."""
    caller = city.kiosk()
    caller.log.devices(1)
    caller.log.add("device", {"device": "camera", "state": "ok"}, prev_hash=GENESIS)
    assert caller.ship()["high_seq"] == 2
    assert city.verdicts() == [(2, "chain_break")]
    assert city.findings() == ["chain_break"]


@pytest.mark.parametrize(
    "unusual",
    [
        {"clock_offset_ms": 121_000},
        {"clock_offset_ms": -121_000},
        {"recorded_at": NINE + timedelta(minutes=3)},
        {"recorded_at": NINE - timedelta(hours=3)},
    ],
)
def test_a_wrong_clock_is_found(city: City, unusual: dict[str, Any]) -> None:
    """Case 60: a clock set back three hours, or ahead, does not pass unseen, and its entry keeps the time it gave."""
    caller = city.kiosk()
    caller.log.devices(1)
    caller.log.add("device", {"device": "camera", "state": "ok"}, **unusual)
    caller.ship()
    assert city.findings() == ["clock_skew"]
    assert city.stored(caller) == caller.log.entries


def test_a_day_late_is_no_wrong_clock(city: City) -> None:
    """Case 17: what happened yesterday keeps yesterday's time."""
    caller = city.kiosk()
    caller.log.devices(1)
    city.clock.advance(days=3)
    caller.ship()
    assert city.findings() == []
    assert city.stored(caller)[0].happened_at == NINE


def test_a_kind_that_only_a_newer_kiosk_knows_is_stored(city: City) -> None:
    """A kiosk may be updated before its server."""
    caller = city.kiosk()
    caller.log.devices(1)
    caller.log.add("teleported", {"to": "hall 2"})
    caller.log.devices(1)
    answer = caller.ship()
    assert (answer["high_seq"], answer["high_hash"]) == (3, caller.log.entries[-1].hash)
    assert city.findings() == []


def test_an_empty_upload_asks_how_far_the_log_is_here(city: City) -> None:
    """A kiosk can compare before it sends, also with a server restored from an older copy."""
    caller = city.kiosk()
    answer = caller.upload([]).json()
    assert (answer["results"], answer["high_seq"], answer["high_hash"]) == ([], 0, GENESIS)
    caller.log.devices(2)
    caller.ship()
    assert caller.upload([]).json()["high_seq"] == 2


def test_a_thousand_entries_after_three_days_arrive_in_order_and_once(city: City) -> None:
    """Case 58 in small: a weekend without the server is a normal weekend."""
    caller = city.kiosk()
    caller.log.devices(1000)
    city.clock.advance(days=3)
    caller.ship()
    assert caller.ship()["high_seq"] == 1000
    assert city.stored(caller) == caller.log.entries


def test_the_same_log_at_two_sites_does_not_meet(city: City) -> None:
    """Uniqueness ends at the site: sites may be spread over databases."""
    here, there = city.kiosk(), city.kiosk(site=THERE)
    for caller in (here, there):
        caller.log.devices(2)
        assert caller.ship()["high_seq"] == 2
    assert there.log.site_id == SiteId(THERE)


def test_a_server_that_starts_again_holds_what_it_acknowledged(city: City) -> None:
    """Commit, then answer: what was acknowledged is on the disk."""
    caller = city.kiosk()
    caller.log.devices(3)
    caller.ship()
    city.server.stop()
    from central.server import RunningServer

    again = RunningServer(settings_for(city.data), city.data, city.clock)
    try:
        caller.url = again.start()
        assert caller.upload([]).json()["high_seq"] == 3
        assert list(again.desk.intake.entries(HERE, "door-1", 1)) == caller.log.entries
    finally:
        again.stop()
