"""HTTP for `requests` whose answers end: a byte now and then starts a silence's time-out anew, but not this one.

The bound is at the line itself, so that status, headers and body count together, however the body is framed. Whose
certificates are trusted, and which connections are kept, is as `requests` has it.
"""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer


_LONGEST_S: Final = 60.0  # for one whole answer, from its first byte; 3 MB over 1 Mbit/s take 25


class TooSlow(TimeoutError):
    """An answer that has begun and does not end."""


class _BoundedLine(io.RawIOBase):
    """What a server sends, for so long and no longer."""

    def __init__(self, line: io.RawIOBase) -> None:
        self._line = line
        self._until: float | None = None

    def readable(self) -> bool:
        """Say yes: `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """Read what is there, or wait for it as long as a silence may take; raises TooSlow past the bound."""
        if self._until is not None and time.monotonic() > self._until:
            raise TooSlow("the answer comes too slowly")
        count = self._line.readinto(buffer)
        self._until = self._until or time.monotonic() + _LONGEST_S
        return count

    def close(self) -> None:
        """Let go of the line."""
        super().close()
        self._line.close()


class _BoundedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *others: Any, **named: Any) -> None:
        super().__init__(sock, *others, **named)
        self.fp = io.BufferedReader(_BoundedLine(self.fp.detach()))


class _Plain(HTTPConnection):
    response_class = _BoundedResponse


class _Sealed(HTTPSConnection):
    response_class = _BoundedResponse


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain  # pyright: ignore[reportAssignmentType] - their own class does not fit their protocol either


class _SealedPool(HTTPSConnectionPool):
    ConnectionCls = _Sealed  # pyright: ignore[reportAssignmentType]


class BoundedAdapter(HTTPAdapter):
    """What a session is given for `http://` and `https://`."""

    def init_poolmanager(self, *sizes: Any, **other: Any) -> None:
        """Keep connections whose answers are bounded."""
        super().init_poolmanager(*sizes, **other)
        _bound(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **other: Any) -> Any:  # noqa: ANN401 - as `requests` has it
        """Keep such connections to a proxy as well."""
        manager = super().proxy_manager_for(proxy, **other)
        _bound(manager)
        return manager


def _bound(manager: Any) -> None:  # noqa: ANN401 - as `requests` has it
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SealedPool}
