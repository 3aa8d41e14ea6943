"""Signing in under attack: guessing PINs, locking others out, taking the power away to start afresh."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kiosk.domain.ids import GuardId
from kiosk.domain.lockout import MAX_DELAY_S, delay_s
from kiosk.protocol.messages import Guard
from kiosk.services.sign_in import BADGE
from tests.services.builders import GUARD, PIN, Door

OTHER = Guard(id=GuardId("guard-8"), name="李小红", pin_hash="hash:8642")
TRIES = 10_000
RESTART_EVERY = 40


@dataclass
class Thief:
    """Somebody who types one PIN a second, and takes the power away now and then."""

    door: Door
    compared: int = 0
    opened: list[str] = field(default_factory=list[str])

    def tries(self, pin: str, *, every_s: float = 1) -> None:
        """Type one PIN."""
        self.door.clock.go_on(seconds=every_s)
        if self.door.signs_in(pin) is not None:
            self.opened.append(pin)

    def takes_the_power_away(self) -> None:
        """Start the kiosk again on the same files."""
        self.door = self.door.restarted()


def allowed(seconds: float) -> int:
    """Return how many PINs the lock-out lets be compared in so many seconds, told again from its waits alone."""
    wrong, free_at = 0, 0.0
    while free_at <= seconds:
        wrong += 1
        free_at += delay_s(wrong) or 1  # one try a second at most
    return wrong


def test_ten_thousand_tries_across_restarts_get_no_further_than_the_lock_out_allows(tmp_path: Path) -> None:
    """Neither patience nor the mains switch helps: a few dozen of ten thousand PINs were compared at all."""
    thief = Thief(Door(tmp_path))
    guesses = [f"{number:04d}" for number in range(TRIES + 1) if f"{number:04d}" != PIN][:TRIES]
    for number, guess in enumerate(guesses, start=1):
        thief.tries(guess)
        if number % RESTART_EVERY == 0:
            thief.takes_the_power_away()
    compared = thief.door.counted()["sign_in_failed"]
    assert thief.opened == []
    assert 3 < compared <= allowed(TRIES) < 60
    assert thief.door.desk.guarding.accounts()[0].waits_until is not None
    assert thief.door.is_proved()
    thief.door.close()


def test_who_waits_out_every_lock_still_gets_no_more_than_one_try_in_five_minutes(door: Door) -> None:
    """A whole night of it, past midnight: 4-digit PINs would take a month, each try an entry."""
    thief, night_s = Thief(door), 12 * 3600
    for number in range(night_s // MAX_DELAY_S):
        thief.tries(f"{number:04d}", every_s=MAX_DELAY_S)
    assert thief.opened == []
    assert len(door.bodies("sign_in_failed")) == night_s // MAX_DELAY_S
    thief.tries("9999", every_s=MAX_DELAY_S - 1)
    assert len(door.bodies("sign_in_failed")) == night_s // MAX_DELAY_S


def test_the_right_pin_opens_as_soon_as_the_wait_is_over_and_clears_it(tmp_path: Path) -> None:
    """Also when the power was away meanwhile; nobody is locked out for good."""
    door = Door(tmp_path)
    for _ in range(50):
        door.signs_in("0000")
        door.clock.go_on(seconds=MAX_DELAY_S)
    door.signs_in("0000")
    door = door.restarted()
    assert door.signs_in() is None
    door.clock.go_on(seconds=MAX_DELAY_S)
    assert door.signs_in() is not None
    door.signs_in("0000")
    assert door.signs_in() is not None
    door.close()


def test_nobody_locks_another_out(door: Door) -> None:
    """The wait is that account's alone; the list shows whose it is, and until when."""
    door.told(guards=[GUARD, OTHER])
    for _ in range(20):
        door.signs_in("0000")
    waits = {account.guard_id: account.waits_until for account in door.desk.guarding.accounts()}
    assert waits[GUARD.id] is not None
    assert waits[OTHER.id] is None
    assert door.signs_in() is None
    assert door.desk.guarding.sign_in(OTHER.id, "8642") is not None


def test_a_badge_opens_an_account_that_waits(door: Door) -> None:
    """It cannot be guessed, and somebody at the keypad cannot keep its holder out."""
    secret = "badge-secret-of-guard-7"
    held = GUARD.model_copy(update={"badge_hash": hashlib.sha256(secret.encode()).hexdigest()})
    door.told(guards=[held, OTHER])
    for _ in range(20):
        door.signs_in("0000")
    assert door.signs_in() is None
    assert door.desk.guarding.sign_in_by_badge(BADGE + "another") is None
    board = door.desk.guarding.sign_in_by_badge(BADGE + secret)
    assert board is not None
    assert door.desk.guarding.guard is not None
    assert door.desk.guarding.guard.id == GUARD.id


def test_an_alarm_is_quieted_while_every_account_waits(door: Door) -> None:
    """Somebody on the way needs no PIN; who has the case is still nobody."""
    visit_id = door.to_measuring(door.books())
    with door.log.act() as act:
        door.cases.begin(act, visit_id, "elevated")
    for _ in range(20):
        door.signs_in("0000")
    assert not door.desk.guarding.alarm().is_seen
    door.desk.guarding.seen()
    assert door.desk.guarding.alarm().is_seen
    assert door.bodies("case_acted")[-1]["guard_id"] == ""
    assert door.desk.guarding.board() is None


@pytest.mark.parametrize("pin", ["", " ", PIN + "0", PIN[:-1], PIN.replace("4", "４")])
def test_what_is_almost_the_pin_is_not(door: Door, pin: str) -> None:
    """The full one, and no look-alike digits."""
    assert door.signs_in(pin) is None


def test_nobody_signs_in_to_an_account_that_is_not_there(door: Door) -> None:
    """And no entry makes it look as if there were one."""
    assert door.desk.guarding.sign_in(GuardId("guard-99"), PIN) is None
    assert door.kinds() == []
