"""Lookups by number in a large local copy, in a process that has done nothing else.

python -m bench.log_rig.lookups make|find FILE BOOKINGS LOOKUPS
"""

from __future__ import annotations

import json
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
_WARM: Final = 2000  # lookups before the clock runs: a kiosk is seldom just switched on
_AT: Final = datetime(2020, 3, 10, 2, tzinfo=UTC)


def measure_lookups(folder: Path, bookings: int, lookups: int) -> dict[str, Any]:
    """Return how long lookups among so many bookings take, and how much memory their process holds then."""
    for what in ("make", "find"):
        program = [sys.executable, "-m", "bench.log_rig.lookups", what, str(folder / "copy.db")]
        done = subprocess.run(
            [*program, str(bookings), str(lookups)], cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    return json.loads(done.stdout)


def make(copy: SqliteCopy, bookings: int) -> dict[str, Any]:
    """Fill the copy as a refresh does, page by page."""
    began = time.perf_counter()
    for first in range(0, bookings, _PAGE):
        some = [booking(number) for number in range(first, min(first + _PAGE, bookings))]
        plain = BookingPage.model_construct(
            server_time_ms=0, reset=False, bookings=some, gone=[], cursor=first, more=False, days=[date(2020, 3, 10)]
        )
        copy.store_page(plain, _AT)
    return {"taken_s": round(time.perf_counter() - began)}


def find(copy: SqliteCopy, bookings: int, lookups: int) -> dict[str, Any]:
    """Look drawn numbers up."""
    rng = random.Random(7)
    times: list[float] = []
    for value in (rng.randrange(bookings) for _ in range(lookups + _WARM)):
        number = from_value(value * 7_919)
        began = time.perf_counter()
        found = copy.by_number(number)
        times.append(time.perf_counter() - began)
        if [item.number for item in found] != [number]:
            raise RuntimeError(f"booking {value} was not found")
    del times[:_WARM]
    return {
        "bookings": bookings,
        "lookup_p50_us": round(percentile(times, 0.5) * 1e6, 1),
        "lookup_p99_us": round(percentile(times, 0.99) * 1e6, 1),
        "rss_mb": round(_resident_kb() / 1024),
    }


def _resident_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def main(what: str, path: Path, bookings: int, lookups: int) -> int:
    """Make a copy or look up in one, and print what came out as JSON."""
    copy = SqliteCopy(path, KEY)
    print(json.dumps(make(copy, bookings) if what == "make" else find(copy, bookings, lookups)))
    copy.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
