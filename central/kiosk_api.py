"""What kiosks call. `docs/protocol.md` tells the rules; the messages are those of `kiosk.protocol`."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from central.answers import answer, desk_of, envelope, raw_answer
from central.auth import active_kiosk, any_kiosk, bearer
from central.core import Desk
from central.fleet import Principal
from central.refusals import BadRequest, TooLarge, UpdateNeeded
from central.site_view import View
from kiosk.domain.bounds import MAX_NUMBER
from kiosk.domain.wire import to_json
from kiosk.protocol.messages import (
    MAX_BATCH,
    PROTOCOL,
    BookingPage,
    DocumentsAnswer,
    EnrolAnswer,
    EnrolRequest,
    SiteView,
    TokenAnswer,
    TokenRequest,
    Trouble,
    UploadAnswer,
)

router: Final = APIRouter(
    prefix="/v1", tags=["kiosk"], responses={"4XX": {"model": Trouble}, "5XX": {"model": Trouble}}
)

_LONGEST_WAIT_S: Final = 25
_LOOK_AGAIN_S: Final = 0.25
_UPLOAD_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "required": ["entries"]}}},
    }
}


async def _spoken(request: Request) -> None:
    """Raise UpdateNeeded for a handshake newer than ours, before its other fields are read: they may be new."""
    try:
        wish = await request.json()
    except (ValueError, RecursionError):
        return  # said better where the fields are checked
    handshake = cast("dict[str, Any]", wish).get("handshake") if isinstance(wish, dict) else None
    if isinstance(handshake, int) and handshake > PROTOCOL:
        raise UpdateNeeded(f"this server speaks version {PROTOCOL}; update it before its kiosks")


@router.post("/enrol", response_model=EnrolAnswer, dependencies=[Depends(_spoken)])
def enrol(request: Request, wish: EnrolRequest) -> Response:
    """Trade a one-time code for a kiosk's identity, its epoch and its token."""
    desk = desk_of(request)
    enrolled = desk.fleet.enrol(wish.code, wish.public_key, wish.software)
    content = to_json(enrolled) | {"id_key": desk.keyring.id_key(enrolled.site_id).hex()}
    return answer(desk, content)


@router.post("/token", response_model=TokenAnswer)
def roll_token(
    request: Request, wish: TokenRequest, who: Principal = Depends(active_kiosk), token: str = Depends(bearer)
) -> Response:
    """Trade the token for a new one; the old one holds until the new one is first used."""
    desk = desk_of(request)
    return answer(desk, {"token": desk.tokens.roll(who, token, wish.at_ms, wish.signature)})


@router.post("/entries", response_model=UploadAnswer, openapi_extra=_UPLOAD_BODY)
async def upload(request: Request, who: Principal = Depends(any_kiosk)) -> Response:
    """Take in entries, in order; one result each, and how far the log is here without a gap."""
    desk = desk_of(request)
    body = await request.body()
    encoding = request.headers.get("content-encoding", "identity").lower()
    return await run_in_threadpool(_take_in, desk, who, body, encoding)


@router.get("/bookings", response_model=BookingPage)
def bookings(
    request: Request,
    since: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 5000,
    who: Principal = Depends(active_kiosk),
) -> Response:
    """Tell the changes of the site's near bookings after a cursor."""
    desk = desk_of(request)
    return answer(desk, to_json(desk.bookings.changes(who.site_id, since, limit)))


@router.get("/documents", response_model=DocumentsAnswer)
def documents(
    request: Request, if_none_match: Annotated[str, Header()] = "", who: Principal = Depends(active_kiosk)
) -> Response:
    """Tell what a kiosk works by, or 304 when the ETag still holds."""
    desk = desk_of(request)
    found = desk.catalogue.documents(who.site_id)
    etag = f'"{found.version}"'
    # A cache on the way may have made the tag a weak one (RFC 9110, section 8.8.3).
    given = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    response = (
        Response(status_code=304) if etag in given else answer(desk, {"documents": found.model_dump(mode="json")})
    )
    response.headers["ETag"] = etag
    return response


@router.get("/site", response_model=SiteView)
async def site(
    request: Request,
    version: Annotated[int, Query(ge=0, le=2**62)] = 0,
    wait: Annotated[int, Query(ge=0, le=_LONGEST_WAIT_S)] = 0,
    who: Principal = Depends(active_kiosk),
) -> Response:
    """Tell what the other kiosks know; `wait`: seconds to hold the answer back while nothing changes."""
    desk = desk_of(request)
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    while loop.time() < until and not request.app.state.is_stopping.is_set():
        if await run_in_threadpool(desk.views.version, who) != version:
            break
        await asyncio.sleep(_LOOK_AGAIN_S)
    return raw_answer(_spelled(desk, who, await run_in_threadpool(desk.views.view, who, version)))


def _spelled(desk: Desk, who: Principal, view: View) -> str:
    """Return a view as JSON; the visits are JSON already, and there may be thousands."""
    head = envelope(desk.clock) | {
        "version": view.version,
        "inside_elsewhere": view.inside_elsewhere,
        "unchanged": view.is_unchanged,
        "token_issued_ms": who.issued_ms,
        "cases": [to_json(item) for item in view.cases],
        "conflicts": [item.model_dump(mode="json") for item in view.conflicts],
    }
    return json.dumps(head)[:-1] + ', "visits": [' + ",".join(view.records) + "]}"


def _take_in(desk: Desk, who: Principal, body: bytes, encoding: str) -> Response:
    upload = _upload(_unpacked(body, encoding, desk.settings.limits.upload_mb * 1024 * 1024))
    received = desk.intake.receive(who, _items(upload), _number(upload, "last"), _number(upload, "acknowledged"))
    return answer(
        desk,
        {
            "results": [result.model_dump(mode="json") for result in received.results],
            "epoch": who.epoch,
            "high_seq": received.high_seq,
            "high_hash": received.high_hash,
        },
    )


def _unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """Return a body unpacked, reading no further than `most` bytes: a small one may hold a very large one."""
    if encoding == "identity":
        plain = body
    elif encoding == "gzip":
        unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            plain = unpacker.decompress(body, most + 1)
        except zlib.error as error:
            raise BadRequest("not gzip") from error
        if len(plain) <= most and not unpacker.eof:
            raise BadRequest("half a gzip")
    else:
        raise BadRequest("unknown encoding")
    if len(plain) > most:
        raise TooLarge(f"at most {most} bytes unpacked")
    return plain


def _upload(plain: bytes) -> dict[str, Any]:
    """Return an upload as it was sent."""
    try:
        data: Any = json.loads(plain, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise BadRequest("not JSON") from error
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}


def _items(upload: dict[str, Any]) -> list[object]:
    """Return the entries of an upload as they were sent; they are looked at one by one, later."""
    entries = upload.get("entries")
    if not isinstance(entries, list):
        raise BadRequest("an upload holds entries")
    items = cast("list[object]", entries)
    if len(items) > MAX_BATCH:
        raise TooLarge(f"at most {MAX_BATCH} entries")
    return items


def _number(upload: dict[str, Any], name: str) -> int | None:
    """Return what a kiosk says of its log beside the entries; None for anything that is no number of an entry."""
    value = upload.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER else None


def _whole(text: str) -> int | str:
    """Read a number; one too long for Python's own limit stays text, and spoils its entry only."""
    return int(text) if len(text) < 20 else text  # noqa: PLR2004 - 2**63 has nineteen digits
