"""Ledgers and blank sheets as files, on a USB stick or in the data folder; the one adapter that knows the writers.

Slow (a printed ledger of 2,000 visitors takes seconds), so it runs on a thread of its own, on connections of its own.
"""

from __future__ import annotations

import os
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.whole_file import draft_of, drop_drafts, sync_file, sync_folder
from kiosk.domain.entry import GENESIS
from kiosk.domain.ledger import ChainEnd, build
from ledger.forms import blank, write

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime

    from kiosk.domain.ledger import Ledger, Making
    from kiosk.domain.ledger_row import Known
    from kiosk.domain.paper_sheets import BlankSheets
    from ledger.forms import Form

_FORMS: Final[Sequence[Form]] = ("xlsx", "pdf")


def ledger_of(reader: LogReader, known: Known, how: Making) -> Ledger:
    """Return the day's ledger: of a broken chain, what comes before the flaw."""
    held, last, flaw = reader.verify()
    if flaw is not None and flaw.seq <= held:  # a body that is gone without a word: the chain goes on
        held = flaw.seq - 1
        last = next((entry.hash for entry in reader.entries(held - 1, 1)), GENESIS) if held else GENESIS
    who = reader.identity
    how = replace(how, chains=(ChainEnd(who.kiosk_id, who.epoch, held, last, flaw),))
    return build(reader.entries(limit=held), who.site_id, known, how)


@contextmanager
def out_file(path: Path) -> Generator[Path]:
    """Give a file to be written beside `path`, readable by its owner only; it takes that name when all went well.

    What an export of that name left half written that was cut off goes first: names stand in it.
    On the disk with its name on leaving: whoever then pulls the stick out has it whole.
    """
    drop_drafts(path)
    draft = draft_of(path)
    draft.touch(mode=0o600, exist_ok=False)
    try:
        yield draft
        sync_file(draft)
        draft.replace(path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class LedgerWriter:
    """Writes files for people. `sticks`: where USB sticks are mounted, as patterns; or a folder, taken as it is."""

    log_file: Path
    key: bytes
    folder: Path
    sticks: tuple[str, ...]

    def stick(self) -> Path | None:
        """Return the first USB stick that is mounted and can be written, or None."""
        for pattern in self.sticks:
            for found in sorted(glob(pattern)):  # noqa: PTH207 - the pattern is absolute
                is_mounted = not has_magic(pattern) or os.path.ismount(found)
                if is_mounted and Path(found).is_dir() and os.access(found, os.W_OK):
                    return Path(found)
        return None

    def own_folder(self) -> Path:
        """Return the folder for papers in the kiosk's data, made when it is not there."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        return self.folder

    def drop_papers(self, before: datetime) -> None:
        """Delete what was written into the kiosk's own folder before a moment; what cannot be deleted stays."""
        for path in self.folder.glob("*"):
            with suppress(OSError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()

    def write_ledger(self, folder: Path, name: str, known: Known, how: Making) -> Path:
        """Write a day's ledger as a spreadsheet, and beside it to be printed; return the spreadsheet.

        Raises OSError when the folder cannot be written.
        """
        with closing(LogReader(self.log_file, self.key)) as reader:
            ledger = ledger_of(reader, known, how)
        for form in reversed(_FORMS):
            with out_file(folder / f"{name}.{form}") as file:
                file.write_bytes(write(ledger, form))
        return folder / f"{name}.{_FORMS[0]}"

    def write_sheets(self, folders: Sequence[Path], name: str, sheets: BlankSheets) -> Path:
        """Write blank sheets into each folder; return the file in the last. Raises OSError."""
        content = blank(sheets)
        for folder in folders:
            with out_file(folder / f"{name}.pdf") as file:
                file.write_bytes(content)
        return folders[-1] / f"{name}.pdf"
