"""Opens the window for a guard's shift, and leads it through."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from demo.stage import open_stage
from demo.world import RELIEF, BookingOffice, employ

if TYPE_CHECKING:
    from demo.main import Options
    from demo.town import Town
    from kiosk.bootstrap import Kiosk


def open_shift(options: Options, kiosk: Kiosk, town: Town) -> None:
    """Lead a guard's shift through the real window; raises LostError when the screen is not what it must be."""
    employ(town.desk, RELIEF)
    with open_stage(kiosk, options.size, options.seed, is_seen=not options.headless) as stage:
        from demo.shift import Shift, cast_of  # makes the window, so it must come after its set-up

        rng = random.Random(options.seed)
        director = stage.director(BookingOffice(town.desk, rng), options.out)
        Shift(director, town, rng, cast_of(options.seed, director)).play()
