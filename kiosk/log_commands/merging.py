"""One ledger from several kiosks' exports, brought on a stick while the network is down. Needs no kiosk's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from kiosk.adapters.ledger_writer import out_file
from kiosk.domain.ledger import build
from kiosk.domain.ledger_merge import NOBODY, Brought, Merged, merge
from kiosk.domain.ledger_row import Known
from kiosk.log_commands.export import ledger_arguments
from kiosk.log_commands.files import Command, said
from kiosk.log_commands.ledger_files import ZONE, lacks_reason, making, misused
from kiosk.log_commands.reading import broken
from kiosk.protocol.messages import WireEntry, from_wire_entry
from ledger.forms import FORMS, write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any, TextIO

    from kiosk.domain.entry import Entry


def merge_exports(options: argparse.Namespace, out: TextIO) -> int:
    """Write a day's ledger of all `log export` files; 1 when one is broken or two contradict each other."""
    if lacks_reason(options):
        return misused("--full shows names and numbers: it needs --by NAME and --reason TEXT")
    try:
        merged = merge(_read(path) for path in options.files)
        known = Known(options.timezone or ZONE)
        how = making(options, known.timezone, chains=merged.chains, forks=merged.forks)
        with out_file(options.out) as file:
            file.write_bytes(write(build(merged.entries, merged.site_id, known, how), options.form))
    except OSError as error:
        return misused(f"{error.filename or options.out}: {error.strerror}")
    except ValueError as error:
        return misused(str(error))
    _tell(merged, out, as_json=options.json)
    return 0 if merged.is_sound else 1


def _read(path: Path) -> Brought:
    """Return the entries of a file, up to the first that cannot be read."""
    text, decoder = path.read_text(encoding="utf-8", errors="replace"), json.JSONDecoder()
    entries: list[Entry] = []
    place = _after_blanks(text, 0)
    while place < len(text):
        try:
            item, end = decoder.raw_decode(text, place)
            entries.append(from_wire_entry(WireEntry.model_validate(item)))
        except (ValueError, ValidationError, RecursionError):
            return Brought(path.name, tuple(entries), is_whole=False)
        place = _after_blanks(text, end)
    return Brought(path.name, tuple(entries))


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _tell(merged: Merged, out: TextIO, *, as_json: bool) -> None:
    for end in merged.chains:
        result: dict[str, Any] = {
            "file": end.source,
            "kiosk": end.kiosk_id,
            "epoch": end.epoch,
            "entries": end.seq,
            "last_hash": end.hash,
            "broken_seq": end.flaw.seq if end.flaw else None,
            "why": end.flaw.why if end.flaw else "",
        }
        line = f"{end.source}: "
        if end.kiosk_id != NOBODY:
            line += f"kiosk {end.kiosk_id}, epoch {end.epoch}, {end.seq} entries hold; last hash {end.hash}"
        else:
            line += "it holds no entry, as `log export --json` writes them"
        if end.flaw is not None:
            line += f"; {broken(end.flaw)}"
        said(out, result, line, as_json=as_json)
    for fork in merged.forks:
        result = {"fork": fork.first, "kiosk": fork.kiosk_id, "epoch": fork.epoch}
        line = f"fork: kiosk {fork.kiosk_id}, epoch {fork.epoch} has two entries with number {fork.first}"
        said(out, result, line, as_json=as_json)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what `log export` wrote, one per kiosk")
    parser.add_argument("--format", dest="form", choices=FORMS, required=True, help="what the ledger is")
    parser.add_argument("--out", type=Path, metavar="LEDGER", required=True, help="where to")
    ledger_arguments(parser)


COMMANDS: Final[Mapping[str, Command]] = {
    "merge": Command(
        "make one ledger from several kiosks' exports; exit code 1 when one is broken or two contradict each other",
        merge_exports,
        _arguments,
        needs_data=False,
    ),
}
