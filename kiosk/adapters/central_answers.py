"""Whose answer it is, and what a "no" or a failure of the line asks the kiosk to do."""

from __future__ import annotations

import socket
import ssl
from typing import Final, TypeVar

import requests
from pydantic import ValidationError

from kiosk.adapters.bounded_http import TooSlow
from kiosk.errors import ServerError, ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.protocol.messages import PROTOCOL, PROTOCOL_HEADER, Trouble

E = TypeVar("E", bound=BaseException)

_NOT_MODIFIED: Final = 304
_REDIRECTS: Final = range(300, 400)
_FAILED_FROM: Final = 500
_TRY_LATER: Final = frozenset({408, 425, 429})
_CUT: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
_NOBODY: Final = ((ConnectionRefusedError, "nothing answers there"), (socket.gaierror, "its name leads nowhere"))
DISTRUST: Final = "distrust"  # the reason of a no that TLS says
_DEEPEST: Final = 10  # wrappings
_MOST_BYTES: Final = 32 * 1024 * 1024  # of one answer, unpacked; 5,000 bookings are about 3 MB
_CHUNK: Final = 64 * 1024


def check_ours(response: requests.Response) -> None:
    """Raise unless the answer's head is our server's."""
    if response.status_code in _REDIRECTS and response.status_code != _NOT_MODIFIED:
        # Following it would hand our entries, and our token, to whoever answers there.
        raise ServerUnreachable("redirected: something stands between us and the server")
    protocol = response.headers.get(PROTOCOL_HEADER)
    if protocol is None:
        raise ServerUnreachable(f"not our server answered, with status {response.status_code}")
    if protocol != str(PROTOCOL):
        raise ServerGarbled("the server speaks another version of the protocol; one side needs an update")


def whole_body(response: requests.Response) -> bytes:
    """Return the answer's body, within a bound of size; that of time is the line's."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            raise ServerGarbled("an answer without end")
    return b"".join(parts)


def said_no(status: int, answer: bytes) -> ServerError:
    """Return the error that says what to do about an answer that is not 200."""
    try:
        trouble = Trouble.model_validate_json(answer)
    except ValidationError:
        return ServerGarbled(f"status {status} without a reason")
    if status in _TRY_LATER or status >= _FAILED_FROM:
        return ServerUnreachable(f"the server cannot now: {trouble.code}")
    return ServerRejected(f"{trouble.code}: {trouble.message}", trouble.code)


def translated(error: requests.RequestException) -> ServerError:
    """Return the library's error as ours.

    `SSLError` is a `ConnectionError` as well, and a missing client certificate may show as a plain one
    (server-facts.md): neither is "offline", waiting cures neither, so both are loud. A line cut within TLS is quiet.
    """
    tls = _behind(error, ssl.SSLError)
    is_about_tls = tls is not None or isinstance(error, requests.exceptions.SSLError)
    if is_about_tls and not isinstance(tls, _CUT):
        return ServerRejected("the server's certificate is not trusted, or it does not trust ours", DISTRUST)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return ServerRejected("server.url is no address of a server")
    if is_too_slow(error):
        return ServerUnreachable("the answer comes too slowly")
    for kind, words in _NOBODY:
        if _behind(error, kind) is not None:
            return ServerUnreachable(words)
    return ServerUnreachable(f"no whole answer: {type(error).__name__}")


def is_too_slow(error: requests.RequestException) -> bool:
    """Tell whether an answer had begun and did not end."""
    return _behind(error, TooSlow) is not None


def _behind(error: BaseException, kind: type[E]) -> E | None:
    """Return the failure of a `kind` behind an error, however it was wrapped, or None."""
    seen: BaseException | None = error
    for _ in range(_DEEPEST):
        if seen is None or isinstance(seen, kind):
            return seen
        inner = (getattr(seen, "reason", None), *seen.args, seen.__cause__, seen.__context__)
        seen = next((item for item in inner if isinstance(item, BaseException)), None)
    return None
