"""Wiping a kiosk's data folder: everything goes, and nothing that nobody else has.

Refused while the server lacks an entry that no exported file holds either, while any of its days is under a legal hold,
and while a log lies in it that cannot be read.
"""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from kiosk.adapters.aside_logs import AsideLogs
from kiosk.adapters.escrow import SEALED_FILE
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.whole_file import make_sure, sync_folder
from kiosk.domain.retention import is_held
from kiosk.enrolment import (
    COPY_FILE,
    LOG_FILE,
    PAPER_FOLDER,
    Delivered,
    data_key,
    deliver,
    heard,
    in_use,
    unsent_words,
)
from kiosk.errors import StoreError
from kiosk.protocol.messages import to_wire_entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kiosk.config import Settings
    from kiosk.domain.entry import Entry
    from kiosk.protocol.messages import Documents

_FILES: Final = ("log*.db*", f"{COPY_FILE}*", SEALED_FILE, f".{SEALED_FILE}.*")  # the last: drafts that were cut off


def wipe(settings: Settings, data: Path, exported: Path | None) -> int:
    """Delete everything in `data`; return how many entries were only in `exported`.

    Raises StoreError while entries are unsent, unless `exported` (`log export --json`) holds each of them, whole; of a
    server that cannot be asked how far its copy goes, all count as unsent. And while days in any of its logs are under
    a legal hold, whoever placed it, or one of its logs cannot be read.
    """
    with in_use(data):
        key = data_key(settings, data)
        delivered = deliver(settings, data, key)
        _refuse_held(data, key, heard(settings, data) if (data / COPY_FILE).exists() else None)
        unsent = _unsent(data, key, delivered) if delivered is not None else []
        kept = _kept_in(exported) if exported is not None else {}
        missing = sum(kept.get(entry.hash) != to_wire_entry(entry) for entry in unsent)
        if missing:
            raise StoreError(unsent_words(data, missing))
        for pattern in _FILES:
            # A log before what lies beside it: cut off in between, an older state of it would be left, and be opened.
            for path in sorted(data.glob(pattern)):
                path.unlink()
        shutil.rmtree(data / PAPER_FOLDER, ignore_errors=True)
        sync_folder(data)
    return len(unsent)


def _refuse_held(data: Path, key: bytes, documents: Documents | None) -> None:
    """Raise StoreError where a log in `data`, put aside or not, has days that must not be erased, or cannot be read."""
    asides = AsideLogs(data, key)
    if unread := asides.unreadable():
        raise StoreError(
            f"{data / unread[0]}: cannot be read, so nobody knows what is in it; take it into safe keeping"
        )
    for aside in asides.logs():
        is_under_hold = aside.holds or _is_held_by_server(documents, (aside.first, aside.last))
        if is_under_hold or aside.unsent:
            why = "is under a legal hold" if is_under_hold else f"has {aside.unsent} entries that are unsent"
            raise StoreError(f"{data / aside.name}: {why}; take this file into safe keeping first")
    if not (data / LOG_FILE).exists():
        return
    with closing(LogReader(data / LOG_FILE, key)) as reader:
        held = [hold.id for hold in reader.state.holds()]
        is_held_by_server = _is_held_by_server(documents, reader.recorded_between())
    if held:
        raise StoreError(f"{data}: under a legal hold ({', '.join(held)}); lift it first: main.py log hold --lift ID")
    if is_held_by_server:
        raise StoreError(f"{data}: under a legal hold that the server placed; once it is lifted there, start the kiosk")


def _is_held_by_server(documents: Documents | None, moments: Sequence[datetime]) -> bool:
    return documents is not None and bool(moments) and is_held(documents.holds, moments, documents.site.timezone)


def _unsent(data: Path, key: bytes, delivered: Delivered) -> list[Entry]:
    """Return the entries that the server lacks, or may have lost."""
    with closing(LogReader(data / LOG_FILE, key)) as reader:
        return list(reader.entries(reader.acknowledged() if delivered.is_compared else 0))


def _kept_in(exported: Path) -> dict[str, Any]:
    """Return the entries in an exported file, as they travel, by hash; raises StoreError when it is none.

    It is on the disk then, whoever copied it there: what it holds is about to be deleted.
    """
    try:
        make_sure(exported)
        with exported.open(encoding="utf-8") as file:
            lines = [json.loads(line) for line in file if line.strip()]
        return {str(line["hash"]): line for line in lines}
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{exported}: not a file of entries; make one by: main.py log export --json"
        raise StoreError(message) from error
