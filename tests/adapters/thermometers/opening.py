"""Every driver opened as the settings do, each before its emulated device."""

# ruff: noqa: ANN401 - what numpy holds has no type here
from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import requests

from kiosk.adapters.clock import SystemClock
from kiosk.adapters.thermometers import open_thermometer
from kiosk.errors import DeviceUnavailable
from kiosk.ports import Clock, Thermometer
from tests.adapters.thermometers import emulate_i2c, emulate_lines

PLAIN: dict[str, Any] = {"serial": "7", "interval_s": 0.0, "deadline_s": 10.0}
Opened = Callable[[], Thermometer]
OPENED: list[Thermometer] = []
"""What a test opened; `conftest.py` closes it after the test."""


def opened(driver: str, options: dict[str, Any], clock: Clock | None = None, file: str = "") -> Thermometer:
    """Open a driver by the settings' section."""
    section = {"driver": driver, "file": file, "outdoor_file": "", "options": {**PLAIN, **options}}
    if driver in {"simulated", "replay", "manual"}:
        section["options"] = {}
    device = open_thermometer(section, clock or SystemClock(), in_production=False)
    OPENED.append(device)
    return device


def face(warm: float = 34.5, room: float = 22.0) -> Any:
    """Return a picture (768 °C values) of a face in front of a wall."""
    picture = np.full((24, 32), room)
    picture[8:16, 12:20] = warm - 1
    picture[10:12, 15:17] = warm
    return picture.ravel()


def ignore(_share: float) -> None:
    """Hear of the progress and do nothing."""


@contextmanager
def mlx90614(_folder: Path) -> Iterator[Opened]:
    """Stand before a single-point sensor."""
    with emulate_i2c.bus() as kernel:
        kernel.devices[0x5A] = emulate_i2c.FakeMlx90614()
        yield lambda: opened("mlx90614", {})


@contextmanager
def mlx90640(_folder: Path) -> Iterator[Opened]:
    """Stand before a thermal camera."""
    eeprom, frames = emulate_i2c.recording()
    with emulate_i2c.bus() as kernel:
        kernel.devices[0x33] = emulate_i2c.FakeMlx90640(eeprom, emulate_i2c.seen(face(), eeprom, frames))
        yield lambda: opened("mlx90640", {})


@contextmanager
def serial_frames(_folder: Path) -> Iterator[Opened]:
    """Stand before a module that sends by itself."""
    with emulate_lines.line() as line:
        line.keep_sending(lambda number: emulate_lines.frame_a(3450 + number % 3))
        yield lambda: opened("serial_frames", {"port": line.path})


@contextmanager
def modbus(_folder: Path) -> Iterator[Opened]:
    """Stand before a camera on Modbus TCP."""
    with emulate_lines.modbus() as device:
        device.holds(7, 3655, 2150)
        table = {"object": {"address": 7}, "ambient": {"address": 8}}
        yield lambda: opened("modbus", {"host": "127.0.0.1", "tcp_port": device.tcp_port, **table})


@contextmanager
def isapi_push(folder: Path) -> Iterator[Opened]:
    """Stand before a terminal that pushes a new measurement every tenth of a second."""
    password = folder / "password"
    password.write_text("secret\n", encoding="utf-8")
    stop, numbers = threading.Event(), itertools.count(1)
    devices: list[Any] = []

    def push() -> None:
        while not stop.wait(0.1):
            event = {"currTemperature": 36.5, "thermometryUnit": "celsius", "serialNo": next(numbers)}
            # The terminal does not know that the kiosk was closed.
            with contextlib.suppress(requests.RequestException, DeviceUnavailable):
                emulate_lines.pushed(devices[-1].port, event)

    def open_one() -> Thermometer:
        options = {"host": "127.0.0.1", "port": 0, "user": "kiosk", "password_file": str(password)}
        devices.append(opened("isapi_push", options))
        pusher.start()
        return devices[-1]

    pusher = threading.Thread(target=push)
    yield open_one
    stop.set()
    pusher.join()


@contextmanager
def simulated(_folder: Path) -> Iterator[Opened]:
    """Draw readings."""
    yield lambda: opened("simulated", {})


@contextmanager
def replay(folder: Path) -> Iterator[Opened]:
    """Play a recording."""
    file = folder / "morning.csv"
    file.write_text("celsius,site,kind\n36.5,,\n36.6,,\n", encoding="utf-8")
    yield lambda: opened("replay", {}, file=str(file))


@contextmanager
def manual(_folder: Path) -> Iterator[Opened]:
    """Let a guard measure."""
    yield lambda: opened("manual", {})


STANDS: dict[str, Any] = {
    "isapi_push": isapi_push,
    "manual": manual,
    "mlx90614": mlx90614,
    "mlx90640": mlx90640,
    "modbus": modbus,
    "replay": replay,
    "serial_frames": serial_frames,
    "simulated": simulated,
}
