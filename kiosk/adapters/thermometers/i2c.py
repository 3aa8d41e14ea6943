"""What both Melexis sensors share: a bus of Linux opened when needed, and SMBus's packet error code."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from smbus2 import SMBus, i2c_msg

from kiosk.errors import DeviceGarbled, DeviceTimeout, DeviceUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

_POLYNOMIAL: Final = 0x07
_LOST: Final = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EACCES, errno.EBADF, errno.EPERM}


def pec(data: Sequence[int]) -> int:
    """Return SMBus's packet error code of bytes: CRC-8, polynomial 0x07, from 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ _POLYNOMIAL if crc & 0x80 else crc << 1
            crc &= 0xFF
    return crc


class Bus:
    """One device on an I2C bus, opened when it is first asked and again after `close`."""

    def __init__(self, name: str, bus: int, address: int) -> None:
        self._name = name
        self._number = bus
        self.address = address
        self._bus: SMBus | None = None

    def exchange(self, written: bytes, expected: int = 0) -> bytes:
        """Write bytes, then read `expected` ones without letting go of the bus between.

        Raises DeviceUnavailable without the bus, DeviceTimeout when it hangs, DeviceGarbled when nothing
        acknowledges (a sensor that is asked too soon does not).
        """
        try:
            if self._bus is None:
                self._bus = SMBus(self._number)
            messages = [i2c_msg.write(self.address, list(written))]
            if expected:
                messages.append(i2c_msg.read(self.address, expected))
            self._bus.i2c_rdwr(*messages)
            return bytes(messages[-1]) if expected else b""
        except OSError as error:
            raise self._told(error) from error

    def _told(self, error: OSError) -> Exception:
        if error.errno in _LOST:
            return DeviceUnavailable(self._name, f"I2C bus {self._number} cannot be used: {error.strerror}")
        if error.errno == errno.ETIMEDOUT:
            return DeviceTimeout(self._name, f"I2C bus {self._number} hangs")
        return DeviceGarbled(self._name, f"nothing answers at address 0x{self.address:02X}: {error.strerror}")

    def close(self) -> None:
        """Let go of the bus."""
        if self._bus is not None:
            self._bus.close()
            self._bus = None
