"""One contract for all drivers: each keeps it before its emulated device, and the contract finds who breaks it."""

# ruff: noqa: ANN401 - drivers that are wrong on purpose has no type here
from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from kiosk.adapters import thermometers
from kiosk.adapters.thermometers import DRIVERS, GROUP, drivers, open_thermometer
from kiosk.adapters.thermometers.contract import breaches
from kiosk.adapters.thermometers.outdoor import WithOutdoor
from kiosk.adapters.thermometers.simulated import SimulatedThermometer
from kiosk.domain.screening import Flag
from kiosk.errors import ConfigError, DeviceTimeout, DeviceUnavailable
from tests.adapters.thermometers.opening import STANDS, ignore
from tests.domain import builders as make
from tests.services.builders import ToldClock

CLOCK = ToldClock(make.at(10))


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_a_driver_keeps_the_contract(driver: str, tmp_path: Path) -> None:
    """A reading of its own name with its flags, or a device error; never a library's error, never a default."""
    with STANDS[driver](tmp_path) as open_device:
        assert breaches(open_device) == []


@pytest.mark.parametrize("driver", sorted(set(DRIVERS) - {"manual"}))
def test_a_driver_that_was_closed_measures_nobody(driver: str, tmp_path: Path) -> None:
    """It lets go, and opens nothing again by itself."""
    with STANDS[driver](tmp_path) as open_device:
        device = open_device()
        device.close()
        with pytest.raises(DeviceUnavailable):
            device.measure(ignore)


def test_every_driver_has_its_stand_here() -> None:
    """A new driver is tried as well."""
    assert set(STANDS) == set(DRIVERS)


def test_the_drivers_are_entry_points_of_the_project_as_well() -> None:
    """An installed kiosk shows them to whoever looks for the group."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"][GROUP] == dict(DRIVERS)


def fake(**changes: Any) -> Any:
    """Return what opens a simulated thermometer that does one thing wrong."""

    class Wrong(SimulatedThermometer):
        """A simulated thermometer with some of its parts changed."""

        def __getattribute__(self, name: str) -> Any:
            return changes.get(name, super().__getattribute__(name))

    return lambda: Wrong(CLOCK, is_paced=False)


def raising(error: Exception) -> Any:
    """Return a function that raises."""

    def raise_it(*_args: Any) -> Any:
        raise error

    return raise_it


GOOD = SimulatedThermometer(CLOCK, is_paced=False)
READING = GOOD.measure(ignore)
KNOWN = GOOD.describe()


def giving(**changes: Any) -> Any:
    """Return what measures with these fields of the reading changed."""

    def measure(progress: Any) -> Any:
        progress(1.0)
        return replace(READING, **changes)

    return fake(measure=measure)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (fake(name="nameless"), "is not driver:serial"),
        (fake(describe=lambda: replace(KNOWN, api=2)), "interface 2"),
        (fake(describe=lambda: replace(KNOWN, samples=0)), "no sample"),
        (fake(describe=lambda: replace(KNOWN, accuracy="")), "how exact"),
        (fake(describe=lambda: replace(KNOWN, samples=1)), "one_value"),
        (fake(measure=raising(ValueError("36"))), "raises ValueError"),
        (fake(measure=raising(DeviceTimeout("other:1", "?"))), "its error names 'other:1'"),
        (fake(measure=lambda _progress: READING), "does not rise to 1"),
        (giving(device_id="other:1"), "its reading is of 'other:1'"),
        (giving(value_cc=0), "which is no face"),
        (giving(kind="surface"), "and describes body_estimate"),
        (giving(taken_at=datetime(2020, 3, 10)), "has no zone"),  # noqa: DTZ001 - that is what is wrong
        (giving(n_samples=0), "counts no sample"),
        (giving(flags=()), "measures nobody"),
        (fake(self_test=lambda: " "), "says nothing"),
        (fake(self_test=raising(OSError("x"))), "self_test raises OSError"),
        (fake(self_test=raising(DeviceTimeout("other:1", "?"))), "its error names"),
    ],
)
def test_the_contract_finds_what_is_wrong(wrong: Any, words: str) -> None:
    """Each breach in plain words, so that a driver's author knows what to do."""
    found = breaches(wrong)
    assert any(words in breach for breach in found), found


def test_a_stuck_value_may_be_no_face() -> None:
    """It is marked, and no verdict rests on it."""
    stuck = giving(value_cc=0, flags=(Flag.SIMULATED, Flag.STUCK))
    assert breaches(stuck) == []


def strangers(**points: str) -> Any:
    """Return entry points that other packages made known."""
    return lambda group: [EntryPoint(name, value, GROUP) for name, value in points.items() if group == GROUP]


def test_a_strangers_driver_is_found_and_never_takes_the_name_of_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package on the machine cannot slip in before the kiosk's own."""
    here = "kiosk.adapters.thermometers.simulated:open_device"
    monkeypatch.setattr(thermometers, "entry_points", strangers(acme=here, manual="acme:steal"))
    assert drivers()["manual"].value == DRIVERS["manual"]
    device = open_thermometer({"driver": "acme"}, CLOCK, in_production=False)
    assert device.name == "simulated:1"


def test_a_driver_for_another_interface_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With both numbers."""
    monkeypatch.setattr(SimulatedThermometer, "describe", lambda _self: replace(KNOWN, api=2))
    with pytest.raises(ConfigError, match="interface 2, not 1"):
        open_thermometer({"driver": "simulated"}, CLOCK, in_production=False)


def test_the_air_outside_is_added_to_a_reading(tmp_path: Path) -> None:
    """From a sensor's file of Linux; what cannot be read is not measured."""
    file = tmp_path / "temp1_input"
    device = WithOutdoor(SimulatedThermometer(CLOCK, is_paced=False), str(file))
    found: list[int | None] = []
    for text in ("-5500\n", "16004", "85000000", "warm", ""):
        file.write_text(text, encoding="ascii")
        found.append(device.measure(ignore).outdoor_cc)
    file.unlink()
    assert found == [-550, 1600, None, None, None]
    assert device.measure(ignore).outdoor_cc is None
    assert "outside UNKNOWN" in device.self_test()
    file.write_text("4321", encoding="ascii")
    assert device.self_test().endswith("outside 4.32 °C")
    assert device.describe() == KNOWN
    device.close()
    set_up = open_thermometer({"driver": "simulated", "outdoor_file": str(file)}, CLOCK, in_production=False)
    assert set_up.self_test().endswith("outside 4.32 °C")
