"""What the tests of the kiosk's client share: a client, our server's answer, and a server that sends plain bytes."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from kiosk.adapters.central_client import CentralClient
from kiosk.domain.times import to_ms
from kiosk.protocol.messages import PROTOCOL_HEADER
from tests.central.builders import NINE, ToldClock

if TYPE_CHECKING:
    from collections.abc import Generator

    from kiosk.domain.entry import Entry

URL = "http://127.0.0.1:1"  # nobody listens there; `responses` answers in its place
OURS = {PROTOCOL_HEADER: "1"}
NOW_MS = to_ms(NINE)


def client_of(
    url: str = URL, token: str | None = "t" * 32, clock: ToldClock | None = None, **other: Any
) -> CentralClient:
    """A client that stands at nine o'clock."""
    return CentralClient(url, token, clock=clock or ToldClock(), **other)


def acknowledged(entries: list[Entry], **other: Any) -> dict[str, Any]:
    """The answer that our server would give."""
    results = [{"seq": entry.seq, "status": "stored"} for entry in entries]
    high = {"high_seq": entries[-1].seq, "high_hash": entries[-1].hash}
    return {"protocol": 1, "server_time_ms": NOW_MS, "results": results, "epoch": 1, **high, **other}


@contextmanager
def raw_server(*parts: bytes, pause_s: float = 0.0, close: bool = True) -> Generator[str]:
    """Answer one connection with exactly these bytes."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):  # the client may leave first
                # All of it is read first: closing on unread bytes would reset the line and lose the answer.
                request = b""
                while not request.endswith(b"]}") and (part := connection.recv(65536)):
                    request += part
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
