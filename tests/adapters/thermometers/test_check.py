"""`check` and `check --reference`: each device in plain words, the walk through the steps, and its entry in the log."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kiosk.adapters.local_copy import SqliteCopy
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.check import check
from kiosk.check_reference import DAILY, FULL, Talk, chart, check_reference
from kiosk.config import load
from kiosk.domain.entry import EntryKind
from kiosk.domain.policy import BodySite, Instrument, Policy, ReferenceRule
from kiosk.enrolment import COPY_FILE, LOG_FILE, in_use
from kiosk.errors import StoreError
from kiosk.protocol.messages import Documents
from tests.adapters.thermometers import emulate_i2c, emulate_lines
from tests.domain import builders as make
from tests.services.builders import DISK_KEY, ToldClock, identity

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a kiosk's settings without a camera."""
    for name in ("kiosk.toml", "policy.toml", "declaration.toml", "plan.toml"):
        shutil.copy(CONFIG / name, tmp_path / name)
    text = (tmp_path / "kiosk.toml").read_text(encoding="utf-8").replace('source = "0"', 'source = "none"')
    key = tmp_path / "log.key"
    key.write_text(DISK_KEY.hex(), encoding="ascii")
    key.chmod(0o600)
    text = re.sub(r'key_file = "~[^"]*"', f'key_file = "{key}"', text)
    (tmp_path / "kiosk.toml").write_text(text, encoding="utf-8")
    return tmp_path


def plugged(folder: Path, driver: str, options: str) -> Path:
    """Set a thermometer up; return the settings' file."""
    file = folder / "kiosk.toml"
    text = file.read_text(encoding="utf-8")
    text = re.sub(r'driver = "simulated"', f'driver = "{driver}"', text)
    file.write_text(text.replace("options = {}", f"options = {{ {options} }}", 1), encoding="utf-8")
    return file


@pytest.fixture
def data(folder: Path) -> Path:
    """Return the data of a kiosk that knows its site."""
    data = folder / "data"
    data.mkdir()
    store = LogStore(data / LOG_FILE, DISK_KEY, ToldClock(make.at(9)), lambda: None)
    store.enrol(identity("B"))
    store.close()
    told_by_server(data, None)
    return data


def told_by_server(data: Path, policy: Policy | None) -> None:
    """Let the kiosk hear its site's documents."""
    copy = SqliteCopy(data / COPY_FILE, DISK_KEY)
    documents = Documents(
        version="1" if policy is None else "2",
        site=make.site(),
        sites=[make.site()],
        services=[],
        policy=policy,
        declaration=make.declaration(),
        keys={},
        guards=[],
        cap_share=0,
    )
    copy.store_documents(documents)
    copy.close()


def told(file: Path, data: Path | None = None) -> tuple[int, str]:
    """Return the exit code of `check` and its line about the thermometer and the reference."""
    out = io.StringIO()
    code = check(file, out, data)
    return code, "\n".join(line for line in out.getvalue().splitlines() if "thermometer" in line or "refer" in line)


def walked(file: Path, answers: str, data: Path | None = None, at_cc: tuple[int, ...] = DAILY) -> tuple[int, str]:
    """Return the exit code of `check --reference` and what it said."""
    out = io.StringIO()
    code = check_reference(load(file), data, at_cc, Talk(io.StringIO(answers), out))
    return code, out.getvalue()


SENSOR = 'serial = "7", interval_s = 0.0, deadline_s = 5.0'


def test_check_says_what_a_real_sensor_answers_and_what_it_can_do(folder: Path) -> None:
    """An operator reads it and knows whether the right thing is plugged in."""
    file = plugged(folder, "mlx90614", f'{SENSOR}, calibration_id = "C-12", calibration_due = 2999-01-01')
    with emulate_i2c.bus() as kernel:
        kernel.devices[0x5A] = emulate_i2c.FakeMlx90614(2300, 2150)
        _, line = told(file)
    assert line.startswith("ok   thermometer: mlx90614:7: answers 22.99 °C")
    assert "room 21.49 °C; measures surface at forehead, steps of 0.02 °C, ±0.5 °C" in line
    assert line.endswith("C-12, due on 2999-01-01")


def test_check_fails_for_a_device_that_is_not_there_or_overdue(folder: Path) -> None:
    """With where to look; an overdue calibration lets no machine find anybody normal."""
    file = plugged(folder, "mlx90614", f"{SENSOR}, calibration_due = 2020-01-01")
    with emulate_i2c.bus() as kernel:
        kernel.devices[0x5A] = emulate_i2c.FakeMlx90614()
        assert "FAIL thermometer" in told(file)[1]
        assert "no calibration named, OVERDUE since 2020-01-01" in told(file)[1]
        kernel.missing = True
        code, line = told(file)
    assert code == 1
    assert "FAIL thermometer: mlx90614:7: I2C bus 1 cannot be used" in line
    assert "look at its plug" in line


def test_check_tells_every_mistake_in_a_drivers_options(folder: Path) -> None:
    """All at once, each with its key."""
    _, line = told(plugged(folder, "modbus", 'host = "127.0.0.1", object = { type = "int8" }'))
    assert "FAIL thermometer: thermometer.options.serial: is missing" in line
    out = io.StringIO()
    check(folder / "kiosk.toml", out)
    assert "thermometer.options.object.address" in out.getvalue()
    assert "thermometer.options.object.type" in out.getvalue()


def test_check_takes_a_guard_for_a_thermometer(folder: Path) -> None:
    """Nothing is plugged in, and that is well."""
    assert "ok   thermometer: manual:guard: none; a guard measures" in told(plugged(folder, "manual", ""))[1]


def by_hand(file: Path, data: Path | None = None) -> tuple[int, str]:
    """Return the exit code of `check` and its line about the guards' thermometers."""
    out = io.StringIO()
    code = check(file, out, data)
    return code, next(line for line in out.getvalue().splitlines() if "by hand:" in line)


def test_check_tells_the_guards_thermometers_and_fails_for_an_ended_calibration(folder: Path, data: Path) -> None:
    """By the kiosk's own policy, and by the server's once that came."""
    file = folder / "kiosk.toml"
    assert by_hand(file)[1].startswith("ok   by hand: whatever is at hand: policy.toml lists none")
    with (folder / "policy.toml").open("a", encoding="utf-8") as policy:
        policy.write('[[instrument]]\nserial = "YT-1"\nsites = ["axilla", "ear"]\nchecked_until = 2999-01-01\n')
    assert by_hand(file) == (by_hand(file)[0], "ok   by hand: YT-1 (axilla, ear) checked until 2999-01-01")
    ended = Instrument("HW-2", (BodySite.FOREHEAD,), date(2020, 1, 1))
    told_by_server(data, replace(make.policy(), instruments=(ended,)))
    code, line = by_hand(file, data)
    assert (code, line) == (1, "FAIL by hand: HW-2 (forehead) ENDED 2020-01-01; by an ended one nobody is found normal")


def curve(device: emulate_lines.ModbusDevice, shown_cc: int) -> None:
    """Let the device show a temperature."""
    device.holds(7, shown_cc)


class Following(io.StringIO):
    """An operator who sets the device's answer with each step, as a black body would."""

    def __init__(self, device: emulate_lines.ModbusDevice, shown: list[int], before: list[str]) -> None:
        super().__init__("")
        self._device, self._shown, self._before = device, shown, before

    def readline(self, _size: int | None = -1, /) -> str:
        """Return a name first, then one Enter per step; nothing when there are no more steps."""
        if self._before:
            return self._before.pop(0) + "\n"
        if not self._shown:
            return ""
        curve(self._device, self._shown.pop(0))
        return "\n"


def checked_with(
    file: Path, data: Path | None, device: emulate_lines.ModbusDevice, shown: list[int], at_cc: tuple[int, ...]
) -> tuple[int, str]:
    """Walk through the check while the device shows `shown`; return the exit code and what was said."""
    out = io.StringIO()
    names = ["王检定", "BB-3"] if data is not None else []
    code = check_reference(load(file), data, at_cc, Talk(Following(device, shown, names), out))
    return code, out.getvalue()


def on_modbus(folder: Path, device: emulate_lines.ModbusDevice, kind: str) -> Path:
    """Set a device on Modbus up."""
    table = f'host = "127.0.0.1", tcp_port = {device.tcp_port}, kind = "{kind}", object = {{ address = 7 }}'
    return plugged(folder, "modbus", f"{SENSOR}, {table}")


def test_the_walk_is_recorded_with_its_drift_and_charted(folder: Path, data: Path) -> None:
    """From the first check on; the second, 0.4 °C higher, fails and says why."""
    with emulate_lines.modbus() as device:
        file = on_modbus(folder, device, "surface")
        assert told(file, data)[1].endswith(f"was never checked; run: check --reference --data {data}")
        first, _ = checked_with(file, data, device, [3302, 3552, 3702], DAILY)
        assert first == 0
        assert "ok   reference: passed on" in told(file, data)[1]
        second, said = checked_with(file, data, device, [3342, 3592, 3742], DAILY)
        assert second == 1
        assert "FAIL reference: FAILED on" in told(file, data)[1]
    assert "slope 1.00, offset +0.42 °C, greatest error +0.42 °C, drift since the first check +0.40 °C" in said
    assert "FAILED: it has drifted" in said
    assert "Recorded as entry" in said
    assert said.splitlines()[-1].startswith("today       +0.40")
    reader = LogReader(data / LOG_FILE, DISK_KEY)
    bodies = [entry.data() for entry in reader.entries() if entry.kind is EntryKind.REFERENCE_CHECKED]
    reader.close()
    assert [(body["check"]["drift_cc"], body["by"], body["reference"]) for body in bodies] == [
        (0, "王检定", "BB-3"),
        (40, "王检定", "BB-3"),
    ]


def test_the_servers_numbers_come_before_the_kiosks_own(folder: Path, data: Path) -> None:
    """0.2 °C off is allowed here and not by the office."""
    strict = make.screening(reference=ReferenceRule(every_s=86_400, max_error_cc=10))
    told_by_server(data, make.policy(screening=strict))
    with emulate_lines.modbus() as device:
        code, said = checked_with(on_modbus(folder, device, "surface"), data, device, [3320, 3570, 3720], DAILY)
    assert code == 1
    assert "further off than the policy allows" in said


def test_a_body_mode_that_hides_fever_is_found(folder: Path) -> None:
    """36.5 to 36.9 on the display for two degrees of skin."""
    with emulate_lines.modbus() as device:
        file = on_modbus(folder, device, "body_estimate")
        code, said = checked_with(file, None, device, [3645, 3695, 3720], DAILY)
        assert code == 1
        assert "body mode between 33.0 and 35.5 °C: slope 0.20" in said
        assert "THIS MODE HIDES FEVERS" in said
        honest, _ = checked_with(file, None, device, [3500, 3750, 3900], DAILY)
        assert honest == 0


def test_the_full_run_goes_from_33_to_41_degrees(folder: Path) -> None:
    """Slope, offset and greatest error over the whole range."""
    with emulate_lines.modbus() as device:
        file = on_modbus(folder, device, "surface")
        code, said = checked_with(file, None, device, [value + 5 for value in FULL], FULL)
    assert code == 0
    assert said.count("°C off") == 9
    assert "slope 1.00, offset +0.05 °C, greatest error +0.05 °C" in said


def test_whoever_walks_away_records_nothing(folder: Path, data: Path) -> None:
    """Half a check is none."""
    with emulate_lines.modbus() as device:
        file = on_modbus(folder, device, "surface")
        code, said = checked_with(file, data, device, [3302], DAILY)
    assert code == 1
    assert "Stopped: nothing was recorded." in said
    reader = LogReader(data / LOG_FILE, DISK_KEY)
    assert not [entry for entry in reader.entries() if entry.kind is EntryKind.REFERENCE_CHECKED]
    reader.close()


def test_what_was_typed_with_a_comma_is_asked_again_and_never_misread(folder: Path) -> None:
    """What the reference shows is typed with a point."""
    with emulate_lines.modbus() as device:
        device.holds(7, 3300)
        code, said = walked(on_modbus(folder, device, "surface"), "33,1\n33.10\n", at_cc=(3300,))
    assert code == 0
    assert "'33,1' is no temperature" in said
    assert "it shows 33.00 °C, -0.10 °C off" in said


def test_an_unsteady_reading_is_no_step_of_a_check(folder: Path) -> None:
    """Somebody's hand before the sensor, or a black body that still warms up."""
    with emulate_lines.line() as line:
        line.keep_sending(lambda number: emulate_lines.frame_a(3300 + (0, 30, 60, 30)[number % 4]))
        file = plugged(folder, "serial_frames", f'{SENSOR}, port = "{line.path}"')
        code, said = walked(file, "\n", at_cc=(3300,))
    assert code == 1
    assert "not steady (spread" in said
    assert "Stopped" in said


def test_a_device_without_an_answer_is_no_step_of_a_check(folder: Path) -> None:
    """It is told, and asked for again."""
    file = plugged(folder, "mlx90614", SENSOR.replace("5.0", "0.1"))
    with emulate_i2c.bus():
        code, said = walked(file, "\n")
    assert code == 1
    assert "no reading: mlx90614:7" in said


def test_a_kiosk_that_runs_is_not_disturbed(folder: Path, data: Path) -> None:
    """It has the thermometer and the log."""
    with in_use(data), pytest.raises(StoreError, match="stop that kiosk first"):
        walked(folder / "kiosk.toml", "", data)
    with pytest.raises(StoreError, match="no screening log"):
        walked(folder / "kiosk.toml", "", folder)


def test_the_chart_shows_the_last_thirty_checks_around_zero() -> None:
    """A slow drift is seen before it fails."""
    lines = chart([(f"2020-03-{day:02}", 2 * day) for day in range(1, 32)])
    assert len(lines) == 31
    assert lines[1] == "2020-03-02  +0.04  ..........|*........."
    assert lines[-1].startswith("2020-03-31  +0.62")
    assert lines[-1].endswith("|.........*")
