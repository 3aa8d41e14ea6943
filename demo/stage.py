"""The demo's window, opened before a drawn camera, and the director who leads people through it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from demo.director import Director
from demo.drawn_camera import DrawnCamera

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from demo.clock import SimulatedClock
    from demo.world import BookingOffice
    from kiosk.adapters.thermometers.simulated import SimulatedThermometer
    from kiosk.app import KioskApp
    from kiosk.bootstrap import Kiosk

_FPS: Final = 40.0  # of the drawn camera, when nobody looks
_FPS_SEEN: Final = 15.0
_PAUSE_S: Final = 1.0  # between touches, when somebody looks


class Stage:
    """An open window with its kiosk and its camera."""

    def __init__(self, kiosk: Kiosk, app: KioskApp, camera: DrawnCamera, *, is_seen: bool) -> None:
        """`is_seen`: somebody looks on, so hands take their time."""
        self.kiosk = kiosk
        self.app = app
        self.camera = camera
        self._is_seen = is_seen

    @property
    def clock(self) -> SimulatedClock:
        """The demo's own clock."""
        return cast("SimulatedClock", self.kiosk.clock)

    def director(self, office: BookingOffice, pictures: Path | None) -> Director:
        """Return who leads people through this window; `pictures` is where to leave what was seen."""
        from demo.hand import Hand  # makes the window, so it must come after its set-up

        return Director(
            kiosk=self.kiosk,
            app=self.app,
            hand=Hand(self.app, pause_s=_PAUSE_S if self._is_seen else 0.0),
            camera=self.camera,
            thermometer=cast("SimulatedThermometer", self.kiosk.thermometer),
            clock=self.clock,
            office=office,
            pictures=pictures,
        )


@contextmanager
def open_stage(
    kiosk: Kiosk, size: tuple[int, int], seed: int, *, is_seen: bool, camera: str | None = None
) -> Generator[Stage]:
    """Open the window, and close it in the end; `camera` names a real one that stands in the drawn one's place."""
    from kiosk.launch import make_app
    from kiosk.screens.window import MAX_FPS, configure

    configure(*size, fullscreen=False, max_fps=MAX_FPS if is_seen else 0)
    kiosk.start(loops=False)
    drawn = DrawnCamera(seed, fps=_FPS_SEEN if is_seen else _FPS)
    app = make_app(kiosk, drawn if camera is None else camera)
    app.open()
    try:
        yield Stage(kiosk, app, drawn, is_seen=is_seen)
    finally:
        app.close()
