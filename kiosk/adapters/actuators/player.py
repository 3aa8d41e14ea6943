"""Plays what a signal asks for on lamp and sounder, on a thread of its own.

Nobody ever waits for it and nothing is raised: a device that fails is told of once, and tried again until it is back.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)

RETRY_S: Final = 2.0  # after a failure


@dataclass(frozen=True, slots=True)
class Beat:
    """How lamp and sounder are for so many seconds. None is longer than 5: each tells whether the device is there."""

    seconds: float
    lamp: bool = False
    sound: bool = False


OFF: Final = (Beat(5.0),)
PATTERNS: Final[Mapping[str, tuple[Beat, ...]]] = {
    "off": OFF,
    "seen": (Beat(5.0, lamp=True),),  # somebody is on the way: no sound
    "waits": (Beat(0.3, lamp=True, sound=True), Beat(4.7, lamp=True)),
    "overdue": (Beat(0.5, lamp=True, sound=True), Beat(1.5)),
    "urgent": (Beat(0.5, lamp=True, sound=True), Beat(0.3, sound=True)),  # the sound does not stop
}
"""What each signal looks and sounds like, again and again: louder means longer and more often."""


class Switches(Protocol):
    """Lamp and sounder themselves. Used on the player's thread alone."""

    name: str

    def turn(self, signal: str, beat: Beat) -> None:
        """Set both as the beat of this signal says; raises DeviceError."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class Player:
    """Repeats the pattern of the last signal; implements `kiosk.ports.Actuator`."""

    def __init__(
        self, switches: Switches, heard: Callable[[bool], None], patterns: Mapping[str, tuple[Beat, ...]] = PATTERNS
    ) -> None:
        """Do nothing yet: the thread begins with the first signal."""
        self._switches = switches
        self._heard = heard
        self._patterns = patterns
        self._news = threading.Condition()
        self._signal = "off"
        self._is_stopping = False
        self._was_well: bool | None = None
        self._failed_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="alarm")

    def signal(self, name: str) -> None:
        """Play another pattern from now on; a name that is not known is played as the loudest. Called on one thread."""
        with self._news:
            self._signal = name
            self._news.notify()
        if self._thread.ident is None:
            self._thread.start()

    def close(self) -> None:
        """Turn everything off and end."""
        with self._news:
            self._is_stopping = True
            self._news.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                self._play(self._signal)
            self._turn("off", OFF[0])
        finally:
            self._switches.close()

    def _play(self, name: str) -> None:
        for beat in self._patterns.get(name, self._patterns["urgent"]):
            self._turn(name, beat)
            with self._news:
                if self._news.wait_for(lambda: self._is_stopping or self._signal != name, beat.seconds):
                    return

    def _turn(self, name: str, beat: Beat) -> None:
        if self._failed_at is not None and time.monotonic() - self._failed_at < RETRY_S:
            return
        try:
            self._switches.turn(name, beat)
        except DeviceError as error:
            self._failed_at = time.monotonic()
            self._tell(is_well=False, why=error.code)
        else:
            self._failed_at = None
            self._tell(is_well=True)

    def _tell(self, *, is_well: bool, why: str = "") -> None:
        if is_well != self._was_well:
            self._was_well = is_well
            logger.warning("%s: %s", self._switches.name, "is well" if is_well else why)
            self._heard(is_well)
