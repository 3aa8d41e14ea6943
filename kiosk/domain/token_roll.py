"""Trading a kiosk's token for a new one: what the kiosk signs, so that a stolen token alone renews nothing.

The device key was enrolled with the epoch and never leaves the log's encrypted file. What is signed names the kiosk,
the token that is given up (as its hash) and the time, so that a signature serves no other kiosk, no other token, and
no second time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PREFIX: Final = "vb-token-roll/1"
NEAR_MS: Final = 5 * 60 * 1000  # how far the signed time may be from the server's
EARLIER_KEPT: Final = 3  # tokens before the one in use; at 30 days each, a backup of the server may be three months old


@dataclass(frozen=True, slots=True)
class Roll:
    """A wish for a new token. `at_ms`: Unix milliseconds, by the server's clock as far as the kiosk knows it."""

    site_id: str
    kiosk_id: str
    epoch: int
    token_hash: str
    at_ms: int

    def message(self) -> bytes:
        """Return what is signed; ids hold no line breaks, so no two wishes have the same text."""
        parts = (PREFIX, self.site_id, self.kiosk_id, str(self.epoch), self.token_hash, str(self.at_ms))
        return "\n".join(parts).encode()


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in hex: 256 random bits need no slower one."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """The key that a kiosk enrolled with its epoch; `private_key` is Ed25519 in hex, and a secret."""

    site_id: str
    kiosk_id: str
    epoch: int
    private_key: str = field(repr=False)

    def sign_roll(self, token: str, at_ms: int) -> str:
        """Return the signature, in hex, of the wish to give `token` up at `at_ms`."""
        roll = Roll(self.site_id, self.kiosk_id, self.epoch, token_hash(token), at_ms)
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.private_key)).sign(roll.message()).hex()


def is_signed(roll: Roll, signature: str, public_key: str) -> bool:
    """Tell whether `signature` is the device key's for exactly this wish; both are hex, and nonsense is a no."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), roll.message())
    except (InvalidSignature, ValueError):
        return False
    return True
