"""The demo's door: the window opened, and somebody let through it, led by the demo or by a person's own hand."""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import segno

from demo.cast import Person, draw_cast
from demo.director import Director
from demo.drawn_camera import DrawnCamera
from demo.endings import ClosedError, TakenOverError
from demo.tally import count_visits
from demo.world import DAY, PIN, BookingOffice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from central.core import Desk as Central
    from demo.clock import SimulatedClock
    from demo.main import Options
    from demo.tally import Tally
    from kiosk.adapters.thermometers.simulated import SimulatedThermometer
    from kiosk.app import KioskApp
    from kiosk.bootstrap import Kiosk

_FPS: Final = 40.0  # of the drawn camera, when nobody looks
_FPS_SEEN: Final = 15.0
_CODES: Final = 6  # booking codes left as pictures for a real camera


def open_door(options: Options, kiosk: Kiosk, central: Central, tally: Tally) -> None:
    """Open the window and let visitors through; fills the visitors' part of `tally` when they were led to the end."""
    from kiosk.launch import make_app
    from kiosk.screens.window import MAX_FPS, configure

    width, height = options.size
    configure(width, height, fullscreen=False, max_fps=0 if options.headless else MAX_FPS)
    kiosk.start(loops=False)
    camera = DrawnCamera(options.seed, fps=_FPS if options.headless else _FPS_SEEN)
    app = make_app(kiosk, camera if options.camera is None else options.camera)
    office = BookingOffice(central, random.Random(options.seed))
    app.open()
    try:
        if not options.is_led or not _lead(options, kiosk, app, camera, office, tally):
            _by_hand(options, kiosk, app, camera, office)
    finally:
        app.close()


def _lead(
    options: Options, kiosk: Kiosk, app: KioskApp, camera: DrawnCamera, office: BookingOffice, tally: Tally
) -> bool:
    """Lead everyone through; return False when a person took the screen over."""
    from demo.hand import Hand  # makes the window, so it must come after its set-up

    director = Director(
        kiosk=kiosk,
        app=app,
        hand=Hand(app, pause_s=0.0 if options.headless else 1.0),
        camera=camera,
        thermometer=cast("SimulatedThermometer", kiosk.thermometer),
        clock=cast("SimulatedClock", kiosk.clock),
        office=office,
        pictures=options.out,
    )
    try:
        visits = director.play(draw_cast(options.visitors, options.seed, DAY))
    except TakenOverError:
        return False
    except ClosedError:
        return True
    count_visits(tally, visits, kiosk.log.state)
    return True


def _by_hand(options: Options, kiosk: Kiosk, app: KioskApp, camera: DrawnCamera, office: BookingOffice) -> None:
    """Let a person touch: the clock runs, reporting and refreshing run, codes are held up or left as pictures."""
    from demo.by_hand import NextPlease

    clock = cast("SimulatedClock", kiosk.clock)
    clock.run()
    print(f"The screen is yours. The guard's PIN is {PIN} (touch the site's name).", file=sys.stderr)
    people = _people(options.seed, clock)
    if options.camera is not None:
        _leave_codes(options.out or Path("demo-codes"), office, people)
    kiosk.refresher.refresh_now()
    kiosk.start_loops()
    next_please = NextPlease(app, camera, clock, (office.ticket(person).codes[0] for person in people))
    try:
        app.loop()
    finally:
        next_please.stop()
        kiosk.stop_loops()


def _people(seed: int, clock: SimulatedClock) -> Iterator[Person]:
    """Yield people who come now, most of them in their slot, without end."""
    for round_number in itertools.count():
        for person in draw_cast(8, seed + round_number, clock.now()):
            kind = person.kind if person.kind in {"green", "too_early", "wrong_site"} else "admitted"
            yield Person(person.number, kind, clock.now(), person.name, person.plate, person.id_number)


def _leave_codes(folder: Path, office: BookingOffice, people: Iterator[Person]) -> None:
    """Leave booking codes as pictures, to be shown on a phone or printed."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, person in enumerate(itertools.islice(people, _CODES), start=1):
        ticket = office.ticket(person)
        segno.make(ticket.codes[0], error="m").save(str(folder / f"code-{number}-{person.kind}.png"), scale=8)
        print(f"code-{number}: number {ticket.number}", file=sys.stderr)
    print(f"Booking codes are in {folder}", file=sys.stderr)
