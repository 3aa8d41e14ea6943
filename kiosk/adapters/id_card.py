"""Readers of resident identity cards on a serial line, by the SAM protocol that the common ones speak.

A request is the preamble, a length, a command and a check byte (the XOR of what lies between). The answer has the
same form with three status bytes. Find, select and read give 256 bytes of text in UTF-16LE and a photo, which is
never decoded. The number goes into the look-up and nowhere else: it is not shown, logged or kept here.
Source: temperature-facts.md, section 4, and the field widths of GA/T 450 (name 15 signs, sex 1, nation 2, birth 8,
address 35, number 18, issuer 15, valid from 8, valid until 8).
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from kiosk.adapters.serial_owner import SerialOwner
from kiosk.domain.id_number import check_digit_ok, normalised
from kiosk.errors import DeviceError, DeviceGarbled, DeviceTimeout

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    import serial

logger = logging.getLogger(__name__)

PREAMBLE: Final = bytes.fromhex("AAAAAA9669")
FIND: Final = bytes.fromhex("AAAAAA96690003200122")
SELECT: Final = bytes.fromhex("AAAAAA96690003200221")
READ: Final = bytes.fromhex("AAAAAA96690003300132")

FOUND: Final = b"\x00\x00\x9f"
DONE: Final = b"\x00\x00\x90"

# Bytes after the length: status and check at least, a card's text and photo (1,288) and some room at most.
_SHORTEST: Final = 4
_LONGEST: Final = 1600
_TEXT_BYTES: Final = 256

# Seconds: between two looks for a card, for a short answer, and for a whole card (1,295 bytes take 0.12 s at 115200,
# and 1.4 s at 9600).
LOOK_S: Final = 0.3
ANSWER_S: Final = 1.0
CARD_S: Final = 3.0

# So many failures in a row, with a reader that says nothing sound, are a fault of the reader.
_FAILURES: Final = 5

_FIELDS: Final = {"name": (0, 15), "number": (61, 79), "valid_until": (102, 110)}
"""Where each stands in the text, in signs."""

_FOR_EVER: Final = "长期"


@dataclass(frozen=True, slots=True)
class Card:
    """What is read of a card. Nothing of it appears when it is printed; `valid_until` None: for ever."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    valid_until: date | None = field(repr=False)


def checked(body: bytes) -> bytes:
    """The body between preamble and end as a whole message, with its check byte."""
    return PREAMBLE + body + bytes((_check(body),))


def _check(body: bytes) -> int:
    """The XOR of all bytes."""
    check = 0
    for byte in body:
        check ^= byte
    return check


def parse_card(data: bytes) -> Card:
    """The card in a read's answer (after its status). Raises DeviceGarbled when it is no whole, sound card."""
    text_length, photo_length = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    if text_length != _TEXT_BYTES or len(data) != 4 + text_length + photo_length:
        raise DeviceGarbled(_NAME, "a card of another length")
    try:
        text = data[4 : 4 + text_length].decode("utf-16-le")
    except UnicodeDecodeError:
        raise DeviceGarbled(_NAME, "a card without text") from None  # the error would hold the bytes
    name, number, until = (text[slice(*_FIELDS[part])].strip(" \0") for part in _FIELDS)
    if not check_digit_ok(number):
        raise DeviceGarbled(_NAME, "a number whose check digit is wrong")
    return Card(normalised(number), name, _until(until))


def _until(text: str) -> date | None:
    if text == _FOR_EVER:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise DeviceGarbled(_NAME, "a validity that is no day") from None


_NAME: Final = "id card reader"


class SamLine:
    """Questions and answers on an open port; for one thread."""

    def __init__(self, port: serial.Serial) -> None:
        """Speak over `port`, whose reads wait for a short time only."""
        self._port = port

    def ask(self, request: bytes, within_s: float) -> tuple[bytes, bytes]:
        """Return the answer's status and data.

        Raises DeviceTimeout when no whole answer comes in time, DeviceGarbled when its length or check is wrong, and
        OSError when the line has gone.
        """
        self._port.reset_input_buffer()
        self._port.write(request)
        until = time.monotonic() + within_s
        heard = bytearray()
        while (answer := _answer_in(heard)) is None:
            if time.monotonic() > until:
                raise DeviceTimeout(_NAME, "no whole answer in time" if heard else "no answer")
            heard += self._port.read(max(1, self._port.in_waiting))
        return answer[:3], answer[3:]


def _answer_in(heard: bytearray) -> bytes | None:
    """The status and data of the first message in `heard`, or None while it is not whole; noise before it is passed."""
    start = heard.find(PREAMBLE)
    if start < 0:
        del heard[: max(0, len(heard) - len(PREAMBLE) + 1)]
        return None
    body = heard[start + len(PREAMBLE) :]
    if len(body) < 2:  # noqa: PLR2004 - the length's own bytes
        return None
    length = int.from_bytes(body[:2], "big")
    if not _SHORTEST <= length <= _LONGEST:
        raise DeviceGarbled(_NAME, "an answer of no possible length")
    if len(body) < 2 + length:
        return None
    if _check(bytes(body[: 2 + length - 1])) != body[2 + length - 1]:
        raise DeviceGarbled(_NAME, "an answer whose check byte is wrong")
    return bytes(body[2 : 2 + length - 1])


def read_card(line: SamLine) -> Card | None:
    """The card that was just laid on the reader, or None: there is none, it was read before, or it was pulled away.

    Raises DeviceTimeout or DeviceGarbled.
    """
    if line.ask(FIND, ANSWER_S)[0] != FOUND:
        return None
    if line.ask(SELECT, ANSWER_S)[0] != DONE:
        return None
    status, data = line.ask(READ, CARD_S)
    return parse_card(data) if status == DONE else None


class IdCardReader:
    """A reader at `port`; `on_card` gets each card once when it is laid on, on the reader's thread."""

    def __init__(
        self, port: str, on_card: Callable[[Card], None], on_state: Callable[[bool], None], *, baud: int = 115200
    ) -> None:
        """`on_state` gets True when the reader is there and answers, False when it does not."""
        self._on_card = on_card
        self._owner = SerialOwner("id-card-reader", port, self._watch, on_state, baud=baud, must_answer=True)

    def start(self) -> None:
        """Begin to look for cards; returns at once."""
        self._owner.start()

    def stop(self) -> None:
        """End the thread and give the port back."""
        self._owner.stop()

    def _watch(self, port: serial.Serial, stop: threading.Event) -> None:
        line = SamLine(port)
        failures = 0
        while not stop.wait(LOOK_S):
            try:
                card = read_card(line)
            except DeviceError as error:
                failures += 1
                logger.info("%s", error)  # never holds anything of a card
                if failures >= _FAILURES:
                    raise OSError(str(error)) from error
                continue
            failures = 0
            self._owner.answered()
            if card is not None:
                self._on_card(card)
