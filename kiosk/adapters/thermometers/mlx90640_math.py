"""From the words of an MLX90640 to a picture of temperatures: the data sheet's calibration, with numpy.

The emissivity is given by the caller: a widely used library fixes it at 0.95, by which skin reads 0.43 °C too high in
a room of 20 °C (temperature-facts.md section 1). Names are the data sheet's (Melexis MLX90640, section 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROWS, COLUMNS = 24, 32
PIXELS: Final = ROWS * COLUMNS
EEPROM_WORDS: Final = 832
FRAME_WORDS: Final = 834  # 832 of RAM, the control register, the subpage
KELVIN: Final = 273.15
ROOM_BELOW_CHIP: Final = 8.0  # °C: the sensor's own warmth above the surroundings (data sheet, "in the open air")

_ROW: Final = np.arange(PIXELS) // COLUMNS
_COLUMN: Final = np.arange(PIXELS) % COLUMNS
_ODD_ROW: Final = _ROW % 2
_ODD_COLUMN: Final = _COLUMN % 2
_CHESS: Final = _ODD_ROW ^ _ODD_COLUMN
_NUMBER: Final = np.arange(PIXELS)
_CONVERSION: Final = ((_NUMBER + 2) // 4 - (_NUMBER + 3) // 4 + (_NUMBER + 1) // 4 - _NUMBER // 4) * (1 - 2 * _ODD_ROW)


def signed(value: int, bits: int) -> int:
    """Return the lowest `bits` of `value` as a number with a sign."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _signed(values: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    return np.where(values >= 1 << (bits - 1), values - (1 << bits), values)


def _nibbles(words: Sequence[int]) -> NDArray[np.int64]:
    return np.array([signed(word >> shift, 4) for word in words for shift in (0, 4, 8, 12)], np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What one sensor's EEPROM says of it."""

    kvdd: float
    vdd25: float
    kvptat: float
    ktptat: float
    vptat25: float
    alpha_ptat: float
    gain: float
    tgc: float
    resolution: int
    ks_ta: float
    ks_to: tuple[float, ...]
    corners: tuple[float, ...]
    alpha: Floats
    offset: Floats
    kta: Floats
    kv: Floats
    cp_offset: tuple[float, float]
    cp_kta: float
    cp_kv: float
    il_chess: tuple[float, float, float]
    mode: int
    broken: NDArray[np.bool_]


def calibration(ee: Sequence[int]) -> Calibration:
    """Return what `ee` (832 words) says; raises ValueError for an EEPROM that is none."""
    if len(ee) != EEPROM_WORDS or not any(ee[64:]) or ee[33] == 0 or ee[48] == 0:
        raise ValueError("this is no MLX90640's EEPROM")
    pixels = np.array(ee[64:], np.int64)
    corners, ks_to = _to_ranges(ee)
    cp_offset = signed(ee[58], 10)
    cp_alpha = signed(ee[57], 10) / 2 ** ((ee[32] >> 12) + 27)
    cp_alpha_1 = (1 + signed(ee[57] >> 10, 6) / 128) * cp_alpha
    tgc = signed(ee[60], 8) / 32
    return Calibration(
        kvdd=signed(ee[51] >> 8, 8) * 32,
        vdd25=((ee[51] & 0xFF) - 256) * 32 - 8192,
        kvptat=signed(ee[50] >> 10, 6) / 4096,
        ktptat=signed(ee[50], 10) / 8,
        vptat25=ee[49],
        alpha_ptat=(ee[16] >> 12) / 4 + 8,
        gain=signed(ee[48], 16),
        tgc=tgc,
        resolution=(ee[56] >> 12) & 3,
        ks_ta=signed(ee[60] >> 8, 8) / 8192,
        ks_to=ks_to,
        corners=corners,
        alpha=_alpha(ee, pixels) - tgc * (cp_alpha + cp_alpha_1) / 2,
        offset=_offset(ee, pixels),
        kta=_kta(ee, pixels),
        kv=_kv(ee),
        cp_offset=(cp_offset, cp_offset + signed(ee[58] >> 10, 6)),
        cp_kta=signed(ee[59], 8) / 2 ** (((ee[56] >> 4) & 15) + 8),
        cp_kv=signed(ee[59] >> 8, 8) / 2 ** ((ee[56] >> 8) & 15),
        il_chess=(signed(ee[53], 6) / 16, signed(ee[53] >> 6, 5) / 2, signed(ee[53] >> 11, 5) / 8),
        mode=((ee[10] & 0x0800) >> 4) ^ 0x80,
        broken=(pixels == 0) | (pixels & 1 == 1),
    )


def _to_ranges(ee: Sequence[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    step = ((ee[63] >> 12) & 3) * 10
    third = ((ee[63] >> 4) & 15) * step
    scale = 1 << ((ee[63] & 15) + 8)
    raw = (ee[61], ee[61] >> 8, ee[62], ee[62] >> 8)
    return (-40, 0, third, third + ((ee[63] >> 8) & 15) * step), tuple(signed(value, 8) / scale for value in raw)


def _alpha(ee: Sequence[int], pixels: NDArray[np.int64]) -> Floats:
    rest = _signed((pixels >> 4) & 0x3F, 6) << (ee[32] & 15)
    rows = _nibbles(ee[34:40])[_ROW] << ((ee[32] >> 8) & 15)
    columns = _nibbles(ee[40:48])[_COLUMN] << ((ee[32] >> 4) & 15)
    return (ee[33] + rows + columns + rest) / 2.0 ** ((ee[32] >> 12) + 30)


def _offset(ee: Sequence[int], pixels: NDArray[np.int64]) -> Floats:
    rest = _signed((pixels >> 10) & 0x3F, 6) << (ee[16] & 15)
    rows = _nibbles(ee[18:24])[_ROW] << ((ee[16] >> 8) & 15)
    columns = _nibbles(ee[24:32])[_COLUMN] << ((ee[16] >> 4) & 15)
    return (signed(ee[17], 16) + rows + columns + rest).astype(np.float64)


def _kta(ee: Sequence[int], pixels: NDArray[np.int64]) -> Floats:
    by_place = np.array([signed(ee[54] >> 8, 8), signed(ee[55] >> 8, 8), signed(ee[54], 8), signed(ee[55], 8)])
    rest = _signed((pixels >> 1) & 7, 3) << (ee[56] & 15)
    return (by_place[2 * _ODD_ROW + _ODD_COLUMN] + rest) / 2.0 ** (((ee[56] >> 4) & 15) + 8)


def _kv(ee: Sequence[int]) -> Floats:
    by_place = np.array([signed(ee[52] >> 12, 4), signed(ee[52] >> 4, 4), signed(ee[52] >> 8, 4), signed(ee[52], 4)])
    return by_place[2 * _ODD_ROW + _ODD_COLUMN] / 2.0 ** ((ee[56] >> 8) & 15)


def chip(frame: Sequence[int], known: Calibration) -> tuple[float, float]:
    """Return the supply (V) and the chip's temperature (°C); raises ValueError for a frame that cannot be."""
    ram_resolution = (frame[832] >> 10) & 3
    vdd = (2.0 ** (known.resolution - ram_resolution) * signed(frame[810], 16) - known.vdd25) / known.kvdd + 3.3
    ptat, vbe = signed(frame[800], 16), signed(frame[768], 16)
    whole = ptat * known.alpha_ptat + vbe
    if whole == 0:
        raise ValueError("a frame without a chip temperature")
    art = ptat / whole * 2**18
    ta = (art / (1 + known.kvptat * (vdd - 3.3)) - known.vptat25) / known.ktptat + 25
    if not (2.0 < vdd < 4.5 and -40 <= ta <= 125):  # noqa: PLR2004 - the data sheet's operating range, and some
        raise ValueError(f"a frame with {vdd:.2f} V and a chip at {ta:.1f} °C")
    return vdd, ta


def temperatures(frame: Sequence[int], known: Calibration, emissivity: float, out: Floats) -> float:
    """Put the temperatures (°C) of the frame's subpage into `out` (768); return the room's as the sensor has it.

    Broken pixels, and those that the equation has no answer for, become NaN. Raises ValueError for a torn frame.
    """
    if len(frame) != FRAME_WORDS or signed(frame[778], 16) == 0:
        raise ValueError("a torn frame")
    vdd, ta = chip(frame, known)
    room = ta - ROOM_BELOW_CHIP
    subpage, mode = frame[833] & 1, (frame[832] & 0x1000) >> 5
    gain = known.gain / signed(frame[778], 16)
    warm, supply = ta - 25, vdd - 3.3
    interleaved = mode != known.mode
    # Pixels of this subpage: every other row, or a chess board.
    mine = (_CHESS if mode else _ODD_ROW) == subpage
    raw = _signed(np.array(frame[:PIXELS], np.int64)[mine], 16) * gain
    raw -= known.offset[mine] * (1 + known.kta[mine] * warm) * (1 + known.kv[mine] * supply)
    if interleaved:
        raw += known.il_chess[2] * (2 * _ODD_ROW[mine] - 1) - known.il_chess[1] * _CONVERSION[mine]
    raw -= known.tgc * _compensation(frame, known, gain, subpage, (warm, supply), interleaved=interleaved)
    ta4, room4 = (ta + KELVIN) ** 4, (room + KELVIN) ** 4
    around = room4 - (room4 - ta4) / emissivity
    alpha = known.alpha[mine] * (1 + known.ks_ta * warm)
    with np.errstate(invalid="ignore", divide="ignore"):
        out[mine] = _solved(np.asarray(raw / emissivity, np.float64), alpha, around, known)
    out[known.broken] = np.nan
    return room


def _compensation(
    frame: Sequence[int],
    known: Calibration,
    gain: float,
    subpage: int,
    drifts: tuple[float, float],
    *,
    interleaved: bool,
) -> float:
    """What the blind compensation pixel of this subpage sees."""
    warm, supply = drifts
    offset = known.cp_offset[subpage] + (known.il_chess[0] if interleaved and subpage else 0)
    value = signed(frame[808 if subpage else 776], 16) * gain
    return value - offset * (1 + known.cp_kta * warm) * (1 + known.cp_kv * supply)


def _solved(ir: Floats, alpha: Floats, around: float, known: Calibration) -> Floats:
    ks, corners = known.ks_to, known.corners
    bend = ks[1] * np.sqrt(np.sqrt(alpha**3 * (ir + alpha * around)))
    first = np.sqrt(np.sqrt(ir / (alpha * (1 - ks[1] * KELVIN) + bend) + around)) - KELVIN
    third = 1 + ks[1] * corners[2]
    factors = np.array([1 / (1 + ks[0] * 40), 1, third, third * (1 + ks[2] * (corners[3] - corners[2]))])
    part = np.digitize(np.nan_to_num(first), corners[1:])
    slope = 1 + np.array(ks)[part] * (first - np.array(corners)[part])
    return np.sqrt(np.sqrt(ir / (alpha * factors[part] * slope) + around)) - KELVIN
