"""The guard's page of the server: the cases of a site on a phone or a desk computer, live, in two languages.

It reloads what it shows as soon as anything of the site's cases changes. Whatever is done goes by ordinary forms, so
that it works without a script as well.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from central.answers import desk_of
from central.guard_board import board
from central.guard_case import CasePage, case_page
from central.guard_door import Seat, not_found, own_form, page, words_of
from central.guard_earlier import AGO
from central.pages import HEADERS, PathId, go
from central.refusals import Unknown
from central.staff_html import Html, file
from central.typed_reading import Typed
from kiosk.domain.case import CaseEvent, Cause, Disposition, Role
from kiosk.domain.case_wish import CaseWish

router: Final = APIRouter(prefix="/guard", include_in_schema=False)

_LONGEST_WAIT_S: Final = 25
_LOOK_AGAIN_S: Final = 0.25
_LONGEST_WORDS: Final = 200
_LONGEST_ID: Final = 64
# Escalations are the program's, readings have a form of their own.
_ACTS: Final = frozenset(CaseEvent) - {CaseEvent.ESCALATED, CaseEvent.MEASURED}
_FILES: Final = {"guard.css": "text/css", "guard.js": "text/javascript"}


@router.get("/files/{name}")
def own_file(name: str) -> Response:
    """Return the looks and the script of the pages."""
    if name not in _FILES:
        return Response(status_code=404, headers=HEADERS)
    return Response(file(name), media_type=_FILES[name], headers=HEADERS)


@router.get("")
def sites(request: Request) -> Response:
    """Show the sites to sign in at; the only one opens at once."""
    words, known = words_of(request), desk_of(request).catalogue.sites()
    if len(known) == 1:
        return go(f"/guard/{quote(known[0].id)}?lang={words.language}")
    rows = [words.fill("guard_site_row", site=site.id, name=getattr(site.name, words.language)) for site in known]
    none = "" if rows else words.t("no_sites")
    return page(request, words.fill("guard_sites", rows=Html("".join(rows)), none=none))


@router.get("/{site_id}")
def site_page(request: Request, seat: Seat = Depends(Seat)) -> Response:
    """Show the cases of a site."""
    scene = desk_of(request).scenes.of(seat.site_id)
    return page(request, board(scene, seat.reader(request)), seat)


@router.get("/{site_id}/live")
async def live(
    request: Request, version: Annotated[int, Query(ge=0, le=2**62)] = 0, seat: Seat = Depends(Seat)
) -> Response:
    """Tell the version of what the pages show as soon as it is another one, at the latest after a while."""
    desk = desk_of(request)
    loop = asyncio.get_running_loop()
    until = loop.time() + _LONGEST_WAIT_S
    current = await run_in_threadpool(desk.scenes.version, seat.site_id)
    while current == version and loop.time() < until and not request.app.state.is_stopping.is_set():
        await asyncio.sleep(_LOOK_AGAIN_S)
        current = await run_in_threadpool(desk.scenes.version, seat.site_id)
    return JSONResponse({"version": current}, headers=HEADERS)


@router.post("/{site_id}/cases")
def open_case(request: Request, form: dict[str, str] = Depends(own_form), seat: Seat = Depends(Seat)) -> Response:
    """Open a case for somebody who stands at no kiosk."""
    cause = Cause.COLLAPSE if form.get("cause") == Cause.COLLAPSE else Cause.GUARD
    case_id, _why = desk_of(request).case_desk.open(seat.site_id, seat.guard, cause)
    return go(_address(request, seat, case_id))


@router.get("/{site_id}/cases/{case_id}")
def show_case(request: Request, case_id: PathId, seat: Seat = Depends(Seat)) -> Response:
    """Show a case; a locked page shows the list instead."""
    return go(_address(request, seat)) if seat.is_locked else _case(request, seat, case_id)


@router.post("/{site_id}/cases/{case_id}")
def act(
    request: Request, case_id: PathId, form: dict[str, str] = Depends(own_form), seat: Seat = Depends(Seat)
) -> Response:
    """Do one thing for a case."""
    wish = _wish(form)
    if wish is None:
        return _case(request, seat, case_id, "failed")
    try:
        why = desk_of(request).case_desk.do(seat.site_id, case_id, seat.guard, wish)
    except Unknown:
        return not_found(request, seat)
    return _case(request, seat, case_id, why) if why else go(_address(request, seat, case_id))


@router.post("/{site_id}/cases/{case_id}/reading")
def reading(
    request: Request, case_id: PathId, form: dict[str, str] = Depends(own_form), seat: Seat = Depends(Seat)
) -> Response:
    """Record a clinical reading."""
    typed = Typed(form.get("site", ""), form.get("value", ""), form.get("again", ""), form.get("serial", ""))
    try:
        why = desk_of(request).case_desk.measure(seat.site_id, case_id, seat.guard, typed)
    except Unknown:
        return not_found(request, seat)
    return _case(request, seat, case_id, why, typed) if why else go(_address(request, seat, case_id))


@router.post("/{site_id}/cases/{case_id}/person")
def look_up(
    request: Request, case_id: PathId, form: dict[str, str] = Depends(own_form), seat: Seat = Depends(Seat)
) -> Response:
    """Show whose case it is in this one answer, after the look and its purpose are recorded."""
    desk, why = desk_of(request), form.get("words", "").strip()
    if not Role(seat.guard.role).may_act_as(Role.LEADER):
        return _case(request, seat, case_id, "role")
    if not 0 < len(why) <= _LONGEST_WORDS:
        return _case(request, seat, case_id, "no_words")
    try:
        _visit_id, booking_id = desk.case_desk.look_up(seat.site_id, case_id, seat.guard, why)
    except Unknown:
        return not_found(request, seat)
    found = _case_page(request, seat, case_id)
    if found is None:
        return not_found(request, seat)
    person = desk.scenes.person(seat.site_id, booking_id) if booking_id else None
    return page(request, case_page(replace(found, person=person, was_looked_up=True)), seat)


def _wish(form: dict[str, str]) -> CaseWish | None:
    """Return what a form asks for, "placed:room_1" for example; None for anything that is no act."""
    name, _, value = form.get("act", "").partition(":")
    words = form.get("words", "").strip()
    if name not in _ACTS or len(words) > _LONGEST_WORDS or len(value) > _LONGEST_ID:
        return None
    event, minutes_ago = CaseEvent(name), form.get("ago", "0")
    if minutes_ago not in {"0", *AGO}:
        return None
    if event is CaseEvent.DISPOSED:
        if value not in list(Disposition):
            return None
        to = form.get("to", "") if value == Disposition.REFERRED else ""
        return CaseWish(event, disposition=Disposition(value), to=to)
    if event in {CaseEvent.PLACED, CaseEvent.CLEANED}:
        return CaseWish(event, place_id=value, minutes_ago=int(minutes_ago))
    if event is CaseEvent.REPORTED:
        return CaseWish(event, to=value, minutes_ago=int(minutes_ago))
    item = value if event is CaseEvent.TICKED else ""
    return CaseWish(event, item=item, note=words, minutes_ago=int(minutes_ago))


def _case_page(
    request: Request, seat: Seat, case_id: str, why: str = "", typed: Typed | None = None
) -> CasePage | None:
    desk = desk_of(request)
    scene = desk.scenes.of(seat.site_id)
    found = desk.scenes.case(scene, case_id)
    if found is None:
        return None
    instruments = desk.scenes.instruments(seat.site_id)
    return CasePage(scene, *found, seat.reader(request), instruments, why, typed)


def _case(request: Request, seat: Seat, case_id: str, why: str = "", typed: Typed | None = None) -> Response:
    found = _case_page(request, seat, case_id, why, typed)
    if found is None:
        return not_found(request, seat)
    return page(request, case_page(found), seat, status=409 if why else 200)


def _address(request: Request, seat: Seat, case_id: str | None = None) -> str:
    case = f"/cases/{quote(case_id)}" if case_id is not None else ""
    return f"/guard/{quote(seat.site_id)}{case}?lang={words_of(request).language}"
