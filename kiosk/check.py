"""`main.py check`: settings, devices and server in plain words, before the doors open."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.adapters.actuators import open_alarm
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.escrow import read_public
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.thermometers import open_thermometer
from kiosk.config import load
from kiosk.device_lines import by_hand_line, reference_checks, reference_line, thermometer_line
from kiosk.enrolment import COPY_FILE, LOG_FILE, data_key, heard
from kiosk.errors import ConfigError, DeviceError, StoreError
from kiosk.texts import check_own

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from kiosk.config import Settings
    from kiosk.domain.policy import Policy
    from kiosk.protocol.messages import Documents
    from kiosk.services.device_views import DeviceLine

_CAMERA_S = 5.0  # a camera that gives no picture within this time is not well


def check(config: Path, out: TextIO, data: Path | None = None) -> int:
    """Say how everything is, one line each; 1 when something fails. Raises ConfigError for broken settings."""
    settings = load(config)
    parts: dict[str, Callable[[Settings], tuple[bool, str]]] = {
        "settings": lambda _settings: (True, "read, no mistakes"),
        "texts": _texts,
        "escrow": _escrow,
        "camera": _camera,
        "thermometer": _thermometer,
        "by hand": lambda settings: _by_hand(settings, data),
        "alarm": _alarm,
        "policy": lambda settings: _policy_line(settings, data),
        "server": _server,
    }
    if data is not None:
        parts["access"] = lambda settings: _access(settings, data)
        parts["reference"] = lambda settings: _reference(settings, data)
    is_well = True
    for name, part in parts.items():
        try:
            ok, words = part(settings)
        except StoreError as error:  # the log's key is missing: the devices are told all the same
            ok, words = False, str(error)
        is_well = is_well and ok
        out.write(f"{'ok  ' if ok else 'FAIL'} {name}: {words}\n")
    return 0 if is_well else 1


def _texts(settings: Settings) -> tuple[bool, str]:
    """Return how many texts are the site's own; those that do not fit are not shown, and named here."""
    own, left_aside = check_own(settings.folder)
    return not left_aside, "; ".join([*left_aside, f"{own} of the site's own" if own else "the product's"])


def _escrow(settings: Settings) -> tuple[bool, str]:
    """Return whether a copy of the log's key can be sealed to the supervisor at enrolment."""
    named = settings.kiosk.log.escrow_key_file
    if not named:
        words = "log.escrow_key_file names no supervisor's key: without the log's own key a dead kiosk's disk is lost"
        return settings.kiosk.mode != "production", words
    try:
        read_public(Path(named).expanduser())
    except StoreError as error:
        return False, f"log.escrow_key_file: {error}"
    return True, "at enrolment a copy of the log's key is sealed to the supervisor's"


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
        return _said(thermometer_line(device, settings, SystemClock().now().date()))
    finally:
        device.close()


def _said(line: DeviceLine) -> tuple[bool, str]:
    return line.is_well, line.words


def _documents(settings: Settings, data: Path | None) -> Documents | None:
    """Return what the server sent, where `data` holds it."""
    return heard(settings, data) if data is not None and (data / COPY_FILE).is_file() else None


def _policy(settings: Settings, data: Path | None) -> Policy:
    """Return the policy that counts: the server's, when it sent one, comes before the kiosk's own file."""
    documents = _documents(settings, data)
    return documents.policy if documents is not None and documents.policy is not None else settings.policy


def _policy_line(settings: Settings, data: Path | None) -> tuple[bool, str]:
    """Return which policy counts, and what it suspends: a service misspelt there is served on, and nobody knows why."""
    documents, policy = _documents(settings, data), _policy(settings, data)
    is_own = policy is settings.policy
    words = f"{policy.id}, version {policy.version}, {'of policy.toml' if is_own else 'from the server'}"
    words += "" if data is not None else "; what the server sent is looked at with --data"
    suspended = ", ".join(policy.suspended_services)
    offered = {service.id for service in documents.services} if documents is not None else set[str]()
    unknown = [name for name in policy.suspended_services if name not in offered]
    if documents is not None and unknown:
        # The server's may be meant for several sites; the server looks that each is a service of one.
        said = f"{words}: admission.suspended_services: {', '.join(unknown)}: not offered at this site"
        return not is_own, f"{said}; look at the spelling" if is_own else said
    return True, f"{words}; suspended: {suspended}" if suspended else words


def _by_hand(settings: Settings, data: Path | None) -> tuple[bool, str]:
    """Return how the guards' thermometers stand."""
    return _said(by_hand_line(_policy(settings, data), SystemClock().now().date()))


def _access(settings: Settings, data: Path) -> tuple[bool, str]:
    """Return whether the server lets the kiosk of `data` in: one that was revoked is answered all the same."""
    from kiosk.adapters.central_probe import access

    with closing(_reader(settings, data)) as reader:
        return access(settings.kiosk.server, reader.identity, reader.earlier_tokens())


def _reader(settings: Settings, data: Path) -> LogReader:
    if not (data / LOG_FILE).is_file():
        raise StoreError(f"{data}: there is no screening log here")
    return LogReader(data / LOG_FILE, data_key(settings, data))


def _reference(settings: Settings, data: Path) -> tuple[bool, str]:
    """Return how the last check against a reference stands, by the kiosk's log in `data`."""
    with closing(_reader(settings, data)) as reader:
        checks = reference_checks(settings, reader)
    return _said(reference_line(settings, _policy(settings, data), checks, SystemClock().now(), data))


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
    from kiosk.adapters.central_probe import probe

    return probe(settings.kiosk.server)
