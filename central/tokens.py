"""The kiosks' tokens: issued with an epoch, traded for new ones, ended. Only their hashes are kept.

A new token stands beside the old one until it is first used, so that an answer that gets lost locks nobody out. With
its first use the old one ends for all but the delivery of entries.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update

from central.refusals import TokenRefused, Unauthorised
from central.tables import device_keys, of_epoch, tokens
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.times import to_ms
from kiosk.domain.token_roll import NEAR_MS, Roll, is_signed, token_hash

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from central.clock import Clock
    from central.database import Database

_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Principal:
    """The kiosk that a token stands for. `ended_ms`: when it was revoked or set up anew; None while it is neither.

    `is_replaced`: the kiosk has used a newer token since. `issued_ms`: when this token was given out.
    """

    site_id: SiteId
    kiosk_id: KioskId
    epoch: int
    ended_ms: int | None = None
    is_replaced: bool = False
    issued_ms: int = 0

    @property
    def is_active(self) -> bool:
        """Whether the token opens more than the delivery of entries."""
        return self.ended_ms is None and not self.is_replaced


class Tokens:
    """Tells whose a token is, and trades it for a new one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """`clock` dates tokens and judges the time in a wish."""
        self._db = database
        self._clock = clock
        self._heard: dict[tuple[str, str], datetime] = {}

    def identify(self, token: str) -> Principal:
        """Return whose token this is; raises Unauthorised when nobody's. A new token's first use ends the old one."""
        site_id, _, _ = token.partition("~")
        given = token_hash(token)
        with self._db.read() as tx:
            row = tx.execute(select(tokens).where(tokens.c.site_id == site_id, tokens.c.token_hash == given)).first()
        if row is None or not hmac.compare_digest(row.token_hash, given):
            raise Unauthorised("unknown token")
        is_new = row.used_ms is None and row.ended_ms is None and row.replaced_ms is None
        if is_new:
            self._first_used(row)
        self._heard[site_id, row.kiosk_id] = self._clock.now()
        is_replaced = row.replaced_ms is not None
        return Principal(
            SiteId(site_id), KioskId(row.kiosk_id), row.epoch, row.ended_ms, is_replaced, issued_ms=row.issued_ms
        )

    def heard_at(self, site_id: str, kiosk_id: str) -> datetime | None:
        """Return when a kiosk last called, since this server runs; a call every two seconds is not worth the disk."""
        return self._heard.get((site_id, kiosk_id))

    def roll(self, who: Principal, token: str, at_ms: int, signature: str) -> str:
        """Return a new token for a kiosk that signed its wish with its device key; raises TokenRefused.

        Asked again before the new one is used, it gives another and the one before is void: its answer was lost.
        """
        wish = Roll(who.site_id, who.kiosk_id, who.epoch, token_hash(token), at_ms)
        now_ms = to_ms(self._clock.now())
        if abs(now_ms - at_ms) > NEAR_MS:
            raise TokenRefused("the time is too far from the server's")
        mine = of_epoch(device_keys, who.site_id, who.kiosk_id, who.epoch)
        with self._db.write() as tx:
            public_key = tx.scalar(select(device_keys.c.public_key).where(mine))
            if public_key is None or not is_signed(wish, signature, public_key):
                raise TokenRefused("not signed by this kiosk's key")
            # Each signature serves once: whoever wrote the call down cannot send it again.
            later = tx.execute(update(device_keys).where(mine, device_keys.c.rolled_ms < at_ms).values(rolled_ms=at_ms))
            if later.rowcount == 0:
                raise TokenRefused("a later wish was granted already")
            unused = of_epoch(tokens, who.site_id, who.kiosk_id, who.epoch) & tokens.c.used_ms.is_(None)
            tx.execute(update(tokens).where(unused, tokens.c.replaced_ms.is_(None)).values(replaced_ms=now_ms))
            return issue(tx, who.site_id, who.kiosk_id, who.epoch, now_ms)

    def _first_used(self, row: Row[Any]) -> None:
        now_ms = to_ms(self._clock.now())
        mine = of_epoch(tokens, row.site_id, row.kiosk_id, row.epoch)
        with self._db.write() as tx:
            others = mine & (tokens.c.token_hash != row.token_hash)
            this = mine & (tokens.c.token_hash == row.token_hash)
            first = update(tokens).where(this, tokens.c.used_ms.is_(None), tokens.c.replaced_ms.is_(None))
            if tx.execute(first.values(used_ms=now_ms)).rowcount == 1:
                tx.execute(update(tokens).where(others, tokens.c.replaced_ms.is_(None)).values(replaced_ms=now_ms))


def issue(tx: Connection, site_id: str, kiosk_id: str, epoch: int, now_ms: int) -> str:
    """Return a new token of an epoch; only its hash is kept."""
    token = f"{site_id}~{secrets.token_urlsafe(_TOKEN_BYTES)}"
    values = {"site_id": site_id, "token_hash": token_hash(token), "kiosk_id": kiosk_id, "epoch": epoch}
    tx.execute(insert(tokens).values(**values, issued_ms=now_ms))
    return token


def ended_ms(tx: Connection, who: Principal) -> int | None:
    """Return when an epoch's tokens ended, or None; as it is now, whatever it was when its kiosk called."""
    mine = of_epoch(tokens, who.site_id, who.kiosk_id, who.epoch)
    return tx.scalar(select(func.min(tokens.c.ended_ms)).where(mine))


def end(tx: Connection, site_id: str, kiosk_id: str, now_ms: int) -> None:
    """End all tokens of a kiosk, those not yet used as well."""
    of_kiosk = (tokens.c.site_id == site_id) & (tokens.c.kiosk_id == kiosk_id)
    tx.execute(update(tokens).where(of_kiosk, tokens.c.ended_ms.is_(None)).values(ended_ms=now_ms))
