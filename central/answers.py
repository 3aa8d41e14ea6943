"""Every answer names our protocol and our time, so that nobody takes a proxy's page for ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from central.core import Desk
from central.refusals import Refusal
from kiosk.domain.times import to_ms
from kiosk.protocol.messages import PROTOCOL, PROTOCOL_HEADER
from kiosk.toml_file import in_plain_words

if TYPE_CHECKING:
    from fastapi import FastAPI

    from central.clock import Clock

HEADERS: Final = {PROTOCOL_HEADER: str(PROTOCOL), "Cache-Control": "no-store"}


def desk_of(request: Request) -> Desk:
    """Return the desk behind a request."""
    return request.app.state.desk


def envelope(clock: Clock) -> dict[str, Any]:
    """Return what every answer holds."""
    return {"protocol": PROTOCOL, "server_time_ms": to_ms(clock.now())}


def answer(desk: Desk, content: dict[str, Any], status: int = 200) -> Response:
    """Return `content` as an answer."""
    return raw_answer(json.dumps(envelope(desk.clock) | content, ensure_ascii=False), status)


def raw_answer(text: str, status: int = 200) -> Response:
    """Return JSON text as an answer; it holds the envelope already."""
    return Response(text.encode(), status, headers=HEADERS, media_type="application/json")


def trouble(desk: Desk, status: int, code: str, message: str) -> Response:
    """Return an answer that says no."""
    return answer(desk, {"code": code, "message": message}, status)


def install(app: FastAPI) -> None:
    """Make every "no" of the application one of ours; no message repeats what was sent."""
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(404, _nowhere)
    app.add_exception_handler(405, _nowhere)


async def refused(request: Request, error: Exception) -> Response:
    """Return a refusal as an answer that says no."""
    refusal = cast("Refusal", error)
    return trouble(desk_of(request), refusal.status, refusal.code, str(refusal))


async def _misread(request: Request, error: Exception) -> Response:
    # Where no words are ours, the kind alone: pydantic's may repeat what was sent.
    mistakes = cast("RequestValidationError", error).errors()
    told = [f"{'.'.join(map(str, item['loc']))}: {in_plain_words(item) or item['type']}" for item in mistakes]
    return trouble(desk_of(request), 400, "bad_request", "; ".join(told))


async def _nowhere(request: Request, _error: Exception) -> Response:
    return trouble(desk_of(request), 404, "not_found", "no such place")
