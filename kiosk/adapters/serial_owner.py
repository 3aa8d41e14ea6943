"""A thread that owns one device on a serial line: opens it, works with it, and opens it again when it has gone.

Ports are named by what stays the same (`/dev/serial/by-id/…`), so a device that is unplugged and plugged in again,
at another socket too, is found without a restart.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

import serial

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

FIRST_WAIT_S: Final = 0.5
LAST_WAIT_S: Final = 3.0  # a device that comes is taken within 5 s, as a camera is
READ_S: Final = 0.05  # a read waits so long: short beside what a person waits, long enough to cost nothing


class SerialOwner:
    """Runs `work(port, stop)` on a thread of its own for as long as the device is there.

    `on_state` gets True when the device is there and False when it has gone, each change once, on that thread.
    `work` returns when `stop` is set and raises OSError (pyserial's errors are some) when the line has gone.
    """

    def __init__(
        self,
        name: str,
        port: str,
        work: Callable[[serial.Serial, threading.Event], None],
        on_state: Callable[[bool], None],
        *,
        baud: int,
        must_answer: bool = False,
    ) -> None:
        """`name` is for logs and the thread. With `must_answer` the device is there only when `answered` is called."""
        self._name = name
        self._port = port
        self._work = work
        self._on_state = on_state
        self._baud = baud
        self._must_answer = must_answer
        self._stop = threading.Event()
        self._is_there: bool | None = None
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Begin; returns at once. A device that is missing shows as its state."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and give the port back; may be called twice, and without a start."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def answered(self) -> None:
        """Hear from `work` that the device says something sound."""
        self._set_there(is_there=True)

    def _run(self) -> None:
        wait = FIRST_WAIT_S
        while not self._stop.is_set():
            try:
                with serial.Serial(self._port, self._baud, timeout=READ_S, write_timeout=1.0, exclusive=True) as port:
                    port.reset_input_buffer()  # what came while nobody listened is somebody else's
                    if not self._must_answer:
                        self._set_there(is_there=True)
                    wait = FIRST_WAIT_S
                    self._work(port, self._stop)
            except (OSError, TypeError) as error:
                # TypeError: pyserial's own mistake when a port is closed under a read.
                self._set_there(is_there=False, why=type(error).__name__)
            self._stop.wait(wait)
            wait = min(2 * wait, LAST_WAIT_S)

    def _set_there(self, *, is_there: bool, why: str = "-") -> None:
        if is_there is self._is_there or self._stop.is_set():
            return
        self._is_there = is_there
        logger.log(
            logging.INFO if is_there else logging.WARNING, "%s %s: %s", self._name, "ok" if is_there else "missing", why
        )
        self._on_state(is_there)
