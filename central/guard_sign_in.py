"""Who signs in at the guard's page: by the PIN of an account of the site, or by the badge.

Wrong PINs make that account wait, longer each time. The wait is in the database, so that neither a restart nor a
second browser shortens it, and a try is counted before it is compared, so that tries sent at once all count.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update

from central.catalogue import site_of
from central.clock import from_ms
from central.roster import guard_of, guards_of
from central.tables import lockouts
from kiosk.domain.entry import EntryKind
from kiosk.domain.lockout import delay_s
from kiosk.domain.times import local_day, to_ms, to_wire

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from central.database import Database
    from central.office_log import OfficeAct, OfficeLog
    from kiosk.protocol.messages import Guard

BADGE: Final = "VBG1."
"""What a badge's QR code begins with."""

_AT_ONCE: Final = 2  # each comparison takes 19 MiB and a core
# Compared with where there is no such account, so that the time taken does not tell; nobody's PIN.
_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2Q$QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"
)
_HASHER: Final = PasswordHasher()


class GuardSignIn:
    """Tells whose a PIN or a badge is, and records it in the server's own log. Any thread may call."""

    def __init__(self, database: Database, log: OfficeLog) -> None:
        """`log` is the server's own."""
        self._db = database
        self._log = log
        self._gate = BoundedSemaphore(_AT_ONCE)

    def by_pin(self, site_id: str, guard_id: str, pin: str) -> Guard | None:
        """Return the guard when this is the account's PIN and the account does not wait; else None.

        Raises Unknown for no site.
        """
        with self._log.act(site_id) as act:
            guard = guard_of(act.tx, site_id, guard_id)
            wrong = _count_try(act, guard_id) if guard is not None else 0
        if guard is not None and wrong is None:
            return None
        with self._gate:
            is_right = _is_right(guard.pin_hash if guard is not None else _NOBODY, pin)
        if guard is None:
            return None
        with self._log.act(site_id) as act:
            if is_right:
                _forget_tries(act, guard_id)
                _record(act, EntryKind.SIGNED_IN, guard_id, by="pin", wrong=0, until="")
                return guard
            until = _waits_until(act, guard_id)
            _record(act, EntryKind.SIGN_IN_FAILED, guard_id, by="pin", wrong=wrong, until=to_wire(until))
            return None

    def by_badge(self, site_id: str, text: str) -> Guard | None:
        """Return the guard whose badge this is, or None; a wait after wrong PINs does not touch it."""
        held = hashlib.sha256(text.removeprefix(BADGE).encode()).hexdigest()
        with self._log.act(site_id) as act:
            # Every badge is compared, so that the time taken tells nothing.
            found = [item for item in guards_of(act.tx, site_id) if hmac.compare_digest(item.badge_hash, held)]
            if not found or not text.startswith(BADGE):
                return None
            _forget_tries(act, found[0].id)
            _record(act, EntryKind.SIGNED_IN, found[0].id, by="badge", wrong=0, until="")
            return found[0]

    def waits_until(self, site_id: str, guard_id: str) -> datetime | None:
        """Return until when an account waits after wrong PINs; None for one that does not, or is none."""
        with self._db.read() as tx:
            until_ms = tx.scalar(select(lockouts.c.until_ms).where(_of(site_id, guard_id)))
        return from_ms(until_ms) if until_ms is not None else None

    def sign_out(self, site_id: str, guard_id: str) -> None:
        """Record that a guard signed out."""
        with self._log.act(site_id) as act:
            act.record(EntryKind.SIGNED_OUT, {"guard_id": guard_id})


def _count_try(act: OfficeAct, guard_id: str) -> int | None:
    """Count a try as wrong before it is compared; return how many that makes, or None while the account waits."""
    row = act.tx.execute(select(lockouts).where(_of(act.site_id, guard_id))).first()
    now_ms = to_ms(act.now)
    if row is not None and now_ms < row.until_ms:
        return None
    wrong = (row.wrong if row is not None else 0) + 1
    values = {"wrong": wrong, "until_ms": now_ms + delay_s(wrong) * 1000}
    if row is None:
        act.tx.execute(insert(lockouts).values(site_id=act.site_id, guard_id=guard_id, **values))
    else:
        act.tx.execute(update(lockouts).where(_of(act.site_id, guard_id)).values(**values))
    return wrong


def _waits_until(act: OfficeAct, guard_id: str) -> datetime:
    until_ms = act.tx.scalar(select(lockouts.c.until_ms).where(_of(act.site_id, guard_id)))
    return from_ms(until_ms) if until_ms is not None else act.now


def _forget_tries(act: OfficeAct, guard_id: str) -> None:
    act.tx.execute(delete(lockouts).where(_of(act.site_id, guard_id)))


def _record(act: OfficeAct, kind: EntryKind, guard_id: str, **more: object) -> None:
    day = local_day(act.now, site_of(act.tx, act.site_id).timezone).isoformat()
    act.record(kind, {"guard_id": guard_id, "day": day, **more})


def _is_right(pin_hash: str, pin: str) -> bool:
    try:
        return _HASHER.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def _of(site_id: str, guard_id: str) -> ColumnElement[bool]:
    return (lockouts.c.site_id == site_id) & (lockouts.c.guard_id == guard_id)
