"""Every reading gives the code's text exactly, byte for byte, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kiosk.scanning import zxing
from kiosk.scanning.cascade import Cascade
from kiosk.scanning.zbar import ZbarProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.codes import FoundCode
    from kiosk.scanning.frames import Gray
    from kiosk.scanning.stages import Stage

EVERY_BYTE = bytes(range(256))

# Names are asked for here without a child process: the stages without zbar plus those with.
STAGES = (
    "zxing",
    *Cascade(None).stages.by_name,
    *Cascade(None).stages.for_stills,
    "zbar half",
    "zbar threshold",
    "zbar full",
    "zbar half inverted",
    "zbar smooth",
)

# (how it is written, content, segno's arguments)
WRITINGS = [
    ("UTF-8 named by ECI", "é ü 张", {"encoding": "utf-8", "eci": True}),
    ("UTF-8 not named", "é ü 张".encode(), {"mode": "byte"}),
    ("Latin-1", b"\xe9 \xfc", {"mode": "byte"}),
    ("Latin-1 named by ECI", "é ü", {"encoding": "latin-1", "eci": True}),
    ("Latin-2 named by ECI", "ě š", {"encoding": "iso-8859-2", "eci": True}),
    ("GB 18030 named by ECI", "张é", {"encoding": "gb18030", "eci": True}),
    ("UTF-16 named by ECI", "é张", {"encoding": "utf-16-be", "eci": True}),
    ("Hanzi mode", "张三", {"mode": "hanzi"}),
    ("Kanji mode", "点茗", {"mode": "kanji"}),
    ("alphanumeric", "VB1:6BF+70790T9WJWG.FKY*4GO0", {"mode": "alphanumeric"}),
    ("numeric", "01234567890123456789", {"mode": "numeric"}),
    ("line ends", b"a\r\nb\tc\n", {"mode": "byte"}),
    ("a zero and a control byte", b"a\x00b\x0ec", {"mode": "byte"}),
]


def stage_of(cascade: Cascade, name: str) -> Stage:
    """The stage by its name, as still pictures use it."""
    cascade.stages.wait = True
    stages = {"zxing": zxing.read, **cascade.stages.by_name, **cascade.stages.for_stills}
    return stages[name]


def seen_by(name: str, draw: Callable[[int], Gray]) -> Gray:
    """The picture as the stage is made for: a dark-mode code, small modules, or a code out of focus."""
    picture = draw(3 if "outlined" in name else 6)
    if "deblurred" in name:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.5 if "more" in name else 1.5), np.uint8)
    return (255 - picture).astype(np.uint8) if "inverted" in name else picture


def text_of(content: str | bytes) -> str:
    """What the code says: UTF-8 where the bytes are valid UTF-8, else Latin-1."""
    if isinstance(content, str):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def only(codes: list[FoundCode]) -> FoundCode:
    """The one code of the list."""
    assert len(codes) == 1
    return codes[0]


@pytest.mark.parametrize("stage", STAGES)
def test_all_256_byte_values_come_through_every_stage(
    cascade: Cascade, draw_qr: Callable[..., Gray], stage: str
) -> None:
    """A decoder that rewrites bytes would break signatures and foreign codes alike."""
    picture = seen_by(stage, lambda unit: draw_qr(EVERY_BYTE, unit, mode="byte"))
    assert only(stage_of(cascade, stage)(picture)).raw == EVERY_BYTE


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("how", "content", "arguments"), WRITINGS, ids=[how for how, _, _ in WRITINGS])
def test_no_stage_reads_a_wrong_text(
    cascade: Cascade,
    draw_qr: Callable[..., Gray],
    stage: str,
    how: str,
    content: str | bytes,
    arguments: dict[str, str],
) -> None:
    """A stage may pass a code over whose character set it cannot know; it never gives another text."""
    picture = seen_by(stage, lambda unit: draw_qr(content, unit, **arguments))
    codes = stage_of(cascade, stage)(picture)
    if how != "Hanzi mode" or not stage.startswith("zbar"):  # zbar knows no Hanzi mode
        assert only(codes).text == text_of(content)


@pytest.mark.parametrize(("how", "content", "arguments"), WRITINGS, ids=[how for how, _, _ in WRITINGS])
def test_the_whole_cascade_reads_every_writing(
    cascade: Cascade, draw_qr: Callable[..., Gray], how: str, content: str | bytes, arguments: dict[str, str]
) -> None:
    """What the visitor's code says is what comes out, live and still."""
    picture = draw_qr(content, **arguments)
    assert only(cascade.decode(picture)).text == text_of(content)
    assert only(cascade.decode_still(picture)).text == text_of(content)


def test_zbar_alone_does_not_guess(draw_qr: Callable[..., Gray], monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes in a character set that zbar does not tell are dropped when zxing-cpp cannot read the place."""
    cascade = Cascade(ZbarProcess())
    try:
        stage = stage_of(cascade, "zbar full")
        monkeypatch.setattr(zxing, "read", lambda gray: [])
        assert stage(draw_qr("张é", encoding="gb18030", eci=True)) == []
        assert only(stage(draw_qr("é ü 张".encode(), mode="byte"))).text == "é ü 张"
    finally:
        cascade.close()
