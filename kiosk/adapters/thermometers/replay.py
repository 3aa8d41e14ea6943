"""Readings from a file, one after another: for tests with recorded values. Marked, refused in production.

The file is CSV with a header: `celsius` (two decimals at most, a point), and optionally `site`, `kind`, `samples`,
`spread`, `trend`, `ambient`. An empty `celsius` is a fault of the device.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.adapters.thermometers.degrees import centi
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import Flag, Reading
from kiosk.errors import ConfigError, DeviceTimeout, DeviceUnavailable
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from kiosk.ports import Clock


class ReplayThermometer:
    """Gives one row after another; at the end it is a device that is not there."""

    is_simulated = True

    def __init__(self, path: Path, clock: Clock) -> None:
        """Read the whole file; raises ConfigError with the line of the first mistake."""
        self.name = f"replay:{path.stem}"
        self._clock = clock
        try:
            with path.open(encoding="utf-8", newline="") as file:
                table = csv.DictReader(file)
                if "celsius" not in (table.fieldnames or ()):
                    raise ConfigError([f"thermometer.file: {path}: has no column celsius"])
                self._rows = [_parsed(path, number, row) for number, row in enumerate(table, start=2)]
        except OSError as error:
            raise ConfigError([f"thermometer.file: {path}: {error.strerror}"]) from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise ConfigError([f"thermometer.file: {path}: is no CSV: {error}"]) from error
        self._next = iter(self._rows)
        self._is_closed = False

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Return the next row's reading; raises DeviceTimeout for an empty one, DeviceUnavailable at the end."""
        if self._is_closed:
            raise DeviceUnavailable(self.name, "was closed")
        progress(1.0)
        row = next(self._next, None)
        if row is None:
            raise DeviceUnavailable(self.name, "the recording is over")
        if row.value_cc is None:
            raise DeviceTimeout(self.name, "the recording holds no value here")
        return Reading(
            value_cc=row.value_cc,
            kind=row.kind,
            site=row.site,
            device_id=self.name,
            taken_at=self._clock.now(),
            n_samples=row.samples,
            spread_cc=row.spread_cc,
            trend_cc=row.trend_cc,
            ambient_cc=row.ambient_cc,
            flags=(Flag.REPLAYED,),
        )

    def describe(self) -> Capabilities:
        """Return what a recording can do: give what it holds."""
        return Capabilities(THERMOMETER_API, None, None, resolution_cc=1, accuracy="as it was recorded")

    def self_test(self) -> str:
        """Return how much it holds; no row is used up by asking."""
        return f"holds {len(self._rows)} recorded readings; REPLAYED, measures nobody"

    def close(self) -> None:
        """Give nothing any more; the file was closed already."""
        self._is_closed = True


@dataclass(frozen=True, slots=True)
class _Row:
    value_cc: int | None
    kind: ReadingKind
    site: BodySite
    samples: int
    spread_cc: int
    trend_cc: int
    ambient_cc: int | None


def _parsed(path: Path, number: int, row: dict[str, str | None]) -> _Row:
    try:
        return _Row(
            _maybe(row.get("celsius")),
            ReadingKind(row.get("kind") or "body_estimate"),
            BodySite(row.get("site") or "forehead"),
            int(row.get("samples") or 10),
            _maybe(row.get("spread")) or 0,
            _maybe(row.get("trend")) or 0,
            _maybe(row.get("ambient")),
        )
    except ValueError as error:
        raise ConfigError([f"thermometer.file: {path}, line {number}: {error}"]) from error


def _maybe(text: str | None) -> int | None:
    return centi(text) if text else None


def open_device(options: Mapping[str, Any], clock: Clock) -> ReplayThermometer:
    """Return the device for `kiosk.toml`."""
    return ReplayThermometer(Path(options["file"]), clock)
