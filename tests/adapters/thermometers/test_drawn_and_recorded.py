"""Thermometers: one contract for all drivers, a fault is never a number, and what is not measured says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kiosk.adapters.thermometers import open_thermometer
from kiosk.adapters.thermometers.degrees import centi
from kiosk.adapters.thermometers.simulated import SAMPLES, SimulatedThermometer
from kiosk.adapters.thermometers.window import summarise
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import NO_DEVICE, Outcome, assess
from kiosk.errors import ConfigError, DeviceTimeout, DeviceUnavailable
from tests.domain import builders as make
from tests.services.builders import ToldClock

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.ports import Thermometer

CLOCK = ToldClock(make.at(10))


def ignore(_share: float) -> None:
    """Hear of the progress and do nothing."""


def opened(driver: str, *, in_production: bool = False, **options: Any) -> Thermometer:
    """Open a driver as the settings do."""
    return open_thermometer({"driver": driver, "file": "", **options}, CLOCK, in_production=in_production)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Return a recording of four readings, one of them a fault."""
    file = tmp_path / "morning.csv"
    file.write_text(
        "celsius,site,kind,samples,spread,trend,ambient\n"
        "36.5,,,,,,\n"
        "37.29,axilla,clinical,1,0,0,\n"
        ",,,,,,\n"
        "34.05,forehead,body_estimate,12,0.25,-0.1,-3.5\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize("driver", ["simulated", "replay"])
def test_production_refuses_what_measures_nobody(driver: str, recording: Path) -> None:
    """With the key to change."""
    with pytest.raises(ConfigError, match=r"thermometer\.driver.*production refuses"):
        opened(driver, in_production=True, file=str(recording))


def test_production_takes_a_guard_with_a_thermometer() -> None:
    """Every visitor goes to the guard, which is no fault of a device."""
    device = opened("manual", in_production=True)
    with pytest.raises(DeviceUnavailable) as caught:
        device.measure(ignore)
    assert caught.value.code == NO_DEVICE


def test_an_unknown_driver_is_told_with_those_there_are() -> None:
    """Misspelt."""
    with pytest.raises(ConfigError, match="'manuel' is none of isapi_push, manual, mlx90614"):
        opened("manuel")


# simulated


def test_a_simulated_reading_is_what_the_story_asks_for() -> None:
    """To the hundredth, steady enough to be judged."""
    device = SimulatedThermometer(CLOCK, is_paced=False)
    device.will_read(3729, 3730, 3400)
    readings = [device.measure(ignore) for _ in range(3)]
    assert [reading.value_cc for reading in readings] == [3729, 3730, 3400]
    outcomes = [assess(reading, make.screening()).outcome for reading in readings]
    assert outcomes == [Outcome.MANUAL_REQUIRED, Outcome.ELEVATED, Outcome.TOO_COLD_WAIT]
    assert readings[0].n_samples == SAMPLES


def test_a_simulated_fault_is_an_error_and_no_number() -> None:
    """Silent or unplugged."""
    device = SimulatedThermometer(CLOCK, is_paced=False)
    device.will_read("fault", "unplugged", 3650)
    with pytest.raises(DeviceTimeout):
        device.measure(ignore)
    with pytest.raises(DeviceUnavailable):
        device.measure(ignore)
    assert device.measure(ignore).value_cc == 3650


@pytest.mark.parametrize("seed", range(20))
def test_a_simulated_unsteady_reading_is_judged_unstable(seed: int) -> None:
    """Whatever is drawn."""
    device = SimulatedThermometer(CLOCK, seed=seed, is_paced=False)
    device.will_read("unsteady")
    assert assess(device.measure(ignore), make.screening()).outcome is Outcome.UNSTABLE


@pytest.mark.parametrize("seed", range(20))
def test_simulated_visitors_are_steady_and_most_are_normal(seed: int) -> None:
    """Without a story everybody is healthy enough for a demonstration."""
    device = SimulatedThermometer(CLOCK, seed=seed, is_paced=False)
    outcomes = {assess(device.measure(ignore), make.screening()).outcome for _ in range(20)}
    assert outcomes <= {Outcome.NORMAL, Outcome.MANUAL_REQUIRED, Outcome.TOO_COLD_WAIT}


def test_the_same_seed_gives_the_same_readings() -> None:
    """A story can be told again."""
    first, second = (SimulatedThermometer(CLOCK, seed=7, is_paced=False) for _ in range(2))
    assert [first.measure(ignore) for _ in range(5)] == [second.measure(ignore) for _ in range(5)]


def test_a_simulated_thermometer_that_is_closed_while_measuring_stops_at_once() -> None:
    """Stopping the kiosk does not wait for a visitor."""
    device = SimulatedThermometer(CLOCK)
    device.close()
    with pytest.raises(DeviceUnavailable, match="closed"):
        device.measure(ignore)


# replay


def test_a_recording_gives_one_row_after_another_and_then_is_not_there(recording: Path) -> None:
    """What was not recorded is not made up."""
    device = opened("replay", file=str(recording))
    first, second = device.measure(ignore), device.measure(ignore)
    assert (first.value_cc, first.kind, first.site) == (3650, ReadingKind.BODY_ESTIMATE, BodySite.FOREHEAD)
    assert (second.value_cc, second.kind, second.site) == (3729, ReadingKind.CLINICAL, BodySite.AXILLA)
    with pytest.raises(DeviceTimeout):
        device.measure(ignore)
    last = device.measure(ignore)
    assert (last.value_cc, last.n_samples, last.spread_cc, last.trend_cc, last.ambient_cc) == (3405, 12, 25, -10, -350)
    for _ in range(2):
        with pytest.raises(DeviceUnavailable, match="over"):
            device.measure(ignore)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('"36,5"', "36,5"),
        ("36.555", "two decimals"),
        ("warm", "warm"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("36.5,nose", "nose"),
        ("36.5,,guess", "guess"),
        ("36.5,,,many", "many"),
    ],
)
def test_a_mistake_in_a_recording_is_told_with_its_line(tmp_path: Path, line: str, why: str) -> None:
    """A comma is refused, never misread as thousands."""
    file = tmp_path / "bad.csv"
    file.write_text(f"celsius,site,kind,samples\n36.5\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"line 3: .*{why}"):
        opened("replay", file=str(file))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"temperature\n36.5\n", b""])
def test_a_file_that_is_no_recording_is_refused_at_the_start(tmp_path: Path, content: bytes) -> None:
    """Not silently a device that only faults."""
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"thermometer\.file"):
        opened("replay", file=str(file))


def test_a_recording_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    """With the key and the path."""
    with pytest.raises(ConfigError, match=r"thermometer\.file: .*gone\.csv"):
        opened("replay", file=str(tmp_path / "gone.csv"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("36.5", 3650), ("37.29", 3729), ("37.30", 3730), ("37.31", 3731), ("37", 3700), ("-3.5", -350), ("0.07", 7)],
)
def test_degrees_become_whole_hundredths_exactly(text: str, value: int) -> None:
    """No float ever touches a temperature: 37.29 stays below 37.30."""
    assert centi(text) == value


# the window


def test_a_window_is_its_median_with_spread_and_drift() -> None:
    """One wild sample moves the median by nothing."""
    window = summarise([3650] * 9 + [4300])
    assert (window.value_cc, window.spread_cc, window.n) == (3650, 0, 10)
    assert summarise([3640, 3650, 3660]).spread_cc == 15  # 1.4826 × a median deviation of 10
    assert summarise([3600, 3600, 3610, 3610, 3630, 3630]).trend_cc == 30
    assert summarise([3650]) == type(window)(3650, 0, 0, 1)


def test_no_samples_are_no_reading() -> None:
    """Never a default."""
    with pytest.raises(ValueError, match="no samples"):
        summarise([])
