"""The screening benchmarks: they agree with another computation, and the cold entrance lets nobody in while warming."""

from __future__ import annotations

import csv
import json
import re
import statistics
from pathlib import Path
from typing import Any

import pytest

from bench import screening, screening_cold
from kiosk.domain import baseline
from kiosk.domain import screening as domain_screening
from kiosk.domain.policy import Adaptive
from kiosk.domain.screening import Flag

DATA = Path(__file__).parents[3] / "shared" / "data" / "temperature" / "FLIR_group1.csv"
COLUMNS = {"canthus": "canthiMax", "face_max": "T_Max", "forehead_max": "T_FH_Max", "forehead_centre": "T_FHCC"}


@pytest.fixture
def data() -> Path:
    """Return the recorded people, where they are at hand."""
    if not DATA.exists():
        pytest.skip(f"{DATA} is not here")
    return DATA


def people_of(path: Path) -> list[tuple[float, dict[str, float]]]:
    """Return oral temperature and medians, read by column names with plain floats."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    head = next(number for number, line in enumerate(lines) if "aveOralM" in line)
    found = []
    for line in lines[head + 1 :]:
        row = dict(zip(lines[head], line, strict=False))
        cells = {site: [row.get(f"{name}{number}", "") for number in range(1, 5)] for site, name in COLUMNS.items()}
        if row.get("aveOralM") and all(all(four) for four in cells.values()):
            medians = {site: statistics.median(float(cell) for cell in four) for site, four in cells.items()}
            found.append((float(row["aveOralM"]), medians))
    return found


def another_computation(path: Path) -> dict[str, Any]:
    """Return the figures of issue 5, from its text and with nothing of the benchmark's own."""
    people = people_of(path)
    orals = [oral for oral, _ in people]
    answer: dict[str, Any] = {"people": len(people), "sites": {}}
    for site in COLUMNS:
        shift = statistics.fmean(orals) - statistics.fmean(medians[site] for _, medians in people)
        answer["sites"][site] = {}
        for rule in ("fixed", "adaptive", "combined"):
            normals: list[float] = []
            flags = []
            for _, medians in people:
                value = medians[site] + shift
                fixed = value >= 37.30
                adaptive = fixed
                if len(normals) >= 10:
                    adaptive = value >= statistics.fmean(sorted(normals[-10:])[1:9]) + 0.75
                flag = {"fixed": fixed, "adaptive": adaptive, "combined": fixed or adaptive}[rule]
                flags.append(flag)
                if not flag and value >= 35.5:
                    normals.append(value)
            answer["sites"][site][rule] = {
                "sens_37_5": statistics.fmean(f for f, o in zip(flags, orals, strict=True) if o >= 37.5),
                "spec_37_5": statistics.fmean(not f for f, o in zip(flags, orals, strict=True) if o < 37.5),
                "sens_38_0": statistics.fmean(f for f, o in zip(flags, orals, strict=True) if o >= 38.0),
            }
    return answer


def test_the_figures_agree_with_another_computation(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To a hundredth, for every site and rule."""
    assert screening.run([str(data), "--json"]) == 0
    found, expected = json.loads(capsys.readouterr().out), another_computation(data)
    assert found["people"] == expected["people"] == 511
    assert set(found["sites"]) == set(COLUMNS)
    for site, rules in expected["sites"].items():
        for rule, shares in rules.items():
            assert found["sites"][site][rule] == pytest.approx(shares, abs=0.0001), (site, rule)


def test_the_table_holds_the_same_figures(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people to read."""
    assert screening.run([str(data)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "511 people"
    assert len(table) == 2 + 4 * 3
    assert table[2].split() == ["canthus", "fixed", "0.930", "0.863", "1.000"]


def header() -> str:
    """Return the line of names, in another order than the recording's."""
    return ",".join(["aveOralM", *(f"{name}{number}" for number in range(4, 0, -1) for name in COLUMNS.values())])


def person(oral: object, skin: object) -> str:
    """Return the line of somebody who reads the same everywhere."""
    return ",".join([str(oral), *[str(skin)] * 16])


def test_columns_are_found_by_name_and_who_lacks_a_round_is_left_out(tmp_path: Path) -> None:
    """Whatever stands before the names, and in whichever order they stand."""
    lines = ["﻿a title,,", header(), person(36.5, 34.5), person(38.5, 36.5), person("", 35), person(37, "nan"), "1,2"]
    file = tmp_path / "people.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    found: Any = screening.figures(screening.read_people(file))
    assert found["people"] == 2
    assert found["sites"]["canthus"]["combined"] == {"sens_37_5": 1.0, "spec_37_5": 1.0, "sens_38_0": 1.0}


def test_a_share_that_nobody_could_show_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No feverish person, no sensitivity: never a zero or a one."""
    file = tmp_path / "people.csv"
    file.write_text("\n".join([header(), person(36.5, 34.5)]), encoding="utf-8")
    assert screening.run([str(file), "--json"]) == 0
    rules = json.loads(capsys.readouterr().out)["sites"]["face_max"]
    assert rules["fixed"] == {"sens_37_5": None, "spec_37_5": 1.0, "sens_38_0": None}
    assert screening.run([str(file)]) == 0


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", header()])
def test_a_file_that_is_laid_out_otherwise_is_refused(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a word on standard error, and nothing that looks like a figure."""
    file = tmp_path / "people.csv"
    file.write_text(content, encoding="utf-8")
    assert screening.run([str(file)]) == 2
    assert screening.run([str(tmp_path / "gone.csv")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "people.csv" in said.err


def test_the_baseline_of_the_replay_is_the_kiosks_own_rule() -> None:
    """In exact fractions here and in whole hundredths there: the same verdict, also at the very limit."""
    normals = [35.9, 36.1, 36.2, 36.3, 36.4, 36.5, 36.6, 36.7, 36.8, 36.2]
    exact = [screening.Fraction(str(value)) for value in normals]
    whole = [round(100 * value) for value in normals]
    rule = Adaptive(is_on=True)
    for value_cc in range(3700, 3740):
        value = screening.Fraction(value_cc, 100)
        assert screening.is_over_baseline(value, exact) is baseline.is_over(value_cc, whole, rule)
    assert screening.is_over_baseline(screening.Fraction(40), exact[:9]) is None


def test_nobody_is_found_normal_while_warming_up_from_the_cold(capsys: pytest.CaptureFixture[str]) -> None:
    """1,000 drawn visitors at each minute; the whole 10,000 are `./run bench screening_cold`."""
    assert screening_cold.run(["--visitors", "1000", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["0", "1", "3", "5", "60"]
    for row in found.values():
        assert row["normal_while_warming"] == 0
        assert row["sensitivity"] >= row["sensitivity_without_cold_mode"] >= row["bare_sensitivity"]
    # The published chances that a feverish forehead reads 37.3 (temperature-facts.md 0.1).
    bare = [row["bare_sensitivity"] for row in found.values()]
    assert bare == pytest.approx([0.015, 0.17, 0.32, 0.39, 0.89], abs=0.05)


def test_the_cold_table_has_a_line_for_each_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """Sensitivity by the minute, never one number over all."""
    assert screening_cold.run(["--visitors", "50"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + 5


# docs/temperature.md: each figure is what its command prints

DOCS = (Path(__file__).parents[2] / "docs" / "temperature.md").read_text(encoding="utf-8")


def documented(beginning: str) -> list[float]:
    """Return the figures of the one table line of the document that begins so."""
    (line,) = [line for line in DOCS.splitlines() if line.startswith(f"| {beginning}")]
    return [float(cell) for cell in line.strip("| ").split("|")[1:]]


def test_the_document_says_what_the_replay_prints(data: Path) -> None:
    """Nobody has to believe a figure that no command prints."""
    found: Any = screening.figures(screening.read_people(data))
    names = {
        "canthus": "inner corner",
        "face_max": "hottest point of the face",
        "forehead_max": "hottest point of the for",
    }
    for site, name in {**names, "forehead_centre": "centre of the"}.items():
        assert documented(name) == [round(share, 3) for share in found["sites"][site]["fixed"].values()]
    assert f"{found['people']} people" in DOCS
    assert f"{found['sites']['forehead_centre']['adaptive']['sens_37_5']:.3f}" in DOCS


@pytest.mark.long
def test_the_document_says_what_the_cold_entrance_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole 10,000 visitors at each minute."""
    assert screening_cold.run(["--json"]) == 0
    rows = json.loads(capsys.readouterr().out).values()
    lines = {
        "fevers that a bare": "bare_sensitivity",
        "fevers that no machine": "sensitivity",
        "healthy visitors": "healthy_to_guard",
        "found normal": "normal_while_warming",
    }
    for beginning, key in lines.items():
        assert documented(beginning) == [round(row[key], 3) for row in rows]


def test_every_reason_of_a_reading_stands_in_the_document() -> None:
    """An operator who reads a code in the log finds what it means."""
    source = Path(domain_screening.__file__).read_text(encoding="utf-8").partition("def assess(")[2]
    codes = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', source)) - {"adaptive", "elevated"}
    codes |= {flag.value for flag in Flag} - UNREASONED | {"adaptive", "reference_overdue", "reference_failed"}
    assert len(codes) > 25
    assert sorted(code for code in codes if f"`{code}`" not in DOCS) == []


UNREASONED = {"manual", "simulated", "replayed", "pec_unverified", "warming"}  # marks, of which none decides alone
