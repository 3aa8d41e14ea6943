"""The kiosk's client: against the real server on loopback, and against everything that is not it."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses

from kiosk.adapters.central_answers import translated
from kiosk.adapters.central_client import CentralClient, probe
from kiosk.domain.times import to_ms
from kiosk.errors import ServerError, ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.protocol.messages import PROTOCOL_HEADER, EntryStatus, to_wire_entry
from tests.central.builders import HERE, NAME, NINE, SERVICE, City, LogMaker, ToldClock, found_city

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime
    from pathlib import Path

    from kiosk.domain.entry import Entry
    from kiosk.ports import Central

URL = "http://127.0.0.1:1"  # nobody listens there; `responses` answers in its place
OURS = {PROTOCOL_HEADER: "1"}
NOW_MS = to_ms(NINE)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """The real server."""
    founded = found_city(tmp_path / "data")
    yield founded
    founded.server.stop()


@pytest.fixture
def entries() -> list[Entry]:
    """Three entries of a log."""
    return LogMaker(HERE, "door-1", 1, ToldClock()).devices(3)  # pyright: ignore[reportArgumentType]


def _client(
    url: str = URL, token: str | None = "t" * 32, clock: ToldClock | None = None, **other: Any
) -> CentralClient:
    return CentralClient(url, token, clock=clock or ToldClock(), **other)


def _enrolled(city: City) -> tuple[CentralClient, LogMaker]:
    caller = city.kiosk()
    return _client(city.url, caller.token, city.clock), caller.log


def _acknowledged(entries: list[Entry], **other: Any) -> dict[str, Any]:
    """The answer that our server would give."""
    results = [{"seq": entry.seq, "status": "stored"} for entry in entries]
    high = {"high_seq": entries[-1].seq, "high_hash": entries[-1].hash}
    return {"protocol": 1, "server_time_ms": NOW_MS, "results": results, "epoch": 1, **high, **other}


@contextmanager
def _raw_server(*parts: bytes, pause_s: float = 0.0, close: bool = True) -> Generator[str]:
    """Answer one connection with exactly these bytes."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):  # the client may leave first
                # All of it is read first: closing on unread bytes would reset the line and lose the answer.
                request = b""
                while not request.endswith(b"]}"):
                    request += connection.recv(65536)
                for part in parts:
                    connection.sendall(part)
                    gone.wait(pause_s)
                if not close:
                    gone.wait(30)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        gone.set()
        thread.join()


# against the real server


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
    told = _client(city.url, None, city.clock).enrol(code, "ab" * 32)
    assert (told.site_id, told.kiosk_id, told.letter, told.epoch) == (HERE, "door-1", "A", 1)
    client = _client(city.url, told.token, city.clock)
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
    restored = _client(city.url, client._session.headers["Authorization"].removeprefix("Bearer "), city.clock)  # pyright: ignore[reportAttributeAccessIssue]
    assert restored.send([]).high_seq == 5
    assert restored.send(log.entries[:3]).high_seq == 5


def test_a_refusal_of_our_server_is_told_with_its_code(city: City) -> None:
    """Cases 47 and 50: a used code, an unknown token and a revoked kiosk are loud; entries still go through."""
    client, log = _enrolled(city)
    with pytest.raises(ServerRejected, match="enrolment_refused"):
        client.enrol("00000000-000000000000", "ab" * 32)
    with pytest.raises(ServerRejected, match="unauthorised"):
        _client(city.url, "nobody").bookings(0)
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
    client = _client(city.url, caller.token, slow)
    assert client.clock_offset_ms is None
    client.site_view(0, wait_s=1)
    assert client.clock_offset_ms is None
    client.documents("")
    assert client.clock_offset_ms == 300_000


def test_the_offset_is_measured_at_the_middle_of_a_call() -> None:
    """A slow line does not look like a wrong clock."""

    class Ticking(ToldClock):
        def now(self) -> datetime:
            """Let two seconds pass at each look."""
            moment = super().now()
            self.advance(seconds=2)
            return moment

    with responses.RequestsMock() as net:
        net.get(URL + "/healthz", json={"protocol": 1, "server_time_ms": NOW_MS + 1000}, headers=OURS)
        client = _client(clock=Ticking())
        client.health()
    assert client.clock_offset_ms == 0


def test_a_probe_says_what_an_operator_needs(city: City) -> None:
    """The check of a kiosk names the server and what is wrong with it."""
    from kiosk.config import ServerSettings

    settings = ServerSettings(url=city.url, connect_timeout_s=3, read_timeout_s=10)
    is_well, words = probe(settings)
    assert is_well
    assert city.url in words
    city.server.stop()
    is_well, words = probe(settings)
    assert not is_well
    assert city.url in words


# what is not our server


def _html(status: int) -> Callable[[responses.RequestsMock], None]:
    return lambda net: net.post(URL + "/v1/entries", body="<html>Sign in to the WLAN</html>", status=status) and None


NOT_OURS = {
    "captive portal, 200": _html(200),
    "captive portal, 404": _html(404),
    "proxy, 502": _html(502),
    "plain no": _html(403),
}


@pytest.mark.parametrize("answer", NOT_OURS.values(), ids=NOT_OURS)
def test_a_portals_page_is_no_acknowledgement(
    entries: list[Entry], answer: Callable[[responses.RequestsMock], None]
) -> None:
    """Case 56: whatever its status, a page that does not name our protocol is "not our server"."""
    with responses.RequestsMock() as net:
        answer(net)
        with pytest.raises(ServerUnreachable, match="not our server"):
            _client().send(entries)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(entries: list[Entry], status: int) -> None:
    """Case 56: following one would hand entries and token to whoever answers there."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.post(URL + "/v1/entries", status=status, headers={**OURS, "Location": "http://127.0.0.2:1/v1/entries"})
        net.post("http://127.0.0.2:1/v1/entries", json=_acknowledged(entries), headers=OURS)
        net.get("http://127.0.0.2:1/v1/entries", json=_acknowledged(entries), headers=OURS)
        with pytest.raises(ServerUnreachable, match="redirected"):
            _client().send(entries)
        assert len(net.calls) == 1


def test_another_protocol_is_told_apart(entries: list[Entry]) -> None:
    """Case 52: our server of another version is neither "offline" nor an acknowledgement."""
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=_acknowledged(entries), headers={PROTOCOL_HEADER: "2"})
        with pytest.raises(ServerGarbled, match="another version"):
            _client().send(entries)


def _wrong_answers(entries: list[Entry]) -> dict[str, dict[str, Any]]:
    stored = [{"seq": entry.seq, "status": "stored"} for entry in entries]
    return {
        "more results": _acknowledged(entries, results=[*stored, {"seq": 4, "status": "stored"}]),
        "fewer results": _acknowledged(entries, results=stored[:2]),
        "another number": _acknowledged(entries, results=[*stored[:2], {"seq": 9, "status": "stored"}]),
        "no number": _acknowledged(entries, results=[*stored[:2], {"seq": None, "status": "stored"}]),
        "no such status": _acknowledged(entries, results=[*stored[:2], {"seq": 3, "status": "lost"}]),
        "beyond what was sent": _acknowledged(entries, high_seq=1000),
        "another epoch": _acknowledged(entries, epoch=2),
        "another protocol inside": _acknowledged(entries, protocol=2),
        "below nothing": _acknowledged(entries, high_seq=-1),
        "no time": {key: value for key, value in _acknowledged(entries).items() if key != "server_time_ms"},
    }


CASES = tuple(_wrong_answers(LogMaker(HERE, "door-1", 1, ToldClock()).devices(3)))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("case", CASES)
def test_an_answer_that_does_not_fit_is_garbled(entries: list[Entry], case: str) -> None:
    """Case 56: an answer counts only when it is for exactly what was sent, and for no more."""
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=_wrong_answers(entries)[case], headers=OURS)
        with pytest.raises(ServerGarbled):
            _client().send(entries)


@pytest.mark.parametrize("body", [b"", b"{", b'"ok"', b"<html>", b"\xff"])
def test_a_body_that_is_no_answer_is_garbled(entries: list[Entry], body: bytes) -> None:
    """Our header alone acknowledges nothing."""
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", body=body, headers=OURS)
        with pytest.raises(ServerGarbled):
            _client().send(entries)


def test_what_the_server_knew_before_may_reach_further(entries: list[Entry]) -> None:
    """After a lost answer the same entries are duplicates, and the server may hold later ones as well."""
    known = [{"seq": entry.seq, "status": "duplicate"} for entry in entries]
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=_acknowledged(entries, results=known, high_seq=50), headers=OURS)
        assert _client().send(entries).high_seq == 50


def test_a_quarantined_entry_may_lose_its_number(entries: list[Entry]) -> None:
    """Case 57: what could not be read is answered all the same, and the rest counts."""
    results = [{"seq": None, "status": "quarantined"}, *({"seq": n, "status": "stored"} for n in (2, 3))]
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=_acknowledged(entries, results=results), headers=OURS)
        assert _client().send(entries).results[0].status is EntryStatus.QUARANTINED


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ServerRejected),
        (401, ServerRejected),
        (429, ServerUnreachable),
        (500, ServerUnreachable),
        (503, ServerUnreachable),
    ],
)
def test_a_no_asks_for_the_right_thing(entries: list[Entry], status: int, error: type[ServerError]) -> None:
    """What time cures is tried again; what a person must cure is told."""
    trouble = {"protocol": 1, "server_time_ms": NOW_MS, "code": "some_code", "message": "why"}
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=trouble, status=status, headers=OURS)
        with pytest.raises(error, match="some_code"):
            _client().send(entries)
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json={"protocol": 1, "server_time_ms": NOW_MS}, status=status, headers=OURS)
        with pytest.raises(ServerGarbled, match=str(status)):
            _client().send(entries)


# the line


def test_half_an_answer_is_no_acknowledgement(entries: list[Entry]) -> None:
    """Case 56: a connection cut in the middle of our own server's answer acknowledges nothing."""
    whole = json.dumps(_acknowledged(entries)).encode()
    head = f"HTTP/1.1 200 OK\r\n{PROTOCOL_HEADER}: 1\r\nContent-Length: {len(whole)}\r\n\r\n".encode()
    with _raw_server(head, whole[: len(whole) // 2]) as url, pytest.raises(ServerUnreachable):
        _client(url).send(entries)
    # Without a length nobody can tell that it was cut, except by its form.
    head = f"HTTP/1.1 200 OK\r\n{PROTOCOL_HEADER}: 1\r\nConnection: close\r\n\r\n".encode()
    with _raw_server(head, whole[: len(whole) // 2]) as url, pytest.raises(ServerGarbled):
        _client(url).send(entries)


def test_a_silent_server_runs_into_the_time_out(entries: list[Entry]) -> None:
    """Nobody waits for ever: the call ends by itself."""
    began = time.monotonic()
    with _raw_server(close=False) as url, pytest.raises(ServerUnreachable):
        _client(url, read_timeout_s=0.2).send(entries)
    assert time.monotonic() - began < 10


def test_a_dripping_answer_ends_as_well(entries: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then restarts the silence's time-out, but not the call's."""
    monkeypatch.setattr("kiosk.adapters.central_client._LONGEST_S", 0.05)
    head = f"HTTP/1.1 200 OK\r\n{PROTOCOL_HEADER}: 1\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    drips = [b"1\r\n \r\n"] * 20
    with _raw_server(head, *drips, pause_s=0.05) as url, pytest.raises(ServerUnreachable, match="slowly"):
        _client(url).send(entries)


def test_an_answer_without_end_is_cut(entries: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    """A kiosk's memory is not at anybody's mercy."""
    monkeypatch.setattr("kiosk.adapters.central_client._MOST_BYTES", 1000)
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", body=b" " * 2000, headers=OURS)
        with pytest.raises(ServerGarbled, match="without end"):
            _client().send(entries)


def test_a_server_that_is_down_is_unreachable(entries: list[Entry]) -> None:
    """A day without the server is a normal day."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ServerUnreachable):
        _client(f"http://127.0.0.1:{port}").send(entries)


def test_a_wrong_address_is_told(entries: list[Entry]) -> None:
    """Waiting does not cure a misspelt setting."""
    with pytest.raises(ServerRejected, match=r"server\.url"):
        _client("http://").send(entries)


def test_an_authority_that_is_not_there_is_told(entries: list[Entry], tmp_path: Path) -> None:
    """A misspelt `ca_file` is told at the first call, with its key."""
    with pytest.raises(ServerRejected, match=r"server\.ca_file"):
        _client("https://127.0.0.1:1", ca_file=str(tmp_path / "none.pem")).send(entries)


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.SSLError(ssl.SSLCertVerificationError("unable to get local issuer certificate")),
        requests.exceptions.SSLError("hostname mismatch"),
        requests.exceptions.ConnectionError(
            "Connection aborted.", ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]")
        ),
    ],
)
def test_trouble_with_certificates_is_never_offline(error: requests.RequestException) -> None:
    """An unknown authority or a missing client certificate is loud: nobody would look for it behind "offline"."""
    assert isinstance(translated(error), ServerRejected)


def test_a_line_cut_within_tls_is_offline() -> None:
    """A pulled plug is no certificate's fault."""
    assert isinstance(translated(requests.exceptions.SSLError(ssl.SSLEOFError("EOF"))), ServerUnreachable)


def test_the_environments_proxies_are_left_alone(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy set for the operator's browser does not come between kiosk and server."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert _client(city.url, None, city.clock).health().protocol == 1
    with pytest.raises(ServerUnreachable):
        _client("http://central.invalid", None, use_proxies=True).health()


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
            client.send([replace(entry)])
        assert "?" not in (net.calls[0].request.url or "")
    assert NAME not in str(caught.value)
    assert to_wire_entry(entry)["hash"] not in str(caught.value)
