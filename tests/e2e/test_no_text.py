"""Bytes on the command line, or on standard input, that are no text: said in plain words, and nothing is recorded."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kiosk.errors import UsageError
from tests.e2e.city import CONFIG
from tests.e2e.test_keeping import a_day, config, log

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.city import City

__all__ = ["config"]  # the fixture

BROKEN = "\udcff"  # how Python passes on the byte FF
COMMANDS = (
    ("correct", "--seq", "1", "--what", "name", "--value", BROKEN, "--by", "g", "--reason", "r"),
    ("correct", "--seq", "1", "--what", "name", "--value", "v", "--by", BROKEN, "--reason", "r"),
    ("hold", "--from", "2020-03-01", "--by", "court", "--reason", BROKEN),
    ("hold", "--lift", BROKEN, "--by", "court", "--reason", "r"),
    ("export", "--by", BROKEN),
    ("export", "--format", "csv", "--out", "x", "--full", "--by", "g", "--reason", BROKEN),
    ("list", "--config", f"{BROKEN}.toml"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: f"{words[0]} {words[words.index(_broken(words)) - 1]}")
def test_a_text_that_is_none_is_refused(city: City, config: Path, words: tuple[str, ...]) -> None:
    """By whichever command it comes; the argument is named."""
    data = a_day(city)
    before = log(config, "list", data=data)
    name = words[words.index(_broken(words)) - 1]
    with pytest.raises(UsageError, match=f"{name}: .*UTF-8"):
        log(config, *words, data=data)
    assert log(config, "list", data=data) == before


def _broken(words: tuple[str, ...]) -> str:
    return next(word for word in words if BROKEN in word)


def test_files_whose_names_are_no_text_are_refused(config: Path, tmp_path: Path) -> None:
    """A name stands in what `merge` says, and on the ledger."""
    with pytest.raises(UsageError, match="UTF-8"):
        log(config, "merge", tmp_path / "a", tmp_path / BROKEN, "--format", "csv", "--out", tmp_path / "l.csv")
    assert not (tmp_path / "l.csv").exists()


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_a_program_says_it_in_one_line(city: City, config: Path, locale: str) -> None:
    """Exit code 2, from the command line as from standard input, in any locale."""
    data = a_day(city)
    command = [
        sys.executable,
        str(CONFIG.parent / "main.py"),
        "log",
        "correct",
        "--config",
        str(config),
        "--data",
        data,
    ]
    rest = ["--seq", "1", "--what", "name", "--by", "g", "--reason", "r", "--value"]
    environment = {"PATH": "", "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for value in (b"\xff", b"-"):
        run = subprocess.run(
            [*command, *rest, value], input=b"\xff\n", capture_output=True, check=False, timeout=60, env=environment
        )
        assert (run.returncode, run.stdout) == (2, b"")
        assert run.stderr.startswith(b"--value: ")
        assert run.stderr.count(b"\n") == 1
