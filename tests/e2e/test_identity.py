"""What server and kiosk tell each other about the fleet: tokens renewed, access revoked, one booking used twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.clock import SimulatedClock
from demo.world import DAY, GUARD_ID, HERE, PIN
from kiosk.adapters.central_client import CentralClient
from kiosk.adapters.log_reader import LogReader
from kiosk.domain.token_roll import EARLIER_KEPT
from kiosk.enrolment import LOG_FILE, data_key
from kiosk.services.link import LinkTrouble
from tests.e2e.city import City, let_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiosk.bootstrap import Kiosk

import pytest


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A site whose clock is told the time, open at every hour."""
    made = City(tmp_path, clock=SimulatedClock(DAY + timedelta(minutes=30)))
    yield made
    made.stop()


def _refresh(kiosk: Kiosk) -> None:
    kiosk.refresher.refresh_now()
    kiosk.refresher.step()


def _kept(city: City, letter: str) -> str:
    key = data_key(city.settings(letter), city.data(letter))
    reader = LogReader(city.data(letter) / LOG_FILE, key)
    try:
        return reader.identity.token
    finally:
        reader.close()


def test_a_kiosk_renews_its_token_by_itself(city: City) -> None:
    """Thirty days on, the new token is in the log, in use, and the old one opens nothing; a restart goes on with it."""
    kiosk = city.kiosk("A")
    old = kiosk.identity.token
    _refresh(kiosk)
    assert _kept(city, "A") == old
    city.clock.advance(30 * 86400)
    _refresh(kiosk)
    new = _kept(city, "A")
    assert new != old
    _refresh(kiosk)
    tokens = city.server.desk.tokens
    assert tokens.identify(new).is_active
    assert not tokens.identify(old).is_active
    assert kiosk.desk.health.link.trouble is LinkTrouble.NONE
    city.switch_off("A")
    again = city.switch_on("A")
    assert again.identity.token == new
    assert again.desk.health.link.trouble is LinkTrouble.NONE


def test_a_revoked_kiosk_says_so_and_delivers(city: City) -> None:
    """Case 50: from the next refresh on people read "access revoked", never "offline"; entries still go out."""
    kiosk = city.kiosk("A")
    _refresh(kiosk)
    city.server.desk.fleet.revoke(HERE, "door-A")
    _refresh(kiosk)
    assert kiosk.call(kiosk.desk.idle_facts).link is LinkTrouble.REVOKED
    assert kiosk.drain() == 0
    assert kiosk.call(kiosk.desk.idle_facts).link is LinkTrouble.REVOKED


def test_one_booking_used_twice_is_shown_at_both_doors_until_it_is_closed(city: City) -> None:
    """Case 64: both were offline; guards at both doors hear of it, and of nothing more once a person has closed it."""
    doors = [city.kiosk("A"), city.kiosk("C")]
    for kiosk in doors:
        _refresh(kiosk)
    issued = city.book()
    for kiosk in doors:
        let_in(kiosk, issued.code_text)
    city.tell("A", "C", "A")
    for kiosk, other in zip(doors, ("door-C", "door-A"), strict=True):
        board = kiosk.call(lambda kiosk=kiosk: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
        assert board is not None
        assert [(row.state_key, row.elsewhere) for row in board.rows] == [("conflict", other)]
        detail = kiosk.call(lambda kiosk=kiosk, row=board.rows[0]: kiosk.desk.guarding.detail(row.visit_id))
        assert detail is not None
        assert (detail.cause_key, detail.row.label) == ("conflict", board.rows[0].label)
    findings = city.server.desk.findings
    (finding,) = findings.of_site(HERE)
    findings.close(HERE, finding.finding_id, "guard-li", "two persons, one code")
    for kiosk in doors:
        _refresh(kiosk)
        board = kiosk.call(kiosk.desk.guarding.board)
        assert board is not None
        assert board.rows == ()


def test_a_token_that_the_server_never_gave_has_words_of_its_own(city: City) -> None:
    """A wrong disk in the right machine is neither "revoked" nor "offline"."""
    kiosk = city.kiosk("A")
    _refresh(kiosk)
    assert isinstance(kiosk.central, CentralClient)
    for number in range(EARLIER_KEPT + 1):
        kiosk.central.use_token(f"branch-2~nobody-ever-gave-this-one-out-{number}")
    _refresh(kiosk)
    assert kiosk.call(kiosk.desk.idle_facts).link is LinkTrouble.UNKNOWN_TOKEN
    kiosk.central.use_token(kiosk.identity.token)
    _refresh(kiosk)
    assert kiosk.call(kiosk.desk.idle_facts).link is LinkTrouble.NONE
