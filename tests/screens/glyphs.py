"""Which signs the kiosk's font draws: Kivy knows no second font, and draws nothing or a box for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NEVER_A_SIGN = "\uffff"
"""Drawn as the font draws whatever it lacks."""


def missing(font: Path, signs: Iterable[str]) -> set[str]:
    """Return those of `signs` that the font at `font` draws as nothing or as its box for unknown signs."""
    face = ImageFont.truetype(str(font), 32)
    lacking = _drawn(face, _NEVER_A_SIGN)
    return {sign for sign in set(signs) if not sign.isspace() and _drawn(face, sign) in {lacking, None}}


def _drawn(face: ImageFont.FreeTypeFont, sign: str) -> bytes | None:
    image = Image.new("L", (64, 64))
    ImageDraw.Draw(image).text((8, 8), sign, fill=255, font=face)
    return image.tobytes() if image.getbbox() is not None else None
