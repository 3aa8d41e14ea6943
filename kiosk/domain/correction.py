"""Corrections: a corrected figure is a new entry that points at the old one; nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.masking import mask_name, mask_phone, mask_plate
from kiosk.domain.screening import RAW_HIGH_CC, RAW_LOW_CC

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


class What(StrEnum):
    """What a correction may correct; the closed list."""

    NAME = "name"
    PHONE = "phone"
    PLATE = "plate"
    DISTRICT = "district"
    MASK = "mask"
    READING = "reading"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that was corrected: both figures, masked as the row is, and both entries' numbers."""

    what: What
    old: str
    new: str
    of_seq: int
    seq: int
    by: str
    reason: str


_MASKS: Final[Mapping[What, Callable[[str], str]]] = {
    What.NAME: mask_name,
    What.PHONE: mask_phone,
    What.PLATE: mask_plate,
}


def shown(what: What, text: str, *, full: bool) -> str:
    """Return a figure as the ledger may show it; masked unless `full`, and "" stays so."""
    mask = _MASKS.get(what)
    return text if full or mask is None or not text else mask(text)


def correction_body(entry: Entry, what: What, value: str, by: str, reason: str) -> Mapping[str, Any]:
    """Return the body of the entry that corrects a figure of `entry`; raises ValueError, saying why it cannot."""
    body = entry.data()
    if "visit_id" not in body:
        raise ValueError(f"entry {entry.seq} ({entry.kind}) is about no visit, or was erased")
    if what is What.READING:
        holds = entry.kind in {EntryKind.READING, EntryKind.LATE_ENTRY} and bool(body.get("reading"))
        if not holds or body["reading"].get("value_cc") is None:
            raise ValueError(f"entry {entry.seq} ({entry.kind}) holds no reading")
        value = celsius(celsius_cc(value))
    return {
        "visit_id": body["visit_id"],
        "of_seq": entry.seq,
        "of_hash": entry.hash,
        "what": what.value,
        "value": value,
        "guard_id": by,
        "reason": reason,
    }


def check_correction(body: Mapping[str, Any]) -> None:
    """Raise ValueError, LookupError or TypeError for the body of a correction that is none."""
    if What(body["what"]) is What.READING:
        celsius_cc(body["value"])
    if not all(isinstance(body[name], str) for name in ("value", "guard_id", "reason")):
        raise TypeError("not a text")
    if not isinstance(body["of_seq"], int):
        raise TypeError("not a number")


def celsius_cc(text: str) -> int:
    """Return a typed temperature (`36.8`) in hundredths of a degree; raises ValueError for what is none."""
    try:
        value = Decimal(text) * 100
        whole = int(value)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"{text} is no temperature") from error
    if value != whole or not RAW_LOW_CC <= whole <= RAW_HIGH_CC:
        raise ValueError(f"{text} is no temperature in °C, with at most two decimals")
    return whole


def celsius(value_cc: int) -> str:
    """Return hundredths of a degree as people write them: 36.8, 36.85; rounded, it might be past a limit or not."""
    return f"{value_cc / 100:.2f}".removesuffix("0")
