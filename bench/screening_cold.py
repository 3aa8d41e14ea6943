"""The cold entrance: drawn visitors are measured 0, 1, 3, 5 and 60 minutes after they came in from -5.5 to 0 °C.

Foreheads after Dzien et al. 2021 (doi 10.1007/s00508-020-01754-2); between those minutes each visitor keeps their
place in the crowd and warms with the logarithm of time. Every second one has a fever that lifts the skin by a whole
degree, which is generous. The kiosk's own rules judge them, beside a bare threshold.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kiosk.cli import CONFIG
from kiosk.config import load
from kiosk.domain.course import Turn, after, is_cold_now
from kiosk.domain.ids import KioskId, VisitId
from kiosk.domain.policy import BodySite, Cold, ReadingKind
from kiosk.domain.record import Measured, Visit
from kiosk.domain.screening import Before, Outcome, Reading, assess
from kiosk.domain.visit import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.domain.policy import ScreeningPolicy

# minutes after coming in: mean and standard deviation of the forehead, °C
FOREHEADS: Final = ((0, 33.17, 1.45), (1, 34.90, 1.49), (3, 35.77, 1.10), (5, 36.08, 0.79), (60, 36.60, 0.24))
FEVER: Final = 1.0  # °C that a fever lifts the skin by
NOISE_CC: Final = 2  # of the median of twelve samples
OUTDOOR_CC: Final = -300
ROOM_CC: Final = 2050  # the hall of the study
START: Final = datetime(2020, 3, 10, 1, 0, tzinfo=UTC)
MOST_READINGS: Final = 6
MEASURED: Final = (BodySite.FOREHEAD, ReadingKind.BODY_ESTIMATE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A visitor: their place in the crowd (in standard deviations), and whether they have a fever."""

    place: float
    has_fever: bool

    def forehead_cc(self, minutes: float) -> float:
        """Return the forehead's true temperature so many minutes after coming in."""
        at = math.log1p(min(minutes, FOREHEADS[-1][0]))
        for (m0, mean0, sd0), (m1, mean1, sd1) in pairwise(FOREHEADS):
            low, high = math.log1p(m0), math.log1p(m1)
            if at <= high:
                part = (at - low) / (high - low)
                mean, spread = mean0 + part * (mean1 - mean0), sd0 + part * (sd1 - sd0)
                return 100 * (mean + self.place * spread + (FEVER if self.has_fever else 0))
        raise AssertionError

    def is_warming(self, minutes: float, policy: ScreeningPolicy) -> bool:
        """Tell whether the forehead rises by as much within a minute as the policy calls rising."""
        return self.forehead_cc(minutes + policy.rise_wait_s / 60) - self.forehead_cc(minutes) >= policy.rise_cc


def run(argv: Sequence[str]) -> int:
    """Print what becomes of them, by minute; exit code 1 when somebody was found normal while warming up."""
    parser = argparse.ArgumentParser(prog="bench screening_cold", description=__doc__)
    parser.add_argument("--visitors", type=int, default=10_000, metavar="N", help="at each minute (default 10000)")
    parser.add_argument("--seed", type=int, default=20200310, metavar="N")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    found = figures(load(CONFIG / "kiosk.toml").policy.screening, options.visitors, options.seed)
    if options.json:
        print(json.dumps(found))
    else:
        print(as_table(found))
    return 1 if any(row["normal_while_warming"] for row in found.values()) else 0


def figures(policy: ScreeningPolicy, visitors: int, seed: int) -> dict[str, dict[str, float]]:
    """Return what became of `visitors` drawn people at each minute, by the minute."""
    chance = random.Random(seed)
    warm = replace(policy, cold=Cold())  # nobody told the kiosk that it is cold outside
    found: dict[str, dict[str, float]] = {}
    for minute, _mean, _sd in FOREHEADS:
        crowd = [Drawn(chance.gauss(0, 1), number % 2 == 0) for number in range(visitors)]
        found[str(minute)] = _row(crowd, minute, policy, warm, chance)
    return found


def _row(
    crowd: Sequence[Drawn], minute: int, policy: ScreeningPolicy, warm: ScreeningPolicy, chance: random.Random
) -> dict[str, float]:
    limit = next(item for item in policy.limits if (item.site, item.kind) == MEASURED)
    ends = [judged(visitor, minute, policy, chance) for visitor in crowd]
    unaware = [judged(visitor, minute, warm, chance) for visitor in crowd if visitor.has_fever]
    ill = [end for visitor, end in zip(crowd, ends, strict=True) if visitor.has_fever]
    well = Counter(end.turn for visitor, end in zip(crowd, ends, strict=True) if not visitor.has_fever)
    bare = [visitor.forehead_cc(minute) >= limit.elevated_cc for visitor in crowd if visitor.has_fever]
    wrong = sum(
        end.turn is Turn.PASS and (visitor.is_warming(end.minute, policy) or end.value_cc < limit.low_cc)
        for visitor, end in zip(crowd, ends, strict=True)
    )
    return {
        "bare_sensitivity": _share(sum(bare), len(bare)),
        "sensitivity_without_cold_mode": _share(sum(end.turn is not Turn.PASS for end in unaware), len(unaware)),
        "sensitivity": _share(sum(end.turn is not Turn.PASS for end in ill), len(ill)),
        "elevated_at_the_kiosk": _share(sum(end.is_elevated for end in ill), len(ill)),
        "healthy_to_guard": _share(well[Turn.GUARD], well.total()),
        "readings": _share(sum(end.readings for end in ends), len(ends)),
        "normal_while_warming": wrong,
    }


def _share(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


@dataclass(frozen=True, slots=True)
class End:
    """How a visitor left the kiosk: by which turn, when (minutes after coming in), and by which reading."""

    turn: Turn
    minute: float
    value_cc: int
    readings: int
    is_elevated: bool


def judged(visitor: Drawn, minute: float, policy: ScreeningPolicy, chance: random.Random) -> End:
    """Return what the kiosk's rules make of a visitor whose first contact and reading are at `minute`."""
    visit = Visit(VisitId("v"), KioskId("k"), Step.MEASURING, START, START)
    passed = timedelta()
    for number in range(1, MOST_READINGS + 1):
        now = minute + passed.total_seconds() / 60
        reading = _reading(round(visitor.forehead_cc(now) + chance.gauss(0, NOISE_CC)), passed)
        assessment = assess(reading, policy, _before(visit, policy, reading))
        course = after(visit, assessment, policy, is_manual=False)
        if course.turn is not Turn.REST:
            return End(course.turn, now, reading.value_cc, number, assessment.outcome is Outcome.ELEVATED)
        measured = Measured(reading.taken_at, reading.value_cc, assessment.outcome, "bench:1", is_manual=False)
        visit = replace(visit, readings=(*visit.readings, measured))
        passed += course.rest
    raise AssertionError


def _reading(value_cc: int, passed: timedelta) -> Reading:
    return Reading(
        value_cc=value_cc,
        kind=ReadingKind.BODY_ESTIMATE,
        site=BodySite.FOREHEAD,
        device_id="bench:1",
        taken_at=START + passed,
        n_samples=12,
        ambient_cc=ROOM_CC,
        dwell_s=int(passed.total_seconds()),
        outdoor_cc=OUTDOOR_CC,
    )


def _before(visit: Visit, policy: ScreeningPolicy, reading: Reading) -> Before:
    """Return what came before: no state stands behind drawn visitors, so there is no baseline and no check."""
    last = visit.readings[-1] if visit.readings else None
    return Before(
        cold_cc=last.value_cc if last is not None else None,
        cold_s=int((reading.taken_at - last.at).total_seconds()) if last is not None else 0,
        is_cold=is_cold_now(policy.cold, reading.outdoor_cc, 9),
    )


def as_table(found: dict[str, dict[str, float]]) -> str:
    """Return the figures for people to read."""
    lines = [
        "sensitivity: share of those with a fever whom no machine lets in",
        " min bare 37.3 no cold mode   kiosk of it elevated healthy to guard readings normal while warming",
    ]
    for minute, row in found.items():
        lines.append(
            f"{minute:>4} {row['bare_sensitivity']:9.3f} {row['sensitivity_without_cold_mode']:12.3f} "
            f"{row['sensitivity']:7.3f} {row['elevated_at_the_kiosk']:14.3f} {row['healthy_to_guard']:16.3f} "
            f"{row['readings']:8.2f} {row['normal_while_warming']:20.0f}"
        )
    return "\n".join(lines)
