"""The `scan` command: the codes in pictures and videos, one line of JSON each."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kiosk.errors import DeviceUnavailable
from kiosk.scanning.cascade import Cascade
from kiosk.scanning.frames import quiet_opencv, read_picture
from kiosk.scanning.sources import PICTURES, VIDEOS, VideoSource
from kiosk.scanning.zbar import ZbarProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kiosk.scanning.codes import FoundCode

EXIT_ALL_READ = 0
EXIT_SOME_UNREADABLE = 2


def scan_paths(paths: Sequence[str], out: TextIO, err: TextIO | None = None) -> int:
    """Write a line of JSON for each picture or video frame in which a code is read; the exit code comes back.

    A line holds `source` (the path), `frame` (counted from 0; 0 for a picture), `text` (exactly as in the code) and
    `ms` (milliseconds of decoding). Where a frame shows several codes, `text` is the first and `also` lists the
    others. Folders are walked by name, with the folders in them; files in them that are neither picture nor video by
    their ending are passed over. A path that is not there or cannot be read gives one line on `err` (standard error),
    and the rest is still read. Exit code 0: everything was read, whether or not it showed a code; 2: something
    could not be read.
    """
    quiet_opencv()
    cascade = Cascade(ZbarProcess())
    unreadable = 0
    try:
        for path in _walk(paths):
            try:
                out.writelines(_json(line, out) + "\n" for line in _lines(path, cascade))
                out.flush()
            except (OSError, DeviceUnavailable) as error:
                if isinstance(error, BrokenPipeError):
                    raise
                unreadable += 1
                (err or sys.stderr).write(f"scan: {_readable(path)}: {_reason(error)}\n")
    finally:
        cascade.close()
    return EXIT_SOME_UNREADABLE if unreadable else EXIT_ALL_READ


def _walk(paths: Sequence[str]) -> Iterator[Path]:
    """The files to read: those named, and the pictures and videos in the folders named."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                if Path(name).suffix.lower() in PICTURES | VIDEOS:
                    yield Path(folder) / name


def _lines(path: Path, cascade: Cascade) -> Iterator[dict[str, object]]:
    if path.suffix.lower() in VIDEOS and path.is_file():
        yield from _video_lines(path, cascade)
        return
    picture = read_picture(path)
    if picture is None:
        raise DeviceUnavailable("scan", f"not a picture: {path}")
    start = time.perf_counter()
    codes = cascade.decode_still(picture)
    if codes:
        yield _line(path, 0, codes, start)


def _video_lines(path: Path, cascade: Cascade) -> Iterator[dict[str, object]]:
    """Video frames are read as live ones: what one stage misses, the next frame's stage gets."""
    video = VideoSource(path, loop=False)
    try:
        number = 0
        while (frame := video.read()) is not None:
            start = time.perf_counter()
            codes = cascade.decode(frame)
            if codes:
                yield _line(path, number, codes, start)
            number += 1
    finally:
        video.close()


def _line(path: Path, number: int, codes: list[FoundCode], start: float) -> dict[str, object]:
    milliseconds = round((time.perf_counter() - start) * 1000, 2)
    line: dict[str, object] = {
        "source": _readable(path),
        "frame": number,
        "text": codes[0].text,
        "ms": milliseconds,
    }
    if len(codes) > 1:
        line["also"] = [code.text for code in codes[1:]]
    return line


def _json(line: dict[str, object], out: TextIO) -> str:
    """In letters as they are where the output can carry them, else escaped: the text is exact both ways."""
    encoding = (getattr(out, "encoding", None) or "utf-8").lower().replace("_", "-")
    return json.dumps(line, ensure_ascii=encoding not in {"utf-8", "utf8"})


def _readable(path: Path) -> str:
    """The path as text; bytes that are no UTF-8 are shown as such."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _reason(error: OSError | DeviceUnavailable) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "not a picture or a video"
