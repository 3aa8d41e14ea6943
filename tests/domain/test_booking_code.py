"""The booking code: a signed code reads back what was issued, and nothing else is ever taken for one."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import base45  # pyright: ignore[reportMissingTypeStubs]
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import booking_number
from kiosk.domain.admission import Reason
from kiosk.domain.booking_code import (
    MAX_LENGTH,
    PREFIX,
    BadCode,
    BookingNumber,
    Claims,
    CodeRead,
    ForeignCode,
    is_ours,
    issue,
    read,
)
from kiosk.domain.ids import BookingId, ServiceId, SiteId
from tests.domain.builders import claims

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEYS = {"2020-a": KEY.public_key().public_bytes_raw()}
CODE = issue(claims(), KEY)
UNREADABLE = BadCode(Reason.UNREADABLE_CODE)
_MOMENTS = st.integers(1_500_000_000, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
_NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)


def look(text: str) -> CodeRead:
    """Read with the keys of these tests."""
    return read(text, KEYS)


def wrapped(content: object) -> str:
    """Return any CBOR content in the clothes of a booking code."""
    return PREFIX + base45.b45encode(cbor2.dumps(content)).decode()


def sign1(protected: object, payload: object = b"", signature: object = b"\0" * 64, unprotected: object = None) -> str:
    """Return a COSE_Sign1 of hand-made parts."""
    return wrapped(cbor2.CBORTag(18, [cbor2.dumps(protected), unprotected or {}, payload, signature]))


def signed(payload: object) -> str:
    """Return a code that is truly signed over any payload."""
    protected = cbor2.dumps({1: -8, 4: b"2020-a"})
    content = cbor2.dumps(payload)
    to_sign = cbor2.dumps(["Signature1", protected, b"", content])
    return wrapped(cbor2.CBORTag(18, [protected, {}, content, KEY.sign(to_sign)]))


@given(
    start=_MOMENTS,
    minutes=st.integers(1, 1440),
    issued=_MOMENTS,
    is_green=st.booleans(),
    number=st.integers(0, 2**128 - 1),
    site=_NAMES,
    service=_NAMES,
)
def test_a_code_reads_back_what_was_issued(
    start: datetime, minutes: int, issued: datetime, is_green: bool, number: int, site: str, service: str
) -> None:
    """Round trip: id, site, service, slot, priority, issue time and key."""
    said = Claims(
        booking_id=BookingId(str(uuid.UUID(int=number))),
        site=SiteId(site),
        service=ServiceId(service),
        slot_start=start,
        slot_end=start + timedelta(minutes=minutes),
        issued_at=issued,
        is_green=is_green,
        key_id="2020-a",
    )
    assert look(issue(said, KEY)) == said


def test_a_code_fits_version_9_at_level_m_and_its_alphanumeric_signs() -> None:
    """ISO/IEC 18004, table 7: 262 signs out of 45; a symbol any phone's screen shows large enough."""
    assert len(CODE) <= MAX_LENGTH == 262
    assert set(CODE) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_a_code_that_would_not_fit_is_never_issued() -> None:
    """Too long an id is the issuer's mistake, told at once."""
    with pytest.raises(ValueError, match="too long"):
        issue(claims(site="s" * 90, service="v" * 90), KEY)


def test_a_code_carries_no_name_and_no_number_of_anybody() -> None:
    """Whoever photographs it learns a site, a service and a time."""
    payload = cbor2.loads(cbor2.loads(base45.b45decode(CODE[len(PREFIX) :])).value[2])
    assert set(payload) == {4, 5, 6, 7, -65537}
    assert payload[-65537] == ["branch-1", "vehicle", 0]


def test_the_claims_alone_make_a_booking_without_a_person() -> None:
    """A booking newer than the local copy is taken on its signature, with nothing made up."""
    known = claims(is_green=True).as_booking()
    assert (known.id, known.is_green) == (claims().booking_id, True)
    assert (known.name_masked, known.plate_prefix, known.district, known.id_hash) == ("", "", "", "")


def test_a_bad_signature_under_a_known_key_is_forged() -> None:
    """Someone else signed under our key's id."""
    assert look(issue(claims(), OTHER)) == BadCode(Reason.FORGED_CODE)


def test_a_changed_claim_under_an_old_signature_is_forged() -> None:
    """Another slot under a signature that was given for this one."""
    tagged = cbor2.loads(base45.b45decode(CODE[len(PREFIX) :]))
    payload = cbor2.loads(tagged.value[2])
    payload[4] += 3600
    tagged.value[2] = cbor2.dumps(payload, canonical=True)
    assert look(wrapped(tagged)) == BadCode(Reason.FORGED_CODE)


def test_a_key_that_we_do_not_hold_cannot_be_checked() -> None:
    """Not forged: perhaps our keys are old; the guard looks."""
    assert look(issue(claims(key_id="2031-z"), OTHER)) == BadCode(Reason.UNKNOWN_KEY)


@pytest.mark.parametrize("algorithm", [None, -7, -37, 5, 0, "EdDSA"])
def test_a_code_that_chooses_another_algorithm_is_not_ours(algorithm: object) -> None:
    """A verifier that lets the message choose can be talked into a weaker one."""
    assert look(sign1({1: algorithm, 4: b"2020-a"})) == UNREADABLE


def test_a_key_id_outside_the_signed_header_is_not_looked_at() -> None:
    """What is not under the signature decides nothing."""
    assert look(sign1({1: -8}, unprotected={4: b"2020-a"})) == UNREADABLE


@pytest.mark.parametrize("key_id", [2**40, 10**18, 16, -1, 1.5, None, "2020-a", [50, 48], b"\xff\xfe"])
def test_a_key_id_that_is_no_text_of_bytes_is_unreadable_and_costs_nothing(key_id: object) -> None:
    """A huge number where bytes belong must not make the kiosk set aside as much memory."""
    assert look(sign1({1: -8, 4: key_id})) == UNREADABLE


@pytest.mark.parametrize(
    "content",
    [
        1,
        [],
        {},
        cbor2.CBORTag(18, 1),
        cbor2.CBORTag(18, []),
        cbor2.CBORTag(18, [b"", {}, b"", b""]),
        cbor2.CBORTag(18, [b"\xa0", {}, b"", b""]),
        cbor2.CBORTag(18, [1, 2, 3, 4]),
        cbor2.CBORTag(61, cbor2.CBORTag(18, [b"", {}, b"", b""])),
        cbor2.CBORTag(98, [b"", {}, b"", []]),
        cbor2.CBORTag(18, {1: 2, 3: 4, 5: 6, 7: 8}),
    ],
)
def test_cbor_of_any_other_form_is_unreadable(content: object) -> None:
    """Only the one form that we issue is looked into."""
    assert look(wrapped(content)) == UNREADABLE


def test_hand_made_parts_under_our_key_id_are_forged_whatever_they_are() -> None:
    """The library may stumble over any part; nothing of it passes and nothing comes out as an error."""
    payloads: list[Any] = [b"", None, 5, "text"]
    signatures: list[Any] = [b"", b"\0" * 63, b"\0" * 64, 7, None]
    for payload, signature, unprotected in product(payloads, signatures, [{}, {1: -7}, {4: b"x"}, {99: [1]}]):
        assert isinstance(look(sign1({1: -8, 4: b"2020-a"}, payload, signature, unprotected)), BadCode)


@pytest.mark.parametrize(
    "change",
    [
        {4: 1e300},
        {4: float("nan")},
        {5: 2**63},
        {5: "soon"},
        {7: b"short"},
        {7: 5},
        {-65537: ["branch-1", "vehicle"]},
        {-65537: [1, "vehicle", 0]},
        {-65537: ["branch-1", None, 0]},
        {-65537: 7},
    ],
)
def test_a_signed_payload_of_another_form_is_unreadable_and_not_forged(change: dict[int, object]) -> None:
    """A newer version of the code is a matter for staff, not an accusation."""
    plain: dict[int, object] = {4: 1583809200, 5: 1583805600, 6: 1583715600, 7: bytes(16)}
    plain[-65537] = ["branch-1", "vehicle", 0]
    assert isinstance(look(signed(plain)), Claims)
    assert look(signed({**plain, **change})) == UNREADABLE


def test_a_signed_payload_that_is_no_map_is_unreadable() -> None:
    """Signed by us does not mean readable by us."""
    assert look(signed([1, 2, 3])) == UNREADABLE


def test_no_damage_of_a_single_character_is_read_as_other_claims() -> None:
    """Every place, several other signs: the answer is the same claims or no claims at all."""
    said = claims()
    for place in range(len(CODE)):
        for sign in "0A9Z %:":
            damaged = look(CODE[:place] + sign + CODE[place + 1 :])
            assert damaged == said or not isinstance(damaged, Claims)


def test_no_lost_or_doubled_character_is_read_as_other_claims() -> None:
    """A cut or a stutter in the transfer."""
    for place in range(len(CODE)):
        assert not isinstance(look(CODE[:place] + CODE[place + 1 :]), Claims)
        assert not isinstance(look(CODE[:place] + CODE[place] + CODE[place:]), Claims)


def test_every_sign_of_the_alphabet_survives_the_way_through_a_code() -> None:
    """Case 2: codes that hold `+ - / . * $ % :` and blanks read back exactly."""
    seen: set[str] = set()
    for number in range(60):
        said = claims(booking_id=BookingId(str(uuid.UUID(int=number * 0x1F2E3D4C5B6A79880716253443526170 % 2**128))))
        code = issue(said, KEY)
        assert look(code) == said
        seen |= set(code)
    assert seen >= set("+-/.*$%: ")


def test_text_garbage_around_the_code_is_cleaned() -> None:
    """Case 4: blanks, line ends, byte order marks and zeros that scanners put around a code, in any order."""
    garbage = ["", " ", "\n", "\ufeff", "\ufeff ", " \ufeff", "\x00", "\x00\n", "\t\r\n", "\r\n\ufeff\n ", "\u3000"]
    for before, after in product(garbage, garbage):
        assert look(before + CODE + after) == claims()


def test_a_code_typed_in_lower_case_is_the_same_code() -> None:
    """A keyboard wedge with caps lock the wrong way round."""
    assert look(CODE.lower()) == claims()


@given(data=st.binary(max_size=400))
def test_random_bytes_in_our_clothes_never_raise_and_are_never_claims(data: bytes) -> None:
    """Whatever is held up to the camera."""
    assert isinstance(look(PREFIX + base45.b45encode(data).decode()), BadCode)


@given(text=st.text(max_size=300))
def test_any_text_is_read_as_something_and_never_as_claims(text: str) -> None:
    """No text makes the kiosk stumble, with our prefix or without."""
    assert not isinstance(look(text), Claims)
    assert isinstance(look(PREFIX + text), BadCode)


def test_four_kilobytes_of_noise_are_unreadable_or_foreign() -> None:
    """The largest QR symbol, filled with nonsense."""
    noise = "".join(chr(33 + (number * 7919) % 94) for number in range(4096))
    assert look(PREFIX + noise) == UNREADABLE
    assert look(noise) == ForeignCode()


@pytest.mark.parametrize("text", ["", " ", "https://example.org/pay", "VB2:ABC", "健康码", "wxp://f2f0", "12345678"])
def test_other_peoples_codes_are_foreign(text: str) -> None:
    """A payment or a health code is nobody's business here."""
    assert look(text) == ForeignCode()


@pytest.mark.parametrize("spelling", ["{0}", " {0}\n", "{1}-{2}", "{3}"])
def test_an_opaque_booking_number_is_accepted_in_a_code(spelling: str) -> None:
    """The short code is looked up; hyphens, blanks and small letters are the same number."""
    number = booking_number.from_value(0xBEEF_CAFE_42)
    text = spelling.format(number, number[:4], number[4:], number.lower())
    assert look(text) == BookingNumber(number)


def test_what_is_ours_is_told_by_its_form_alone() -> None:
    """Before anything is looked up: the screen says at once whether it has a use for a code."""
    number = booking_number.from_value(0xBEEF_CAFE_42)
    assert all(is_ours(text) for text in (PREFIX + "ABC", PREFIX.lower() + "abc", PREFIX, number, f" {number}\n"))
    assert not any(is_ours(text) for text in ("", "https://example.org/pay", "VB2:ABC", "健康码", number[:-1], "42"))


def test_a_row_id_is_never_a_code() -> None:
    """Case 3: the id of a booking, bare or in our clothes, opens nothing."""
    for text in (claims().booking_id, claims().booking_id.upper(), claims().booking_id.replace("-", ""), "1", "42"):
        assert look(text) == ForeignCode()
        assert isinstance(look(PREFIX + text), BadCode)
