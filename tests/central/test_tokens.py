"""Tokens are renewed by the kiosk's own key, and whatever gets lost on the way, one of the two is known to both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from central.tables import device_keys
from kiosk.domain.times import to_ms
from tests.central.builders import HERE, NINE

if TYPE_CHECKING:
    from tests.central.builders import Caller, City

STRANGER = Ed25519PrivateKey.generate().private_bytes_raw().hex()


def _opens(caller: Caller) -> bool:
    return caller.get("/v1/bookings").status_code == 200


def _rolled(caller: Caller) -> Caller:
    answer = caller.roll()
    assert answer.status_code == 200, answer.text
    caller.log.clock.advance(seconds=1)
    return type(caller)(caller.url, answer.json()["token"], caller.log)


def test_a_new_token_ends_the_old_one_with_its_first_use(city: City) -> None:
    """The old one is dead at once then, but for entries, which no end of a token loses."""
    old = city.kiosk()
    new = _rolled(old)
    assert _opens(new)
    refused = old.get("/v1/bookings")
    assert (refused.status_code, refused.json()["code"]) == (403, "revoked")
    assert old.roll().status_code == 403
    old.log.devices(1)
    assert old.ship()["high_seq"] == 1
    assert city.verdicts() == []


def test_a_lost_answer_locks_nobody_out(city: City) -> None:
    """The old token holds until the new one is used; asked again, the server gives another, and voids the lost one."""
    old = city.kiosk()
    lost = _rolled(old)
    assert _opens(old)
    new = _rolled(old)
    assert not _opens(lost)
    assert _opens(old)
    assert _opens(new)
    assert not _opens(old)


def test_a_first_use_by_many_calls_at_once_is_one_use(city: City) -> None:
    """Reporter and refresher come with the new token in the same moment."""
    old = city.kiosk()
    new = _rolled(old)
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(_opens, [new] * 12))
    assert not _opens(old)


def test_without_the_devices_key_nothing_is_renewed(city: City) -> None:
    """A token that was copied somewhere does not live on by itself."""
    caller = city.kiosk()
    answer = caller.roll(key=STRANGER)
    assert (answer.status_code, answer.json()["code"]) == (403, "token_refused")
    assert _opens(caller)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_wish_of_another_time_is_refused(city: City, seconds: int) -> None:
    """What was signed long ago, or for later, is not granted now."""
    caller = city.kiosk()
    assert caller.roll(at_ms=to_ms(NINE) + seconds * 1000).json()["code"] == "token_refused"
    assert caller.roll(at_ms=to_ms(NINE) + seconds // 2 * 1000).status_code == 200


def test_a_wish_serves_once(city: City) -> None:
    """Whoever wrote a call down cannot send it again for a token of their own."""
    caller = city.kiosk()
    assert caller.roll().status_code == 200
    assert caller.roll().json()["code"] == "token_refused"


def test_a_signature_is_for_one_kiosk_and_one_token(city: City) -> None:
    """The same key at another kiosk signs for that one only."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    crossed = type(one)(one.url, one.token, two.log)
    assert crossed.roll().json()["code"] == "token_refused"


@pytest.mark.parametrize("wish", [{"signature": "00"}, {"at_ms": -1}, {"signature": "00" * 64}])
def test_every_field_of_a_wish_is_checked(city: City, wish: dict[str, object]) -> None:
    """Nonsense is a no, never a failure."""
    assert city.kiosk().roll(**wish).status_code in {400, 403}  # pyright: ignore[reportArgumentType]


def test_revocation_ends_the_token_not_yet_used_as_well(city: City) -> None:
    """A kiosk that is revoked between asking and using gets nothing by it."""
    old = city.kiosk()
    new = _rolled(old)
    city.desk.fleet.revoke(HERE, "door-1")
    for caller in (old, new):
        assert caller.get("/v1/bookings").json()["code"] == "revoked"
        assert caller.roll().json()["code"] == "revoked"


def test_the_device_key_of_an_epoch_cannot_be_swapped(city: City) -> None:
    """A second enrolment is another epoch; the table itself takes no second key for one."""
    city.kiosk()
    row = {"site_id": HERE, "kiosk_id": "door-1", "epoch": 1, "public_key": "cd" * 32, "software": ""}
    with pytest.raises(IntegrityError), city.desk._database.write() as tx:
        tx.execute(insert(device_keys).values(**row, enrolled_ms=0, rolled_ms=0))
    assert city.kiosk().log.epoch == 2


def test_no_token_stands_in_the_database(city: City) -> None:
    """A copied database gives nobody a token, renewed or not."""
    old = city.kiosk()
    new = _rolled(old)
    dump = city.dump()
    for caller in (old, new):
        assert caller.token.partition("~")[2] not in dump
