"""The booking code: what a visitor's QR code says, and how it is known to be ours.

`VB1:` + base45 (RFC 9285) of a COSE_Sign1 (RFC 9052) with Ed25519 whose payload is a CWT claims set (RFC 8392):
nbf and exp are the slot's start and end, iat when the code was issued, cti the booking's id (16 bytes), and one
private claim holds [site, service, green]. No name, no phone. It fits QR version 9 at level M (262 characters).
The library checks the signature; the times are judged by `admission.py` with our clock, so a code out of its
slot is still read: the visitor hears "too late", not "forged".
"""

from __future__ import annotations

import string
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import base45  # pyright: ignore[reportMissingTypeStubs]
import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError

from kiosk.domain import booking_number
from kiosk.domain.admission import Reason
from kiosk.domain.booking import Booking
from kiosk.domain.ids import BookingId, ServiceId, SiteId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX: Final = "VB1:"
MAX_LENGTH: Final = 262  # QR version 9, level M, alphanumeric (ISO/IEC 18004 table 7)
_EXP, _NBF, _IAT, _CTI = 4, 5, 6, 7  # RFC 8392, section 3.1
_VISIT: Final = -65537  # private use: below -65536 (RFC 8392, section 9.1)
_ALG, _KID, _EDDSA = 1, 4, -8  # RFC 9052 section 3.1, RFC 9053 section 2.2
_SIGN1_TAG, _SIGN1_PARTS = 18, 4  # RFC 9052 section 4.2
_AROUND: Final = string.whitespace + "\x00\x85\xa0\u3000\ufeff"  # what scanners and encoders put around a code
_UNREADABLE: Final = (cbor2.CBORDecodeError, ValueError, TypeError, LookupError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a signed booking code says. Times are aware; `slot_end` is excluded."""

    booking_id: BookingId
    site: SiteId
    service: ServiceId
    slot_start: datetime
    slot_end: datetime
    issued_at: datetime
    is_green: bool
    key_id: str

    def as_booking(self) -> Booking:
        """Return the booking as far as the code alone tells it: nobody's name, no plate."""
        return Booking(
            id=self.booking_id,
            number="",
            site=self.site,
            service=self.service,
            slot_start=self.slot_start,
            slot_end=self.slot_end,
            is_green=self.is_green,
        )


@dataclass(frozen=True, slots=True)
class BookingNumber:
    """An opaque number, to be looked up in the local copy."""

    number: str


@dataclass(frozen=True, slots=True)
class BadCode:
    """A code that wants to be a booking code and is none: damaged, forged, or signed by a key we do not hold."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """Something else: a payment code, a health code, a poster. Neither judged nor stored."""


CodeRead: TypeAlias = Claims | BookingNumber | BadCode | ForeignCode
"""What a scanned text can be."""


def issue(claims: Claims, key: Ed25519PrivateKey) -> str:
    """Return the text of the QR code; raises ValueError when it would not fit QR version 9 at level M."""
    payload = cbor2.dumps(
        {
            _EXP: int(claims.slot_end.timestamp()),
            _NBF: int(claims.slot_start.timestamp()),
            _IAT: int(claims.issued_at.timestamp()),
            _CTI: uuid.UUID(claims.booking_id).bytes,
            _VISIT: [claims.site, claims.service, int(claims.is_green)],
        },
        canonical=True,
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signed = COSE.new().encode_and_sign(  # pyright: ignore[reportUnknownMemberType]
        payload, COSEKey.from_pem(pem), protected={_ALG: _EDDSA, _KID: claims.key_id.encode()}
    )
    text = PREFIX + base45.b45encode(cast("bytes", signed)).decode()
    if len(text) > MAX_LENGTH:
        message = f"a booking code of {len(text)} characters; site and service ids are too long"
        raise ValueError(message)
    return text


def is_ours(text: str) -> bool:
    """Tell, by its form alone, whether a scanned `text` is for this kiosk: a booking code, good or bad, or a number."""
    return not isinstance(read(text, {}), ForeignCode)


def read(text: str, keys: Mapping[str, bytes]) -> CodeRead:
    """Return what a scanned `text` is, judged by its form first and then by its signature.

    `keys` maps key ids to raw Ed25519 public keys (32 bytes). Never raises for any text.
    """
    plain = text.strip(_AROUND)
    if not plain.upper().startswith(PREFIX):
        number = booking_number.normalised(plain) if len(plain) <= len("XXXX-XXXX-X") else ""
        return BookingNumber(number) if booking_number.is_well_formed(number) else ForeignCode()
    if len(plain) > MAX_LENGTH:
        return BadCode(Reason.UNREADABLE_CODE)
    try:
        signed = base45.b45decode(plain[len(PREFIX) :].upper())
        key_id = _key_id(signed)
    except _UNREADABLE:
        return BadCode(Reason.UNREADABLE_CODE)
    if key_id not in keys:
        return BadCode(Reason.UNKNOWN_KEY)
    return _verified(signed, key_id, keys[key_id])


def _key_id(signed: bytes) -> str:
    """Return the id of the key that claims to have signed; raises ValueError for anything but our form."""
    tagged = _loaded(signed)
    if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != _SIGN1_TAG:
        message = "not a COSE_Sign1"
        raise ValueError(message)
    parts: list[Any] = list(tagged.value)
    if len(parts) != _SIGN1_PARTS:
        message = "not four parts"
        raise ValueError(message)
    headers: dict[Any, Any] = dict(_loaded(parts[0]))
    # The algorithm must be the one we issue: a verifier that lets the message choose can be talked into a weaker one.
    if headers.get(_ALG) != _EDDSA:
        message = "not EdDSA"
        raise ValueError(message)
    key_id = headers[_KID]
    if not isinstance(key_id, bytes):  # bytes(n) of a number would set aside n bytes of memory
        message = "a key id is bytes"
        raise TypeError(message)
    return key_id.decode()


def _loaded(data: bytes) -> Any:  # noqa: ANN401 - whatever CBOR held
    return cbor2.loads(data)


def _verified(signed: bytes, key_id: str, raw_key: bytes) -> Claims | BadCode:
    public = Ed25519PublicKey.from_public_bytes(raw_key)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        payload = COSE.new(verify_kid=True).decode(signed, [COSEKey.from_pem(pem, kid=key_id)])
    except (CWTError, ValueError, TypeError):
        return BadCode(Reason.FORGED_CODE)
    try:
        return _claims(_loaded(payload), key_id)
    except _UNREADABLE:
        # Signed by us and still not our form: a newer version of the code, which staff must look at.
        return BadCode(Reason.UNREADABLE_CODE)


def _claims(payload: Any, key_id: str) -> Claims:  # noqa: ANN401 - whatever CBOR held
    site, service, green = payload[_VISIT]
    if not isinstance(site, str) or not isinstance(service, str):
        message = "site and service are text"
        raise TypeError(message)
    return Claims(
        booking_id=BookingId(str(uuid.UUID(bytes=payload[_CTI]))),
        site=SiteId(site),
        service=ServiceId(service),
        slot_start=datetime.fromtimestamp(payload[_NBF], UTC),
        slot_end=datetime.fromtimestamp(payload[_EXP], UTC),
        issued_at=datetime.fromtimestamp(payload[_IAT], UTC),
        is_green=bool(green),
        key_id=key_id,
    )
