"""The kiosks: who they are, how they enrol with a one-time code, and when their access ends.

A token ends when its kiosk is revoked or set up anew. An ended token still delivers entries, because what happened at
the door must arrive; it opens nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from central import tokens
from central.clock import from_ms
from central.database import lock_site
from central.refusals import EnrolmentRefused, Taken, TooMany, Unknown
from central.tables import OFFICE, device_keys, enrolments, kiosks
from central.tokens import Principal
from kiosk.domain.booking_number import ALPHABET
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from central.clock import Clock
    from central.database import Database
    from central.settings import EnrolmentSettings

__all__ = ["Enrolled", "EnrolmentCode", "Fleet", "KioskRow", "Principal", "entry_kiosks"]

_HANDLE: Final = 8  # characters that find the code: 40 bits
_SECRET: Final = 12  # characters that prove it: 60 bits, of which a thief may try five


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A one-time code for a new kiosk, shown to the operator once."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a kiosk is told when its code was good."""

    site_id: SiteId
    kiosk_id: KioskId
    letter: str
    epoch: int
    token: str


@dataclass(frozen=True, slots=True)
class KioskRow:
    """A kiosk as an operator sees it."""

    site_id: str
    kiosk_id: str
    letter: str
    is_entry: bool
    epoch: int
    revoked_at: datetime | None


class Fleet:
    """Makes, enrols and revokes kiosks, and tells who calls."""

    def __init__(self, database: Database, clock: Clock, settings: EnrolmentSettings) -> None:
        """`settings` bounds how long a code lives and how often it may be tried."""
        self._db = database
        self._clock = clock
        self._settings = settings
        self._tries: deque[datetime] = deque()
        self._tries_lock = Lock()

    def put_kiosk(self, site_id: str, kiosk_id: str, letter: str, *, is_entry: bool = True) -> None:
        """Make or change a kiosk; `letter` stands in its queue numbers and belongs to it alone at the site."""
        if kiosk_id == OFFICE:
            raise Taken("this name belongs to the server's own log")
        of_kiosk = (kiosks.c.site_id == site_id) & (kiosks.c.kiosk_id == kiosk_id)
        try:
            with self._db.write() as tx:
                if not lock_site(tx, site_id):
                    raise Unknown("no such site")
                changed = tx.execute(update(kiosks).where(of_kiosk).values(letter=letter, is_entry=is_entry))
                if changed.rowcount == 0:
                    row = {"site_id": site_id, "kiosk_id": kiosk_id, "letter": letter, "is_entry": is_entry}
                    tx.execute(insert(kiosks).values(**row, epoch=0))
        except IntegrityError as error:
            raise Taken("another kiosk of the site has this letter") from error

    def kiosks(self, site_id: str) -> list[KioskRow]:
        """Return the kiosks of a site."""
        with self._db.read() as tx:
            of_site = (kiosks.c.site_id == site_id) & (kiosks.c.letter != "")
            rows = tx.execute(select(kiosks).where(of_site).order_by(kiosks.c.kiosk_id)).all()
        return [_kiosk_row(row) for row in rows]

    def enrolment_code(self, site_id: str, kiosk_id: str) -> EnrolmentCode:
        """Return a new one-time code for a kiosk; codes given out for it before are void."""
        handle, secret = _random_text(_HANDLE), _random_text(_SECRET)
        expires_at = self._clock.now() + timedelta(minutes=self._settings.life_min)
        with self._db.write() as tx:
            if _kiosk(tx, site_id, kiosk_id) is None:
                raise Unknown("no such kiosk")
            of_kiosk = (enrolments.c.site_id == site_id) & (enrolments.c.kiosk_id == kiosk_id)
            tx.execute(update(enrolments).where(of_kiosk).values(tries_left=0))
            tx.execute(
                insert(enrolments).values(
                    site_id=site_id,
                    handle=handle,
                    kiosk_id=kiosk_id,
                    secret_hash=_hash(secret),
                    expires_ms=to_ms(expires_at),
                    tries_left=self._settings.tries,
                )
            )
        return EnrolmentCode(f"{handle}-{secret}", expires_at)

    def is_open(self, code: str) -> bool:
        """Tell whether a one-time code still works: not used, not too old, not tried to death, not replaced."""
        handle = code.partition("-")[0]
        with self._db.read() as tx:
            row = tx.execute(select(enrolments).where(enrolments.c.handle == handle)).first()
        if row is None or row.used_ms is not None or row.tries_left <= 0:
            return False
        return to_ms(self._clock.now()) < row.expires_ms

    def enrol(self, code: str, public_key: str, software: str) -> Enrolled:
        """Trade a one-time code for an identity with a new epoch; ends the kiosk's older tokens.

        Raises EnrolmentRefused without saying why: a thief learns nothing from the answer.
        """
        self._count_try()
        handle, _, secret = code.strip().upper().partition("-")
        enrolled: Enrolled | None = None
        # A wrong try must be counted for good, so the refusal comes after the commit.
        with self._db.write() as tx:
            row = tx.execute(select(enrolments).where(enrolments.c.handle == handle)).first()
            if row is not None and self._is_good(tx, row, secret):
                enrolled = self._issue(tx, row, public_key, software)
        if enrolled is None:
            raise EnrolmentRefused("this code does not enrol a kiosk")
        return enrolled

    def revoke(self, site_id: str, kiosk_id: str) -> None:
        """End a kiosk's access from its next call on; what it recorded can still be delivered."""
        now_ms = to_ms(self._clock.now())
        with self._db.write() as tx:
            if _kiosk(tx, site_id, kiosk_id) is None:
                raise Unknown("no such kiosk")
            of_kiosk = (kiosks.c.site_id == site_id) & (kiosks.c.kiosk_id == kiosk_id)
            tx.execute(update(kiosks).where(of_kiosk).values(revoked_ms=now_ms))
            tokens.end(tx, site_id, kiosk_id, now_ms)

    def _is_good(self, tx: Connection, row: Row[Any], secret: str) -> bool:
        """Tell whether a try with `secret` opens the enrolment; counts the try."""
        of_code = (enrolments.c.site_id == row.site_id) & (enrolments.c.handle == row.handle)
        # Counted before it is compared, and by the database, so that tries sent at once are all counted.
        counted = tx.execute(
            update(enrolments)
            .where(of_code, enrolments.c.tries_left > 0, enrolments.c.used_ms.is_(None))
            .values(tries_left=enrolments.c.tries_left - 1)
        )
        is_young = to_ms(self._clock.now()) < row.expires_ms
        return counted.rowcount == 1 and is_young and hmac.compare_digest(row.secret_hash, _hash(secret))

    def _issue(self, tx: Connection, row: Row[Any], public_key: str, software: str) -> Enrolled:
        now_ms = to_ms(self._clock.now())
        of_kiosk = (kiosks.c.site_id == row.site_id) & (kiosks.c.kiosk_id == row.kiosk_id)
        tx.execute(
            update(enrolments)
            .where(enrolments.c.site_id == row.site_id, enrolments.c.handle == row.handle)
            .values(used_ms=now_ms)
        )
        tx.execute(update(kiosks).where(of_kiosk).values(epoch=kiosks.c.epoch + 1, revoked_ms=None))
        kiosk = tx.execute(select(kiosks).where(of_kiosk)).one()
        tokens.end(tx, row.site_id, row.kiosk_id, now_ms)
        # No epoch has two keys: the table's own key forbids it, whatever happens above.
        tx.execute(
            insert(device_keys).values(
                site_id=row.site_id,
                kiosk_id=row.kiosk_id,
                epoch=kiosk.epoch,
                public_key=public_key,
                software=software,
                enrolled_ms=now_ms,
                rolled_ms=0,
            )
        )
        token = tokens.issue(tx, row.site_id, row.kiosk_id, kiosk.epoch, now_ms)
        return Enrolled(SiteId(row.site_id), KioskId(row.kiosk_id), kiosk.letter, kiosk.epoch, token)

    def _count_try(self) -> None:
        """Raise TooMany when the last minute saw more tries than all honest operators together make."""
        now = self._clock.now()
        with self._tries_lock:
            while self._tries and self._tries[0] <= now - timedelta(minutes=1):
                self._tries.popleft()
            if len(self._tries) >= self._settings.per_minute:
                raise TooMany("too many tries; wait a minute")
            self._tries.append(now)


def entry_kiosks(tx: Connection, site_id: str) -> int:
    """Return among how many kiosks a site's cap is shared out: those at an entrance that are in use."""
    in_use = (kiosks.c.site_id == site_id) & kiosks.c.is_entry & kiosks.c.revoked_ms.is_(None) & (kiosks.c.epoch > 0)
    return tx.scalar(select(func.count()).select_from(kiosks).where(in_use)) or 0


def _kiosk(tx: Connection, site_id: str, kiosk_id: str) -> Row[Any] | None:
    of_kiosk = (kiosks.c.site_id == site_id) & (kiosks.c.kiosk_id == kiosk_id) & (kiosks.c.letter != "")
    return tx.execute(select(kiosks).where(of_kiosk)).first()


def _kiosk_row(row: Row[Any]) -> KioskRow:
    revoked_at = from_ms(row.revoked_ms) if row.revoked_ms is not None else None
    return KioskRow(row.site_id, row.kiosk_id, row.letter, row.is_entry, row.epoch, revoked_at)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
