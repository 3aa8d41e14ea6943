"""What kiosk and server tell each other: an entry travels whole, and nonsense is refused."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.domain.chain import flaw_in, verify
from kiosk.domain.entry import EntryKind
from kiosk.domain.wire import to_json
from kiosk.protocol.messages import (
    MAX_BATCH,
    MAX_BODY_CHARS,
    BookingPage,
    EnrolRequest,
    Guard,
    SiteView,
    Upload,
    WireEntry,
    from_wire_entry,
    to_wire_entry,
)
from tests.domain.builders import booking, chain, visit

LINE = chain([(EntryKind.STARTED, {"name": "张"}), (EntryKind.STOPPED, {})])[0]
WIRE = to_wire_entry(LINE)


def test_an_entry_travels_as_json_and_still_verifies() -> None:
    """Body, digest and hash stay true to the last sign."""
    wire = json.loads(json.dumps(WIRE))
    back = from_wire_entry(WireEntry.model_validate(wire))
    assert back == LINE
    assert verify([back])[2] is None


def test_an_erased_entry_travels_as_its_digest() -> None:
    """Body and salt are gone, the chain is not."""
    back = from_wire_entry(WireEntry.model_validate({**WIRE, "body": None, "salt": None}))
    assert (back.body, back.salt, back.digest) == (None, None, LINE.digest)
    assert flaw_in(back, back.seq, back.prev_hash) is None


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 0},
        {"epoch": 0},
        {"hash": "xyz"},
        {"digest": "A" * 64},
        {"salt": "00"},
        {"kiosk_id": "a b"},
        {"site_id": ""},
        {"body": "x" * (MAX_BODY_CHARS + 1)},
        {"kind": ""},
        {"happened_at": "soon"},
    ],
)
def test_an_entry_with_a_field_of_another_form_is_refused(change: dict[str, Any]) -> None:
    """The server keeps such a thing aside as bytes."""
    with pytest.raises(ValidationError):
        WireEntry.model_validate({**WIRE, **change})


def test_a_kind_of_a_newer_kiosk_is_told_apart_from_nonsense() -> None:
    """The message is well-formed; only this version does not know the kind."""
    wire = WireEntry.model_validate({**WIRE, "kind": "teleported"})
    with pytest.raises(ValueError, match="teleported"):
        from_wire_entry(wire)


def test_what_an_older_reader_does_not_know_it_leaves_out() -> None:
    """A newer server may say more."""
    assert from_wire_entry(WireEntry.model_validate({**WIRE, "mood": "sunny"})) == LINE


def test_a_batch_is_bounded() -> None:
    """No upload grows without end."""
    assert len(Upload(entries=[{}] * MAX_BATCH).entries) == MAX_BATCH
    with pytest.raises(ValidationError):
        Upload(entries=[{}] * (MAX_BATCH + 1))


def test_a_handshake_of_a_higher_version_is_refused() -> None:
    """Case 52 from our side: the version is part of the form."""
    good = {"code": "12345678", "public_key": "0" * 64}
    assert EnrolRequest.model_validate(good).handshake == 1
    with pytest.raises(ValidationError):
        EnrolRequest.model_validate({**good, "handshake": 2})


def test_pages_and_views_travel_as_json() -> None:
    """Bookings and the other kiosks' visits come back as they were."""
    page = BookingPage(server_time_ms=1, reset=False, bookings=[booking()], gone=[], cursor=1, more=False, days=[])
    assert BookingPage.model_validate_json(page.model_dump_json()) == page
    view = SiteView(server_time_ms=1, version=2, inside_elsewhere=3, visits=[visit()])
    assert SiteView.model_validate_json(view.model_dump_json()) == view
    assert to_json(view.visits[0])["step"] == "measuring"


def test_a_guard_of_an_unknown_role_is_refused() -> None:
    """Rights are never guessed."""
    with pytest.raises(ValidationError):
        Guard.model_validate({"id": "g1", "name": "王", "pin_hash": "x", "role": "king"})


def test_a_visit_at_a_step_of_a_newer_kiosk_hides_no_other() -> None:
    """Else a door that is updated last would hear of nobody any more."""
    known = visit()
    newer = {**to_json(known), "id": "newer", "step": "beamed_up"}
    told = {"server_time_ms": 1, "version": 2, "inside_elsewhere": 3, "visits": [newer, to_json(known), {"id": 7}]}
    for view in (SiteView.model_validate(told), SiteView.model_validate_json(json.dumps(told))):
        assert view.visits == [known]


@pytest.mark.parametrize("visits", [None, "visits", {"id": "v1"}])
def test_a_view_without_a_list_of_visits_is_none(visits: object) -> None:
    """Nobody takes "no visits" from what is no list of them."""
    with pytest.raises(ValidationError):
        SiteView.model_validate({"server_time_ms": 1, "version": 2, "inside_elsewhere": 3, "visits": visits})
