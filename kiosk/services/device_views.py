"""What the guard's screens show of devices: how each answers, and the thermometers in the guards' hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """How one device stands. `name`: a text key's end (`device.<...>`); `words`: its answer, as `check` says it."""

    name: str
    words: str
    is_well: bool


@dataclass(frozen=True, slots=True)
class DevicesView:
    """The devices: lines of `check`, then the text keys of those that are watched all the time, well or not."""

    lines: tuple[DeviceLine, ...]
    others: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class InstrumentView:
    """One of the guards' thermometers: its serial number, where it measures, the last day of its calibration."""

    serial: str
    sites: tuple[str, ...]
    checked_until: date
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class InstrumentsView:
    """The guards' thermometers, and with which one the guard measures; None: not chosen, or none is listed."""

    listed: tuple[InstrumentView, ...] = ()
    chosen: InstrumentView | None = None

    @property
    def must_choose(self) -> bool:
        """Whether nothing can be measured before one is chosen."""
        return bool(self.listed) and self.chosen is None


ANY_INSTRUMENT: Final = InstrumentsView()
"""Where the policy lists none: any is taken, without a number."""
