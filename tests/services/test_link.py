"""What waiting does not cure is told apart from "offline", and stays until the server says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiosk.errors import ServerError, ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.services.link import Link, LinkTrouble
from kiosk.services.refreshing import Refresher
from kiosk.services.reporting import Backoff
from tests.services.builders import Door

if TYPE_CHECKING:
    from kiosk.protocol.messages import Documents

_REVOKED = ServerRejected("revoked: this kiosk was revoked", "revoked")


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (_REVOKED, LinkTrouble.REVOKED),
        (ServerRejected("unauthorised: unknown token", "unauthorised"), LinkTrouble.UNKNOWN_TOKEN),
        (ServerRejected("the certificate is not trusted", "distrust"), LinkTrouble.DISTRUST),
        (ServerRejected("update_needed: newer", "update_needed"), LinkTrouble.UPDATE),
        (ServerRejected("bad_request: no"), LinkTrouble.REFUSED),
        (ServerGarbled("another version"), LinkTrouble.UPDATE),
        (ServerUnreachable("no answer"), LinkTrouble.NONE),
    ],
)
def test_each_no_has_its_own_standing(error: ServerError, trouble: LinkTrouble) -> None:
    """Revoked, unknown and not trusted are three things that three people cure."""
    link = Link()
    link.failed(error)
    assert link.trouble is trouble


def test_neither_silence_nor_a_delivery_takes_a_revocation_back(door: Door) -> None:
    """A revoked kiosk still delivers, and a cut line says nothing new."""
    link = Link()
    link.failed(_REVOKED)
    link.failed(ServerUnreachable("gone"))
    link.delivered()
    assert link.trouble is LinkTrouble.REVOKED
    link.refreshed()
    assert link.trouble is LinkTrouble.NONE
    link.failed(ServerRejected("the certificate is not trusted", "distrust"))
    link.delivered()
    assert link.trouble is LinkTrouble.NONE


class _Refusing:
    """A server that says no until it is told to answer."""

    def __init__(self, told: Documents) -> None:
        self.told = told

    def documents(self, etag: str) -> Documents | None:
        """Say no."""
        raise _REVOKED


def test_board_and_idle_screen_hear_it_within_one_refresh(door: Door) -> None:
    """The refresher's own step is what tells them; nobody need restart anything."""
    refusing = _Refusing(door.rules.documents())
    backoff = Backoff(lambda: 0.5)
    refresher = Refresher(refusing, door.copy, door.clock, backoff, door.desk.health.link)  # pyright: ignore[reportArgumentType]
    assert door.desk.idle_facts().link is LinkTrouble.NONE
    refresher.step()
    assert door.desk.idle_facts().link is LinkTrouble.REVOKED
    board = door.signs_in()
    assert board is not None
    assert board.link is LinkTrouble.REVOKED
