"""Renewing the kiosk's token before it grows old, so that one that was copied somewhere is soon worth nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.ports import Central, Clock, RollSigner
    from kiosk.protocol.messages import SiteView

logger = logging.getLogger(__name__)

_AGAIN_S: Final = 3600.0  # a renewal that failed is tried again seldom: the old token still holds
_MS: Final = timedelta(milliseconds=1)


@dataclass(slots=True)
class TokenRoller:
    """Trades the token for a new one when it is older than `life`; both times are the server's.

    `keep` stores a token for good and returns when it is durable. Only then is it used, and only its first use ends
    the old one: whatever gets lost on the way, one of the two is known to both sides.
    """

    central: Central
    clock: Clock
    sign: RollSigner
    keep: Callable[[str], None]
    life: timedelta
    _not_before: float = field(default=0.0, init=False)

    def consider(self, view: SiteView) -> None:
        """Renew the token when the server's word on its age says so; a failure changes nothing."""
        age = (view.server_time_ms - view.token_issued_ms) * _MS
        if view.token_issued_ms <= 0 or age < self.life or self.clock.monotonic() < self._not_before:
            return
        self._not_before = self.clock.monotonic() + _AGAIN_S
        try:
            token = self.central.roll_token(self.sign)
            self.keep(token)
        except KioskError as error:
            logger.warning("the token was not renewed: %s", error.code)
            return
        self.central.use_token(token)
        logger.info("the token was renewed")
