"""Whom the kiosk trusts over TLS, how it proves itself there, and whether the server turns it away.

With TLS 1.3 a server looks at the client's certificate after the client's part of the handshake is done. A kiosk
without a good one sees a line that is cut before the first answer, as if the server had died: no alert comes through
(tried with uvicorn 0.54, 8 of 8). So a line that was cut is looked at once more before it counts as "offline".
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_LOOKS: Final = 2  # a server that stops just now may look like a no once, and does not listen the second time
_SILENCE_S: Final = 1.0  # a server that takes us waits for the request; uvicorn does for 5 s
_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class Trust:
    """`ca_file`: the only authority to trust, None for the system's. `client_cert`: files of certificate and key."""

    ca_file: str | None = None
    client_cert: tuple[str, str] | None = None

    @property
    def authorities(self) -> str | bool:
        """The file of those who may vouch for the server; True, for `requests`' own, where the system has none.

        `requests` alone would pass over the system's, and over an authority that the city put there.
        """
        return self.ca_file or ssl.get_default_verify_paths().cafile or True

    def is_turned_away(self, url: str, timeout_s: float) -> bool:
        """Tell whether the server at `url` hangs up on us as soon as it has seen who we are; sends no request."""
        where = urlsplit(url)
        if where.scheme != "https" or where.hostname is None:
            return False
        address = (where.hostname, where.port or _HTTPS_PORT)
        return all(self._hangs_up(address, timeout_s) for _ in range(_LOOKS))

    def _hangs_up(self, address: tuple[str, int], timeout_s: float) -> bool:
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.client_cert is not None:
                context.load_cert_chain(*self.client_cert)
            with (
                socket.create_connection(address, timeout_s) as line,
                context.wrap_socket(line, server_hostname=address[0], do_handshake_on_connect=False) as sealed,
            ):
                return _hangs_up_on(sealed)
        except ssl.SSLError:
            return True
        except OSError:  # nobody there, or silence: neither is a no
            return False


def _hangs_up_on(sealed: ssl.SSLSocket) -> bool:
    """Tell whether a line is ended once both sides have spoken; what ends before is a proxy whose server is away."""
    try:
        sealed.do_handshake()
    except ssl.SSLEOFError:
        return sealed.cipher() is not None  # chosen in the server's first words
    sealed.settimeout(_SILENCE_S)
    return not sealed.recv(1)
