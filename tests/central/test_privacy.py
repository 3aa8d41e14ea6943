"""Nobody's name where it does not belong: not in kiosks' answers, not in logs, not in what a failure says."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.central.builders import HERE, ID_NUMBER, NAME, PHONE, PLATE, SERVICE

if TYPE_CHECKING:
    from tests.central.builders import City

SECRETS = (NAME, PHONE, PLATE, ID_NUMBER)


def test_no_kiosk_is_ever_told_a_whole_name(city: City) -> None:
    """Every answer that a kiosk can get, searched for the unmistakable."""
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    issued = city.book()
    one.log.admitted("visit-1", city.booking(issued))
    one.log.add("nonsense", {})
    texts = [one.upload(one.log.entries).text, one.upload(["x"]).text]
    city.desk.bookings.reissue(HERE, issued.id)
    for caller in (one, two):
        texts += [caller.get(path).text for path in ("/v1/bookings", "/v1/documents", "/v1/site", "/healthz")]
    assert len(texts) == 10
    assert issued.number in "".join(texts)
    assert not [secret for secret in SECRETS for text in texts if secret in text]


def test_the_server_keeps_no_identity_number(city: City) -> None:
    """What is stored is a keyed hash, and its key lies outside the database."""
    city.book()
    stored = city.dump()
    assert NAME in stored
    assert ID_NUMBER not in stored
    assert city.desk.keyring.id_key(HERE).hex() not in stored


def test_a_failure_says_where_and_not_with_what(
    city: City, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that breaks answers 500 in our form; the log holds the place, and nobody's name."""

    def broken(*_: object) -> None:
        raise RuntimeError(f"{NAME} {PHONE}")

    monkeypatch.setattr(city.desk.bookings, "create", broken)
    slot = {"slot_start": "2020-03-10T09:00:00+08:00", "slot_end": "2020-03-10T10:00:00+08:00"}
    with caplog.at_level(logging.DEBUG):
        answer = city.office("POST", f"/sites/{HERE}/bookings", {"service": SERVICE, "name": NAME, **slot})
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "RuntimeError" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text + answer.text]


def test_a_database_error_repeats_no_parameters(city: City) -> None:
    """SQLAlchemy would print the row that it could not write."""
    from sqlalchemy import insert
    from sqlalchemy.exc import IntegrityError

    from central.tables import guards

    with pytest.raises(IntegrityError) as caught, city.desk._database.write() as tx:
        tx.execute(insert(guards).values(site_id="nowhere", guard_id="g", record=NAME))
    assert NAME not in str(caught.value)
