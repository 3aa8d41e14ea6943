"""Taking the log out of the kiosk: every export is registered as an entry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from kiosk.domain.entry import EntryKind
from kiosk.log_commands.files import Command, open_reader, open_store
from kiosk.protocol.messages import to_wire_entry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import TextIO


def export_entries(options: argparse.Namespace, out: TextIO) -> int:
    """Write every entry whole, one JSON object a line, and register the export as an entry of the log."""
    store = open_store(options)
    try:
        with store.act() as act:
            act.record(EntryKind.EXPORTED, {"form": "json"})
    finally:
        store.close()
    reader = open_reader(options)
    indent = None if options.json else 1
    try:
        wired = (to_wire_entry(entry) for entry in reader.entries())
        out.writelines(json.dumps(entry, ensure_ascii=False, indent=indent) + "\n" for entry in wired)
    finally:
        reader.close()
    return 0


COMMANDS: Final[Mapping[str, Command]] = {
    "export": Command(
        "write every entry with its body, for an inspection; the export is registered as an entry", export_entries
    ),
}
