"""Power losses at a busy door: what was acknowledged is there, and the log can be read.

Beside it, as a control, the same with `synchronous = NORMAL`: there acts do get lost, so the test can tell.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.powerloss_rig.child import Loss, furnish_in_child, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.powerloss_rig.door import Door

_VISITORS = 60


def run(argv: Sequence[str]) -> int:
    """Print one JSON object; exit code 1 when an act or a log was lost, or when the control lost nothing."""
    parser = argparse.ArgumentParser(prog="bench powerloss", description=__doc__)
    parser.add_argument(
        "--losses", type=int, default=50, metavar="N", help="power losses (default 50), and as many more"
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (default 1)")
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON object")
    options = parser.parse_args(argv)
    seeds = range(options.seed, options.seed + options.losses)
    with tempfile.TemporaryDirectory(prefix="powerloss-") as folder:
        door = furnish_in_child(Path(folder), _VISITORS)
        sure = lose(door, Path(folder), seeds, is_full=True)
        control = lose(door, Path(folder), seeds, is_full=False)
    if not options.json:
        print(f"synchronous = FULL: {sure}\nsynchronous = NORMAL, the control: {control}")
    answer = {"losses": options.losses, **sure, "control_lost": control["lost"]}
    print(json.dumps(answer))
    return 1 if answer["lost"] or answer["unreadable"] or not answer["control_lost"] else 0


def lose(door: Door, folder: Path, seeds: range, *, is_full: bool) -> dict[str, int]:
    """Lose the power once per seed; return how many acts were acknowledged and lost, and how many logs."""
    sums = {"acknowledged": 0, "lost": 0, "unreadable": 0}
    for seed in seeds:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            shadow = Path(place, "shadow")
            shadow.mkdir()
            acknowledged = Loss(door.copy_to(Path(place, "data")), shadow, seed, is_full).happen()
            verdict = judge(shadow, door.key())
        lost = verdict.lost(acknowledged)
        sums["acknowledged"] += len(acknowledged)
        sums["lost"] += lost
        sums["unreadable"] += not verdict.is_readable
        if is_full and (lost or not verdict.is_readable):
            print(f"seed {seed}: {lost} of {len(acknowledged)} lost; {verdict.why}", file=sys.stderr)
    return sums
