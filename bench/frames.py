"""How evenly the window draws while codes are decoded, beside the same window before a camera that nobody decodes.

The kiosk's real window with a drawn camera of 30 frames a second, without a display: the idle screen, before an empty
hall, a code too small to be read (the dearest: every further stage is tried) and a foreign code. Each stretch with
decoding is followed by one without. A frame's time is from the end of one turn of the window's loop to the next;
`cpu_ms` is what the window's own thread worked for it, which a busy machine hardly changes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.log_rig.commits import percentile

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from kiosk.app import KioskApp
    from kiosk.scanner import Cascade, Frame

_SEED: Final = 20200316
_SETTLES_S: Final = 0.5
_CODE: Final = "VB1:" + "6BF+70790T9WJWG.FKY*4GO0" * 6
_P99_MS: Final = 60.0
_SLACK: Final = 1.2  # on a machine that is not quick enough by itself, decoding may add so much


class Turn(NamedTuple):
    """One turn of the window's loop: what it took, and what the window's thread worked in it; seconds."""

    took_s: float
    worked_s: float


def run(argv: Sequence[str]) -> int:
    """Print the frames' times; exit code 1 when p99 is over 60 ms and over 1.2 times that without decoding."""
    options = _parsed(argv)
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="vb-kiosk-bench-") as folder, _window(Path(folder), options.size) as app:
        times = _measure(app, options.seconds)
    answer: dict[str, Any] = {name: _row(frames) for name, frames in times.items()}
    answer |= {
        "p99_ratio": round(answer["decoding"]["p99_ms"] / answer["without"]["p99_ms"], 2),
        "size": "x".join(map(str, options.size)),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    if not options.json:
        for name in times:
            print(f"{name:10}" + "".join(f"{key:>8} {value:>7}" for key, value in answer[name].items()))
    print(json.dumps(answer))
    return int(answer["decoding"]["p99_ms"] > max(_P99_MS, _SLACK * answer["without"]["p99_ms"]))


def _parsed(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench frames", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S", help="with decoding; as many without")
    parser.add_argument("--size", type=_size, default=(1080, 1920), metavar="WxH", help="the window's (1080x1920)")
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON object")
    return parser.parse_args(argv)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _row(turns: list[Turn]) -> dict[str, float]:
    """The figures of these turns."""
    frames = [turn.took_s for turn in turns]
    return {
        "fps": round(len(frames) / sum(frames), 1),
        "p50_ms": round(percentile(frames, 0.5) * 1000, 1),
        "p99_ms": round(percentile(frames, 0.99) * 1000, 1),
        "cpu_ms": round(sum(turn.worked_s for turn in turns) / len(turns) * 1000, 1),
        "frames": len(frames),
    }


@contextmanager
def _window(folder: Path, size: tuple[int, int]) -> Generator[KioskApp]:
    """The window of a kiosk that was enrolled a moment ago, without a scanner."""
    from demo.clock import SimulatedClock
    from demo.town import Town
    from demo.world import DAY, config_folder, furnish
    from kiosk.adapters.thermometers.simulated import SimulatedThermometer
    from kiosk.bootstrap import Kiosk, Parts
    from kiosk.enrolment import enrol
    from kiosk.launch import make_app
    from kiosk.screens.window import configure

    clock = SimulatedClock(DAY)
    town = Town(folder / "central", clock)
    try:
        settings = _settings(config_folder() / "kiosk.toml", town.start(), folder, size)
        enrol(settings, folder / "kiosk", furnish(town.desk, always_open=True))
        kiosk = Kiosk(settings, folder / "kiosk", Parts(clock=clock, thermometer=SimulatedThermometer(clock)))
        configure(*size, fullscreen=False)
        try:
            kiosk.start(loops=False)
            app = make_app(kiosk, None)
            app.open()
            yield app
            app.close()
        finally:
            kiosk.stop()
    finally:
        town.stop()


def _settings(file: Path, url: str, folder: Path, size: tuple[int, int]) -> Any:  # noqa: ANN401 - see config.py
    """The files of `config/` with this run's server, key and window."""
    from dataclasses import replace

    from kiosk.config import load

    settings = load(file)
    own = settings.kiosk
    update = {
        "server": own.server.model_copy(update={"url": url}),
        "log": own.log.model_copy(update={"key_file": str(folder / "key" / "log.key")}),
        "screen": own.screen.model_copy(update={"width": size[0], "height": size[1], "sound": False}),
    }
    return replace(settings, kiosk=own.model_copy(update=update))


def _measure(app: KioskApp, seconds: float) -> dict[str, list[Turn]]:
    """The turns of the window's loop, by whether codes were decoded."""
    from demo.drawing_scene import HoldStyle
    from demo.drawn_camera import WIFI_POSTER, DrawnCamera
    from kiosk.scanner import Scanner

    class Undecoded(Scanner):
        """The camera alone: frames are grabbed, watched and shown."""

        def _read(self, frame: Frame, cascade: Cascade) -> None:
            pass

    drawn = DrawnCamera(_SEED)
    times: dict[str, list[Turn]] = {"decoding": [], "without": []}
    scenes = ((None, None), (_CODE, HoldStyle(module=1.6)), (WIFI_POSTER, HoldStyle()))
    for text, style in scenes:
        if text is not None:
            drawn.show(text, style)  # drawn here, so that it is no part of any frame
        for name, kind in (("decoding", Scanner), ("without", Undecoded)):
            app.scanner = kind(drawn, lambda _codes: None, lambda _state: None)
            app.scanner.start()
            _turns(_SETTLES_S)
            times[name] += _turns(seconds / len(scenes))
            app.scanner.stop()
            app.scanner = None
    return times


def _turns(seconds: float) -> list[Turn]:
    """Let the window's loop turn for so long."""
    from kivy.base import EventLoop
    from kivy.core.window import Window

    turns: list[Turn] = []
    began = last = time.perf_counter()
    worked = time.thread_time()
    while last < began + seconds:
        EventLoop.idle()
        Window.mainloop()  # takes what came from the display: one pass, despite its name
        turns.append(Turn(time.perf_counter() - last, time.thread_time() - worked))
        last, worked = last + turns[-1].took_s, worked + turns[-1].worked_s
    return turns
