"""Real photographs, against the text that stands beside each."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from kiosk.scanner import scan_paths

HERE = Path(__file__).parent
# The data may stand elsewhere; it lies beside the project's folder as a rule.
SHARED = Path(os.environ.get("KIOSK_SHARED_DATA", HERE.parents[1].parent / "shared" / "data"))
ZXING = SHARED / "qr" / "zxing-cpp"


def judge(folder: Path) -> tuple[int, int, int]:
    """Pictures, how many were read exactly, how many wrongly; a line end at the file's end is free."""
    out = io.StringIO()
    assert scan_paths([str(folder)], out) == 0
    read = {line["source"]: line["text"] for line in map(json.loads, out.getvalue().splitlines())}
    pictures = [path for path in sorted(folder.iterdir()) if path.suffix in {".png", ".jpg", ".webp"}]
    exact = wrong = 0
    for path in pictures:
        text = read.get(str(path))
        truth = path.with_suffix(".txt").read_bytes().rstrip(b"\r\n") if path.with_suffix(".txt").exists() else None
        right = text is not None and text.encode().rstrip(b"\r\n") == truth
        exact += right
        wrong += text is not None and not right
    return len(pictures), exact, wrong


def test_the_photographs_kept_here_are_read() -> None:
    """One from each kind, inverted and curved among them, on every run."""
    assert judge(HERE / "data") == (7, 7, 0)


@pytest.mark.parametrize(
    ("folder", "at_least"),
    [("qrcode-1", 8), ("qrcode-2", 54), ("qrcode-3", 18), ("qrcode-4", 24), ("qrcode-5", 16), ("qrcode-6", 15)],
)
@pytest.mark.skipif(not ZXING.is_dir(), reason=f"the shared pictures are not at {ZXING}")
def test_the_shared_photographs_are_read(folder: str, at_least: int) -> None:
    """What was reached stays reached: 136 of 137; the issue asks for 50 of the 56 in qrcode-2."""
    _, exact, wrong = judge(ZXING / folder)
    assert exact >= at_least
    # 16.webp of qrcode-2 shows one code inside another; both are read, and the truth names the inner one.
    assert wrong <= (folder == "qrcode-2")


@pytest.mark.skipif(not ZXING.is_dir(), reason=f"the shared pictures are not at {ZXING}")
def test_the_shared_structured_append_is_passed_over(capfd: pytest.CaptureFixture[str]) -> None:
    """Four photographs of one message in four parts: nothing to read, nothing printed."""
    assert judge(ZXING / "qrcode-7") == (4, 0, 0)
    assert capfd.readouterr() == ("", "")
