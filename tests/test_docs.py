"""The documents are true: what they name exists, and what exists is named."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kiosk import errors
from kiosk.domain.admission import ORDER, Reason
from kiosk.domain.screening import NO_DEVICE, Outcome

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "tests" / "scanner" / "data"
COMMANDS = ("kiosk", "central", "demo", "scan", "check", "log", "bench")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _keys(table: dict[str, Any], before: str = "") -> set[str]:
    """Return the dotted keys of a TOML table; what a list of tables holds is described under the list's own key."""
    found: set[str] = set()
    for key, value in table.items():
        is_words = isinstance(value, dict) and set(value) == {"zh", "en"}
        found |= _keys(value, f"{before}{key}.") if isinstance(value, dict) and not is_words else {before + key}
    return found


def _readme_commands() -> list[list[str]]:
    """Return every `./run …` line of the README, without what stands beside it."""
    lines = re.findall(r"^ {4}\./run(.*)$", _read("README.md"), re.MULTILINE)
    return [shlex.split(re.split(r" {2,}", line.strip())[0]) for line in lines]


def _main(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "main.py", *arguments], capture_output=True, text=True, check=False, timeout=100
    )


def test_every_command_of_the_readme_is_known() -> None:
    """A new user can type each line as it stands: the subcommand is there and takes these options."""
    commands = _readme_commands()
    assert len(commands) > 10
    for words in commands:
        if not words or words[0] == "test" or words[0].startswith(("sets", "shows")):
            continue
        assert words[0] in COMMANDS, words
        path = words[:2] if words[0] == "log" else words[:1]
        usage = _main(*path, "--help") if path != ["bench"] else _main("bench")
        text = usage.stdout + usage.stderr
        for option in (word for word in words if word.startswith("--")):
            assert option in text, f"{words}: {option} is not in the help"
        if words[0] == "bench":
            assert words[1] in text


def test_each_subcommand_stands_in_the_readme() -> None:
    """Nothing that main.py can do is left to be found by chance."""
    used = {words[0] for words in _readme_commands() if words}
    assert set(COMMANDS) <= used


def test_the_scan_of_the_readme_prints_a_json_line() -> None:
    """The tool works on a picture, as the README says."""
    picture = next(path for path in sorted(PICTURE.iterdir()) if path.suffix in {".png", ".webp", ".jpg"})
    run = _main("scan", str(picture))
    assert run.returncode == 0
    assert '"text":' in run.stdout


@pytest.mark.parametrize("name", ["kiosk", "policy", "declaration", "central"])
def test_every_key_of_the_settings_is_described(name: str) -> None:
    """An operator finds each key of each file in docs/operations.md."""
    described = _read("docs/operations.md")
    table = tomllib.loads(_read(f"config/{name}.toml"))
    missing = [key for key in sorted(_keys(table)) if not _is_named(key, described)]
    assert missing == []


def _is_named(key: str, text: str) -> bool:
    return f"`{key}`" in text or f"`{key.rpartition('.')[2]}`" in text


def _subclasses(kind: type) -> set[type]:
    return {kind} | {found for child in kind.__subclasses__() for found in _subclasses(child)}


def test_every_error_code_is_described() -> None:
    """An operator who reads a code on the screen finds what to do about it."""
    described = _read("docs/operations.md")
    codes = {kind.code for kind in _subclasses(errors.KioskError)} | {NO_DEVICE}
    assert [code for code in sorted(codes) if f"`{code}`" not in described] == []


def test_the_reasons_stand_in_the_order_in_which_they_are_shown() -> None:
    """The documented order is the one that the code uses."""
    section = _read("docs/operations.md").partition("## Why a visitor was refused")[2].partition("\n## ")[0]
    listed = [Reason(word) for word in re.findall(r"`(\w+)`", section) if word in set(Reason)]
    assert tuple(listed[: len(ORDER)]) == ORDER


def test_the_glossary_has_every_reason_and_outcome() -> None:
    """One word per thing: the code's closed lists are the glossary's."""
    glossary = _read("GLOSSARY.md")
    assert [word for word in (*Reason, *Outcome) if word not in glossary] == []


def test_the_tree_of_the_architecture_is_there() -> None:
    """Every path that ARCHITECTURE.md draws exists, and no module of kiosk/ is left out."""
    tree = _read("ARCHITECTURE.md").partition("```\nmain.py")[2].partition("```")[0]
    inside = re.findall(r"^ {2}(\S+)", tree, re.MULTILINE)
    top = re.findall(r"^(\w+(?:\.py|/))", tree, re.MULTILINE)
    for name in inside:
        assert (ROOT / "kiosk" / name).exists(), name
    for name in top:
        assert (ROOT / name).exists(), name
    modules = {path.name for path in (ROOT / "kiosk").glob("*.py")} - {"__init__.py"}
    assert modules <= set(inside)


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/operations.md",
        "docs/protocol.md",
        "docs/temperature.md",
    ],
)
def test_every_link_and_picture_is_there(name: str) -> None:
    """No link of the documents leads nowhere."""
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#:]+)\)", _read(name))
    assert [link for link in links if not (folder / link).exists()] == []
