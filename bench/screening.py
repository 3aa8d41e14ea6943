"""What the rules find on real people: a file of facial and oral temperatures (FDA, PhysioNet 10.13026/3bhc-9065).

People with all four rounds at every site; the median of the four; a constant offset per site, so that its mean meets
the oral mean; flagged at 37.30 °C. Computed in exact fractions: nothing is rounded before it is compared.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SITES: Final[Mapping[str, str]] = {
    "canthus": "canthiMax",
    "face_max": "T_Max",
    "forehead_max": "T_FH_Max",
    "forehead_centre": "T_FHCC",
}
ROUNDS: Final = (1, 2, 3, 4)
ORAL: Final = "aveOralM"
LIMIT: Final = Fraction("37.3")
LOW: Final = Fraction("35.5")  # of config/policy.toml: a low reading enters no baseline
DEVIATION: Final = Fraction("0.75")
LAST: Final = 10
FEVERS: Final = (Fraction("37.5"), Fraction("38"))


@dataclass(frozen=True, slots=True)
class Person:
    """One person's oral temperature and the median of four at each site, in °C."""

    oral: Fraction
    sites: Mapping[str, Fraction]


def run(argv: Sequence[str]) -> int:
    """Print the figures per site; exit code 2 for a file that cannot be read or holds nobody."""
    parser = argparse.ArgumentParser(prog="bench screening", description=__doc__)
    parser.add_argument("csv", type=Path, metavar="CSV", help="laid out as FLIR_group1.csv")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    try:
        people = read_people(options.csv)
    except (OSError, ValueError) as error:
        print(f"bench screening: {options.csv}: {error}", file=sys.stderr)
        return 2
    found = figures(people)
    print(json.dumps(found) if options.json else as_table(found))
    return 0


def read_people(path: Path) -> list[Person]:
    """Return the people of a file, in its order; raises ValueError when it is not laid out so or holds nobody."""
    wanted = [ORAL, *(f"{column}{number}" for column in SITES.values() for number in ROUNDS)]
    place: dict[str, int] = {}
    people: list[Person] = []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for row in csv.reader(file):
            if not place:
                names = [cell.strip() for cell in row]
                place = {name: names.index(name) for name in wanted} if set(wanted) <= set(names) else {}
                continue
            person = _person({name: row[at] if at < len(row) else "" for name, at in place.items()})
            people += [person] if person is not None else []
    if not place:
        message = f"no line names the columns {', '.join(wanted)}"
        raise ValueError(message)
    if not people:
        message = "nobody has all four rounds"
        raise ValueError(message)
    return people


def _person(cells: Mapping[str, str]) -> Person | None:
    values = {name: _number(cell) for name, cell in cells.items()}
    known = {name: value for name, value in values.items() if value is not None}
    if len(known) < len(values):
        return None
    sites = {site: _median([known[f"{column}{number}"] for number in ROUNDS]) for site, column in SITES.items()}
    return Person(known[ORAL], sites)


def _number(cell: str) -> Fraction | None:
    try:
        value = Decimal(cell.strip())
    except InvalidOperation:
        return None
    return Fraction(value) if value.is_finite() else None


def _median(four: Sequence[Fraction]) -> Fraction:
    ordered = sorted(four)
    return (ordered[1] + ordered[2]) / 2


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def is_over_baseline(value: Fraction, found_normal: Sequence[Fraction]) -> bool | None:
    """Tell whether `value` reaches the adaptive limit; None while fewer than ten were found normal."""
    if len(found_normal) < LAST:
        return None
    kept = sorted(found_normal[-LAST:])[1:-1]
    return value >= _mean(kept) + DEVIATION


def _adaptive(value: Fraction, found_normal: Sequence[Fraction]) -> bool:
    over = is_over_baseline(value, found_normal)
    return value >= LIMIT if over is None else over


RULES: Final[Mapping[str, Callable[[Fraction, Sequence[Fraction]], bool]]] = {
    "fixed": lambda value, _found_normal: value >= LIMIT,
    "adaptive": _adaptive,  # alone; the fixed limit stands in while its baseline is too small
    "combined": lambda value, found_normal: value >= LIMIT or _adaptive(value, found_normal),
}


def flagged(values: Sequence[Fraction], rule: Callable[[Fraction, Sequence[Fraction]], bool]) -> list[bool]:
    """Return who is flagged, one after another; what a rule found normal, and not too low, is its baseline."""
    found_normal: list[Fraction] = []
    answers: list[bool] = []
    for value in values:
        is_flagged = rule(value, found_normal)
        answers.append(is_flagged)
        if not is_flagged and value >= LOW:
            found_normal.append(value)
    return answers


def figures(people: Sequence[Person]) -> dict[str, Any]:
    """Return sensitivity and specificity per site and rule; None where nobody could show it."""
    orals = [person.oral for person in people]
    sites: dict[str, Any] = {}
    for site in SITES:
        seen = [person.sites[site] for person in people]
        offset = _mean(orals) - _mean(seen)
        values = [value + offset for value in seen]
        sites[site] = {name: _shares(flagged(values, rule), orals) for name, rule in RULES.items()}
    return {"people": len(people), "sites": sites}


def _shares(flags: Sequence[bool], orals: Sequence[Fraction]) -> dict[str, float | None]:
    fever, high = FEVERS
    return {
        "sens_37_5": _share([flag for flag, oral in zip(flags, orals, strict=True) if oral >= fever]),
        "spec_37_5": _share([not flag for flag, oral in zip(flags, orals, strict=True) if oral < fever]),
        "sens_38_0": _share([flag for flag, oral in zip(flags, orals, strict=True) if oral >= high]),
    }


def _share(answers: Sequence[bool]) -> float | None:
    return round(sum(answers) / len(answers), 4) if answers else None


def as_table(found: Mapping[str, Any]) -> str:
    """Return the figures for people to read."""
    lines = [f"{found['people']} people", f"{'site':16} {'rule':9} {'sens 37.5':>9} {'spec 37.5':>9} {'sens 38.0':>9}"]
    for site, rules in found["sites"].items():
        for rule, shares in rules.items():
            cells = " ".join(f"{share:9.3f}" if share is not None else f"{'-':>9}" for share in shares.values())
            lines.append(f"{site:16} {rule:9} {cells}")
    return "\n".join(lines)
