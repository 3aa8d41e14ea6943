"""`main.py check --reference`: walks somebody through the check of the thermometer against a reference.

A black body, or a water bath with a thermometer that was itself checked, is set to one temperature after another. The
result is an entry of the log; while it is missing, too old or failed, no machine finds anybody normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.adapters.reference_log import Recorded, recorded_checks
from kiosk.adapters.thermometers import open_thermometer
from kiosk.adapters.thermometers.degrees import centi
from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import ReadingKind
from kiosk.domain.reference import Check, Step, checked
from kiosk.domain.screening import Reading, faults, unsteady
from kiosk.domain.times import local_day
from kiosk.domain.wire import to_json
from kiosk.enrolment import LOG_FILE, data_key, heard, in_use
from kiosk.errors import DeviceError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TextIO

    from kiosk.config import Settings
    from kiosk.domain.policy import ScreeningPolicy
    from kiosk.ports import Clock, Thermometer
    from kiosk.protocol.messages import Documents

DAILY: Final = (3300, 3550, 3700)  # hundredths of °C: the two between which a body mode hides fevers, and the body
FULL: Final = tuple(range(3300, 4101, 100))  # temperature-facts.md, acceptance 4
_CHARTED: Final = 30  # checks
_CHART_CC: Final = 5  # one sign of the chart
_LONGEST: Final = 200  # signs of a name

FAULTS: Final = {
    "slope": "it does not follow the reference (slope outside of 0.95 to 1.05)",
    "slope_unknown": "two temperatures between 33.0 and 35.5 °C are needed to see whether this mode hides fevers",
    "hides_fever": "THIS MODE HIDES FEVERS: between 33.0 and 35.5 °C it shows less than 0.6 of what the skin rises by;"
    " switch it to surface mode, or do not use it",
    "error": "it is further off than the policy allows",
    "drift": "it has drifted since its first check by more than the policy allows",
}


class Stopped(Exception):
    """Whoever checks does not go on."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Asks and hears, line by line."""

    heard: TextIO
    said: TextIO

    def say(self, line: str) -> None:
        """Say one line."""
        self.said.write(line + "\n")
        self.said.flush()

    def ask(self, question: str) -> str:
        """Return the answer; raises Stopped when there is none any more."""
        self.said.write(question + " ")
        self.said.flush()
        line = self.heard.readline()
        if not line:
            raise Stopped
        return line.strip()[:_LONGEST]


def check_reference(settings: Settings, data: Path | None, at_cc: Sequence[int], talk: Talk) -> int:
    """Walk through the check; 0 passed, 1 failed or stopped. With `data`, the result is an entry of the log there.

    Raises ConfigError, DeviceError or StoreError.
    """
    clock = SystemClock()
    try:
        if data is None:
            talk.say("Nothing will be recorded: name the kiosk's data folder with --data to record the check.")
            return _walked(settings, clock, at_cc, talk, None)
        if not (data / LOG_FILE).is_file():
            raise StoreError(f"{data}: there is no screening log here")
        with in_use(data):
            return _walked(settings, clock, at_cc, talk, data)
    except Stopped:
        talk.say("\nStopped: nothing was recorded.")
        return 1


def _walked(settings: Settings, clock: Clock, at_cc: Sequence[int], talk: Talk, data: Path | None) -> int:
    thermometer, policy = settings.kiosk.thermometer, _policy(settings, data)
    device = open_thermometer(thermometer.model_dump(), clock, in_production=settings.kiosk.mode == "production")
    try:
        talk.say(f"Reference check of {device.name}. The reference has warmed up for half an hour?")
        by = talk.ask("Your name:") if data is not None else ""
        reference = talk.ask("The reference's serial number:") if data is not None else ""
        readings = [_reading(device, policy, value, talk) for value in at_cc]
    finally:
        device.close()
    kind = readings[0][1].kind
    known = _known(settings, data, device.name)
    check = checked(
        device.name,
        kind,
        [Step(reference_cc, reading.value_cc) for reference_cc, reading in readings],
        policy.reference,
        calibration_id=thermometer.options.get("calibration_id", ""),
        first_offset_cc=known[-1].check.first_offset_cc if known else None,
    )
    _tell(check, talk)
    if data is not None:
        seq = _record(settings, data, clock, check, {"by": by, "reference": reference})
        talk.say(f"Recorded as entry {seq}.")
        for line in chart([*((item.day, item.check.drift_cc) for item in known), ("today", check.drift_cc)]):
            talk.say(line)
    return 0 if check.has_passed else 1


def _reading(device: Thermometer, policy: ScreeningPolicy, at_cc: int, talk: Talk) -> tuple[int, Reading]:
    """Return what the reference was at and a steady reading of it; asks until there is one."""
    while True:
        answer = talk.ask(f"Set the reference to {_c(at_cc)} °C; when it is steady, press Enter or type what it shows:")
        try:
            reference_cc = centi(answer) if answer else at_cc
            reading = device.measure(lambda _share: None)
        except ValueError as error:
            talk.say(f"  {error}: degrees Celsius with a point, two decimals at most")
            continue
        except DeviceError as error:
            talk.say(f"  no reading: {error}")
            continue
        doubts = (*faults(reading), *unsteady(reading, policy))
        if doubts:
            talk.say(f"  not steady ({', '.join(doubts)}); once more")
            continue
        talk.say(f"  it shows {_c(reading.value_cc)} °C, {_c(reading.value_cc - reference_cc, '+')} °C off")
        return reference_cc, reading


def _c(value_cc: int, sign: str = "") -> str:
    return f"{value_cc / 100:{sign}.2f}"


def _tell(check: Check, talk: Talk) -> None:
    slope = f"slope {check.slope_pct / 100:.2f}, " if check.slope_pct is not None else ""
    talk.say(
        f"{slope}offset {_c(check.offset_cc, '+')} °C, greatest error {_c(check.max_error_cc, '+')} °C, "
        f"drift since the first check {_c(check.drift_cc, '+')} °C"
    )
    if check.body_slope_pct is not None and check.kind is ReadingKind.BODY_ESTIMATE:
        talk.say(f"body mode between 33.0 and 35.5 °C: slope {check.body_slope_pct / 100:.2f}")
    for fault in check.faults:
        talk.say(f"FAILED: {FAULTS[fault]}")
    talk.say("Passed." if check.has_passed else "Until a check has passed, no machine finds anybody normal.")


# the log


def _known(settings: Settings, data: Path | None, device_id: str) -> list[Recorded]:
    """Return the earlier checks of this device under its calibration, oldest first."""
    if data is None:
        return []
    reader = LogReader(data / LOG_FILE, data_key(settings, data))
    try:
        return recorded_checks(reader, device_id, settings.kiosk.thermometer.options.get("calibration_id", ""))
    finally:
        reader.close()


def _policy(settings: Settings, data: Path | None) -> ScreeningPolicy:
    """Return the numbers in force: the server's where it sent any, the kiosk's own file otherwise."""
    if data is None:
        return settings.policy.screening
    policy = _documents(settings, data).policy
    return (policy or settings.policy).screening


def _documents(settings: Settings, data: Path) -> Documents:
    documents = heard(settings, data)
    if documents is None:
        message = "this kiosk has not yet heard its site's rules from the server"
        raise StoreError(message)
    return documents


def _record(settings: Settings, data: Path, clock: Clock, check: Check, who: dict[str, str]) -> int:
    key = data_key(settings, data)
    documents = _documents(settings, data)
    store = LogStore(data / LOG_FILE, key, clock, lambda: None)
    try:
        day = local_day(clock.now(), documents.site.timezone).isoformat()
        with store.act() as act:
            return act.record(EntryKind.REFERENCE_CHECKED, {"check": to_json(check), "day": day, **who}).seq
    finally:
        store.close()


def chart(drifts: Sequence[tuple[str, int]]) -> list[str]:
    """Return the drift of the last checks as lines: the day, the drift, and a mark to the left or right of zero."""
    lines = [f"{'':10} {'drift':>6}  -0.5 °C    0    +0.5 °C"]
    for day, drift_cc in drifts[-_CHARTED:]:
        place = max(-10, min(10, round(drift_cc / _CHART_CC))) + 10
        row = "".join("*" if at == place else "|" if at == 10 else "." for at in range(21))  # noqa: PLR2004
        lines.append(f"{day:10} {_c(drift_cc, '+'):>6}  {row}")
    return lines
