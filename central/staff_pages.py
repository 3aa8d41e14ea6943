"""The staff's pages: who of the kiosks is well, what a person must look at, and the code that enrols a kiosk.

Signing in takes the admin's token once; afterwards a cookie stands for a session on the server. Every form carries
the session's own secret, so that no other page can send it.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from central.answers import desk_of
from central.guard_sign_in import BADGE
from central.pages import HEADERS, PathId, form_of, framed, go, html_page, set_cookie
from central.refusals import Unauthorised, Unknown
from central.site_documents import DocumentKind, Mistaken, document_in
from central.staff_board import board
from central.staff_documents import document_page, document_text_page
from central.staff_html import Html, Words, file, qr
from central.staff_sessions import Session, Sessions
from kiosk.protocol import enrolment_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from central.core import Desk

router: Final = APIRouter(prefix="/staff", include_in_schema=False)

COOKIE: Final = "vb_staff"
FORM_COOKIE: Final = "vb_staff_form"
_LONGEST_BY, _LONGEST_NOTE = 64, 1000
_LOOK_AGAIN: Final = Html('<meta http-equiv="refresh" content="3">')  # so that a used code leaves the page


class Away(Exception):
    """Nobody is signed in."""


def sessions_of(request: Request) -> Sessions:
    """Return the sessions of the application behind a request."""
    return request.app.state.staff_sessions


def _words(request: Request) -> Words:
    return Words(request.query_params.get("lang", ""))


def _signed_in(request: Request) -> Session:
    session = sessions_of(request).of(request.cookies.get(COOKIE, ""))
    if session is None:
        raise Away
    return session


async def _own_form(request: Request, session: Session = Depends(_signed_in)) -> dict[str, str]:
    """Return the fields of one of this session's own forms; another page's counts as nobody's."""
    form = await form_of(request)
    if not session.is_own_form(form.get("csrf", "")):
        raise Away
    return form


async def to_sign_in(request: Request, _error: Exception) -> Response:
    """Send a browser that is not signed in to the sign-in."""
    return go(f"/staff/sign-in?lang={_words(request).language}")


@router.get("/style.css")
def style() -> Response:
    """Return the looks of the pages."""
    return Response(file("style.css"), media_type="text/css", headers=HEADERS)


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """Show the sign-in."""
    return _sign_in_page(request)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Sign in by the admin's token."""
    form = await form_of(request)
    known = request.cookies.get(FORM_COOKIE, "")
    if not known or not hmac.compare_digest(known.encode(), form.get("csrf", "").encode()):
        return _sign_in_page(request, "old_form")
    try:
        desk_of(request).check_admin(form.get("token", ""))
    except Unauthorised:
        return _sign_in_page(request, "wrong_token")
    response = go(f"/staff?lang={_words(request).language}")
    set_cookie(request, response, COOKIE, sessions_of(request).begin(), "/staff")
    response.delete_cookie(FORM_COOKIE, path="/staff")
    return response


@router.post("/sign-out", dependencies=[Depends(_own_form)])
def sign_out(request: Request) -> Response:
    """Sign out."""
    sessions_of(request).end(request.cookies.get(COOKIE, ""))
    response = go(f"/staff/sign-in?lang={_words(request).language}")
    response.delete_cookie(COOKIE, path="/staff")
    return response


@router.get("")
def sites(request: Request, session: Session = Depends(_signed_in)) -> Response:
    """Show the sites."""
    words, known = _words(request), desk_of(request).catalogue.sites()
    rows = [words.fill("site_row", site=site.id, name=getattr(site.name, words.language)) for site in known]
    none = "" if rows else words.t("no_sites")
    return _page(request, session, words.fill("sites", rows=Html("".join(rows)), none=none))


@router.get("/sites/{site_id}")
def site_page(request: Request, site_id: PathId, session: Session = Depends(_signed_in)) -> Response:
    """Show a site's kiosks and what is open there."""
    return _board(request, session, site_id)


@router.post("/sites/{site_id}/findings")
async def close_finding(
    request: Request,
    site_id: PathId,
    form: dict[str, str] = Depends(_own_form),
    session: Session = Depends(_signed_in),
) -> Response:
    """Close a finding with a name and a note; both are required."""
    by, note = (form.get(name, "").strip() for name in ("by", "note"))
    if not (0 < len(by) <= _LONGEST_BY and 0 < len(note) <= _LONGEST_NOTE):
        return await run_in_threadpool(_board, request, session, site_id, "need_both")
    try:
        await run_in_threadpool(desk_of(request).findings.close, site_id, form.get("finding", ""), by, note)
    except Unknown:
        return _not_found(request, session)
    return go(f"/staff/sites/{quote(site_id)}?lang={_words(request).language}")


@router.post("/sites/{site_id}/kiosks/{kiosk_id}/code", dependencies=[Depends(_own_form)])
def new_code(request: Request, site_id: PathId, kiosk_id: PathId, session: Session = Depends(_signed_in)) -> Response:
    """Make a one-time code for a kiosk, and go to the page that shows it."""
    try:
        session.codes[site_id, kiosk_id] = desk_of(request).fleet.enrolment_code(site_id, kiosk_id)
    except Unknown:
        return _not_found(request, session)
    return go(f"/staff/sites/{quote(site_id)}/kiosks/{quote(kiosk_id)}/code?lang={_words(request).language}")


@router.get("/sites/{site_id}/kiosks/{kiosk_id}/code")
def code_page(request: Request, site_id: PathId, kiosk_id: PathId, session: Session = Depends(_signed_in)) -> Response:
    """Show the code as text and as a QR, for as long as it is good."""
    words, desk, given = _words(request), desk_of(request), session.codes.get((site_id, kiosk_id))
    here = {"site": site_id, "kiosk": kiosk_id, "title": words.t("enrol_title", kiosk=kiosk_id)}
    if given is None or not desk.fleet.is_open(given.code):
        session.codes.pop((site_id, kiosk_id), None)
        return _page(request, session, words.fill("gone", csrf=session.csrf, **here))
    minutes = max(1, round((given.expires_at - desk.clock.now()).total_seconds() / 60))
    picture = _picture(_own_url(request, desk), given.code)
    ends = words.t("enrol_ends", minutes=minutes)
    return _page(request, session, words.fill("code", code=given.code, qr=picture, ends=ends, **here), _LOOK_AGAIN)


@router.get("/sites/{site_id}/documents/{kind}")
def document(request: Request, site_id: PathId, kind: DocumentKind, session: Session = Depends(_signed_in)) -> Response:
    """Show what is in force, in a form for a new one, and what was set before."""
    return _found(
        request, session, lambda: document_page(desk_of(request), _words(request), site_id, kind, session.csrf)
    )


@router.get("/sites/{site_id}/documents/{kind}/text")
def document_text(
    request: Request,
    site_id: PathId,
    kind: DocumentKind,
    number: str = "",
    session: Session = Depends(_signed_in),
) -> Response:
    """Show one text as it was set: what an inspection looks for that reads its name in the log."""
    return _found(
        request, session, lambda: document_text_page(desk_of(request), _words(request), site_id, kind, number)
    )


@router.post("/sites/{site_id}/documents/{kind}")
def set_document(
    request: Request,
    site_id: PathId,
    kind: DocumentKind,
    form: dict[str, str] = Depends(_own_form),
    session: Session = Depends(_signed_in),
) -> Response:
    """Set a site's policy, declaration or plan from the text of its file, or say everything that is wrong with it."""
    words, desk, text = _words(request), desk_of(request), _lines_as_in_a_file(form.get("text", ""))
    try:
        desk.catalogue.put_document(site_id, kind, document_in(kind, text), text)
    except Mistaken as error:
        page = document_page(desk, words, site_id, kind, session.csrf, text, error.mistakes)
        return _page(request, session, page, status=400)
    except Unknown:
        return _not_found(request, session)
    return go(f"/staff/sites/{quote(site_id)}/documents/{kind.value}?lang={words.language}")


def _lines_as_in_a_file(text: str) -> str:
    """Return a text as it would lie in a file: a browser sends a field's lines with two signs at their ends."""
    return text.replace("\r\n", "\n")


@router.post("/sites/{site_id}/guards/{guard_id}/badge", dependencies=[Depends(_own_form)])
def new_badge(request: Request, site_id: PathId, guard_id: PathId, session: Session = Depends(_signed_in)) -> Response:
    """Make a badge, and go to the page that shows it once."""
    try:
        session.badges[site_id, guard_id] = desk_of(request).roster.make_badge(site_id, guard_id)
    except Unknown:
        return _not_found(request, session)
    return go(f"/staff/sites/{quote(site_id)}/guards/{quote(guard_id)}/badge?lang={_words(request).language}")


@router.post("/sites/{site_id}/guards/{guard_id}/badge/remove", dependencies=[Depends(_own_form)])
def remove_badge(
    request: Request, site_id: PathId, guard_id: PathId, session: Session = Depends(_signed_in)
) -> Response:
    """Take a guard's badge away."""
    try:
        desk_of(request).roster.remove_badge(site_id, guard_id)
    except Unknown:
        return _not_found(request, session)
    return go(f"/staff/sites/{quote(site_id)}?lang={_words(request).language}")


@router.get("/sites/{site_id}/guards/{guard_id}/badge")
def badge_page(request: Request, site_id: PathId, guard_id: PathId, session: Session = Depends(_signed_in)) -> Response:
    """Show a badge's QR code, once."""
    words, secret = _words(request), session.badges.pop((site_id, guard_id), None)
    picture = qr(BADGE + secret) if secret is not None else Html("")
    said = words.t("badge_once" if secret is not None else "badge_gone")
    title = words.t("badge_title", guard=guard_id)
    return _page(request, session, words.fill("badge", site=site_id, title=title, said=said, qr=picture))


def _picture(url: str, code: str) -> Html:
    try:
        return qr(enrolment_text.write(url, code))
    except ValueError:  # an address that no kiosk could have in its settings; the code can still be typed
        return Html("")


def _own_url(request: Request, desk: Desk) -> str:
    """Return the address at which kiosks find this server: by the settings, else as this browser found it."""
    return desk.settings.server.public_url or str(request.base_url)


def _board(request: Request, session: Session, site_id: str, wrong: str = "") -> Response:
    words = _words(request)
    try:
        main = board(desk_of(request), words, site_id, session.csrf, words.t(wrong) if wrong else "")
    except Unknown:
        return _not_found(request, session)
    return _page(request, session, main, status=400 if wrong else 200)


def _found(request: Request, session: Session, make: Callable[[], Html]) -> Response:
    """Return a page of something, or that there is no such thing."""
    try:
        return _page(request, session, make())
    except Unknown:
        return _not_found(request, session)


def _not_found(request: Request, session: Session) -> Response:
    words = _words(request)
    return _page(request, session, words.fill("nothing"), status=404)


def _sign_in_page(request: Request, wrong: str = "") -> Response:
    words, csrf = _words(request), secrets.token_urlsafe()
    said = words.t(wrong) if wrong else ""
    response = _page(request, None, words.fill("sign_in", csrf=csrf, wrong=said), status=403 if wrong else 200)
    set_cookie(request, response, FORM_COOKIE, csrf, "/staff")
    return response


def _page(
    request: Request, session: Session | None, main: Html, refresh: Html = Html(""), status: int = 200
) -> Response:
    words = _words(request)
    sign_out = words.fill("sign_out", csrf=session.csrf) if session is not None else Html("")
    return html_page(framed(request, main, sign_out, refresh), status)
