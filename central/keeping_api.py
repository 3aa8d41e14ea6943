"""What the office calls about how long things are kept: legal holds, and an erasure now instead of within the hour."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import Request, Response
from pydantic import Field

from central.answers import answer, desk_of
from central.office import PathId, office_router
from central.wishes import Wish
from kiosk.domain.wire import to_json

router: Final = office_router("keeping", "/sites/{site_id}")

_Who = Annotated[str, Field(min_length=1, max_length=64)]


class HoldWish(Wish):
    """The days that are held, both included, and who orders it, why."""

    from_day: date
    until_day: date
    by: _Who
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class LiftWish(Wish):
    """Who lifts a hold."""

    by: _Who


@router.put("/holds/{hold_id}")
def place(request: Request, site_id: PathId, hold_id: PathId, wish: HoldWish) -> Response:
    """Place a legal hold; the site's kiosks hear of it at their next refresh."""
    desk = desk_of(request)
    desk.holds.place(site_id, hold_id, (wish.from_day, wish.until_day), wish.by, wish.reason)
    return answer(desk, {})


@router.post("/holds/{hold_id}/lift")
def lift(request: Request, site_id: PathId, hold_id: PathId, wish: LiftWish) -> Response:
    """Lift a legal hold."""
    desk = desk_of(request)
    desk.holds.lift(site_id, hold_id, wish.by)
    return answer(desk, {})


@router.get("/holds")
def standing(request: Request, site_id: PathId) -> Response:
    """Tell the holds that stand, and who placed each and why: who is to lift one must know whom to ask."""
    desk = desk_of(request)
    told = [{**to_json(hold), "by": by, "reason": reason} for hold, by, reason in desk.holds.of_site(site_id)]
    return answer(desk, {"holds": told})


@router.post("/erase")
def erase(request: Request, site_id: PathId) -> Response:
    """Erase now what is past its time."""
    desk = desk_of(request)
    return answer(desk, dict(to_json(desk.retention.run(site_id))))
