"""Correcting a figure: a new entry that points at the old one, by name and with the reason."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from kiosk.domain.correction import What, correction_body
from kiosk.domain.entry import EntryKind
from kiosk.errors import UsageError
from kiosk.log_commands.files import NO_TEXT, Command, open_reader, open_store, said
from kiosk.log_commands.ledger_files import misused

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import TextIO

_LONGEST: Final = 200  # signs of each text


def correct(options: argparse.Namespace, out: TextIO) -> int:
    """Record that a figure of an entry was wrong; 2, with why, when there is nothing there to correct."""
    value = _from_input() if options.value == "-" else options.value
    texts = [text.strip() for text in (value, options.by, options.reason)]
    if not all(0 < len(text) <= _LONGEST for text in texts):
        return misused(f"--value, --by and --reason are texts of at most {_LONGEST} signs, and none may be empty")
    reader = open_reader(options)
    try:
        # What is recorded never changes, so it may be read before the act begins.
        entry = next(iter(reader.entries(options.seq - 1, 1)), None) if options.seq > 0 else None
    finally:
        reader.close()
    if entry is None:
        return misused(f"there is no entry {options.seq}")
    try:
        body = correction_body(entry, What(options.what), *texts)
    except ValueError as error:
        return misused(str(error))
    store = open_store(options)
    try:
        with store.act() as act:
            made = act.record(EntryKind.CORRECTED, body)
    finally:
        store.close()
    line = f"entry {made.seq} corrects entry {entry.seq}"
    said(out, {"seq": made.seq, "of_seq": entry.seq, "hash": made.hash}, line, as_json=options.json)
    return 0


def _from_input() -> str:
    """Return a line of standard input; raises UsageError where it is no text, which depends on the locale."""
    try:
        line = sys.stdin.readline()
        line.encode()
    except UnicodeError as error:
        raise UsageError(f"--value: {NO_TEXT}") from error
    return line


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seq", type=int, required=True, metavar="N", help="the entry's number (`log list`)")
    parser.add_argument("--what", choices=[what.value for what in What], required=True, help="which figure")
    parser.add_argument(
        "--value",
        required=True,
        help="what it should be; of a reading, °C; - reads it from standard input, where no other user sees a name",
    )
    parser.add_argument("--by", required=True, help="who corrects it")
    parser.add_argument("--reason", required=True, help="why it was wrong")


COMMANDS: Final[Mapping[str, Command]] = {
    "correct": Command("correct a figure by a new entry; the old one stays in the log", correct, _arguments),
}
