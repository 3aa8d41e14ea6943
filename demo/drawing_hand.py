"""What the visitor holds up, drawn with the hand: a phone that shows a code, or a sheet of paper that carries one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

if TYPE_CHECKING:
    from demo.drawing_hall import Picture

Colour = tuple[int, int, int, int]
Place = tuple[int, int, int, int]
"""Left, top, width, height."""

# Modules of white around a code (ISO/IEC 18004 section 9.1).
QUIET = 4

# Skin in several tones and sleeves in several colours, BGR and full coverage.
SKINS: tuple[Colour, ...] = ((168, 194, 232, 255), (140, 170, 214, 255), (112, 144, 190, 255), (82, 112, 158, 255))
_SLEEVES: tuple[Colour, ...] = ((96, 70, 48, 255), (60, 60, 64, 255), (70, 84, 120, 255), (110, 112, 96, 255))

_FRAME: Colour = (38, 36, 34, 255)
_WHITE: Colour = (252, 252, 252, 255)
_INK: Colour = (36, 34, 32, 255)
_FAINT: Colour = (206, 210, 208, 255)
_DARK_GROUND: Colour = (30, 28, 26, 255)
_LIGHT_INK: Colour = (235, 235, 235, 255)
_TEAL: Colour = (87, 93, 11, 255)


@dataclass(frozen=True, slots=True)
class Held:
    """A drawn thing: its picture with coverage, and the middle of its code in it (x, y, pixels)."""

    picture: Picture
    middle: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """How it is drawn: `unit` pixels a module, `dark` mode, the screen's `brightness` and pixel `grid` (0 to 1)."""

    unit: int
    dark: bool = False
    brightness: float = 1.0
    grid: float = 0.0
    skin: int = 0
    left_handed: bool = False


def code_modules(text: str) -> NDArray[np.uint8]:
    """The code's modules, 1 for dark, with its quiet zone; level M, alphanumeric where the text allows it."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    return np.pad(np.array([list(row) for row in code.matrix], dtype=np.uint8), QUIET)


def draw_phone(text: str, look: Look) -> Held:
    """A phone held up from below, fingers around its edges."""
    code = _code_picture(text, look)
    size = code.shape[0]
    wide, high = round(size * 1.18), round(size * 2.1)
    canvas, phone = _canvas(wide, high)
    left, top = phone[:2]
    _arm(canvas, phone, look)
    bezel = max(3, size // 40)
    _box(canvas, phone, size // 9, _FRAME)
    screen = (left + bezel, top + bezel, wide - 2 * bezel, high - 2 * bezel)
    _box(canvas, screen, size // 10, _DARK_GROUND if look.dark else _WHITE)
    _app(canvas, screen, size, look)
    x, y = left + (wide - size) // 2, top + round(high * 0.27)
    canvas[y : y + size, x : x + size, :3] = code
    _light_screen(canvas, screen, look)
    _fingers(canvas, phone, look)
    return Held(canvas, (x + size / 2, y + size / 2))


def draw_paper(text: str, look: Look) -> Held:
    """A printed sheet held at its lower edge."""
    code = _code_picture(text, look)
    size = code.shape[0]
    wide, high = round(size * 1.5), round(size * 1.95)
    canvas, sheet = _canvas(wide, high)
    left, top = sheet[:2]
    _arm(canvas, sheet, look)
    cv2.rectangle(canvas, (left, top), (left + wide, top + high), _WHITE, -1, cv2.LINE_AA)
    inner = left + size // 8
    _lines(canvas, (inner, top + size // 9), (round(wide * 0.62), size // 14), _INK, 1)
    _lines(canvas, (inner, top + size // 4), (round(wide * 0.8), size // 30), _FAINT, 2)
    x, y = left + (wide - size) // 2, top + round(high * 0.22)
    canvas[y : y + size, x : x + size, :3] = code
    _lines(canvas, (inner, y + size + size // 20), (round(wide * 0.8), size // 30), _FAINT, 3)
    _shade_paper(canvas, sheet)
    _thumb_below(canvas, sheet, look)
    return Held(canvas, (x + size / 2, y + size / 2))


def draw_poster(text: str, look: Look) -> Held:
    """A printed notice without a hand: what hangs beside a kiosk."""
    code = _code_picture(text, look)
    size = code.shape[0]
    wide, high = round(size * 1.3), round(size * 1.75)
    canvas = np.zeros((high + 8, wide + 8, 4), np.uint8)
    cv2.rectangle(canvas, (4, 4), (wide + 3, high + 3), _WHITE, -1, cv2.LINE_AA)
    cv2.rectangle(canvas, (4, 4), (wide + 3, 4 + size // 3), _TEAL, -1, cv2.LINE_AA)
    _lines(canvas, (4 + size // 8, 4 + size // 9), (size, size // 10), _WHITE, 1)
    x, y = 4 + (wide - size) // 2, 4 + round(high * 0.25)
    canvas[y : y + size, x : x + size, :3] = code
    _lines(canvas, (4 + size // 8, y + size + size // 12), (size, size // 24), _FAINT, 2)
    return Held(canvas, (x + size / 2, y + size / 2))


def _code_picture(text: str, look: Look) -> Picture:
    dark, light = (_LIGHT_INK, _DARK_GROUND) if look.dark else (_INK, _WHITE)
    colours = np.array([light[:3], dark[:3]], dtype=np.uint8)
    return np.repeat(np.repeat(colours[code_modules(text)], look.unit, 0), look.unit, 1)


def _canvas(wide: int, high: int) -> tuple[Picture, Place]:
    """An empty picture with room beside the thing for the hand and below it for the arm, and the thing's place."""
    side = round(wide * 0.45)
    return np.zeros((high * 2 + 40, wide + 2 * side, 4), np.uint8), (side, 20, wide, high)


def _box(canvas: Picture, place: Place, radius: int, colour: Colour) -> None:
    """A filled box with round corners."""
    left, top, wide, high = place
    right, bottom = left + wide, top + high
    cv2.rectangle(canvas, (left + radius, top), (right - radius, bottom), colour, -1)
    cv2.rectangle(canvas, (left, top + radius), (right, bottom - radius), colour, -1)
    for x in (left + radius, right - radius):
        for y in (top + radius, bottom - radius):
            cv2.circle(canvas, (x, y), radius, colour, -1, cv2.LINE_AA)


def _lines(canvas: Picture, start: tuple[int, int], size: tuple[int, int], colour: Colour, count: int) -> None:
    """Bars that stand for lines of text, the last one shorter."""
    wide, high = size
    for line in range(count):
        y = start[1] + line * round(high * 2.1)
        length = wide if line + 1 < count or count == 1 else round(wide * 0.6)
        cv2.rectangle(canvas, (start[0], y), (start[0] + length, y + high), colour, -1)


def _app(canvas: Picture, screen: Place, size: int, look: Look) -> None:
    """The booking app around the code: a header, the booking's lines above and below."""
    left, top, wide, high = screen
    inner = left + wide // 12
    cv2.rectangle(
        canvas,
        (left, top + size // 8),
        (left + wide, top + round(size * 0.36)),
        (58, 62, 8, 255) if look.dark else _TEAL,
        -1,
    )
    _lines(canvas, (inner, top + size // 5), (wide // 2, size // 14), _WHITE, 1)
    faint: Colour = (84, 80, 78, 255) if look.dark else _FAINT
    _lines(canvas, (inner, top + round(size * 0.43)), (round(wide * 0.7), size // 24), faint, 1)
    below = top + round(high * 0.27) + size
    _lines(canvas, (inner, below + size // 10), (round(wide * 0.8), size // 22), faint, 1)
    button = (inner, top + round(high * 0.87), wide - wide // 6, size // 7)
    _box(canvas, button, size // 16, _TEAL)


def _light_screen(canvas: Picture, screen: Place, look: Look) -> None:
    """Dim the screen to its brightness, and lay its pixel grid over it: red, green and blue a third apart."""
    left, top, wide, high = screen
    area = canvas[top : top + high, left : left + wide, :3]
    light = np.full((high, wide, 3), look.brightness, np.float32)
    if look.grid:
        columns = np.arange(wide)[:, None] / 2.7 + np.arange(3) / 3
        rows = np.arange(high) / 3.1
        light *= 1 - look.grid * (0.5 + 0.5 * np.sin(2 * np.pi * columns))[None, :, :]
        light *= 1 - look.grid * 0.6 * (0.5 + 0.5 * np.sin(2 * np.pi * rows))[:, None, None]
    area[:] = (area * light).astype(np.uint8)


def _shade_paper(canvas: Picture, sheet: Place) -> None:
    """Paper bends: one side of a fold lies in a soft shade."""
    left, top, wide, high = sheet
    area = canvas[top : top + high, left : left + wide, :3]
    across = np.linspace(-1, 1, wide)
    shade = (0.93 + 0.07 * np.cos(across * 2.4)) * np.where(across > 0.1, 0.97, 1.0)
    area[:] = (area * shade[None, :, None]).astype(np.uint8)


def _arm(canvas: Picture, thing: Place, look: Look) -> None:
    """The palm behind the thing and the forearm in its sleeve; drawn on the still empty canvas."""
    left, top, wide, high = thing
    skin, sleeve = SKINS[look.skin], _SLEEVES[look.skin]
    bottom = top + high
    palm = (left + round(wide * 0.56), bottom - high // 10)
    wrist = (left + round(wide * 0.72), bottom + high // 3)
    end = (left + round(wide * 0.95), canvas.shape[0] + high // 4)
    cv2.line(canvas, palm, wrist, skin, round(wide * 0.52), cv2.LINE_AA)
    cv2.circle(canvas, palm, round(wide * 0.42), skin, -1, cv2.LINE_AA)
    cv2.line(canvas, (wrist[0], wrist[1] + high // 16), end, sleeve, round(wide * 0.66), cv2.LINE_AA)
    if look.left_handed:
        canvas[:] = canvas[:, ::-1].copy()


def _fingers(canvas: Picture, phone: Place, look: Look) -> None:
    """Four fingertips around one edge of the phone, the thumb on the other; they cover the bezel, not the code."""
    left, top, wide, high = phone
    layer = np.zeros_like(canvas)
    thick = round(wide * 0.13)
    for finger in range(4):
        y = top + round(high * (0.56 + 0.09 * finger))
        reach = left + round(wide * (0.008 if finger else 0.0))
        _digit(layer, (left - thick, y + thick // 3), (reach, y), thick, look)
    base = (left + wide + round(wide * 0.16), top + round(high * 0.86))
    tip = (left + wide - round(wide * 0.01), top + round(high * 0.66))
    cv2.line(
        layer, (left + round(wide * 0.86), top + high + high // 24), base, SKINS[look.skin], thick * 2, cv2.LINE_AA
    )
    _digit(layer, base, tip, round(thick * 1.25), look)
    _over(canvas, layer, look)


def _thumb_below(canvas: Picture, sheet: Place, look: Look) -> None:
    """A thumb that holds the sheet's lower edge."""
    left, top, wide, high = sheet
    layer = np.zeros_like(canvas)
    base = (left + round(wide * 0.66), top + high + high // 9)
    tip = (left + round(wide * 0.56), top + round(high * 0.93))
    _digit(layer, base, tip, round(wide * 0.13), look)
    _over(canvas, layer, look)


def _digit(layer: Picture, base: tuple[int, int], tip: tuple[int, int], thick: int, look: Look) -> None:
    """A finger from `base` to `tip`: shaded at its edge, with a nail at its end."""
    skin = SKINS[look.skin]
    cv2.line(layer, base, tip, _tinted(skin, 0.82), thick, cv2.LINE_AA)
    cv2.line(layer, base, tip, skin, round(thick * 0.8), cv2.LINE_AA)
    across = (tip[0] - base[0], tip[1] - base[1])
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    cv2.ellipse(layer, (tip, (thick * 0.5, thick * 0.42), angle), _tinted(skin, 1.08), -1, cv2.LINE_AA)


def _over(canvas: Picture, layer: Picture, look: Look) -> None:
    """Lay the layer over the canvas, mirrored for a left hand (the canvas is as wide on both sides)."""
    layer = np.asarray(cv2.GaussianBlur(layer[:, ::-1] if look.left_handed else layer, (0, 0), 1.0), dtype=np.uint8)
    through = (255 - layer[:, :, 3:]).astype(np.uint16)
    canvas[:] = layer + (canvas * through // 255).astype(np.uint8)


def _tinted(colour: Colour, by: float) -> Colour:
    blue, green, red = (min(255, round(part * by)) for part in colour[:3])
    return blue, green, red, colour[3]
