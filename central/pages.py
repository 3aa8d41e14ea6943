"""What the pages of staff and guards share: their headers, their forms, their cookies."""

from __future__ import annotations

from typing import Annotated, Final, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import Path, Request, Response

from central.answers import refused
from central.refusals import CannotWrite
from central.staff_html import Html, Words
from central.staff_sessions import LIFE

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
PathId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 10


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; empty for anything that is none."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        return {}
    try:
        pairs = parse_qsl((await request.body()).decode(), max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        return {}
    return dict(pairs)


def html_page(whole: Html, status: int = 200) -> Response:
    """Return a page as an answer."""
    return Response(whole, status, media_type="text/html", headers=HEADERS)


async def not_stored(request: Request, error: Exception) -> Response:
    """Say on a page of people that nothing can be stored just now; everybody else hears it as a refusal."""
    is_guards = request.url.path.startswith("/guard")
    if not is_guards and not request.url.path.startswith("/staff"):
        return await refused(request, error)
    words = Words(request.query_params.get("lang", ""))
    main = words.fill("not_stored", why=cast("CannotWrite", error).trouble)
    return html_page(framed(request, main, of="guard" if is_guards else "staff"), CannotWrite.status)


def framed(
    request: Request, main: Html, sign_out: Html = Html(""), refresh: Html = Html(""), of: str = "staff"
) -> Html:
    """Return a whole page around its main part: whose it is, the way home, the same in the other language.

    `of`: whose name and home it has, "staff" or "guard".
    """
    words = Words(request.query_params.get("lang", ""), of)
    return words.fill(
        "page",
        title=words.t("title"),
        home=f"/{of}",
        switch=urlencode({**request.query_params, "lang": words.other}),
        main=main,
        sign_out=sign_out,
        refresh=refresh,
    )


def go(where: str) -> Response:
    """Send the browser to another page."""
    return Response(status_code=303, headers={**HEADERS, "Location": where})


def set_cookie(request: Request, response: Response, name: str, value: str, path: str) -> None:
    """Set a cookie that no script reads and no other site's page sends along."""
    response.set_cookie(
        name,
        value,
        max_age=int(LIFE.total_seconds()),
        path=path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
