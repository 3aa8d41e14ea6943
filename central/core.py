"""The server's parts, put together: what the routes serve, and what a demo or a test calls directly."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from central.bookings import Bookings
from central.case_desk import CaseDesk
from central.catalogue import Catalogue
from central.database import Database
from central.day_figures import DayFigures
from central.escalating import Escalating
from central.findings import Findings
from central.fleet import Fleet
from central.guard_scene import Scenes
from central.guard_sign_in import GuardSignIn
from central.holds import Holds
from central.intake import Intake
from central.keyring import Keyring, read_secret, write_secret
from central.ledgers import Ledgers
from central.office_log import OfficeLog
from central.refusals import Unauthorised
from central.retention import Retention
from central.roster import Roster
from central.site_view import SiteViews
from central.tables import sites
from central.tokens import Tokens
from kiosk.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from central.clock import Clock
    from central.settings import Settings


KEYS_FILE: Final = "keys.json"
_TOKEN_SIGNS: Final = 24  # drawn from 64 as ours are, 144 bits; an empty file must not open the door to everybody


class Desk:
    """Everything the server can do, without HTTP. Its parts may be called from any thread; call `close` at the end."""

    def __init__(
        self, settings: Settings, data_dir: Path, clock: Clock, randbits: Callable[[int], int] = secrets.randbits
    ) -> None:
        """Open or make the data in `data_dir`. `randbits` makes booking ids and numbers."""
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.settings = settings
        self.clock = clock
        self._database = Database(settings.database.url or f"sqlite:///{data_dir / 'central.db'}")
        try:
            self.keyring = self._keys(data_dir / KEYS_FILE)
            self._admin_token = _admin_token(data_dir / (settings.admin.token_file or "admin.token"))
        except BaseException:
            self._database.close()
            raise
        self.catalogue = Catalogue(self._database, clock, self.keyring)
        self.roster = Roster(self._database)
        self.bookings = Bookings(self._database, clock, self.keyring, settings.bookings, randbits)
        self.fleet = Fleet(self._database, clock, settings.enrolment)
        self.tokens = Tokens(self._database, clock)
        self.intake = Intake(self._database, clock, settings.limits.clock_skew_s)
        self.views = SiteViews(self._database, clock)
        self.holds = Holds(self._database, clock)
        self.office_log = OfficeLog(self._database, clock, settings.limits.clock_skew_s)
        self.retention = Retention(self._database, clock, self.bookings, self.office_log)
        self.findings = Findings(self._database, clock)
        self.ledgers = Ledgers(self._database, clock, self.catalogue)
        self.case_desk = CaseDesk(self.office_log)
        self.guard_sign_in = GuardSignIn(self._database, self.office_log)
        self.escalating = Escalating(self._database, self.office_log, self.tokens, clock.now())
        self.day_figures = DayFigures(self._database, clock)
        self.scenes = Scenes(self._database, clock, self.tokens)

    def _keys(self, path: Path) -> Keyring:
        """Return the keys; raises ConfigError where they are missing beside a database that stands on them."""
        with self._database.read() as tx:
            is_new = tx.scalar(select(sites.c.site_id).limit(1)) is None
        if is_new or path.exists():
            return Keyring(path)
        lost = "missing beside a database that has sites; put it back from its copy."
        way = "Where it is lost for good, --new-keys makes another: every booking code that was issued is void then"
        raise ConfigError([f"{path}: {lost} {way}"])

    def check_admin(self, token: str) -> None:
        """Raise Unauthorised unless `token` is the admin's; takes the same time either way."""
        if not hmac.compare_digest(token.encode(), self._admin_token.encode()):
            raise Unauthorised("not the admin's token")

    def check(self) -> None:
        """Raise CannotWrite while nothing can be stored."""
        self._database.check()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def _admin_token(path: Path) -> str:
    """Return the admin's token, made at the first start; raises ConfigError for a file that is no secret."""
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(32))
    token = read_secret(path).strip()
    if len(token) < _TOKEN_SIGNS:
        raise ConfigError([f"{path}: a token has {_TOKEN_SIGNS} signs or more; without the file one is made"])
    return token
