"""PINs: kept as argon2id with a salt of their own, and compared without an error for anything."""

import pytest

from kiosk.adapters.pins import check_pin, hash_pin


def test_a_pin_opens_its_own_hash_and_no_other() -> None:
    """The right one, and nothing near it."""
    kept = hash_pin("2468")
    assert check_pin(kept, "2468")
    assert not any(check_pin(kept, wrong) for wrong in ("2469", "", "24680", "２４６８"))


def test_the_same_pin_is_kept_differently_each_time() -> None:
    """Nobody sees that two guards chose alike, and nothing of the PIN stands in it."""
    first, second = hash_pin("2468"), hash_pin("2468")
    assert first != second
    assert "2468" not in first.split("$")[-1]


def test_a_pin_is_hashed_by_argon2id_with_owasps_parameters() -> None:
    """19 MiB and two passes: slow on purpose, bearable on a kiosk."""
    assert hash_pin("2468").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("kept", ["", "2468", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$BBBB", "x" * 1000])
def test_a_hash_of_another_form_opens_to_nobody(kept: str) -> None:
    """A broken document from the server is no way in and no crash."""
    assert not check_pin(kept, "2468")
    assert not check_pin(kept, "")
