"""Who is signed in at the guard's screens: by a PIN of one's own account, or by a badge.

Wrong PINs make that account wait, longer each time, also over a restart: the wait is in the log. Nobody can lock
another out for longer than that, a badge opens an account that waits, and an alarm is taken without signing in.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.domain.entry import EntryKind
from kiosk.domain.lockout import delay_s
from kiosk.domain.masking import mask_name
from kiosk.domain.times import from_wire, local_day, to_wire
from kiosk.services.views import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.ids import GuardId
    from kiosk.domain.state_keeper import State
    from kiosk.protocol.messages import Guard
    from kiosk.services.visits import Visits

BADGE: Final = "VBG1."
"""What a badge's QR code begins with; the rest is a secret of at least 128 bits that the server gave out."""


class PinCheck(Protocol):
    """Compares a PIN with a stored hash, slowly and in constant time."""

    def __call__(self, pin_hash: str, pin: str) -> bool:
        """Tell whether `pin` is the one."""
        ...


@dataclass(frozen=True, slots=True)
class SignIn:
    """Opens and closes the guard's screens, on the worker's thread."""

    visits: Visits
    check_pin: PinCheck

    def accounts(self) -> tuple[Account, ...]:
        """Return who may sign in here, masked, and until when each account waits after wrong PINs."""
        now, state = self.visits.clock.now(), self.visits.log.state
        return tuple(
            Account(guard.id, mask_name(guard.name), guard.role, until if until > now else None)
            for guard, until in ((guard, self._wait(state, guard.id)[1]) for guard in self.visits.rules.guards())
        )

    def by_pin(self, guard_id: GuardId, pin: str, by: str = "pin") -> Guard | None:
        """Return the guard when this is the account's PIN and the account does not wait; else None.

        `by`: what the entry says of how; "consent" for one who agrees to what another asks, and signs in for nothing.
        """
        now, state = self.visits.clock.now(), self.visits.log.state
        guard = next((item for item in self.visits.rules.guards() if item.id == guard_id), None)
        if guard is None:
            return None
        wrong, until = self._wait(state, guard_id)
        if now < until:
            return None
        if self.check_pin(guard.pin_hash, pin):
            self._record(EntryKind.SIGNED_IN, guard_id, {"by": by, "wrong": 0, "until": ""})
            return guard
        until = now + timedelta(seconds=delay_s(wrong + 1))
        self._record(EntryKind.SIGN_IN_FAILED, guard_id, {"by": by, "wrong": wrong + 1, "until": to_wire(until)})
        return None

    def by_badge(self, text: str) -> Guard | None:
        """Return the guard whose badge this is, or None; a wait after wrong PINs does not touch it."""
        if not text.startswith(BADGE):
            return None
        held = hashlib.sha256(text.removeprefix(BADGE).encode()).hexdigest()
        # Every badge is compared, so that the time taken tells nothing.
        found = [item for item in self.visits.rules.guards() if hmac.compare_digest(item.badge_hash, held)]
        if not found:
            return None
        guard = found[0]
        self._record(EntryKind.SIGNED_IN, guard.id, {"by": "badge", "wrong": 0, "until": ""})
        return guard

    def sign_out(self, guard: Guard) -> None:
        """Record that the guard's screen was locked."""
        with self.visits.log.act() as act:
            act.record(EntryKind.SIGNED_OUT, {"guard_id": guard.id})

    def _wait(self, state: State, guard_id: GuardId) -> tuple[int, datetime]:
        """Return how many wrong PINs an account has in a row, and until when it waits; midnight forgives nothing."""
        today = local_day(self.visits.clock.now(), self.visits.rules.site.timezone)
        for day in (today, today - timedelta(days=1)):
            text = state.fact(f"lockout:{guard_id}:{day.isoformat()}")
            if text is not None:
                known: Mapping[str, str] = json.loads(text)
                return int(known["wrong"]), from_wire(known["until"])
        return 0, datetime.min.replace(tzinfo=self.visits.clock.now().tzinfo)

    def _record(self, kind: EntryKind, guard_id: GuardId, more: Mapping[str, object]) -> None:
        day = local_day(self.visits.clock.now(), self.visits.rules.site.timezone).isoformat()
        with self.visits.log.act() as act:
            act.record(kind, {"guard_id": guard_id, "day": day, **more})
