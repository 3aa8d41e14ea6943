"""Decrypts the files of sqlite3mc page by page, without SQLite: what lies in free pages and old frames is seen too.

Our own reading of the format, to check the program's from outside: ChaCha20-Poly1305 with a raw key; the last 32
bytes of a page are its nonce and tag, the counter is the nonce's last word XOR the page's number.
"""

from __future__ import annotations

import hmac
import struct
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.poly1305 import Poly1305

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE: Final = 4096
_RESERVED: Final = 32
_CLEAR: Final = 24  # of page 1: sizes that SQLite must see before it has a key
_FRAME_HEADER: Final = 24
_WAL_HEADER: Final = 32


def pages(path: Path, key: bytes) -> Iterator[bytes]:
    """Yield every page of a database or of its write-ahead log, decrypted; raises ValueError when one is no page."""
    data = path.read_bytes()
    if not path.name.endswith("-wal"):
        for number, start in enumerate(range(0, len(data), PAGE), start=1):
            yield _decrypted(data[start : start + PAGE], number, key)
        return
    for start in range(_WAL_HEADER, len(data) - PAGE, PAGE + _FRAME_HEADER):
        number = struct.unpack(">I", data[start : start + 4])[0]
        body = data[start + _FRAME_HEADER : start + _FRAME_HEADER + PAGE]
        if number:
            yield _decrypted(body, number, key)


def _decrypted(page: bytes, number: int, key: bytes) -> bytes:
    length = PAGE - _RESERVED
    nonce, tag = page[length : length + 16], page[length + 16 :]
    counter = struct.unpack("<I", nonce[12:])[0] ^ number
    one_time = _stream(key, counter, nonce[:12], bytes(64))
    mac = Poly1305.generate_tag(one_time[:32], page[: length + 16])
    if not hmac.compare_digest(mac, tag):
        message = f"page {number} is not one of this key"
        raise ValueError(message)
    start = _CLEAR if number == 1 else 0
    return page[:start] + _stream(one_time[32:], (counter + 1) & 0xFFFFFFFF, nonce[:12], page[start:length])


def _stream(key: bytes, counter: int, nonce: bytes, data: bytes) -> bytes:
    cipher = Cipher(ChaCha20(key, struct.pack("<I", counter) + nonce), mode=None)
    return cipher.encryptor().update(data)
