"""The tokens by which this kiosk proves itself: the one in use, and those before it.

A server that came back from a backup does not know a token that was given out since. It knows an earlier one; without
it nobody could send it what it lost. Any thread may call.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, TypeVar

from kiosk.domain.token_roll import EARLIER_KEPT
from kiosk.errors import ServerRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_UNKNOWN: Final = "unauthorised"


class OwnTokens:
    """Offers the token in use, and an earlier one only to a server that does not know it."""

    def __init__(self, token: str | None, earlier: Sequence[str] = ()) -> None:
        """Begin with `token`, None until enrolled; `earlier`: those before it, the newest first."""
        self._lock = threading.Lock()
        self._tokens: tuple[str | None, ...] = (token, *earlier)

    @property
    def in_use(self) -> str | None:
        """The token that a call is tried with first."""
        return self._tokens[0]

    def use(self, token: str) -> None:
        """Use this one from now on; the one before stays known."""
        with self._lock:
            before = tuple(one for one in self._tokens if one is not None)
            self._tokens = (token, *before[:EARLIER_KEPT])

    def offered(self, ask: Callable[[str | None], T]) -> T:
        """Return what `ask` says with the newest token that the server knows; raises what it raises with the last."""
        tokens = self._tokens
        for token in tokens[:-1]:
            try:
                return ask(token)
            except ServerRejected as error:
                if error.reason != _UNKNOWN:
                    raise
            self._pass_over(token)
        return ask(tokens[-1])

    def _pass_over(self, token: str | None) -> None:
        """Try another one first from now on, unless a newer one came into use meanwhile; none is forgotten."""
        with self._lock:
            if self._tokens[0] == token:
                self._tokens = (*self._tokens[1:], token)
