"""Lookups by number in a large local copy, in a process that has done nothing else.

python -m bench.log_rig.lookups make|find FILE BOOKINGS LOOKUPS
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from bench.log_rig.acts import KEY, booking
from bench.log_rig.commits import percentile
from kiosk.adapters.local_copy import SqliteCopy
from kiosk.domain.booking_number import from_value
from kiosk.protocol.messages import BookingPage

_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = 5000
_WARM: Final = 8000  # lookups before the clock runs, until the connection holds as many pages as it may: a busy day's
_COLD: Final = 2000  # lookups of a kiosk that has just been switched on
_CHUNK: Final = 1 << 20
_AT: Final = datetime(2020, 3, 10, 2, tzinfo=UTC)


def measure_lookups(folder: Path, bookings: int, lookups: int) -> dict[str, Any]:
    """Return how long lookups among so many bookings take, and how much memory their process holds then."""
    for what in ("make", "find"):
        program = [sys.executable, "-m", "bench.log_rig.lookups", what, str(folder / "copy.db")]
        done = subprocess.run(
            [*program, str(bookings), str(lookups)], cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    return json.loads(done.stdout)


def make(path: Path, bookings: int, _lookups: int) -> dict[str, Any]:
    """Fill the copy as a refresh does, page by page."""
    copy = SqliteCopy(path, KEY)
    began = time.perf_counter()
    for first in range(0, bookings, _PAGE):
        some = [booking(number) for number in range(first, min(first + _PAGE, bookings))]
        plain = BookingPage.model_construct(
            server_time_ms=0, reset=False, bookings=some, gone=[], cursor=first, more=False, days=[date(2020, 3, 10)]
        )
        copy.store_page(plain, _AT)
    copy.close()
    return {"taken_s": round(time.perf_counter() - began)}


def find(path: Path, bookings: int, lookups: int) -> dict[str, Any]:
    """Look drawn numbers up: of a file that the machine has in memory, and of one that it has to read from the disk.

    Some machines take the memory of a file back within seconds of its last use, so it is read once before the first.
    """
    rng = random.Random(7)
    with path.open("rb") as file:
        while file.read(_CHUNK):
            pass
    copy = SqliteCopy(path, KEY)
    _times(copy, [rng.randrange(bookings) for _ in range(min(_WARM, 2 * lookups))])
    times = _times(copy, [rng.randrange(bookings) for _ in range(lookups)])
    resident = _resident_kb()
    copy.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    copy = SqliteCopy(path, KEY)
    cold = _times(copy, [rng.randrange(bookings) for _ in range(min(_COLD, lookups))])
    copy.close()
    return {
        "bookings": bookings,
        "lookup_p50_us": _us(times, 0.5),
        "lookup_p99_us": _us(times, 0.99),
        "lookup_cold_p50_us": _us(cold, 0.5),
        "lookup_cold_p99_us": _us(cold, 0.99),
        "rss_mb": round(resident / 1024),
    }


def _times(copy: SqliteCopy, values: list[int]) -> list[float]:
    times: list[float] = []
    for value in values:
        number = from_value(value * 7_919)
        began = time.perf_counter()
        found = copy.by_number(number)
        times.append(time.perf_counter() - began)
        if [item.number for item in found] != [number]:
            raise RuntimeError(f"booking {value} was not found")
    return times


def _us(times: list[float], part: float) -> float:
    return round(percentile(times, part) * 1e6, 1)


def _resident_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def main(what: str, path: Path, bookings: int, lookups: int) -> int:
    """Make a copy or look up in one, and print what came out as JSON."""
    print(json.dumps((make if what == "make" else find)(path, bookings, lookups)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
