"""`main.py check`: settings, devices and server in plain words, before the doors open."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kiosk.adapters.clock import SystemClock
from kiosk.adapters.thermometers import open_thermometer
from kiosk.config import load
from kiosk.errors import ConfigError, DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TextIO

    from kiosk.config import Settings

_CAMERA_S = 5.0  # a camera that gives no picture within this time is not well


def check(config: Path, out: TextIO) -> int:
    """Say how everything is, one line each; 1 when something fails. Raises ConfigError for broken settings."""
    settings = load(config)
    parts: dict[str, Callable[[Settings], tuple[bool, str]]] = {
        "settings": lambda _settings: (True, "read, no mistakes"),
        "camera": _camera,
        "thermometer": _thermometer,
        "server": _server,
    }
    is_well = True
    for name, part in parts.items():
        ok, words = part(settings)
        is_well = is_well and ok
        out.write(f"{'ok  ' if ok else 'FAIL'} {name}: {words}\n")
    return 0 if is_well else 1


def _camera(settings: Settings) -> tuple[bool, str]:
    from kiosk.scanner import open_source

    spec = settings.kiosk.camera.source
    if spec == "none":
        return True, "none is configured; codes come from a hand scanner or are typed"
    try:
        source = open_source(spec)
    except DeviceError as error:
        return False, f"{error}; look at the plug and at camera.source"
    try:
        end = time.monotonic() + _CAMERA_S
        while time.monotonic() < end:
            frame = source.read()
            if frame is not None:
                return True, f"{spec} gives {frame.shape[1]}x{frame.shape[0]}"
        return False, f"{spec} gave no picture within {_CAMERA_S:.0f} s"
    finally:
        source.close()


def _thermometer(settings: Settings) -> tuple[bool, str]:
    try:
        device = open_thermometer(
            settings.kiosk.thermometer.model_dump(),
            SystemClock(),
            in_production=settings.kiosk.mode == "production",
        )
    except (ConfigError, DeviceError) as error:
        return False, str(error)
    try:
        if device.name.startswith("manual:"):
            return True, "none; a guard measures everybody by hand"
        reading = device.measure(lambda _part: None)
    except DeviceError as error:
        return False, str(error)
    finally:
        device.close()
    unreal = "; SIMULATED, measures nobody" if device.is_simulated else ""
    return True, f"{device.name} answers {reading.value_cc / 100:.2f} °C ({reading.kind}, {reading.site}){unreal}"


def _server(settings: Settings) -> tuple[bool, str]:
    from kiosk.adapters.central_client import probe

    return probe(settings.kiosk.server)
