"""The sealed copy of the log's key: what lets a dead kiosk's disk be read, by the supervisor and by nobody else.

HPKE (RFC 9180) with X25519, HKDF-SHA256 and ChaCha20-Poly1305, from the cryptography library. The public key seals
at enrolment; the private one is never on a kiosk.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from kiosk.adapters.whole_file import replace_whole
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

SEALED_FILE: Final = "log.key.sealed"
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO: Final = b"vb-log-key/1"  # keeps these seals apart from any other use of the same pair
_LONGEST: Final = 4096


def make_pair(folder: Path) -> tuple[Path, Path]:
    """Make a supervisor's pair in a new `folder`; return the files of the public and of the private key (mode 0600).

    Raises StoreError when the folder is there already: a pair that seals is never overwritten.
    """
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        message = f"{folder}: cannot be made: {error.strerror}"
        raise StoreError(message) from error
    private = X25519PrivateKey.generate()
    public_file, private_file = folder / "escrow.pub.pem", folder / "escrow.private.pem"
    public_file.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    descriptor = os.open(private_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return public_file, private_file


def seal(key: bytes, public_file: Path, sealed_file: Path) -> None:
    """Seal `key` to the public key in `public_file` and keep it, durably, in `sealed_file`; raises StoreError.

    A seal that is there is the old log's, and stays until the new one is whole.
    """
    replace_whole(sealed_file, _SUITE.encrypt(key, read_public(public_file), _INFO))


def read_public(file: Path) -> X25519PublicKey:
    """Return a supervisor's public key; raises StoreError when the file is none."""
    public = _loaded(file, load_pem_public_key)
    if not isinstance(public, X25519PublicKey):
        message = f"{file}: not a supervisor's public key; make one by: main.py log escrow-keys"
        raise StoreError(message)
    return public


def unseal(sealed_file: Path, private_file: Path) -> bytes:
    """Return the key that was sealed into `sealed_file`; raises StoreError, also for another supervisor's key."""
    private = _loaded(private_file, lambda data: load_pem_private_key(data, None))
    if not isinstance(private, X25519PrivateKey):
        message = f"{private_file}: not a supervisor's private key"
        raise StoreError(message)
    try:
        return _SUITE.decrypt(_read(sealed_file), private, _INFO)
    except (InvalidTag, ValueError) as error:
        message = f"{sealed_file}: not sealed to this supervisor's key, or damaged"
        raise StoreError(message) from error


def _loaded(path: Path, load: Callable[[bytes], object]) -> object:
    try:
        return load(_read(path))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = f"{path}: not a key in PEM form"
        raise StoreError(message) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise StoreError(message) from error
