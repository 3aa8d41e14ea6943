"""What all commands on a log share: its file and key, and how an answer is said."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from kiosk.adapters.central_client import client_of
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.config import load
from kiosk.enrolment import LOG_FILE, data_key
from kiosk.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


NO_TEXT: Final = "these bytes are no UTF-8 text; write it again"


def no_more(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments beyond those that every command has."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `run` gets the arguments (`config`, `data`, `json` and those of `arguments`) and where to write.

    It returns the exit code: 0 well, 1 done and something is not well.
    """

    text: str
    run: Callable[[argparse.Namespace, TextIO], int]
    arguments: Callable[[argparse.ArgumentParser], None] = no_more
    needs_data: bool = True


def iso_day(text: str) -> date:
    """Return a day as it is written on a command line, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no day, as 2026-03-10 is one"
        raise argparse.ArgumentTypeError(message) from error


def check_texts(options: argparse.Namespace) -> None:
    """Raise UsageError, naming the argument, where bytes were given that are no text: none of them can be recorded."""
    for name, value in vars(options).items():
        texts: list[object] = value if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, str | Path) and any("\ud800" <= sign <= "\udfff" for sign in str(text)):
                words = name if isinstance(value, list) else f"--{name.replace('_', '-')}"
                raise UsageError(f"{words}: {NO_TEXT}")


def log_file(config: Path, data: Path) -> tuple[Path, bytes]:
    """Return the file and key of the log in `data`; raises StoreError when there is none."""
    path = data / LOG_FILE
    if not path.is_file():
        message = f"{data}: there is no screening log here"
        raise StoreError(message)
    return path, data_key(load(config), data)


def open_reader(options: argparse.Namespace) -> LogReader:
    """Open the log of `options` to be read."""
    return LogReader(*log_file(options.config, options.data))


def open_store(options: argparse.Namespace) -> LogStore:
    """Open the log of `options` to be written; refused by SQLite's lock while a kiosk is in the middle of an act."""
    return LogStore(*log_file(options.config, options.data), SystemClock(), lambda: None)


@dataclass(frozen=True, slots=True)
class ServerCopy:
    """How far the server's copy of a log goes, its last hash there ("": in quarantine), and what was acknowledged."""

    seq: int
    hash: str
    acknowledged: int


def server_copy(options: argparse.Namespace) -> ServerCopy:
    """Return what the server holds of this log; raises ServerError."""
    settings = load(options.config)
    reader = open_reader(options)
    try:
        own, acknowledged = reader.identity, reader.acknowledged()
        client = client_of(settings.kiosk.server, own, reader.earlier_tokens(), SystemClock())
        answer = client.send((), last=reader.last()[0], acknowledged=acknowledged)
        client.close()
    finally:
        reader.close()
    return ServerCopy(answer.high_seq, answer.high_hash, acknowledged)


def said(out: TextIO, result: Mapping[str, Any], line: str, *, as_json: bool) -> None:
    """Write a result as one JSON object, or as a line for people."""
    out.write((json.dumps(result, ensure_ascii=False) if as_json else line) + "\n")
