"""Relay boards on a serial line that take four bytes: LC Technology's LCUS-1 to LCUS-8, and the many like them.

A0, the channel from 1 on, 01 for on or 00 for off, and the low byte of the sum of these three; 9600 baud, 8N1. The
examples of their data sheet: A0 01 01 A2 turns the first relay on, A0 01 00 A1 off. The board answers nothing, so a
board that was pulled out is noticed when the line is.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import serial

from kiosk.errors import DeviceUnavailable

if TYPE_CHECKING:
    from kiosk.adapters.actuators.player import Beat

_BAUD: Final = 9600
_TIMEOUT_S: Final = 1.0


def frame(channel: int, *, on: bool) -> bytes:
    """Return the four bytes that set one relay."""
    head = bytes((0xA0, channel, on))
    return head + bytes((sum(head) & 0xFF,))


class RelaySwitches:
    """Lamp and sounder on two channels of one board; channel 0: there is none."""

    def __init__(self, port: str, lamp: int, sounder: int) -> None:
        """Open nothing yet. `port`: a path that stays the same (/dev/serial/by-id/…)."""
        self.name = f"relay:{port}"
        self._port = port
        self._lamp = lamp
        self._sounder = sounder
        self._line: serial.Serial | None = None

    def turn(self, signal: str, beat: Beat) -> None:  # noqa: ARG002 - the beat says it all
        """Set both relays; raises DeviceUnavailable, and opens the line anew the next time."""
        frames = [
            frame(channel, on=on) for channel, on in ((self._lamp, beat.lamp), (self._sounder, beat.sound)) if channel
        ]
        try:
            if self._line is None:
                self._line = serial.Serial(self._port, _BAUD, write_timeout=_TIMEOUT_S, exclusive=True)
            self._line.write(b"".join(frames))
            self._line.flush()
        except (OSError, ValueError) as error:  # pyserial's own are OSErrors
            self.close()
            raise DeviceUnavailable(self.name, "the relay board does not take its bytes") from error

    def close(self) -> None:
        """Let go of the line."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError):
                line.close()
