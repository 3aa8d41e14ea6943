"""What stands in front of every route: bounds on what is sent, our header on what is answered, failures kept inside."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from central.answers import HEADERS, envelope
from central.clock import Clock

logger = logging.getLogger(__name__)

_Message: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]
_App: TypeAlias = Callable[[_Message, _Receive, _Send], Awaitable[None]]

_SMALL: Final = 64 * 1024  # every other request
_DOCUMENT: Final = 256 * 1024  # a form takes nine bytes for a Chinese sign; `site_documents.LONGEST` signs fit
UPLOAD_PATH: Final = "/v1/entries"


class Guard:
    """An ASGI layer around the application."""

    def __init__(self, app: _App, clock: Clock, upload_bytes: int) -> None:
        """`upload_bytes` bounds an upload as it is sent; what it unpacks to is bounded where it is unpacked."""
        self._app = app
        self._clock = clock
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_ours(message: _Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = _with_ours(message.get("headers", []))
            await send(message)

        trouble = self._too_large(scope)
        if trouble is not None:
            await self._say(send_ours, *trouble)
            return
        try:
            await self._app(scope, receive, send_ours)
        except Exception as error:  # noqa: BLE001 - the last line: a call that fails must not take the server along
            # Where it failed, not with what: an error's text may repeat what was sent.
            place = "".join(traceback.format_tb(error.__traceback__))
            logger.error("a call failed: %s\n%s", type(error).__name__, place)  # noqa: TRY400
            if not has_begun:
                await self._say(send_ours, 500, "failed", "the server failed; try again")

    def _too_large(self, scope: _Message) -> tuple[int, str, str] | None:
        headers = dict(scope["headers"])
        if b"transfer-encoding" in headers:
            return 411, "length_required", "say how long the request is"
        length = headers.get(b"content-length", b"0")
        is_document = "/documents/" in scope["path"]
        most = self._upload_bytes if scope["path"] == UPLOAD_PATH else _DOCUMENT if is_document else _SMALL
        if not length.isdigit() or int(length) > most:
            return 413, "too_large", f"at most {most} bytes"
        return None

    async def _say(self, send: _Send, status: int, code: str, message: str) -> None:
        body = json.dumps(envelope(self._clock) | {"code": code, "message": message}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _with_ours(headers: Any) -> list[tuple[bytes, bytes]]:  # noqa: ANN401 - as ASGI hands them over
    ours = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    names = {name for name, _ in ours}
    return [*ours, *((name, value) for name, value in headers if name.lower() not in names)]
