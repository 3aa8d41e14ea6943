"""Looking at the log: list, verify, rebuild."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Final

from kiosk.domain.times import to_wire
from kiosk.log_commands.files import Command, open_reader, open_store, said, server_copy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TextIO

    from kiosk.domain.chain import Flaw
    from kiosk.domain.entry import Entry
    from kiosk.log_commands.files import ServerCopy

_ANCHOR: Final = re.compile("0*([1-9][0-9]{0,15}):([0-9a-f]{64})")


def list_entries(options: argparse.Namespace, out: TextIO) -> int:
    """List the entries without their bodies: number, kind, when, hash, and what has not been sent yet."""
    reader = open_reader(options)
    try:
        sent = reader.acknowledged()
        for entry in reader.entries():
            row = _row(entry, is_sent=entry.seq <= sent)
            notes = ("" if entry.body is not None else "  (erased)") + ("" if row["sent"] else "  (not sent)")
            line = f"{entry.seq:>8} {row['recorded_at']}  {entry.kind:<18} {entry.hash[:16]}{notes}"
            said(out, row, line, as_json=options.json)
    finally:
        reader.close()
    return 0


def _row(entry: Entry, *, is_sent: bool) -> dict[str, Any]:
    return {
        "epoch": entry.epoch,
        "seq": entry.seq,
        "kind": entry.kind.value,
        "happened_at": to_wire(entry.happened_at),
        "recorded_at": to_wire(entry.recorded_at),
        "hash": entry.hash,
        "erased": entry.body is None,
        "sent": is_sent,
    }


def verify_chain(options: argparse.Namespace, out: TextIO) -> int:
    """Walk the chain; 1 with the first broken entry and why, or when the server holds fewer than it acknowledged."""
    copy = server_copy(options) if options.server else None
    anchors: dict[int, set[str]] = {}
    for seq, own in options.against:
        anchors.setdefault(seq, set()).add(own)
    if copy is not None and copy.seq:
        anchors.setdefault(copy.seq, set()).update({copy.hash} - {""})
    reader = open_reader(options)
    try:
        held, last, flaw = reader.verify(anchors)
    finally:
        reader.close()
    reached = held + (flaw is not None and flaw.why == "anchor")
    compared = sorted(seq for seq, hashes in anchors.items() if hashes and seq <= reached)
    result = {
        "entries": held,
        "last_hash": last,
        "broken_seq": flaw.seq if flaw else None,
        "why": flaw.why if flaw else "",
        "compared": compared,
        "server_holds": copy.seq if copy else None,
        "acknowledged": copy.acknowledged if copy else None,
    }
    line = f"{held} entries hold; last hash {last}"
    if compared:
        line += f"; compared with what was seen elsewhere of number {', '.join(map(str, compared))}"
    if flaw is not None:
        line = broken(flaw)
    said(out, result, line + (_of_server(copy) if copy else ""), as_json=options.json)
    return 0 if flaw is None and not (copy and copy.seq < copy.acknowledged) else 1


def _of_server(copy: ServerCopy) -> str:
    """Return what to tell of the server's copy: a check that compared nothing must not read as one that did."""
    told = f"; the server holds {copy.seq} entries"
    if copy.seq < copy.acknowledged:
        told = f"; the server holds {copy.seq} of the {copy.acknowledged} entries that it acknowledged"
    if copy.seq and not copy.hash:
        told += ", the last of them in quarantine"
    if not copy.seq or not copy.hash:
        told += ": nothing was compared with it"
    if copy.seq < copy.acknowledged:
        told += "; keep this log, the kiosk sends them again"
    return told


WHY: Final[Mapping[str, str]] = {
    "form": "it cannot be read",
    "gap": "its number is missing",
    "link": "it does not follow the entry before it",
    "hash": "its number, time, kind or digest was changed",
    "body": "what it recorded was changed",
    "salt": "what it recorded was changed",
    "erased": "what it recorded is gone, and no entry says that it was erased",
    "anchor": "it is not the entry that was seen elsewhere: the log was rewritten",
    "tail": "it and what follows is missing: the log was cut, or is an old copy",
}


def broken(flaw: Flaw) -> str:
    """Return what to tell people of a chain's first broken entry."""
    return f"broken at entry {flaw.seq}: {flaw.why}: {WHY[flaw.why]}"


def _anchor(text: str) -> tuple[int, str]:
    fits = _ANCHOR.fullmatch(text.lower())
    if fits is None:
        message = f"{text!r} is not NUMBER:HASH, as a ledger prints it"
        raise argparse.ArgumentTypeError(message)
    return int(fits[1]), fits[2]


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--against",
        metavar="NUMBER:HASH",
        type=_anchor,
        action="append",
        default=[],
        help="an entry's hash as it was seen elsewhere, on a printed ledger for example; may be given often",
    )
    parser.add_argument("--server", action="store_true", help="compare with the last hash that the server holds")


def rebuild_state(options: argparse.Namespace, out: TextIO) -> int:
    """Make the state anew from the entries; 1 when it was not what they say, or they do not hold: nothing is made then.

    What a changed entry says must not take the place of the state, which may be all that is left of the truth.
    """
    reader = open_reader(options)
    try:
        _held, _last, flaw = reader.verify()
    finally:
        reader.close()
    if flaw is not None:
        told = {"same": None, "broken_seq": flaw.seq, "why": flaw.why}
        said(out, told, f"{broken(flaw)}; nothing was made anew", as_json=options.json)
        return 1
    store = open_store(options)
    try:
        was_same = store.rebuild()
    finally:
        store.close()
    line = "the state is what the log says" if was_same else "the state differed from the log; it was made anew"
    said(out, {"same": was_same}, line, as_json=options.json)
    return 0 if was_same else 1


COMMANDS: Final[Mapping[str, Command]] = {
    "list": Command("list the entries; no bodies, no personal data", list_entries),
    "verify": Command(
        "walk the hash chain; exit code 1 with the first broken entry and why, or when the server lost what it had",
        verify_chain,
        _verify_arguments,
    ),
    "rebuild": Command(
        "make the state anew from the entries and compare; exit code 1 when it differed, or the log is broken",
        rebuild_state,
    ),
}
