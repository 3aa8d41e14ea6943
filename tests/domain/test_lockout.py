"""How long wrong PINs make an account wait."""

from kiosk.domain.lockout import MAX_DELAY_S, delay_s


def test_three_mistakes_cost_nothing_and_then_each_costs_twice_as_long() -> None:
    """A slip of the finger is no attack; guessing gets nowhere."""
    assert [delay_s(wrong) for wrong in range(7)] == [0, 0, 0, 0, 2, 4, 8]


def test_no_wait_is_longer_than_five_minutes() -> None:
    """Nobody can lock another out for a shift."""
    assert max(delay_s(wrong) for wrong in range(5000)) == MAX_DELAY_S
