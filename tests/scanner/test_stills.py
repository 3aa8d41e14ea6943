"""The `scan` command: one line of JSON for each picture or video frame with a code."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from kiosk.scanner import scan_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.scanning.frames import Gray


def scan(*paths: Path) -> tuple[int, list[dict[str, Any]], list[str]]:
    """Exit code, lines, and lines of standard error."""
    out, err = io.StringIO(), io.StringIO()
    code = scan_paths([str(path) for path in paths], out, err)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue().splitlines()


def test_a_folder_is_walked_and_each_code_is_a_line(tmp_path: Path, draw_qr: Callable[..., Gray]) -> None:
    """Names with '#', folders in folders, pictures without a code, other files."""
    (tmp_path / "in").mkdir()
    cv2.imwrite(str(tmp_path / "#2.png"), draw_qr("two\r\nlines\n张"))
    cv2.imwrite(str(tmp_path / "in" / "3.JPG"), draw_qr("three"))
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((50, 50), 200, np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    code, lines, errors = scan(tmp_path)
    assert (code, errors) == (0, [])
    assert [(line["source"], line["frame"], line["text"]) for line in lines] == [
        (str(tmp_path / "#2.png"), 0, "two\r\nlines\n张"),
        (str(tmp_path / "in" / "3.JPG"), 0, "three"),
    ]
    assert all(line["ms"] > 0 for line in lines)


def test_a_video_gives_a_line_for_each_frame_with_a_code(tmp_path: Path, draw_qr: Callable[..., Gray]) -> None:
    """Frames are counted from 0, those without a code as well."""
    path = tmp_path / "clip.avi"
    code = np.asarray(cv2.cvtColor(draw_qr("clip", 4), cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (code.shape[1], code.shape[0]))
    for frame in (np.full_like(code, 200), code, code):
        writer.write(frame)
    writer.release()
    assert [(line["frame"], line["text"]) for line in scan(path)[1]] == [(1, "clip"), (2, "clip")]


def test_what_cannot_be_read_is_one_line_each_and_the_rest_is_read(
    tmp_path: Path, draw_qr: Callable[..., Gray], capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 says that something was left out; OpenCV says nothing of its own."""
    cv2.imwrite(str(tmp_path / "good.png"), draw_qr("good"))
    (tmp_path / "bad.png").write_bytes(b"no picture")
    (tmp_path / "bad.avi").write_bytes(b"no video")
    (tmp_path / "text.txt").write_text("no picture")
    bad = [tmp_path / name for name in ("missing.png", "bad.png", "bad.avi", "text.txt")]
    code, lines, errors = scan(*bad, tmp_path / "good.png")
    assert code == 2
    assert [line["text"] for line in lines] == ["good"]
    assert errors == [
        f"scan: {bad[0]}: No such file or directory",
        *(f"scan: {path}: not a picture or a video" for path in bad[1:]),
    ]
    assert capfd.readouterr() == ("", "")


def test_several_codes_in_a_picture_are_one_line(tmp_path: Path, draw_qr: Callable[..., Gray]) -> None:
    """One line a picture holds even then; none of the texts is lost."""
    cv2.imwrite(str(tmp_path / "two.png"), np.hstack([draw_qr("one"), draw_qr("two")]))
    (line,) = scan(tmp_path)[1]
    assert {line["text"], *line["also"]} == {"one", "two"}


def test_an_output_that_is_not_utf_8_still_carries_every_letter(tmp_path: Path, draw_qr: Callable[..., Gray]) -> None:
    """A terminal in another character set gets escapes, which JSON reads back as the same text."""
    cv2.imwrite(str(tmp_path / "a.png"), draw_qr("张"))
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert scan_paths([str(tmp_path)], out) == 0
    out.flush()
    assert json.loads(raw.getvalue())["text"] == "张"


def test_nothing_read_is_no_error(tmp_path: Path) -> None:
    """A folder without codes was read all the same."""
    assert scan(tmp_path) == (0, [], [])
