"""Opens the window for a guard's shift, and leads it through."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, cast

from demo.director import Director
from demo.drawn_camera import DrawnCamera
from demo.world import RELIEF, BookingOffice, employ

if TYPE_CHECKING:
    from demo.clock import SimulatedClock
    from demo.main import Options
    from demo.town import Town
    from kiosk.adapters.thermometers.simulated import SimulatedThermometer
    from kiosk.bootstrap import Kiosk


def open_shift(options: Options, kiosk: Kiosk, town: Town) -> None:
    """Lead a guard's shift through the real window; raises LostError when the screen is not what it must be."""
    from kiosk.launch import make_app
    from kiosk.screens.window import MAX_FPS, configure

    employ(town.desk, RELIEF)
    width, height = options.size
    configure(width, height, fullscreen=False, max_fps=0 if options.headless else MAX_FPS)
    kiosk.start(loops=False)
    camera = DrawnCamera(options.seed, fps=40.0 if options.headless else 15.0)
    app = make_app(kiosk, camera)
    app.open()
    try:
        from demo.hand import Hand  # makes the window, so it must come after its set-up
        from demo.shift import Shift, cast_of

        rng = random.Random(options.seed)
        stage = Director(
            kiosk=kiosk,
            app=app,
            hand=Hand(app, pause_s=0.0 if options.headless else 1.0),
            camera=camera,
            thermometer=cast("SimulatedThermometer", kiosk.thermometer),
            clock=cast("SimulatedClock", kiosk.clock),
            office=BookingOffice(town.desk, rng),
            pictures=options.out,
        )
        Shift(stage, town, rng, cast_of(options.seed, stage)).play()
    finally:
        app.close()
