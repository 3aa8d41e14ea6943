"""What the log says of one visit: whose it is, and whether somebody has still to do something."""

from datetime import timedelta

import pytest

from kiosk.domain.ids import KioskId
from kiosk.domain.record import is_with_peer
from kiosk.domain.visit import OPEN_STEPS, Step
from kiosk.domain.walk_in import GREEN, WalkIn
from tests.domain import builders as make

EARLIER, LATER = make.at(9, 59), make.at(10, 1)


def test_a_visit_is_with_the_kiosk_that_touched_it_last() -> None:
    """And with ours while nobody else went on with it."""
    own = make.visit()
    assert is_with_peer(own, make.visit(touched_at=LATER))
    assert not is_with_peer(own, make.visit(touched_at=EARLIER))
    assert not is_with_peer(own, own)


def test_a_visit_that_was_taken_over_is_gone_also_by_a_clock_that_is_slow() -> None:
    """Their time may be before ours; what they took over was our last word."""
    own = make.visit()
    slow = make.visit(touched_at=EARLIER - timedelta(minutes=9), adopted_from=own.touched_at, kiosk_id=KioskId("C"))
    assert is_with_peer(own, slow)


def test_what_we_took_over_is_ours_also_from_a_clock_that_is_fast() -> None:
    """Their last word is later than ours by the clock, and we had it."""
    fast = make.visit(touched_at=LATER)
    own = make.visit(adopted_from=fast.touched_at)
    assert not is_with_peer(own, fast)
    assert is_with_peer(own, make.visit(touched_at=LATER + timedelta(seconds=1)))


@pytest.mark.parametrize("step", Step)
def test_what_is_not_decided_is_listed(step: Step) -> None:
    """A refusal only when a guard can settle it, or somebody asked for one."""
    assert make.visit(step).is_listed is (step in OPEN_STEPS)
    refused = make.visit(Step.REFUSED, reasons=("too_early",))
    assert not refused.is_listed
    assert make.visit(Step.REFUSED, reasons=("already_arrived",)).is_listed
    assert make.visit(Step.REFUSED, reasons=("too_early",), cause="asked_person").is_listed


def test_the_green_channel_is_by_booking_or_by_the_guards_word() -> None:
    """Without a booking the guard said why they may come in."""
    assert make.visit(booking=make.booking(is_green=True)).is_green
    assert not make.visit().is_green
    assert {why for why in WalkIn if make.visit(booking=None, walk_in=why).is_green} == set(GREEN)
