"""How each configured device stands, in plain words: one line each, for `./run check` and for the guard's screen."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.reference_log import recorded_checks
from kiosk.domain.admission import is_clock_off
from kiosk.enrolment import LOG_FILE
from kiosk.errors import DeviceError
from kiosk.services.device_views import DeviceLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from kiosk.adapters.reference_log import Recorded
    from kiosk.config import Settings
    from kiosk.domain.policy import Policy
    from kiosk.ports import Capabilities, EntrySource, Thermometer

_UNCHECKED: Final = frozenset({"manual", "replay", "simulated"})
"""Drivers that no reference could check."""


def thermometer_line(device: Thermometer, settings: Settings, today: date) -> DeviceLine:
    """Return what a thermometer answers, what it can do, and until when it is calibrated. Slow: it asks the device."""
    try:
        answer = device.self_test()
    except DeviceError as error:
        return DeviceLine(
            "thermometer", f"{error}; look at its plug and power, and at thermometer.options", is_well=False
        )
    if device.is_simulated or device.describe().kind is None:  # it measures nobody
        return DeviceLine("thermometer", f"{device.name}: {answer}", is_well=True)
    is_due, calibration = _calibration(settings, today)
    said = f"{device.name}: {answer}; {_ability(device.describe())}; {calibration}"
    return DeviceLine("thermometer", said, is_well=not is_due)


def _ability(what: Capabilities) -> str:
    step = f", steps of {what.resolution_cc / 100:.2f} °C" if what.resolution_cc is not None else ""
    return f"measures {what.kind} at {what.site}{step}, {what.accuracy}"


def _calibration(settings: Settings, today: date) -> tuple[bool, str]:
    """Return whether the calibration is overdue, and how it stands in words."""
    options = settings.kiosk.thermometer.options
    name, due = options.get("calibration_id") or "no calibration named", options.get("calibration_due")
    if due is None:
        return False, f"{name}, no date when it is due"
    is_due = today > due
    return is_due, f"{name}, {'OVERDUE since' if is_due else 'due on'} {due}"


def clock_line(offset_ms: int | None) -> DeviceLine:
    """Return how far the server's clock is from this kiosk's: bookings are judged by it."""
    if offset_ms is None:
        return DeviceLine("clock", "not compared yet: the server has not answered since the start", is_well=True)
    if not is_clock_off(offset_ms):
        return DeviceLine("clock", "as the server's", is_well=True)
    way = "behind" if offset_ms > 0 else "ahead of"
    apart = timedelta(seconds=abs(offset_ms) // 1000)
    said = f"{apart} {way} the server's: bookings go to a guard; set the clocks by the network (NTP), here or there"
    return DeviceLine("clock", said, is_well=False)


def by_hand_line(policy: Policy, today: date) -> DeviceLine:
    """Return the guards' own thermometers; not well when the calibration of one has ended."""
    if not policy.instruments:
        said = "whatever is at hand: policy.toml lists none ([[instrument]]), readings carry no serial number"
        return DeviceLine("by_hand", said, is_well=True)
    ended = [item for item in policy.instruments if today > item.checked_until]
    each = [
        f"{item.serial} ({', '.join(item.sites)}) "
        + ("ENDED" if item in ended else "checked until")
        + f" {item.checked_until}"
        for item in policy.instruments
    ]
    said = "; ".join(each) + ("; by an ended one nobody is found normal" if ended else "")
    return DeviceLine("by_hand", said, is_well=not ended)


def reference_line(
    settings: Settings, policy: Policy, checks: Sequence[Recorded], now: datetime, data: Path
) -> DeviceLine:
    """Return how the last check against a reference stands; `checks` of this device under its calibration."""
    if not _asks_for_reference(settings, policy):
        return DeviceLine("reference", "none is asked for", is_well=True)
    if not checks:
        said = f"{_device(settings)} was never checked; run: check --reference --data {data}"
        return DeviceLine("reference", said, is_well=False)
    last = checks[-1]
    if not last.check.has_passed:
        said = f"FAILED on {last.day} ({', '.join(last.check.faults)}); no machine finds anybody normal"
        return DeviceLine("reference", said, is_well=False)
    is_fresh = now - last.at <= timedelta(seconds=policy.screening.reference.every_s)
    late = "" if is_fresh else "; OVERDUE: no machine finds anybody normal"
    return DeviceLine("reference", f"passed on {last.day}{late}", is_well=is_fresh)


def _asks_for_reference(settings: Settings, policy: Policy) -> bool:
    """Tell whether the kiosk's thermometer is one that is to be checked against a reference."""
    return policy.screening.reference.every_s > 0 and settings.kiosk.thermometer.driver not in _UNCHECKED


def reference_checks(settings: Settings, log: EntrySource) -> list[Recorded]:
    """Return the recorded checks of the kiosk's thermometer under its calibration, oldest first."""
    return recorded_checks(log, _device(settings), settings.kiosk.thermometer.options.get("calibration_id", ""))


def _device(settings: Settings) -> str:
    """Return what the log calls the kiosk's thermometer."""
    thermometer = settings.kiosk.thermometer
    return f"{thermometer.driver}:{thermometer.options.get('serial', '')}"


def unasked_lines(
    settings: Settings, policy: Policy, data: Path, key: bytes, now: datetime
) -> tuple[DeviceLine, DeviceLine]:
    """Return how the guards' thermometers and the reference stand, by the policy and the log in `data`."""
    with closing(LogReader(data / LOG_FILE, key)) as reader:
        checks = reference_checks(settings, reader)
    return by_hand_line(policy, now.date()), reference_line(settings, policy, checks, now, data)
