"""What the kiosk counts on, whichever thermometer is plugged in; a stranger's driver can be tried by it as well.

from kiosk.adapters.thermometers.contract import breaches
assert breaches(lambda: open_device({"options": {…}}, SystemClock())) == []
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.domain.screening import RAW_HIGH_CC, RAW_LOW_CC, Flag, Reading
from kiosk.errors import DeviceError
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.ports import Thermometer

_UNREAL: Final = {Flag.SIMULATED, Flag.REPLAYED}


def breaches(open_device: Callable[[], Thermometer]) -> list[str]:
    """Return in plain words how the device that `open_device` opens breaks the contract; it is closed afterwards.

    Somebody, or something as warm as a face, should stand before it: then its reading is looked at as well. That no
    value is ever made up can only be shown by feeding it rubbish, which is its own tests' matter.
    """
    device = open_device()
    try:
        return [*_named(device), *_described(device.describe()), *_measured(device), *_answering(device)]
    finally:
        device.close()
        device.close()  # twice: stopping never fails


def _named(device: Thermometer) -> Iterator[str]:
    driver, colon, serial = device.name.partition(":")
    if not (driver and colon and serial):
        yield f"its name {device.name!r} is not driver:serial"


def _described(what: Capabilities) -> Iterator[str]:
    if what.api != THERMOMETER_API:
        yield f"it is made for interface {what.api}, not {THERMOMETER_API}"
    if what.samples < 1:
        yield "it makes readings of no sample"
    if not what.accuracy:
        yield "nobody says how exact it is"


def _measured(device: Thermometer) -> Iterator[str]:
    shares: list[float] = []
    try:
        given = device.measure(shares.append)
    except DeviceError as error:
        yield from _told(device, error)
        return
    except Exception as error:  # noqa: BLE001 - which kinds come out is what is asked
        yield f"measure raises {type(error).__name__}, which is no DeviceError: {error}"
        return
    yield from _read(device, given)
    if shares != sorted(shares) or shares[-1:] != [1.0]:
        yield f"its progress {shares} does not rise to 1"


def _told(device: Thermometer, error: DeviceError) -> Iterator[str]:
    if error.device != device.name:
        yield f"its error names {error.device!r}, not {device.name!r}"


def _read(device: Thermometer, given: Reading) -> Iterator[str]:
    what = device.describe()
    if given.device_id != device.name:
        yield f"its reading is of {given.device_id!r}, not of {device.name!r}"
    if not RAW_LOW_CC <= given.value_cc <= RAW_HIGH_CC and not {Flag.SENSOR_FAULT, Flag.STUCK} & set(given.flags):
        yield f"it reads {given.value_cc} hundredths of a degree, which is no face"
    if what.kind is not None and (given.kind, given.site) != (what.kind, what.site):
        yield f"it reads {given.kind} at {given.site}, and describes {what.kind} at {what.site}"
    yield from _noted(device, given)


def _noted(device: Thermometer, given: Reading) -> Iterator[str]:
    """What stands beside the value."""
    what = device.describe()
    if given.taken_at.utcoffset() is None:
        yield "its time has no zone"
    if given.n_samples < 1:
        yield "it counts no sample"
    if what.kind is not None and what.samples == 1 and Flag.ONE_VALUE not in given.flags:
        yield "it gives one value and does not say so (flag one_value)"
    if device.is_simulated and not _UNREAL & set(given.flags):
        yield "it measures nobody and its reading does not say so"


def _answering(device: Thermometer) -> Iterator[str]:
    try:
        if not device.self_test().strip():
            yield "its self-test says nothing"
    except DeviceError as error:
        yield from _told(device, error)
    except Exception as error:  # noqa: BLE001 - as above
        yield f"self_test raises {type(error).__name__}, which is no DeviceError: {error}"
