"""Visitors without a booking, by a guard's word: the questions come next at this screen, then the screening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.admission import Reason, is_site_open
from kiosk.domain.case import Role
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import VisitId
from kiosk.domain.overriding import may_override
from kiosk.domain.times import local_day
from kiosk.domain.visit import PASSED_STEPS
from kiosk.domain.walk_in import GREEN, WITH_SOMEBODY, WalkIn, role_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kiosk.domain.record import Visit
    from kiosk.protocol.messages import Guard
    from kiosk.services.everywhere import Everywhere
    from kiosk.services.today import Today
    from kiosk.services.views import View
    from kiosk.services.visits import Visits

_MOST: Final = 8  # numbers to choose from; whoever is with a child has just passed


@dataclass(frozen=True, slots=True)
class WalkIns:
    """Begins visits of people without a booking."""

    visits: Visits
    everywhere: Everywhere
    today: Today

    def begin(self, guard: Guard, why: str, with_visit: VisitId | None = None) -> View | None:
        """Begin a visit at this screen and return it; None when this guard may not, or nobody is named to be with.

        The guard has seen a document; the entry says so, with who and why.
        """
        if why not in set(WalkIn):
            return None
        kind = WalkIn(why)
        companion_of = with_visit if kind in WITH_SOMEBODY else None
        if self._hindrance(guard, kind, companion_of):
            return None
        if kind in WITH_SOMEBODY and companion_of is None:
            return None
        visit_id = VisitId(self.visits.new_id())
        with self.visits.log.act() as act:
            body = {
                "visit_id": visit_id,
                "why": kind.value,
                "guard_id": guard.id,
                "role": guard.role,
                "document_seen": True,
                "with_visit": companion_of,
                "offline": not self.visits.hall.is_site_known(),
                "policy_id": self.visits.rules.policy.id,
                "policy_version": self.visits.rules.policy.version,
            }
            act.record(EntryKind.WALKED_IN, body)
            return self.visits.show(act, visit_id)

    def hindrances(self, guard: Guard, with_visit: VisitId | None = None) -> Mapping[WalkIn, str]:
        """Return why this guard may not let somebody in so, by kind: `leader`, `closed` or `not_passed`.

        `with_visit`: with whom they would come; None: that is chosen later.
        """
        found = {kind: self._hindrance(guard, kind, with_visit if kind in WITH_SOMEBODY else None) for kind in WalkIn}
        return {kind: why for kind, why in found.items() if why}

    def with_whom(self) -> tuple[tuple[VisitId, str], ...]:
        """Return with whom somebody may come now, by number: who passed the screening today, the last first.

        At this kiosk or at another of the site; who left by another door is gone here as well.
        """
        state = self.visits.log.state
        peers = (visit.id for visit in self.everywhere.copy.passed_peer_visits())
        ids = dict.fromkeys((*map(VisitId, self.today.tally().passed), *peers))
        known = (self.everywhere.visit(state, visit_id) for visit_id in ids)
        passed = [visit for visit in known if visit is not None and self._passed_today(visit)]
        last_first = sorted(passed, key=_passed_at, reverse=True)
        return tuple((visit.id, visit.queue_number or visit.line_number) for visit in last_first[:_MOST])

    def _hindrance(self, guard: Guard, kind: WalkIn, with_visit: VisitId | None) -> str:
        """Return why not, or "". The green channel passes at any hour, the others while it is open."""
        if not Role(guard.role).may_act_as(Role(role_for(kind))):
            return "leader"
        rules = self.visits.rules
        is_open = is_site_open(rules.site, self.visits.clock.now())
        if not (kind in GREEN or is_open or may_override(rules.policy.overrides, (Reason.SITE_CLOSED,), guard.role)):
            return "closed"
        return "not_passed" if with_visit is not None and not self._has_passed(with_visit) else ""

    def _has_passed(self, visit_id: VisitId) -> bool:
        """Tell whether the visit that somebody comes with passed its own screening today."""
        visit = self.everywhere.visit(self.visits.log.state, visit_id)
        return visit is not None and self._passed_today(visit)

    def _passed_today(self, visit: Visit) -> bool:
        zone = self.visits.rules.site.timezone
        is_of_today = local_day(visit.first_contact, zone) == local_day(self.visits.clock.now(), zone)
        return is_of_today and visit.step in PASSED_STEPS


def _passed_at(visit: Visit) -> datetime:
    return visit.admitted_at or visit.lined_up_at or visit.touched_at
