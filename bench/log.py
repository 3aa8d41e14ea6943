"""What the log costs: commits beside raw syncs, verification, size, draining beside a raw client, and lookups.

Machines are shared and disks differ, so what counts are the ratios: both sides are measured in turns, in one run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.log_rig.commits import measure_commits, measure_verify
from bench.log_rig.drain import measure_drain
from bench.log_rig.lookups import measure_lookups

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE: Final = {"acts": 4000, "entries": 100_000, "batches": 60, "bookings": 1_000_000, "lookups": 20_000}
_QUICK: Final = {"acts": 100, "entries": 1000, "batches": 3, "bookings": 2000, "lookups": 500}


def run(argv: Sequence[str]) -> int:
    """Print one JSON object; exit code 0."""
    parser = argparse.ArgumentParser(prog="bench log", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: shows that it runs, measures little")
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON object")
    options = parser.parse_args(argv)
    size = _QUICK if options.quick else _WHOLE
    answer: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="bench-log-") as place:
        folder = Path(place)
        parts = (
            lambda: measure_commits(folder, size["acts"]),
            lambda: measure_verify(folder, size["entries"]),
            lambda: measure_drain(folder, size["batches"]),
            lambda: measure_lookups(folder, size["bookings"], size["lookups"]),
        )
        for part in parts:
            found = part()
            answer |= found
            if not options.json:
                print(", ".join(f"{name} {value}" for name, value in found.items()))
    print(json.dumps(answer))
    return 0
