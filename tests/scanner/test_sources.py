"""Frames from files and folders, and the camera that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kiosk.errors import DeviceUnavailable
from kiosk.scanning.frames import read_picture, to_gray
from kiosk.scanning.sources import CameraBusy, CameraSource, FrameSource, open_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.scanning.frames import Gray, Pixels


def gray_level(frame: Pixels | None) -> int | None:
    """The frame's mean, None for no frame."""
    return None if frame is None else round(float(frame.mean()))


def levels(source: FrameSource, count: int) -> list[int | None]:
    """The means of the next frames."""
    return [gray_level(source.read()) for _ in range(count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three flat pictures, written out of order, a broken one and a file that is none."""
    for name, level in (("c#3.png", 30), ("a#1.png", 10), ("b.bmp", 20)):
        cv2.imwrite(str(tmp_path / name), np.full((20, 30, 3), level, np.uint8))
    (tmp_path / "b2.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


def test_a_folder_gives_its_pictures_by_name_and_begins_again(folder: Path) -> None:
    """A folder stands for a camera that shows one picture after the other; a broken picture is passed over."""
    source = open_source(str(folder))
    assert levels(source, 5) == [10, 20, 30, 10, 20]
    source.close()


def test_a_folder_that_does_not_loop_ends(folder: Path) -> None:
    """The end of the pictures is no frame."""
    assert levels(open_source(str(folder), loop=False), 4) == [10, 20, 30, None]


def test_a_single_picture_stays(folder: Path) -> None:
    """One picture is shown again and again."""
    assert levels(open_source(str(folder / "b.bmp")), 3) == [20, 20, 20]


@pytest.mark.parametrize(("name", "fourcc"), [("clip.avi", "MJPG"), ("clip.mp4", "mp4v")])
def test_a_video_gives_its_frames_and_begins_again(tmp_path: Path, name: str, fourcc: str) -> None:
    """A recorded day can be played into the kiosk."""
    path = tmp_path / name
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*fourcc), 10, (64, 48))
    for level in (40, 120, 200):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    source = open_source(str(path))
    assert levels(source, 4) == pytest.approx([40, 120, 200, 40], abs=4)
    assert getattr(source, "interval", 0) == pytest.approx(0.1)
    source.close()
    once = open_source(str(path), loop=False)
    assert levels(once, 4)[3] is None
    once.close()


@pytest.mark.parametrize("spec", ["missing.png", "missing.avi", "empty", "broken.avi"])
def test_what_is_not_there_is_an_unavailable_camera(
    tmp_path: Path, spec: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """One error, with the reason, and nothing printed by OpenCV or FFmpeg."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.avi").write_bytes(b"RIFF" * 50)
    with pytest.raises(DeviceUnavailable):
        open_source(str(tmp_path / spec))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("spec", [98, "98"])
def test_a_camera_that_is_not_there_is_unavailable(spec: int | str, capfd: pytest.CaptureFixture[str]) -> None:
    """OpenCV's own noise about it is kept off the terminal."""
    with pytest.raises(DeviceUnavailable) as caught:
        open_source(spec)
    assert not isinstance(caught.value, CameraBusy)
    assert "98" in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_working_camera_is_asked_for_its_newest_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """No camera is at hand here: OpenCV's own class is stood in for."""

    class Capture:
        """A capture that is open, gives one gray frame and then fails in both ways."""

        def __init__(self, index: int, backend: int) -> None:
            self.asked: dict[int, float] = {}
            self.frames = [(True, np.full((4, 4), 7, np.uint8)), (False, None)]

        def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
            """It is there."""
            return True

        def set(self, setting: int, value: float) -> None:
            """Kept."""
            self.asked[setting] = value

        def read(self) -> tuple[bool, Pixels | None]:
            """A frame, then none, then OpenCV's own error."""
            if not self.frames:
                raise cv2.error("unplugged")
            return self.frames.pop(0)

        def release(self) -> None:
            """Nothing is held."""

    monkeypatch.setattr(cv2, "VideoCapture", Capture)
    source = CameraSource(0)
    frame = source.read()
    assert frame is not None
    assert frame.shape == (4, 4, 3)
    assert source.read() is None
    assert source.read() is None
    assert source._capture.asked[cv2.CAP_PROP_BUFFERSIZE] == 1  # pyright: ignore[reportAttributeAccessIssue]
    source.close()


def test_transparent_pictures_lie_on_white(tmp_path: Path, draw_qr: Callable[..., Gray]) -> None:
    """A code saved without its ground is dark on nothing, which a person sees as paper."""
    code = draw_qr("clear")
    picture = np.zeros((*code.shape, 4), np.uint8)
    picture[:, :, 3] = 255 - code
    path = tmp_path / "clear.png"
    cv2.imwrite(str(path), picture)
    read = read_picture(path)
    assert read is not None
    assert np.array_equal(to_gray(read), code)


@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n cut off"])
def test_a_file_that_is_no_picture_gives_none(tmp_path: Path, content: bytes) -> None:
    """Bad files are told apart, not crashed on."""
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    assert read_picture(path) is None


def test_gray_frames_of_every_shape_become_plain_gray() -> None:
    """Some cameras give one channel."""
    assert to_gray(np.zeros((4, 5, 1), np.uint8)).shape == (4, 5)
    assert to_gray(np.zeros((4, 10), np.uint8)[:, ::2]).flags.c_contiguous
