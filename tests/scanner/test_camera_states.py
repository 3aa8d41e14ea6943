"""How the camera is: each fault by its name, and gone again without a restart."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kiosk.scanner import CameraState, ScannerSettings
from kiosk.scanning import sources
from tests.scanner.running import FakeCamera, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Gray, Pixels


def test_a_missing_camera_is_a_state_and_no_noise(
    run: Callable[..., Run], wait_for: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    """The kiosk starts without a camera, says so, and keeps trying."""
    one = run(97)
    wait_for(lambda: one.heard.states)
    assert one.heard.states == [CameraState.MISSING]
    assert one.scanner.latest() is None
    assert capfd.readouterr().err == ""


def test_a_camera_held_by_another_program_is_busy(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    """The device is there, so the plug is not what to look at."""
    monkeypatch.setattr(sources.Path, "exists", lambda path: str(path) == "/dev/video97")
    one = run(97)
    wait_for(lambda: one.heard.states == [CameraState.BUSY])
    # The other program has ended, and so has the camera's name: what is told follows what is there.
    monkeypatch.undo()
    wait_for(lambda: one.heard.states == [CameraState.BUSY, CameraState.MISSING])


def test_a_camera_that_comes_is_taken_without_a_restart(
    run: Callable[..., Run], tmp_path: Path, draw_qr: Callable[..., Gray], wait_for: Callable[..., None]
) -> None:
    """Plugging the camera in is enough; a file stands for it here."""
    place = tmp_path / "camera.png"
    one = run(str(place))
    wait_for(lambda: one.heard.states == [CameraState.MISSING])
    arriving = tmp_path / "arriving.png"
    cv2.imwrite(str(arriving), draw_qr("here"))
    arriving.rename(place)
    wait_for(lambda: one.heard.codes == [["here"]])
    assert one.heard.states == [CameraState.MISSING, CameraState.OK]


def test_an_unplugged_camera_is_missing_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None]
) -> None:
    """Out and in again: each change is told once, and no old picture stays as if it were live."""
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    camera.gone = True
    wait_for(lambda: one.scanner.state is CameraState.MISSING)
    assert one.scanner.latest() is None
    camera.gone = False
    wait_for(lambda: one.scanner.state is CameraState.OK)
    assert one.heard.states == [CameraState.OK, CameraState.MISSING, CameraState.OK]


def test_a_covered_camera_is_black_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None]
) -> None:
    """A cap on the lens is named."""
    lit = camera.picture
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    camera.picture = np.zeros_like(lit)
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BLACK])
    camera.picture = lit
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BLACK, CameraState.OK])


def test_an_over_exposed_camera_is_named_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None]
) -> None:
    """A lamp in the lens is not a cable to be looked at; the camera is opened anew until it sees again."""
    lit = camera.picture
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    camera.picture = np.full_like(lit, 255)
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BRIGHT])
    camera.picture = lit
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.BRIGHT, CameraState.OK])


def test_a_camera_of_ten_frames_a_second_is_named_and_read(
    run: Callable[..., Run], camera: FakeCamera, showing: Callable[..., Pixels], wait_for: Callable[..., None]
) -> None:
    """Slow is worth knowing, and no reason to turn a visitor away."""
    read = camera.read
    pause = threading.Event()

    def slow() -> Pixels | None:
        pause.wait(0.1)
        return read()

    camera.read = slow
    camera.picture = showing("VB1:ONE")
    one = run(camera)
    wait_for(lambda: one.heard.codes == [["VB1:ONE"]])
    wait_for(lambda: one.scanner.state is CameraState.SLOW)
    pause.set()
    wait_for(lambda: one.scanner.state is CameraState.OK)
    assert one.heard.states == [CameraState.OK, CameraState.SLOW, CameraState.OK]


@pytest.mark.parametrize("size", [(480, 640), (1080, 1920), (600, 800)])
def test_a_camera_of_another_resolution_is_read_and_named(
    run: Callable[..., Run],
    camera: FakeCamera,
    draw_qr: Callable[..., Gray],
    showing: Callable[..., Pixels],
    wait_for: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    size: tuple[int, int],
) -> None:
    """A replacement from the next shop, and one that changes its mode while it runs."""
    caplog.set_level("INFO")
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    picture = np.full((*size, 3), 180, np.uint8)
    code = draw_qr("VB1:SIZE", 5)
    picture[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code[:, :, None]
    camera.picture = picture
    wait_for(lambda: one.heard.codes == [["VB1:SIZE"]])
    wait_for(lambda: f"camera gives {size[1]} × {size[0]}" in caplog.text)  # told after the code, by another look
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.OTHER_SIZE])
    camera.picture = showing()
    wait_for(lambda: one.heard.states == [CameraState.OK, CameraState.OTHER_SIZE, CameraState.OK])


@pytest.mark.parametrize("fault", ["the same picture for ever", "a read that does not return"])
def test_a_frozen_camera_is_noticed_and_recovers(
    run: Callable[..., Run], camera: FakeCamera, wait_for: Callable[..., None], fault: str
) -> None:
    """A picture that stands still is worse than none: it looks well. The state does not flap meanwhile."""
    one = run(camera)
    wait_for(lambda: one.heard.states == [CameraState.OK])
    if fault == "the same picture for ever":
        camera.still = True
    else:
        camera.stuck.clear()
    wait_for(lambda: one.scanner.state is CameraState.FROZEN)
    camera.still = False
    camera.stuck.set()
    wait_for(lambda: one.scanner.state is CameraState.OK)
    assert one.heard.states == [CameraState.OK, CameraState.FROZEN, CameraState.OK]


def test_faults_are_noticed_within_five_seconds_by_default() -> None:
    """Issue 4's limit, with the time that a stage in hand and a wait between two checks may take."""
    settings = ScannerSettings()
    assert max(settings.black_after, settings.frozen_after) * 1.25 + 1.0 < 5.0
    assert settings.reopen_last < 5.0
