"""`main.py log …`: the screening log from the command line, for an operator and an inspection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_store import LogReader, LogStore
from kiosk.bootstrap import LOG_FILE, data_key
from kiosk.config import load
from kiosk.domain.entry import EntryKind
from kiosk.domain.times import to_wire
from kiosk.errors import StoreError
from kiosk.protocol.messages import to_wire_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any, TextIO

    from kiosk.domain.entry import Entry


def _open(config: Path, data: Path) -> tuple[Path, bytes]:
    """Return the log's file and key; raises StoreError when there is no log."""
    path = data / LOG_FILE
    if not path.is_file():
        message = f"{data}: there is no screening log here"
        raise StoreError(message)
    return path, data_key(load(config), data)


def _said(out: TextIO, result: Mapping[str, Any], line: str, *, as_json: bool) -> None:
    out.write((json.dumps(result, ensure_ascii=False) if as_json else line) + "\n")


def list_entries(config: Path, data: Path, out: TextIO, *, as_json: bool) -> int:
    """List the entries without their bodies: number, kind, when, hash, and what has not been sent yet."""
    reader = LogReader(*_open(config, data))
    try:
        sent = reader.acknowledged()
        for entry in reader.entries():
            row = _row(entry, is_sent=entry.seq <= sent)
            mark = " " if row["sent"] else "*"
            line = f"{entry.seq:>8}{mark} {row['recorded_at']}  {entry.kind:<18} {entry.hash[:16]}"
            _said(out, row, line + ("" if entry.body is not None else "  (erased)"), as_json=as_json)
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


def verify_chain(config: Path, data: Path, out: TextIO, *, as_json: bool) -> int:
    """Walk the chain; 1 with the first broken entry and why."""
    reader = LogReader(*_open(config, data))
    try:
        held, last, flaw = reader.verify()
    finally:
        reader.close()
    result = {
        "entries": held,
        "last_hash": last,
        "broken_seq": flaw.seq if flaw else None,
        "why": flaw.why if flaw else "",
    }
    line = f"{held} entries hold; last hash {last}" if flaw is None else f"broken at entry {flaw.seq}: {flaw.why}"
    _said(out, result, line, as_json=as_json)
    return 0 if flaw is None else 1


def rebuild_state(config: Path, data: Path, out: TextIO, *, as_json: bool) -> int:
    """Make the state anew from the entries; 1 when it was not what the entries say."""
    store = LogStore(*_open(config, data), SystemClock(), lambda: None)
    try:
        was_same = store.rebuild()
    finally:
        store.close()
    line = "the state is what the log says" if was_same else "the state differed from the log; it was made anew"
    _said(out, {"same": was_same}, line, as_json=as_json)
    return 0 if was_same else 1


def export_entries(config: Path, data: Path, out: TextIO, *, as_json: bool) -> int:
    """Write every entry whole, one JSON object a line, and register the export as an entry of the log."""
    path, key = _open(config, data)
    store = LogStore(path, key, SystemClock(), lambda: None)
    try:
        with store.act() as act:
            act.record(EntryKind.EXPORTED, {"form": "json"})
    finally:
        store.close()
    reader = LogReader(path, key)
    indent = None if as_json else 1
    try:
        wired = (to_wire_entry(entry) for entry in reader.entries())
        out.writelines(json.dumps(entry, ensure_ascii=False, indent=indent) + "\n" for entry in wired)
    finally:
        reader.close()
    return 0


COMMANDS: Final[Mapping[str, Callable[..., int]]] = {
    "list": list_entries,
    "verify": verify_chain,
    "rebuild": rebuild_state,
    "export": export_entries,
}
