"""A kernel's I2C bus without hardware: the real smbus2 speaks to it, and devices of Python answer."""

# ruff: noqa: ANN401 - what the kernel and numpy are given has no type here
from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import numpy as np
from smbus2 import smbus2 as module

from kiosk.adapters.thermometers import mlx90640_math as maths
from kiosk.adapters.thermometers.i2c import pec

READ = 1  # I2C_M_RD
DATA = Path(__file__).parents[4] / "shared" / "data" / "mlx90640"


class Device(Protocol):
    """What answers at an address."""

    def write(self, data: bytes) -> None:
        """Hear what was written; raises OSError for no acknowledgement."""
        ...

    def read(self, count: int) -> bytes:
        """Answer with so many bytes."""
        ...


class Kernel:
    """Takes the place of /dev/i2c-*: `devices` by address; `missing`: the bus is not there."""

    def __init__(self) -> None:
        self.devices: dict[int, Device] = {}
        self.missing = False
        self.opened = 0

    def open(self, real: Callable[..., int], path: Any, *more: Any, **named: Any) -> int:
        """Open the bus, or any other file as ever."""
        if not str(path).startswith("/dev/i2c-"):
            return real(path, *more, **named)
        if self.missing:
            raise OSError(errno.ENOENT, "No such file or directory")
        self.opened += 1
        return real("/dev/null", os.O_RDWR)

    def ioctl(self, _fd: int, request: int, data: Any = 0, *_more: Any) -> int:
        """Do what the kernel does for I2C_RDWR and I2C_FUNCS."""
        if request == module.I2C_FUNCS:
            data.value = 0x0EFF_0009
            return 0
        assert request == module.I2C_RDWR
        if self.missing:
            raise OSError(errno.ENODEV, "No such device")
        for number in range(data.nmsgs):
            self._message(data.msgs[number])
        return 0

    def _message(self, message: Any) -> None:
        device = self.devices.get(message.addr)
        if device is None:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        if message.flags & READ:
            for place, byte in enumerate(device.read(message.len)):
                message.buf[place] = bytes([byte])
        else:
            device.write(bytes(message.buf[place][0] for place in range(message.len)))


@contextmanager
def bus() -> Iterator[Kernel]:
    """Put a kernel without hardware behind the real smbus2."""
    kernel, real_open = Kernel(), os.open
    with (
        patch("smbus2.smbus2.ioctl", kernel.ioctl),
        patch("os.open", lambda *args, **named: kernel.open(real_open, *args, **named)),
    ):
        yield kernel


class FakeMlx90614:
    """An MLX90614: words by register, with a right packet error code unless told otherwise."""

    def __init__(self, face_cc: int = 3450, room_cc: int = 2150, emissivity: float = 0.98) -> None:
        self.words = {0x24: round(emissivity * 65535)}
        self.is_at(face_cc, room_cc)
        self.asked = 0
        self.fail_next = 0  # so many words are not acknowledged
        self.spoil: Callable[[bytes], bytes] = lambda raw: raw
        self.jitter = 0
        self._register = 0

    def is_at(self, face_cc: int, room_cc: int = 2150) -> None:
        """Stand before a face of this temperature."""
        self.words[0x07] = (face_cc + 27315) // 2
        self.words[0x06] = (room_cc + 27315) // 2

    def write(self, data: bytes) -> None:
        """Hear which register is asked for."""
        self.asked += 1
        if self.fail_next > 0:
            self.fail_next -= 1
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        self._register = data[0]

    def read(self, count: int) -> bytes:
        """Answer with low byte, high byte, and the code over the whole exchange."""
        word = self.words[self._register]
        if self._register == 0x07 and self.jitter:
            word += self.asked // 2 % (self.jitter + 1)
        low, high = word & 0xFF, word >> 8
        code = pec([0x5A << 1, self._register, 0x5A << 1 | 1, low, high])
        return self.spoil(bytes([low, high, code]))[:count]


def recording() -> tuple[list[int], list[list[int]]]:
    """Return the EEPROM and the two half frames that were recorded from a real MLX90640 (MIT, Signaloid)."""

    def words(line: str) -> list[int]:
        return [int(word) for word in line.split(",") if word.strip()]

    eeprom = words((DATA / "EEPROM-calibration-data.csv").read_text(encoding="ascii"))
    frames = (DATA / "raw-frame-data.csv").read_text(encoding="ascii").splitlines()
    return eeprom, [words(line) for line in frames if line.strip()]


def seen(picture: Any, eeprom: list[int], frames: list[list[int]], emissivity: float = 0.98) -> list[list[int]]:
    """Return half frames by which the sensor would see `picture` (768 °C values): each word is found by halving."""
    known = maths.calibration(eeprom)
    low, high = np.full(maths.PIXELS, -4000), np.full(maths.PIXELS, 4000)
    out = np.full(maths.PIXELS, np.nan)
    for _ in range(14):
        middle = (low + high) // 2
        for frame in frames:
            maths.temperatures([*(int(word) & 0xFFFF for word in middle), *frame[768:]], known, emissivity, out)
        is_below = np.nan_to_num(out, nan=-300.0) < picture
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return [[*(int(word) & 0xFFFF for word in high), *frame[768:]] for frame in frames]


class FakeMlx90640:
    """An MLX90640: EEPROM, RAM, status and control; shows its half frames in turn."""

    def __init__(self, eeprom: list[int], frames: list[list[int]]) -> None:
        self.eeprom = eeprom
        self.frames = frames
        self.control = frames[0][832]
        self.makes_pictures = True
        self.spoil: Callable[[bytes], bytes] = lambda raw: raw
        self._turn = 0
        self._looks = 0  # until the next picture is there
        self._pointer = 0

    def write(self, data: bytes) -> None:
        """Set the pointer, or write a word."""
        self._pointer = int.from_bytes(data[:2], "big")
        if len(data) == 4:
            word = int.from_bytes(data[2:], "big")
            if self._pointer == 0x800D:
                self.control = word
            elif self._pointer == 0x8000:
                self._looks = 3

    def read(self, count: int) -> bytes:
        """Answer from the pointer on."""
        words = [self._word(self._pointer + number) for number in range(count // 2)]
        return self.spoil(b"".join(word.to_bytes(2, "big") for word in words))

    def _word(self, at: int) -> int:
        if at == 0x8000:
            # The first two looks after a picture was cleared still find none, the next one finds the other half.
            if self._looks and self.makes_pictures:
                self._looks -= 1
                self._turn = (self._turn + 1) % len(self.frames) if self._looks == 0 else self._turn
            return self.frames[self._turn][833] | (0 if self._looks else 0x0008)
        if at == 0x800D:
            return self.control
        if at >= 0x2400:
            return self.eeprom[at - 0x2400]
        return self.frames[self._turn][at - 0x0400]
