"""Hand scanners on a serial line (USB CDC or RS-232): each code is a burst of bytes, with or without an end.

CR, LF and CRLF end a code. A scanner that sends no end is known by its never having sent one; its codes end with a
pause. From a scanner that does send ends, what stops half-way is half a code and is dropped.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kiosk.adapters.serial_owner import SerialOwner
from kiosk.adapters.wedge import MAX_LENGTH, MIN_LENGTH

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    import serial

PAUSE_S: Final = 0.15  # bytes of one code come within milliseconds of each other, even at 9600 baud
_ENDS: Final = b"\r\n"


class Bursts:
    """Bytes in, codes out; for one thread. Times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._bytes = bytearray()
        self._last = 0.0
        self._sends_ends = False
        self._is_garbage = False

    def feed(self, data: bytes, at: float) -> list[str]:
        """Take bytes; return the codes that they end."""
        codes = self.pause(at)
        if data:
            self._last = at
        for byte in data:
            if byte in _ENDS:
                self._sends_ends = True
                codes += self._ended()
            elif len(self._bytes) < MAX_LENGTH:
                self._bytes.append(byte)
            else:
                self._is_garbage = True
        return codes

    def pause(self, at: float) -> list[str]:
        """Return the code that a pause ends, if one does."""
        if not self._bytes or at - self._last <= PAUSE_S:
            return []
        codes = self._ended()
        return [] if self._sends_ends else codes

    def _ended(self) -> list[str]:
        """The bytes so far as a code; nothing when they are none: too short, too long, or no text."""
        data, is_garbage = bytes(self._bytes), self._is_garbage
        self._bytes.clear()
        self._is_garbage = False
        if is_garbage or len(data) < MIN_LENGTH:
            return []
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return []
        return [text] if all(sign.isprintable() or sign == "\t" for sign in text) else []


class SerialScanner:
    """A hand scanner at `port`; `on_code` gets each code's text, on the scanner's thread."""

    def __init__(
        self, port: str, on_code: Callable[[str], None], on_state: Callable[[bool], None], *, baud: int = 115200
    ) -> None:
        """`on_state` gets True when the scanner is there, False when it has gone. USB scanners take any `baud`."""
        self._on_code = on_code
        self._owner = SerialOwner("serial-scanner", port, self._listen, on_state, baud=baud)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._owner.start()

    def stop(self) -> None:
        """End the thread and give the port back."""
        self._owner.stop()

    def _listen(self, port: serial.Serial, stop: threading.Event) -> None:
        bursts = Bursts()
        while not stop.is_set():
            data = port.read(max(1, port.in_waiting))
            for code in bursts.feed(data, time.monotonic()):
                self._on_code(code)
