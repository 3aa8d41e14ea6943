"""Cases 47 to 52 of peers.md section 6.5: devices, their tokens and their keys, over the wire."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.central.builders import HERE, City


def test_case_47_unknown_used_and_revoked_tokens_open_nothing(city: City) -> None:
    """Neither do a used and an expired one-time code."""
    caller = city.kiosk()
    assert caller.get("/v1/bookings").status_code == 200
    true = caller.token
    for wrong in ("", "nobody", true[:-1], true + "x", true.swapcase()):
        caller.token = wrong
        assert caller.get("/v1/bookings").status_code == 401, wrong
    caller.token = true
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    assert city.enrol(code).status_code == 200
    assert city.enrol(code).status_code == 403
    assert caller.get("/v1/bookings").status_code in {401, 403}  # set up anew: the older token has ended
    late = city.desk.fleet.enrolment_code(HERE, "door-1").code
    city.clock.advance(minutes=city.server.desk.settings.enrolment.life_min, seconds=1)
    assert city.enrol(late).status_code == 403


@pytest.mark.parametrize(
    "wish",
    [
        {"public_key": ""},
        {"public_key": "zz" * 32},
        {"public_key": "ab" * 31},
        {"software": "x" * 65},
        {"handshake": "one"},
        {"code": "short"},
        {"code": "x" * 65},
    ],
)
def test_case_48_all_fields_of_an_enrolment_are_checked(city: City, wish: dict[str, str]) -> None:
    """And a bad field spends no code."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    given = {"code": code, **wish}
    assert city.enrol(given.pop("code"), **given).status_code == 400
    assert city.enrol(code).status_code == 200


def test_case_49_rolling_the_token_kills_the_old_one(city: City) -> None:
    """With the first use of the new one, so that a lost answer locks nobody out."""
    caller = city.kiosk()
    old, new = caller.token, caller.roll().json()["token"]
    assert caller.get("/v1/bookings").status_code == 200
    caller.token = new
    assert caller.get("/v1/bookings").status_code == 200
    caller.token = old
    assert caller.get("/v1/bookings").status_code in {401, 403}


def test_case_50_a_revoked_kiosk_is_out_with_its_next_call(city: City) -> None:
    """For everything but the delivery of what it recorded."""
    caller = city.kiosk()
    caller.log.devices(2)
    assert city.office("POST", f"/sites/{HERE}/kiosks/door-1/revoke").status_code == 200
    assert caller.get("/v1/bookings").status_code in {401, 403}
    assert caller.get("/v1/documents").status_code in {401, 403}
    assert caller.ship()["high_seq"] == 2


def test_case_51_the_public_key_of_an_identity_cannot_be_swapped(city: City) -> None:
    """Neither by another enrolment of the same epoch, nor by signing a wish with another key."""
    caller = city.kiosk()
    other = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    assert caller.roll(key=other).status_code in {401, 403}
    assert caller.get("/v1/bookings").status_code == 200
    assert city.kiosk().log.epoch == caller.log.epoch + 1


def test_case_52_a_higher_handshake_is_refused_and_spends_no_code(city: City) -> None:
    """The answer says which side needs an update."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    answer = city.enrol(code, handshake=2)
    assert (answer.status_code, answer.json()["code"]) == (400, "update_needed")
    assert city.enrol(code).status_code == 200
