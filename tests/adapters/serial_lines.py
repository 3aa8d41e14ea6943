"""Serial devices at a pseudo-terminal: what is written comes out of a port with a name that stays the same."""

from __future__ import annotations

import os
import threading
import time
import tty
from typing import TYPE_CHECKING

import pytest

from kiosk.adapters.id_card import DONE, FIND, FOUND, READ, SELECT, checked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return once the condition holds; fail when it does not within `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"waited {seconds} s for a condition that did not come")
        time.sleep(0.005)


class Line:
    """One device: a pseudo-terminal behind a link, as udev makes one."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._ends: tuple[int, int] | None = None

    @property
    def port(self) -> str:
        """The stable name."""
        return str(self.link)

    def plug_in(self) -> None:
        """The device appears, at another terminal each time."""
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._ends = (ours, theirs)
        self.link.symlink_to(os.ttyname(theirs))

    def unplug(self) -> None:
        """The device goes; whoever reads it hears so."""
        if self._ends is not None:
            self.link.unlink()
            for end in self._ends:
                os.close(end)
            self._ends = None

    @property
    def end(self) -> int:
        """The device's own end of the line."""
        assert self._ends is not None
        return self._ends[0]

    def say(self, data: bytes) -> None:
        """The device sends bytes."""
        os.write(self.end, data)


def card_text(number: str, name: str = "张三", until: str = "20300101") -> bytes:
    """The 256 bytes of a card's text."""
    fields = (
        name.ljust(15),
        "1",
        "01",
        "19491231",
        "河北省石家庄市".ljust(35),
        number,
        "".ljust(15),
        "20100101",
        until.ljust(8),
    )
    return "".join(fields).encode("utf-16-le").ljust(256, b"\0")


def answer(status: bytes, data: bytes = b"") -> bytes:
    """A reader's message."""
    body = status + data
    return checked((len(body) + 1).to_bytes(2, "big") + body)


NO_CARD = answer(b"\x00\x00\x80", b"\0" * 4)
FOUND_CARD = answer(FOUND, b"\0" * 4)
SELECTED = answer(DONE, b"\0" * 8)
PULLED = answer(b"\x00\x00\x41")


def whole_card(text: bytes) -> bytes:
    """A read's answer: text and a photo of 1,024 bytes."""
    return answer(DONE, (256).to_bytes(2, "big") + (1024).to_bytes(2, "big") + text + b"\x57" * 1024)


class Reader:
    """An emulated reader: answers each command from `answers`; `card_laid` is found once, as real ones do.

    `dribble` sends a few bytes at a time.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self.answers = {FIND: NO_CARD, SELECT: SELECTED, READ: PULLED}
        self.card_laid = False
        self.dribble = False
        self.asked: list[bytes] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the line is unplugged by its owner."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        import select

        heard = b""
        while not self._stop.is_set():
            if not select.select([self._line.end], [], [], 0.02)[0]:
                continue
            heard += os.read(self._line.end, 256)
            if len(heard) < len(FIND):
                continue
            request, heard = heard[: len(FIND)], heard[len(FIND) :]
            self.asked.append(request)
            said = self.answers.get(request, b"")
            if request == FIND and self.card_laid:
                self.card_laid = False
                said = FOUND_CARD
            step = 64 if self.dribble else len(said) or 1
            for start in range(0, len(said), step):
                self._line.say(said[start : start + step])
                if self.dribble:
                    self._stop.wait(0.01)
