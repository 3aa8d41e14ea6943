"""How the kiosk stands with its server, beyond "answers" or "does not": a person must hear what waiting does not cure.

Reporter and refresher both tell it, each on its own thread; the guard's board and the idle screen read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.errors import ServerGarbled, ServerRejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.errors import ServerError


class LinkTrouble(StrEnum):
    """What is wrong between kiosk and server; each has its words in both languages (`link.<...>`)."""

    NONE = "none"
    REVOKED = "revoked"  # the office took the access away, or another machine has this kiosk's place
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - no secret; the server never gave this token out
    DISTRUST = "distrust"  # one side does not trust the other's certificate
    UPDATE = "update"  # the two programs speak different versions
    REFUSED = "refused"  # any other no


_TROUBLES: Final[Mapping[str, LinkTrouble]] = {
    "revoked": LinkTrouble.REVOKED,
    "unauthorised": LinkTrouble.UNKNOWN_TOKEN,
    "distrust": LinkTrouble.DISTRUST,
    "update_needed": LinkTrouble.UPDATE,
}
_OF_ACCESS: Final = frozenset({LinkTrouble.REVOKED, LinkTrouble.UNKNOWN_TOKEN})


@dataclass(slots=True)
class Link:
    """The standing of the link to the server. One word, set whole, so any thread may read it."""

    trouble: LinkTrouble = field(default=LinkTrouble.NONE, init=False)

    def refreshed(self) -> None:
        """Hear that a call for which access is needed went well."""
        self.trouble = LinkTrouble.NONE

    def delivered(self) -> None:
        """Hear that entries were taken in; that proves no access, since a revoked kiosk delivers as well."""
        if self.trouble not in _OF_ACCESS:
            self.trouble = LinkTrouble.NONE

    def failed(self, error: ServerError) -> None:
        """Hear why a call failed; silence says nothing new about what the server said last."""
        if isinstance(error, ServerRejected):
            self.trouble = _TROUBLES.get(error.reason, LinkTrouble.REFUSED)
        elif isinstance(error, ServerGarbled):
            self.trouble = LinkTrouble.UPDATE
