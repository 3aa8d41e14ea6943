"""Who is signed in at the pages of staff and guards: sessions on the server, in memory, found by a random cookie."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from central.clock import Clock
    from central.fleet import EnrolmentCode

LIFE: Final = timedelta(hours=8)
IDLE: Final = timedelta(minutes=30)
_MOST: Final = 100  # signed in at once; the one that was still longest goes first


@dataclass(slots=True)
class Session:
    """One browser that is signed in. `codes`: one-time codes it was shown, by site and kiosk; nowhere else kept.

    `badges`: secrets made for it, by site and guard, until they were shown once.

    Of a guard: at which site, who, and by what `proof` (the account as it was, so that a changed one signs out).
    `acted_at`: when a person last did something; a page that only looks again by itself does not count.
    """

    until: datetime
    seen_at: datetime
    acted_at: datetime
    site_id: str = ""
    guard_id: str = ""
    proof: str = field(default="", repr=False)
    csrf: str = field(default_factory=secrets.token_urlsafe, repr=False)
    codes: dict[tuple[str, str], EnrolmentCode] = field(
        default_factory=dict["tuple[str, str]", "EnrolmentCode"], repr=False
    )

    badges: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str], repr=False)

    def is_own_form(self, given: str) -> bool:
        """Tell whether a form came from one of this session's own pages."""
        return hmac.compare_digest(self.csrf.encode(), given.encode())


class Sessions:
    """The sessions of one server; any thread may call. A restart of the server signs everybody out."""

    def __init__(self, clock: Clock) -> None:
        """`clock` ends them."""
        self._clock = clock
        self._by_hash: dict[str, Session] = {}
        self._lock = Lock()

    def begin(self, site_id: str = "", guard_id: str = "", proof: str = "") -> str:
        """Sign a browser in, a guard's with who it is; return the cookie, of which only the hash is kept."""
        cookie, now = secrets.token_urlsafe(), self._clock.now()
        with self._lock:
            self._forget_old(now)
            while len(self._by_hash) >= _MOST:
                del self._by_hash[min(self._by_hash, key=lambda name: self._by_hash[name].seen_at)]
            self._by_hash[_hash(cookie)] = Session(now + LIFE, now, now, site_id, guard_id, proof)
        return cookie

    def of(self, cookie: str) -> Session | None:
        """Return the session of a cookie, or None when there is none any more."""
        now = self._clock.now()
        with self._lock:
            self._forget_old(now)
            session = self._by_hash.get(_hash(cookie))
            if session is not None:
                session.seen_at = now
            return session

    def end(self, cookie: str) -> None:
        """Sign a browser out."""
        with self._lock:
            self._by_hash.pop(_hash(cookie), None)

    def _forget_old(self, now: datetime) -> None:
        old = [name for name, item in self._by_hash.items() if item.until <= now or item.seen_at + IDLE <= now]
        for name in old:
            del self._by_hash[name]


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
