"""What the scanner reads and costs, beside its peers (plain pyzbar, zxing-cpp alone, OpenCV's detectors), in one run.

With PATHs: pictures with their text in a file beside them (`N.txt` beside `N.jpg`); where there is none, a text that
two families of decoders agree on. With --visits: drawn visits of two seconds. With --blank: frames without a code.
Without any of them: what each stage costs, and frames without a code.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.scanner_rig.blank import measure_blank, measure_stages
from bench.scanner_rig.pictures import walk
from bench.scanner_rig.reading import read_pictures
from bench.scanner_rig.visits import measure_visits
from kiosk.scanner import Cascade, ZbarProcess
from kiosk.scanning.frames import quiet_opencv

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANK = 90
_SEED = 20200316


def run(argv: Sequence[str]) -> int:
    """Print a table and then one JSON object; exit code 1 when a frame without a code was read, 2 without pictures."""
    options = _parsed(argv)
    quiet_opencv()
    answer: dict[str, Any]
    if options.visits:
        answer = measure_visits(options.visits, options.seed)
    elif options.blank:
        answer = measure_blank(options.blank)
    elif options.paths:
        pictures = walk(Path(path) for path in options.paths)
        if not pictures:
            print("bench scanner: no pictures there", file=sys.stderr)
            return 2
        cascade = Cascade(ZbarProcess())
        try:
            answer = read_pictures(pictures, cascade)
        finally:
            cascade.close()
    else:
        answer = {"stages_ms": measure_stages(_BLANK // 3), "blank": measure_blank(_BLANK)}
    if not options.json:
        _print_table(answer)
    print(json.dumps(answer))
    return int(bool(answer.get("blank", answer).get("read")))


def _parsed(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench scanner", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="pictures, or folders that are searched for them")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--visits", type=_count, metavar="N", help="drawn visits of two seconds")
    what.add_argument("--blank", type=_count, metavar="N", help="frames without a code")
    parser.add_argument("--seed", type=int, default=_SEED, metavar="S", help="of the visits")
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON object")
    options = parser.parse_args(argv)
    if options.paths and (options.visits or options.blank):
        parser.error("pictures, --visits or --blank, one at a time")
    return options


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _print_table(answer: dict[str, Any]) -> None:
    """Rows for people: what is by decoder as a table, the rest as it is named."""
    rows = answer.get("decoders", answer)
    head: Sequence[str] = ()
    for name, row in rows.items():
        if not isinstance(row, dict):
            print(f"{name}: {row}")
            continue
        if tuple(row) != head:
            head = tuple(row)
            print(f"{'':12}" + "".join(f"{column:>16}" for column in head))
        print(f"{name:12}" + "".join(f"{value:>16}" for value in row.values()))
    for name, value in answer.items() if rows is not answer else ():
        if name != "decoders":
            print(f"{name}: {value}")
