"""zbar in a child process: frames over shared memory, restarted when it falls or hangs."""

from __future__ import annotations

import contextlib
import json
import logging
import mmap
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kiosk.scanning import zbar_child

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.scanning.codes import Corners
    from kiosk.scanning.frames import Gray

logger = logging.getLogger(__name__)

ZbarRead = tuple[bytes, "Corners"]

# Bytes of shared memory, so the largest frame (8000 × 8000); pages that are never written cost nothing.
CAPACITY = 64 * 2**20

# Seconds: what a start may take on a busy machine, an answer for a small frame, and an end. A larger frame's answer
# may take as much longer as the pixels say; 1280 × 720 of noise takes 0.03 s here.
_START_TIME = 10.0
_ANSWER_TIME = 1.0
_ANSWER_TIME_PER_PIXEL = 5e-7
_END_TIME = 1.0

# When it falls this often within so many seconds it is left alone for as long.
_FALLS = 5
_FALLS_WITHIN = 60.0


class ZbarProcess:
    """zbar behind a process boundary; for one thread.

    While the child is not there (starting, fallen too often, libzbar0 missing) `read` gives nothing, at once.
    """

    def __init__(self, command: Sequence[str] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the child; `command` (for tests) stands for the program, without its two arguments."""
        self._command = tuple(command or (sys.executable, "-I", str(Path(zbar_child.__file__))))
        self._clock = clock
        self._falls: deque[float] = deque(maxlen=_FALLS)
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._started = 0.0
        self.missing = False
        """libzbar0 is not installed: the child is not started again."""
        self._file = _shared_file()
        self._memory = mmap.mmap(self._file, CAPACITY)
        self._pixels = np.frombuffer(self._memory, dtype=np.uint8)
        self._start()

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child else None

    def read(self, gray: Gray, *, wait: bool = False) -> list[ZbarRead]:
        """The codes in the frame: bytes and corners. With `wait` a starting child is waited for."""
        height, width = gray.shape
        if gray.size > CAPACITY or not self._available(wait=wait):
            return []
        np.copyto(self._pixels[: gray.size].reshape(height, width), gray)
        answer = self._ask(zbar_child.REQUEST.pack(width, height), _ANSWER_TIME + gray.size * _ANSWER_TIME_PER_PIXEL)
        if answer is None:
            self._fell("it fell or hung while decoding")
            return []
        try:
            return [(bytes.fromhex(data), tuple((x, y) for x, y in corners)) for data, corners in json.loads(answer)]
        except (ValueError, TypeError):
            self._fell("it answered garbage")
            return []

    def close(self) -> None:
        """End the child and give back the memory; may be called twice."""
        if self._memory.closed:
            return
        if self._child is not None and self._child.stdin is not None:
            # It ends by itself when nothing more can come; one that hangs is killed.
            self._child.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_END_TIME)
        self._end()
        # The memory cannot be closed while an array points into it.
        del self._pixels
        self._memory.close()
        os.close(self._file)

    def _available(self, *, wait: bool) -> bool:
        """Whether the child can be asked now; starts it again when it is gone."""
        if self._child is not None and self._child.poll() is not None:
            self._fell("it was gone")
        if self._child is None:
            if self.missing or self._fallen_too_often():
                return False
            self._start()
        if not self._ready:
            self._hear_ready(_START_TIME if wait else 0.0)
        return self._ready

    def _start(self) -> None:
        self._ready = False
        self._started = self._clock()
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                [*self._command, str(self._file), str(CAPACITY)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # zbar prints its doubts about codes; nobody reads them.
                stderr=subprocess.DEVNULL,
                pass_fds=(self._file,),
                bufsize=0,
            )
        except OSError as error:
            self._falls.append(self._clock())
            logger.warning("zbar cannot be started (%s): scanning goes on with zxing-cpp alone", error)

    def _hear_ready(self, seconds: float) -> None:
        line = self._line(seconds)
        if line == b"ready":
            self._ready = True
        elif line == b"missing":
            self.missing = True
            self._end()
            logger.warning("libzbar0 is not installed: scanning goes on with zxing-cpp alone")
        elif line is not None or self._clock() - self._started > _START_TIME:
            self._fell("it did not start")

    def _ask(self, request: bytes, seconds: float) -> bytes | None:
        if self._child is None or self._child.stdin is None:
            return None
        try:
            self._child.stdin.write(request)
        except OSError:
            return None
        return self._line(seconds) or None

    def _line(self, seconds: float) -> bytes | None:
        """The child's next line: None when there is none in time, empty when the child has ended."""
        if self._child is None or self._child.stdout is None:
            return b""
        line = b""
        until = time.monotonic() + seconds
        while not line.endswith(b"\n"):
            # Real seconds, whatever clock the kiosk runs on: this waits for another process.
            if not select.select([self._child.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                return None
            part = os.read(self._child.stdout.fileno(), 65536)
            if not part:
                return b""
            line += part
        return line[:-1]

    def _fell(self, how: str) -> None:
        self._end()
        self._falls.append(self._clock())
        logger.warning("zbar is started again: %s", how)
        if self._fallen_too_often():
            logger.warning("zbar fell %d times: scanning goes on with zxing-cpp alone for a while", _FALLS)
        else:
            self._start()

    def _fallen_too_often(self) -> bool:
        return len(self._falls) == _FALLS and self._clock() - self._falls[0] < _FALLS_WITHIN

    def _end(self) -> None:
        self._ready = False
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _shared_file() -> int:
    """A file descriptor of memory that both processes can map; it vanishes with them."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("kiosk-frame")
    else:
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    os.truncate(file, CAPACITY)
    return file
