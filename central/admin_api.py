"""What the authority's office calls: it makes sites, kiosks and bookings, and looks at what arrived."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from central.answers import answer, desk_of
from central.bookings import BookingWish
from central.guard_sign_in import BADGE
from central.office import PathId, office_router
from central.refusals import BadRequest
from central.site_documents import RECORDS, DocumentKind, Mistaken, document_in, name_of
from kiosk.domain.site import Service, Site, Words
from kiosk.domain.wire import to_json

router: Final = office_router()

_Text = Annotated[str, Field(max_length=200)]
_TOML: Final = {"required": True, "content": {"application/toml": {"schema": {"type": "string"}}}}


class _Wish(BaseModel):
    """A request of the office; a field that nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ServiceWish(_Wish):
    """A service and its quota an hour, 0 for no limit."""

    service: Service
    hourly_quota: Annotated[int, Field(ge=0, le=100_000)] = 0


def _is_tried_first(pin: str) -> bool:
    """Tell whether a PIN is one digit again and again, or digits in order: 1111, 1234, 9876."""
    return {int(after) - int(before) for before, after in pairwise(pin)} in ({0}, {1}, {-1})


class GuardWish(_Wish):
    """A guard; the PIN is hashed and forgotten."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]
    role: Literal["guard", "leader", "supervisor"] = "guard"


class KioskWish(_Wish):
    """A kiosk; `is_entry`: it shares in the hall's cap."""

    letter: Annotated[str, Field(pattern=r"^[A-Z]$")]
    is_entry: bool = True


class BookingRequest(_Wish):
    """A booking to be made."""

    service: Annotated[str, Field(max_length=64)]
    slot_start: AwareDatetime
    slot_end: AwareDatetime
    name: Annotated[str, Field(min_length=1, max_length=100)]
    phone: _Text = ""
    plate: _Text = ""
    district: _Text = ""
    id_number: _Text = ""
    is_green: bool = False
    is_confirmed: bool = True


class ClosingNote(_Wish):
    """Who closes a finding, and why."""

    by: Annotated[str, Field(min_length=1, max_length=64)]
    note: Annotated[str, Field(min_length=1, max_length=1000)]


class ForgetWish(_Wish):
    """Bookings whose slot ended before this are deleted."""

    before: AwareDatetime


@router.put("/sites/{site_id}")
def put_site(request: Request, site_id: PathId, site: Site) -> Response:
    """Make or change a site."""
    if site.id != site_id:
        raise BadRequest("the site has another id")
    desk_of(request).catalogue.put_site(site)
    return _done(request)


@router.put("/sites/{site_id}/services/{service_id}")
def put_service(request: Request, site_id: PathId, service_id: PathId, wish: ServiceWish) -> Response:
    """Make or change a service."""
    if wish.service.id != service_id:
        raise BadRequest("the service has another id")
    desk_of(request).catalogue.put_service(site_id, wish.service, wish.hourly_quota)
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
    """Return every text that was set, the last first: the log names each by its id and version."""
    desk = desk_of(request)
    in_force = desk.catalogue.document(site_id, RECORDS[kind])
    texts = [
        {
            "id": item.name[0],
            "version": item.name[1],
            "set_at": to_json(item.set_at),
            "is_in_force": in_force is not None and name_of(in_force) == item.name,
            "text": item.text,
        }
        for item in desk.catalogue.document_texts(site_id, kind)
    ]
    return answer(desk, {"documents": texts})


@router.delete("/sites/{site_id}/documents/{kind}")
def remove_document(request: Request, site_id: PathId, kind: DocumentKind) -> Response:
    """Take a site's policy, declaration or plan away: the kiosks go by their own files."""
    desk_of(request).catalogue.remove_document(site_id, kind)
    return _done(request)


@router.put("/sites/{site_id}/notices")
def put_notices(request: Request, site_id: PathId, notices: list[Words]) -> Response:
    """Replace the notices of a site's idle screens."""
    desk_of(request).catalogue.put_notices(site_id, notices)
    return _done(request)


@router.put("/sites/{site_id}/guards/{guard_id}")
def put_guard(request: Request, site_id: PathId, guard_id: PathId, wish: GuardWish) -> Response:
    """Make or change a guard."""
    if _is_tried_first(wish.pin):
        raise BadRequest("pin: its digits are all the same or in order, which is tried first; choose another")
    desk_of(request).catalogue.put_guard(site_id, guard_id, wish.name, wish.pin, wish.role)
    return _done(request)


@router.delete("/sites/{site_id}/guards/{guard_id}")
def remove_guard(request: Request, site_id: PathId, guard_id: PathId) -> Response:
    """Take a guard off a site."""
    desk_of(request).catalogue.remove_guard(site_id, guard_id)
    return _done(request)


@router.post("/sites/{site_id}/guards/{guard_id}/badge")
def make_badge(request: Request, site_id: PathId, guard_id: PathId) -> Response:
    """Make a badge: tells its text once, to be printed as a QR code; the badge before is void."""
    secret = desk_of(request).catalogue.make_badge(site_id, guard_id)
    return answer(desk_of(request), {"badge": BADGE + secret})


@router.delete("/sites/{site_id}/guards/{guard_id}/badge")
def remove_badge(request: Request, site_id: PathId, guard_id: PathId) -> Response:
    """Take a guard's badge away."""
    desk_of(request).catalogue.remove_badge(site_id, guard_id)
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
