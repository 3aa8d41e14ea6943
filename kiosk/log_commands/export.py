"""Taking the log out of the kiosk, whole or as a ledger for people: every export is registered as an entry."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.adapters.ledger_writer import ledger_of, out_file
from kiosk.domain.entry import EntryKind
from kiosk.log_commands.files import Command, iso_day, open_reader, open_store
from kiosk.log_commands.ledger_files import account, known_here, lacks_reason, making, misused, zone_name
from kiosk.protocol.messages import to_wire_entry
from ledger.forms import FORMS, write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import TextIO

    from kiosk.domain.ledger import Ledger, Making
    from kiosk.domain.ledger_row import Known

_WHOLE: Final = "json"  # the entries themselves, as they can be merged and verified


def export_entries(options: argparse.Namespace, out: TextIO) -> int:
    """Write the log's entries or a day's ledger, and register the export as an entry of the log.

    Returns 1 when the chain is broken: a ledger then holds what comes before the flaw, and says so.
    """
    is_whole = options.form == _WHOLE
    if not is_whole and options.out is None:
        return misused("a ledger is written to a file: --out FILE")
    if lacks_reason(options):
        return misused("--full shows names and numbers: it needs --by NAME and --reason TEXT")
    if is_whole and options.day is not None:
        return misused("json is every entry whole, of all days: --day is for xlsx, csv and pdf")
    if options.out is None:
        _register(options, None)
        return _write_entries(options, out)
    known = known_here(options)
    how = None if is_whole else making(options, known.timezone)
    try:
        with out_file(options.out) as file:
            _register(options, how)
            if how is None:
                with file.open("w", encoding="utf-8") as lines:
                    return _write_entries(options, lines)
            ledger = _ledger(options, known, how)
            file.write_bytes(write(ledger, options.form))
    except OSError as error:
        return misused(f"{options.out}: {error.strerror}")
    return 1 if any(chain.flaw is not None for chain in ledger.chains) else 0


def _register(options: argparse.Namespace, how: Making | None) -> None:
    """Record the export before anything leaves the kiosk; `how` is None for the entries themselves."""
    body = {
        "form": options.form,
        "day": how.day.isoformat() if how is not None else "",
        "full": how is None or how.full,
        "by": options.by or account(),
        "reason": options.reason or "",
    }
    store = open_store(options)
    try:
        with store.act() as act:
            act.record(EntryKind.EXPORTED, body)
    finally:
        store.close()


def _write_entries(options: argparse.Namespace, out: TextIO) -> int:
    indent = None if options.json or options.out else 1
    reader = open_reader(options)
    try:
        wired = (to_wire_entry(entry) for entry in reader.entries())
        out.writelines(json.dumps(entry, ensure_ascii=False, indent=indent) + "\n" for entry in wired)
    finally:
        reader.close()
    return 0


def _ledger(options: argparse.Namespace, known: Known, how: Making) -> Ledger:
    """Return the day's ledger: of a broken chain, what comes before the flaw."""
    with closing(open_reader(options)) as reader:
        return ledger_of(reader, known, how)


def ledger_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every making of a ledger asks: of which day, for whom, where to."""
    parser.add_argument("--day", type=iso_day, help="the site's day (ISO date); today when left out")
    parser.add_argument("--full", action="store_true", help="names and numbers unmasked; needs --by and --reason")
    parser.add_argument("--by", help="who makes it")
    parser.add_argument("--reason", help="what for")
    parser.add_argument("--timezone", type=zone_name, help="the site's time zone, where the kiosk does not know it")


def _arguments(parser: argparse.ArgumentParser) -> None:
    forms = (_WHOLE, *FORMS)
    parser.add_argument("--format", dest="form", choices=forms, default=_WHOLE, help="json: every entry whole")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to; json goes to standard output without it")
    ledger_arguments(parser)


COMMANDS: Final[Mapping[str, Command]] = {
    "export": Command(
        "write every entry with its body, or a day's ledger as xlsx, csv or pdf; the export is registered as an entry",
        export_entries,
        _arguments,
    ),
}
