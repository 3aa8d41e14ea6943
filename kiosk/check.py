"""`main.py check`: settings, devices and server in plain words, before the doors open."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from kiosk.adapters.actuators import open_alarm
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.reference_log import recorded_checks
from kiosk.adapters.thermometers import open_thermometer
from kiosk.config import load
from kiosk.enrolment import COPY_FILE, LOG_FILE, data_key, heard
from kiosk.errors import ConfigError, DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TextIO

    from kiosk.config import Settings
    from kiosk.ports import Capabilities, Thermometer

_CAMERA_S = 5.0  # a camera that gives no picture within this time is not well


def check(config: Path, out: TextIO, data: Path | None = None) -> int:
    """Say how everything is, one line each; 1 when something fails. Raises ConfigError for broken settings."""
    settings = load(config)
    parts: dict[str, Callable[[Settings], tuple[bool, str]]] = {
        "settings": lambda _settings: (True, "read, no mistakes"),
        "camera": _camera,
        "thermometer": _thermometer,
        "by hand": lambda settings: _by_hand(settings, data),
        "alarm": _alarm,
        "server": _server,
    }
    if data is not None:
        parts["reference"] = lambda settings: _reference(settings, data)
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
        answer = device.self_test()
        if _measures_nobody(device):
            return True, f"{device.name}: {answer}"
        is_due, calibration = _calibration(settings)
        return not is_due, f"{device.name}: {answer}; {_ability(device.describe())}; {calibration}"
    except DeviceError as error:
        return False, f"{error}; look at its plug and power, and at thermometer.options"
    finally:
        device.close()


def _measures_nobody(device: Thermometer) -> bool:
    return device.is_simulated or device.describe().kind is None


def _ability(what: Capabilities) -> str:
    step = f", steps of {what.resolution_cc / 100:.2f} °C" if what.resolution_cc is not None else ""
    return f"measures {what.kind} at {what.site}{step}, {what.accuracy}"


def _calibration(settings: Settings) -> tuple[bool, str]:
    """Return whether the calibration is overdue, and how it stands in words."""
    options = settings.kiosk.thermometer.options
    name, due = options.get("calibration_id") or "no calibration named", options.get("calibration_due")
    if due is None:
        return False, f"{name}, no date when it is due"
    is_due = SystemClock().now().date() > due
    return is_due, f"{name}, {'OVERDUE since' if is_due else 'due on'} {due}"


def _by_hand(settings: Settings, data: Path | None) -> tuple[bool, str]:
    """Return whether no calibration of the guards' thermometers has ended, and each in words.

    By the policy that the server sent, where the kiosk's folder `data` is given and holds one.
    """
    documents = heard(settings, data) if data is not None and (data / COPY_FILE).is_file() else None
    policy = documents.policy if documents is not None and documents.policy is not None else settings.policy
    if not policy.instruments:
        return True, "whatever is at hand: policy.toml lists none ([[instrument]]), readings carry no serial number"
    today = SystemClock().now().date()
    ended = [item for item in policy.instruments if today > item.checked_until]
    said = [
        f"{item.serial} ({', '.join(item.sites)}) "
        + ("ENDED" if item in ended else "checked until")
        + f" {item.checked_until}"
        for item in policy.instruments
    ]
    return not ended, "; ".join(said) + ("; by an ended one nobody is found normal" if ended else "")


def _reference(settings: Settings, data: Path) -> tuple[bool, str]:
    """Return how the last check against a reference stands, by the kiosk's log in `data`."""
    rule = settings.policy.screening.reference
    if not (data / LOG_FILE).is_file():
        return False, f"{data}: there is no screening log here"
    if rule.every_s == 0 or settings.kiosk.thermometer.driver in {"manual", "replay", "simulated"}:
        return True, "none is asked for"
    thermometer = settings.kiosk.thermometer
    reader = LogReader(data / LOG_FILE, data_key(settings, data))
    try:
        device = f"{thermometer.driver}:{thermometer.options.get('serial', '')}"
        checks = recorded_checks(reader, device, thermometer.options.get("calibration_id", ""))
    finally:
        reader.close()
    if not checks:
        return False, f"{device} was never checked; run: check --reference --data {data}"
    last, now = checks[-1], SystemClock().now()
    if not last.check.has_passed:
        return False, f"FAILED on {last.day} ({', '.join(last.check.faults)}); no machine finds anybody normal"
    is_fresh = now - last.at <= timedelta(seconds=rule.every_s)
    return is_fresh, f"passed on {last.day}" + ("" if is_fresh else "; OVERDUE: no machine finds anybody normal")


def _alarm(settings: Settings) -> tuple[bool, str]:
    wiring = settings.kiosk.alarm
    if wiring.driver == "none":
        return True, "no lamp and no sounder; the screens alone call the guard"
    told: list[bool] = []
    alarm = open_alarm(wiring, told.append)
    alarm.signal("off")
    alarm.close()
    is_well = told == [True]
    return (
        is_well,
        f"{wiring.driver} {'takes what it is told' if is_well else 'fails; look at the plug and at [alarm]'}",
    )


def _server(settings: Settings) -> tuple[bool, str]:
    from kiosk.adapters.central_client import probe

    return probe(settings.kiosk.server)
