"""Enrolment, tokens, revocation: who may speak for a kiosk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from central.settings import EnrolmentSettings
from kiosk.protocol.messages import to_wire_entry
from tests.central.builders import HERE, THERE, found_city, is_ours

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.builders import City


def test_a_code_enrols_once_only(city: City) -> None:
    """Case 47: a used code opens nothing, however fresh it is."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    first, second = city.enrol(code), city.enrol(code)
    assert first.status_code == 200
    assert first.json()["epoch"] == 1
    assert (second.status_code, second.json()["code"]) == (403, "enrolment_refused")
    assert is_ours(second)


def test_two_kiosks_with_one_code_at_once_make_one_identity(city: City) -> None:
    """Case 55: a photographed code does not give two machines one identity."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(city.enrol, [code] * 6))
    assert statuses == [200, 403, 403, 403, 403, 403]


def test_an_old_code_is_refused(city: City) -> None:
    """A code found in a drawer weeks later opens nothing."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    city.clock.advance(minutes=15)
    assert city.enrol(code).status_code == 403


def test_wrong_tries_kill_a_code(city: City) -> None:
    """Guessing ends after five tries, even if the sixth is right."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    handle = code.partition("-")[0]
    tries = [city.enrol(f"{handle}-00000000000{number}").status_code for number in range(5)]
    assert tries == [403] * 5
    assert city.enrol(code).status_code == 403


def test_a_new_code_voids_the_older_one(city: City) -> None:
    """Of two codes on the operator's table only the newest works."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    old = city.desk.fleet.enrolment_code(HERE, "door-1").code
    new = city.desk.fleet.enrolment_code(HERE, "door-1").code
    assert city.enrol(old).status_code == 403
    assert city.enrol(new.lower()).status_code == 200


def test_guessing_codes_is_slowed_for_everybody(tmp_path: Path) -> None:
    """Nobody searches codes by trying many handles; a minute later honest work goes on."""
    city = found_city(tmp_path / "data", enrolment=EnrolmentSettings(per_minute=3))
    try:
        statuses = [city.enrol(f"0000000{number}-000000000000").status_code for number in range(4)]
        assert statuses == [403, 403, 403, 429]
        city.clock.advance(minutes=1)
        assert city.kiosk().token
    finally:
        city.server.stop()


def test_a_higher_handshake_is_refused(city: City) -> None:
    """Case 52: a newer kiosk hears a clear no instead of being half understood."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    answer = city.enrol(code, handshake=2, public_key={"of": "a form that nobody knows yet"})
    assert (answer.status_code, answer.json()["code"]) == (400, "update_needed")
    assert is_ours(answer)
    assert city.enrol(code).status_code == 200


@pytest.mark.parametrize("handshake", [0, -1, "2", None])
def test_a_handshake_that_is_none_is_a_mistake(city: City, handshake: object) -> None:
    """Case 48: only a newer one asks for an update."""
    answer = city.enrol("00000000-000000000000", handshake=handshake)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("wish", [{"public_key": "short"}, {"code": "x"}, {"software": "s" * 65}])
def test_every_field_of_an_enrolment_is_checked(city: City, wish: dict[str, str]) -> None:
    """Case 48: nothing malformed is kept."""
    assert city.enrol("00000000-000000000000", **wish).status_code == 400


@pytest.mark.parametrize("token", ["", "nobody", "branch-2~nobody", "ключ", "a" * 5000])
def test_an_unknown_token_opens_nothing(city: City, token: str) -> None:
    """Case 47: every door for kiosks is shut to anybody else, and the answer is ours."""
    caller = city.kiosk()
    caller.token = token.encode().decode("latin-1")
    for answer in (caller.get("/v1/bookings"), caller.get("/v1/documents"), caller.get("/v1/site"), caller.upload([])):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
        assert is_ours(answer)


def test_a_token_works_at_its_own_site_only(city: City) -> None:
    """Case 42: the site in a token cannot be exchanged."""
    caller = city.kiosk()
    caller.token = caller.token.replace(HERE, THERE)
    assert caller.get("/v1/bookings").status_code == 401


def test_setting_a_kiosk_up_anew_gives_an_epoch_and_ends_the_old_token(city: City) -> None:
    """Cases 49 and 51: the new disk has a chain and a key of its own, the old one gets nothing more."""
    old, new = city.kiosk(), city.kiosk()
    assert (old.log.epoch, new.log.epoch) == (1, 2)
    assert old.get("/v1/bookings").json()["code"] == "revoked"
    assert new.get("/v1/bookings").status_code == 200


def test_a_revoked_kiosk_still_delivers_what_it_recorded(city: City) -> None:
    """Cases 50 and 63: revocation holds from the next call on, and loses no fact."""
    caller = city.kiosk()
    caller.log.devices(2)
    caller.upload(caller.log.entries[:1])
    city.desk.fleet.revoke(HERE, "door-1")
    for path in ("/v1/bookings", "/v1/documents", "/v1/site"):
        answer = caller.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "revoked")
    assert caller.upload(caller.log.entries[1:]).json()["high_seq"] == 2
    assert city.verdicts() == [(2, "revoked_kiosk")]


def test_a_letter_belongs_to_one_kiosk_of_a_site(city: City) -> None:
    """Two kiosks never give out the same queue number."""
    city.kiosk("door-1", "A")
    answer = city.office("PUT", f"/sites/{HERE}/kiosks/door-2", {"letter": "A"})
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    assert city.kiosk("door-1", "A", site=THERE).token


def test_secrets_are_kept_as_hashes_and_files_of_the_owner(city: City) -> None:
    """A copied database gives nobody a token, a code or a signing key."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    caller = city.enrolled(code)
    for name in ("keys.json", "admin.token"):
        assert (city.data / name).stat().st_mode & 0o777 == 0o600
    dump = city.dump()
    assert caller.token not in dump
    assert caller.token.partition("~")[2] not in dump
    assert code.partition("-")[2] not in dump


def test_an_upload_that_was_begun_before_the_revocation_and_ends_after_it_is_marked(city: City) -> None:
    """Case 50: who calls is found out when the call begins; its body may take hours."""
    caller = city.kiosk()
    who = city.desk.tokens.identify(caller.token)
    items = [to_wire_entry(entry) for entry in caller.log.devices(1)]
    city.clock.advance(minutes=1)
    city.desk.fleet.revoke(HERE, "door-1")
    city.clock.advance(hours=5)
    assert city.desk.intake.receive(who, items).high_seq == 1
    assert city.verdicts() == [(1, "revoked_kiosk")]
