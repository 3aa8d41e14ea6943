"""The kiosk's client against everything that is not its server: none of it counts as an acknowledgement."""

from __future__ import annotations

import json
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses

from kiosk.adapters.central_answers import translated
from kiosk.adapters.trust import Trust
from kiosk.errors import ServerError, ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.protocol.messages import PROTOCOL_HEADER, EntryStatus
from tests.adapters.central_builders import NOW_MS, OURS, URL, acknowledged, client_of, raw_server
from tests.central.builders import HERE, LogMaker, ToldClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.domain.entry import Entry


@pytest.fixture
def entries() -> list[Entry]:
    """Three entries of a log."""
    return LogMaker(HERE, "door-1", 1, ToldClock()).devices(3)  # pyright: ignore[reportArgumentType]


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
            client_of().send(entries)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(entries: list[Entry], status: int) -> None:
    """Case 56: following one would hand entries and token to whoever answers there."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.post(URL + "/v1/entries", status=status, headers={**OURS, "Location": "http://127.0.0.2:1/v1/entries"})
        net.post("http://127.0.0.2:1/v1/entries", json=acknowledged(entries), headers=OURS)
        net.get("http://127.0.0.2:1/v1/entries", json=acknowledged(entries), headers=OURS)
        with pytest.raises(ServerUnreachable, match="redirected"):
            client_of().send(entries)
        assert len(net.calls) == 1


def test_another_protocol_is_told_apart(entries: list[Entry]) -> None:
    """Case 52: our server of another version is neither "offline" nor an acknowledgement."""
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=acknowledged(entries), headers={PROTOCOL_HEADER: "2"})
        with pytest.raises(ServerGarbled, match="another version"):
            client_of().send(entries)


def _wrong_answers(entries: list[Entry]) -> dict[str, dict[str, Any]]:
    stored = [{"seq": entry.seq, "status": "stored"} for entry in entries]
    return {
        "more results": acknowledged(entries, results=[*stored, {"seq": 4, "status": "stored"}]),
        "fewer results": acknowledged(entries, results=stored[:2]),
        "another number": acknowledged(entries, results=[*stored[:2], {"seq": 9, "status": "stored"}]),
        "no number": acknowledged(entries, results=[*stored[:2], {"seq": None, "status": "stored"}]),
        "no such status": acknowledged(entries, results=[*stored[:2], {"seq": 3, "status": "lost"}]),
        "beyond what was sent": acknowledged(entries, high_seq=1000),
        "another epoch": acknowledged(entries, epoch=2),
        "another protocol inside": acknowledged(entries, protocol=2),
        "below nothing": acknowledged(entries, high_seq=-1),
        "a time before all": acknowledged(entries, server_time_ms=-1),
        "a time that no number holds": acknowledged(entries, server_time_ms=2**53),
        "no time": {key: value for key, value in acknowledged(entries).items() if key != "server_time_ms"},
    }


CASES = tuple(_wrong_answers(LogMaker(HERE, "door-1", 1, ToldClock()).devices(3)))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("case", CASES)
def test_an_answer_that_does_not_fit_is_garbled(entries: list[Entry], case: str) -> None:
    """Case 56: an answer counts only when it is for exactly what was sent, and for no more."""
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=_wrong_answers(entries)[case], headers=OURS)
        with pytest.raises(ServerGarbled):
            client_of().send(entries)


def test_an_answer_for_another_epoch_is_none_whether_entries_were_sent_or_not() -> None:
    """Its numbers and hashes are another log's: they say nothing of this one."""
    told = {"protocol": 1, "server_time_ms": NOW_MS, "results": [], "epoch": 2, "high_seq": 500, "high_hash": "ab" * 32}
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=told, headers=OURS)
        with pytest.raises(ServerGarbled, match="epoch 2"):
            client_of(epoch=1).send([])
        assert client_of(epoch=2).send([]).high_seq == 500


@pytest.mark.parametrize("body", [b"", b"{", b'"ok"', b"<html>", b"\xff"])
def test_a_body_that_is_no_answer_is_garbled(entries: list[Entry], body: bytes) -> None:
    """Our header alone acknowledges nothing."""
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", body=body, headers=OURS)
        with pytest.raises(ServerGarbled):
            client_of().send(entries)


def test_what_the_server_knew_before_may_reach_further(entries: list[Entry]) -> None:
    """After a lost answer the same entries are duplicates, and the server may hold later ones as well."""
    known = [{"seq": entry.seq, "status": "duplicate"} for entry in entries]
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=acknowledged(entries, results=known, high_seq=50), headers=OURS)
        assert client_of().send(entries).high_seq == 50


def test_a_quarantined_entry_may_lose_its_number(entries: list[Entry]) -> None:
    """Case 57: what could not be read is answered all the same, and the rest counts."""
    results = [{"seq": None, "status": "quarantined"}, *({"seq": n, "status": "stored"} for n in (2, 3))]
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json=acknowledged(entries, results=results), headers=OURS)
        assert client_of().send(entries).results[0].status is EntryStatus.QUARANTINED


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
            client_of().send(entries)
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", json={"protocol": 1, "server_time_ms": NOW_MS}, status=status, headers=OURS)
        with pytest.raises(ServerGarbled, match=str(status)):
            client_of().send(entries)


def test_half_an_answer_is_no_acknowledgement(entries: list[Entry]) -> None:
    """Case 56: a connection cut in the middle of our own server's answer acknowledges nothing."""
    whole = json.dumps(acknowledged(entries)).encode()
    head = f"HTTP/1.1 200 OK\r\n{PROTOCOL_HEADER}: 1\r\nContent-Length: {len(whole)}\r\n\r\n".encode()
    with raw_server(head, whole[: len(whole) // 2]) as url, pytest.raises(ServerUnreachable):
        client_of(url).send(entries)
    # Without a length nobody can tell that it was cut, except by its form.
    head = f"HTTP/1.1 200 OK\r\n{PROTOCOL_HEADER}: 1\r\nConnection: close\r\n\r\n".encode()
    with raw_server(head, whole[: len(whole) // 2]) as url, pytest.raises(ServerGarbled):
        client_of(url).send(entries)


def test_a_silent_server_runs_into_the_time_out(entries: list[Entry]) -> None:
    """Nobody waits for ever: the call ends by itself."""
    began = time.monotonic()
    with raw_server(close=False) as url, pytest.raises(ServerUnreachable):
        client_of(url, timeouts_s=(3.0, 0.2)).send(entries)
    assert time.monotonic() - began < 10


OK_HEAD = f"HTTP/1.1 200 OK\r\n{PROTOCOL_HEADER}: 1\r\n".encode()
DRIPS = {
    "chunks": (OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a body of a known length": (OK_HEAD + b"Content-Length: 4000\r\n\r\n", b" "),
    "a body until the line is closed": (OK_HEAD + b"Connection: close\r\n\r\n", b" "),
    "header after header": (OK_HEAD, b"X-Drip: 1\r\n"),
    "one header": (OK_HEAD + b"X-Drip: ", b"1"),
    "a first line": (b"HTTP/1.1 200 O", b"K"),
    "promises of an answer": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
def test_a_dripping_answer_ends_as_well(
    entries: list[Entry], monkeypatch: pytest.MonkeyPatch, drip: tuple[bytes, bytes]
) -> None:
    """A byte now and then restarts the silence's time-out, but not the answer's: head or body, framed in any way."""
    monkeypatch.setattr("kiosk.adapters.bounded_http._LONGEST_S", 0.05)
    head, drop = drip
    with raw_server(head, *[drop] * 80, pause_s=0.02) as url, pytest.raises(ServerUnreachable, match="slowly"):
        client_of(url).send(entries)


def test_an_answer_without_end_is_cut(entries: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    """A kiosk's memory is not at anybody's mercy."""
    monkeypatch.setattr("kiosk.adapters.central_answers._MOST_BYTES", 1000)
    with responses.RequestsMock() as net:
        net.post(URL + "/v1/entries", body=b" " * 2000, headers=OURS)
        with pytest.raises(ServerGarbled, match="without end"):
            client_of().send(entries)


def test_a_server_that_is_down_is_unreachable(entries: list[Entry]) -> None:
    """A day without the server is a normal day."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ServerUnreachable):
        client_of(f"http://127.0.0.1:{port}").send(entries)


def test_a_wrong_address_is_told(entries: list[Entry]) -> None:
    """Waiting does not cure a misspelt setting."""
    with pytest.raises(ServerRejected, match=r"server\.url"):
        client_of("http://").send(entries)


def test_an_authority_that_is_not_there_is_told(entries: list[Entry], tmp_path: Path) -> None:
    """A misspelt `ca_file` is told at the first call, with its key."""
    with pytest.raises(ServerRejected, match=r"server\.ca_file"):
        client_of("https://127.0.0.1:1", trust=Trust(str(tmp_path / "none.pem"))).send(entries)


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
