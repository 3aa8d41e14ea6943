"""The door of the guard's page: who is signed in at which site, and the pages around that.

A guard signs in at one site with their own account; the cookie stands for a session on the server that belongs to
that site. Every form carries the session's own secret. After a while without a touch the page shows numbers and
alarms only, until somebody signs in again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from central.answers import desk_of
from central.guard_board import Reader
from central.guard_sign_in import BADGE
from central.pages import HEADERS, PathId, form_of, go, html_page, set_cookie
from central.refusals import Unknown
from central.staff_html import Html, Words

if TYPE_CHECKING:
    from central.core import Desk
    from central.staff_sessions import Session, Sessions
    from kiosk.protocol.messages import Guard

router: Final = APIRouter(prefix="/guard", include_in_schema=False)

COOKIE: Final = "vb_guard"
FORM_COOKIE: Final = "vb_guard_form"
LOCKS_AFTER: Final = timedelta(minutes=10)
_BY_ITSELF: Final = "x-looks-by-itself"  # the page's script looks; nobody has touched it
_LOOKS: Final = "looks"  # in the address of a page that reloads itself, where no script runs


class GuardAway(Exception):
    """Nobody is signed in at this site."""

    def __init__(self, site_id: str, *, was_locked: bool = False) -> None:
        """`site_id`: where to sign in; `was_locked`: the page was left alone for so long that it takes no act."""
        super().__init__("not signed in")
        self.site_id = site_id
        self.was_locked = was_locked


def words_of(request: Request) -> Words:
    """Return the words of a request's language."""
    return Words(request.query_params.get("lang", ""), "guard")


def sessions_of(request: Request) -> Sessions:
    """Return the guards' sessions of the application behind a request."""
    return request.app.state.guard_sessions


class Seat:
    """Who is signed in at the site of a request."""

    def __init__(self, request: Request, site_id: PathId) -> None:
        """Raise GuardAway unless the cookie stands for a session of this very site, by an account as it still is."""
        session = sessions_of(request).of(request.cookies.get(COOKIE, ""))
        guard = _guard_of(desk_of(request), session, site_id)
        if session is None or guard is None:
            raise GuardAway(site_id)
        self.site_id: str = site_id
        self.session = session
        self.guard = guard
        now = desk_of(request).clock.now()
        self.is_locked = now - session.acted_at >= LOCKS_AFTER
        by_itself = _BY_ITSELF in request.headers or _LOOKS in request.query_params
        if not self.is_locked and not by_itself and request.url.path.rpartition("/")[2] != "live":
            session.acted_at = now

    def reader(self, request: Request) -> Reader:
        """Return who looks at a page."""
        return Reader(words_of(request), self.guard, self.session.csrf, self.is_locked)


async def own_form(request: Request, seat: Seat = Depends(Seat)) -> dict[str, str]:
    """Return the fields of one of this session's own forms; another page's, or a locked one's, count as nobody's."""
    if seat.is_locked:
        raise GuardAway(seat.site_id, was_locked=True)
    return await own_form_even_locked(request, seat)


async def own_form_even_locked(request: Request, seat: Seat = Depends(Seat)) -> dict[str, str]:
    """Return the fields of one of this session's own forms; another page's counts as nobody's."""
    form = await form_of(request)
    if not seat.session.is_own_form(form.get("csrf", "")):
        raise GuardAway(seat.site_id)
    return form


async def to_sign_in(request: Request, error: Exception) -> Response:
    """Send a browser that is not signed in to the sign-in of its site."""
    site_id = error.site_id if isinstance(error, GuardAway) else ""
    if request.url.path.endswith("/live"):
        return JSONResponse({"code": "unauthorised"}, 401, headers=HEADERS)
    locked = "&locked=1" if isinstance(error, GuardAway) and error.was_locked else ""
    return go(f"/guard/{quote(site_id)}/sign-in?lang={words_of(request).language}{locked}")


@router.get("/{site_id}/sign-in")
def sign_in_page(request: Request, site_id: PathId) -> Response:
    """Show the sign-in."""
    return _sign_in_page(request, site_id, "sign_in_again" if "locked" in request.query_params else "")


@router.post("/{site_id}/sign-in")
async def sign_in(request: Request, site_id: PathId) -> Response:
    """Sign in by guard id and PIN, or by the text of a badge."""
    form = await form_of(request)
    known = request.cookies.get(FORM_COOKIE, "")
    if not known or not hmac.compare_digest(known.encode(), form.get("csrf", "").encode()):
        return await run_in_threadpool(_sign_in_page, request, site_id, "old_form")
    return await run_in_threadpool(_sign_in, request, site_id, form.get("guard_id", "").strip(), form.get("pin", ""))


@router.post("/{site_id}/sign-out", dependencies=[Depends(own_form_even_locked)])
def sign_out(request: Request, seat: Seat = Depends(Seat)) -> Response:
    """Sign out."""
    sessions_of(request).end(request.cookies.get(COOKIE, ""))
    desk_of(request).guard_sign_in.sign_out(seat.site_id, seat.guard.id)
    response = go(f"/guard/{quote(seat.site_id)}/sign-in?lang={words_of(request).language}")
    response.delete_cookie(COOKIE, path="/guard")
    return response


def _sign_in(request: Request, site_id: str, guard_id: str, pin: str) -> Response:
    desk = desk_of(request)
    try:
        if pin.startswith(BADGE):
            guard = desk.guard_sign_in.by_badge(site_id, pin.strip())
        else:
            guard = desk.guard_sign_in.by_pin(site_id, guard_id, pin)
    except Unknown:
        return not_found(request, None)
    if guard is None:
        return _sign_in_page(request, site_id, "not_signed_in", guard_id)
    sessions_of(request).end(request.cookies.get(COOKIE, ""))
    cookie = sessions_of(request).begin(site_id, guard.id, _proof(guard))
    response = go(f"/guard/{quote(site_id)}?lang={words_of(request).language}")
    set_cookie(request, response, COOKIE, cookie, "/guard")
    response.delete_cookie(FORM_COOKIE, path="/guard")
    return response


def _guard_of(desk: Desk, session: Session | None, site_id: str) -> Guard | None:
    """Return the guard of a session when it is of this site, and the account is as it was when they signed in."""
    if session is None or session.site_id != site_id:
        return None
    guard = desk.scenes.guard(site_id, session.guard_id)
    return guard if guard is not None and hmac.compare_digest(session.proof, _proof(guard)) else None


def _proof(guard: Guard) -> str:
    """Return what changes when an account does: a new PIN, another role, a new badge."""
    return hashlib.sha256(guard.model_dump_json().encode()).hexdigest()


def not_found(request: Request, seat: Seat | None) -> Response:
    """Return a page that says that there is none."""
    return page(request, words_of(request).fill("guard_nothing"), seat, status=404)


def _sign_in_page(request: Request, site_id: str, wrong: str = "", guard_id: str = "") -> Response:
    desk, words, csrf = desk_of(request), words_of(request), secrets.token_urlsafe()
    try:
        site = desk.catalogue.site(site_id)
    except Unknown:
        return not_found(request, None)
    said = words.t(wrong) if wrong else ""
    until = desk.guard_sign_in.waits_until(site_id, guard_id) if guard_id else None
    if until is not None and until > desk.clock.now():
        said = words.t("waits", time=f"{until.astimezone(ZoneInfo(site.timezone)):%H:%M:%S}")
    name = getattr(site.name, words.language)
    main = words.fill("guard_sign_in", site=site_id, name=name, guard=guard_id, wrong=said, csrf=csrf)
    response = page(request, main, status=403 if request.method == "POST" else 200)
    set_cookie(request, response, FORM_COOKIE, csrf, "/guard")
    return response


def page(request: Request, main: Html, seat: Seat | None = None, status: int = 200) -> Response:
    """Return a page with its frame; `seat`: who is signed in."""
    words = words_of(request)
    site_id = seat.site_id if seat is not None else ""
    sign_out = words.fill("guard_sign_out", csrf=seat.session.csrf, site=site_id) if seat is not None else Html("")
    home = f"/guard/{site_id}" if site_id else "/guard"
    # The list alone: on the page of a case somebody may be typing.
    reloads = seat is not None and request.url.path == home
    again = f"{home}?lang={words.language}&{_LOOKS}=1"
    refresh = words.fill("guard_reload", where=again) if reloads else Html("")
    return html_page(words.fill("guard_page", main=main, sign_out=sign_out, refresh=refresh, home=home), status)
