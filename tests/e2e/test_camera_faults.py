"""A camera's fault, from the frames to the log and to the guard's board, by its name, and gone without a restart."""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING, Any, cast

import pytest

from demo.drawn_camera import DrawnCamera
from kiosk.launch import camera
from kiosk.scanner import CameraState

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.bootstrap import Kiosk
    from tests.e2e.city import City


class FaultyCamera(DrawnCamera):
    """A drawn camera with the faults that a real one has; `fault` names the one it has now."""

    fault = CameraState.OK
    _stands: Any = None

    def read(self) -> Any:  # noqa: ANN401 - as its base says, or None
        """The next picture, as the fault makes it."""
        picture = super().read()
        if self.fault is not CameraState.FROZEN:
            self._stands = picture
        match self.fault:
            case CameraState.MISSING:
                return None
            case CameraState.BLACK:
                return picture // 255
            case CameraState.BRIGHT:
                return picture | 254
            case CameraState.FROZEN:
                return self._stands
            case CameraState.OTHER_SIZE:
                return picture[:480, :640].copy()
            case CameraState.SLOW:
                Event().wait(0.1)
        return picture


def told(kiosk: Kiosk) -> list[str]:
    """Return the camera's states as the log has them."""
    bodies = [entry.data() for entry in kiosk.call(lambda: list(kiosk.day_reader.entries()))]
    return [body["state"] for body in bodies if body.get("device") == "camera"]


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail when it does not come."""
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until, f"waited for {what}"
        time.sleep(0.05)


@pytest.mark.long
@pytest.mark.parametrize("fault", [state for state in CameraState if state not in {CameraState.OK, CameraState.BUSY}])
def test_a_cameras_fault_is_in_the_log_by_its_name(city: City, fault: CameraState) -> None:
    """The guard reads what to look for, at the kiosk and afterwards; when it is over the log says so too."""
    kiosk = city.kiosk("A")
    source = FaultyCamera(7)
    scanner = camera(kiosk, cast("Any", None), source)
    scanner.start()
    try:
        wait_for(lambda: told(kiosk)[-1:] == ["ok"], "the camera")
        source.fault = fault
        wait_for(lambda: told(kiosk)[-1] == fault.value, fault.value)
        assert (f"camera.{fault.value}", False) in kiosk.call(kiosk.desk.health.all_devices)
        source.fault = CameraState.OK
        wait_for(lambda: told(kiosk)[-1] == "ok", "the camera again")
        assert ("camera.ok", True) in kiosk.call(kiosk.desk.health.all_devices)
    finally:
        scanner.stop()
