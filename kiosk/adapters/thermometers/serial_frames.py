"""Thermometer modules on a serial line that send frames: kinds A, B and C of temperature-facts.md, by table.

The stream is read byte by byte: after rubbish, a torn frame or a wrong sum the search goes on with the next byte. An
8-bit sum is weak, so a frame counts only when the one after it says nearly the same.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import serial
from pydantic import Field

from kiosk.adapters.thermometers.options import Options, checked
from kiosk.adapters.thermometers.sampled import Sample, SampledThermometer
from kiosk.domain.policy import ReadingKind
from kiosk.errors import ConfigError, DeviceGarbled, DeviceTimeout, DeviceUnavailable
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kiosk.ports import Clock

AGREE_CC: Final = 30  # a face does not change by more between two frames, a tenth of a second apart
PLAUSIBLE_CC: Final = (-4000, 12_500)  # what such a module can see at all; anything else is a torn frame


@dataclass(frozen=True, slots=True)
class FrameKind:
    """How a kind of frame is laid out. `*_at`: where a signed big-endian word of hundredths of a degree stands.

    `start`: asks the module to send by itself; `ask`: asks for one frame, for modules that only answer.
    """

    header: bytes
    length: int
    surface_at: int
    ambient_at: int
    body_at: int | None = None
    start: bytes = b""
    ask: bytes = b""


KINDS: Final[Mapping[str, FrameKind]] = {
    # GY-MCU90614/90615; auto-send on by A5 51 F6, continuous by A5 45 EA (w.electrodragon.com)
    "A": FrameKind(bytes.fromhex("5A5A4504"), 9, 4, 6, start=bytes.fromhex("A545EA")),
    # CJMCU-90614: 66 66 mode length object ambient sum
    "B": FrameKind(bytes.fromhex("6666"), 9, 4, 6),
    # GY-614-style: A4 03 08 06, then object, ambient and the body's estimate (registers 0x08 to 0x0D), sum
    "C": FrameKind(bytes.fromhex("A4030806"), 11, 4, 6, body_at=8, ask=bytes.fromhex("A4030806B5")),
}


class SerialOptions(Options):
    """`port`: a path that stays the same (/dev/serial/by-id/…); `frames`: A, B or C."""

    port: str = Field(min_length=1)
    baud: int = Field(default=9600, ge=1200, le=921_600)
    frames: Literal["A", "B", "C"] = "A"
    timeout_s: float = Field(default=1.0, gt=0, le=10)


def word(data: bytes, at: int) -> int:
    """Return the signed big-endian word at `at`."""
    return int.from_bytes(data[at : at + 2], "big", signed=True)


class Frames:
    """Finds the frames of one kind in a stream of bytes."""

    def __init__(self, kind: FrameKind) -> None:
        self._kind = kind
        self._buffer = bytearray()
        self.dropped = 0  # bytes that belonged to no sound frame

    def feed(self, data: bytes) -> list[bytes]:
        """Return the whole and sound frames that end within `data`, in order."""
        self._buffer += data
        found: list[bytes] = []
        while len(self._buffer) >= self._kind.length:
            frame = bytes(self._buffer[: self._kind.length])
            if self._is_sound(frame):
                found.append(frame)
                del self._buffer[: self._kind.length]
            else:
                # By one byte only: a real frame may begin inside of what looked like one.
                self.dropped += 1
                del self._buffer[0]
        return found

    def _is_sound(self, frame: bytes) -> bool:
        if not frame.startswith(self._kind.header) or sum(frame[:-1]) & 0xFF != frame[-1]:
            return False
        low, high = PLAUSIBLE_CC
        return low <= word(frame, self._kind.surface_at) <= high and low <= word(frame, self._kind.ambient_at) <= high


class SerialSensor:
    """A module on a serial line."""

    emissivity = ""  # such modules have one of their own and do not tell it

    def __init__(self, options: SerialOptions) -> None:
        self.name = f"serial_frames:{options.serial}"
        self._options = options
        self._kind = KINDS[options.frames]
        self._value_at = self._kind.surface_at
        if options.kind is ReadingKind.BODY_ESTIMATE and self._kind.body_at is not None:
            self._value_at = self._kind.body_at
        self._port: serial.Serial | None = None
        self._frames = Frames(self._kind)
        self._waiting: list[bytes] = []
        self._last: bytes | None = None

    def begin(self) -> None:
        """Forget what the module sent while nobody asked: it is of whoever stood there before."""
        if self._port is not None:
            with contextlib.suppress(OSError):
                self._port.reset_input_buffer()
        self._frames = Frames(self._kind)
        self._waiting, self._last = [], None

    def sample(self) -> Sample:
        """Return what two frames in a row agree on."""
        try:
            port = self._opened()
            if self._kind.ask:
                port.write(self._kind.ask)
            frame = self._next_frame(port)
        except OSError as error:  # pyserial's own error is one; a line that was hung up raises a bare one
            raise DeviceUnavailable(self.name, f"{self._options.port}: {error}") from error
        before, self._last = self._last, frame
        if before is None or abs(word(frame, self._value_at) - word(before, self._value_at)) > AGREE_CC:
            raise DeviceGarbled(self.name, "sent two frames that do not agree")
        return Sample(word(frame, self._value_at), frame, word(frame, self._kind.ambient_at))

    def _opened(self) -> serial.Serial:
        if self._port is None:
            self._port = serial.Serial(
                self._options.port, self._options.baud, timeout=0.05, write_timeout=1.0, exclusive=True
            )
            # What was sent before anybody asked is old.
            self._port.reset_input_buffer()
            if self._kind.start:
                self._port.write(self._kind.start)
        return self._port

    def _next_frame(self, port: serial.Serial) -> bytes:
        end = time.monotonic() + self._options.timeout_s
        heard = self._frames.dropped
        while not self._waiting:
            self._waiting = self._frames.feed(port.read(max(1, port.in_waiting)))
            if self._waiting:
                break
            if time.monotonic() > end:
                if self._frames.dropped > heard:
                    raise DeviceGarbled(self.name, "sends what is no sound frame")
                raise DeviceTimeout(self.name, "sends nothing")
        return self._waiting.pop(0)

    def describe(self) -> Capabilities:
        """Return what the modules' sellers say."""
        return Capabilities(
            api=THERMOMETER_API,
            kind=self._options.kind,
            site=self._options.site,
            low_cc=PLAUSIBLE_CC[0],
            high_cc=PLAUSIBLE_CC[1],
            resolution_cc=1,
            accuracy="as the sensor inside: ±0.5 °C, medical parts ±0.2 °C (sellers)",
            samples=self._options.samples,
        )

    def close(self) -> None:
        """Let go of the line; what was heard on it is forgotten."""
        if self._port is not None:
            with contextlib.suppress(OSError):
                self._port.close()
        self._port = None
        self.begin()


def open_device(options: Mapping[str, Any], clock: Clock) -> SampledThermometer:
    """Return the device for `kiosk.toml`."""
    chosen = checked(SerialOptions, options)
    if chosen.kind is not ReadingKind.SURFACE and KINDS[chosen.frames].body_at is None and chosen.frames != "B":
        raise ConfigError([f"thermometer.options.kind: frames {chosen.frames} hold a surface temperature only"])
    return SampledThermometer(SerialSensor(chosen), chosen, clock)
