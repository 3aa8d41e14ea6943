"""What is unsound, nonsense or too large: kept where it can be, answered always, and nobody is held up."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from central.settings import LimitSettings
from kiosk.protocol.messages import MAX_BATCH, MAX_BODY_CHARS, to_wire_entry
from tests.central.builders import THERE, found_city, is_ours

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.builders import City


def _statuses(answer: dict[str, Any]) -> list[str]:
    return [result["status"] for result in answer["results"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"hash": "0" * 64}, "hash"),
        ({"kind": "admitted"}, "hash"),
        ({"salt": None}, "salt"),
        ({"seq": 2**60}, "number"),
        ({"clock_offset_ms": 2**60}, "number"),
        ({"happened_at": "2020-03-10T01:00:00"}, "zone"),
        ({"kiosk_id": "door-2"}, "identity"),
        ({"site_id": THERE}, "identity"),
        ({"epoch": 2}, "identity"),
        ({"kind": "a\0b"}, "nul"),
        ({"body": "\ud800"}, "form:body"),
        ({"seq": None}, "form:seq"),
        ({"recorded_at": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"body": "x" * (MAX_BODY_CHARS + 1)}, "form:body"),
    ],
)
def test_what_is_unsound_is_kept_with_its_reason(city: City, change: dict[str, Any], why: str) -> None:
    """Nobody's mistake, and nobody's forgery, becomes a fact or stops the log."""
    caller = city.kiosk()
    first, second = caller.log.devices(2)
    answer = caller.upload([to_wire_entry(first) | change, second]).json()
    assert [(item["status"], item["why"]) for item in answer["results"]] == [("quarantined", why), ("stored", "")]


@pytest.mark.parametrize("item", [None, 7, "text", [], {}, {"seq": True}, {"seq": 10**30}, {"seq": -1}, [[[]]]])
def test_what_is_no_entry_at_all_is_kept_too(city: City, item: object) -> None:
    """Whatever lies in a batch, the batch is answered."""
    caller = city.kiosk()
    entry = caller.log.devices(1)[0]
    answer = caller.upload([item, entry]).json()
    assert _statuses(answer) == ["quarantined", "stored"]
    assert answer["results"][0]["seq"] is None
    assert answer["high_seq"] == 1


def test_a_number_too_long_to_read_spoils_its_own_entry_only(city: City) -> None:
    """Five thousand digits are no number for Python, and no reason to refuse a batch."""
    caller = city.kiosk()
    entry = json.dumps(to_wire_entry(caller.log.devices(1)[0]))
    body = f'{{"entries": [{{"seq": {"9" * 5000}}}, {entry}]}}'.encode()
    assert _statuses(caller.upload_raw(body).json()) == ["quarantined", "stored"]


@pytest.mark.parametrize(
    "body",
    [
        "[1]",
        {},
        {"visit_id": 7},
        {"visit_id": None},
        {"visit_id": ["v"]},
        {"visit_id": ""},
        {"visit_id": "v", "first_contact": "yesterday"},
        {"visit_id": "v" * 65, "first_contact": "2020-03-10T01:00:00.000Z"},
        {"visit_id": "v", "first_contact": "2020-03-10T01:00:00.000Z", "reasons": [1]},
        '{"visit_id": "\\ud800", "first_contact": "2020-03-10T01:00:00.000Z"}',
        "[" * 16_000,
        "no JSON",
    ],
)
def test_a_body_that_is_not_of_its_kind_is_stored_and_marked(city: City, body: dict[str, Any] | str) -> None:
    """A sound envelope is a fact, whatever its body says; it must not stop what follows."""
    caller = city.kiosk()
    caller.log.add("identified", body)
    caller.log.devices(1)
    assert caller.ship()["high_seq"] == 2
    assert city.verdicts() == [(1, "not_applied")]


def test_a_word_about_no_visit_is_stored_and_changes_nothing(city: City) -> None:
    """An arrival that names nobody is nobody's arrival."""
    caller = city.kiosk()
    caller.log.add("arrived", {})
    caller.log.add("arrived", {"visit_id": None})
    assert caller.ship()["high_seq"] == 2
    assert city.verdicts() == [(2, "not_applied")]


def test_a_counter_out_of_bounds_is_stored_and_marked(city: City) -> None:
    """A number that no database takes stays in the log and leaves the state alone."""
    caller = city.kiosk()
    caller.log.add(
        "case_opened", {"case_id": "c", "number": "C1", "visit_id": "v", "cause": "x", "counter": "c", "count": 10**30}
    )
    assert caller.ship()["high_seq"] == 1
    assert city.verdicts() == [(1, "not_applied")]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"entries": 3}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_upload_is_answered_and_nothing_is_lost(city: City, body: bytes) -> None:
    """The line may mangle a batch; the kiosk still holds it and hears a clear no."""
    caller = city.kiosk()
    answer = caller.upload_raw(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert is_ours(answer)


def test_more_than_a_batch_is_refused_as_too_large(city: City) -> None:
    """The bound of the protocol is a bound."""
    caller = city.kiosk()
    answer = caller.upload([{}] * (MAX_BATCH + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_gzip_is_taken_and_half_of_it_is_not(city: City) -> None:
    """A full batch travels small; a cut one is no batch."""
    caller = city.kiosk()
    caller.log.devices(200)
    plain = json.dumps({"entries": [to_wire_entry(entry) for entry in caller.log.entries]}).encode()
    packed = gzip.compress(plain)
    half = caller.upload_raw(packed[: len(packed) // 2], **{"Content-Encoding": "gzip"})
    assert (half.status_code, half.json()["code"]) == (400, "bad_request")
    assert caller.upload_raw(b"no gzip", **{"Content-Encoding": "gzip"}).status_code == 400
    assert caller.upload_raw(plain, **{"Content-Encoding": "br"}).status_code == 400
    assert caller.upload_packed(plain).json()["high_seq"] == 200


def test_a_small_gzip_that_holds_a_giant_is_stopped(tmp_path: Path) -> None:
    """A bomb costs no more memory than the bound."""
    city = found_city(tmp_path / "data", limits=LimitSettings(upload_mb=1))
    try:
        answer = city.kiosk().upload_packed(b'{"entries": ["' + b" " * 50_000_000 + b'"]}')
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert is_ours(answer)
    finally:
        city.server.stop()


def test_the_bound_holds_the_largest_lawful_batch(city: City) -> None:
    """No batch that the protocol allows can be too large: it would jam the kiosk for ever."""
    caller = city.kiosk()
    for _ in range(MAX_BATCH):
        caller.log.add("device", {"state": "温" * (MAX_BODY_CHARS - len('{"state":""}'))})
    assert _statuses(caller.upload(caller.log.entries).json()) == ["stored"] * MAX_BATCH


def test_a_request_without_a_length_is_refused(city: City) -> None:
    """Nothing without an end is read."""
    caller = city.kiosk()
    answer = requests.post(city.url + "/v1/entries", data=iter([b"{}"]), headers=caller.headers, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")
    big = requests.post(city.url + "/v1/enrol", data=b" " * 70_000, timeout=60)
    assert (big.status_code, big.json()["code"]) == (413, "too_large")
