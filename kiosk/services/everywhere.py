"""What is open at the whole site: this kiosk's visits, and those of the others as the server told them.

A visit may be at two kiosks: taken over by one after the other. The one that took it over, or touched it last, has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.domain.entry import EntryKind
from kiosk.domain.record import is_with_peer
from kiosk.domain.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.domain.ids import KioskId, VisitId
    from kiosk.domain.record import Visit
    from kiosk.domain.state_keeper import State
    from kiosk.ports import Act, LocalCopy


@dataclass(frozen=True, slots=True)
class Everywhere:
    """The visits of the site as this kiosk knows them."""

    copy: LocalCopy
    kiosk_id: KioskId

    def visit(self, state: State, visit_id: VisitId) -> Visit | None:
        """Return a visit as whoever touched it last has it, or None."""
        own, peer = state.visit(visit_id), self.copy.peer_visit(visit_id)
        if own is None or peer is None:
            return own or peer
        return peer if is_with_peer(own, peer) else own

    def listed(self, state: State) -> Sequence[Visit]:
        """Return the visits of the site that somebody has still to do something for."""
        own = {visit.id: visit for visit in state.open_visits()}
        found = {visit_id: self.visit(state, visit_id) or visit for visit_id, visit in own.items()}
        for peer in self.copy.open_peer_visits():
            mine = state.visit(peer.id)
            if mine is None or is_with_peer(mine, peer):
                found[peer.id] = peer
        return [visit for visit in found.values() if visit.is_listed]

    def is_here(self, state: State, visit: Visit) -> bool:
        """Tell whether this kiosk has a visit."""
        own = state.visit(visit.id)
        return own is not None and own == self.visit(state, visit.id)

    def take_over(self, act: Act, visit_id: VisitId) -> Visit | None:
        """Return a visit to act for; one that another kiosk has is taken over first."""
        visit = self.visit(act.state, visit_id)
        if visit is not None and not self.is_here(act.state, visit):
            adopt(act, visit)
        return act.state.visit(visit_id)


def adopt(act: Act, visit: Visit) -> None:
    """Record that a visit of another kiosk goes on at this one."""
    act.record(EntryKind.ADOPTED, {"visit_id": visit.id, "visit": to_json(visit), "from": visit.kiosk_id})
