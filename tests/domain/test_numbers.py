"""Booking numbers and identity numbers: typing mistakes are caught, and nothing is derived from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import booking_number, id_number

_VALUES = st.integers(0, 2**40 - 1)
_PLACES = st.integers(0, booking_number.LENGTH - 1)
GOOD_IDS = ["11010519491231002X", "440524188001010014"]
"""The examples of GB 11643-1999."""


@given(value=_VALUES)
def test_every_booking_number_is_nine_signs_and_well_formed(value: int) -> None:
    """What the server issues, the kiosk takes."""
    number = booking_number.from_value(value)
    assert len(number) == booking_number.LENGTH
    assert booking_number.is_well_formed(number)


@given(value=_VALUES, place=_PLACES, sign=st.sampled_from(booking_number.ALPHABET))
def test_every_single_wrong_sign_is_caught(value: int, place: int, sign: str) -> None:
    """One wrong key is never somebody else's booking."""
    number = booking_number.from_value(value)
    wrong = number[:place] + sign + number[place + 1 :]
    assert booking_number.is_well_formed(wrong) is (wrong == number)


@given(value=_VALUES, place=st.integers(0, booking_number.LENGTH - 2))
def test_every_swap_of_neighbours_is_caught(value: int, place: int) -> None:
    """The commonest mistake of all."""
    number = booking_number.from_value(value)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert booking_number.is_well_formed(swapped) is (swapped == number)


@given(one=_VALUES, other=_VALUES)
def test_different_values_give_different_numbers(one: int, other: int) -> None:
    """A number means one booking."""
    assert (booking_number.from_value(one) == booking_number.from_value(other)) is (one == other)


@pytest.mark.parametrize("value", [-1, 1 << 40])
def test_a_value_that_does_not_fit_is_refused(value: int) -> None:
    """Nothing is cut off in silence."""
    with pytest.raises(ValueError, match="40 bits"):
        booking_number.from_value(value)


@pytest.mark.parametrize("text", ["", "12345678", "0123456789", "UUUUUUUUU", "０００００００００", "000 000 00!"])
def test_other_texts_are_no_booking_numbers(text: str) -> None:
    """Too short, too long, or of other signs."""
    assert not booking_number.is_well_formed(text)


def test_look_alikes_blanks_and_hyphens_are_read_as_meant() -> None:
    """Crockford: O is 0, I and L are 1."""
    assert booking_number.normalised(" o1iL-0abc\t9 ") == "01110ABC9"


@pytest.mark.parametrize("number", GOOD_IDS)
def test_the_examples_of_the_standard_are_right(number: str) -> None:
    """GB 11643-1999: a digit and an X at the end."""
    assert id_number.check_digit_ok(number)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
    ],
)
def test_an_identity_number_may_be_spelt_in_any_width_and_case(text: str) -> None:
    """An input method may be left on full width."""
    assert id_number.check_digit_ok(text)
    assert id_number.normalised(text) == GOOD_IDS[0]


@pytest.mark.parametrize("number", GOOD_IDS)
def test_each_single_wrong_digit_of_an_identity_number_is_caught(number: str) -> None:
    """The check digit is there for this."""
    for place in range(17):
        for digit in "0123456789":
            wrong = number[:place] + digit + number[place + 1 :]
            assert id_number.check_digit_ok(wrong) is (wrong == number)


@pytest.mark.parametrize("number", GOOD_IDS)
def test_each_swap_of_neighbouring_digits_is_caught(number: str) -> None:
    """ISO 7064 MOD 11-2 finds every swap."""
    for place in range(16):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert id_number.check_digit_ok(swapped) is (swapped == number)


@pytest.mark.parametrize(
    "text", ["", "X", "11010519491231002", "11010519491231002XX", "1101051949123100XX", "²10105194912310020", "a" * 18]
)
def test_other_texts_are_no_identity_numbers(text: str) -> None:
    """Too short, too long, an X in the middle, or digits that are none."""
    assert not id_number.check_digit_ok(text)


def test_the_keyed_hash_is_the_same_for_each_spelling_and_another_for_each_key() -> None:
    """What is stored says nothing without the site's key."""
    one = id_number.keyed_hash("11010519491231002x", b"k" * 32)
    assert one == id_number.keyed_hash("１１０１０５ 19491231002X", b"k" * 32)
    assert one != id_number.keyed_hash("11010519491231002x", b"j" * 32)
    assert one != id_number.keyed_hash(GOOD_IDS[1], b"k" * 32)
    assert "11010519491231" not in one
