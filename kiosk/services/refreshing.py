"""Refreshing the local copy: documents, bookings and what the other kiosks know."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kiosk.errors import ServerError, ServerRejected
from kiosk.services.link import Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.ports import Central, Clock, LocalCopy
    from kiosk.protocol.messages import SiteView
    from kiosk.services.reporting import Backoff
    from kiosk.services.rolling import TokenRoller

logger = logging.getLogger(__name__)

SITE_VIEW_S: Final = 2.0  # how long a visit may stay unknown to the other doors
BOOKINGS_S: Final = 10.0
DOCUMENTS_S: Final = 30.0
FOLLOW_S: Final = 2  # how long the server holds its answer back; no longer than a kiosk may take to end
_BETWEEN_S: Final = 0.05  # changes that come together are fetched together
_REJECTED_S: Final = 300.0


@dataclass(slots=True)
class Refresher:
    """Brings the local copy up to date, each part at its own pace, by the monotonic clock."""

    central: Central
    copy: LocalCopy
    clock: Clock
    backoff: Backoff
    link: Link = field(default_factory=Link)
    roller: TokenRoller | None = None
    _due: dict[str, float] = field(default_factory=dict[str, float], init=False)
    _was_well: bool = field(default=True, init=False)

    def step(self) -> float:
        """Fetch what is due; return how many seconds to wait before the next step."""
        try:
            self._when_due(self._documents, DOCUMENTS_S)
            self._when_due(self._bookings, BOOKINGS_S)
            self._when_due(self._site_view, SITE_VIEW_S)
        except ServerRejected as error:
            self.link.failed(error)
            self._say(well=False, why=error.reason or error.code)
            return _REJECTED_S
        except ServerError as error:
            self.link.failed(error)
            self._say(well=False, why=error.code)
            return self.backoff.wait()
        self.link.refreshed()
        self.backoff.well()
        self._say(well=True)
        return SITE_VIEW_S

    def refresh_now(self) -> None:
        """Make everything due, for the next step."""
        self._due.clear()

    def _when_due(self, fetch: Callable[[], None], every_s: float) -> None:
        """Fetch a part when it is due; one that fails stays due."""
        now = self.clock.monotonic()
        if now >= self._due.get(fetch.__name__, now):
            fetch()
            self._due[fetch.__name__] = now + every_s

    def _documents(self) -> None:
        known = self.copy.documents()
        newer = self.central.documents(known.version if known is not None else "")
        if newer is not None:
            self.copy.store_documents(newer)

    def _bookings(self) -> None:
        more = True
        while more:
            since = self.copy.cursor()
            page = self.central.bookings(since)
            self.copy.store_page(page, self.clock.now())
            more = (page.more or page.reset) and page.cursor != since  # a server that stands still ends the step

    def _site_view(self) -> None:
        known = self.copy.site_view()
        view = self.central.site_view(known[0].version if known is not None else 0)
        self.copy.store_site_view(view, self.clock.now())
        self._renew(view)

    def _renew(self, view: SiteView) -> None:
        if self.roller is not None:
            self.roller.consider(view)

    def _say(self, *, well: bool, why: str = "") -> None:
        """Log once when the server goes silent and once when it is back, and nothing in between."""
        if well != self._was_well:
            self._was_well = well
            logger.warning("refreshing is back" if well else "refreshing waits: %s", *(() if well else (why,)))


@dataclass(slots=True)
class Follower:
    """Hears of a change at the site as soon as the server knows it. On a thread and a connection of its own.

    `changed` is called after each newer view. The refresher says when the server does not answer; this one only waits.
    """

    central: Central
    copy: LocalCopy
    clock: Clock
    backoff: Backoff
    changed: Callable[[], None]

    def step(self) -> float:
        """Wait for a change, at most for a moment; return how many seconds to wait before the next step."""
        known = self.copy.site_view()
        began = self.clock.monotonic()
        try:
            view = self.central.site_view(known[0].version if known is not None else 0, FOLLOW_S)
        except ServerRejected:
            return _REJECTED_S
        except ServerError:
            return self.backoff.wait()
        self.backoff.well()
        self.copy.store_site_view(view, self.clock.now())
        if not view.unchanged:
            self.changed()
            return _BETWEEN_S
        # A server that does not hold its answers back is not asked without end.
        return max(0.0, FOLLOW_S - (self.clock.monotonic() - began))
