"""What a code or a typed number means: one booking, or none and why; and the visit that it goes on with."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from kiosk.domain.admission import Reason
from kiosk.domain.record import is_with_peer
from kiosk.domain.visit import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.domain.booking import Booking
    from kiosk.domain.ids import BookingId
    from kiosk.domain.record import Visit
    from kiosk.domain.state_keeper import State
    from kiosk.ports import LocalCopy

MAX_RAW: Final = 512  # bytes of an unreadable code that are kept


@dataclass(frozen=True, slots=True)
class Found:
    """A booking, and what is known of it beyond itself. `source`: copy or signature (newer than the copy)."""

    booking: Booking
    source: str
    by: str
    known: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class NotFound:
    """No booking to judge, and why; `raw` is kept with the refusal. NO_DATA is a matter for staff, not a refusal."""

    reason: Reason | None
    raw: str = ""
    by: str = "code"


NO_DATA: Final = None
Search: TypeAlias = Found | NotFound


def the_one(searches: Sequence[Search]) -> Search:
    """Return the one booking that all of `searches` mean, or that they are ambiguous."""
    ids = {search.booking.id for search in searches if isinstance(search, Found)}
    if len(searches) == 1 or (len(ids) == 1 and all(isinstance(search, Found) for search in searches)):
        # The same booking twice (an old paper beside the phone): the code that is not revoked counts.
        return min(searches, key=lambda search: len(search.known) if isinstance(search, Found) else 0)
    return NotFound(Reason.AMBIGUOUS_CODE)


def last_visit(state: State, copy: LocalCopy, booking_id: BookingId) -> tuple[Visit | None, bool]:
    """Return the booking's last visit and whether another kiosk has it; refusals since then do not hide it."""
    own = {visit.id: visit for visit in state.visits_of(booking_id)}
    told = {visit.id: visit for visit in copy.peer_visits(booking_id)}
    peers = {key: peer for key, peer in told.items() if key not in own or is_with_peer(own[key], peer)}
    begun = [visit for visit in (own | peers).values() if _has_begun(visit)]
    last = max(begun, key=lambda visit: visit.touched_at, default=None)
    return last, last is not None and last.id in peers


def _has_begun(visit: Visit) -> bool:
    """Tell whether a visit stands in the way of another by the same booking: refused or never confirmed does not."""
    if visit.step in {Step.REFUSED, Step.DISOWNED}:
        return False
    return visit.step is not Step.ABANDONED or visit.arrived_at is not None


def is_code_of_another(visit: Visit | None, searches: Sequence[Search]) -> bool:
    """Tell whether one of `searches`, each of a code of ours, is not this visit's booking."""
    own = visit.booking_id if visit is not None else None
    return any(not isinstance(search, Found) or search.booking.id != own for search in searches)


def is_card_of_another(visit: Visit | None, id_hash: str) -> bool:
    """Tell whether an identity card is known to be another's: the visit's booking bears the hash of its own number."""
    booking = visit.booking if visit is not None else None
    return booking is not None and booking.id_hash not in {"", id_hash}


def raw_code(text: str) -> str:
    """Return the code as kept with a refusal: its first bytes, in base64, since it may hold anything."""
    return base64.b64encode(text.encode(errors="backslashreplace")[:MAX_RAW]).decode()
