"""`main.py demo`: a whole day's door on one machine, without any device.

Starts the central server on loopback with fresh data, makes the day's bookings, enrols a kiosk, opens its real window,
and leads drawn visitors through it by real touches.
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
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from demo.cast import draw_cast
from demo.clock import SimulatedClock
from demo.tally import Tally, compare, count_visits
from demo.world import DAY, BookingOffice, config_folder, furnish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from central.server import RunningServer
    from kiosk.bootstrap import Kiosk
    from kiosk.config import Settings

_FPS: Final = 40.0  # of the drawn camera, when nobody looks
_FPS_SEEN: Final = 15.0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py demo", description=__doc__)
    parser.add_argument("--headless", action="store_true", help="draw without a display, as fast as it goes")
    parser.add_argument("--visitors", type=int, default=24, metavar="N", help="how many come (default 24)")
    parser.add_argument("--seed", type=int, default=None, metavar="S", help="who comes; drawn by chance if not given")
    parser.add_argument("--out", type=Path, default=None, metavar="DIR", help="where a picture of each screen is left")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object, last")
    parser.add_argument("--size", default="1080x1920", metavar="WxH", help="the window's size (default 1080x1920)")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="which language comes first")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the demo; 0 when every visitor is counted and nothing was lost or doubled, 1 otherwise."""
    options = _parser().parse_args(arguments)
    if options.visitors < 1:
        print("demo: at least one visitor must come", file=sys.stderr)
        return 2
    if not options.headless and not _has_display():
        options.headless = True
        options.out = options.out or Path("demo-pictures")
        print(f"There is no display here: running headless, pictures go to {options.out}", file=sys.stderr)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    work = Path(tempfile.mkdtemp(prefix="vb-kiosk-demo-"))
    try:
        tally = _play(options, seed, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _report(tally, seed, as_json=options.json)
    return 0 if tally.is_sound else 1


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform != "linux"


def _report(tally: Tally, seed: int, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(tally.as_json()), flush=True)
        return
    print(f"seed {seed}: {tally.visitors} visitors in {tally.seconds:.0f} s")
    for name, value in tally.as_json().items():
        print(f"  {name}: {value}")


def _settings(options: argparse.Namespace, url: str, work: Path) -> Settings:
    """Return the kiosk's settings for this demo: the files of `config/`, with its own server, key and window."""
    from kiosk.config import load

    settings = load(config_folder() / "kiosk.toml")
    width, height = (int(part) for part in options.size.split("x"))
    own = settings.kiosk
    kiosk = own.model_copy(
        update={
            "mode": "demo",
            "server": own.server.model_copy(update={"url": url}),
            "log": own.log.model_copy(update={"key_file": str(work / "key" / "log.key")}),
            "screen": own.screen.model_copy(
                update={"width": width, "height": height, "fullscreen": False, "first_language": options.language}
            ),
        }
    )
    # One service is suspended for the day, so that the demo has somebody to tell.
    return replace(settings, kiosk=kiosk, policy=replace(settings.policy, suspended_services=("transfer",)))


def _play(options: argparse.Namespace, seed: int, work: Path) -> Tally:
    """Set the city up, lead the visitors through, and count."""
    began = time.monotonic()
    if options.headless:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    from central.server import RunningServer
    from central.settings import Settings as ServerSettings

    clock = SimulatedClock(DAY)
    server_settings = ServerSettings.model_validate({"server": {"port": 0}})
    server = RunningServer(server_settings, work / "central", clock)
    try:
        settings = _settings(options, server.start(), work)
        code = furnish(server.desk)
        from kiosk.bootstrap import enrol

        enrol(settings, work / "kiosk", code)
        tally = _at_the_door(options, seed, settings, server, clock, work)
    finally:
        server.stop()
    tally.seconds = time.monotonic() - began
    return tally


def _at_the_door(
    options: argparse.Namespace, seed: int, settings: Settings, server: RunningServer, clock: SimulatedClock, work: Path
) -> Tally:
    from kiosk.adapters.thermometers.simulated import SimulatedThermometer
    from kiosk.bootstrap import Kiosk, Parts
    from kiosk.screens.window import configure

    screen = settings.kiosk.screen
    configure(screen.width, screen.height, fullscreen=False)
    thermometer = SimulatedThermometer(clock, seed=seed, is_paced=not options.headless)
    kiosk = Kiosk(settings, work / "kiosk", Parts(clock=clock, thermometer=thermometer))
    tally = Tally()
    try:
        kiosk.start(loops=False)
        _lead(options, seed, kiosk, server, tally)
        kiosk.drain()
        entries = list(kiosk.reader.entries())
        compare(tally, entries, kiosk.reader.acknowledged(), work / "central" / "central.db")
    finally:
        kiosk.stop()
    return tally


def _lead(options: argparse.Namespace, seed: int, kiosk: Kiosk, server: RunningServer, tally: Tally) -> None:
    """Open the window and lead everyone through it."""
    from demo.director import Director
    from demo.drawn_camera import DrawnCamera
    from demo.hand import Hand
    from kiosk.launch import make_app

    camera = DrawnCamera(seed, fps=_FPS if options.headless else _FPS_SEEN)
    app = make_app(kiosk, camera)
    app.open()
    director = Director(
        kiosk=kiosk,
        app=app,
        hand=Hand(app, pause_s=0.0 if options.headless else 1.0),
        camera=camera,
        thermometer=kiosk.thermometer,
        clock=kiosk.clock,
        office=BookingOffice(server.desk, random.Random(seed)),
        pictures=options.out,
    )
    try:
        visits = director.play(draw_cast(options.visitors, seed, DAY))
        count_visits(tally, visits, kiosk.log.state)
    finally:
        app.close()
