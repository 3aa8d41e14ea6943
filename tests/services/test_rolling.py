"""The kiosk renews its token by itself: kept before it is used, and nothing lost by a failure on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiosk.errors import KioskError, ServerRejected, ServerUnreachable, StoreFull
from kiosk.protocol.messages import SiteView
from kiosk.services.rolling import TokenRoller
from tests.domain import builders as make
from tests.services.builders import ToldClock

if TYPE_CHECKING:
    from kiosk.ports import RollSigner

DAY_MS = 24 * 3600 * 1000
ISSUED_MS = 1_583_800_000_000


class Giving:
    """A server that gives tokens, and a log that keeps them; notes what happened in which order."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.failures: dict[str, KioskError] = {}

    def _do(self, what: str) -> None:
        if what in self.failures:
            raise self.failures[what]
        self.events.append(what)

    def roll_token(self, sign: RollSigner) -> str:
        """Give a new token."""
        self._do("asked")
        return "new"

    def keep(self, token: str) -> None:
        """Keep a token durably."""
        self._do(f"kept {token}")

    def use_token(self, token: str) -> None:
        """Use a token."""
        self._do(f"used {token}")


@pytest.fixture
def giving() -> Giving:
    """Return a server that gives."""
    return Giving()


@pytest.fixture
def clock() -> ToldClock:
    """Return a clock that is told the time."""
    return ToldClock(make.at(10, 5))


@pytest.fixture
def roller(giving: Giving, clock: ToldClock) -> TokenRoller:
    """Return a roller with tokens that live thirty days."""
    life = timedelta(days=30)
    return TokenRoller(giving, clock, lambda _token, _at: "", giving.keep, life)  # pyright: ignore[reportArgumentType]


def _aged(days: int) -> SiteView:
    now_ms = ISSUED_MS + days * DAY_MS
    return SiteView(server_time_ms=now_ms, version=1, inside_elsewhere=0, visits=[], token_issued_ms=ISSUED_MS)


def test_an_old_token_is_renewed_and_kept_before_it_is_used(giving: Giving, roller: TokenRoller) -> None:
    """A power cut between the two leaves a kiosk that knows its newest token."""
    roller.consider(_aged(29))
    assert giving.events == []
    roller.consider(_aged(30))
    assert giving.events == ["asked", "kept new", "used new"]


def test_a_server_that_does_not_tell_the_age_is_not_asked(giving: Giving, roller: TokenRoller) -> None:
    """An older server goes on as before."""
    roller.consider(_aged(40).model_copy(update={"token_issued_ms": 0}))
    assert giving.events == []


@pytest.mark.parametrize("error", [ServerUnreachable("gone"), ServerRejected("no", "token_refused")])
def test_a_failure_is_tried_again_an_hour_later(
    giving: Giving, roller: TokenRoller, clock: ToldClock, error: KioskError
) -> None:
    """The old token holds meanwhile, and the server is not pestered every two seconds."""
    giving.failures["asked"] = error
    roller.consider(_aged(30))
    giving.failures.clear()
    clock.go_on(minutes=59)
    roller.consider(_aged(30))
    assert giving.events == []
    clock.go_on(minutes=1)
    roller.consider(_aged(30))
    assert giving.events == ["asked", "kept new", "used new"]


def test_a_token_that_could_not_be_kept_is_not_used(giving: Giving, roller: TokenRoller) -> None:
    """On a full disk the old one goes on, which the log still knows after a restart."""
    giving.failures["kept new"] = StoreFull("full")
    roller.consider(_aged(30))
    assert giving.events == ["asked"]
