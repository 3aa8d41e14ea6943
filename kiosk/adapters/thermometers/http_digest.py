"""HTTP digest authentication (RFC 7616) as a server asks for it: MD5 with qop=auth, as thermal terminals speak it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from typing import Final
from urllib.request import parse_keqv_list

MOST_NONCES: Final = 1000
_PART: Final = re.compile(r'\w+=(?:"[^"]*"|[^,\s]+)')


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Digest:
    """Asks for a user's password without having it sent. Each nonce counts up, so that no request is played back."""

    def __init__(self, realm: str, user: str, password: str) -> None:
        self._realm = realm
        self._user = user
        self._secret = _md5(f"{user}:{realm}:{password}")
        self._lock = threading.Lock()
        self._nonces: OrderedDict[str, int] = OrderedDict()

    def challenge(self) -> str:
        """Return what `WWW-Authenticate` says, with a new nonce."""
        nonce = secrets.token_hex(16)
        with self._lock:
            self._nonces[nonce] = 0
            while len(self._nonces) > MOST_NONCES:
                self._nonces.popitem(last=False)
        return f'Digest realm="{self._realm}", qop="auth", algorithm=MD5, nonce="{nonce}"'

    def allows(self, method: str, uri: str, authorization: str) -> bool:
        """Tell whether `Authorization` proves the password for this request, once."""
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() != "digest":
            return False
        said = parse_keqv_list(_PART.findall(rest))
        try:
            count = int(said["nc"], 16)
            middle = f"{said['nonce']}:{said['nc']}:{said['cnonce']}:auth"
            is_for_this = (said["username"], said["realm"], said["uri"], said["qop"])
        except (KeyError, ValueError):
            return False
        expected = _md5(f"{self._secret}:{middle}:{_md5(f'{method}:{uri}')}")
        is_right = hmac.compare_digest(expected.encode(), said.get("response", "").encode())
        if not is_right or is_for_this != (self._user, self._realm, uri, "auth"):
            return False
        return self._is_new(said["nonce"], count)

    def _is_new(self, nonce: str, count: int) -> bool:
        with self._lock:
            if self._nonces.get(nonce, count) >= count:
                return False
            self._nonces[nonce] = count
            return True
