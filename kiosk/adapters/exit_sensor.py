"""A sensor at the way out that tells each person who leaves: a light barrier, a turnstile's contact, a people counter.

On a serial line each burst of bytes is one person, whatever it says; from a program of the operator's own (such as
`gpiomon` for a pin of the machine) each line is.
"""

from __future__ import annotations

import logging
import select
import subprocess
import threading
import time
from itertools import chain
from typing import IO, TYPE_CHECKING, Final

from kiosk.adapters.serial_owner import FIRST_WAIT_S, LAST_WAIT_S, SerialOwner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import serial

logger = logging.getLogger(__name__)

APART_S: Final = 0.4
"""Two pulses nearer than this are one person: contacts bounce, a bag trails behind. A guess; nobody walks so close."""

_SETTLES_S: Final = 1.0
"""A program that has run so long, or printed a line, is there; one that dies at once never was. A guess."""

_ENDS_S: Final = 2.0  # a program that is told to end gets so long


class Pulses:
    """Tells people from pulses. Times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._last: float | None = None

    def is_person(self, at: float) -> bool:
        """Tell whether a pulse is somebody new; one that goes on bouncing is still the same."""
        last, self._last = self._last, at
        return last is None or at - last >= APART_S


class SerialExitSensor:
    """A sensor at `port`; `on_exit` is called once for each person, on the sensor's thread."""

    def __init__(self, port: str, on_exit: Callable[[], None], on_state: Callable[[bool], None], *, baud: int) -> None:
        """`on_state` gets True when the sensor is there, False when it has gone."""
        self._on_exit = on_exit
        self._owner = SerialOwner("exit-sensor", port, self._listen, on_state, baud=baud)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._owner.start()

    def stop(self) -> None:
        """End the thread and give the port back."""
        self._owner.stop()

    def _listen(self, port: serial.Serial, stop: threading.Event) -> None:
        pulses = Pulses()
        while not stop.is_set():
            if port.read(max(1, port.in_waiting)) and pulses.is_person(time.monotonic()):
                self._on_exit()


class CommandExitSensor:
    """A program that prints a line for each person; it is begun again when it ends."""

    def __init__(self, command: tuple[str, ...], on_exit: Callable[[], None], on_state: Callable[[bool], None]) -> None:
        """`on_state` gets True when the program runs, False when it has ended."""
        self._command = command
        self._on_exit = on_exit
        self._on_state = on_state
        self._stop = threading.Event()
        self._program: subprocess.Popen[bytes] | None = None
        self._is_there: bool | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="exit-sensor")

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the program and the thread; may be called twice, and without a start."""
        with self._lock:
            self._stop.set()
            if self._program is not None:
                self._program.terminate()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        wait = FIRST_WAIT_S
        while not self._stop.is_set():
            program = self._begin()
            if program is not None:
                began = time.monotonic()
                self._listen(program)
                # One that ends as soon as it begins is not there, however often it is begun.
                wait = FIRST_WAIT_S if time.monotonic() - began > LAST_WAIT_S else wait
            self._tell(is_there=False)
            self._stop.wait(wait)
            wait = min(2 * wait, LAST_WAIT_S)

    def _tell(self, *, is_there: bool) -> None:
        """Tell a change once, and none of those that our own stop makes."""
        if is_there is not self._is_there and not self._stop.is_set():
            self._is_there = is_there
            self._on_state(is_there)

    def _begin(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stop.is_set():
                return None
            try:
                self._program = subprocess.Popen(  # noqa: S603 - the operator's own program, without a shell
                    self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            except OSError as error:
                logger.warning("exit-sensor missing: %s", type(error).__name__)
                self._program = None
            return self._program

    def _hear(self, lines: Iterable[bytes]) -> None:
        pulses = Pulses()
        for _line in lines:
            if self._stop.is_set():
                break
            if pulses.is_person(time.monotonic()):
                self._on_exit()

    def _listen(self, program: subprocess.Popen[bytes]) -> None:
        out: IO[bytes] | None = program.stdout
        if out is None:
            return
        with out:
            is_early, _, _ = select.select([out], [], [], _SETTLES_S)
            first = out.readline() if is_early else None
            if first != b"":  # its end
                self._tell(is_there=True)
                self._hear(chain((first,) if first else (), out))
        try:
            program.wait(_ENDS_S)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
