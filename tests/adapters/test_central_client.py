"""The kiosk's client against the real server on loopback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import responses

from kiosk.adapters.central_probe import probe
from kiosk.errors import ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.protocol.messages import EntryStatus, to_wire_entry
from tests.adapters.central_builders import NOW_MS, OURS, URL, client_of
from tests.central.builders import HERE, NAME, NINE, SERVICE, City, LogMaker, ToldClock, found_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiosk.adapters.central_client import CentralClient
    from kiosk.ports import Central


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """The real server."""
    founded = found_city(tmp_path / "data")
    yield founded
    founded.server.stop()


def _enrolled(city: City) -> tuple[CentralClient, LogMaker]:
    caller = city.kiosk()
    return client_of(city.url, caller.token, city.clock), caller.log


def test_it_is_what_the_services_expect(city: City) -> None:
    """The client is a `Central`, as the port says."""
    client, log = _enrolled(city)
    central: Central = client
    log.devices(2)
    assert central.send(log.entries).high_seq == 2
    client.close()


def test_a_kiosk_enrols_and_works(city: City) -> None:
    """Case 1: enrolment, documents, bookings, site view and entries, each once through."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    told = client_of(city.url, None, city.clock).enrol(code, "ab" * 32)
    assert (told.site_id, told.kiosk_id, told.letter, told.epoch) == (HERE, "door-1", "A", 1)
    client = client_of(city.url, told.token, city.clock)
    documents = client.documents("")
    assert documents is not None
    assert [service.id for service in documents.services] == [SERVICE]
    assert client.documents(documents.version) is None
    issued = city.book()
    page = client.bookings(0)
    assert [booking.number for booking in page.bookings] == [issued.number]
    assert client.bookings(page.cursor).bookings == []
    view = client.site_view(0)
    assert client.site_view(view.version).unchanged
    assert client.site_view(view.version, wait_s=1).unchanged


def test_a_full_batch_travels_packed_and_a_resend_is_success(city: City) -> None:
    """Case 10: what was sent twice is acknowledged twice and stored once."""
    client, log = _enrolled(city)
    log.devices(200)
    assert {result.status for result in client.send(log.entries).results} == {EntryStatus.STORED}
    again = client.send(log.entries)
    assert {result.status for result in again.results} == {EntryStatus.DUPLICATE}
    assert again.high_hash == log.entries[-1].hash


def test_an_old_disk_is_told_of_what_it_forgot(city: City) -> None:
    """Case 62: a server that holds more than this disk says so, and the kiosk can see it."""
    client, log = _enrolled(city)
    log.devices(5)
    client.send(log.entries)
    restored = client_of(city.url, client._tokens.in_use, city.clock)
    assert restored.send([]).high_seq == 5
    assert restored.send(log.entries[:3]).high_seq == 5


def test_a_refusal_of_our_server_is_told_with_its_code(city: City) -> None:
    """Cases 47 and 50: a used code, an unknown token and a revoked kiosk are loud; entries still go through."""
    client, log = _enrolled(city)
    with pytest.raises(ServerRejected, match="enrolment_refused"):
        client.enrol("00000000-000000000000", "ab" * 32)
    with pytest.raises(ServerRejected, match="unauthorised"):
        client_of(city.url, "nobody").bookings(0)
    city.desk.fleet.revoke(HERE, "door-1")
    with pytest.raises(ServerRejected, match="revoked"):
        client.bookings(0)
    log.devices(1)
    assert client.send(log.entries).high_seq == 1


def test_every_answer_measures_the_clock(city: City) -> None:
    """Case 60: the offset is known after the first answer; a call that was held back measures nothing."""
    caller = city.kiosk()
    slow = ToldClock(NINE)
    slow.advance(minutes=-5)
    client = client_of(city.url, caller.token, slow)
    assert client.clock_offset_ms is None
    client.site_view(0, wait_s=1)
    assert client.clock_offset_ms is None
    client.documents("")
    assert client.clock_offset_ms == 300_000


def test_the_offset_is_measured_at_the_middle_of_a_call() -> None:
    """A slow line does not look like a wrong clock."""

    class Ticking(ToldClock):
        """Every look costs two seconds."""

        def now(self) -> datetime:
            """Let two seconds pass at each look."""
            moment = super().now()
            self.advance(seconds=2)
            return moment

    with responses.RequestsMock() as net:
        net.get(URL + "/healthz", json={"protocol": 1, "server_time_ms": NOW_MS + 1000}, headers=OURS)
        client = client_of(clock=Ticking())
        client.health()
    assert client.clock_offset_ms == 0


def test_a_probe_says_what_an_operator_needs(city: City) -> None:
    """The check of a kiosk names the server and what is wrong with it."""
    from kiosk.config import ServerSettings

    settings = ServerSettings(url=city.url, connect_timeout_s=3, read_timeout_s=10)
    is_well, words = probe(settings)
    assert (is_well, city.url in words) == (False, True)
    assert "set the clocks by the network" in words  # the city's stands still, in 2020
    city.clock.advance(seconds=datetime.now(UTC).timestamp() - city.clock.monotonic())
    is_well, words = probe(settings)
    assert is_well
    assert city.url in words
    city.server.stop()
    is_well, words = probe(settings)
    assert not is_well
    assert f"{city.url}: nothing answers there" in words
    assert "its name leads nowhere" in probe(settings.model_copy(update={"url": "http://no-such-host.invalid"}))[1]


def test_the_environments_proxies_are_left_alone(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy set for the operator's browser does not come between kiosk and server."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert client_of(city.url, None, city.clock).health().protocol == 1
    with pytest.raises(ServerUnreachable):
        client_of("http://central.invalid", None, use_proxies=True).health()


def test_nobody_is_named_in_a_url_or_an_error(city: City) -> None:
    """Addresses end up in logs of proxies, errors in logs of kiosks."""
    client, log = _enrolled(city)
    entry = log.devices(1)[0]
    with responses.RequestsMock() as net:
        net.post(
            city.url + "/v1/entries",
            json={"protocol": 1, "server_time_ms": NOW_MS, "results": "欧阳绝密"},
            headers=OURS,
        )
        with pytest.raises(ServerGarbled) as caught:
            client.send([entry])
        assert "?" not in (net.calls[0].request.url or "")
    assert NAME not in str(caught.value)
    assert to_wire_entry(entry)["hash"] not in str(caught.value)
