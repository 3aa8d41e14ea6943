"""The server's secrets, in one file that only its owner may read: signing keys, and the secret of identity hashes.

Private keys never enter the database, so a copied database can neither sign codes nor guess identity numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.refusals import Taken, Unknown
from kiosk.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    private: bytes
    is_revoked: bool = False

    @property
    def signer(self) -> Ed25519PrivateKey:
        """The key as the library wants it."""
        return Ed25519PrivateKey.from_private_bytes(self.private)


class Keyring:
    """The keys of booking codes, newest last, and the keys of identity hashes, one per site."""

    def __init__(self, path: Path) -> None:
        """Read the file at `path`, or make it with a first key; raises ConfigError when others may read it."""
        self._path = path
        self._lock = Lock()
        self._keys: tuple[_Key, ...] = ()
        if path.exists():
            self._load()
        else:
            self._secret = secrets.token_bytes(32)
            self.rotate()

    def rotate(self) -> str:
        """Add a new signing key, used from now on, and return its id; codes signed before stay valid."""
        with self._lock:
            key = _Key(f"k{len(self._keys) + 1}", secrets.token_bytes(32))
            self._keep((*self._keys, key))
        return key.id

    def revoke(self, key_id: str) -> None:
        """Stop trusting a key; raises Taken for the last one in use: rotate first."""
        with self._lock:
            if key_id not in {key.id for key in self._keys}:
                raise Unknown("no such key")
            left = [key for key in self._keys if not key.is_revoked and key.id != key_id]
            if not left:
                raise Taken("the only key in use; rotate first")
            self._keep(tuple(replace(key, is_revoked=key.is_revoked or key.id == key_id) for key in self._keys))

    def signing(self) -> tuple[str, Ed25519PrivateKey]:
        """Return the id and the private key to sign with now."""
        key = [key for key in self._keys if not key.is_revoked][-1]
        return key.id, key.signer

    def public(self) -> dict[str, str]:
        """Return the public keys that are trusted, in hex, by id."""
        return {key.id: key.signer.public_key().public_bytes_raw().hex() for key in self._keys if not key.is_revoked}

    def revoked(self) -> list[str]:
        """Return the ids of keys that are no longer trusted."""
        return [key.id for key in self._keys if key.is_revoked]

    def id_key(self, site_id: str) -> bytes:
        """Return a site's key for the hash of identity numbers."""
        return hmac.new(self._secret, b"id_key\n" + site_id.encode(), hashlib.sha256).digest()

    def _load(self) -> None:
        text = read_secret(self._path)
        try:
            data: dict[str, Any] = json.loads(text)
            self._secret = bytes.fromhex(data["id_secret"])
            self._keys = tuple(_Key(key["id"], bytes.fromhex(key["private"]), key["revoked"]) for key in data["keys"])
        except (ValueError, LookupError, TypeError) as error:
            raise ConfigError([f"{self._path}: not a file of keys"]) from error

    def _keep(self, keys: tuple[_Key, ...]) -> None:
        """Write the file anew and swap it in, so that a power cut leaves the old one or the new one."""
        data = {
            "id_secret": self._secret.hex(),
            "keys": [{"id": key.id, "private": key.private.hex(), "revoked": key.is_revoked} for key in keys],
        }
        write_secret(self._path, json.dumps(data, indent=1))
        self._keys = keys


def read_secret(path: Path) -> str:
    """Return what a file says that only its owner may read; raises ConfigError when others may, or nobody can."""
    try:
        if path.stat().st_mode & _OTHERS:
            raise ConfigError([f"{path}: others may read it; its mode must be 0600"])
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read: {error}"]) from error


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, durably and whole."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
