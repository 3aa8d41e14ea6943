"""What the office calls for a ledger; every one that is taken out is registered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import Request, Response
from pydantic import Field

from central.answers import HEADERS, answer, desk_of
from central.ledgers import Export
from central.office import PathId, office_router
from central.wishes import Wish
from kiosk.domain.wire import to_json
from ledger.forms import MEDIA_TYPES, Form, write

router: Final = office_router()

_Said = Annotated[str, Field(max_length=200)]


class LedgerWish(Wish):
    """Which ledger is wanted; `full` shows names and numbers, and needs `by` and `reason`."""

    day: Annotated[date, Field(gt=date(2, 1, 1), lt=date(9998, 12, 31))]  # of the calendar in every zone
    format: Form = "xlsx"
    full: bool = False
    by: _Said = ""
    reason: _Said = ""


@router.post("/sites/{site_id}/ledger")
def ledger(request: Request, site_id: PathId, wish: LedgerWish) -> Response:
    """Make a local day's ledger of all kiosks. Who asks and why is no part of an address, which proxies keep."""
    ledgers = desk_of(request).ledgers
    made = ledgers.take_out(site_id, Export(wish.day, wish.format, wish.full, wish.by, wish.reason, ledgers.now()))
    name = {"Content-Disposition": f'attachment; filename="ledger-{site_id}-{wish.day}.{wish.format}"'}
    return Response(write(made, wish.format), headers=HEADERS | name, media_type=MEDIA_TYPES[wish.format])


@router.get("/sites/{site_id}/exports")
def exports(request: Request, site_id: PathId) -> Response:
    """Tell which ledgers were taken out, by whom and what for."""
    desk = desk_of(request)
    return answer(desk, {"exports": [to_json(item) for item in desk.ledgers.taken_out(site_id)]})
