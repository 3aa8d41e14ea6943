"""Exposure and focus are set where the driver has them; no camera is at hand, so the system call is stood in for."""

from __future__ import annotations

import errno
import fcntl
from typing import TYPE_CHECKING

import pytest

from kiosk.scanning import controls
from kiosk.scanning.controls import CONTROLS, set_controls

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("missing", [set(), {"continuous focus"}, set(CONTROLS)], ids=["all", "no focus", "none"])
def test_what_the_driver_has_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: set[str]) -> None:
    """A cheap camera without focus keeps its exposure's settings."""
    device = tmp_path / "video0"
    device.touch()
    names = {number: name for name, (number, _) in CONTROLS.items()}
    asked: list[tuple[str, int]] = []

    def driver(_file: int, request: int, argument: bytes) -> bytes:
        assert request == controls._SET_CONTROL
        number, value = controls._CONTROL.unpack(argument)
        if names[number] in missing:
            raise OSError(errno.EINVAL, "no such control")
        asked.append((names[number], value))
        return argument

    monkeypatch.setattr(fcntl, "ioctl", driver)
    done = set_controls(str(device))
    assert done == [name for name in CONTROLS if name not in missing]
    assert asked == [(name, CONTROLS[name][1]) for name in done]


def test_a_device_that_cannot_be_opened_or_is_none_is_left_alone(tmp_path: Path) -> None:
    """Controls are a help; a camera without them scans."""
    assert set_controls(str(tmp_path / "missing")) == []
    plain = tmp_path / "file"
    plain.touch()
    assert set_controls(str(plain)) == []
