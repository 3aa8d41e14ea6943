"""The guards of each site: who they are, and what lets them in. Kiosks are told of it as a document."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from sqlalchemy import delete, insert, select

from central.catalogue import change_row, need_site, records_of_site
from central.refusals import Unknown
from central.tables import guards, lockouts
from kiosk.domain.ids import GuardId
from kiosk.protocol.messages import Guard

if TYPE_CHECKING:
    from typing import Literal

    from sqlalchemy import Connection

    from central.database import Database

# 19 MiB, two passes: a kiosk's small computer checks it in well under a second (server-facts.md, section 6).
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_BADGE_BYTES: Final = 24  # 192 bits: nobody guesses a badge


class Roster:
    """Keeps the guards of each site."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._db = database

    def put(
        self,
        site_id: str,
        guard_id: str,
        name: str,
        pin: str,
        role: Literal["guard", "leader", "supervisor"] = "guard",
    ) -> None:
        """Make or change a guard; only a slow hash of the PIN is kept and told to the kiosks."""
        guard = Guard(id=GuardId(guard_id), name=name, pin_hash=_HASHER.hash(pin), role=role)
        with self._db.write() as tx:
            need_site(tx, site_id)
            known = guard_of(tx, site_id, guard_id)
            if known is not None:
                guard = guard.model_copy(update={"badge_hash": known.badge_hash})
            where = (guards.c.site_id == site_id) & (guards.c.guard_id == guard_id)
            if not change_row(tx, guards, where, {"record": guard.model_dump_json()}):
                tx.execute(insert(guards).values(site_id=site_id, guard_id=guard_id, record=guard.model_dump_json()))

    def make_badge(self, site_id: str, guard_id: str) -> str:
        """Return a new secret for a guard's badge, told once; only its hash is kept, and the badge before is void."""
        secret = secrets.token_urlsafe(_BADGE_BYTES)
        self._set_badge(site_id, guard_id, hashlib.sha256(secret.encode()).hexdigest())
        return secret

    def remove_badge(self, site_id: str, guard_id: str) -> None:
        """Take a guard's badge away: it opens nothing any more."""
        self._set_badge(site_id, guard_id, "")

    def of_site(self, site_id: str) -> list[Guard]:
        """Return the guards of a site."""
        with self._db.read() as tx:
            return guards_of(tx, site_id)

    def _set_badge(self, site_id: str, guard_id: str, badge_hash: str) -> None:
        with self._db.write() as tx:
            need_site(tx, site_id)
            guard = guard_of(tx, site_id, guard_id)
            if guard is None:
                raise Unknown("no such guard")
            record = guard.model_copy(update={"badge_hash": badge_hash}).model_dump_json()
            of_guard = (guards.c.site_id == site_id) & (guards.c.guard_id == guard_id)
            change_row(tx, guards, of_guard, {"record": record})

    def remove(self, site_id: str, guard_id: str) -> None:
        """Take a guard off a site; the log keeps what was done by that id."""
        with self._db.write() as tx:
            where = (guards.c.site_id == site_id) & (guards.c.guard_id == guard_id)
            if tx.execute(delete(guards).where(where)).rowcount == 0:
                raise Unknown("no such guard")
            tx.execute(delete(lockouts).where(lockouts.c.site_id == site_id, lockouts.c.guard_id == guard_id))


def guard_of(tx: Connection, site_id: str, guard_id: str) -> Guard | None:
    """Return a guard of a site, or None."""
    of_guard = (guards.c.site_id == site_id) & (guards.c.guard_id == guard_id)
    record = tx.scalar(select(guards.c.record).where(of_guard))
    return Guard.model_validate_json(record) if record is not None else None


def guards_of(tx: Connection, site_id: str) -> list[Guard]:
    """Return the guards of a site."""
    return [Guard.model_validate(record) for record in records_of_site(tx, guards, site_id)]
