"""`main.py demo`: a whole day's door on one machine, without any device.

Starts the central server on loopback with fresh data, makes the day's bookings, enrols a kiosk, opens its real window,
and leads drawn visitors through it by real touches, on a simulated clock from 08:30 site time. Touch the screen, and
it is yours: visitors hold their codes up, you touch for them. With --camera the visitor is you.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from demo.clock import SimulatedClock
from demo.shift_tally import ShiftTally, count_shift
from demo.tally import Tally, compare
from demo.world import DAY, ZONE, config_folder, furnish
from kiosk.domain.policy import BodySite, Instrument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.town import Town
    from kiosk.config import Settings

_INSTRUMENTS: Final = (
    Instrument("YT-20381", (BodySite.AXILLA, BodySite.EAR), date(2020, 12, 31)),
    Instrument("HW-117", (BodySite.FOREHEAD, BodySite.WRIST, BodySite.NECK), date(2020, 9, 30)),
)
"""The made-up thermometers of the demo's guards."""

_EXIT_CODES: Final = "Exit codes: 0 everybody is counted, nothing lost or doubled; 1 not so; 2 wrong arguments."


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    headless: bool
    visitors: int
    seed: int
    out: Path | None
    json: bool
    size: tuple[int, int]
    language: str
    camera: str | None
    by_hand: bool
    story: str = "day"

    @property
    def is_led(self) -> bool:
        """Whether drawn visitors touch the screen, at least until a person does."""
        return self.camera is None and not self.by_hand


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py demo", description=__doc__, epilog=_EXIT_CODES)
    parser.add_argument("--headless", action="store_true", help="draw without a display, as fast as it goes")
    parser.add_argument("--visitors", type=int, default=24, metavar="N", help="how many come (default 24)")
    parser.add_argument("--seed", type=int, default=None, metavar="S", help="who comes; drawn by chance if not given")
    parser.add_argument("--out", type=Path, default=None, metavar="DIR", help="where a picture of each screen is left")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object, last")
    parser.add_argument("--size", default="1080x1920", metavar="WxH", help="the window's size (default 1080x1920)")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="which language comes first")
    parser.add_argument("--camera", default=None, metavar="N", help="a real camera; booking codes are left as pictures")
    parser.add_argument("--by-hand", action="store_true", help="drawn visitors only hold codes up; you touch")
    parser.add_argument(
        "--story",
        choices=("day", "shift"),
        default="day",
        help="the day's visitors, or a guard's whole shift (default day)",
    )
    return parser


def _options(arguments: Sequence[str]) -> Options:
    parser = _parser()
    asked = parser.parse_args(arguments)
    width, _, height = asked.size.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        parser.error(f"--size: {asked.size!r} is not like 1080x1920")
    if asked.visitors < 1:
        parser.error("--visitors: at least one must come")
    if not asked.headless and not _has_display():
        asked.headless, asked.out = True, asked.out or Path("demo-pictures")
        print(f"There is no display here: running headless, pictures go to {asked.out}", file=sys.stderr)
    if asked.headless and (asked.camera is not None or asked.by_hand):
        parser.error("--camera and --by-hand need a display and a person")
    if asked.story == "shift" and (asked.camera is not None or asked.by_hand):
        parser.error("--story shift is led from beginning to end: not with --camera or --by-hand")
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000)
    return Options(
        headless=asked.headless,
        visitors=asked.visitors,
        seed=seed,
        out=asked.out,
        json=asked.json,
        size=(int(width), int(height)),
        language=asked.language,
        camera=asked.camera,
        by_hand=asked.by_hand,
        story=asked.story,
    )


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(arguments: Sequence[str]) -> int:
    """Run the demo; 0 when every visitor is counted and nothing was lost or doubled, 1 otherwise."""
    options = _options(arguments)
    work = Path(tempfile.mkdtemp(prefix="vb-kiosk-demo-"))
    try:
        tally = _play(options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _report(tally, options)
    return 0 if tally.is_sound else 1


def _report(tally: Tally | ShiftTally, options: Options) -> None:
    if options.json:
        print(json.dumps(tally.as_json()), flush=True)
        return
    print(f"seed {options.seed}: {tally.headline}")
    for name, value in tally.as_json().items():
        print(f"  {name}: {value}")


def _play(options: Options, work: Path) -> Tally | ShiftTally:
    """Set the city up, open the door, and count."""
    began = time.monotonic()
    if options.headless:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    from demo.town import Town

    # A person at a real camera lives by the wall's clock; everybody else's day is that of the reopening.
    clock = SimulatedClock(DAY if options.camera is None else datetime.now(ZONE))
    town = Town(work / "central", clock)
    try:
        settings = _settings(options, town.start(), work)
        code = furnish(town.desk, always_open=options.camera is not None)
        from kiosk.enrolment import enrol

        enrol(settings, work / "kiosk", code)
        tally = _at_the_door(options, settings, town, clock, work)
    finally:
        town.stop()
    tally.seconds = time.monotonic() - began
    return tally


def _settings(options: Options, url: str, work: Path) -> Settings:
    """Return the kiosk's settings for this demo: the files of `config/`, with its own server, key and window."""
    from kiosk.config import load

    settings = load(config_folder() / "kiosk.toml")
    width, height = options.size
    own = settings.kiosk
    screen = {"width": width, "height": height, "fullscreen": False, "first_language": options.language}
    kiosk = own.model_copy(
        update={
            "mode": "demo",
            "server": own.server.model_copy(update={"url": url}),
            "log": own.log.model_copy(update={"key_file": str(work / "key" / "log.key")}),
            "screen": own.screen.model_copy(update=screen),
        }
    )
    # One service is suspended for the day, so that the demo has somebody to tell.
    # In the shift's city a positive answer opens a case at once: nobody need have looked yet for an alarm to stand.
    policy = replace(
        settings.policy,
        suspended_services=("transfer",),
        case_on_declaration=options.story == "shift",
        # One alone is taken without a question; in the shift's city a guard says which one is in the hand.
        instruments=_INSTRUMENTS if options.story == "shift" else _INSTRUMENTS[:1],
    )
    return replace(settings, kiosk=kiosk, policy=policy)


def _at_the_door(
    options: Options, settings: Settings, town: Town, clock: SimulatedClock, work: Path
) -> Tally | ShiftTally:
    """Build the kiosk, let visitors through, ship what is left, and compare log and server."""
    from demo.door import open_door
    from kiosk.adapters.thermometers.simulated import SimulatedThermometer
    from kiosk.bootstrap import Kiosk, Parts

    thermometer = SimulatedThermometer(clock, seed=options.seed, is_paced=not options.headless)
    kiosk = Kiosk(settings, work / "kiosk", Parts(clock=clock, thermometer=thermometer))
    database = work / "central" / "central.db"
    try:
        if options.story == "shift":
            from demo.shift_door import open_shift

            open_shift(options, kiosk, town)
            kiosk.drain()
            return count_shift(list(kiosk.reader.entries()), database)
        tally = Tally()
        open_door(options, kiosk, town.desk, tally)
        kiosk.drain()
        compare(tally, list(kiosk.reader.entries()), kiosk.reader.acknowledged(), database)
        return tally
    finally:
        kiosk.stop()
