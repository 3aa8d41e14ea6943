"""What the authority's office calls: it makes sites, kiosks and bookings, and looks at what arrived."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Request, Response

from central.answers import answer, desk_of
from central.bookings import BookingWish
from central.guard_sign_in import BADGE
from central.office import PathId, office_router
from central.refusals import BadRequest
from central.site_documents import RECORDS, DocumentKind, Mistaken, document_in
from central.wishes import (
    BookingRequest,
    ClosingNote,
    ForgetWish,
    GuardWish,
    KioskWish,
    ServiceWish,
    SiteWish,
    WordsWish,
)
from kiosk.domain.wire import to_json

router: Final = office_router()

_TOML: Final = {"required": True, "content": {"application/toml": {"schema": {"type": "string"}}}}


@router.put("/sites/{site_id}")
def put_site(request: Request, site_id: PathId, wish: SiteWish) -> Response:
    """Make or change a site."""
    desk_of(request).catalogue.put_site(wish.site(site_id))
    return _done(request)


@router.get("/sites")
def sites(request: Request) -> Response:
    """Tell all sites."""
    desk = desk_of(request)
    return answer(desk, {"sites": _listed(desk.catalogue.sites())})


@router.get("/sites/{site_id}")
def site(request: Request, site_id: PathId) -> Response:
    """Tell a site and its services, as they are set."""
    desk = desk_of(request)
    services = [
        {"service": to_json(service), "hourly_quota": quota} for service, quota in desk.catalogue.services(site_id)
    ]
    return answer(desk, {"site": to_json(desk.catalogue.site(site_id)), "services": services})


@router.put("/sites/{site_id}/services/{service_id}")
def put_service(request: Request, site_id: PathId, service_id: PathId, wish: ServiceWish) -> Response:
    """Make or change a service."""
    desk_of(request).catalogue.put_service(site_id, wish.made(service_id), wish.hourly_quota)
    return _done(request)


async def _text(request: Request) -> str:
    """Return the body as text, whatever kind the sender says it is: curl calls any file a form."""
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise Mistaken(["the text is not UTF-8"]) from error


@router.put("/sites/{site_id}/documents/{kind}", openapi_extra={"requestBody": _TOML})
def put_document(request: Request, site_id: PathId, kind: DocumentKind, text: str = Depends(_text)) -> Response:
    """Set a site's policy, declaration or plan from the text of a file as it lies beside a kiosk (TOML)."""
    desk_of(request).catalogue.put_document(site_id, kind, document_in(kind, text), text)
    return _done(request)


@router.get("/sites/{site_id}/documents/{kind}")
def documents(request: Request, site_id: PathId, kind: DocumentKind) -> Response:
    """Return what was set and taken away, the last first, with the texts: the log names each by id and version."""
    desk = desk_of(request)
    in_force = desk.catalogue.document(site_id, RECORDS[kind])
    done = desk.catalogue.document_texts(site_id, kind)
    texts = [
        {
            "number": item.number,
            "id": item.name[0],
            "version": item.name[1],
            "set_at": to_json(item.set_at) if item.set_at is not None else None,
            "is_taken_away": item.is_gone,
            "is_in_force": in_force is not None and item is done[0],
            "text": item.text,
        }
        for item in done
    ]
    return answer(desk, {"documents": texts})


@router.delete("/sites/{site_id}/documents/{kind}")
def remove_document(request: Request, site_id: PathId, kind: DocumentKind) -> Response:
    """Take a site's policy, declaration or plan away: the kiosks go by their own files."""
    desk_of(request).catalogue.remove_document(site_id, kind)
    return _done(request)


@router.put("/sites/{site_id}/notices")
def put_notices(request: Request, site_id: PathId, notices: list[WordsWish]) -> Response:
    """Replace the notices of a site's idle screens."""
    desk_of(request).catalogue.put_notices(site_id, [notice.words() for notice in notices])
    return _done(request)


@router.put("/sites/{site_id}/guards/{guard_id}")
def put_guard(request: Request, site_id: PathId, guard_id: PathId, wish: GuardWish) -> Response:
    """Make or change a guard."""
    if wish.is_tried_first():
        raise BadRequest("pin: its digits are all the same or in order, which is tried first; choose another")
    desk_of(request).roster.put(site_id, guard_id, wish.name, wish.pin, wish.role)
    return _done(request)


@router.delete("/sites/{site_id}/guards/{guard_id}")
def remove_guard(request: Request, site_id: PathId, guard_id: PathId) -> Response:
    """Take a guard off a site."""
    desk_of(request).roster.remove(site_id, guard_id)
    return _done(request)


@router.post("/sites/{site_id}/guards/{guard_id}/badge")
def make_badge(request: Request, site_id: PathId, guard_id: PathId) -> Response:
    """Make a badge: tells its text once, to be printed as a QR code; the badge before is void."""
    secret = desk_of(request).roster.make_badge(site_id, guard_id)
    return answer(desk_of(request), {"badge": BADGE + secret})


@router.delete("/sites/{site_id}/guards/{guard_id}/badge")
def remove_badge(request: Request, site_id: PathId, guard_id: PathId) -> Response:
    """Take a guard's badge away."""
    desk_of(request).roster.remove_badge(site_id, guard_id)
    return _done(request)


@router.get("/sites/{site_id}/kiosks")
def kiosks(request: Request, site_id: PathId) -> Response:
    """Tell a site's kiosks and how far each log is here."""
    desk = desk_of(request)
    progress = _listed(desk.views.progress(site_id))
    return answer(desk, {"kiosks": _listed(desk.fleet.kiosks(site_id)), "logs": progress})


@router.put("/sites/{site_id}/kiosks/{kiosk_id}")
def put_kiosk(request: Request, site_id: PathId, kiosk_id: PathId, wish: KioskWish) -> Response:
    """Make or change a kiosk."""
    desk_of(request).fleet.put_kiosk(site_id, kiosk_id, wish.letter, is_entry=wish.is_entry)
    return _done(request)


@router.post("/sites/{site_id}/kiosks/{kiosk_id}/enrolment")
def enrolment(request: Request, site_id: PathId, kiosk_id: PathId) -> Response:
    """Give out a one-time code; older ones of this kiosk are void."""
    return _told(request, desk_of(request).fleet.enrolment_code(site_id, kiosk_id))


@router.post("/sites/{site_id}/kiosks/{kiosk_id}/revoke")
def revoke(request: Request, site_id: PathId, kiosk_id: PathId) -> Response:
    """End a kiosk's access from its next call on."""
    desk_of(request).fleet.revoke(site_id, kiosk_id)
    return _done(request)


@router.get("/sites/{site_id}/kiosks/{kiosk_id}/verdicts")
def verdicts(request: Request, site_id: PathId, kiosk_id: PathId) -> Response:
    """Tell what was thought of a kiosk's entries: epoch, number, verdict, detail."""
    desk = desk_of(request)
    return answer(desk, {"verdicts": [list(item) for item in desk.views.verdicts(site_id, kiosk_id)]})


@router.post("/sites/{site_id}/bookings")
def create_booking(request: Request, site_id: PathId, wish: BookingRequest) -> Response:
    """Make a booking within its hour's quota; tells its number and its signed code."""
    return _told(request, desk_of(request).bookings.create(site_id, BookingWish(**dict(wish))))


@router.post("/sites/{site_id}/bookings/{booking_id}/{act}")
def change_booking(
    request: Request,
    site_id: PathId,
    booking_id: PathId,
    act: Literal["cancel", "confirm", "blacklist", "unblacklist", "reissue"],
) -> Response:
    """Change a booking; `reissue` revokes its codes and tells a new one."""
    bookings = desk_of(request).bookings
    if act == "reissue":
        return _told(request, bookings.reissue(site_id, booking_id))
    if act == "cancel":
        bookings.cancel(site_id, booking_id)
    elif act == "confirm":
        bookings.confirm(site_id, booking_id)
    else:
        bookings.blacklist(site_id, booking_id, is_blacklisted=act == "blacklist")
    return _done(request)


@router.post("/sites/{site_id}/forget")
def forget(request: Request, site_id: PathId, wish: ForgetWish) -> Response:
    """Delete bookings that are long over."""
    desk = desk_of(request)
    return answer(desk, {"deleted": desk.bookings.forget_before(site_id, wish.before)})


@router.get("/sites/{site_id}/arrivals")
def arrivals(request: Request, site_id: PathId, day: date) -> Response:
    """Tell a local day's arrivals: bookings, times and steps, nobody's name."""
    desk = desk_of(request)
    return answer(desk, {"arrivals": _listed(desk.views.arrivals(site_id, day))})


@router.get("/sites/{site_id}/findings")
def findings(request: Request, site_id: PathId, is_open: Annotated[bool, "only those not closed"] = True) -> Response:  # noqa: FBT002
    """Tell what a supervisor must look at."""
    desk = desk_of(request)
    return answer(desk, {"findings": _listed(desk.findings.of_site(site_id, is_open=is_open))})


@router.post("/sites/{site_id}/findings/{finding_id}/close")
def close_finding(request: Request, site_id: PathId, finding_id: str, note: ClosingNote) -> Response:
    """Close a finding, with who and why."""
    desk_of(request).findings.close(site_id, finding_id, note.by, note.note)
    return _done(request)


@router.post("/keys/rotate")
def rotate_key(request: Request) -> Response:
    """Sign with a new key from now on; codes signed before stay valid."""
    desk = desk_of(request)
    return answer(desk, {"key_id": desk.keyring.rotate()})


@router.post("/keys/{key_id}/revoke")
def revoke_key(request: Request, key_id: PathId) -> Response:
    """Trust a key no longer: every code that it signed is refused from the kiosks' next refresh on."""
    desk_of(request).keyring.revoke(key_id)
    return _done(request)


def _done(request: Request) -> Response:
    return answer(desk_of(request), {})


def _told(request: Request, record: object) -> Response:
    return answer(desk_of(request), to_json(record))


def _listed(records: list[Any]) -> list[Any]:
    return [to_json(record) for record in records]
