"""The demo's door: the window opened, and somebody let through it, led by the demo or by a person's own hand."""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import segno

from demo.cast import Person, draw_cast
from demo.endings import ClosedError, TakenOverError
from demo.stage import open_stage
from demo.tally import count_visits
from demo.world import DAY, PIN, BookingOffice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from central.core import Desk as Central
    from demo.clock import SimulatedClock
    from demo.main import Options
    from demo.stage import Stage
    from demo.tally import Tally
    from kiosk.bootstrap import Kiosk

_CODES: Final = 6  # booking codes left as pictures for a real camera


def open_door(options: Options, kiosk: Kiosk, central: Central, tally: Tally) -> None:
    """Open the window and let visitors through; fills the visitors' part of `tally` when they were led to the end."""
    office = BookingOffice(central, random.Random(options.seed))
    is_seen = not options.headless
    with open_stage(kiosk, options.size, options.seed, is_seen=is_seen, camera=options.camera) as stage:
        if not options.is_led or not _lead(options, stage, office, tally):
            _by_hand(options, stage, office)


def _lead(options: Options, stage: Stage, office: BookingOffice, tally: Tally) -> bool:
    """Lead everyone through; return False when a person took the screen over."""
    director = stage.director(office, options.out)
    try:
        visits = director.play(draw_cast(options.visitors, options.seed, DAY))
    except TakenOverError:
        return False
    except ClosedError:
        return True
    count_visits(tally, visits, stage.kiosk.log.state)
    return True


def _by_hand(options: Options, stage: Stage, office: BookingOffice) -> None:
    """Let a person touch: the clock runs, reporting and refreshing run, codes are held up or left as pictures."""
    from demo.by_hand import NextPlease

    clock, kiosk = stage.clock, stage.kiosk
    clock.run()
    print(f"The screen is yours. The guard's PIN is {PIN} (touch the site's name).", file=sys.stderr)
    people = _people(options.seed, clock)
    if options.camera is not None:
        _leave_codes(options.out or Path("demo-codes"), office, people)
    kiosk.refresher.refresh_now()
    kiosk.start_loops()
    next_please = NextPlease(stage.app, stage.camera, clock, (office.ticket(person).codes[0] for person in people))
    try:
        stage.app.loop()
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
