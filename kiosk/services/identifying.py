"""From a scanned code or a typed number to a visit: found, judged, refused, or taken up where it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain import id_number
from kiosk.domain.admission import Reason, is_for_a_person, judge
from kiosk.domain.booking import BookingStatus
from kiosk.domain.booking_code import BadCode, BookingNumber, Claims, ForeignCode, read
from kiosk.domain.booking_number import is_well_formed, normalised
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId
from kiosk.domain.state_days import EXTRA_LATE, TYPED_WRONG
from kiosk.domain.times import local_day, to_wire
from kiosk.domain.visit import OPEN_STEPS, SCREEN_STEPS, Step
from kiosk.domain.wire import to_json
from kiosk.services import finding
from kiosk.services.everywhere import adopt
from kiosk.services.finding import NO_DATA, Found, NotFound, Search, last_visit, raw_code, the_one
from kiosk.services.settling import settle_by_case
from kiosk.services.views import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.domain.booking import Booking
    from kiosk.domain.ids import GuardId
    from kiosk.domain.record import Visit
    from kiosk.ports import Act, LocalCopy
    from kiosk.services.views import View
    from kiosk.services.visits import Visits

_USED: Final = frozenset({Step.ADMITTED, Step.LEFT, Step.TURNED_AWAY})
EXIT_NEXT_S: Final = 15.0  # long enough to hold a code up, too short to be forgotten


@dataclass(slots=True)
class Identifying:
    """Finds bookings and begins visits. `id_key` is the site's key of the hash of identity numbers."""

    visits: Visits
    copy: LocalCopy
    id_key: bytes
    is_exit: bool = False
    offset_ms: Callable[[], int | None] = lambda: None  # the server's clock minus ours, as last measured
    _exit_until: float = field(default=-1.0, init=False)
    _exit_by: str = field(default="", init=False)
    _wrong: int = field(default=0, init=False)
    _closed_until: float = field(default=0.0, init=False)

    def scan(self, texts: Sequence[str]) -> View:
        """Judge what one frame, one wedge burst or one serial line holds.

        Foreign codes are passed over without a trace (a health code is nobody's business here); two different
        bookings in one frame are `ambiguous_code`, never a guess.
        """
        searches = self._searches(texts)
        return self._begin(the_one(searches)) if searches else self.visits.showing.idle(Hint.NOT_A_BOOKING_CODE)

    def is_not_of(self, visit_id: VisitId, texts: Sequence[str]) -> bool:
        """Tell whether one of `texts` is a code of ours, and not of this visit's booking; nothing is recorded."""
        return finding.is_code_of_another(self.visits.log.state.visit(visit_id), self._searches(texts))

    def is_card_not_of(self, visit_id: VisitId, number: str) -> bool:
        """Tell whether a card is known to be another's than this visit's; nothing is recorded."""
        id_hash = id_number.keyed_hash(number, self.id_key)
        return finding.is_card_of_another(self.visits.log.state.visit(visit_id), id_hash)

    def _searches(self, texts: Sequence[str]) -> list[Search]:
        keys = self.visits.rules.keys()
        reads = {text: read(text, keys) for text in texts}
        return [self._search(text, code) for text, code in reads.items() if not isinstance(code, ForeignCode)]

    def let_next_go_out(self, guard_id: GuardId) -> View:
        """Take the next code as one that goes out, by a guard's word; it holds for a moment and for one code."""
        self._exit_until = self.visits.clock.monotonic() + EXIT_NEXT_S
        self._exit_by = guard_id
        return self.visits.showing.idle(Hint.EXIT_NEXT)

    def _goes_out(self) -> dict[str, str] | None:
        """Return by whose word this code goes out: nobody's at an exit kiosk, once a guard's; None when it does not."""
        by_guard = self.visits.clock.monotonic() < self._exit_until
        self._exit_until = -1.0
        if by_guard:
            return {"guard_id": self._exit_by}
        return {} if self.is_exit else None

    def look_up_number(self, text: str) -> View:
        """Find a booking by its typed number."""
        number = normalised(text)
        if self.is_typing_closed():
            return self.visits.showing.idle(Hint.TYPING_CLOSED)
        if not is_well_formed(number):
            return self.visits.showing.idle(Hint.TYPED_WRONG)
        return self._typed(list(self.copy.by_number(number)), "number")

    def look_up_id(self, text: str) -> View:
        """Find a booking by a typed identity number; only its keyed hash is ever compared or kept."""
        if self.is_typing_closed():
            return self.visits.showing.idle(Hint.TYPING_CLOSED)
        if not id_number.check_digit_ok(text):
            return self.visits.showing.idle(Hint.TYPED_WRONG)
        found = self.copy.by_id_hash(id_number.keyed_hash(text, self.id_key))
        zone = self.visits.rules.site.timezone
        today = local_day(self.visits.clock.now(), zone)
        ours = [item for item in found if item.site == self.visits.rules.site.id]
        near = [item for item in ours if local_day(item.slot_start, zone) == today] or ours
        valid = [item for item in near if item.status is not BookingStatus.CANCELLED]
        return self._typed(valid or near, "id_number")

    def is_typing_closed(self) -> bool:
        """Tell whether typing waits: for a while after this visitor's wrong entries, or until a guard reopens it."""
        if self.visits.clock.monotonic() < self._closed_until:
            return True
        limit = self.visits.rules.policy.typed_wrong_per_kiosk
        return self.visits.log.state.count(TYPED_WRONG) >= limit

    def typing_reopened(self) -> None:
        """End the pause as well: a guard opened typing again."""
        self._wrong, self._closed_until = 0, 0.0

    def visitor_left(self) -> None:
        """Forget this visitor's wrong entries; the kiosk's own count stays."""
        self._wrong = 0

    def _typed(self, found: list[Booking], by: str) -> View:
        """Go on with exactly one match; anything else counts as a wrong entry and says nothing about bookings."""
        if len(found) == 1:
            self._wrong = 0
            return self._begin(Found(found[0], "copy", by))
        if not self._has_data():
            return self._begin(NotFound(NO_DATA, by=by))
        policy = self.visits.rules.policy
        self._wrong += 1
        if self._wrong >= policy.typed_wrong_per_visitor:
            self._closed_until = self.visits.clock.monotonic() + policy.typed_pause_s
            self._wrong = 0
        with self.visits.log.act() as act:
            act.record(EntryKind.TYPED_WRONG, {"by": by})
        return self.visits.showing.idle(Hint.NOT_FOUND)

    def _has_data(self) -> bool:
        today = local_day(self.visits.clock.now(), self.visits.rules.site.timezone)
        return self.copy.covers(today.isoformat())

    def _search(self, text: str, code: Claims | BookingNumber | BadCode) -> Search:
        match code:
            case Claims():
                return self._by_claims(code)
            case BookingNumber():
                found = self.copy.by_number(code.number)
                if len(found) == 1:
                    return Found(found[0], "copy", "code")
                if found:
                    return NotFound(Reason.AMBIGUOUS_CODE, raw_code(text))
                return NotFound(Reason.UNKNOWN_BOOKING if self._has_data() else NO_DATA, raw_code(text))
            case BadCode():
                return NotFound(code.reason, raw_code(text))

    def _by_claims(self, claims: Claims) -> Found:
        """Return the booking of a signed code; one newer than the copy is taken on its signature and marked so."""
        booking = self.copy.booking(claims.booking_id)
        known: set[Reason] = set()
        if self.visits.rules.is_key_revoked(claims.key_id):
            known.add(Reason.REVOKED)
        if booking is None:
            return Found(claims.as_booking(), "signature", "code", frozenset(known))
        if booking.code_not_before is not None and claims.issued_at < booking.code_not_before:
            known.add(Reason.REVOKED)
        return Found(booking, "copy", "code", frozenset(known))

    def _begin(self, search: Search) -> View:
        with self.visits.log.act() as act:
            if isinstance(search, NotFound):
                return self._refuse_unknown(act, search)
            last, is_peer = last_visit(act.state, self.copy, search.booking.id)
            by = self._goes_out()
            if by is not None:
                return self._leave(act, search, (last, is_peer), by)
            if last is not None and self._is_taken_up(act, last, is_peer=is_peer):
                return self._take_up(act, last.id)
            return self._judge(act, search, last)

    def _is_taken_up(self, act: Act, last: Visit, *, is_peer: bool) -> bool:
        """Tell whether scanning goes on with `last`; a visit of another kiosk is adopted first."""
        if last.step not in OPEN_STEPS and last.step is not Step.ABANDONED:
            return False
        if not self._is_of_today(last) and self.visits.cases.undecided(act.state, last.id) is None:
            return False  # another day is judged anew
        if is_peer:
            idle_s = (self.visits.clock.now() - last.touched_at).total_seconds()
            if last.step in SCREEN_STEPS and idle_s < self.visits.rules.policy.resume_elsewhere_s:
                return False  # someone stands at the other kiosk with this very code
            adopt(act, last)
        return True

    def _is_of_today(self, visit: Visit) -> bool:
        """Tell whether a visit began today; one that was left open on another day has used nothing up."""
        now, zone = self.visits.clock.now(), self.visits.rules.site.timezone
        return local_day(visit.first_contact, zone) == local_day(now, zone)

    def _take_up(self, act: Act, visit_id: VisitId) -> View:
        """Take an open visit up where it was."""
        visit = act.state.visit(visit_id)
        if visit is None:
            return self.visits.showing.idle()
        if visit.step is Step.RESTING and visit.rest_until is not None and self.visits.clock.now() >= visit.rest_until:
            act.record(EntryKind.RESUMED, {"visit_id": visit.id, "at": "measuring"})
        elif visit.step is Step.ABANDONED:
            at = "measuring" if visit.declared_at is not None else "declaration"
            act.record(EntryKind.RESUMED, {"visit_id": visit.id, "at": at})
        elif visit.step is Step.HALL_LINE:
            self.visits.admit_or_line_up(act, visit)
        elif visit.step is Step.GUARD:
            settle_by_case(self.visits, act, visit)
        return self.visits.show(act, visit.id)

    def _judge(self, act: Act, found: Found, last: Visit | None) -> View:
        """Judge the booking at first contact, which is now, and begin a visit: shown to its holder, or refused."""
        now = self.visits.clock.now()
        known = found.known
        if last is not None and (last.step in _USED or (last.step in OPEN_STEPS and self._is_of_today(last))):
            known |= {Reason.ALREADY_ARRIVED}
        judgement = judge(found.booking, self.visits.rules.door(act.state.count(EXTRA_LATE)), now, known)
        visit_id = VisitId(self.visits.new_id())
        body = {
            "visit_id": visit_id,
            "booking": to_json(found.booking),
            "first_contact": to_wire(now),
            "by": found.by,
            **self._decided(found.source),
        }
        if is_for_a_person(judgement, timedelta(milliseconds=self.offset_ms() or 0)):
            act.record(EntryKind.IDENTIFIED, body)
            act.record(EntryKind.HELD, {"visit_id": visit_id, "cause": "clock_off"})
        elif judgement.reasons:
            earlier = {"earlier_visit": last.id} if last is not None else {}
            act.record(EntryKind.REFUSED, {**body, "reasons": list(judgement.reasons), **earlier})
        else:
            act.record(EntryKind.IDENTIFIED, body)
        return self.visits.show(act, visit_id)

    def _refuse_unknown(self, act: Act, search: NotFound) -> View:
        now = self.visits.clock.now()
        visit_id = VisitId(self.visits.new_id())
        reasons = [search.reason] if search.reason is not None else []
        body: dict[str, Any] = {
            "visit_id": visit_id,
            "booking": None,
            "first_contact": to_wire(now),
            "by": search.by,
            "code": search.raw,
            "reasons": reasons,
            **self._decided("none"),
        }
        if search.reason is not None:
            act.record(EntryKind.REFUSED, body)
        else:
            # "I have no data" is never "your booking is invalid": a person looks, and the visitor waits calmly.
            act.record(EntryKind.IDENTIFIED, body)
            act.record(EntryKind.HELD, {"visit_id": visit_id, "cause": "no_data"})
        return self.visits.show(act, visit_id)

    def _decided(self, source: str) -> dict[str, Any]:
        """Return how this was decided: from what, how old it was, and by which policy."""
        refreshed = self.copy.refreshed_at()
        age = int((self.visits.clock.now() - refreshed).total_seconds()) if refreshed is not None else None
        policy = self.visits.rules.policy
        return {
            "source": source,
            "offline": not self.visits.hall.is_site_known(),
            "copy_age_s": age,
            "policy_id": policy.id,
            "policy_version": policy.version,
        }

    def _leave(self, act: Act, found: Found, known: tuple[Visit | None, bool], by: dict[str, str]) -> View:
        """Take a code out again at an exit; the fact is recorded once, also when only the code tells of it."""
        last, is_peer = known
        if last is not None and last.step is Step.LEFT:
            return self.visits.showing.of(last, act.state)
        if last is None or last.step is not Step.ADMITTED:
            if self.visits.hall.is_site_known() or last is not None:
                return self.visits.showing.idle(Hint.NOT_INSIDE)
            return self._leave_unseen(act, found, by)
        if is_peer:
            adopt(act, last)
        act.record(EntryKind.WENT_OUT, {"visit_id": last.id, "booking_id": found.booking.id, **by})
        return self.visits.show(act, last.id)

    def _leave_unseen(self, act: Act, found: Found, by: dict[str, str]) -> View:
        """While the link is down nobody here knows who came in by another door: the way out is recorded alone."""
        now, visit_id = self.visits.clock.now(), VisitId(self.visits.new_id())
        body = {"visit_id": visit_id, "booking": to_json(found.booking), "first_contact": to_wire(now), "by": found.by}
        act.record(EntryKind.IDENTIFIED, {**body, **self._decided(found.source)})
        act.record(EntryKind.WENT_OUT, {"visit_id": visit_id, "booking_id": found.booking.id, "unseen": True, **by})
        return self.visits.show(act, visit_id)
