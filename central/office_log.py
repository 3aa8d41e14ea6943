"""The server's own log of a site: what is done on its pages is an entry like any other, sealed and chained.

It belongs to a kiosk that is none: id `office`, epoch 1, no letter, made when it is first needed. Its entries are
followed, kept, erased and put into the ledger as those of every kiosk.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from central.clock import from_ms
from central.database import lock_site
from central.envelope import columns_of
from central.fleet import Principal
from central.follow import follow, open_chain
from central.log_tables import chains, counters, entries
from central.refusals import Taken, Unknown
from central.tables import OFFICE, kiosks, of_epoch
from kiosk.domain.entry import SALT_BYTES, Entry, EntryKind, Envelope, body_digest, canonical, seal
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from central.clock import Clock
    from central.database import Database

EPOCH: Final = 1


def office_of(site_id: str) -> Principal:
    """Return whose log the server's own is at a site."""
    return Principal(SiteId(site_id), KioskId(OFFICE), EPOCH)


class OfficeLog:
    """Writes the server's own log of each site; any thread may call."""

    def __init__(self, database: Database, clock: Clock, clock_skew_s: int) -> None:
        """`clock_skew_s` as for the logs of the kiosks."""
        self._db = database
        self._clock = clock
        self._skew_s = clock_skew_s

    @contextmanager
    def act(self, site_id: str) -> Generator[OfficeAct]:
        """Open an act: what it records commits together, and nobody else changes the site meanwhile.

        Raises Unknown for no site.
        """
        with self._db.write() as tx:
            if not lock_site(tx, site_id):
                raise Unknown("no such site")
            yield self.acting(tx, site_id)

    def acting(self, tx: Connection, site_id: str) -> OfficeAct:
        """Return an act within a transaction that holds the site's lock already."""
        return OfficeAct(tx, site_id, from_ms(to_ms(self._clock.now())), self._skew_s)


class OfficeAct:
    """One act within a transaction that holds the site's lock. `now`: when it happens, to the millisecond."""

    def __init__(self, tx: Connection, site_id: str, now: datetime, clock_skew_s: int) -> None:
        """`tx` is the transaction."""
        self.tx = tx
        self.site_id = site_id
        self.now = now
        self._skew_s = clock_skew_s

    def count(self, name: str) -> int:
        """Return a counter of this log; 0 when it was never set."""
        of_name = of_epoch(counters, self.site_id, OFFICE, EPOCH) & (counters.c.name == name)
        return self.tx.scalar(select(counters.c.value).where(of_name)) or 0

    def record(self, kind: EntryKind, body: Mapping[str, Any], happened_at: datetime | None = None) -> Entry:
        """Append one entry and apply it, so that the next thing asked for knows of it; it happened now, or earlier."""
        who = office_of(self.site_id)
        _make_office(self.tx, self.site_id)
        open_chain(self.tx, who)
        high = self.tx.execute(select(chains).where(of_epoch(chains, who.site_id, who.kiosk_id, who.epoch))).one()
        text, salt = canonical(body), secrets.token_hex(SALT_BYTES)
        envelope = Envelope(
            who.site_id,
            who.kiosk_id,
            who.epoch,
            high.high_seq + 1,
            kind,
            happened_at or self.now,
            self.now,
            0,
            body_digest(text, salt),
            high.high_hash,
        )
        entry = seal(envelope, text, salt)
        now_ms = to_ms(self.now)
        self.tx.execute(insert(entries).values(**columns_of(entry), received_ms=now_ms))
        follow(self.tx, who, now_ms, self._skew_s)
        return entry


def _make_office(tx: Connection, site_id: str) -> None:
    """Make the row that the office's log belongs to; raises Taken where a real kiosk has its name."""
    of_office = (kiosks.c.site_id == site_id) & (kiosks.c.kiosk_id == OFFICE)
    letter = tx.scalar(select(kiosks.c.letter).where(of_office))
    if letter is None:
        tx.execute(insert(kiosks).values(site_id=site_id, kiosk_id=OFFICE, letter="", is_entry=False, epoch=EPOCH))
    elif letter:
        raise Taken(f"a kiosk of this site is named {OFFICE}; rename it before the server can keep its own log")
