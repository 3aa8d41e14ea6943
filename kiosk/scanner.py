"""The scanner: camera frames in, QR codes out, on two threads of its own.

The grab thread alone touches the camera and keeps only the newest frame, so that a slow reading never makes the
picture late. The decode thread reads the newest frame. Both are ended by `Scanner.stop`, which waits for them: a
thread left inside OpenCV or zbar at the interpreter's end aborts the process.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import cv2

from kiosk.errors import DeviceError
from kiosk.scanning.cascade import Cascade
from kiosk.scanning.codes import Corners, FoundCode
from kiosk.scanning.frames import CAMERA_SIZE, Frame, Pixels
from kiosk.scanning.hints import Hint
from kiosk.scanning.lookout import Lookout, Sight
from kiosk.scanning.settings import ScannerSettings
from kiosk.scanning.sightings import Sightings
from kiosk.scanning.sources import CameraBusy, FrameSource, open_source
from kiosk.scanning.stills import scan_paths
from kiosk.scanning.watch import CameraState, CameraWatch
from kiosk.scanning.zbar import ZbarProcess

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CameraState",
    "Cascade",
    "Corners",
    "FoundCode",
    "Frame",
    "FrameSource",
    "Hint",
    "Pixels",
    "Scanner",
    "ScannerSettings",
    "Sight",
    "ZbarProcess",
    "open_source",
    "scan_paths",
]

logger = logging.getLogger(__name__)


_SILENT_ALREADY = frozenset({CameraState.MISSING, CameraState.BUSY, CameraState.FROZEN})


class Scanner:
    """Reads codes from a source of frames until it is stopped.

    `on_codes` gets the codes of one frame that were not in sight before, together, so that the caller can tell
    two codes in one frame; `on_state` gets each change of the camera's state. Both are called on the scanner's threads
    and must return soon. `clock` (monotonic seconds) measures how long a code was out of sight; the camera itself is
    always watched by real time.
    """

    def __init__(
        self,
        source: int | str | FrameSource,
        on_codes: Callable[[list[FoundCode]], None],
        on_state: Callable[[CameraState], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        settings: ScannerSettings | None = None,
        is_ours: Callable[[str], bool] = lambda _text: True,
    ) -> None:
        """`source`: what `open_source` takes, or an object with `read` and `close`, which is closed at the stop.

        `is_ours` tells a text that the kiosk takes, for the hint; every code is reported all the same.
        """
        self._source = source
        self._on_codes = on_codes
        self._on_state = on_state
        self._clock = clock
        self._settings = settings or ScannerSettings()
        self._lookout = Lookout(is_ours, hint_after=self._settings.hint_after, hint_lasts=self._settings.hint_lasts)
        self._size: tuple[int, ...] = ()
        self._sightings = Sightings(self._settings.out_of_sight)
        self._stop = threading.Event()
        self._forget = threading.Event()
        self._fresh = threading.Condition()
        self._newest: Frame | None = None
        self._number = 0
        self._watch = self._new_watch()
        self._alive_at = 0.0
        self._state: CameraState | None = None
        self._state_lock = threading.Lock()
        self._in_sight: tuple[FoundCode, ...] = ()
        self._threads = [
            threading.Thread(target=self._run, args=(self._grab,), name="scanner-grab"),
            threading.Thread(target=self._run, args=(self._decode,), name="scanner-decode"),
        ]

    def start(self) -> None:
        """Open the source and begin; returns at once. A missing camera shows as its state."""
        self._alive_at = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads and zbar's process, and give the camera back; may be called twice."""
        self._stop.set()
        with self._fresh:
            self._fresh.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def latest(self) -> Frame | None:
        """The newest frame, not copied, or None while there is no camera; nobody may write to it."""
        return self._newest

    @property
    def state(self) -> CameraState | None:
        """The camera's state; None until the first frame or the first failure."""
        return self._state

    @property
    def in_sight(self) -> tuple[FoundCode, ...]:
        """The codes of the last frame that was decoded, reported or not."""
        return self._in_sight

    @property
    def hint(self) -> Hint:
        """What would help the visitor now."""
        return self.sight().hint

    def sight(self) -> Sight:
        """What a screen shows of all this now; call on any thread."""
        frame, state = self._newest, self._state or CameraState.OK
        return self._lookout.sight(frame.pixels if frame is not None else None, state, time.monotonic())

    def forget(self) -> None:
        """Report the codes in sight once more, as if they had just come."""
        self._forget.set()

    def _run(self, work: Callable[[], None]) -> None:
        """Do the thread's work; a thread that dies of a mistake leaves a camera that is missing, never a silent one."""
        try:
            work()
        finally:
            if not self._stop.is_set():
                self._set_state(CameraState.MISSING)

    # The grab thread

    def _grab(self) -> None:
        wait = self._settings.reopen_first
        source: FrameSource | None = None
        while not self._stop.is_set():
            source = self._open()
            if source is not None:
                wait = self._settings.reopen_first if self._pump(source) else wait
                if source is not self._source:
                    source.close()
            self._stop.wait(wait)
            wait = min(2 * wait, self._settings.reopen_last)
        if source is not None and source is self._source:
            source.close()

    def _open(self) -> FrameSource | None:
        if not isinstance(self._source, (int, str)):
            return self._source
        try:
            return open_source(self._source)
        except CameraBusy as error:
            self._set_state(CameraState.BUSY, error)
        except DeviceError as error:
            self._set_state(CameraState.MISSING, error)
        return None

    def _pump(self, source: FrameSource) -> bool:
        """Keep the newest frame until the source fails, freezes or the scanner stops; whether it was well before."""
        live = getattr(source, "live", True)
        interval = getattr(source, "interval", 0.0)
        well = False
        due = time.monotonic()
        while not self._stop.is_set():
            asked = time.monotonic()
            pixels = source.read()
            now = time.monotonic()
            self._alive_at = now
            if pixels is None:
                self._lose()
                return well
            self._keep(pixels, now)
            self._note_size(pixels)
            state = self._watch.judge(pixels, now, live=live, took=now - asked)
            self._set_state(state)
            if state is CameraState.FROZEN or (live and state is CameraState.BRIGHT):
                # Opened again: that starts a driver that hangs, and an exposure that has run away, anew.
                return well
            well = True
            due = max(due + interval, now)
            self._stop.wait(due - now)
        return well

    def _note_size(self, pixels: Pixels) -> None:
        """Log a size once: any is scanned, but a camera that gives another than it was asked for is worth knowing."""
        if pixels.shape != self._size:
            self._size = pixels.shape
            logger.info("camera gives %d × %d", pixels.shape[1], pixels.shape[0])

    def _keep(self, pixels: Pixels, now: float) -> None:
        with self._fresh:
            self._number += 1
            self._newest = Frame(self._number, pixels, now)
            self._fresh.notify()

    def _lose(self) -> None:
        """The camera has gone: its last picture would look like a live one, and its past says nothing of the next."""
        with self._fresh:
            self._newest = None
        self._watch = self._new_watch()
        self._set_state(CameraState.MISSING)

    def _new_watch(self) -> CameraWatch:
        times = self._settings
        return CameraWatch(black_after=times.black_after, frozen_after=times.frozen_after, size=CAMERA_SIZE)

    # The decode thread

    def _decode(self) -> None:
        cascade = Cascade(ZbarProcess())
        try:
            number = 0
            while not self._stop.is_set():
                frame = self._next_frame(number)
                if frame is None:
                    self._notice_silence()
                    continue
                number = frame.number
                self._read(frame, cascade)
        finally:
            cascade.close()

    def _next_frame(self, after: int) -> Frame | None:
        """The newest frame if it is newer than number `after`; else wait a moment for one."""
        with self._fresh:
            if self._newest is None or self._newest.number <= after:
                # Long enough to cost nothing, short enough to notice a silent camera in time.
                self._fresh.wait(min(0.25, self._settings.frozen_after / 4))
            newest = self._newest
        return newest if newest is not None and newest.number > after else None

    def _notice_silence(self) -> None:
        """A read or an opening that does not return cannot say so itself."""
        silent = time.monotonic() - self._alive_at > self._settings.frozen_after
        if silent and self._state not in _SILENT_ALREADY and not self._stop.is_set():
            self._set_state(CameraState.MISSING if self._newest is None else CameraState.FROZEN)

    def _read(self, frame: Frame, cascade: Cascade) -> None:
        try:
            codes = cascade.decode(frame.pixels)
        except (cv2.error, RuntimeError, ValueError):
            # One frame that a decoder chokes on; the next one comes.
            logger.exception("a frame could not be decoded")
            return
        self._in_sight = tuple(codes)
        if self._forget.is_set():
            self._forget.clear()
            self._sightings.forget()
        fresh = self._sightings.new(codes, self._clock())
        # Before the codes are told: whoever hears of them finds the picture saying so already.
        self._lookout.see(codes, cascade.unread, frame.pixels, frame.at, is_new=bool(fresh))
        if fresh and not self._stop.is_set():
            self._on_codes(fresh)

    def _set_state(self, state: CameraState, error: DeviceError | None = None) -> None:
        with self._state_lock:
            if state is self._state:
                return
            self._state = state
            # Logged and told under the lock, so that changes arrive in their order.
            logger.log(
                logging.INFO if state is CameraState.OK else logging.WARNING, "camera %s: %s", state.value, error or "-"
            )
            self._on_state(state)
