"""The demo with a person at the screen: visitors hold their codes up, the person touches; time runs as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.clock import Clock

from kiosk.services.views import Face

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.clock import SimulatedClock
    from demo.drawn_camera import DrawnCamera
    from kiosk.app import KioskApp

_LOOK_S = 2.5  # an idle screen is looked at for so long before the next visitor steps up
_TICK_S = 0.5


class NextPlease:
    """Holds up the next visitor's code whenever the screen has been idle for a moment."""

    def __init__(self, app: KioskApp, camera: DrawnCamera, clock: SimulatedClock, codes: Iterator[str]) -> None:
        """Take codes from `codes` until there are none."""
        self._app = app
        self._camera = camera
        self._clock = clock
        self._codes = codes
        self._idle_since: float | None = None
        self._is_holding = False
        self._event = Clock.schedule_interval(self._tick, _TICK_S)

    def stop(self) -> None:
        """Send nobody any more."""
        self._event.cancel()

    def _tick(self, _dt: float) -> None:
        now = self._clock.monotonic()
        if self._app.shown_name is not Face.IDLE:
            self._idle_since = None
            if self._is_holding:
                self._camera.hide()
                self._is_holding = False
            return
        if self._idle_since is None:
            self._idle_since = now
        if not self._is_holding and now - self._idle_since >= _LOOK_S:
            code = next(self._codes, None)
            if code is not None:
                self._camera.show(code)
                self._is_holding = True
