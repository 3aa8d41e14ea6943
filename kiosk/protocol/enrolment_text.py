"""What the enrolment QR on the server's page says: `VBE1:`, the server's address, a space, the one-time code.

A kiosk reads it with its own camera. It is text from a stranger until it is checked: it is bounded, and it never says
to which server a kiosk goes; that stands in the kiosk's settings, and a QR that names another one is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kiosk.domain.booking_number import ALPHABET

PREFIX: Final = "VBE1:"
MAX_LENGTH: Final = 200
_URL: Final = r"https?://(?:[A-Za-z0-9._-]{1,100}|\[[0-9A-Fa-f:]{2,40}\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]{0,60})?"
_CODE: Final = rf"[{ALPHABET}]{{8}}-[{ALPHABET}]{{12}}"
_WHOLE: Final = re.compile(rf"{re.escape(PREFIX)}({_URL}) ({_CODE})", re.ASCII)


@dataclass(frozen=True, slots=True)
class EnrolmentText:
    """A server's address and a one-time code; `code` is a secret for as long as it lives."""

    url: str
    code: str

    def __repr__(self) -> str:
        """Say where to, and no secret."""
        return f"EnrolmentText({self.url})"

    def is_for(self, url: str) -> bool:
        """Tell whether the text names the server at `url`, a slash at the end and the case of the host aside."""
        return _plain(self.url) == _plain(url)


def write(url: str, code: str) -> str:
    """Return the text of the QR; raises ValueError for what `read` would not take."""
    text = f"{PREFIX}{url.rstrip('/')} {code}"
    if read(text) is None:
        raise ValueError("no address of a server, or no code of an enrolment")
    return text


def read(text: str) -> EnrolmentText | None:
    """Return what an enrolment QR says, or None for any other text."""
    found = _WHOLE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    return EnrolmentText(found[1].rstrip("/"), found[2]) if found is not None else None


def _plain(url: str) -> str:
    scheme, _, rest = url.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"
